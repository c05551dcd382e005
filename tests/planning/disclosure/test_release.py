"""What is told, rule by rule, in one small province; `test_attacks` tries to undo it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, product

import pytest

from planning import wire
from planning.areas import Area
from planning.coverage import COLUMNS, NOWHERE, RESULTS, TOTAL, AreaCount
from planning.disclosure import (
    Memory,
    Release,
    ShownCount,
    ShownDay,
    Table,
    next_year,
    parted_before,
    release,
    with_hidden,
    with_own,
    year_on_year,
)
from planning.disclosure.parts import Told
from planning.disclosure.release import KeptPart
from planning.model import Result
from tests.planning.disclosure.campaigns import invented, released

MONDAY = date(2026, 8, 24)
NONE_ELSE = (0,) * (len(RESULTS) - 1)
SIZES = {"oak": 900, "elm": 400, "fen": 30, "ash": 20}


def area(code: str, *ladder: int, parent: str = "m") -> AreaCount:
    """A row; steps not given are 0."""
    return AreaCount(code, code.title(), parent, *ladder, *([0] * (len(COLUMNS) - len(ladder))))


def province(*rows: AreaCount) -> list[AreaCount]:
    """Settlements with the sums above them."""
    parents = dict.fromkeys(row.parent_code for row in rows)
    above = [summed(code, [row for row in rows if row.parent_code == code]) for code in parents]
    return [summed(TOTAL, above, parent=""), *above, *rows]


def summed(code: str, rows: Sequence[AreaCount], parent: str = TOTAL) -> AreaCount:
    ladder = [sum(each) for each in zip(*(row.ladder for row in rows), strict=True)]
    results = [sum(each) for each in zip(*(row.results for row in rows), strict=True)]
    return AreaCount(code, code.title(), parent, *ladder, results=tuple(results))


def day_by_day(*tables: Iterable[AreaCount], k: int = 10) -> list[Release]:
    """A release a day, from Monday on."""
    made: list[Release] = []
    for number, table in enumerate(tables):
        before = made[-1].memory if made else None
        day = MONDAY + timedelta(number)
        made.append(release(table, day=day, before=before, sizes=SIZES, partner_k=k, public_k=k))
    return made


def cells(table: Table, code: str) -> tuple[int | None, ...]:
    """The ladder that a table shows of an area."""
    for row in table.rows:
        if row.area_code == code:
            return row.listed, row.located, row.planned, row.visited, row.resolved
    return (None,) * len(COLUMNS)


def once(*rows: AreaCount, k: int = 10) -> Table:
    """The first release of settlements of one municipality."""
    return day_by_day(province(*rows), k=k)[0].partner


# --- one day ---------------------------------------------------------------------------------


def test_large_groups_are_shown_as_they_are():
    """Two villages with large groups between all columns have nothing to hide."""
    table = once(area("oak", 100, 80, 60, 40, 20), area("elm", 200, 150, 100, 60, 30))
    assert cells(table, "oak") == (100, 80, 60, 40, 20)
    assert cells(table, "elm") == (200, 150, 100, 60, 30)
    assert cells(table, TOTAL) == (300, 230, 160, 100, 50)


def test_a_small_village_is_hidden_with_its_twin():
    """Fen's 3 alone would be the total less the others, so elm, the next in size, hides too."""
    table = once(area("oak", 100), area("elm", 40), area("fen", 3))
    assert cells(table, "oak")[0] == 100
    assert cells(table, "elm")[0] is None
    assert cells(table, "fen")[0] is None


def test_who_is_the_twin_does_not_depend_on_the_children():
    """With 300 children in little fen, it is still elm that is paired with it."""
    table = once(area("oak", 100), area("elm", 3), area("fen", 300))
    assert cells(table, "oak")[0] == 100
    assert cells(table, "elm")[0] is None
    assert cells(table, "fen")[0] is None


