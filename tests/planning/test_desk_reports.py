"""What leaves the office: lists in the form they came in, and reports that trace nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from office import AUDITOR, OWN_COORDINATOR, PLANNER, TEAMS, Office, an_office, on
from openpyxl import load_workbook
from towns import FIRST_DAY

from planning.campaign.ladder import Answer, Channel
from planning.coverage import BY_CONTACT, COLUMNS, RESULTS
from planning.desk.reports import RESULT_COLUMNS
from planning.errors import InputError, NotAllowed, NotFound
from planning.intake import Template
from planning.model import LogFilter, Outcome, Result
from planning.partners import Agreement, ClassCount, Institution, School, SchoolCheck

HEADINGS = ("Шифър", "ID", "Име", "Адрес", "Чувствителен")
LIST = ";".join(HEADINGS) + "\r\n" + "".join(
    f"К-{at:03};a{at};Дете {at};гр. Речно, ул. Дунав {at % 4 + 1};{'да' if at == 0 else ''}\r\n"
    for at in range(30)
)  # fmt: skip
FORM = Template(
    {"ID": "case_id", "Име": "child", "Адрес": "address", "Чувствителен": "sensitive"},
    name="Ministry",
)
MINISTRY = Institution("min", "education", "Министерство")
OURS = Institution("own", "municipality", "Община", office=True)
BOUND = Agreement("a1", "12/2026", frozenset({"min", "own"}), date(2026, 1, 1), date(2026, 12, 31))
WORDS = {
    **{each: f"Н {each}" for each in RESULT_COLUMNS}, "open": "отворен", "resolved": "решен",
    **{each: f"намерено: {each}" for each in Result},
}  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with thirty children on a ministry's list, one of them sensitive."""
    with an_office(tmp_path) as made:
        planner = made.desk(PLANNER)
        planner.import_teams("c", TEAMS, "teams.csv")
        planner.import_cases("c", LIST.encode(), "ministry.csv", template=FORM)
        yield made


def found(office: Office, *case_ids: str, result: Result = Result.MET) -> None:
    with office.registry.work("t1") as work:
        for each in case_ids:
            outcome = Outcome("v", "t1", FIRST_DAY, result, "2026-08-20T10:00:00+03:00",
                              key=each, case_ids=(each,))  # fmt: skip
            work.add_outcome("c", outcome)


def test_a_list_goes_back_as_it_came_without_the_sensitive_one(office: Office) -> None:
    """The ministry's own code is in it, and a result behind it; the log knows who got it."""
    found(office, "a1")
    desk = office.desk(PLANNER)
    (form,) = desk.list_forms("c")
    assert (form.number, form.form.template.name, form.cases) == (1, "Ministry", 30)
    made = desk.export_cases("c", 1, "cases.xlsx", words=WORDS)
    assert (made.cases, made.sensitive_left_out, made.lost) == (29, 1, ())
    rows = list(load_workbook(BytesIO(made.content)).worksheets[0].values)
    assert rows[0] == (*HEADINGS, *(WORDS[each] for each in RESULT_COLUMNS))
    assert rows[1][:5] == ("К-001", "a1", "Дете 1", "гр. Речно, ул. Дунав 2", None)
    assert rows[1][5] == "намерено: met"
    assert (rows[1][7], rows[1][8], rows[2][8]) == (1, "решен", "отворен")
    (entry,) = office.desk(AUDITOR).audit_log(LogFilter(action="export_cases"))
    assert entry.detail == "29 cases, to the own system"


def test_the_same_list_imported_again_changes_no_case(office: Office) -> None:
    """Round and round: a list that goes out and comes in is the list."""
    desk = office.desk(PLANNER)
    before = desk.cases("c")
    made = desk.export_cases("c", 1, "cases.csv")
    lines = LIST.splitlines()
    assert made.content.decode("utf-8-sig").splitlines() == [lines[0], *lines[2:]]
    desk.import_cases("c", made.content, "again.csv")
    assert [(each.case.case_id, each.version) for each in desk.cases("c") if each.case.row] == [
        (each.case.case_id, each.version + (not each.case.sensitive)) for each in before
    ]
    assert [replace(each.case, row=0) for each in desk.cases("c")] == [
        replace(each.case, row=0) for each in before
    ]


def test_nothing_goes_to_another_institution_without_an_agreement(office: Office) -> None:
    """Neither before it is recorded nor after it ended."""
    desk = office.desk(PLANNER)
    with office.registry.work("test") as work:
        for each in (MINISTRY, OURS):
            work.save_institution(each)
    with pytest.raises(InputError, match="no agreement"):
        desk.export_cases("c", 1, "cases.xlsx", receiver="min")
    assert desk.receivers() == ()
    with office.registry.work("test") as work:
        work.save_agreement(BOUND)
    assert desk.receivers() == (MINISTRY,)
    assert desk.export_cases("c", 1, "cases.xlsx", receiver="min").cases == 29
    with office.registry.work("test") as work:
        work.save_agreement(replace(BOUND, last_day=date(2026, 8, 1)), seen=1)
    with pytest.raises(InputError, match="no agreement"):
        desk.export_cases("c", 1, "cases.xlsx", receiver="min")


