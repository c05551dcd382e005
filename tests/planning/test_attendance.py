"""Children who came back to school: asked after, lost again, taken over by the next year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import (
    AUDITOR,
    CASES,
    OTHER_COORDINATOR,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_2,
    Office,
    an_office,
    on,
    with_a_draft,
)
from towns import FIRST_DAY

from planning.attendance import (
    FOLLOW_UPS,
    Answered,
    Asked,
    Attendance,
    Return,
    SchoolAnswer,
    StayedCount,
    Unsettled,
    due,
    next_year,
    reopened,
    retention,
    stayed_by_municipality,
    to_add,
    unsettled,
    with_answer,
    with_return,
)
from planning.campaign.ladder import Answer, Channel, Contact
from planning.coverage import NOWHERE, TOTAL
from planning.errors import Conflict, InputError, NotAllowed
from planning.model import (
    Address,
    Campaign,
    Case,
    CaseRecord,
    Level,
    LogFilter,
    Outcome,
    Place,
    Result,
)
from planning.outcomes import still_open

SEPTEMBER = date(2026, 9, 15)
AT = "2026-09-15T09:00:00+03:00"
LATER = "2026-10-20T09:00:00+03:00"
BACK = Attendance("c1", (Return(SEPTEMBER, "ОУ Паисий", AT),))


def day(after: int) -> date:
    return SEPTEMBER + timedelta(days=after)


def answered(before: Attendance, after: int, answer: SchoolAnswer) -> Attendance:
    return with_answer(before, after, answer, at=LATER, today=day(after))


# --- asking ---------------------------------------------------------------------------------


def test_the_school_is_asked_after_30_and_after_90_days() -> None:
    """Not a day earlier; what was answered is not asked again."""
    assert [due(BACK, day(after)) is None for after in (29, 30)] == [True, False]
    month = answered(BACK, 30, SchoolAnswer.ATTENDS)
    assert due(month, day(89)) is None
    found = due(month, day(90))
    assert found is not None
    assert (found.after, found.since, found.school) == (90, day(90), "ОУ Паисий")
    assert due(answered(month, 90, SchoolAnswer.ATTENDS), day(500)) is None


def test_of_two_questions_the_later_one_is_asked() -> None:
    """In December nobody asks whether the child was there in October."""
    found = due(BACK, day(100))
    assert found is not None
    assert found.after == 90


@pytest.mark.parametrize("answer", [SchoolAnswer.DROPPED_OUT, SchoolAnswer.MOVED])
def test_a_school_that_the_child_left_is_not_asked_again(answer: SchoolAnswer) -> None:
    """It does not know."""
    assert due(answered(BACK, 30, answer), day(90)) is None


def test_what_cannot_be_recorded_is_said_at_once() -> None:
    """No school, a day to come, a child who is back already, praise before its time."""
    with pytest.raises(InputError) as refused:
        with_return(None, "c1", day=day(1), school=" ", at=AT, today=SEPTEMBER)
    assert len(refused.value.faults) == 2
    with pytest.raises(InputError, match="already"):
        with_return(BACK, "c1", day=SEPTEMBER, school="X", at=AT, today=SEPTEMBER)
    with pytest.raises(InputError, match="too early"):
        with_answer(BACK, 30, SchoolAnswer.ATTENDS, at=AT, today=day(29))
    gone = with_answer(BACK, 30, SchoolAnswer.DROPPED_OUT, at=LATER, today=day(12))
    with pytest.raises(InputError, match="later than that"):
        with_return(gone, "c1", day=date(2026, 9, 1), school="X", at=AT, today=day(12))


def test_an_answer_is_corrected_by_another() -> None:
    """It was the other child of that name."""
    wrong = answered(BACK, 30, SchoolAnswer.DROPPED_OUT)
    assert reopened([wrong]) == {"c1": LATER}
    right = answered(wrong, 30, SchoolAnswer.ATTENDS)
    assert right.last.asked == (Asked(30, SchoolAnswer.ATTENDS, LATER),)
    assert reopened([right]) == {}


# --- the next year ----------------------------------------------------------------------------


def case(case_id: str, **fields: object) -> Case:
    return replace(Case(case_id, Address(f"ул. Роза {case_id}"), child=f"Дете {case_id}"), **fields)


def outcome(case_id: str, result: Result) -> Outcome:
    return Outcome("v", "t", FIRST_DAY, result, "2026-08-25T09:00:00+03:00", key=case_id,
                   case_ids=(case_id,))  # fmt: skip


def test_who_goes_on_and_why() -> None:
    """Open, lost again, or met and never confirmed; who stayed or left the country does not."""
    stayed = answered(replace(BACK, case_id="stayed"), 30, SchoolAnswer.ATTENDS)
    gone = answered(replace(BACK, case_id="gone"), 30, SchoolAnswer.DROPPED_OUT)
    absent = answered(replace(BACK, case_id="absent"), 30, SchoolAnswer.ABSENT)
    met = ("met", "stayed", "gone", "absent")
    outcomes = [
        *(outcome(each, Result.MET) for each in met),
        outcome("abroad", Result.ABROAD),
        outcome("closed", Result.NOBODY_HOME),
    ]
    contacts = [
        Contact("called", Channel.PHONE, Answer.RETURNED, AT),
        Contact("moved", Channel.PHONE, Answer.MOVED, AT),
    ]
    cases = [case(each) for each in (*met, "abroad", "closed", "called", "moved", "never")]
    assert unsettled(cases, outcomes, contacts, [stayed, gone, absent]) == {
        "met": Unsettled.IN_DOUBT,
        "gone": Unsettled.REOPENED,
        "absent": Unsettled.IN_DOUBT,
        "closed": Unsettled.OPEN,
        "called": Unsettled.IN_DOUBT,
        "never": Unsettled.OPEN,
    }


def test_nobody_is_taken_over_twice() -> None:
    """Known by name and address under another id, by the id; an id of another child is kept."""
    old = [CaseRecord(case(each), None, 1) for each in ("a", "b", "c")]
    here = [CaseRecord(replace(old[0].case, case_id="new-a"), None, 1),
            CaseRecord(case("b", child="Друго Дете"), None, 1)]  # fmt: skip
    added = to_add([("old", each) for each in old], here)
    assert [case_id for case_id, _ in added] == ["b/old", "c"]
    there = [*here, *(replace(it, case=replace(it.case, case_id=name)) for name, it in added)]
    assert to_add([("old", each) for each in old], there) == []


@given(st.lists(st.sampled_from(list(SchoolAnswer)), max_size=2), st.integers(1, 4))
def test_the_ladder_is_nested(answers: list[SchoolAnswer], children: int) -> None:
    """Whoever counts in a column counts in each one before it."""
    kept = BACK
    for after, answer in zip(FOLLOW_UPS, answers, strict=False):
        kept = answered(kept, after, answer)
    records = [CaseRecord(case("c1", children=children), None, 1),
               CaseRecord(case("c2"), None, 1)]  # fmt: skip
    ladder = retention(records, [kept]).ladder
    assert ladder[:2] == (children + 1, children)
    assert list(ladder) == sorted(ladder, reverse=True)


def test_who_stayed_is_counted_by_municipality() -> None:
    """One attends twice; one drops out after a month and is not asked again, but does not attend
    after 90 days either; one was never asked. A place that is not known has a row of its own."""
    river, hill = (
        Place(Level.HOUSE, municipality_code=code, municipality=name)
        for code, name in (("RVS01", "Речно"), ("HLM01", "Хълм"))
    )
    stays = answered(answered(BACK, 30, SchoolAnswer.ATTENDS), 90, SchoolAnswer.ATTENDS)
    gone = answered(BACK, 30, SchoolAnswer.DROPPED_OUT)
    absent = answered(BACK, 90, SchoolAnswer.ABSENT)
    rows = stayed_by_municipality(
        [
            (CaseRecord(case("c1", children=2), river, 1), stays),
            (CaseRecord(case("c2"), river, 1), gone),
            (CaseRecord(case("c3"), hill, 1), BACK),
            (CaseRecord(case("c4"), None, 1), absent),
        ]
    )
    assert rows == (
        StayedCount(NOWHERE, "", 1, (Answered(0, 0, 1), Answered(0, 1, 0))),
        StayedCount("HLM01", "Хълм", 1, (Answered(0, 0, 1), Answered(0, 0, 1))),
        StayedCount("RVS01", "Речно", 3, (Answered(2, 1, 0), Answered(2, 1, 0))),
        StayedCount(TOTAL, "", 5, (Answered(2, 1, 2), Answered(2, 2, 1))),
    )
    assert stayed_by_municipality([]) == (
        StayedCount(TOTAL, "", 0, (Answered(0, 0, 0), Answered(0, 0, 0))),
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["RVS01", "HLM01", ""]),
            st.integers(1, 4),
            st.tuples(*[st.none() | st.sampled_from(SchoolAnswer)] * 2),
        )
    )
)
def test_every_row_adds_up_and_the_rows_to_the_total(
    children: list[tuple[str, int, tuple[SchoolAnswer | None, ...]]],
) -> None:
    """Whatever the schools said: attending + not + not asked = back."""
    returned = []
    for at, (code, count, answers) in enumerate(children):
        asked = tuple(
            Asked(after, answer, LATER)
            for after, answer in zip(FOLLOW_UPS, answers, strict=True)
            if answer
        )
        back = Attendance(f"c{at}", (Return(SEPTEMBER, "ОУ", AT, asked),))
        place = Place(Level.HOUSE, municipality_code=code)
        returned.append((CaseRecord(case(f"c{at}", children=count), place, 1), back))
    *rows, total = stayed_by_municipality(returned)
    for row in (*rows, total):
        for each in row.answered:
            assert each.attending + each.not_attending + each.not_asked == row.back
    assert total.back == sum(row.back for row in rows) == sum(count for _, count, _ in children)
    for at, whole in enumerate(total.answered):
        parts = [row.answered[at] for row in rows]
        assert whole.attending == sum(each.attending for each in parts)
        assert whole.not_asked == sum(each.not_asked for each in parts)


# --- through the desk -------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office whose Team 2 met the children of its first visit."""
    with an_office(tmp_path) as made:
        made.desk(PLANNER).publish("c", with_a_draft(made))
        yield made


