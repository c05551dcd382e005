"""Referrals and the hotline: the inbox, a call, institutions and their agreements."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import streamlit as st

from maps.pages.frame import (
    choose,
    done,
    faults_told,
    heading,
    municipalities,
    plain,
    show_next,
    view_of,
)
from maps.pages.one_case import cannot_wait, case_form, offer_insertion
from maps.texts import Texts, words
from planning.desk import Desk, Inbox
from planning.model import Campaign, Saved
from planning.partners import Agreement, Institution, Referral, ReferralState
from planning.referrals import overdue, usual_deadline
from planning.text import one_line

Names = dict[str, str]
_PARTIES = 2
"""Fewer make no agreement."""


def page(desk: Desk, campaign: Campaign, texts: Texts, *, now: datetime) -> None:
    """What waits, and a form for one more."""
    heading(texts.t("Referrals and hotline"), texts, campaign)
    with faults_told(texts):
        box = desk.inbox(campaign.campaign_id)
        institutions = desk.institutions()
        names = {each.value.institution_id: each.value.name for each in institutions}
        today = now.date()
        own = frozenset(each.value.institution_id for each in institutions if each.value.office)
        hotlines = next((each.value.hotlines for each in institutions if each.value.office), ())
        views: dict[str, tuple[str, Callable[[], None]]] = {
            "call": (
                texts.t("Hotline call"),
                lambda: _call(
                    desk, campaign, hotlines, texts, office=bool(own), today=today
                ),
            ),
            "inbox": (
                texts.t("Inbox ({count})", count=len(box.waiting)),
                lambda: _inbox(desk, campaign, box, names, texts, today=today),
            ),
            "new": (
                texts.t("New referral"),
                lambda: _new(desk, campaign, box, names, texts, today=today),
            ),
            "institutions": (
                texts.t("Institutions"), lambda: _institutions(desk, campaign, institutions, texts)
            ),
            "agreements": (
                texts.t("Agreements"),
                lambda: _agreements(desk, names, own, texts, today=today),
            ),
        }  # fmt: skip
        offer_insertion(desk, campaign, texts, now=now)
        if box.overdue:
            st.warning(
                texts.n(
                    "{count} referral is overdue, and nobody was told.",
                    "{count} referrals are overdue, and nobody was told.",
                    len(box.overdue),
                )
            )
        said = {name: words for name, (words, _) in views.items()}
        view = view_of(said, texts, key="referrals_view", first="call")
        views[view][1]()


# --- the hotline ----------------------------------------------------------------------------


def _call(
    desk: Desk, campaign: Campaign, hotlines: tuple[str, ...], texts: Texts, *, office: bool,
    today: date,
) -> None:  # fmt: skip
    """One short form. The address is looked up while it is typed."""
    if not office:  # told before the call, not after the form was filled in
        st.info(texts.t("Before the first call: say which institution is your own office."))
        _institution(desk, campaign, Institution("", "education", "", office=True), 0, texts)
        return
    turn = st.session_state.get("turns/call", 0)
    hotline = ""
    if len(hotlines) > 1:
        # Nothing is chosen beforehand: a number that nobody chose would be counted as if it rang.
        hotline = st.radio(
            texts.t("Which number rang?"), hotlines, index=None, horizontal=True,
            format_func=plain, key=f"hotline/{turn}",
        ) or ""  # fmt: skip
    text, deadline, urgent = _told(texts, key=f"call/{turn}", today=today)
    case = case_form(
        texts, key=f"call/{turn}", submit=texts.t("Make it a case"),
        check=lambda address: desk.check_address(campaign.campaign_id, address),
    )  # fmt: skip
    if case is None:
        return
    case_id = desk.take_call(
        campaign.campaign_id, case, text=text, deadline=deadline, urgent=urgent, hotline=hotline
    )
    st.session_state["turns/call"] = turn + 1
    if urgent:
        cannot_wait(case_id)
    done(texts.t("The call is a case now: {case}.", case=case_id))


def _told(texts: Texts, *, key: str, today: date) -> tuple[str, date, bool]:
    """(what was told, by when, whether a child is in danger): of a call or of a referral."""
    # The day comes first: its calendar opens when the Tab key meets it, and would hide a field.
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        urgent = bool(st.session_state.get(f"urgent/{key}"))
        deadline = st.date_input(
            texts.t("To be done by"), usual_deadline(today, urgent=urgent),
            format="DD.MM.YYYY", key=f"by/{key}/{urgent}", width=160,
        )  # fmt: skip
        st.checkbox(texts.t("Urgent: a child is in danger"), key=f"urgent/{key}")
    text = st.text_area(texts.t("What was told"), max_chars=2000, key=f"told/{key}", height=80)
    return text, deadline, urgent


# --- the inbox ------------------------------------------------------------------------------


def _inbox(
    desk: Desk, campaign: Campaign, box: Inbox, names: Names, texts: Texts, *, today: date
) -> None:
    rows = [*box.waiting, *box.closed]
    if not rows:
        st.info(texts.t("Nobody has told anything yet."))
        _before_exchange(box, texts)
        return
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("From"): [_from(each.value, names) for each in rows],
                texts.t("Deadline"): [texts.date(each.value.deadline) for each in rows],
                texts.t("State"): [_state(each.value, texts, today) for each in rows],
                texts.t("Urgent"): [each.value.urgent for each in rows],
                texts.t("Told that it is late"): [
                    _named(each.value.escalated_to, names) for each in rows
                ],
                texts.t("Case"): [each.value.case_id for each in rows],
            }
        ),
        hide_index=True,
        width="stretch",
    )
    if box.calls:
        counts = " · ".join(f"{number}: {calls}" for number, calls in box.calls)
        st.caption(plain(texts.t("Calls by number: {counts}", counts=counts)))
    if not box.waiting:
        return
    by_id = {each.value.referral_id: each for each in box.waiting}
    chosen = choose(
        texts.t("Referral"), list(by_id), texts, key="referral",
        said=lambda each: _line(by_id[each].value, names, texts, today),
    )  # fmt: skip
    _one(desk, campaign, by_id[chosen], box, names, texts, today=today)


def _one(
    desk: Desk, campaign: Campaign, kept: Saved[Referral], box: Inbox, names: Names,
    texts: Texts, *, today: date,
) -> None:  # fmt: skip
    referral = kept.value
    key = f"{referral.referral_id}/{kept.version}"
    st.write(plain(referral.text))
    with st.container(horizontal=True):
        if referral.state is ReferralState.OPEN and st.button(
            texts.t("Acknowledge"), icon=":material/check:", key=f"ack/{key}"
        ):
            desk.acknowledge_referral(campaign.campaign_id, referral.referral_id, seen=kept.version)
            done(texts.t("Acknowledged."))
        if st.button(texts.t("Close without a case"), key=f"close/{key}"):
            desk.close_referral(campaign.campaign_id, referral.referral_id, seen=kept.version)
            done(texts.t("Closed."))
    if overdue(referral, today) and not referral.escalated_to:
        _escalate(desk, campaign, kept, box, names, texts)
    with st.expander(texts.t("Make it a case")):
        case = case_form(
            texts, key=f"case/{key}", submit=texts.t("Make it a case"),
            check=lambda address: desk.check_address(campaign.campaign_id, address),
        )  # fmt: skip
        if case is not None:
            case_id = desk.open_case(
                campaign.campaign_id, referral.referral_id, case, seen=kept.version
            )
            if referral.urgent:
                cannot_wait(case_id)
            done(texts.t("The referral is a case now: {case}.", case=case_id))


def _escalate(
    desk: Desk, campaign: Campaign, kept: Saved[Referral], box: Inbox, names: Names,
    texts: Texts,
) -> None:  # fmt: skip
    proposed = {late.value.referral_id: to for late, to in box.overdue}
    others = [each for each in box.partners if each != kept.value.institution_id]
    if not others:
        return
    first = proposed.get(kept.value.referral_id, "")
    to = choose(
        texts.t("Overdue: whom did you tell?"), others, texts,
        key=f"escalate/{kept.value.referral_id}", said=lambda each: _named(each, names),
        first=others.index(first) if first in others else 0,
    )  # fmt: skip
    if st.button(texts.t("Note that it was told"), key=f"told/{kept.value.referral_id}"):
        desk.escalate_referral(
            campaign.campaign_id, kept.value.referral_id, to=to, seen=kept.version
        )
        done(texts.t("Noted."))


def _new(
    desk: Desk, campaign: Campaign, box: Inbox, names: Names, texts: Texts, *, today: date
) -> None:
    if not box.partners:
        _before_exchange(box, texts)
        return
    turn = st.session_state.get("turns/referral", 0)
    institution_id = choose(
        texts.t("From"), box.partners, texts, key="referral_from",
        said=lambda each: _named(each, names),
    )  # fmt: skip
    text, deadline, urgent = _told(texts, key=f"referral/{turn}", today=today)
    if st.button(texts.t("Keep the referral"), type="primary"):
        desk.receive_referral(
            campaign.campaign_id, institution_id=institution_id, text=text, deadline=deadline,
            urgent=urgent,
        )  # fmt: skip
        st.session_state["turns/referral"] = turn + 1
        show_next("referrals_view", "inbox")
        done(texts.t("The referral is in the inbox."))


def _before_exchange(box: Inbox, texts: Texts) -> None:
    """What is missing before an institution may tell anything, and the way there."""
    if box.partners:
        return
    st.info(texts.t("Add the institutions and their agreement first."))
    with st.container(horizontal=True):
        ways = {"institutions": texts.t("Institutions"), "agreements": texts.t("Agreements")}
        for view, said in ways.items():
            st.button(said, on_click=show_next, args=("referrals_view", view), key=f"to_{view}")


def _state(referral: Referral, texts: Texts, today: date) -> str:
    if overdue(referral, today):
        return texts.t("overdue")
    return {
        ReferralState.OPEN: texts.t("new"),
        ReferralState.ACKNOWLEDGED: texts.t("acknowledged"),
        ReferralState.CLOSED: texts.t("closed"),
    }[referral.state]


def _line(referral: Referral, names: Names, texts: Texts, today: date) -> str:
    urgent = f" · {texts.t('urgent')}" if referral.urgent else ""
    state = _state(referral, texts, today)
    name = _named(referral.institution_id, names)
    return f"{texts.date(referral.deadline)} · {name} · {state}{urgent}"


def _from(referral: Referral, names: Names) -> str:
    """Who told; of a call, the number that rang too."""
    name = _named(referral.institution_id, names)
    return f"{name} · ☎ {referral.hotline}" if referral.hotline else name


def _named(institution_id: str, names: Names) -> str:
    return names.get(institution_id, institution_id)


# --- institutions and agreements ------------------------------------------------------------


def _institutions(
    desk: Desk, campaign: Campaign, institutions: list[Saved[Institution]], texts: Texts
) -> None:
    names = municipalities(desk, campaign)
    if institutions:
        st.dataframe(
            pd.DataFrame(
                {
                    texts.t("Name"): [each.value.name for each in institutions],
                    texts.t("Kind"): [texts.institution(each.value.kind) for each in institutions],
                    texts.t("Municipality"): [
                        _named(each.value.municipality_code, names) for each in institutions
                    ],
                    texts.t("This office"): [each.value.office for each in institutions],
                    texts.t("Answers for"): [
                        ", ".join(_area(area, names) for area in sorted(each.value.accountable_for))
                        for each in institutions
                    ],
                }
            ),
            hide_index=True,
            width="stretch",
        )
    by_id = {each.value.institution_id: each for each in institutions}
    chosen = choose(
        texts.t("Institution"), ["", *by_id], texts, key="institution",
        said=lambda each: by_id[each].value.name if each else texts.t("a new institution"),
    )  # fmt: skip
    kept = by_id.get(chosen)
    before = kept.value if kept else Institution("", "education", "")
    _institution(desk, campaign, before, kept.version if kept else 0, texts)


def _institution(
    desk: Desk, campaign: Campaign, before: Institution, version: int, texts: Texts
) -> None:
    kinds = sorted({*words.INSTITUTIONS, before.kind}, key=texts.institution)
    names = municipalities(desk, campaign)
    where = ["", *names, *({before.municipality_code} - {"", *names})]
    with st.form(f"institution/{before.institution_id}/{version}"):
        left, right = st.columns(2)
        name = left.text_input(texts.t("Name"), before.name, max_chars=200)
        kind = right.selectbox(
            texts.t("Kind"), kinds, index=kinds.index(before.kind),
            format_func=texts.institution,
        )  # fmt: skip
        left, right = st.columns(2)
        municipality = left.selectbox(
            texts.t("Municipality"), where, index=where.index(before.municipality_code),
            format_func=lambda each: _named(each, names) or texts.t("the whole region"),
        )  # fmt: skip
        areas = right.multiselect(
            texts.t("Answers for the cases of"),
            [*names, *sorted(before.accountable_for - {*names})],
            sorted(before.accountable_for), format_func=lambda each: _area(each, names),
            accept_new_options=True, placeholder=texts.t("Choose"),
            help=texts.t("A district of a municipality is typed as code/district."),
        )  # fmt: skip
        left, right = st.columns(2)
        contact = left.text_input(texts.t("Whom to ask for"), before.contact, max_chars=200)
        phone = right.text_input(texts.t("Telephone"), before.phone, max_chars=60)
        office = st.checkbox(texts.t("This is our office"), before.office)
        hotlines = st.multiselect(
            texts.t("Numbers of our hotline"), before.hotlines, before.hotlines,
            accept_new_options=True, placeholder=texts.t("Type a number"),
            help=texts.t("Where there are several, each call says which of them rang."),
        )  # fmt: skip
        asked = st.form_submit_button(texts.t("Save"), type="primary")
    if not asked:
        return
    wanted = replace(
        before,
        institution_id=before.institution_id or uuid.uuid4().hex[:12],
        kind=kind,
        name=name.strip(),
        municipality_code=municipality,
        accountable_for=frozenset(filter(None, map(str.strip, areas))),
        contact=contact.strip(),
        phone=phone.strip(),
        office=office,
        hotlines=tuple(dict.fromkeys(filter(None, map(one_line, hotlines)))),
    )
    desk.save_institution(wanted, seen=version)
    done(texts.t("The institution is saved."))


def _area(area: str, names: Names) -> str:
    """What an institution answers for: a municipality, or a district as `<code>/<district>`."""
    code, _, district = area.partition("/")
    return f"{_named(code, names)}/{district}" if district else _named(code, names)


def _agreements(
    desk: Desk, names: Names, own: frozenset[str], texts: Texts, *, today: date
) -> None:
    agreements = desk.agreements()
    st.caption(texts.t("Nothing is exchanged with an institution without an agreement that holds."))
    if len(names) < _PARTIES:
        st.info(texts.t("Add the institutions first: an agreement binds two or more."))
        st.button(texts.t("Institutions"), on_click=show_next,
                  args=("referrals_view", "institutions"))  # fmt: skip
        return
    if agreements:
        st.dataframe(
            pd.DataFrame(
                {
                    texts.t("Number"): [each.value.number for each in agreements],
                    texts.t("Parties"): [
                        ", ".join(sorted(_named(party, names) for party in each.value.parties))
                        for each in agreements
                    ],
                    texts.t("Valid from"): [
                        texts.date(each.value.first_day) for each in agreements
                    ],
                    texts.t("Valid until"): [
                        texts.date(each.value.last_day) if each.value.last_day else ""
                        for each in agreements
                    ],
                    texts.t("Holds today"): [each.value.holds(today) for each in agreements],
                    texts.t("Purpose"): [each.value.purpose for each in agreements],
                }
            ),
            hide_index=True,
            width="stretch",
        )
    by_id = {each.value.agreement_id: each for each in agreements}
    chosen = choose(
        texts.t("Agreement"), ["", *by_id], texts, key="agreement",
        said=lambda each: by_id[each].value.number if each else texts.t("a new agreement"),
    )  # fmt: skip
    kept = by_id.get(chosen)
    before = kept.value if kept else Agreement("", "", own, today)
    version = kept.version if kept else 0
    with st.form(f"agreement/{chosen}/{version}"):
        left, right = st.columns(2)
        number = left.text_input(texts.t("Number"), before.number, max_chars=60)
        parties = right.multiselect(
            texts.t("Parties"), list(names), sorted(before.parties & names.keys()),
            format_func=lambda each: _named(each, names), placeholder=texts.t("Choose"),
        )  # fmt: skip
        left, right = st.columns(2)
        first = left.date_input(texts.t("Valid from"), before.first_day, format="DD.MM.YYYY")
        last = right.date_input(texts.t("To, where it ends"), before.last_day, format="DD.MM.YYYY")
        purpose = st.text_input(texts.t("Purpose"), before.purpose, max_chars=500)
        asked = st.form_submit_button(texts.t("Save"), type="primary")
    if asked:
        agreement_id = before.agreement_id or uuid.uuid4().hex[:12]
        desk.save_agreement(
            Agreement(agreement_id, number.strip(), frozenset(parties), first, last,
                      purpose.strip()),
            seen=version,
        )  # fmt: skip
        done(texts.t("The agreement is saved."))