def test_a_small_difference_hides_a_column_not_the_children():
    """Five children left to visit in oak are told neither by its row nor by elm's."""
    table = once(area("oak", 100, 100, 100, 95, 40), area("elm", 100, 100, 100, 60, 30))
    for code in ("oak", "elm"):
        listed, _, planned, visited, _ = cells(table, code)
        assert listed is None or visited is None
        assert planned is None or visited is None
        assert visited is not None


def test_nobody_visited_yet_is_shown():
    """At the start of a campaign the zeros are the office's own, and the map is not empty."""
    table = once(area("oak", 100, 100, 50), area("elm", 100, 100, 60))
    assert cells(table, "oak") == (100, 100, 50, 0, 0)


@pytest.mark.parametrize("resolved", [0, 40])
def test_all_or_none_resolved_is_not_shown(resolved):
    """“All 40 visited children of oak were found” would tell of each of them."""
    table = once(area("oak", 100, 100, 80, 40, resolved), area("elm", 200, 150, 100, 60, 30))
    assert cells(table, "oak")[3:] == (40, None)
    assert cells(table, "elm")[3:] == (60, None)


def test_an_empty_village_looks_like_a_small_one():
    """Beside fen with 3, ash without any child has no number either."""
    table = once(area("oak", 100), area("elm", 40), area("fen", 3), area("ash"))
    assert cells(table, "ash")[0] is None


def test_an_empty_village_beside_large_ones_is_a_zero():
    """Where nothing is hidden, 0 can be told by subtracting anyway."""
    assert cells(once(area("oak", 100), area("elm", 40), area("ash")), "ash")[0] == 0


def test_under_a_hidden_municipality_everything_is_hidden():
    """Settlements of a hidden municipality must not add up to it."""
    rows = [area("n1", 20, parent="n"), area("n2", 20, parent="n"), area("s1", 8, parent="s")]
    table = once(*rows, area("w1", 50, parent="w"), area("w2", 40, parent="w"))
    assert not {"s", "s1"} & {row.area_code for row in table.rows}


def test_a_campaign_too_small_for_any_number_shows_none():
    """Pernik's 14 cases may be a total for the public, 9 of another day may not."""
    assert cells(release([area(TOTAL, 14, parent="")], day=MONDAY).public, TOTAL)[0] == 14
    assert release([area(TOTAL, 9, parent="")], day=MONDAY).public.rows == ()


def test_all_areas_of_the_map_are_named_and_unknown_places_are_not():
    """A hidden row stands for every village there is; “not known” only where a number is told."""
    rows = [area("oak", 100), area("elm", 40), area("fen", 3)]
    rows.append(AreaCount(f"m/{NOWHERE}", "", "m", 2, 0, 0, 0, 0))
    table = once(*rows)
    areas = [Area(code, code, "settlement", None, "m") for code in (*SIZES, "far")]
    shown = with_hidden(table.rows, areas, by="settlement")
    assert [row.area_code for row in shown] == ["ash", "elm", "far", "fen", "oak"]
    assert {row.area_code: row.listed for row in shown}["far"] is None
    assert [row.area_code for row in with_hidden((), areas, by="total")] == [TOTAL]
    assert with_hidden((), areas, by="municipality") == ()


@pytest.mark.parametrize(
    ("partner_k", "public_k", "said"), [(2, 10, "never shown"), (5, 4, "smaller groups")]
)
def test_no_configuration_goes_under_three_or_shows_the_public_more(partner_k, public_k, said):
    """Two neighbours in a table would know each other."""
    with pytest.raises(ValueError, match=said):
        release([], day=MONDAY, partner_k=partner_k, public_k=public_k)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([area(TOTAL, 100, parent=""), area("m", 99, parent=TOTAL)], "not the sum"),
        ([area("oak", 100), area("oak", 99)], "same area code"),
        ([AreaCount("oak", "Oak", "m", 9, 9, 9, 9, 9, results=(8, *NONE_ELSE))], "results"),
    ],
)
def test_a_table_that_does_not_add_up_is_our_mistake(rows, said):
    """Protection rests on sums, so a wrong sum is refused instead of published."""
    with pytest.raises(ValueError, match=said):
        release(rows, day=MONDAY)


