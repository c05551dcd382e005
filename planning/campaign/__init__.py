"""The campaign: what comes before a visit, what a visit is worth, and whether the time suffices."""
