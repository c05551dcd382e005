"""The pages “Attendance” and “Reports and lists”, drawn without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import streamlit as st
from office import CAMPAIGN, OWN_COORDINATOR, PLANNER, TEAM_2, Office, an_office, on, with_a_draft
from streamlit.testing.v1 import AppTest
from towns import FIRST_DAY

from maps.pages import attendance, reports
from maps.texts import translator
from planning.attendance import SchoolAnswer
from planning.model import Campaign, Result

BG = translator("bg")
SAY = BG.t
SEPTEMBER = date(2026, 9, 15)
IN_A_MONTH = SEPTEMBER + timedelta(days=30)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office whose Team 2 met the children of its first visit."""
    with an_office(tmp_path) as made:
        made.desk(PLANNER).publish("c", with_a_draft(made))
        crew = made.desk(TEAM_2)
        visit = crew.team_day("c", "t2", FIRST_DAY).visits[0]
        crew.record_outcome("c", case_ids=visit.case_ids, team_id="t2", day=FIRST_DAY,
                            result=Result.MET, key="k")  # fmt: skip
        yield made
    st.cache_data.clear()


def _run(page, given, named):
    # Streamlit runs this text by itself: names of this module are not known there.
    page(*given, **named)


def drawn(page: object, *given: object, view: str = "", **named: object) -> AppTest:
    screen = AppTest.from_function(_run, args=(page, given, named), default_timeout=30)
    if view:
        screen.session_state["attendance_view"] = view
    return calm(screen.run())


def calm(screen: AppTest) -> AppTest:
    assert [each.message for each in screen.exception] == []
    assert [each.value for each in screen.error] == []
    return screen


def press(screen: AppTest, label: str) -> AppTest:
    return calm(next(each for each in screen.button if each.label == label).click().run())


def said(screen: AppTest) -> str:
    found = (*screen.markdown, *screen.caption, *screen.info, *screen.success, *screen.warning)
    return "\n".join(str(each.value).replace("\\", "") for each in found)


def test_a_return_is_recorded_and_the_school_asked(office: Office) -> None:
    """In September the child is back; a month later its school says that it is gone again."""
    screen = drawn(attendance.page, on(office, PLANNER, SEPTEMBER), CAMPAIGN, BG, today=SEPTEMBER)
    assert SAY("No school has to be asked today.") in said(screen)
    # AppTest has no way to type a new option into a select box: the rest goes through the desk.
    (first, *_) = on(office, PLANNER, SEPTEMBER).follow_ups("c").found
    case_id = first.case.case_id
    on(office, PLANNER, SEPTEMBER).record_return("c", case_id, day=SEPTEMBER, school="ОУ Паисий")
    later = on(office, OWN_COORDINATOR, IN_A_MONTH)
    screen = drawn(attendance.page, later, CAMPAIGN, BG, today=IN_A_MONTH)
    assert "ОУ Паисий" in [each.value for each in screen.subheader]
    screen.radio[0].set_value(SchoolAnswer.DROPPED_OUT)
    screen = press(screen, SAY("Save"))
    assert SAY("Saved. The case is open again, with its history.") in said(screen)
    assert SAY("No school has to be asked today.") in said(screen)


def test_an_answer_must_be_chosen(office: Office) -> None:
    """Nothing is recorded by a slip of the finger."""
    desk = on(office, PLANNER, SEPTEMBER)
    desk.record_return("c", desk.follow_ups("c").found[0].case.case_id, day=SEPTEMBER, school="X")
    later = on(office, PLANNER, IN_A_MONTH)
    screen = drawn(attendance.page, later, CAMPAIGN, BG, today=IN_A_MONTH)
    assert SAY("Choose what the school says.") in said(press(screen, SAY("Save")))
    assert len(later.follow_ups("c").to_ask) == 1


def test_who_stayed_stands_by_municipality(office: Office) -> None:
    """Exactly, in a table that is no file; a coordinator's one row needs no sum."""
    desk = on(office, PLANNER, SEPTEMBER)
    screen = drawn(attendance.page, desk, CAMPAIGN, BG, view="counts", today=SEPTEMBER)
    assert SAY("Nobody is recorded as back in school yet.") in said(screen)
    for case_id in ("c1", "c8"):
        desk.record_return("c", case_id, day=SEPTEMBER, school="ОУ Паисий")
    later = on(office, PLANNER, IN_A_MONTH)
    later.record_attendance("c", "c1", after=30, answer=SchoolAnswer.ABSENT, seen=1)
    screen = drawn(attendance.page, later, CAMPAIGN, BG, view="counts", today=IN_A_MONTH)
    (table,) = (each.value for each in screen.table)
    assert list(table.index) == ["Хълм", "Речно", SAY("all areas together")]
    assert table.loc["Речно"].tolist() == [1, 0, 1, 0, 0, 0, 1]
    assert table.loc[SAY("all areas together")].tolist() == [2, 0, 1, 1, 0, 0, 2]
    own = on(office, OWN_COORDINATOR, IN_A_MONTH)
    screen = drawn(attendance.page, own, CAMPAIGN, BG, view="counts", today=IN_A_MONTH)
    assert list(screen.table[0].value.index) == ["Речно"]


def test_the_next_year_takes_over_at_a_press(office: Office) -> None:
    """A coordinator has no such tab; the planner is told why each of them goes on."""
    new = Campaign("next", "2027", date(2027, 8, 23), 5, "riverside")
    planner = office.desk(PLANNER)
    planner.create_campaign(new)
    screen = drawn(attendance.page, planner, new, BG, view="next", today=SEPTEMBER)
    screen = press(screen, SAY("Take over"))
    assert SAY("not found yet") in said(screen)
    assert len(planner.cases("next")) == len(planner.cases("c"))
    coordinator = office.desk(OWN_COORDINATOR)
    screen = drawn(attendance.page, coordinator, new, BG, view="next", today=SEPTEMBER)
    assert SAY("Take over") not in [each.label for each in screen.button]


def test_categories_of_need_are_counted_when_asked(office: Office) -> None:
    """Nothing is opened before; nobody's is known here, which has a row of its own."""
    screen = drawn(reports.page, office.desk(PLANNER), CAMPAIGN, BG)
    assert not screen.table
    screen = press(screen, SAY("Count by category"))
    (table,) = (each.value for each in screen.table)
    assert len(table) == 7
    assert table.loc[SAY("no category known")].tolist()[0] == 8
    assert table.loc[SAY("orphan")].tolist() == [0, 0, 0]


def test_reports_are_made_and_a_list_goes_out(office: Office) -> None:
    """Both come as files; what is in the list is said before anybody takes it."""
    screen = drawn(reports.page, office.desk(PLANNER), CAMPAIGN, BG)
    screen = press(screen, SAY("Make the report"))
    assert {each.label for each in screen.get("download_button")} == {"PDF", "XLSX"}
    screen.checkbox[0].check()
    screen = press(screen, SAY("Make the list"))
    assert "id, address, phone, requires, priority" in said(screen)
    assert SAY("Last result") in said(screen)