def met(office: Office) -> tuple[str, ...]:
    crew = office.desk(TEAM_2)
    visit = crew.team_day("c", "t2", FIRST_DAY).visits[0]
    crew.record_outcome(
        "c", case_ids=visit.case_ids, team_id="t2", day=FIRST_DAY, result=Result.MET, key="k"
    )
    return visit.case_ids


def still(office: Office) -> set[str]:
    with office.registry.work("test") as work:
        cases = [each.case for each in work.cases("c")]
        return {each.case_id for each in still_open(cases, work.standing_outcomes("c"))}


def test_from_the_door_to_the_school_desk_and_out_again(office: Office) -> None:
    """Met, enrolled, asked after a month, dropped out again: the case is open, its history kept."""
    case_ids = met(office)
    first = case_ids[0]
    desk = on(office, PLANNER, SEPTEMBER)
    assert {each.case.case_id for each in desk.follow_ups("c").found} == set(case_ids)
    version = desk.record_return("c", first, day=SEPTEMBER, school="ОУ Паисий")
    assert desk.follow_ups("c").to_ask == ()
    month = on(office, PLANNER, day(30))
    (asked,) = month.follow_ups("c").to_ask
    assert (asked.due.school, asked.record.case.case_id) == ("ОУ Паисий", first)
    assert first not in still(office)
    month.record_attendance(
        "c", first, after=30, answer=SchoolAnswer.DROPPED_OUT, seen=version, note="работи"
    )
    assert first in still(office)
    with pytest.raises(Conflict):
        month.record_attendance("c", first, after=30, answer=SchoolAnswer.ATTENDS, seen=version)
    with office.registry.work("test") as work:
        assert any(first in each.case_ids for each in work.outcomes("c"))
    back = on(office, PLANNER, day(40)).record_return(
        "c", first, day=day(40), school="ОУ Ботев", seen=version + 1
    )
    with office.registry.work("test") as work:
        (kept,) = work.attendance("c")
        assert (kept.version, len(kept.value.returns)) == (back, 2)
    logged = office.desk(AUDITOR).audit_log(LogFilter(subject=first))
    assert {"record_return", "record_attendance", "reopen_case"} <= {it.action for it in logged}
    assert "работи" not in str(logged)


