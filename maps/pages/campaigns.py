"""Planner: campaigns, and a new one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from maps.pages.frame import choose, done, faults_told, heading
from maps.texts import Texts
from planning.desk import Desk
from planning.model import Campaign
from planning.shifts import campaign_days


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
                    texts.t("Last day"): [texts.date(_last_day(each)) for each in campaigns],
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
    if campaigns:
        _other_days(desk, campaigns, texts)
    else:
        st.info(
            texts.t(
                "Start here: name the campaign, its first day and how many days the teams work. "
                "Its lists come next."
            )
        )
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


def _last_day(campaign: Campaign) -> date:
    """Of its working days."""
    return campaign_days(campaign.first_day, campaign.days)[-1]


def _other_days(desk: Desk, campaigns: Sequence[Campaign], texts: Texts) -> None:
    """Moves a campaign: planning was late, or the deadline was."""
    with st.expander(texts.t("Change the days of a campaign")):
        names = {each.campaign_id: each for each in campaigns}
        campaign_id = choose(
            texts.t("Campaign"), list(names), texts, key="campaign_days",
            said=lambda each: names[each].name,
        )  # fmt: skip
        found = names[campaign_id]
        left, right = st.columns(2)
        first_day = left.date_input(
            texts.t("First day"), value=found.first_day, format="DD.MM.YYYY",
            key=f"first_day/{campaign_id}",
        )  # fmt: skip
        days = right.number_input(
            texts.t("Working days"), 1, 200, found.days, key=f"days/{campaign_id}"
        )
        moved = replace(found, first_day=first_day, days=int(days))
        st.caption(texts.t("Last day: {day}", day=texts.date(_last_day(moved))))
        if st.button(texts.t("Change the days"), disabled=moved == found):
            with faults_told(texts):
                desk.change_days(campaign_id, first_day, int(days))
                done(texts.t("The days are changed. Plan again: the plan so far keeps its days."))