def test_a_list_that_never_came_cannot_go_out(office: Office) -> None:
    """There is no second form; and a coordinator hands nothing out."""
    with pytest.raises(NotFound):
        office.desk(PLANNER).export_cases("c", 2, "cases.xlsx")
    with pytest.raises(NotAllowed):
        office.desk(OWN_COORDINATOR).export_cases("c", 1, "cases.xlsx")


# --- reports --------------------------------------------------------------------------------


def test_both_reports_hold_released_numbers_only(office: Office) -> None:
    """Three who were met are in neither; what the public is told is a part of what partners are."""
    found(office, "a1", "a2", "a3")
    desk = office.desk(PLANNER)
    half_year, closing = (desk.report("c", public=public) for public in (False, True))
    assert (half_year.coverage.k, closing.coverage.k) == (5, 10)
    for report in (half_year, closing):
        assert report.coverage.total.listed == 30
        assert report.coverage.total.visited is None
    assert closing.coverage == desk.coverage("c", exact=False, public=True)


def test_schools_are_counted_exactly_and_repeats_apart(office: Office) -> None:
    """Schools are no children: 1 of 2, checked twice."""
    with office.registry.work("test") as work:
        work.save_schools(
            "riverside", [School("s1", "ОУ 1", "RVS01"), School("s2", "ОУ 2", "RVS01")]
        )
        for at in ("1", "2"):
            check = SchoolCheck(at, "s1", FIRST_DAY, "t1", (ClassCount("1a", 20, 19),))
            work.save_school_check("c", check)
    (row,) = office.desk(PLANNER).report("c", public=True).schools
    assert (row.progress.schools, row.progress.checked, row.progress.repeats) == (2, 1, 1)
    assert row.name == "Речно"


@pytest.mark.parametrize("back", range(0, 30, 3))
def test_no_small_group_can_be_worked_out_of_who_stayed(office: Office, back: int) -> None:
    """Whatever is told, no column and no difference of two is a group of 1 to 9 for the public."""
    desk = office.desk(PLANNER)
    for at in range(1, back + 1):
        found(office, f"a{at}")
        desk.record_return("c", f"a{at}", day=FIRST_DAY, school="ОУ 1")
    for public, k in ((False, 5), (True, 10)):
        told = desk.report("c", public=public).retention
        if told is None:
            continue
        values = [getattr(told, each) for each in COLUMNS]
        assert values[0] == 30
        shown = [each for each in values if each is not None]
        for one in shown:
            assert all(one - other == 0 or one - other >= k for other in shown if other <= one)
            assert one == 0 or one >= k


def test_a_case_closed_by_a_call_is_resolved_in_lists_and_reports(office: Office) -> None:
    """Twelve are met and ten abroad, as their families said on the phone: one sum in every place.
    Eight are left: partners are told of them, the public is not; and that all who were found are
    resolved is told to nobody, for it would be known of each."""
    found(office, *(f"a{at}" for at in range(1, 13)))
    desk = office.desk(PLANNER)
    for at in range(13, 23):
        desk.record_contact("c", f"a{at}", Channel.PHONE, Answer.ABROAD, key=f"k{at}")
    half_year, closing = (desk.report("c", public=public).coverage for public in (False, True))
    assert (half_year.total.visited, half_year.total.resolved) == (22, None)
    assert None in (closing.total.listed, closing.total.visited)
    assert closing.total.resolved is None
    pace = desk.pace("c")
    assert (pace.listed, pace.resolved, pace.closed) == (30, 12, 10)
    rows = office.desk(OWN_COORDINATOR).coverage("c").rows
    (own,) = (each for each in rows if each.area_code == OWN_COORDINATOR.municipality_code)
    assert own.resolved == pace.resolved + pace.closed
    assert own.results[RESULTS.index(BY_CONTACT)] == pace.closed
    rows = load_workbook(BytesIO(desk.export_cases("c", 1, "x.xlsx", words=WORDS).content))
    status = Counter(row[8] for row in list(rows.worksheets[0].values)[1:])
    assert status == {"решен": 22, "отворен": 7}, "the sensitive one is on no list"


def test_one_more_who_came_back_is_not_told_the_next_day(office: Office) -> None:
    """Two reports cannot be subtracted: the second has the number of the first."""
    desk = office.desk(PLANNER)
    for at in range(1, 15):
        desk.record_return("c", f"a{at}", day=FIRST_DAY, school="ОУ 1")
    first = desk.report("c", public=False).retention
    desk.record_return("c", "a15", day=FIRST_DAY, school="ОУ 1")
    second = on(office, PLANNER, date(2026, 8, 21)).report("c", public=False).retention
    assert first is not None
    assert second is not None
    assert (first.located, second.located) == (14, 14)