def test_an_empty_table_stays_empty():
    """Before the first import there is nothing to tell but that."""
    assert [row.listed for row in release([], day=MONDAY).public.rows] == [0]


# --- days ------------------------------------------------------------------------------------


def test_two_new_visits_wait_until_there_are_ten():
    """Oak goes from 40 to 42 to 52 visited: 40 stays on Tuesday, with Monday's day."""
    tables = [
        province(area("oak", 200, 200, 150, oak), area("elm", 300, 300, 150, 60))
        for oak in (40, 42, 52)
    ]
    monday, tuesday, wednesday = day_by_day(*tables)
    for each, visited, since in ((tuesday, 40, MONDAY), (wednesday, 52, wednesday.partner.day)):
        row = next(row for row in each.partner.rows if row.area_code == "oak")
        assert (row.visited, row.since) == (visited, since)
    assert cells(monday.partner, "oak")[3] == 40


@pytest.mark.parametrize(("now", "shown"), [(38, 40), (30, 30), (40, 40), (50, 50)])
def test_a_correction_obeys_the_same_rule(now, shown):
    """Two outcomes taken back wait, ten are told."""
    before = province(area("oak", 200, 200, 150, 40), area("elm", 300, 300, 150, 60))
    after = province(area("oak", 200, 200, 150, now), area("elm", 300, 300, 150, 60))
    assert cells(day_by_day(before, after)[-1].partner, "oak")[3] == shown


def test_twins_wait_for_each_other():
    """Elm's 30 new visits would show oak's two, as their sum is known: both wait."""
    before = province(area("oak", 200, 200, 150, 40), area("elm", 300, 300, 150, 60))
    after = province(area("oak", 200, 200, 150, 42), area("elm", 300, 300, 150, 90))
    last = day_by_day(before, after)[-1].partner
    assert (cells(last, "oak")[3], cells(last, "elm")[3]) == (40, 60)
    assert cells(last, TOTAL)[3] == 132


def test_a_number_told_long_ago_counts_like_yesterdays():
    """40, then 52, then 42: two more than on Monday, so 52 stays."""
    tables = [
        province(area("oak", 200, 200, 150, oak), area("elm", 300, 300, 150, 60))
        for oak in (40, 52, 42)
    ]
    assert cells(day_by_day(*tables)[-1].partner, "oak")[3] == 52


def test_the_pace_is_what_was_told():
    """The chart has the total's numbers of each release, and no day in between."""
    tables = [province(area("oak", 200, 200, 150, done)) for done in (40, 42, 60)]
    last = day_by_day(*tables)[-1]
    assert last.public.rows[0].pace == (
        ShownDay(MONDAY, 150, 40, None),
        ShownDay(MONDAY + timedelta(1), 150, None, None),
        ShownDay(MONDAY + timedelta(2), 150, 60, None),
    )


def test_one_release_a_day():
    """Two on one day could be asked for at moments that somebody chooses."""
    first = release([], day=MONDAY)
    with pytest.raises(ValueError, match="this day already"):
        release([], day=MONDAY, before=first.memory)


def test_a_settlement_that_comes_later_joins_the_smallest():
    """Ash gets its first row on Tuesday; what was told of fen is now known of both."""
    rows = [area("oak", 100), area("elm", 40), area("fen", 30)]
    _, tuesday = day_by_day(province(*rows), province(*rows, area("ash", 4)))
    assert cells(tuesday.partner, "oak")[0] == 100
    assert cells(tuesday.partner, "fen")[0] == 30
    assert cells(tuesday.partner, "ash")[0] is None
    _, later = day_by_day(province(*rows), province(*rows, area("ash", 14)))
    assert cells(later.partner, "ash")[0] == 14


