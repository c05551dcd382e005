"""What may be shown: rules by example, and an attacker who tries to undo them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from planning.coverage import COLUMNS, TOTAL, AreaCount, DayCount
from planning.disclosure import LEAST_K, ShownCount, ShownDay, protect, protect_pace

STEPS = len(COLUMNS)


def area(code: str, *ladder: int, parent: str = TOTAL) -> AreaCount:
    padded = (*ladder, *([0] * (STEPS - len(ladder))))
    return AreaCount(code, code.title(), parent, *padded)


def cells(row: ShownCount) -> tuple[int | None, ...]:
    return row.listed, row.located, row.planned, row.visited, row.resolved


def by_code(rows: Iterable[ShownCount]) -> dict[str, tuple[int | None, ...]]:
    return {row.area_code: cells(row) for row in rows}


HIDDEN = (None,) * STEPS

# --- the rules, one at a time ----------------------------------------------------------------


def test_large_groups_are_shown_as_they_are():
    """Two towns with large groups between all columns have nothing to hide."""
    table = [area("oak", 100, 80, 60, 40, 20), area("elm", 200, 150, 100, 60, 30)]
    shown = by_code(protect(table, k=10))
    assert shown == {"oak": (100, 80, 60, 40, 20), "elm": (200, 150, 100, 60, 30)}


def test_a_small_village_is_hidden_with_a_companion():
    """A village of 3 alone would be the total minus the rest, so the next smallest hides too."""
    table = [area("oak", 100), area("elm", 40), area("fen", 3)]
    shown = by_code(protect(table, k=10))
    assert shown["fen"] == HIDDEN
    assert shown["elm"] == HIDDEN
    assert shown["oak"][0] == 100


def test_a_small_difference_hides_a_column_not_the_children():
    """Five children left to visit in oak are told neither by its row nor by its neighbours'."""
    table = [area("oak", 100, 100, 100, 95, 40), area("elm", 100, 100, 100, 96, 50)]
    for row in protect(table, k=10):
        assert row.listed == 100
        assert row.visited is None
        assert row.resolved is None


def test_the_columns_of_a_row_never_differ_by_a_small_number():
    """Whatever is shown of a row, no two of its numbers are less than k apart."""
    table = [area("oak", 120, 118, 100, 60, 55), area("elm", 300, 280, 260, 100, 50)]
    for row in protect(table, k=10):
        values = [value for value in cells(row) if value is not None]
        for one, other in combinations(values, 2):
            assert not 0 < one - other < 10


def test_nobody_visited_yet_is_shown():
    """At the start of a campaign the zeros are the office's own, and the map is not empty."""
    table = [area("oak", 100, 100, 50, 0, 0), area("elm", 100, 100, 60, 0, 0)]
    assert by_code(protect(table, k=10))["oak"] == (100, 100, 50, 0, 0)


@pytest.mark.parametrize("resolved", [0, 40])
def test_all_or_none_resolved_is_not_shown(resolved):
    """“All 40 visited children of oak were found” would tell of each of them."""
    table = [area("oak", 100, 100, 80, 40, resolved), area("elm", 200, 150, 100, 60, 30)]
    shown = by_code(protect(table, k=10))
    assert shown["oak"][4] is None
    assert shown["elm"][4] is None


def test_an_empty_village_looks_like_a_small_one():
    """Beside a hidden village of 3, a village without any child is hidden as well."""
    table = [area("oak", 100), area("elm", 40), area("fen", 3), area("ash", 0)]
    assert by_code(protect(table, k=10))["ash"] == HIDDEN


def test_an_empty_village_beside_large_ones_is_a_zero():
    """Where nothing is hidden, 0 can be told by subtracting anyway."""
    table = [area("oak", 100), area("elm", 40), area("ash", 0)]
    assert by_code(protect(table, k=10))["ash"] == (0, 0, 0, 0, 0)


def test_rows_that_only_stand_where_a_child_is_are_left_out():
    """Twenty hamlets with a child each and a total of 20: a row by itself would tell all."""
    table = [area(f"hamlet{number}", 1) for number in range(20)]
    assert protect(table, k=10) == ()


