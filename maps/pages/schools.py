"""School checks: the schools, who checks them when, the headcount, and the home visits it opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pandas as pd
import streamlit as st

from maps.pages.frame import (
    choose,
    done,
    faults_told,
    heading,
    lead_to,
    municipalities,
    plain,
    show_next,
    view_of,
)
from maps.pages.one_case import cannot_wait, case_form, offer_insertion
from maps.texts import Texts
from planning.desk import CheckBook, Desk
from planning.model import Campaign, Role, Saved, Team
from planning.partners import ClassCount, Draft, School, SchoolCheck

_KINDS = ["csv", "txt", "xlsx", "xls", "ods"]
_CLASSES = 3
"""Lines of an empty headcount; one more at a press."""
_NARROW = 96
"""Pixels of a field: three stand side by side on a phone."""
_CROWDED = 2_000
"""More heads than any class has: a slip of the finger."""


def page(desk: Desk, campaign: Campaign, texts: Texts, *, now: datetime) -> None:
    """A planner's four views; a team counts heads in its own checks."""
    heading(texts.t("School checks"), texts, campaign)
    with faults_told(texts):
        book = desk.school_checks(campaign.campaign_id)
        if desk.user.role == Role.TEAM:
            _count(desk, campaign, book, texts)
            return
        offer_insertion(desk, campaign, texts, now=now)
        _progress(book, texts)
        views: dict[str, tuple[str, Callable[[], None]]] = {
            "plan": (
                texts.t("Plan checks"),
                lambda: _plan(desk, campaign, book, texts, today=now.date()),
            ),
            "count": (texts.t("Headcount"), lambda: _count(desk, campaign, book, texts)),
            "homes": (
                texts.t("Children missing ({count})", count=len(book.waiting)),
                lambda: _homes(desk, campaign, book, texts, today=now.date()),
            ),
            "twice": (texts.t("On two lists"), lambda: _twice(desk, campaign, texts)),
            "schools": (texts.t("Schools"), lambda: _schools(desk, campaign, book, texts)),
        }  # fmt: skip
        said = {name: words for name, (words, _) in views.items()}
        first = "plan" if book.schools else "schools"
        view = view_of(said, texts, key="schools_view", first=first)
        views[view][1]()


def _progress(book: CheckBook, texts: Texts) -> None:
    """“38 of 40”, repeats apart."""
    made = book.progress
    with st.container(horizontal=True, gap="large"):
        st.metric(
            texts.t("Schools checked"),
            texts.t("{checked} of {schools}", checked=made.checked, schools=made.schools),
            width="content",
        )
        st.metric(texts.t("Repeated checks"), made.repeats, width="content")
        st.metric(texts.t("Checks still to make"), made.planned, width="content")


def _plan(desk: Desk, campaign: Campaign, book: CheckBook, texts: Texts, *, today: date) -> None:
    teams = {team.team_id: team for team in desk.teams(campaign.campaign_id)}
    schools = {each.school_id: each for each in book.schools}
    on_map = [each.school_id for each in book.schools if each.point is not None]
    if not on_map:
        st.info(texts.t("Bring the teams and the schools first; a school needs a place."))
        st.button(texts.t("Schools"), on_click=show_next, args=("schools_view", "schools"))
        return
    if not teams:
        st.info(texts.t("Bring the teams and the schools first; a school needs a place."))
        lead_to("lists", texts.t("Lists"))
        return
    st.caption(
        texts.t(
            "The next plan sends the team to the school in the morning, and to homes of its "
            "pupils afterwards, on the same day."
        )
    )
    names = municipalities(desk, campaign)
    with st.container(border=True):
        left, middle, right = st.columns([3, 3, 2])
        with left:
            school_id = choose(
                texts.t("School"), on_map, texts, key="check_school",
                said=lambda each: _at(schools[each], names),
            )  # fmt: skip
        here = schools[school_id].municipality_code
        near = sorted(teams, key=lambda each: teams[each].municipality_code != here)
        with middle:
            team_id = choose(
                texts.t("Team"), near, texts, key=f"check_team/{here}",
                said=lambda each: teams[each].name,
            )  # fmt: skip
        day = right.date_input(
            texts.t("Day"), value=max(today, campaign.first_day), format="DD.MM.YYYY"
        )
        asked = st.button(texts.t("Plan the check"), type="primary")
    if asked:
        desk.plan_check(campaign.campaign_id, school_id=school_id, team_id=team_id, day=day)
        done(texts.t("The check is planned. The next plan has it."))
    _planned(desk, campaign, book, teams, schools, texts)


