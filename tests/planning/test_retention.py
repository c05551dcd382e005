"""A plan without an erased case: nothing of the case is left, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from planning.intake import Columns, Intake, RejectedRow
from planning.model import (
    Address,
    Begun,
    Campaign,
    Case,
    Conditions,
    District,
    Leg,
    Lock,
    Plan,
    Reason,
    Route,
    Spacing,
    Stop,
    Unserved,
    Visit,
)
from planning.retention import (
    Term,
    last_day,
    months_later,
    plan_without,
    usual_term,
    without_erased,
)

DAY = date(2026, 8, 24)
CASES = tuple(f"c{at}" for at in range(8))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Up to eight cases at up to four doors, some of them on two routes, bound to each other."""
    doors = [
        tuple(case for case, at in zip(CASES, where, strict=True) if at == door)
        for where in [draw(st.lists(st.integers(0, 3), min_size=8, max_size=8))]
        for door in range(4)
    ]
    visits = tuple(
        Visit(f"v{at}", ids, 25.9 + at, 43.8, "RSE27", children=len(ids), kits=len(ids))
        for at, ids in enumerate(doors)
        if ids
    )
    on_the_way = [each.visit_id for each in visits if draw(st.booleans())]
    cut = draw(st.integers(0, len(on_the_way)))
    ways = (on_the_way[:cut], on_the_way[cut:])
    routes = tuple(route(f"t{at}", ids) for at, ids in enumerate(ways) if ids)
    left = [each for each in visits if each.visit_id not in on_the_way]
    names = [each.visit_id for each in visits]
    return Plan(
        DAY, 1, visits, (), routes,
        tuple(Unserved(each.case_ids, Reason.SHIFTS_FULL, each.visit_id) for each in left),
        districts=(District("d", "D", "RSE27", "t0", tuple(names), 60),),
        conditions=Conditions(
            pairs=((names[0], names[-1]),),
            spacings=(Spacing(names[0], names[-1]),),
            locks=tuple(Lock(each, "t0") for each in names),
            begun=tuple(Begun(each.shift_id, 0, each.stops[:1]) for each in routes),
            published=tuple((each, "t0") for each in names),
        ),
    )  # fmt: skip


def route(team: str, visit_ids: list[str]) -> Route:
    stops = tuple(
        Stop(each, 1_000 * at, 1_000 * at, 1_000 * at + 500)
        for at, each in enumerate(visit_ids, start=1)
    )
    ends = [("office"), *visit_ids, ("office")]
    legs = tuple(
        Leg(500, 700.0, ((float(at), 0.0), (at + 1.0, 0.0))) for at in range(len(ends) - 1)
    )
    return Route(f"{team}@{DAY}", team, DAY, stops, 500, 9_000, legs=legs)


@given(plans(), st.sets(st.sampled_from(CASES)))
def test_nothing_is_left_of_who_is_gone(plan, gone):
    """Every other case is where it was, and every stop that stays keeps its times."""
    after, taken = plan_without(plan, {each: Case(each, Address("x"), kits=1) for each in gone})
    assert {one for each in after.visits for one in each.case_ids} == set(CASES) - gone
    assert not gone & {one for each in after.unserved for one in each.case_ids}
    known = {each.visit_id for each in after.visits}
    before = [stop for each in plan.routes for stop in each.stops]
    stops = [stop for each in after.routes for stop in each.stops]
    assert stops == [stop for stop in before if stop.visit_id in known]
    assert taken == len(before) - len(stops)
    assert sum(each.children for each in after.visits) == 8 - len(gone)
    assert sum(each.kits for each in after.visits) == 8 - len(gone)
    named = [*after.conditions.locks, *(stop for b in after.conditions.begun for stop in b.stops)]
    assert {each.visit_id for each in named} <= known
    assert set(after.districts[0].visit_ids) == known
    for pair in (
        *after.conditions.pairs,
        *((s.first, s.second) for s in after.conditions.spacings),
    ):
        assert set(pair) <= known


@given(plans(), st.sets(st.sampled_from(CASES)))
def test_a_hazard_goes_with_the_case_that_told_of_it(plan, gone):
    """The others of the door keep theirs, in the same words too."""
    visits = [replace(each, hazards=tuple((one, "куче") for one in each.case_ids))
              for each in plan.visits]  # fmt: skip
    after, _ = plan_without(
        replace(plan, visits=tuple(visits)), {each: Case(each, Address("x")) for each in gone}
    )
    for visit in after.visits:
        assert tuple(case_id for case_id, _ in visit.hazards) == visit.case_ids
        assert visit.hazard == "куче"


@given(plans(), st.sets(st.sampled_from(CASES)))
def test_no_line_leads_to_a_door_that_is_gone(plan, gone):
    """The way past it is straight, as long as before, and begins and ends where the others do."""
    after, _ = plan_without(plan, {each: Case(each, Address("x")) for each in gone})
    legs_before = {each.shift_id: each.legs for each in plan.routes}
    for each in after.routes:
        assert len(each.legs) == len(each.stops) + 1
        before = legs_before[each.shift_id]
        assert sum(leg.seconds for leg in each.legs) == sum(leg.seconds for leg in before)
        assert each.legs[0].line[0] == before[0].line[0]
        assert each.legs[-1].line[-1] == before[-1].line[-1]
        if len(before) != len(each.legs):
            assert any(leg.straight for leg in each.legs)
            assert all(len(leg.line) == 2 for leg in each.legs if leg.straight)


@given(plans())
def test_a_plan_that_nobody_leaves_is_the_same(plan):
    """Not even written anew."""
    assert plan_without(plan, {}) == (plan, 0)
    assert plan_without(plan, {"stranger": Case("stranger", Address("x"))}) == (plan, 0)


def test_legs_that_were_never_drawn_stay_so():
    """A plan from bare sequences has none."""
    bare = replace(route("t0", ["v0", "v1"]), legs=())
    visits = tuple(Visit(f"v{at}", (f"c{at}",), 25.9, 43.8, "RSE27") for at in range(2))
    after, taken = plan_without(
        Plan(DAY, 1, visits, (), (bare,), ()), {"c0": Case("c0", Address(""))}
    )
    assert (after.routes[0].legs, taken) == ((), 1)


def test_a_rejected_row_stands_among_the_others():
    """In the list's order; nothing is lost."""
    listed = tuple(Case(each, Address("x"), row=row) for row, each in enumerate(CASES, start=2))
    bad = RejectedRow(99, ())
    intake = Intake(listed, (bad,), 9, 0, Columns({}, (), {}))
    after = without_erased(intake, {"c3", "stranger"}, file="l.csv")
    assert [each.row for each in after.rejected] == [5, 99]
    assert len(after.cases) + len(after.rejected) == after.rows_total
    assert after.faults[0].file == "l.csv"
    assert without_erased(intake, set()) is intake


def test_two_years_after_the_last_working_day():
    """Five working days from a Monday end on Friday, ten skip the weekend."""
    week = Campaign("c", "C", DAY, 5)
    assert last_day(week) == date(2026, 8, 28)
    assert last_day(replace(week, days=10)) == date(2026, 9, 4)
    assert usual_term(week) == date(2028, 8, 28)
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert not Term("c", DAY).is_over(DAY)
    assert not Term("c", DAY, purged_at="2026-09-01").is_over(date(2027, 1, 1))