def test_a_campaign_too_small_for_any_number_shows_none():
    """Pernik's 14 cases at k = 10 may be shown as a total, its 9 of another day may not."""
    assert protect([area(TOTAL, 14, parent="")], k=10)[0].listed == 14
    assert protect([area(TOTAL, 9, parent="")], k=10)[0].listed is None


def test_an_empty_table_stays_empty():
    """Before the first import there is nothing to show and nothing to hide."""
    assert protect([], k=10) == ()


def test_under_a_hidden_municipality_everything_is_hidden():
    """Settlements of a hidden municipality must not add up to it."""
    table = [
        area("north", 40, parent=TOTAL),
        area("south", 8, parent=TOTAL),
        area("west", 90, parent=TOTAL),
        area("n1", 20, parent="north"),
        area("n2", 20, parent="north"),
        area("s1", 8, parent="south"),
        area("w1", 50, parent="west"),
        area("w2", 40, parent="west"),
    ]
    shown = by_code(protect(table, k=10))
    assert shown["south"] == shown["north"] == HIDDEN
    assert not {"n1", "n2", "s1"} & shown.keys()
    assert shown["w1"][0] == 50


@pytest.mark.parametrize("k", [-1, 0, 2])
def test_no_configuration_goes_under_three(k):
    """Two neighbours in a table would know each other."""
    with pytest.raises(ValueError, match="never shown"):
        protect([area("oak", 100)], k=k)


def test_a_table_that_does_not_add_up_is_our_mistake():
    """Protection rests on sums, so a wrong sum is refused instead of published."""
    with pytest.raises(ValueError, match="not the sum"):
        protect([area(TOTAL, 100, parent=""), area("oak", 99)], k=10)


def test_two_rows_of_one_code_are_our_mistake():
    """A row must not be protected under one number and shown under another."""
    with pytest.raises(ValueError, match="same area code"):
        protect([area("oak", 100), area("oak", 99)], k=10)


def test_a_coordinator_sees_her_own_and_cannot_subtract_it():
    """She knows oak exactly, so of elm and fen neither is shown: total less oak less elm."""
    table = [area("oak", 7, 6), area("elm", 30), area("fen", 4), area("yew", 90)]
    shown = by_code(protect(table, k=5, exact="oak"))
    assert shown["oak"] == (7, 6, 0, 0, 0)
    assert shown["elm"] == shown["fen"] == HIDDEN
    assert shown["yew"][0] == 90


def test_the_total_beside_an_exact_row_gives_nothing_away():
    """With 4 children elsewhere, a coordinator does not see the total of the office."""
    table = [area(TOTAL, 54, parent=""), area("oak", 50), area("fen", 4)]
    shown = by_code(protect(table, k=5, exact="oak"))
    assert shown["oak"][0] == 50
    assert shown[TOTAL] == HIDDEN
    assert shown.get("fen", HIDDEN) == HIDDEN


# --- the attacker ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Attack:
    """Linear programs over everything published: how narrowly is a hidden number known?

    Unknowns are, for each lowest area, the children who got exactly so far (five groups).
    """

    leaves: tuple[str, ...]
    parents: dict[str, str]
    equal: np.ndarray
    values: np.ndarray
    present: frozenset[str]
    """Areas known to have a child because their row is there."""

    def bounds(self, areas: Sequence[str], groups: range) -> tuple[float, float]:
        """Lowest and highest possible sum of these groups over these lowest areas."""
        goal = np.zeros(len(self.leaves) * STEPS)
        for leaf in areas:
            at = self.leaves.index(leaf) * STEPS
            goal[at + groups.start : at + groups.stop] = 1
        at_least = np.zeros((len(self.present), goal.size))
        for line, code in enumerate(sorted(self.present)):
            for leaf in self.under(code):
                at = self.leaves.index(leaf) * STEPS
                at_least[line, at : at + STEPS] = -1
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * goal,
                A_eq=self.equal if len(self.equal) else None,
                b_eq=self.values if len(self.equal) else None,
                A_ub=at_least if len(at_least) else None,
                b_ub=-np.ones(len(at_least)) if len(at_least) else None,
            )
            ends.append(sign * found.fun if found.status == 0 else np.inf)
        return ends[0], ends[1]

    def under(self, code: str) -> list[str]:
        """Lowest areas within an area."""
        return [leaf for leaf in self.leaves if code in (leaf, self.parents[leaf], TOTAL)]


