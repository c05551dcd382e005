"""Coverage of Riverside: two villages, five doors, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.areas import Area
from planning.coverage import (
    BY_CONTACT,
    NOWHERE,
    RESULTS,
    TOTAL,
    AreaCount,
    all_levels,
    coverage,
    inside,
)
from planning.disclosure import release
from planning.disclosure.rules import adds_up, figures_of
from planning.model import (
    Address,
    Case,
    CaseRecord,
    Level,
    Outcome,
    Place,
    Plan,
    Result,
    Route,
    Stop,
    Visit,
)

MONDAY, TUESDAY = date(2026, 8, 24), date(2026, 8, 25)


def record(case_id: str, settlement: str = "", *, children: int = 1, place: Place | None = None):
    """A case in a village of Riverside, or without a place."""
    if settlement:
        place = Place(
            Level.HOUSE, 25.0, 43.0, municipality_code="R", municipality="Riverside",
            settlement_code=settlement, settlement=settlement.title(),
        )  # fmt: skip
    return CaseRecord(Case(case_id, Address("?"), children=children), place, version=1)


def plan_of(*days: tuple[date, str, tuple[str, ...]]) -> Plan:
    """A plan that visits these cases on these days; visits are numbered v0001, v0002, …."""
    visits = tuple(
        Visit(f"v{number:04d}", case_ids, 25.0, 43.0, "R")
        for number, (_, _, case_ids) in enumerate(days, start=1)
    )
    routes = tuple(
        Route(f"{team}@{day}", team, day, (Stop(visit.visit_id, 0, 0, 0),), 0, 0)
        for (day, team, _), visit in zip(days, visits, strict=True)
    )
    return Plan(MONDAY, 5, visits, (), routes, ())


def outcome(visit_id: str, result: Result, *, at: str = "10:00", day: date = MONDAY, cases=()):
    recorded = f"{day}T{at}:00+03:00"
    return Outcome(visit_id, "t1", day, result, recorded, key=f"{visit_id}{at}", case_ids=cases)


def results(**found: int) -> tuple[int, ...]:
    """Children by result, named."""
    return tuple(found.get(str(each), 0) for each in RESULTS)


RECORDS = (
    record("mill-1", "mill", children=2),
    record("mill-2", "mill"),
    record("ford-1", "ford", children=3),
    record("ford-2", "ford"),
    record("lost"),
)
PLAN = plan_of((MONDAY, "t1", ("mill-1",)), (TUESDAY, "t1", ("ford-1", "ford-2")))


def test_a_settlement_of_another_municipality_does_not_upset_the_sums():
    """The list says Hill, the map has Mill in Riverside: the case counts in Hill, nowhere near."""
    astray = replace(RECORDS[0].place, municipality_code="H", municipality="Hill")
    records = [*RECORDS[1:], record("mill-1", children=2, place=astray)]
    areas = [Area("mill", "Mill", "settlement", None, "R")]
    rows = coverage(records, PLAN, [], by="settlement", areas=areas)
    assert {(row.area_code, row.parent_code): row.listed for row in rows} == {
        ("mill", "R"): 1, ("ford", "R"): 4, (f"H/{NOWHERE}", "H"): 2, (NOWHERE, TOTAL): 1,
    }  # fmt: skip
    release(all_levels(records, PLAN, [], areas=areas), day=MONDAY)  # the sums of all levels agree


def test_children_are_counted_through_all_five_steps():
    """Mill: 3 listed and located, 2 planned, visited and met. Ford: 4 planned, nobody home."""
    outcomes = [outcome("v0001", Result.MET), outcome("v0002", Result.NOBODY_HOME, day=TUESDAY)]
    ford, mill, lost = (
        AreaCount("ford", "Ford", "R", 4, 4, 4, 4, 0, results=results(nobody_home=4)),
        AreaCount("mill", "Mill", "R", 3, 3, 2, 2, 2, results=results(met=2)),
        AreaCount(NOWHERE, "", TOTAL, 1, 0, 0, 0, 0, results=results()),
    )
    assert set(coverage(RECORDS, PLAN, outcomes, by="settlement")) == {ford, mill, lost}
    assert set(coverage(RECORDS, PLAN, outcomes)) == {
        AreaCount("R", "Riverside", TOTAL, 7, 7, 6, 6, 2, results=results(met=2, nobody_home=4)),
        lost,
    }
    assert coverage(RECORDS, PLAN, outcomes, by="total") == (
        AreaCount(TOTAL, "", "", 8, 7, 6, 6, 2, results=results(met=2, nobody_home=4)),
    )


def test_without_plan_and_outcomes_everything_is_still_listed():
    """The day after the import."""
    assert [row.ladder for row in coverage(RECORDS, None, [])] == [
        (1, 0, 0, 0, 0),
        (7, 7, 0, 0, 0),
    ]


def test_the_outcome_recorded_last_counts():
    """Met in the morning by mistake, corrected to refused: visited, not resolved."""
    outcomes = [
        outcome("v0001", Result.REFUSED, at="11:00"),
        outcome("v0001", Result.MET, at="10:00"),
    ]
    (total,) = coverage(RECORDS, PLAN, outcomes, by="total")
    assert (total.visited, total.resolved) == (2, 0)


def test_outcomes_of_an_earlier_plan_stay_with_their_children():
    """The new plan's v0001 is Ford; what was recorded at the old one's v0001 was about Mill."""
    new = plan_of((TUESDAY, "t1", ("ford-1", "ford-2")))
    made = [outcome("v0001", Result.MET, cases=("mill-1",))]
    mill = next(row for row in coverage(RECORDS, new, made, by="settlement") if row.name == "Mill")
    ford = next(row for row in coverage(RECORDS, new, made, by="settlement") if row.name == "Ford")
    assert mill.ladder == (3, 3, 2, 2, 2)
    assert ford.ladder == (4, 4, 4, 0, 0)


def test_an_outcome_of_a_visit_nobody_knows_counts_nowhere():
    """Better too low than at somebody else's door."""
    (total,) = coverage(RECORDS, PLAN, [outcome("v0099", Result.MET)], by="total")
    assert total.visited == 0


