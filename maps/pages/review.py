"""Planner: addresses that a person should look at, urgent and doubtful ones first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from maps.basemap import Basemap
from maps.layers import review_map
from maps.pages.frame import done, faults_told, heading, plain, show_map
from maps.texts import Texts
from planning.desk import Choice, Desk
from planning.model import Campaign, CaseRecord, Level, LonLat, Place, Priority


def page(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    """The queue on the left, the case in hand with its candidates on the right."""
    heading(texts.t("Addresses to review"), texts, campaign)
    with faults_told(texts):
        queue = desk.review_queue(campaign.campaign_id)
        if not queue:
            st.success(texts.t("Nothing waits for review."))
            return
        left, right = st.columns(2, gap="medium")
        with left:
            st.caption(texts.n("{count} case waits.", "{count} cases wait.", len(queue)))
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
        height=660,
        on_select="rerun",
        selection_mode="single-row",
        key="review_queue",
        column_config={
            texts.t("Case"): st.column_config.Column(width=78),
            texts.t("Address"): st.column_config.Column(width=220),
            texts.t("Found"): st.column_config.Column(width=120),
            texts.t("Priority"): st.column_config.Column(width=80),
        },
    )
    rows = picked["selection"]["rows"]
    return queue[rows[0] if rows and rows[0] < len(queue) else 0]


def _look_at(
    desk: Desk, campaign: Campaign, record: CaseRecord, texts: Texts, basemap: Basemap
) -> None:
    """One case: what the list says, what was found, the decision, and the map to decide by."""
    place = record.place or Place(Level.NONE)
    address = record.case.address
    colour = "red" if record.case.priority == Priority.URGENT else "gray"
    badge = f":{colour}-badge[{texts.priority(record.case.priority)}]"
    st.subheader(f"{plain(record.case.case_id)} {badge}", anchor=False)
    stated = ", ".join(part for part in (address.settlement, address.municipality) if part)
    st.markdown(f"**{plain(address.text)}**  \n{plain(stated)}")
    if place.notes:
        st.caption(plain(texts.said(*place.notes)))
    if place.contradiction:
        st.warning(plain(texts.said(place.contradiction)))
    _decide(desk, campaign, record, place, texts)
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


def _decide(desk: Desk, campaign: Campaign, record: CaseRecord, place: Place, texts: Texts) -> None:
    labels = {
        **{
            str(number): f"{number + 1}. {plain(each.label)} ({texts.level(each.level)})"
            for number, each in enumerate(place.candidates)
        },
        "pin": texts.t("A point on the map"),
        "service": texts.t("A municipal service address"),
        "nowhere": texts.t("No such address"),
    }
    key = f"{record.case.case_id}/{record.version}"
    picked = st.radio(
        texts.t("Where is it?"),
        list(labels),
        index=0 if place.candidates else None,
        format_func=labels.__getitem__,
        key=f"where/{key}",
    )
    lon, lat = _pin(desk, campaign, place, texts, key) if picked == "pin" else (0.0, 0.0)
    asked = st.button(texts.t("Keep this decision"), type="primary", disabled=picked is None)
    if asked and picked is not None:
        with faults_told(texts):
            desk.settle(
                campaign.campaign_id,
                record.case.case_id,
                _choice(picked, lon, lat),
                version=record.version,
            )
            done(texts.t("The decision on {case} is kept.", case=record.case.case_id))


def _pin(desk: Desk, campaign: Campaign, place: Place, texts: Texts, key: str) -> LonLat:
    """(lon, lat) typed in by hand, within the region."""
    west, south, east, north = desk.region(campaign).info.bounds
    left, right = st.columns(2)
    lat = left.number_input(
        texts.t("Latitude"), south, north, _within(place.lat, south, north),
        format="%.6f", step=1e-4, key=f"lat/{key}",
    )  # fmt: skip
    lon = right.number_input(
        texts.t("Longitude"), west, east, _within(place.lon, west, east),
        format="%.6f", step=1e-4, key=f"lon/{key}",
    )  # fmt: skip
    return lon, lat


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
