"""One case in one short form: whom it is about and where; and its way into today's routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from maps.offline import asset
from maps.pages.frame import go_to, plain
from maps.texts import Texts
from maps.texts.words import CATEGORIES
from planning.desk import Desk
from planning.model import Address, Campaign, Case, Category, Place
from planning.routing.repair import Now

Check = Callable[[Address], Place]

_TYPING = st.components.v2.component("typing", html="<span></span>", js=asset("typing.js"))


def case_form(texts: Texts, *, key: str, submit: str, check: Check | None = None) -> Case | None:
    """The case as typed, once the button is pressed; None until then.

    With `check` the address is looked up while it is typed, and what was found is shown.
    """
    left, right = st.columns(2)
    child = left.text_input(texts.t("Child's name"), max_chars=200, key=f"child/{key}")
    phone = right.text_input(texts.t("Telephone"), max_chars=60, key=f"phone/{key}")
    labels = (
        texts.t("Town or village"),
        texts.t("Street and number, or what is near"),
        texts.t("Municipality"),
    )
    left, right = st.columns(2)  # row by row: so goes the Tab key, and so they stand on a phone
    settlement = left.text_input(labels[0], max_chars=120, key=f"settlement/{key}")
    address = right.text_input(labels[1], max_chars=300, key=f"address/{key}")
    left, right = st.columns(2)
    municipality = left.text_input(labels[2], max_chars=120, key=f"municipality/{key}")
    national_id = right.text_input(
        texts.t("National ID, if known"), max_chars=40, key=f"national_id/{key}"
    )
    hazard = st.text_input(
        texts.t("What the team should beware of"), max_chars=200, key=f"hazard/{key}"
    )
    categories = st.multiselect(
        texts.t("Categories of need, if known"), list(Category), key=f"categories/{key}",
        format_func=lambda each: texts.t(CATEGORIES[each]), placeholder=texts.t("Choose"),
    )  # fmt: skip
    where = Address(address, settlement, municipality)
    if check is not None:
        _TYPING(key=f"typing/{key}", data={"labels": list(labels)})
        if address or settlement:
            _told(check(where), texts)
    sensitive = st.checkbox(
        texts.t("Sensitive: never on a print or an export"), key=f"sensitive/{key}"
    )
    if not st.button(submit, type="primary", key=f"submit/{key}"):
        return None
    return Case(
        "", where, child=child, phone=phone, national_id=national_id, sensitive=sensitive,
        hazard=hazard, categories=frozenset(categories),
    )  # fmt: skip


def _told(place: Place, texts: Texts) -> None:
    """What the address means on the map, and what else it may mean."""
    said = plain(place.matched or texts.level(place.level))
    if place.lon is None:
        st.warning(plain(texts.said(*place.notes)) or said)
        return
    sure = texts.t("{level}, about {metres} m", level=texts.level(place.level),
                   metres=round(place.error_m or 0))  # fmt: skip
    (st.warning if place.needs_review else st.success)(f"{said} · {plain(sure)}")
    others = [each.label for each in place.candidates[1:4] if each.label]
    if others:
        st.caption(plain(texts.t("It may also be: {others}", others="; ".join(others))))


def cannot_wait(case_id: str) -> None:
    """From now on `offer_insertion` offers to send somebody to this case today."""
    st.session_state["case_to_insert"] = case_id


def offer_insertion(desk: Desk, campaign: Campaign, texts: Texts, *, now: datetime) -> None:
    """A case that cannot wait goes into the running routes: a draft to look at, then to publish."""
    case_id = str(st.session_state.get("case_to_insert", ""))
    if not case_id:
        return
    found = desk.plan(campaign.campaign_id)
    if found is None:
        st.info(plain(texts.t("{case} goes into the first plan.", case=case_id)))
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.write(
            plain(
                texts.t(
                    "Shall somebody go to {case} today? You see what changes before the teams do.",
                    case=case_id,
                )
            )
        )
        if st.button(texts.t("Put it into the routes"), type="primary", icon=":material/add_road:"):
            job = desk.start_repair(
                campaign.campaign_id, add_new=True, now=Now.within(found.plan, now)
            )
            del st.session_state["case_to_insert"]
            st.session_state["started_repair"] = job
            st.session_state["adjust_view"] = "repair"
            go_to("adjust")
        if st.button(texts.t("The next plan has it")):
            del st.session_state["case_to_insert"]
            st.rerun()