def attack(table: Sequence[AreaCount], *published: Sequence[ShownCount]) -> Attack:
    """An attacker who holds every published table, and knows the areas and how counts nest."""
    has_rows_below = {row.parent_code for row in table}
    leaves = tuple(row.area_code for row in table if row.area_code not in has_rows_below)
    parents = {row.area_code: row.parent_code for row in table}
    blank = Attack(leaves, parents, np.zeros((0, 0)), np.zeros(0), frozenset())
    lines, values = [], []
    for row in (row for rows in published for row in rows):
        for column, value in enumerate(cells(row)):
            if value is not None:
                line = np.zeros(len(leaves) * STEPS)
                for leaf in blank.under(row.area_code):
                    at = leaves.index(leaf) * STEPS
                    line[at + column : at + STEPS] = 1
                lines.append(line)
                values.append(value)
    no_row_is_empty = all(row.listed for row in table)
    present = {row.area_code for rows in published for row in rows if no_row_is_empty}
    return Attack(
        leaves, parents, np.array(lines), np.array(values, dtype=float), frozenset(present)
    )


def weak_spots(
    table: Sequence[AreaCount], attacker: Attack, shown: dict[str, tuple[int | None, ...]], k: int
) -> list[str]:
    """Every number the attacker learns that he must not.

    For each area, each column and each difference of two columns that is not shown: the range
    that is left must hold k steps, or the number is one that may be known: 0 (rule 2), or at
    least k and not the number of a hidden row.
    """
    found = []
    for row in table:
        visible = shown.get(row.area_code, HIDDEN)
        inside = attacker.under(row.area_code)
        for first, stop in combinations(range(STEPS + 1), 2):
            groups = range(first, stop)
            truth = row.ladder[first] - (row.ladder[stop] if stop < STEPS else 0)
            known = visible[first] is not None and (stop == STEPS or visible[stop] is not None)
            low, high = (truth, truth) if known else attacker.bounds(inside, groups)
            assert low - 1e-6 <= truth <= high + 1e-6
            wide = high - low >= k - 1e-6
            about_children = stop == STEPS and first == STEPS - 1 and row.visited > 0
            if 0 < truth < k and not wide:
                found.append(f"{row.area_code} {groups}: {truth} in {low}…{high}")
            elif not known and not wide and truth > 0 and visible == HIDDEN:
                found.append(f"hidden {row.area_code} {groups}: {truth} in {low}…{high}")
            elif about_children and not known and not wide:
                found.append(f"outcome of {row.area_code}: {truth} in {low}…{high}")
    return found


@st.composite
def campaigns(draw: st.DrawFn, *, empty_areas: bool) -> list[AreaCount]:
    """A total, up to four municipalities and up to four settlements in each; small and large."""
    size = st.sampled_from([0, 0, 0, 1, 2, 4, 7, 12, 25, 60])
    rows: list[AreaCount] = []
    for m in range(draw(st.integers(1, 4))):
        below = []
        for s in range(draw(st.integers(1, 4))):
            groups = [draw(size) for _ in range(STEPS)]
            ladder = [sum(groups[at:]) for at in range(STEPS)]
            if ladder[0] or empty_areas:
                below.append(area(f"m{m}s{s}", *ladder, parent=f"m{m}"))
        if below:
            rows += [summed(f"m{m}", below, TOTAL), *below]
    tops = [row for row in rows if row.parent_code == TOTAL]
    return [summed(TOTAL, tops, ""), *rows] if rows else []


def summed(code: str, rows: Sequence[AreaCount], parent: str) -> AreaCount:
    return area(
        code, *(sum(each) for each in zip(*(r.ladder for r in rows), strict=True)), parent=parent
    )


@pytest.mark.parametrize("k", [3, 5, 10])
@pytest.mark.parametrize("empty_areas", [False, True])
@settings(max_examples=12)
@given(data=st.data())
def test_no_attack_narrows_a_small_group_to_fewer_than_k(k, empty_areas, data):
    """With all levels and columns in hand, an attacker bounds no small group within k."""
    table = data.draw(campaigns(empty_areas=empty_areas))
    shown = protect(table, k=k)
    assert weak_spots(table, attack(table, shown), by_code(shown), k) == []


