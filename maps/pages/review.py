"""Planner: addresses that a person should look at, one at a time, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st

from maps.basemap import Basemap
from maps.layers import Look, review_scene
from maps.pages.frame import choose, done, faults_told, heading, plain
from maps.pages.pin_map import pin_map
from maps.texts import Texts
from planning.desk import Choice, Desk
from planning.model import Campaign, CaseRecord, Level, LonLat, Place, Priority
from planning.review import Doubt, Question, Review, Settled, doubt_of

DOUBTS = {
    Doubt.CONTRADICTS: "contradicts the list",
    Doubt.SERVICE_ADDRESS: "service address",
    Doubt.TWO_ADDRESSES: "two addresses in one cell",
    Doubt.NOT_FOUND: "not found",
    Doubt.NO_STREET: "only the settlement or quarter found",
    Doubt.NO_HOUSE: "only the street or a landmark found",
    Doubt.UNSURE: "match not sure",
}
"""What is doubtful, in words."""

# The map stands beside the words; on a phone between what was found and the buttons that keep it.
_LAYOUT = """<style>
@media (min-width: 800px) {
  .st-key-review_hand { display: grid; grid-template: auto 1fr / 1fr 1fr; column-gap: 2rem; }
  .st-key-review_hand > :nth-child(2) { grid-area: 1 / 2 / span 2; }
}
</style>"""
_NOWHERE = Place(Level.NONE)
_WAITING, _DECIDED = "waiting", "decided"


@dataclass(frozen=True, slots=True)
class _Page:
    """What every part of the page needs."""

    desk: Desk
    campaign: Campaign
    texts: Texts
    basemap: Basemap


@dataclass(frozen=True, slots=True)
class _Line:
    """An address in the list, decided or not."""

    record: CaseRecord
    cases: int
    doubt: Doubt | None
    """None once it is decided."""

    @property
    def case_id(self) -> str:
        return self.record.case.case_id

    @property
    def place(self) -> Place:
        return self.record.place or _NOWHERE


def page(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    """The address in hand with its map, and below it all that wait."""
    heading(texts.t("Addresses to review"), texts, campaign)
    st.html(_LAYOUT)
    here = _Page(desk, campaign, texts, basemap)
    with faults_told(texts):
        review = desk.review(
            campaign.campaign_id, opened=_opened(desk.user.user_id, campaign.campaign_id)
        )
        if not review.waiting and not review.decided:
            st.success(texts.t("Nothing waits for review."))
            return
        lines = _lines_shown(review, texts)
        if not lines:
            said = "Nothing waits for review." if not review.waiting else "No address is like that."
            st.success(texts.t(said), icon=":material/check:")
            return
        at = _position(lines)
        _hand(here, lines, at, review.deciders)
        _list(lines, at, texts)


@st.cache_resource(max_entries=32, ttl="30m", show_spinner=False)
def _opened(_user_id: str, _campaign_id: str) -> dict[tuple[str, int], CaseRecord]:
    """Records that a user has opened, by case and version: at a click only new ones are."""
    return {}


def _lines_shown(review: Review, texts: Texts) -> list[_Line]:
    """The lines of the chosen half of the list that pass the filters."""
    with st.container(horizontal=True, vertical_alignment="center"):
        counts = {_WAITING: len(review.waiting), _DECIDED: len(review.decided)}
        words = {_WAITING: texts.t("To decide"), _DECIDED: texts.t("Decided")}
        half = st.segmented_control(
            texts.t("Show"),
            list(counts),
            default=_WAITING,
            required=True,
            format_func=lambda each: f"{words[each]} ({counts[each]})",
            key="review_half",
            label_visibility="collapsed",
        )
        lines = (
            [_of_question(each) for each in review.waiting]
            if half == _WAITING
            else [_Line(each, 1, None) for each in review.decided]
        )
        shown = _filtered(lines, texts)
    waiting = texts.n("{count} case waits.", "{count} cases wait.", review.cases_waiting)
    st.caption(
        waiting
        if len(shown) == len(lines)
        else f"{waiting} {texts.t('Shown: {shown} of {all}.', shown=len(shown), all=len(lines))}"
    )
    return shown


def _of_question(question: Question) -> _Line:
    return _Line(question.record, len(question.case_ids), question.doubt)


def _filtered(lines: Sequence[_Line], texts: Texts) -> list[_Line]:
    """Asks what to show of `lines`."""
    everything = texts.t("all")
    asked: list[tuple[str, str, Callable[[_Line], str]]] = [
        ("municipality", texts.t("Municipality"), partial(_municipality, texts=texts)),
        ("doubt", texts.t("Doubt"), partial(_doubt, texts=texts)),
        ("level", texts.t("Found"), lambda line: texts.level(line.place.level)),
    ]
    with st.popover(texts.t("Filter"), icon=":material/filter_list:"):
        for name, label, told in asked:
            known = sorted({told(line) for line in lines})
            wanted = choose(
                label, ["", *known], texts, key=f"review_{name}", said=lambda it: it or everything
            )
            lines = [line for line in lines if wanted in ("", told(line))]
    return list(lines)


def _municipality(line: _Line, texts: Texts) -> str:
    return line.place.municipality or line.record.case.address.municipality or texts.t("unknown")


def _doubt(line: _Line, texts: Texts) -> str:
    """What is doubtful, or what was decided."""
    if line.doubt is not None:
        return texts.t(DOUBTS[line.doubt])
    if line.place.service_address:
        return texts.t("service address")
    if line.place.level is Level.NONE:
        return texts.t("no such address")
    return texts.t("a place on the map")


# Which address is in hand


def _position(lines: Sequence[_Line]) -> int:
    """Where the address in hand stands; after a decision the next one has come up to its place."""
    ids = [line.case_id for line in lines]
    kept = st.session_state.get("review_case")
    at = ids.index(kept) if kept in ids else min(st.session_state.get("review_at", 0), len(ids) - 1)
    _take(ids, at)
    return at


def _take(ids: Sequence[str], at: int) -> None:
    st.session_state["review_at"] = at
    st.session_state["review_case"] = ids[at]


def _list(lines: Sequence[_Line], at: int, texts: Texts) -> None:
    """All that are shown; a selected row is taken in hand."""
    ids = [line.case_id for line in lines]
    table = {
        texts.t("Case"): ids,
        texts.t("Address"): [line.record.case.address.text for line in lines],
        texts.t("Doubt" if lines[0].doubt is not None else "Decision"): [
            _doubt(line, texts) for line in lines
        ],
        texts.t("Municipality"): [_municipality(line, texts) for line in lines],
        texts.t("Priority"): [texts.priority(line.record.case.priority) for line in lines],
        texts.t("Cases"): [line.cases for line in lines],
    }

    def selected() -> None:
        rows = st.session_state["review_list"]["selection"]["rows"]
        if rows and rows[0] < len(ids):
            _take(ids, rows[0])

    chosen = {"rows": [at], "columns": [], "cells": []}
    st.session_state["review_list"] = {"selection": chosen}
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        width="stretch",
        height=min(38 + 35 * len(lines), 390),
        on_select=selected,
        selection_mode="single-row",
        key="review_list",
        column_config={
            texts.t("Case"): st.column_config.Column(width=80),
            texts.t("Address"): st.column_config.Column(width=330),
            texts.t("Priority"): st.column_config.Column(width=85),
            texts.t("Cases"): st.column_config.Column(width=60),
        },
    )


# The address in hand


@st.fragment
def _hand(here: _Page, lines: Sequence[_Line], at: int, deciders: Mapping[str, str]) -> None:
    """What the list says and what was found, the map, and the decision: see `_LAYOUT`."""
    line, texts = lines[at], here.texts
    key = f"{line.case_id}/{line.record.version}"
    with st.container(key="review_hand"):
        with st.container():
            _told(line, texts)
            if line.record.decided_by:
                _decision_told(here, line, deciders)
            picked = _choices(line, key, texts)
        with st.container():
            _map(here, line, key, picked)
        with st.container(), faults_told(texts):
            _typed_pin(here, key, picked)
            _decide(here, lines, at, key, picked)


def _told(line: _Line, texts: Texts) -> None:
    """What the list says, what was found, and what is doubtful."""
    case, place = line.record.case, line.place
    colour = "red" if case.priority == Priority.URGENT else "gray"
    badges = [f":{colour}-badge[{texts.priority(case.priority)}]"]
    if line.cases > 1:
        told = texts.n("{count} case here", "{count} cases here", line.cases)
        badges.append(f":blue-badge[{told}]")
    st.markdown(f"{plain(case.case_id)} {' '.join(badges)}")
    st.subheader(plain(case.address.text), anchor=False)
    stated = [case.address.settlement, case.address.district, case.address.municipality]
    stated += [case.address.province, case.address.postcode]
    if any(stated):
        words = ", ".join(part for part in stated if part)
        st.caption(f"{texts.t('Stated in the list:')} {plain(words)}")
    notes = plain(texts.said(*place.notes))
    if place.contradiction:
        st.warning(notes, icon=":material/warning:")
    elif notes:
        st.markdown(notes)


def _decision_told(here: _Page, line: _Line, deciders: Mapping[str, str]) -> None:
    """Who decided and when, what they wrote, and the way back."""
    record, texts = line.record, here.texts
    when = datetime.fromisoformat(record.decided_at).astimezone()
    who = deciders.get(record.decided_by) or record.decided_by
    st.info(
        plain(
            texts.t("Decided by {who}, {when}.", who=who, when=f"{when:%d.%m.%Y %H:%M}")
            + (f" {record.decision_note}" if record.decision_note else "")
        ),
        icon=":material/person_check:",
    )
    if st.button(texts.t("Take the decision back"), icon=":material/undo:"):
        with faults_told(texts):
            again = here.desk.reopen(
                here.campaign.campaign_id, line.case_id, version=record.version
            )
            done(
                texts.n(
                    "The decision is taken back; {count} case waits again.",
                    "The decision is taken back; {count} cases wait again.",
                    len(again),
                )
            )


def _choices(line: _Line, key: str, texts: Texts) -> str | None:
    """What the planner says: the number of a candidate, `pin`, `service` or `nowhere`."""
    place = line.place
    two = doubt_of(place) is Doubt.TWO_ADDRESSES
    labels = {
        str(number): f"{number + 1}. {plain(each.label)} ({texts.level(each.level)})"
        for number, each in enumerate(place.candidates)
    }
    labels |= {
        "pin": texts.t("A point on the map"),
        "service": texts.t("A municipal service address"),
        "nowhere": texts.t("No such address"),
    }
    sure = bool(place.candidates) and not two and not line.record.decided_by
    return st.radio(
        texts.t("Two addresses: which one is to be visited?") if two else texts.t("Where is it?"),
        list(labels),
        index=0 if sure else None,
        format_func=labels.__getitem__,
        key=f"where/{key}",
    )


def _map(here: _Page, line: _Line, key: str, picked: str | None) -> None:
    look = st.session_state.get(f"look/{key}")
    texts = here.texts

    def placed(lon: float, lat: float) -> None:
        _put_pin(key, (lon, lat))

    def looked(lon: float, lat: float, metres: float) -> None:
        st.session_state[f"look/{key}"] = Look((lon, lat), max(metres, Look.CLOSEST_M))

    pin_map(
        review_scene(
            line.place,
            look=look,
            region_info=here.desk.region(here.campaign).info,
            basemap=here.basemap,
            texts=texts,
        ),
        key=key,
        look=look,
        chosen=int(picked) if picked and picked.isdecimal() else None,
        pin=_pin(key) if picked == "pin" else _stands(line, picked),
        words={"map": texts.t("Map of the candidates"), "pin": texts.t("A point on the map")},
        placed=placed,
        picked=lambda number: st.session_state.update({f"where/{key}": str(number)}),
        looked=looked,
    )
    st.caption(texts.t("Click the map to put the pin there; drag it to move it."))


def _stands(line: _Line, picked: str | None) -> LonLat | None:
    """Where a decided address lies, as long as nothing else is chosen."""
    place = line.place
    if picked or not line.record.decided_by or place.lon is None or place.lat is None:
        return None
    return place.lon, place.lat


def _pin(key: str) -> LonLat | None:
    kept: LonLat | None = st.session_state.get(f"pin/{key}")
    return kept


def _put_pin(key: str, at: LonLat) -> None:
    st.session_state[f"where/{key}"] = "pin"
    st.session_state[f"pin/{key}"] = at
    st.session_state[f"lon/{key}"], st.session_state[f"lat/{key}"] = at


def _typed_pin(here: _Page, key: str, picked: str | None) -> None:
    """The pin's coordinates, for whoever would rather type them than click."""
    if picked != "pin":
        return
    texts = here.texts
    west, south, east, north = here.desk.region(here.campaign).info.bounds

    def typed() -> None:
        lon, lat = st.session_state[f"lon/{key}"], st.session_state[f"lat/{key}"]
        if lon is not None and lat is not None:
            st.session_state[f"pin/{key}"] = (lon, lat)

    for name, kept in zip(("lon", "lat"), _pin(key) or (None, None), strict=True):
        st.session_state.setdefault(f"{name}/{key}", kept)
    left, right = st.columns(2)
    left.number_input(
        texts.t("Latitude"), south, north, None, format="%.6f", step=1e-4, key=f"lat/{key}",
        on_change=typed,
    )  # fmt: skip
    right.number_input(
        texts.t("Longitude"), west, east, None, format="%.6f", step=1e-4, key=f"lon/{key}",
        on_change=typed,
    )  # fmt: skip