def _planned(
    desk: Desk, campaign: Campaign, book: CheckBook, teams: dict[str, Team],
    schools: dict[str, School], texts: Texts,
) -> None:  # fmt: skip
    if not book.checks:
        return
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Day"): [texts.date(each.value.day) for each in book.checks],
                texts.t("School"): [_name(each.value, schools) for each in book.checks],
                texts.t("Team"): [_team(each.value, teams) for each in book.checks],
                texts.t("Made"): [each.value.done for each in book.checks],
                texts.t("Children missing"): [
                    str(each.value.missing) if each.value.done else "" for each in book.checks
                ],
            }
        ),
        hide_index=True,
        width="stretch",
    )
    open_ones = {each.value.check_id: each for each in book.checks if not each.value.done}
    if not open_ones:
        return
    with st.expander(texts.t("Take back a check")):
        check_id = choose(
            texts.t("Check"), list(open_ones), texts, key="check_cancelled",
            said=lambda each: _said(open_ones[each].value, schools, texts),
        )  # fmt: skip
        if st.button(texts.t("Take back")):
            desk.cancel_check(campaign.campaign_id, check_id, seen=open_ones[check_id].version)
            done(texts.t("The check is taken back."))


def _count(desk: Desk, campaign: Campaign, book: CheckBook, texts: Texts) -> None:
    """Class by class: how many the register has, and how many sit there.

    Plain fields and no table to edit: a team fills them in on a phone.
    """
    schools = {each.school_id: each for each in book.schools}
    checks = {each.value.check_id: each for each in book.checks}
    if not checks:
        st.info(texts.t("No check is planned yet."))
        return
    check_id = choose(
        texts.t("Check"), list(checks), texts, key="check_counted",
        said=lambda each: _said(checks[each].value, schools, texts),
    )  # fmt: skip
    kept = checks[check_id]
    key = f"{check_id}/{kept.version}"
    lines = int(st.session_state.get(f"lines/{key}", len(kept.value.classes) or _CLASSES))
    with st.form(f"count/{key}"):
        rows = [_class(kept.value, at, key, texts) for at in range(lines)]
        more = st.form_submit_button(texts.t("One more class"), icon=":material/add:")
        note = st.text_input(texts.t("Note"), kept.value.note, max_chars=500, key=f"note/{key}")
        asked = st.form_submit_button(texts.t("Save the headcount"), type="primary")
    if more:
        st.session_state[f"lines/{key}"] = lines + 1
        st.rerun()
    if asked:
        _save(desk, campaign, kept, rows, note, texts)


def _class(check: SchoolCheck, at: int, key: str, texts: Texts) -> ClassCount | None:
    """A line of the form; None where nothing stands in it. A count left empty is -1: a fault."""
    before = check.classes[at] if at < len(check.classes) else None
    with st.container(horizontal=True, gap="small"):
        name = st.text_input(
            texts.t("Class"), before.name if before else "", max_chars=40,
            key=f"class/{key}/{at}", width=_NARROW,
        ).strip()  # fmt: skip
        registered, present = (
            st.number_input(words, 0, _CROWDED, value, key=f"{kind}/{key}/{at}", width=_NARROW)
            for kind, words, value in (
                ("registered", texts.t("On the register"), before.registered if before else None),
                ("present", texts.t("Present"), before.present if before else None),
            )
        )
    if not name and registered is None and present is None:
        return None
    return ClassCount(name, *(-1 if each is None else each for each in (registered, present)))


def _save(
    desk: Desk, campaign: Campaign, kept: Saved[SchoolCheck], rows: list[ClassCount | None],
    note: str, texts: Texts,
) -> None:  # fmt: skip
    missing = desk.record_check(
        campaign.campaign_id, kept.value.check_id, [row for row in rows if row is not None],
        seen=kept.version, note=note,
    )  # fmt: skip
    if missing:
        show_next("schools_view", "homes")
    done(
        texts.n(
            "Saved. {count} child is missing; a home visit waits for the planner.",
            "Saved. {count} children are missing; home visits wait for the planner.",
            missing,
        )
        if missing
        else texts.t("Saved. Nobody is missing.")
    )