def test_a_row_that_is_gone_keeps_its_last_number_or_becomes_nobody():
    """All 40 children of elm turn out to live in oak: elm is told as 0."""
    before = province(area("oak", 100), area("elm", 40))
    assert cells(day_by_day(before, province(area("oak", 140)))[-1].partner, "elm")[0] == 0


def test_memory_survives_storage():
    """What was told comes back from JSON as it was, and decides the same."""
    table = province(area("oak", 200, 200, 150, 40), area("elm", 300, 300, 150, 60))
    memory = day_by_day(table)[0].memory
    assert wire.load(Memory, wire.dump(memory)) == memory
    public = day_by_day(table)[0].public
    assert wire.load(Table, wire.dump(public)) == public


@pytest.mark.parametrize("seed", range(25))
def test_every_number_is_right_for_a_day_and_the_public_gets_a_part(seed):
    """No number is rounded; no row contradicts itself; the public sees nothing partners do not."""
    campaign = invented(seed)
    for time_, each in enumerate(released(campaign)):
        partner = {row.area_code: row for row in each.partner.rows}
        for row in (*each.partner.rows, *each.public.rows):
            days = [campaign.figures(row.area_code, day) for day in range(time_ + 1)]
            for at, value in enumerate(ladder_of(row)):
                assert value is None or value in {figures[at] for figures in days}
            told = [value for value in ladder_of(row)[: len(COLUMNS)] if value is not None]
            assert told == sorted(told, reverse=True)
        assert {row.area_code for row in each.public.rows} <= partner.keys()
        for part in each.memory.parts:
            for public in part.public:
                known = [told for told in part.partner if {*public.numbers} & {*told.numbers}]
                for told in known:
                    for value, other in zip(public.values, told.values, strict=True):
                        assert value in (None, other)


def ladder_of(row: ShownCount) -> tuple[int | None, ...]:
    ladder = row.listed, row.located, row.planned, row.visited, row.resolved
    return (*ladder, *row.results)


# --- results and years -----------------------------------------------------------------------


def found(code: str, **results: int) -> AreaCount:
    """A row where all 300 are planned and these were visited."""
    counts = tuple(results.get(str(each), 0) for each in RESULTS)
    done = sum(results.get(each, 0) for each in ("met", "moved", "abroad", "by_contact"))
    return AreaCount(code, code, "m", 300, 300, 300, sum(counts), done, results=counts)


def told_results(table: Table, code: str) -> dict[Result, int]:
    row = next(row for row in table.rows if row.area_code == code)
    return {
        result: value
        for result, value in zip(RESULTS, row.results, strict=True)
        if value is not None
    }


def test_results_stand_beside_resolved():
    """Met 30 and abroad 20, nobody home 40 and refused 15: all large, all told."""
    one = found("oak", met=30, abroad=20, nobody_home=40, refused=15)
    other = found("elm", met=50, abroad=40, nobody_home=20, refused=20)
    results = told_results(once(one, other), "oak")
    assert results[Result.MET] == 30
    assert results[Result.REFUSED] == 15
    assert results[Result.MOVED] == 0


def test_a_few_refusals_are_not_told_by_what_is_left():
    """Three refused in oak: nobody home, 40 of 43, would tell them, so neither is told."""
    one = found("oak", met=30, abroad=20, nobody_home=40, refused=3)
    other = found("elm", met=50, abroad=40, nobody_home=20, refused=20)
    results = told_results(once(one, other), "oak")
    assert not {Result.REFUSED, Result.NOBODY_HOME} & results.keys()
    assert results[Result.MET] == 30


def test_one_reason_for_all_is_not_told():
    """“All 40 who are not resolved refused” would tell of each of them."""
    one = found("oak", met=30, abroad=20, refused=40)
    other = found("elm", met=50, abroad=40, nobody_home=20, refused=20)
    assert Result.REFUSED not in told_results(once(one, other), "oak")