def test_a_case_known_only_by_municipality_has_a_row_of_its_own():
    """The municipality's settlements add up to it."""
    vague = record("vague", place=Place(Level.MUNICIPALITY, 25.0, 43.0, municipality_code="R"))
    rows = coverage([*RECORDS, vague], None, [], by="settlement")
    assert AreaCount(f"R/{NOWHERE}", "", "R", 1, 1, 0, 0, 0, results=results()) in rows


def test_all_levels_are_one_table_that_adds_up():
    """Total, municipalities and settlements; the child without a place is a municipality's row."""
    outcomes = [outcome("v0001", Result.MET), outcome("v0002", Result.REFUSED, day=TUESDAY)]
    rows = {(row.parent_code, row.area_code): row for row in all_levels(RECORDS, PLAN, outcomes)}
    assert [*rows] == [("", TOTAL), (TOTAL, NOWHERE), (TOTAL, "R"), ("R", "ford"), ("R", "mill")]
    assert rows["R", "ford"].results == results(refused=4)
    release(rows.values(), day=MONDAY)


def test_areas_without_a_child_are_listed_when_given():
    """A table that names every area does not tell where children are by naming it."""
    areas = [
        Area("R", "Riverside", "municipality", None),
        Area("S", "Seaside", "municipality", None),
        Area("cove", "Cove", "settlement", None, parent="S"),
    ]
    by_municipality = {row.area_code: row for row in coverage(RECORDS, None, [], areas=areas)}
    assert by_municipality["S"] == AreaCount(
        "S", "Seaside", TOTAL, 0, 0, 0, 0, 0, results=results()
    )  # fmt: skip
    assert by_municipality["R"].listed == 7
    by_settlement = coverage(RECORDS, None, [], by="settlement", areas=areas)
    assert AreaCount("cove", "Cove", "S", 0, 0, 0, 0, 0, results=results()) in by_settlement


def test_other_kinds_of_areas_are_our_mistake():
    """A page must not ask for what is not counted."""
    with pytest.raises(ValueError, match="by 'street'"):
        coverage(RECORDS, None, [], by="street")


def test_a_case_closed_by_a_call_is_resolved_like_any_other():
    """Three doors of Mill and Ford: one family told by phone that it is abroad, one after a visit
    in vain, and one that a crew had met before anybody called."""
    outcomes = [outcome("v0001", Result.MET), outcome("v0002", Result.NOBODY_HOME, day=TUESDAY)]
    closed = ("mill-1", "ford-1", "lost")
    rows = {row.area_code: row for row in coverage(RECORDS, PLAN, outcomes, closed=closed,
                                                   by="settlement")}  # fmt: skip
    assert rows["mill"].results == results(met=2)
    assert rows["ford"].ladder == (4, 4, 4, 4, 3)
    assert rows["ford"].results == results(nobody_home=1, by_contact=3)
    assert rows[NOWHERE].ladder == (1, 1, 1, 1, 1), "what was never found on the map, too"
    release(all_levels(RECORDS, PLAN, outcomes, closed=closed), day=MONDAY)


