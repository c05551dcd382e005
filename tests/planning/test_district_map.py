"""Districts handed from team to team: cells that cover every door, work that follows at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.districts.cells import cells
from planning.districts.workload import homes_of, workloads
from planning.model import District, Mode, Pause, Shift, Team, Visit

MONDAY, HOUR = date(2026, 8, 24), 3600
RIVER, HILL = (25.97, 43.85), (26.10, 43.90)


def door(number: int, at: tuple[float, float] = RIVER, **values: object) -> Visit:
    standard = Visit(
        f"v{number}", (f"c{number}",), at[0] + number * 0.001, at[1], "RVS01", "1", "Речно",
        service_seconds=1_800,
    )  # fmt: skip
    return replace(standard, **values)


def shift(team_id: str, **values: object) -> Shift:
    standard = Shift(
        f"{team_id}@{MONDAY}", team_id, MONDAY, *RIVER, 8 * HOUR, 16 * HOUR,
        Pause(12 * HOUR, 13 * HOUR, 1_800), 40, Mode.DRIVE, frozenset(), "RVS01",
    )  # fmt: skip
    return replace(standard, **values)


TEAMS = [Team("t1", "Екип 1", "RVS01", *RIVER), Team("t2", "Екип 2", "RVS01", *RIVER)]


def test_work_moves_with_the_door() -> None:
    """Two doors each; one is handed over, and both teams' figures follow without a plan."""
    visits = [door(number) for number in range(4)]
    before = {"v0": "t1", "v1": "t1", "v2": "t2", "v3": "t2"}
    shifts = [shift("t1"), shift("t2", most_work=5 * HOUR)]
    one, two = workloads(visits, TEAMS, before, shifts)
    assert (one.visits, two.visits) == (2, 2)
    assert one.shift_seconds == 7.5 * HOUR, "the pause is no working time"
    assert two.shift_seconds == 4.5 * HOUR, "nor is what is beyond its longest day"
    after, other = workloads(visits, TEAMS, before | {"v2": "t1"}, shifts)
    assert (after.visits, other.visits) == (3, 1)
    assert after.work_seconds > one.work_seconds
    assert other.work_seconds < two.work_seconds
    assert after.share == after.work_seconds / after.shift_seconds


def test_a_team_that_never_works_is_not_busy() -> None:
    """Nothing is divided by nothing."""
    (idle,) = workloads([], TEAMS[:1], {}, [])
    assert (idle.visits, idle.work_seconds, idle.share) == (0, 0, 0.0)


def test_the_planners_own_moves_come_before_what_was_drawn() -> None:
    """c0 was moved to team 2; c1 to a team of another municipality, which is no team for it."""
    districts = [District("d", "Речно", "RVS01", "t1", ("v0", "v1"), 0)]
    teams = [*TEAMS, Team("h1", "Хълм", "HLM01", *HILL)]
    visits = [door(0), door(1), door(2)]
    homes = homes_of(districts, visits, teams, {"c0": "t2", "c1": "h1", "c2": ""})
    assert homes == {"v0": "t2", "v1": "t1", "v2": ""}


def test_a_village_is_one_cell_and_a_town_is_several() -> None:
    """Forty doors in the town, three on the hill."""
    town = [door(number) for number in range(40)]
    hill = [door(number, HILL, settlement="Хълм", settlement_code="2") for number in range(40, 43)]
    found = cells([*town, *hill], teams=4)
    by_name = {cell.settlement: [] for cell in found}
    for cell in found:
        by_name[cell.settlement].append(cell)
    assert [len(cell.visit_ids) for cell in by_name["Хълм"]] == [3]
    assert len(by_name["Речно"]) > 2


def test_no_doors_no_cells() -> None:
    """A municipality in which nobody was found."""
    assert cells([], teams=3) == ()


@pytest.mark.parametrize("teams", [1, 3])
@given(
    spots=st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from("АБ")),
        min_size=1, max_size=40,
    )
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_every_door_lies_in_exactly_one_cell(spots, teams) -> None:
    """However doors lie, also on one spot: none is lost, and each stands on its cell's ground."""
    visits = [
        door(number, lon=RIVER[0] + x / 500, lat=RIVER[1] + y / 500, settlement=name,
             settlement_code=name)
        for number, (x, y, name) in enumerate(spots)
    ]  # fmt: skip
    found = cells(visits, teams=teams)
    at = {visit.visit_id: visit for visit in visits}
    assert sorted(one for cell in found for one in cell.visit_ids) == sorted(at)
    for cell in found:
        ground = shapely.buffer(shapely.make_valid(cell.ground), 0.0003)
        for visit_id in cell.visit_ids:
            visit = at[visit_id]
            assert visit.settlement == cell.settlement
            assert shapely.contains_xy(ground, visit.lon, visit.lat)
