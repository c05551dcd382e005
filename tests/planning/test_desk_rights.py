"""What an office owes to the children: told, kept no longer than its term, erased on request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from office import (
    ADMIN,
    AUDITOR,
    CASES,
    OTHER_COORDINATOR,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_1,
    VIEWER,
    Office,
    an_office,
    with_a_draft,
)
from towns import FIRST_DAY

from planning.desk import Desk
from planning.errors import Conflict, InputError, NotAllowed, NotFound
from planning.model import Campaign, JobStatus, LogFilter, Member, Outcome, Plan, Result, User
from planning.partners import Institution
from planning.pipeline import travel_times
from planning.retention import ErasureReason, usual_term
from planning.routing.checker import check

C1 = (("c", "c1"),)
LATER = datetime(2029, 1, 8, 9, 0, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office whose plan is published."""
    with an_office(tmp_path) as made:
        made.desk(PLANNER).publish("c", with_a_draft(made))
        yield made


def years_later(office: Office, user: User = PLANNER) -> Desk:
    """The same office when the campaign's term is over."""
    desk = office.desk(user)
    desk._now = lambda: LATER
    return desk


def published(office: Office) -> Plan:
    found = office.desk(PLANNER).plan("c")
    assert found is not None
    return found.plan


def breaches(office: Office, plan: Plan) -> tuple[str, ...]:
    teams = office.desk(PLANNER).teams("c")
    return check(plan, travel_times(plan.visits, teams, office.town.router))


def visited(plan: Plan, case_id: str) -> str:
    """The visit that a case is in; empty when it is in none."""
    return next((each.visit_id for each in plan.visits if case_id in each.case_ids), "")


def found_there(office: Office, *case_ids: str, note: str = "") -> None:
    plan = published(office)
    visit = next(each for each in plan.visits if set(case_ids) <= set(each.case_ids))
    route = next(r for r in plan.routes if any(s.visit_id == visit.visit_id for s in r.stops))
    made = Outcome(
        visit.visit_id, route.team_id, route.day, Result.MET, "2026-08-20T10:00:00+00:00",
        note=note, key=f"k-{visit.visit_id}", case_ids=visit.case_ids,
    )  # fmt: skip
    with office.registry.work(route.team_id) as work:
        work.add_outcome("c", made)


