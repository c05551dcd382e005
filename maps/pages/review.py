"""Planner: addresses that a person should look at, urgent and doubtful ones first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from maps.basemap import Basemap
from maps.layers import review_map
from maps.pages.frame import faults_told, plain, sample_banner, show_map
from maps.texts import Texts
from planning.desk import Choice, Desk
from planning.model import Campaign, CaseRecord


def page(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    """The queue on the left, the case in hand with its candidates on the right."""
    st.title(texts.t("Addresses to review"))
    sample_banner(campaign, texts)
    queue = desk.review_queue(campaign.campaign_id)
    if not queue:
        st.success(texts.t("Nothing waits for review."))
        return
    st.caption(texts.n("{count} case waits.", "{count} cases wait.", len(queue)))
    left, right = st.columns([2, 3], gap="large")
    with left:
        record = _chosen(queue, texts)
    with right:
        _look_at(desk, campaign, record, texts, basemap)


def _chosen(queue: list[CaseRecord], texts: Texts) -> CaseRecord:
    """The row that is selected; the first one until somebody selects."""
    table = pd.DataFrame(
        {
            texts.t("Case"): [record.case.case_id for record in queue],
            texts.t("Address"): [record.case.address.text for record in queue],
            texts.t("Found"): [
                texts.level(record.place.level) if record.place else "" for record in queue
            ],
            texts.t("Priority"): [texts.priority(record.case.priority) for record in queue],
        }
    )
    picked = st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        height=560,
        on_select="rerun",
        selection_mode="single-row",
        key="review_queue",
        column_config={
            texts.t("Case"): st.column_config.Column(width=80),
            texts.t("Address"): st.column_config.Column(width=210),
        },
    )
    rows = picked["selection"]["rows"]
    return queue[rows[0] if rows and rows[0] < len(queue) else 0]


def _look_at(
    desk: Desk, campaign: Campaign, record: CaseRecord, texts: Texts, basemap: Basemap
) -> None:
    place = record.place
    address = record.case.address
    st.subheader(plain(record.case.case_id), anchor=False)
    stated = ", ".join(part for part in (address.settlement, address.municipality) if part)
    st.markdown(f"{plain(address.text)}  \n{plain(stated)}")
    if place is None:
        return
    st.info(plain(place.explanation))
    if place.mismatch:
        st.warning(plain(place.mismatch))
    if place.candidates:
        show_map(
            review_map(
                place,
                region_info=desk.region(campaign).info,
                basemap=basemap,
                texts=texts,
                frame=False,
            ),
            height=340,
            name=texts.t("Map of the candidates"),
        )
    with st.form(f"decide_{record.case.case_id}"):
        labels = {
            **{
                str(number): f"{number + 1}. {plain(each.label)} ({texts.level(each.level)})"
                for number, each in enumerate(place.candidates)
            },
            "pin": texts.t("A point on the map"),
            "service": texts.t("A municipal service address"),
            "nowhere": texts.t("No such address"),
        }
        picked = st.radio(texts.t("Where is it?"), list(labels), format_func=labels.__getitem__)
        west, south, east, north = desk.region(campaign).info.bounds
        across, along = st.columns(2)
        lat = along.number_input(
            texts.t("Latitude"), south, north, _within(place.lat, south, north), format="%.6f"
        )
        lon = across.number_input(
            texts.t("Longitude"), west, east, _within(place.lon, west, east), format="%.6f"
        )
        if st.form_submit_button(texts.t("Keep this decision"), type="primary"):
            with faults_told(texts):
                desk.settle(
                    campaign.campaign_id,
                    record.case.case_id,
                    _choice(picked, lon, lat),
                    version=record.version,
                )
                st.rerun()


def _within(degrees: float | None, least: float, most: float) -> float:
    """Where a pin starts: at the place, or in the middle of the region."""
    return (least + most) / 2 if degrees is None else min(max(degrees, least), most)


def _choice(picked: str, lon: float, lat: float) -> Choice:
    if picked == "pin":
        return Choice(pin=(lon, lat))
    if picked == "service":
        return Choice(service_address=True)
    if picked == "nowhere":
        return Choice(nowhere=True)
    return Choice(candidate=int(picked))
