"""Auditor: who did what to which record."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from maps.pages.frame import faults_told, heading
from maps.texts import Texts
from planning.desk import Desk

ACTIONS = {
    "change_password": "changed the password",
    "create_campaign": "started a campaign",
    "import_cases": "imported cases",
    "import_teams": "imported teams",
    "move_cases": "moved cases to another team",
    "move_stop": "moved a stop of a plan",
    "plan": "made a plan",
    "publish": "published a plan",
    "read_cases": "read cases",
    "read_coverage": "looked at the coverage",
    "read_plan": "read a plan",
    "read_team_day": "read a team's day",
    "record_outcome": "recorded an outcome",
    "record_outcomes": "recorded outcomes",
    "repair": "repaired a plan",
    "reopen_place": "took back a decision on an address",
    "save_user": "saved an account",
    "settle_place": "decided on an address",
    "sign_in": "signed in",
    "sign_in_failed": "failed to sign in",
    "start_plan": "started planning",
    "start_repair": "started to repair a plan",
    "start_what_if": "compared plans",
}
"""What the registry writes down, in words. What it does not know is shown as it stands."""


def page(desk: Desk, texts: Texts) -> None:
    """The log, newest first. It holds ids, never names or addresses."""
    heading(texts.t("Log"), texts)
    with faults_told(texts):
        entries = desk.audit_log()
        if not entries:
            st.info(texts.t("Nothing was done here yet."))
            return
        here = datetime.now().astimezone().tzinfo
        table = {
            texts.t("When"): [
                datetime.fromisoformat(entry.at).astimezone(here) for entry in entries
            ],
            texts.t("Who"): [entry.actor for entry in entries],
            texts.t("What"): [
                texts.t(ACTIONS.get(entry.action, entry.action)) for entry in entries
            ],
            texts.t("Record"): [entry.subject for entry in entries],
            texts.t("Detail"): [entry.detail for entry in entries],
        }
        st.dataframe(
            pd.DataFrame(table),
            hide_index=True,
            width="stretch",
            height=680,
            column_config={
                texts.t("When"): st.column_config.DatetimeColumn(format="DD.MM.YYYY HH:mm:ss")
            },
        )
        st.caption(texts.t("The newest entries, {count} of them.", count=len(entries)))
