"""Planner and coordinator: who is called or looked into today, each result in one tap."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time

import streamlit as st

from maps.pages.frame import done, faults_told, heading, plain
from maps.texts import Texts, words
from planning.campaign.approach import MOST_CALLS, MOST_DAYS, Approach
from planning.campaign.ladder import (
    ANSWERS,
    CALL_FIRST,
    STRAIGHT,
    WHOLE_DAY,
    Answer,
    Appointment,
    Channel,
    Contact,
    Ladder,
    Step,
)
from planning.desk import Call, CallList, Desk
from planning.model import Campaign, Priority, Window
from planning.roles import Action, may

AT_ONCE = 10
"""Cases on the screen: what is recorded goes, and the next ones come up."""


def page(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """The list of the day, and what can be taken back."""
    heading(texts.t("Calls"), texts, campaign)
    with faults_told(texts):
        if may(desk.user, Action.PLAN):
            _ladder(desk, campaign, texts)
        channel = _channel(texts)
        skip = AT_ONCE * (int(st.session_state.get(f"calls_page_{channel}", 1)) - 1)
        found = desk.call_list(campaign.campaign_id, channel, skip=skip, limit=AT_ONCE)
        if not found.ladder.steps:
            st.info(texts.t("In this campaign nothing is tried before a visit."))
            return
        _undo(desk, campaign, found.last, texts)
        _figures(found, channel, texts)
        for call in found.calls:
            _call(desk, campaign, call, channel, texts)
        _turn(found, channel, texts)


def _channel(texts: Texts) -> Channel:
    said = {Channel.PHONE: texts.t("To call"), Channel.RESEARCH: texts.t("To look into")}
    chosen = st.segmented_control(
        texts.t("What to look at"),
        list(said),
        default=Channel.PHONE,
        format_func=said.__getitem__,
        label_visibility="collapsed",
        required=True,
        key="calls_channel",
        persist_state="session",
    )
    return Channel(chosen)


def _figures(found: CallList, channel: Channel, texts: Texts) -> None:
    parts = [
        texts.n("{count} case today", "{count} cases today", found.today[channel]),
        texts.n("{count} on another day", "{count} on another day", found.later[channel]),
        texts.n("{count} needs no visit any more", "{count} need no visit any more", found.closed),
    ]
    st.caption(" · ".join(parts))
    if not found.calls:
        st.success(texts.t("Nobody waits for this today."), icon=":material/check:")


def _call(desk: Desk, campaign: Campaign, call: Call, channel: Channel, texts: Texts) -> None:
    """A case with its number, what was tried, and a button for every answer."""
    case = call.case
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            name = case.child or case.case_id
            st.markdown(
                f"**{plain(name)}** · {plain(call.settlement or case.address.settlement)}",
                width="content",
            )
            if channel is Channel.PHONE:
                st.link_button(
                    plain(case.phone), _tel(case.phone), icon=":material/call:", width="content"
                )
            st.text_input(
                texts.t("Note"),
                max_chars=500,
                key=_note_of(call.key),
                placeholder=texts.t("Note"),
                label_visibility="collapsed",
            )
        st.caption(" · ".join(_said(call, texts)))
        with st.container(horizontal=True, gap="small"):
            for answer in ANSWERS[channel]:
                # A callback: where somebody else was quicker, the case is gone from this list by
                # the time it is drawn anew, and a button that is not drawn would say nothing.
                st.button(
                    texts.capital(texts.t(words.ANSWERS[answer])),
                    key=f"{answer}/{call.key}",
                    type="primary" if answer is ANSWERS[channel][0] else "secondary",
                    on_click=_record,
                    args=(desk, campaign, call, channel, answer, texts),
                )
            if channel is Channel.PHONE:
                with st.popover(texts.t("When they expect us"), icon=":material/event:"):
                    _when_expected(call.key, texts)


def _when_expected(key: str, texts: Texts) -> None:
    """Chosen before the tap on the answer; without a day the crew comes when it can."""
    st.date_input(texts.t("Day"), None, format="DD.MM.YYYY", key=f"day/{key}")
    first, last = st.columns(2)
    first.time_input(texts.t("not before"), None, key=f"from/{key}")
    last.time_input(texts.t("not after"), None, key=f"to/{key}")


def _appointment(key: str) -> Appointment | None:
    day, first, last = (st.session_state.get(f"{what}/{key}") for what in ("day", "from", "to"))
    if day is None:
        return None
    return Appointment(day, Window(_seconds(first, WHOLE_DAY.start), _seconds(last, WHOLE_DAY.end)))


def _seconds(picked: time | None, otherwise: int) -> int:
    return otherwise if picked is None else picked.hour * 3600 + picked.minute * 60


def _record(
    desk: Desk, campaign: Campaign, call: Call, channel: Channel, answer: Answer, texts: Texts
) -> None:
    """Keeps an answer, with what was typed beside it."""
    case_id = call.case.case_id
    note = str(st.session_state.get(_note_of(call.key), ""))
    with faults_told(texts):
        desk.record_contact(
            campaign.campaign_id, case_id, channel, answer, key=call.key, note=note,
            appointment=_appointment(call.key) if answer is Answer.AGREED else None,
        )  # fmt: skip
        st.session_state["just_done"] = f"{case_id}: {texts.t(words.ANSWERS[answer])}"


def _note_of(key: str) -> str:
    return f"note/{key}"


def _said(call: Call, texts: Texts) -> list[str]:
    """What stands below the name: urgency, deadline, which attempt this is, what was tried."""
    case = call.case
    parts = [plain(case.case_id)]
    if case.priority is not Priority.NORMAL:
        parts.append(f":orange-badge[{plain(texts.priority(case.priority))}]")
    if case.deadline is not None:
        parts.append(plain(texts.t("by {day}", day=texts.date(case.deadline))))
    if call.standing.why is not None:
        parts.append(plain(texts.said(call.standing.why).rstrip(".")))
    if call.earlier:
        parts.append(plain(_tried(call.earlier[-1], texts)))
    return parts


def _tried(contact: Contact, texts: Texts) -> str:
    at = datetime.fromisoformat(contact.at)
    said = f"{at:%d.%m. %H:%M} {texts.t(words.ANSWERS[contact.answer])}"
    return f"{said}: {contact.note}" if contact.note else said


def _tel(phone: str) -> str:
    """For the telephone of whoever looks at the page: nothing but digits gets into the link."""
    digits = re.sub(r"[^0-9]", "", phone)
    return f"tel:{'+' if phone.strip().startswith('+') else ''}{digits}"


def _undo(desk: Desk, campaign: Campaign, last: Contact | None, texts: Texts) -> None:
    if last is None:
        return
    said = f"{last.case_id}: {texts.t(words.ANSWERS[last.answer])}"
    if st.button(
        plain(texts.t("Take back: {what}", what=said)), icon=":material/undo:", key="undo_call"
    ):
        desk.undo_contact(campaign.campaign_id, last.key)
        done(texts.t("Taken back."))


def _turn(found: CallList, channel: Channel, texts: Texts) -> None:
    pages = max(1, -(-found.today[channel] // AT_ONCE))
    if pages > 1:
        st.number_input(
            texts.t("Page of {pages}", pages=pages),
            1,
            pages,
            key=f"calls_page_{channel}",
            width=160,
        )


# --- what comes before a visit ------------------------------------------------------------------


def _ladder(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """What is tried first: nothing, the usual three calls and research, or steps of one's own."""
    saved = desk.approach(campaign.campaign_id)
    nothing = not saved.value.ladder.steps
    with st.expander(
        texts.t("What comes before a visit"), expanded=nothing, icon=":material/stairs:"
    ):
        kinds = {
            "none": texts.t("Nothing: crews go at once"),
            "calls": texts.t("Three calls on three days, then research"),
            "own": texts.t("Steps of our own"),
        }
        now = _kind(saved.value.ladder)
        kind = st.radio(
            texts.t("What comes before a visit"),
            list(kinds),
            index=list(kinds).index(now),
            format_func=kinds.__getitem__,
            label_visibility="collapsed",
            key=f"ladder_kind/{texts.language}",
        )
        ladder = {"none": STRAIGHT, "calls": CALL_FIRST}.get(kind)
        if ladder is None:
            ladder = _own_steps(saved.value.ladder, texts)
        st.caption(texts.t("Protection cases pass at once. The next plan goes by it."))
        if st.button(texts.t("Save"), key="save_ladder", disabled=ladder == saved.value.ladder):
            changed: Approach = replace(saved.value, ladder=ladder)
            desk.save_approach(campaign.campaign_id, changed, seen=saved.version)
            done(texts.t("Entered."))


def _kind(ladder: Ladder) -> str:
    return {STRAIGHT: "none", CALL_FIRST: "calls"}.get(ladder, "own")


def _own_steps(ladder: Ladder, texts: Texts) -> Ladder:
    before = {step.channel: step for step in ladder.steps}
    call = before.get(Channel.PHONE)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        calls = st.number_input(
            texts.t("Calls"), 0, MOST_CALLS, call.most if call else 0, key="ladder_calls", width=140
        )
        days = st.number_input(
            texts.t("Days between them"), 0, MOST_DAYS, call.days if call else 1,
            key="ladder_days", width=180,
        )  # fmt: skip
        research = st.checkbox(
            texts.t("Research before the visit"), Channel.RESEARCH in before, key="ladder_research"
        )
    steps = [Step(Channel.PHONE, int(calls), int(days))] if calls else []
    return Ladder((*steps, *([Step(Channel.RESEARCH)] if research else ())))