def _decide(here: _Page, lines: Sequence[_Line], at: int, key: str, picked: str | None) -> None:
    """The note, and the buttons that keep the decision or go on without one."""
    line, texts = lines[at], here.texts
    words = st.text_input(
        texts.t("Note (optional)"), line.record.decision_note, max_chars=500, key=f"note/{key}"
    )
    choice = _choice(line.place, picked, _pin(key), words)
    with st.container(horizontal=True):
        asked = st.button(
            texts.t("Keep this decision"), type="primary", disabled=choice is None,
            shortcut="Ctrl+Enter",
        )  # fmt: skip
        later = st.button(texts.t("Next"), disabled=len(lines) < 2, shortcut="Ctrl+Down")
    if later:
        _take([each.case_id for each in lines], (at + 1) % len(lines))
        st.rerun()
    if asked and choice is not None:
        settled = here.desk.settle(
            here.campaign.campaign_id, line.case_id, choice, version=line.record.version
        )
        done(_kept(line, settled, texts))


def _choice(place: Place, picked: str | None, pin: LonLat | None, words: str) -> Choice | None:
    """What is asked for; None as long as it is not complete."""
    if picked == "pin":
        return Choice(pin=pin, note=words) if pin else None
    if picked == "service":
        return Choice(service_address=True, note=words)
    if picked == "nowhere":
        return Choice(nowhere=True, note=words)
    return Choice(candidate=place.candidates[int(picked)], note=words) if picked else None


def _kept(line: _Line, settled: Settled, texts: Texts) -> str:
    """What came of a decision, in words."""
    told = [texts.t("The decision on {case} is kept.", case=line.case_id)]
    if settled.also:
        told.append(
            texts.n(
                "Also applied to {count} case of the same address.",
                "Also applied to {count} cases of the same address.",
                len(settled.also),
            )
        )
    elif line.cases > 1:
        told.append(
            texts.n(
                "The address names no house: {count} other case still waits.",
                "The address names no house: {count} other cases still wait.",
                line.cases - 1,
            )
        )
    told.append(texts.said(*settled.against))
    return " ".join(each for each in told if each)