def test_a_campaign_goes_on_where_a_result_was_added():
    """What was stored before calls were counted is read on, and nothing more is told of it."""
    rows = province(found("oak", met=30, abroad=20, nobody_home=40, refused=15),
                    found("elm", met=50, abroad=40, nobody_home=20, refused=20))  # fmt: skip
    first = release(rows, day=MONDAY)
    older = replace(first.memory, parts=tuple(map(_one_result_less, first.memory.parts)))
    after = release(rows, day=MONDAY + timedelta(1), before=older)
    assert told_results(after.partner, "oak") == told_results(first.partner, "oak")
    assert ShownCount("m", "", TOTAL, 9, None, None, None, None, results=(None,) * 7) == ShownCount(
        "m", "", TOTAL, 9, None, None, None, None
    )


def _one_result_less(part: KeptPart) -> KeptPart:
    def shorter(tellings: tuple[Told, ...]) -> tuple[Told, ...]:
        return tuple(replace(each, values=each.values[:-1]) for each in tellings)

    return replace(
        part,
        partner=shorter(part.partner),
        public=shorter(part.public),
        seen=tuple(each[:-1] for each in part.seen),
    )


def test_next_year_stands_on_the_same_tree():
    """New numbers, same pairs: rows of two years side by side, no grouping that crosses."""
    year = province(area("oak", 100), area("elm", 40), area("fen", 3))
    then = day_by_day(year)[0]
    again = province(area("oak", 103), area("elm", 3), area("fen", 60))
    now = release(again, day=MONDAY + timedelta(365), before=next_year(then.memory))
    rows = {row.area_code: (row.listed, old.listed) for row, old in
            year_on_year(now.partner, then.partner)}  # fmt: skip
    assert rows["oak"] == (103, 100)
    assert "elm" not in rows


# --- who knows more --------------------------------------------------------------------------


def test_a_coordinator_sees_her_own_and_cannot_subtract_it():
    """She knows oak exactly; of elm and fen nobody is told what is left without her 7."""
    table = [
        area(code, *ladder, parent=TOTAL)
        for code, ladder in (("oak", (7, 6)), ("elm", (30,)), ("fen", (4,)), ("yew", (90,)))
    ]
    made = release(table, day=MONDAY, sizes={"yew": 900}).partner
    assert cells(made, "fen")[0] is cells(made, "elm")[0] is None
    own = with_own(made, [table[0]], "oak", MONDAY)
    assert cells(own, "oak") == (7, 6, 0, 0, 0)
    assert cells(own, TOTAL) == cells(made, TOTAL)


def test_the_total_is_hidden_where_a_coordinator_would_subtract_hers():
    """With 4 children elsewhere, nobody is told the total of the office."""
    table = [area("oak", 50, parent=TOTAL), area("fen", 4, parent=TOTAL)]
    assert release(table, day=MONDAY).partner.rows == ()


def test_what_a_coordinator_knew_yesterday_counts():
    """Yesterday oak and elm were told as one sum; today's 20 of elm must not be one more."""
    yesterday = [area("oak", 24, 24, 24, parent=TOTAL), area("elm", 20, 20, 19, parent=TOTAL)]
    today = [area("oak", 31, 31, 31, parent=TOTAL), area("elm", 20, 20, 20, parent=TOTAL)]
    before = release(yesterday, day=MONDAY)
    after = release(today, day=MONDAY + timedelta(1), before=before.memory)
    for part in after.memory.parts:
        planned = {told.values[2] for told in part.partner} - {None}
        assert not {19, 20} <= planned
        assert not any(0 < abs(one - other) < 5 for one, other in combinations(planned, 2))