def test_a_coordinator_follows_up_the_own_municipality_only(office: Office) -> None:
    """The other one sees nobody of it, and may record nothing."""
    first = met(office)[0]
    assert on(office, OWN_COORDINATOR, SEPTEMBER).follow_ups("c").found
    other = on(office, OTHER_COORDINATOR, SEPTEMBER)
    assert other.follow_ups("c").found == ()
    with pytest.raises(NotAllowed):
        other.record_return("c", first, day=SEPTEMBER, school="X")


def test_a_coordinator_is_told_of_those_who_stayed_in_the_own_municipality_only(
    office: Office,
) -> None:
    """The planner has both rows and their sum; each coordinator one row and the same sum."""
    planner = on(office, PLANNER, SEPTEMBER)
    for case_id in ("c1", "c8"):
        planner.record_return("c", case_id, day=SEPTEMBER, school="ОУ Паисий")
    seen = {
        user: [(row.municipality_code, row.back) for row in on(office, user, SEPTEMBER)
               .follow_ups("c").stayed]
        for user in (PLANNER, OWN_COORDINATOR, OTHER_COORDINATOR)
    }  # fmt: skip
    assert seen == {
        PLANNER: [("HLM01", 1), ("RVS01", 1), (TOTAL, 2)],
        OWN_COORDINATOR: [("RVS01", 1), (TOTAL, 1)],
        OTHER_COORDINATOR: [("HLM01", 1), (TOTAL, 1)],
    }