# --- who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "user", [TEAM_1, OWN_COORDINATOR, OTHER_COORDINATOR, VIEWER, AUDITOR, ADMIN]
)
def test_nobody_but_a_planner(office, user):
    """Everybody else is refused before anything is looked at."""
    desk = office.desk(user)
    calls = [
        desk.terms,
        desk.terms_over,
        lambda: desk.set_term("c", date(2027, 1, 1)),
        lambda: desk.purge_preview("c"),
        lambda: desk.purge("c", office.desk(PLANNER).purge_preview("c")),
        lambda: desk.kept("c"),
        lambda: desk.child_record("c", "c1"),
        lambda: desk.erase_child(C1, ErasureReason.REQUEST),
        lambda: desk.allow_again("c", "c1"),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()
    assert len(office.desk(PLANNER).cases("c")) == 8


# --- the record ------------------------------------------------------------------------------


def test_a_record_holds_all_there_is(office):
    """Case, place, every plan's visit, what was found, and who looked, by role and not by name."""
    found_there(office, "c1", note="говорихме с майката")
    record = office.desk(PLANNER).child_record("c", "c1")
    (history,) = record.histories
    assert history.record.case.phone == "0700 1"
    assert history.record.place is not None
    assert [each.status for each in history.planned] == ["published"]
    assert history.planned[0].day == FIRST_DAY.isoformat()
    assert [each.note for each in history.outcomes] == ["говорихме с майката"]
    assert history.outcomes[0].case_ids == ("c1",)  # c2 lives at the same door
    assert {(each.action, each.times) for each in record.looks} >= {("import_cases", 1)}
    assert {each.role for each in record.looks} == {"service"}  # anna has no account here
    assert [e.action for e in office.desk(AUDITOR).audit_log() if e.subject == "c1"] == [
        "export_record"
    ]


def test_a_child_is_found_in_every_campaign(office):
    """Next year's list has another case id; the national ID is the same."""
    planner = office.desk(PLANNER)
    planner.create_campaign(replace(planner.campaigns()[0], campaign_id="next", name="Next"))
    listed = 'id,address,national_id\n{id},"гр. Речно, ул. Дунав 3",1442010011\n'
    planner.import_cases("c", listed.format(id="c1").encode(), "cases.csv")
    planner.import_cases("next", listed.format(id="n7").encode(), "cases.csv")
    assert planner.child_record("c", "c1").cases == (("next", "n7"), ("c", "c1"))
    assert planner.child_record("next", "n7").cases == (("next", "n7"), ("c", "c1"))
    assert planner.child_record("c", "c3").cases == (("c", "c3"),)


def test_who_is_not_there_has_no_record(office):
    """Nothing is logged of it either."""
    with pytest.raises(NotFound):
        office.desk(PLANNER).child_record("c", "c99")


# --- erasing ---------------------------------------------------------------------------------


def test_an_erased_child_is_nowhere(office):
    """A visit of its own is taken off; routes keep their times and pass the checker."""
    before = published(office)
    visit = visited(before, "c3")
    erasure = office.desk(PLANNER).erase_child((("c", "c3"),), ErasureReason.REQUEST)
    after = published(office)
    assert (erasure.plans, erasure.stops, erasure.outcomes) == (1, 1, 0)
    assert "c3" not in repr(after)
    assert visit not in {each.visit_id for each in after.visits}
    kept = {stop for route in after.routes for stop in route.stops}
    assert kept == {s for r in before.routes for s in r.stops if s.visit_id != visit}
    assert breaches(office, after) == ()
    assert "c3" not in repr([day_of(office, route.team_id) for route in after.routes])
    for route in after.routes:
        assert len(route.legs) in (0, len(route.stops) + 1)
    with pytest.raises(NotFound), office.registry.work("anna") as work:
        work.case("c", "c3")


def test_neighbours_at_the_same_door_stay(office):
    """The visit loses one case, and the outcome its note: nobody knows whom it is about."""
    found_there(office, "c1", "c2", note="две деца")
    before = published(office)
    erasure = office.desk(PLANNER).erase_child(C1, ErasureReason.REQUEST)
    after = published(office)
    assert (erasure.stops, erasure.outcomes) == (0, 1)
    assert visited(before, "c2") == visited(after, "c2")
    assert after.routes == before.routes
    assert breaches(office, after) == ()
    with office.registry.work("anna") as work:
        (outcome,) = work.outcomes("c")
    assert (outcome.case_ids, outcome.note, outcome.result) == (("c2",), "", Result.MET)


def test_counts_follow(office):
    """What is counted after is what is there after."""
    planner = office.desk(PLANNER)
    planner.erase_child((("c", "c3"),), ErasureReason.MISTAKE)
    with office.registry.work("anna") as work:
        assert len(work.cases("c")) == 7
        plan = work.plan("c").plan
    asked = {one for visit in plan.visits for one in visit.case_ids}
    asked |= {one for each in plan.unserved for one in each.case_ids}
    assert asked == {"c1", "c2", "c4", "c5", "c6", "c7", "c8"}


def test_who_was_erased_stays_away_and_that_is_told(office):
    """The same list again: one row is rejected, with its row and what to do, without a name."""
    planner = office.desk(PLANNER)
    planner.erase_child((("c", "c3"),), ErasureReason.REQUEST)
    intake = planner.import_cases("c", CASES, "cases.csv")
    assert len(intake.cases) == 7
    assert len(intake.cases) + len(intake.rejected) == intake.rows_total
    (fault,) = intake.faults
    assert (fault.file, fault.row, fault.value) == ("cases.csv", 4, "")
    assert "was erased before" in str(fault.message)
    assert "c3" not in {each.case.case_id for each in planner.cases("c")}


def test_an_erased_child_is_known_by_its_national_id(office):
    """Under another case id, at another address, in another campaign."""
    planner = office.desk(PLANNER)
    row = 'id,address,national_id\n{id},"гр. Речно, ул. {street}",1442010011\n'
    planner.import_cases("c", row.format(id="x1", street="Дунав 3").encode(), "a.csv")
    planner.create_campaign(replace(planner.campaigns()[0], campaign_id="next", name="Next"))
    planner.erase_child((("c", "x1"),), ErasureReason.ORDER)
    again = planner.import_cases("next", row.format(id="y", street="Роза 4").encode(), "b.csv")
    assert (len(again.cases), len(again.rejected)) == (0, 1)
    planner.allow_again("c", "x1")
    again = planner.import_cases("next", row.format(id="y", street="Роза 4").encode(), "b.csv")
    assert len(again.cases) == 1
    with pytest.raises(NotFound):
        planner.allow_again("c", "x1")


def test_a_plan_made_before_does_not_bring_a_child_back(office):
    """Planning took a minute; in between the child was erased: that draft is refused."""
    draft = published(office)
    office.desk(PLANNER).erase_child((("c", "c3"),), ErasureReason.REQUEST)
    with pytest.raises(Conflict), office.registry.work("anna") as work:
        work.add_plan("c", draft)
    with office.registry.work("anna") as work:
        assert work.add_plan("c", published_in(work)) == 2


def day_of(office: Office, team_id: str) -> object:
    """What the team's phone is told."""
    with office.registry.work(team_id) as work:
        return work.team_route("c", team_id, FIRST_DAY)


def published_in(work) -> Plan:
    found = work.plan("c", published=True)
    assert found is not None
    return found.plan


def test_a_phone_that_was_away_does_not_bring_a_child_back(office):
    """Its outcome names a case that is gone."""
    plan = published(office)
    visit = next(each for each in plan.visits if "c3" in each.case_ids)
    office.desk(PLANNER).erase_child((("c", "c3"),), ErasureReason.REQUEST)
    late = Outcome(visit.visit_id, "t1", FIRST_DAY, Result.MET, "2026-08-20T10:00:00+00:00",
                   note="името му", key="late", case_ids=visit.case_ids)  # fmt: skip
    with pytest.raises(Conflict), office.registry.work("t1") as work:
        work.add_outcome("c", late)


def test_a_record_that_grew_is_looked_at_again(office):
    """Another list named the child meanwhile: that case would be left behind."""
    planner = office.desk(PLANNER)
    row = 'id,address,national_id\n{id},"гр. Речно, ул. Дунав 3",1442010011\n'
    planner.import_cases("c", row.format(id="x1").encode(), "a.csv")
    seen = planner.child_record("c", "x1").cases
    planner.import_cases("c", row.format(id="x2").encode(), "b.csv")
    with pytest.raises(Conflict):
        planner.erase_child(seen, ErasureReason.REQUEST)
    erasure = planner.erase_child(planner.child_record("c", "x1").cases, ErasureReason.REQUEST)
    assert set(erasure.cases) == {("c", "x1"), ("c", "x2")}


def test_what_was_erased_and_why_is_in_the_log(office):
    """The case by its id, the reason by its code, nothing else."""
    office.desk(PLANNER).erase_child(C1, ErasureReason.ORDER)
    newest = office.desk(AUDITOR).audit_log()[0]
    assert (newest.actor, newest.action, newest.subject, newest.detail) == (
        "anna", "erase_child", "c1", "order",
    )  # fmt: skip


@contextmanager
def planning_goes_on(office: Office, kind: str) -> Iterator[None]:
    running = JobStatus("1", kind, "c:1", "running")
    office.find = lambda asked, key_prefix="": running if asked == kind else None  # type: ignore[method-assign]
    yield
    del office.find


@pytest.mark.parametrize("kind", ["plan", "repair", "what_if"])
def test_nothing_goes_while_a_plan_is_made(office, kind):
    """It holds copies."""
    with planning_goes_on(office, kind):
        with pytest.raises(Conflict):
            office.desk(PLANNER).erase_child(C1, ErasureReason.REQUEST)
        desk = years_later(office)
        with pytest.raises(Conflict):
            desk.purge("c", desk.purge_preview("c"))


# --- the term --------------------------------------------------------------------------------


def test_a_campaign_has_a_term_from_the_start(office):
    """Two years after its last day; a planner may say another."""
    planner = office.desk(PLANNER)
    (term,) = planner.terms()
    assert term.keep_until == usual_term(planner.campaigns()[0]) == date(2028, 8, 20)
    assert planner.terms_over() == []
    planner.set_term("c", date(2026, 12, 31))
    assert [each.keep_until for each in planner.terms()] == [date(2026, 12, 31)]
    assert years_later(office).terms_over() == planner.terms()


@pytest.mark.parametrize("day", [date(2026, 8, 19), date(2047, 1, 1)])
def test_a_term_that_cannot_be_is_refused(office, day):
    """Before the campaign has ended, or a typing mistake in the year."""
    with pytest.raises(InputError, match="choose a day between"):
        office.desk(PLANNER).set_term("c", day)


def test_nothing_is_purged_before_its_term(office):
    """The day has to be changed first, and that is logged."""
    planner = office.desk(PLANNER)
    with pytest.raises(InputError, match="kept until 2028-08-20"):
        planner.purge("c", planner.purge_preview("c"))
    assert len(planner.cases("c")) == 8


def test_the_preview_tells_what_goes(office):
    """Rows by table; it removes nothing."""
    found_there(office, "c1")
    seen = office.desk(PLANNER).purge_preview("c")
    rows = dict(seen.rows)
    assert (rows["cases"], rows["outcomes"], rows["plans"], rows["teams"]) == (8, 1, 1, 2)
    assert seen.total == sum(rows.values())
    assert len(office.desk(PLANNER).cases("c")) == 8


def test_a_purge_needs_the_preview_that_holds(office):
    """Somebody imported meanwhile."""
    desk = years_later(office)
    seen = desk.purge_preview("c")
    desk.import_cases("c", 'id,address\nn1,"гр. Речно, ул. Дунав 3"\n'.encode(), "a.csv")
    with pytest.raises(Conflict):
        desk.purge("c", seen)
    assert len(desk.cases("c")) == 9


def test_after_the_term_only_safe_counts_stay(office):
    """Of eight children, one alone in a village, no count may stay, nor any name, place or day."""
    found_there(office, "c1")
    desk = years_later(office)
    kept = desk.purge("c", desk.purge_preview("c"))
    assert desk.kept("c") == kept == ()
    assert desk.cases("c") == []
    assert desk.plan("c") is None
    assert desk.teams("c") == []
    assert desk.purge_preview("c").rows == ()
    assert [each.name for each in desk.campaigns()] == ["Mechanism"]
    assert desk.terms_over() == []
    assert office.desk(AUDITOR).audit_log(LogFilter(action="purge"))


def test_lent_members_go_with_the_last_campaign(office):
    """As long as one campaign has records they may be needed; then nobody is kept by name."""
    lender = Institution("soc", "social", "Дирекция", "RVS01", members=(Member("m1", "Елена"),))
    with office.registry.work("test") as work:
        work.save_institution(lender)
    office.desk(PLANNER).create_campaign(Campaign("d", "Next", FIRST_DAY, 1, "riverside"))
    desk = years_later(office)
    desk.purge("c", desk.purge_preview("c"))
    assert kept_members(office) == ("m1",)
    desk.purge("d", desk.purge_preview("d"))
    assert kept_members(office) == ()
    (entry,) = office.desk(AUDITOR).audit_log(LogFilter(action="save_institution"))
    assert entry.subject == "soc"


def kept_members(office: Office) -> tuple[str, ...]:
    with office.registry.work("test", reading=True) as work:
        return tuple(one.member_id for each in work.institutions() for one in each.value.members)


def test_a_record_names_who_answers_for_the_case(office):
    """The municipality's institution, where the case names none of its own."""
    answers = Institution("mun", "municipality", "Община", accountable_for=frozenset({"RVS01"}))
    with office.registry.work("test") as work:
        work.save_institution(answers)
    (one,) = office.desk(PLANNER).child_record("c", "c1").histories
    assert one.accountable == "Община"


def test_a_purged_campaign_takes_nothing_in(office):
    """It is over, and says so."""
    desk = years_later(office)
    desk.purge("c", desk.purge_preview("c"))
    with pytest.raises(InputError, match="were purged"):
        desk.import_cases("c", CASES, "cases.csv")
    with pytest.raises(InputError, match="were purged"):
        desk.purge("c", desk.purge_preview("c"))
    with pytest.raises(InputError, match="were purged"):
        desk.set_term("c", date(2030, 1, 1))
