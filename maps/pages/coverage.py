"""Municipality: how far the campaign has come, without giving any child away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from maps.basemap import Basemap
from maps.layers import coverage_map
from maps.pages.frame import faults_told, heading, show_map
from maps.texts import Texts
from planning.desk import Desk
from planning.disclosure import ShownCount
from planning.model import Campaign


def page(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    """Map and table of the same suppressed counts."""
    heading(texts.t("Coverage"), texts, campaign)
    with faults_told(texts):
        _show(desk, campaign, texts, basemap)


def _show(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    by = st.segmented_control(
        texts.t("By"),
        ["municipality", "settlement"],
        default="municipality",
        format_func=lambda each: texts.t(each.capitalize()),
        label_visibility="collapsed",
        required=True,
        key="coverage_by",
        persist_state="session",
    )
    counts = desk.coverage(campaign.campaign_id, by=by)
    if not counts:
        st.info(texts.t("Nothing to show yet."))
        return
    region = desk.region(campaign)
    show_map(
        coverage_map(region.areas, counts, region_info=region.info, basemap=basemap, texts=texts),
        height=560,
        name=texts.t("Map of coverage"),
    )
    table = _table(counts, texts)
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        column_config={
            column: st.column_config.TextColumn(alignment="right") for column in table.columns[1:]
        },
    )
    st.caption(
        texts.t(
            "“·” is a suppressed number: small counts, and numbers that would give small counts "
            "away, are not shown."
        )
    )


def _table(counts: tuple[ShownCount, ...], texts: Texts) -> pd.DataFrame:
    return pd.DataFrame(
        {
            texts.t("Area"): [each.name for each in counts],
            texts.t("Children listed"): [_shown(each.listed) for each in counts],
            texts.t("In the plan"): [_shown(each.planned) for each in counts],
            texts.t("Visited"): [_shown(each.visited) for each in counts],
            texts.t("Resolved"): [_shown(each.resolved) for each in counts],
        }
    )


def _shown(count: int | None) -> str:
    return "·" if count is None else str(count)