@settings(max_examples=15)
@given(table=campaigns(empty_areas=False))
def test_levels_published_apart_fit_together(table):
    """Total, municipalities and settlements in three tables show what one table shows."""
    together = by_code(protect(table, k=5))
    levels = [
        [row for row in table if row.area_code == TOTAL],
        [row for row in table if row.parent_code == TOTAL],
        [row for row in table if row.parent_code not in ("", TOTAL)],
    ]
    apart: dict[str, tuple[int | None, ...]] = {}
    for level in levels:
        apart |= by_code(protect(level, k=5))
    assert apart == together


@settings(max_examples=15)
@given(table=campaigns(empty_areas=False))
def test_a_coordinator_learns_nothing_of_her_neighbours(table):
    """Knowing her own municipality exactly, she bounds no small group of the others within k."""
    if not table:
        return
    shown = protect(table, k=5, exact="m0")
    others = [row for row in table if row.area_code != TOTAL and not row.area_code.startswith("m0")]
    attacker = attack(table, shown)
    assert weak_spots(others, attacker, by_code(shown), 5) == []


@given(table=campaigns(empty_areas=True), k=st.integers(LEAST_K, 12))
def test_what_is_shown_is_true(table, k):
    """A number is either the right one or not there: nothing is rounded or blurred."""
    truth = {row.area_code: row.ladder for row in table}
    for row in protect(table, k=k):
        for value, right in zip(cells(row), truth[row.area_code], strict=True):
            assert value in (None, right)


# --- days ------------------------------------------------------------------------------------

MONDAY = date(2026, 8, 24)


def days(*counts: tuple[int, int, int]) -> list[DayCount]:
    return [DayCount(MONDAY + timedelta(at), *count) for at, count in enumerate(counts)]


def test_pace_skips_days_on_which_few_children_moved():
    """Three children visited on Tuesday appear only together with Monday's thirty."""
    total = ShownCount(TOTAL, "", "", 200, None, 150, 63, None)
    week = days((50, 30, 10), (50, 3, 1), (50, 30, 8))
    assert protect_pace(week, total=total, k=10) == (
        ShownDay(MONDAY, None, None, None),
        ShownDay(MONDAY + timedelta(1), 100, 33, None),
        ShownDay(MONDAY + timedelta(2), 150, 63, None),
    )


def test_pace_of_hidden_columns_stays_hidden():
    """What the total does not show, its days do not show either."""
    total = ShownCount(TOTAL, "", "", 200, None, None, None, None)
    assert protect_pace(days((50, 30, 10)), total=total, k=10) == (
        ShownDay(MONDAY, None, None, None),
    )


def test_days_that_do_not_add_up_are_our_mistake():
    """Days and total come from the same cases, or the difference would tell of somebody."""
    total = ShownCount(TOTAL, "", "", 200, None, 51, 30, None)
    with pytest.raises(ValueError, match="add up"):
        protect_pace(days((50, 30, 10)), total=total, k=10)


@given(
    moves=st.lists(st.tuples(*[st.sampled_from([0, 1, 4, 11, 30])] * 3), min_size=1, max_size=8),
    k=st.integers(LEAST_K, 10),
)
def test_no_two_days_shown_differ_by_a_small_group(moves, k):
    """Subtracting any two days, or two columns of one day, gives no group of 1 to k - 1."""
    week = days(*((p + v + r, v + r, r) for p, v, r in moves))
    sums = [sum(getattr(day, name) for day in week) for name in ("planned", "visited", "resolved")]
    row = protect([area(TOTAL, sums[0], sums[0], *sums, parent="")], k=k)
    shown = protect_pace(week, total=row[0], k=k)
    points = [(day.planned, day.visited, day.resolved) for day in shown]
    for one, other in combinations([(0, 0, 0), *points], 2):
        for before, after in zip(one, other, strict=True):
            if before is not None and after is not None:
                assert not 0 < after - before < k
    for point in points:
        for one, other in combinations([value for value in point if value is not None], 2):
            assert not 0 < one - other < k