def test_knowing_how_it_is_decided_gives_nobody_away():
    """Of every world of three villages with up to 8 children, the same table fits several.

    Who knows the program tries all worlds and keeps those that would give the table at hand: no
    small village has the same size in all of them.
    """
    worlds: dict[tuple[tuple[str, int | None], ...], list[tuple[int, ...]]] = {}
    for sizes in product(range(9), repeat=3):
        rows = province(*(area(f"v{number}", size) for number, size in enumerate(sizes)))
        table = release(rows, day=MONDAY).partner.rows
        worlds.setdefault(tuple((row.area_code, row.listed) for row in table), []).append(sizes)
    for same in worlds.values():
        for village in range(3):
            possible = {sizes[village] for sizes in same}
            inner = [sizes for sizes in same if sum(sizes) <= 8 and 0 < sizes[village] < 5]
            assert not inner or len(possible) > 1


# --- size ------------------------------------------------------------------------------------


def test_a_nation_is_decided_at_once():
    """265 municipalities with 19 settlements each: the seconds are printed."""
    rows = province(
        *(
            area(f"m{m}s{s}", size, size, size // 2, size // 3, parent=f"m{m}")
            for m, s in product(range(265), range(19))
            for size in [(m * 7 + s * s * 5) % 90]
        )
    )
    before = release(rows, day=MONDAY)
    start = time.process_time()
    after = release(rows, day=MONDAY + timedelta(1), before=before.memory)
    print(f"{len(rows)} rows: {time.process_time() - start:.2f} s of CPU")
    assert cells(after.partner, TOTAL)[0] == sum(row.listed for row in rows) // 3


def city(docks: int, hill: int, *, elm: int = 40) -> list[AreaCount]:
    """Oak, a city of two districts, beside Elm."""
    districts = [area("d1", docks, parent="oak"), area("d2", hill, parent="oak")]
    return [*province(replace(area("oak"), listed=docks + hill), area("elm", elm)), *districts]


def test_districts_of_a_city_are_told_like_any_pair():
    """A small one hides the other; the city above them is told all the same."""
    assert cells(release(city(60, 40), day=MONDAY).public, "d1")[0] == 60
    table = release(city(97, 3), day=MONDAY).public
    assert cells(table, "oak")[0] == 100
    assert {row.area_code for row in table.rows}.isdisjoint({"d1", "d2"})
    areas = [
        Area("oak", "Oak", "settlement", None, "m"), Area("elm", "Elm", "settlement", None, "m"),
        Area("d1", "Docks", "district", None, "oak"), Area("d2", "Hill", "district", None, "oak"),
        Area("m1", "Of no city", "district", None, "m"),
    ]  # fmt: skip
    for rows, listed in ((table.rows, None), (release(city(60, 40), day=MONDAY).public.rows, 60)):
        shown = with_hidden(rows, areas, by="district")
        assert [(row.area_code, row.parent_code) for row in shown] == [("d1", "oak"), ("d2", "oak")]
        assert shown[0].listed == listed
        assert [row.area_code for row in with_hidden(rows, areas, by="settlement")] == [
            "elm", "oak",
        ]  # fmt: skip


def test_a_city_that_the_map_parts_later_keeps_what_was_told_of_it():
    """On Monday Oak is whole, from Tuesday on it has districts, on Wednesday the map lost them."""
    whole = [row for row in city(60, 40) if row.parent_code != "oak"]
    made = day_by_day(whole, city(60, 40), whole)
    assert [cells(each.public, "oak")[0] for each in made] == [100, 100, 100]
    assert cells(made[1].public, "d1")[0] == 60
    places = {part.key for part in made[2].memory.parts}
    assert ("oak", f"oak/{NOWHERE}") in places
    assert [(each.code, each.parent) for each in parted_before(made[1].memory)] == [
        ("d1", "oak"), ("d2", "oak"),
    ]  # fmt: skip
    assert parted_before(made[0].memory) == parted_before(None) == ()


def test_a_coordinator_knows_the_districts_of_the_own_city_exactly():
    """Three children of Hill are hers to see; nobody else's rows change."""
    counts = city(97, 3)
    table = release(counts, day=MONDAY).partner
    own = with_own(table, [row for row in counts if row.area_code != TOTAL], "m", MONDAY)
    assert cells(own, "d2")[0] == 3
    assert cells(own, TOTAL) == cells(table, TOTAL)
