"""Auditor: who did what to which record."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from maps.texts import Texts
from planning.desk import Desk


def page(desk: Desk, texts: Texts) -> None:
    """The log, newest first. It holds ids, never names or addresses."""
    st.title(texts.t("Log"))
    entries = desk.audit_log()
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("When"): [entry.at for entry in entries],
                texts.t("Who"): [entry.actor for entry in entries],
                texts.t("What"): [entry.action for entry in entries],
                texts.t("Record"): [entry.subject for entry in entries],
                texts.t("Detail"): [entry.detail for entry in entries],
            }
        ),
        hide_index=True,
        width="stretch",
    )