def _homes(desk: Desk, campaign: Campaign, book: CheckBook, texts: Texts, *, today: date) -> None:
    """Drafts of home visits: name and address come from the school's list."""
    if not book.waiting:
        st.info(texts.t("No child waits: every one missing was looked at."))
        return
    schools = {each.school_id: each for each in book.schools}
    kept = {each.value.check_id: each for each in book.checks}
    at = choose(
        texts.t("Child"), list(range(len(book.waiting))), texts, key="draft",
        said=lambda each: _draft_said(*book.waiting[each], schools, texts),
    )  # fmt: skip
    check, draft = book.waiting[min(at, len(book.waiting) - 1)]
    key = f"{check.check_id}/{draft.number}"
    seen = kept[check.check_id].version
    typed = case_form(
        texts, key=key, submit=texts.t("Open the home visit"),
        check=lambda address: desk.check_address(campaign.campaign_id, address),
    )  # fmt: skip
    if typed is not None:
        case_id = desk.confirm_home_visit(
            campaign.campaign_id, check.check_id, draft.number, typed, seen=seen
        )
        if check.day == today:  # its crew is out there
            cannot_wait(case_id)
        done(texts.t("The home visit is a case now: {case}.", case=case_id))
    if st.button(texts.t("Nobody need go"), key=f"dismiss/{key}"):
        desk.dismiss_home_visit(campaign.campaign_id, check.check_id, draft.number, seen=seen)
        done(texts.t("Noted: nobody goes."))


def _twice(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    found = desk.double_enrolments(campaign.campaign_id)
    if not found:
        st.info(texts.t("No child stands on the lists of two schools."))
        return
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Cases"): [", ".join(each.case_ids) for each in found],
                texts.t("Schools"): [", ".join(each.schools) for each in found],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _schools(desk: Desk, campaign: Campaign, book: CheckBook, texts: Texts) -> None:
    if book.schools:
        names = municipalities(desk, campaign)
        st.dataframe(
            pd.DataFrame(
                {
                    texts.t("School"): [each.name for each in book.schools],
                    texts.t("Municipality"): [
                        names.get(each.municipality_code, each.municipality_code)
                        for each in book.schools
                    ],
                    texts.t("On the map"): [each.point is not None for each in book.schools],
                }
            ),
            hide_index=True,
            width="stretch",
        )
    else:
        st.info(
            texts.t("There are no schools yet: take those of the map, or bring a list of them.")
        )
    if st.button(texts.t("Take the schools of the map"), icon=":material/map:",
                 type="secondary" if book.schools else "primary"):  # fmt: skip
        count = desk.add_mapped_schools(campaign.campaign_id)
        done(texts.n("{count} school imported.", "{count} schools imported.", count))
    st.write(
        texts.t("CSV, Excel or OpenDocument: code, school, municipality, latitude, longitude.")
    )
    turn = st.session_state.get("turns/schools", 0)
    upload = st.file_uploader(texts.t("List of schools"), type=_KINDS, key=f"schools/{turn}")
    if upload and st.button(texts.t("Import schools"), type="primary"):
        count = desk.import_schools(campaign.campaign_id, upload.getvalue(), upload.name)
        st.session_state["turns/schools"] = turn + 1
        done(texts.n("{count} school imported.", "{count} schools imported.", count))


def _at(school: School, names: dict[str, str]) -> str:
    """A school and its municipality: many schools share a name."""
    return f"{school.name} · {names.get(school.municipality_code, school.municipality_code)}"


def _name(check: SchoolCheck, schools: dict[str, School]) -> str:
    return schools[check.school_id].name if check.school_id in schools else check.school_id


def _team(check: SchoolCheck, teams: dict[str, Team]) -> str:
    return teams[check.team_id].name if check.team_id in teams else check.team_id


def _said(check: SchoolCheck, schools: dict[str, School], texts: Texts) -> str:
    return f"{texts.date(check.day)} · {_name(check, schools)}"


def _draft_said(check: SchoolCheck, draft: Draft, schools: dict[str, School], texts: Texts) -> str:
    class_name = plain(draft.class_name).replace("\\", "")
    return f"{_said(check, schools, texts)} · {class_name} · {draft.number}"
