"""What maps, prints and exports may say, above all of sensitive visits."""

from __future__ import annotations

from dataclasses import replace

from maps.stops import export_plan, export_rows, map_rows, sheet_rows, team_rows, visits_of

SENSITIVE = 4  # the fifth stop


def test_the_phone_shows_the_door_and_nothing_else_of_a_sensitive_visit(town) -> None:
    """The team must find the door."""
    row = team_rows(town.route, visits_of(town.plan))[SENSITIVE]
    assert (row.address, row.unit.flat, row.placed) == ("ул. Шипка 5", "15", True)
    assert (row.case_ids, row.children, row.urgent, row.windows) == ((), None, False, ())


def test_a_sheet_says_no_more_of_a_sensitive_visit_than_any_other_file(town) -> None:
    """Paper gets lost: what is on it is what an export has, without the case."""
    row = sheet_rows(town.route, visits_of(town.plan))[SENSITIVE]
    assert row == replace(export_rows(town.route, visits_of(town.plan))[SENSITIVE], case_ids=())
    assert (row.number, row.requires, row.placed) == (5, frozenset({"social"}), False)


def test_a_map_does_not_even_show_the_door(town) -> None:
    """Number, time, settlement and who must be there."""
    row = map_rows(town.route, visits_of(town.plan))[SENSITIVE]
    assert (row.address, row.unit.flat, row.kits, row.case_ids) == ("", "", 0, ())
    assert (row.settlement, row.requires, row.number) == ("Русе", frozenset({"social"}), 5)


def test_an_export_keeps_the_case_and_drops_the_place(town) -> None:
    """No record is lost, no position is written."""
    row = export_rows(town.route, visits_of(town.plan))[SENSITIVE]
    assert row.case_ids == ("C-5",)
    assert (row.placed, row.lon, row.lat, row.address) == (False, 0.0, 0.0, "")


def test_a_hazard_is_for_the_team_only(town) -> None:
    """It keeps the crew safe, at a sensitive door too; who else reads of it learns of a family."""
    visits = visits_of(town.plan)
    own = [row.hazard for row in team_rows(town.route, visits)]
    assert own == [f"зло куче {number}" for number in range(1, 7)]
    assert [row.hazard for row in sheet_rows(town.route, visits)] == [*own[:4], "", own[5]]
    for rows in (map_rows, export_rows):
        assert {row.hazard for row in rows(town.route, visits)} == {""}
    assert {visit.hazards for visit in export_plan(town.plan).visits} == {()}


def test_other_visits_are_shown_in_full(town) -> None:
    """A visit that is not sensitive has its door, its children and its cases."""
    for rows in (team_rows, sheet_rows, map_rows, export_rows):
        row = rows(town.route, visits_of(town.plan))[2]
        assert (row.address, row.children, row.urgent) == ("ул. Шипка 3", 3, True)
        assert row.case_ids == ("C-3",)
    assert [row.rough for row in map_rows(town.route, town_visits(town))][-2:] == [False, True]
    assert [row.straight for row in map_rows(town.route, town_visits(town))][3]


def town_visits(town):
    return visits_of(town.plan.visits)
