"""Planner: how long records are kept, what goes when their term is over, one child's record."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from maps.child_record import record_page
from maps.pages.frame import choose, done, faults_told, heading, plain
from maps.texts import Texts
from planning import wire
from planning.desk import Desk
from planning.disclosure import ShownCount
from planning.model import Campaign
from planning.record import ChildRecord
from planning.retention import ErasureReason, Term

REASONS = {
    ErasureReason.REQUEST: "the family asked for it",
    ErasureReason.ORDER: "a court or authority ordered it",
    ErasureReason.MISTAKE: "the child should not have been listed",
}

TABLES = {
    "cases": "cases with names, addresses and places",
    "outcomes": "outcomes with notes",
    "plans": "versions of the plan",
    "teams": "teams",
    "members": "members of teams",
    "decisions": "decisions on addresses",
    "referrals": "referrals",
    "school_checks": "school checks",
    "break_glass": "emergencies",
}
"""What goes, by table; the others are counted together."""


def page(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """Retention of the chosen campaign, and the record of one of its children."""
    heading(texts.t("Records"), texts, campaign)
    with faults_told(texts):
        terms = {each.campaign_id: each for each in desk.terms()}
        _tell_due(desk, terms, texts)
        with faults_told(texts):
            _retention(desk, campaign, terms[campaign.campaign_id], texts)
        if not terms[campaign.campaign_id].purged_at:
            _one_child(desk, campaign, texts)


def _tell_due(desk: Desk, terms: dict[str, Term], texts: Texts) -> None:
    over = {each.campaign_id for each in desk.terms_over()}
    for each in desk.campaigns():
        if each.campaign_id in over:
            told = texts.t(
                "The term of “{campaign}” ended on {day}. Decide: purge its records, or keep them "
                "longer for a reason you can name.",
                campaign=each.name,
                day=texts.date(terms[each.campaign_id].keep_until),
            )
            st.warning(plain(told), icon=":material/event_busy:")


# --- retention -------------------------------------------------------------------------------


def _retention(desk: Desk, campaign: Campaign, term: Term, texts: Texts) -> None:
    st.subheader(texts.t("How long the records are kept"), anchor=False)
    if term.purged_at:
        told = texts.t("The records were purged on {day}.", day=term.purged_at[:10])
        st.info(plain(told))
        _kept(desk.kept(campaign.campaign_id), texts)
        return
    with st.form("term"):
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        day = left.date_input(
            texts.t("Last day on which the records of this campaign are kept"),
            value=term.keep_until,
            max_value=None,
            format="DD.MM.YYYY",
        )
        asked = right.form_submit_button(texts.t("Save"), width="stretch")
    st.caption(
        texts.t(
            "Nothing is removed by itself. After this day the page asks for a decision, and "
            "purging leaves only the campaign’s name, its days and counts without small groups."
        )
    )
    if asked:
        desk.set_term(campaign.campaign_id, day)
        done(texts.t("Saved."))
    if campaign.campaign_id in {each.campaign_id for each in desk.terms_over()}:
        _purge(desk, campaign, texts)


def _purge(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    seen = desk.purge_preview(campaign.campaign_id)
    st.subheader(texts.t("What goes"), anchor=False)
    known = [(texts.t(TABLES[name]), count) for name, count in seen.rows if name in TABLES]
    others = sum(count for name, count in seen.rows if name not in TABLES)
    rows = [*known, *([(texts.t("what belongs to these"), others)] if others else [])]
    st.dataframe(
        pd.DataFrame(rows, columns=[texts.t("What"), texts.t("Records")]),
        hide_index=True,
    )
    st.caption(
        texts.t(
            "The log stays: {count} of its entries name a case of this campaign by its number. "
            "Backups are not touched: see docs/operations.md.",
            count=seen.log_entries,
        )
    )
    with st.form("purge"):
        typed = st.text_input(texts.t("To purge, type the campaign’s name"), autocomplete="off")
        if st.form_submit_button(texts.t("Purge for good"), icon=":material/delete_forever:"):
            if typed.strip() != campaign.name.strip():
                st.error(texts.t("That is not the campaign’s name. Nothing was removed."))
                return
            desk.purge(campaign.campaign_id, seen)
            done(texts.t("The records are gone. The counts stay."))


def _kept(counts: tuple[ShownCount, ...], texts: Texts) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Area"): [each.name or each.area_code for each in counts],
                texts.t("Children listed"): [_shown(each.listed) for each in counts],
                texts.t("In the plan"): [_shown(each.planned) for each in counts],
                texts.t("Visited"): [_shown(each.visited) for each in counts],
                texts.t("Resolved"): [_shown(each.resolved) for each in counts],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _shown(count: int | None) -> str:
    return "·" if count is None else str(count)


# --- one child -------------------------------------------------------------------------------


def _one_child(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    st.subheader(texts.t("One child’s record"), anchor=False)
    with st.form("child"):
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        asked = left.text_input(texts.t("Case number, as in the list"), autocomplete="off")
        if right.form_submit_button(texts.t("Show the record"), width="stretch"):
            st.session_state["record_of"] = (campaign.campaign_id, asked.strip())
    wanted = st.session_state.get("record_of")
    if wanted is None or wanted[0] != campaign.campaign_id or not wanted[1]:
        _allow_again(desk, campaign, texts)
        return
    record = desk.child_record(*wanted)
    cases = ", ".join(case_id for _, case_id in record.cases)
    st.markdown(plain(texts.t("Cases of this child in all campaigns: {cases}", cases=cases)))
    _hand_out(record, texts)
    _erase(desk, record, texts)


def _hand_out(record: ChildRecord, texts: Texts) -> None:
    st.caption(
        texts.t(
            "Read the record before you hand it out: notes may tell of other people, and those "
            "parts are not the family’s to have. That it was opened is in the log."
        )
    )
    left, right = st.columns(2)
    left.download_button(
        texts.t("Record to print"), record_page(record, texts).encode(), "record.html",
        "text/html", on_click="ignore", width="stretch",
    )  # fmt: skip
    right.download_button(
        texts.t("Record for machines (JSON)"), wire.dump(record).encode(), "record.json",
        "application/json", on_click="ignore", width="stretch",
    )  # fmt: skip


def _erase(desk: Desk, record: ChildRecord, texts: Texts) -> None:
    with st.expander(texts.t("Erase this child’s record")), faults_told(texts):
        st.markdown(
            texts.t(
                "The child goes from lists, plans, outcomes and remembered addresses of all "
                "campaigns. Others at the same door stay, without the note that was written there. "
                "The log keeps the case number. A later list that names the child is told."
            )
        )
        reason = choose(
            texts.t("Why"),
            list(ErasureReason),
            texts,
            key="erasure_reason",
            said=lambda each: texts.t(REASONS[each]),
        )
        sure = st.checkbox(texts.t("The family has its copy, or does not want one."))
        if st.button(
            texts.t("Erase for good"), icon=":material/delete_forever:", disabled=not sure
        ):
            erasure = desk.erase_child(record.cases, reason)
            st.session_state.pop("record_of", None)
            said = texts.t("The record is erased.")
            if erasure.stops:
                more = texts.t(
                    "A stop was taken off the published plan: repair it to use the time."
                )
                said = f"{said} {more}"
            done(said)


def _allow_again(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    folded = st.expander(texts.t("An erased child is on a list again"))
    with folded, faults_told(texts), st.form("again"):
        case_id = st.text_input(
            texts.t("Case number that was erased in this campaign"), autocomplete="off"
        )
        if st.form_submit_button(texts.t("Let the child back onto lists")):
            desk.allow_again(campaign.campaign_id, case_id.strip())
            done(texts.t("The next list may name the child."))
