"""Coordinator, team: one case of somebody else's in an emergency; and who has to see that."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from maps.pages.frame import done, faults_told, heading, plain
from maps.texts import Texts
from planning import roles
from planning.desk import Desk
from planning.errors import NotFound
from planning.model import Campaign, CaseRecord, Emergency
from planning.roles import Action


def page(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """The form, and the cases that are open now."""
    heading(texts.t("Open a case in an emergency"), texts, campaign)
    st.write(
        texts.t(
            "A child of another municipality or team needs you now? Say why. The case is open to "
            "you for an hour; its municipality and the auditor are told at once."
        )
    )
    with faults_told(texts):
        _ask(desk, campaign, texts)
        for each in desk.own_emergencies():
            _show(desk, each, texts)


def _ask(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    with st.form("emergency"):
        case_id = st.text_input(texts.t("Case"), autocomplete="off")
        reason = st.text_area(texts.t("Why"), max_chars=500)
        asked = st.form_submit_button(texts.t("Open for an hour"), type="primary")
    if not asked:
        return
    try:
        desk.break_glass(campaign.campaign_id, case_id.strip(), reason)
    except NotFound:
        st.error(texts.t("There is no such case in this campaign. The try is in the log."))


def _show(desk: Desk, opened: Emergency, texts: Texts) -> None:
    record = desk.emergency_case(opened.number)
    with st.container(border=True):
        st.subheader(plain(opened.case_id), anchor=False)
        st.caption(texts.t("Open until {clock}.", clock=_clock(opened.expires_at)))
        for name, value in _facts(record, texts):
            if value:
                st.markdown(f"**{name}:** {plain(value)}")


def _facts(record: CaseRecord, texts: Texts) -> list[tuple[str, str]]:
    case, place = record.case, record.place
    found = ""
    if place is not None:
        known = (place.matched, texts.unit(place.unit), place.settlement, place.municipality)
        found = ", ".join(filter(None, known))
    return [
        (texts.t("Child"), case.child),
        (texts.t("Address"), case.address.text),
        (texts.t("Found at"), found),
        (texts.t("Phone"), case.phone),
        (texts.t("School"), case.school),
        (texts.t("Priority"), texts.priority(case.priority)),
        (texts.t("Present must be"), texts.institutions(case.requires)),
        (texts.t("Note"), case.note),
    ]


def notices(desk: Desk, texts: Texts) -> None:
    """What this coordinator or auditor has not acknowledged, at the head of every page."""
    if not roles.may(desk.user, Action.SEE_EMERGENCIES):
        return
    for each in desk.unseen_emergencies():
        with st.container(border=True):
            st.warning(
                plain(
                    texts.t(
                        "{who} opened case {case} in an emergency on {when}: “{reason}”",
                        who=each.user_id, case=each.case_id, when=_moment(each.opened_at),
                        reason=each.reason,
                    )
                ),
                icon=":material/emergency_home:",
            )  # fmt: skip
            if st.button(texts.t("I have seen this"), key=f"seen/{each.number}"):
                with faults_told(texts):
                    desk.acknowledge_emergency(each.number)
                    done(texts.t("Noted: you have seen it."))


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%H:%M}"


def _moment(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%d.%m.%Y %H:%M}"
