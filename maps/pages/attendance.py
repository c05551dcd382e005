"""Planner and coordinator: who came back to school, whom to ask whether they stay, and who goes on.

Every form says of which version of a record it was made: two who answer for one child at the same
time never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from maps.pages.frame import done, faults_told, heading, plain, view_of
from maps.texts import Texts
from maps.texts.words import SCHOOL_ANSWERS, UNSETTLED
from planning.attendance import FOLLOW_UPS, Attendance, SchoolAnswer, StayedCount
from planning.coverage import NOWHERE, TOTAL
from planning.desk import Desk
from planning.desk.attendance import AskSchool, FollowUps
from planning.model import Campaign, CaseRecord, Saved
from planning.roles import Action, may

_SHOWN = 20
"""Children on the page at once: every one of them is a form."""
_ONE_AND_TOTAL = 2
"""Rows of which the total says nothing more."""


def page(desk: Desk, campaign: Campaign, texts: Texts, *, today: date) -> None:
    """Schools to ask, children who are back, and the step into the next school year."""
    heading(texts.t("Attendance"), texts, campaign)
    with faults_told(texts):
        found = desk.follow_ups(campaign.campaign_id)
        views: dict[str, tuple[str, Callable[[], None]]] = {
            "ask": (
                f"{texts.t('Schools to ask')} ({len(found.to_ask)})",
                lambda: _to_ask(desk, campaign, found, texts),
            ),
            "record": (
                f"{texts.t('Record a return')} ({len(found.found)})",
                lambda: _returns(desk, campaign, found, texts, today),
            ),
            "back": (
                f"{texts.t('Back in school')} ({len(found.back)})",
                lambda: _back(desk, campaign, found, texts),
            ),
            "counts": (texts.t("By municipality"), lambda: _counts(found, texts)),
        }
        if may(desk.user, Action.IMPORT):
            views["next"] = (
                texts.t("Next school year"), lambda: _take_over(desk, campaign, texts)
            )  # fmt: skip
        said = {name: words for name, (words, _) in views.items()}
        view = view_of(said, texts, key="attendance_view", first="ask")
        views[view][1]()


def _name(record: CaseRecord) -> str:
    return record.case.child or record.case.case_id


def _known_by(record: CaseRecord) -> str:
    """Namesakes are told apart by their case."""
    case = record.case
    return f"{case.child} · {case.case_id}" if case.child else case.case_id


def _to_ask(desk: Desk, campaign: Campaign, found: FollowUps, texts: Texts) -> None:
    if not found.to_ask:
        st.info(texts.t("No school has to be asked today."))
        return
    _cut(len(found.to_ask), texts)
    school = None
    for each in found.to_ask[:_SHOWN]:
        if each.due.school != school:
            school = each.due.school
            st.subheader(plain(school), anchor=False)
        with st.form(f"ask/{each.due.case_id}", border=True):
            _ask(desk, campaign, each, texts)


def _ask(desk: Desk, campaign: Campaign, each: AskSchool, texts: Texts) -> None:
    st.markdown(f"**{plain(_name(each.record))}**")
    st.caption(
        texts.t(
            "After {days} days, from {day} on",
            days=each.due.after,
            day=f"{each.due.since:%d.%m.%Y}",
        )
    )
    key = each.due.case_id
    answer = st.radio(
        texts.t("The school says"),
        list(SchoolAnswer),
        format_func=lambda it: texts.t(SCHOOL_ANSWERS[it]),
        horizontal=True,
        index=None,
        key=f"answer/{key}",
    )
    note = st.text_input(texts.t("Note"), key=f"note/{key}", max_chars=500)
    if not st.form_submit_button(texts.t("Save")):
        return
    if answer is None:
        st.warning(texts.t("Choose what the school says."))
        return
    desk.record_attendance(
        campaign.campaign_id, key, after=each.due.after, answer=answer,
        seen=each.attendance.version, note=note,
    )  # fmt: skip
    if answer is SchoolAnswer.DROPPED_OUT:
        done(texts.t("Saved. The case is open again, with its history."))
    done(texts.t("Saved."))


def _returns(desk: Desk, campaign: Campaign, found: FollowUps, texts: Texts, today: date) -> None:
    st.caption(
        texts.t(
            "Children whom a crew met or a call found. Record who is in school again: nobody is "
            "sent to the door any more, and the school is asked after 30 and after 90 days."
        )
    )
    if not found.found:
        st.info(texts.t("There is nobody to record."))
        return
    versions = {each.value.case_id: each.version for _, each in found.back}
    with st.form("return", clear_on_submit=False, border=True):
        record = st.selectbox(texts.t("Child"), found.found, format_func=_known_by)
        day = st.date_input(
            texts.t("First day in class"), today, max_value=today, format="DD.MM.YYYY"
        )
        known = record.case.school if record else ""
        school = st.selectbox(
            texts.t("School"),
            list(found.schools),
            index=found.schools.index(known) if known in found.schools else None,
            accept_new_options=True,
            placeholder=texts.t("Choose or type"),
        )
        if st.form_submit_button(texts.t("Save"), type="primary") and record is not None:
            case_id = record.case.case_id
            desk.record_return(
                campaign.campaign_id, case_id, day=day, school=school or "",
                seen=versions.get(case_id, 0),
            )  # fmt: skip
            done(texts.t("Recorded."))


def _back(desk: Desk, campaign: Campaign, found: FollowUps, texts: Texts) -> None:
    if not found.back:
        st.info(texts.t("Nobody is recorded as back in school yet."))
        return
    _cut(len(found.back), texts)
    for record, saved in found.back[:_SHOWN]:
        with st.expander(f"{plain(_name(record))} · {plain(saved.value.last.school)}"):
            _told(saved, texts)
            if st.button(texts.t("Earlier campaigns"), key=f"past/{record.case.case_id}"):
                _past(desk, campaign, record, texts)


def _told(saved: Saved[Attendance], texts: Texts) -> None:
    for back in saved.value.returns:
        words = [texts.t("back since {day}", day=f"{back.day:%d.%m.%Y}")]
        for it in back.asked:
            answer = texts.t(SCHOOL_ANSWERS[it.answer])
            words.append(texts.t("after {days} days: {answer}", days=it.after, answer=answer))
        st.markdown(f"- {plain(back.school)}: {plain(', '.join(words))}")


def _past(desk: Desk, campaign: Campaign, record: CaseRecord, texts: Texts) -> None:
    past = desk.past_cases(campaign.campaign_id, record.case.case_id)
    if not past:
        st.caption(texts.t("No earlier campaign knew the child."))
    for each in past:
        result = texts.result(each.result) if each.result else texts.t("nobody was sent")
        st.markdown(f"**{plain(each.campaign.name)}**: {plain(result)}")
        if each.attendance is not None:
            _told(Saved(each.attendance, 1, "", ""), texts)


def _counts(found: FollowUps, texts: Texts) -> None:
    if not found.back:
        st.info(texts.t("Nobody is recorded as back in school yet."))
        return
    st.caption(
        texts.t(
            "Exact numbers of children, for you alone: a small one tells who they are. *Not "
            "attending* are the absent, those who moved and those who dropped out again."
        )
    )
    one = len(found.stayed) == _ONE_AND_TOTAL
    rows = found.stayed[:-1] if one else found.stayed
    columns: dict[str, list[object]] = {
        texts.t("Municipality"): [_area(each, texts) for each in rows],
        texts.t("Back in school"): [each.back for each in rows],
    }
    for at, days in enumerate(FOLLOW_UPS):
        answered = [each.answered[at] for each in rows]
        columns |= {
            texts.t("After {days} days: attending", days=days): [x.attending for x in answered],
            texts.t("After {days} days: not attending", days=days): [
                x.not_attending for x in answered
            ],
            texts.t("After {days} days: not asked", days=days): [x.not_asked for x in answered],
        }
    # A plain table: that of `st.dataframe` has a button to take it away as a file.
    st.table(pd.DataFrame(columns).set_index(texts.t("Municipality")))


def _area(row: StayedCount, texts: Texts) -> str:
    if row.municipality_code == TOTAL:
        return texts.t("all areas together")
    if row.municipality_code == NOWHERE:
        return texts.t("place not known")
    return plain(row.name or row.municipality_code)


def _cut(count: int, texts: Texts) -> None:
    if count > _SHOWN:
        st.caption(texts.t("The first {shown} of {count}.", shown=_SHOWN, count=count))


def _take_over(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    st.caption(
        texts.t(
            "Cases that an earlier campaign left open, or in doubt, go on in this one. Addresses "
            "and decisions come along; days, teams and kits do not, and nobody’s age or grade is "
            "guessed. Doing it again adds nobody twice."
        )
    )
    earlier = [
        each
        for each in desk.campaigns()
        if each.campaign_id != campaign.campaign_id and each.region == campaign.region
    ]
    if not earlier:
        st.info(texts.t("There is no other campaign in this region."))
        return
    with st.form("take_over", border=True):
        source = st.selectbox(
            texts.t("Take over from"), earlier, format_func=lambda each: each.name
        )
        if st.form_submit_button(texts.t("Take over"), type="primary") and source is not None:
            made = desk.take_over(campaign.campaign_id, source.campaign_id)
            reasons = ", ".join(f"{texts.t(UNSETTLED[why])}: {count}" for why, count in made.why)
            said = texts.n("{count} case taken over.", "{count} cases taken over.", made.added)
            done(f"{said} {reasons}".strip())
