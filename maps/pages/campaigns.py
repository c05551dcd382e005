"""Planner: campaigns, and a new one."""

from __future__ import annotations

import uuid
from datetime import date

import pandas as pd
import streamlit as st

from maps.pages.frame import done, faults_told, heading
from maps.texts import Texts
from planning.desk import Desk
from planning.model import Campaign


def page(desk: Desk, texts: Texts, *, today: date) -> None:
    """What there is, and a form for one more. An office without any starts here."""
    heading(texts.t("Campaigns"), texts)
    campaigns = desk.campaigns()
    if campaigns:
        st.dataframe(
            pd.DataFrame(
                {
                    texts.t("Campaign"): [each.name for each in campaigns],
                    texts.t("First day"): [texts.date(each.first_day) for each in campaigns],
                    texts.t("Working days"): [each.days for each in campaigns],
                    texts.t("Region"): [each.region for each in campaigns],
                }
            ),
            hide_index=True,
            width="stretch",
        )
    regions = desk.region_names()
    if not regions:
        st.info(
            texts.t(
                "A campaign needs a region. Build one from a map file first: "
                "docs/operations.md says how."
            )
        )
        return
    with st.form("campaign", clear_on_submit=True):
        st.subheader(texts.t("New campaign"), anchor=False)
        name = st.text_input(texts.t("Name"), max_chars=120)
        left, middle, right = st.columns(3)
        first_day = left.date_input(texts.t("First day"), value=today, format="DD.MM.YYYY")
        days = middle.number_input(texts.t("Working days"), 1, 200, 5)
        region = right.selectbox(texts.t("Region"), regions)
        if st.form_submit_button(texts.t("Create"), type="primary"):
            with faults_told(texts):
                desk.create_campaign(
                    Campaign(uuid.uuid4().hex, name.strip(), first_day, int(days), region)
                )
                done(texts.t("The campaign is there. Bring its lists next."))
