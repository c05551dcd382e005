"""What maps, prints and exports may say, above all of sensitive visits."""

from __future__ import annotations

from maps.stops import export_rows, map_rows, sheet_rows, visits_of

SENSITIVE = 4  # the fifth stop


def test_a_sheet_shows_the_door_and_nothing_else_of_a_sensitive_visit(town) -> None:
    """The team must find the door; paper gets lost."""
    row = sheet_rows(town.route, visits_of(town.plan))[SENSITIVE]
    assert (row.address, row.unit.flat) == ("ул. Шипка 5", "15")
    assert (row.case_ids, row.children, row.urgent, row.windows) == ((), None, False, ())


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


def test_other_visits_are_shown_in_full(town) -> None:
    """A visit that is not sensitive has its door, its children and its cases."""
    for rows in (sheet_rows, map_rows, export_rows):
        row = rows(town.route, visits_of(town.plan))[2]
        assert (row.address, row.children, row.urgent) == ("ул. Шипка 3", 3, True)
        assert row.case_ids == ("C-3",)
    assert [row.rough for row in map_rows(town.route, town_visits(town))][-2:] == [False, True]
    assert [row.straight for row in map_rows(town.route, town_visits(town))][3]


def town_visits(town):
    return visits_of(town.plan.visits)