ANY_RESULT = st.sampled_from(list(Result))


@given(
    cases=st.lists(
        st.tuples(st.sampled_from(["mill", "ford", ""]), st.integers(1, 4), st.booleans(),
                  st.none() | ANY_RESULT, st.booleans(), st.booleans()),
        max_size=30,
    )
)  # fmt: skip
def test_levels_add_up_and_ladders_descend(cases):
    """Settlements add up to the total, and no step has more than the last."""
    records = [
        record(f"c{number}", settlement, children=children)
        for number, (settlement, children, *_) in enumerate(cases)
    ]
    planned = [f"c{number}" for number, case in enumerate(cases) if case[2]]
    plan = plan_of(*((MONDAY, "t1", (case_id,)) for case_id in planned))
    outcomes = [
        replace(outcome("v0001", result, day=TUESDAY if late else MONDAY, cases=(f"c{number}",)),
                key=str(number))
        for number, (*_, result, late, _) in enumerate(cases)
        if result
    ]  # fmt: skip
    closed = {f"c{number}" for number, case in enumerate(cases) if case[-1]}
    levels = [coverage(records, plan, outcomes, closed=closed, by=by)
              for by in ("total", "municipality", "settlement")]  # fmt: skip
    sums = [[sum(row.ladder[at] for row in rows) for at in range(5)] for rows in levels]
    assert sums[0] == sums[1] == sums[2]
    for row in (row for rows in levels for row in rows):
        assert list(row.ladder) == sorted(row.ladder, reverse=True)
        assert adds_up(figures_of(row))
    assert sum(row.results[RESULTS.index(BY_CONTACT)] for row in levels[0]) <= sums[0][4]


CITY = (
    Area("R", "Riverside", "municipality", None),
    Area("ford", "Ford", "settlement", None, "R"),
    Area("mill", "Mill", "settlement", None, "R"),
    Area("R-1", "Docks", "district", None, "ford"),
    Area("R-2", "Hillside", "district", None, "ford"),
)


def in_ford(case_id: str, district: str):
    """A case in a district of Ford."""
    place = record("", "ford").place
    return record(case_id, place=replace(place, district=district))


def test_a_city_is_counted_by_its_districts():
    """Ford has two: Docks with a family, Hillside with nobody, and a child of whom no map says
    where. Mill, which the map does not part, stays whole whatever the address says."""
    whole = replace(record("", "mill").place, district="Docks")
    records = [in_ford("a", "Docks"), in_ford("b", "Docks"), in_ford("c", "Lowtown"),
               record("d", place=whole), record("lost")]  # fmt: skip
    rows = coverage(records, None, [], by="district", areas=CITY)
    assert [(row.area_code, row.name, row.parent_code, row.listed) for row in rows] == [
        ("R-1", "Docks", "ford", 2), ("R-2", "Hillside", "ford", 0),
        (f"ford/{NOWHERE}", "", "ford", 1),
    ]  # fmt: skip
    table = all_levels(records, None, [], areas=CITY)
    assert [row.area_code for row in table] == [
        TOTAL, NOWHERE, "R", "ford", "mill", *(row.area_code for row in rows),
    ]  # fmt: skip
    release(table, day=MONDAY)  # the sums of all levels agree
    assert [row.area_code for row in inside(table, "R")] == [row.area_code for row in table[2:]]
    assert not coverage(records, None, [], by="district")


def test_districts_of_a_municipality_part_no_settlement():
    """The map's own frame has them there: which settlement they part is for `areas.parted`."""
    frame = [*CITY[:3], Area("R-1", "Docks", "district", None, "R")]
    assert all_levels([in_ford("a", "Docks")], None, [], areas=frame) == all_levels(
        [in_ford("a", "Docks")], None, [], areas=CITY[:3]
    )


def test_a_district_follows_its_city_to_the_municipality_that_the_map_knows():
    """The list says Ford is in Hill: the child counts nowhere near in Hill, in no district."""
    astray = replace(in_ford("a", "Docks").place, municipality_code="H", municipality="Hill")
    table = all_levels([record("a", place=astray), in_ford("b", "Docks")], None, [], areas=CITY)
    assert {row.area_code: row.listed for row in table if row.listed} == {
        TOTAL: 2, "H": 1, "R": 1, f"H/{NOWHERE}": 1, "ford": 1, "R-1": 1,
    }  # fmt: skip
    release(table, day=MONDAY)
