"""Frozen noisy lists: addresses as clerks type them, each with the place it truly means."""