def test_the_next_school_year_takes_over_once(office: Office) -> None:
    """Open cases and those in doubt, with their places; done again nothing changes at all."""
    first = met(office)[0]
    planner = on(office, PLANNER, SEPTEMBER)
    version = planner.record_return("c", first, day=SEPTEMBER, school="ОУ Паисий")
    on(office, PLANNER, day(30)).record_attendance(
        "c", first, after=30, answer=SchoolAnswer.ATTENDS, seen=version
    )
    planner.create_campaign(Campaign("next", "2027", date(2027, 8, 23), 5, "riverside"))
    made = planner.take_over("next", "c")
    before = {each.case.case_id: each for each in planner.cases("c")}
    there = {each.case.case_id: each for each in planner.cases("next")}
    assert set(there) == set(before) - {first}
    assert made.added == len(there) == sum(count for _, count in made.why)
    for case_id, record in there.items():
        assert record.case == next_year(before[case_id].case)
        assert record.place == before[case_id].place
    entries = office.desk(AUDITOR).audit_count(LogFilter(action="take_over"))
    again = planner.take_over("next", "c")
    assert (again.added, again.there) == (0, len(there))
    assert {each.case.case_id: each for each in planner.cases("next")} == there
    assert office.desk(AUDITOR).audit_count(LogFilter(action="take_over")) == entries
    planner.import_cases("next", CASES, "cases.csv")
    assert planner.take_over("next", "c").added == 0


def test_the_history_of_a_child_is_shown(office: Office) -> None:
    """What was found at the door last year, from this year's case."""
    lists = 'id,child,address\nx,Мила Иванова,"гр. Речно, ул. Дунав 1"\n'.encode()
    planner = office.desk(PLANNER)
    planner.import_cases("c", lists, "more.csv")
    planner.create_campaign(Campaign("next", "2027", date(2027, 8, 23), 5, "riverside"))
    planner.take_over("next", "c")
    (past,) = planner.past_cases("next", "x")
    assert (past.campaign.campaign_id, past.result, past.attendance) == ("c", None, None)


def test_only_another_campaign_of_the_region_is_taken_over(office: Office) -> None:
    """A campaign does not follow itself."""
    with pytest.raises(InputError, match="another campaign"):
        office.desk(PLANNER).take_over("c", "c")
