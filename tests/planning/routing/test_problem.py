from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from planning.errors import InputError
from planning.model import (
    Begun,
    Conditions,
    Lock,
    Mode,
    Pause,
    Priority,
    Reason,
    Sex,
    Spacing,
    Stop,
    Window,
)
from planning.routing.build import build
from planning.routing.instance import from_instance
from planning.routing.problem import DAY, NEVER, cost

MONDAY = date(2026, 8, 24)
HOUR = 3600
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20}


def why(visits, shifts, travel, **options):
    _, unserved = build(visits, shifts, travel, **({"first_day": MONDAY, "days": 2} | options))
    return {one.visit_id: (one.reason, one.detail) for one in unserved}


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        ({"teams": frozenset({"nine"})}, Reason.NO_TEAM, "nine"),
        ({"municipality_code": "HILL"}, Reason.NO_TEAM, "municipality"),
        ({"requires": frozenset({"police", "school"})}, Reason.NO_INSTITUTION, "police"),
        ({"deadline": MONDAY - timedelta(1)}, Reason.DEADLINE_PASSED, "2026-08-23"),
        ({"earliest": MONDAY + timedelta(9)}, Reason.NO_WINDOW, "not before"),
        ({"windows": (Window(19 * HOUR, 20 * HOUR),)}, Reason.NO_WINDOW, "hours"),
        ({"windows": (Window(11 * HOUR, 10 * HOUR),)}, Reason.NO_WINDOW, "hours"),
        ({"windows": (Window(9 * HOUR, 9 * HOUR),)}, Reason.NO_WINDOW, "in its hours"),
        ({"service_seconds": 8 * HOUR}, Reason.TOO_LONG, "50 min more"),
        ({"kits": 11}, Reason.TOO_MANY_KITS, "at most 10"),
        ({"kits": 3, "kit_types": (("bag", 3),)}, Reason.TOO_MANY_KITS, "type bag: 3, and a team"),
        ({"languages": frozenset({"Romani"})}, Reason.NO_LANGUAGE, "speaks Romani"),
        ({"sexes": frozenset({Sex.FEMALE})}, Reason.NO_MEMBER, "has a woman"),
        ({"sexes": frozenset({Sex.MALE})}, Reason.NO_MEMBER, "has a man"),
        ({"second_crew": frozenset({"police"})}, Reason.NO_SECOND_CREW, "member of police"),
        ({"second_crew": frozenset()}, Reason.NO_SECOND_CREW, "no second team can"),
        ({"service_seconds": 7 * HOUR}, Reason.TOO_LONG, "20 min more than the working time"),
        ({"day": MONDAY + timedelta(5)}, Reason.CONTRADICTORY_PIN, "the plan covers"),
        (
            {"day": MONDAY, "earliest": MONDAY + timedelta(1)},
            Reason.CONTRADICTORY_PIN,
            "outside its own",
        ),
        (
            {"earliest": MONDAY + timedelta(1), "deadline": MONDAY},
            Reason.CONTRADICTORY_PIN,
            "after its deadline",
        ),
        ({"day": MONDAY + timedelta(1)}, Reason.CONTRADICTORY_PIN, "no allowed team"),
    ],
)
def test_what_fits_no_shift_even_alone_is_named(
    visit, shift, along_a_road, changes, reason, detail
):
    """Before any search, the rule that binds: one shift on Monday, and a visit it cannot make."""
    monday = shift(kit_stock=(("bag", 2),), most_work=7 * HOUR)
    found = why([visit("a", **changes), visit("b")], [monday], along_a_road(ROAD))
    assert list(found) == ["a"]
    assert found["a"][0] is reason
    assert detail in found["a"][1]


def test_an_island_is_unreachable(visit, shift, along_a_road):
    """No way there, or no way back: the visit is left with that reason."""
    travel = along_a_road(ROAD)
    seconds = travel[Mode.DRIVE].seconds.copy()
    seconds[2, 0] = np.nan
    one_way = {Mode.DRIVE: replace(travel[Mode.DRIVE], seconds=seconds)}
    assert why([visit("a")], [shift()], one_way)["a"][0] is Reason.UNREACHABLE


def test_a_half_is_left_with_its_other_half(visit, shift, along_a_road):
    """The school check that cannot be made takes its home visit with it, and says so."""
    visits = [visit("a", kits=99), visit("b")]
    found = why(visits, [shift()], along_a_road(ROAD), conditions=Conditions(pairs=(("a", "b"),)))
    assert found["a"][0] is found["b"][0] is Reason.TOO_MANY_KITS
    assert "visit a" in found["b"][1]


def test_a_half_is_left_with_its_other_halfs_second_crew(visit, shift, along_a_road):
    """Nobody can come along to the home visit: the school check before it says so too."""
    visits = [visit("a"), visit("b", second_crew=frozenset({"police"}))]
    found = why(visits, [shift()], along_a_road(ROAD), conditions=Conditions(pairs=(("a", "b"),)))
    assert found["b"][0] is Reason.NO_SECOND_CREW
    assert found["a"][0] is Reason.NO_SECOND_CREW
    assert found["a"][1].startswith("it goes with visit b, of which")


def test_attempts_at_other_hours_need_other_hours(visit, shift, along_a_road):
    """Both doors open for one hour, and the two attempts must be three hours apart."""
    noon = (Window(12 * HOUR, 13 * HOUR),)
    visits = [visit("a", windows=noon), visit("b", windows=noon)]
    apart = Conditions(spacings=(Spacing("a", "b", hours=3.0),))
    found = why(visits, [shift(), shift(day=1)], along_a_road(ROAD), conditions=apart)
    assert {reason for reason, _ in found.values()} == {Reason.TOO_SOON}
    assert "visit b" in found["a"][1]


def test_one_longer_shift_leaves_attempts_their_hours(visit, shift, along_a_road):
    """Two attempts lie three hours apart; on one day of three the crew begins early or ends late.

    What was published for the other days must still be possible.
    """
    asked = [visit("a"), visit("b")]
    apart = Conditions(spacings=(Spacing("a", "b", days=1, hours=3.0),))
    usual = [shift(), shift(day=1), shift(day=2)]
    for changes in ({"end": 21 * HOUR}, {"start": 6 * HOUR}):
        some = [replace(usual[0], **changes), *usual[1:]]
        before, after = (
            build(
                asked, shifts, along_a_road(ROAD), first_day=MONDAY, days=3, conditions=apart
            )[0].windows
            for shifts in (usual, some)
        )  # fmt: skip
        for old, new in zip(before, after, strict=True):
            assert all(a[0] <= b[0] <= b[1] <= a[1] for a, b in zip(new, old, strict=True))


def test_a_lock_that_another_rule_forbids(visit, shift, along_a_road):
    """It is locked to Monday, and its deadline has passed by then."""
    a = visit("a", earliest=MONDAY + timedelta(1))
    locked = Conditions(locks=(Lock("a", "one@2026-08-24"),))
    found = why([a], [shift(), shift(day=1)], along_a_road(ROAD), conditions=locked)
    assert found["a"] == (
        Reason.CONTRADICTORY_PIN,
        "it is locked to a shift that another rule keeps it from",
    )


def test_a_crew_on_the_road_cannot_be_back_in_time(visit, shift, along_a_road):
    """At a quarter to five the only crew leaves door b: there is no time for door a any more."""
    begun = Begun("one@2026-08-24", 9 * HOUR, (Stop("b", 16 * HOUR, 16 * HOUR, 60_300),))
    found = why(
        [visit("a"), visit("b")],
        [shift(pause=None)],
        along_a_road(ROAD),
        conditions=Conditions(begun=(begun,)),
    )
    assert found["a"][0] is Reason.NO_WINDOW
    assert "on the road already" in found["a"][1]


def test_halves_for_different_teams_contradict(visit, shift, along_a_road):
    """Each half has a team, but no team may make both."""
    visits = [visit("a", teams=frozenset({"one"})), visit("b", teams=frozenset({"two"}))]
    found = why(
        visits,
        [shift("one"), shift("two")],
        along_a_road(ROAD),
        conditions=Conditions(pairs=(("a", "b"),)),
    )
    assert found["a"][0] is found["b"][0] is Reason.NO_TEAM


def test_all_faults_come_at_once(visit, shift, along_a_road):
    """Doubled ids, hours that end before they start, a missing key and mode: one refusal."""
    visits = [visit("a"), visit("a"), visit("lost", service_seconds=-1)]
    shifts = [shift(end=8 * HOUR), shift("two", mode=Mode.WALK)]
    with pytest.raises(InputError) as refused:
        build(visits, shifts, along_a_road(ROAD), first_day=MONDAY, days=1)
    words = str(refused.value)
    assert len(refused.value.faults) >= 5
    for part in ("more than once", "negative", "end after", "no travel times", "lacks it"):
        assert part in words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(np.zeros((3, 4)), "not square"), (np.full((4, 4), -1.0), "negative")],
)
def test_a_broken_matrix_is_refused(visit, shift, along_a_road, seconds, words):
    """A matrix that is not square or goes back in time is no matrix."""
    table = replace(along_a_road(ROAD)[Mode.DRIVE], seconds=seconds.astype(np.float32))
    with pytest.raises(InputError, match=words):
        build([visit("a")], [shift()], {Mode.DRIVE: table}, first_day=MONDAY, days=1)


def test_arrays_say_what_the_model_says(visit, shift, along_a_road):
    """Tuesday's shift counts from Monday's midnight; a moot pause is none; NaN is NEVER."""
    travel = along_a_road(ROAD)
    seconds = travel[Mode.DRIVE].seconds.copy()
    seconds[2, 3] = np.nan
    travel = {Mode.DRIVE: replace(travel[Mode.DRIVE], seconds=seconds)}
    visits = [
        visit("a", windows=(Window(9 * HOUR, 10 * HOUR, frozenset({1})),), home_team="one"),
        visit("b", priority=Priority.URGENT),
    ]
    shifts = [shift(), shift(day=1, pause=Pause(18 * HOUR, 19 * HOUR, 60))]
    problem, unserved = build(visits, shifts, travel, first_day=MONDAY, days=2)
    assert unserved == ()
    assert problem.windows[0] == ((DAY + 9 * HOUR, DAY + 10 * HOUR),)
    assert problem.allowed.tolist() == [[False, True], [True, True]]
    assert problem.home.tolist() == [[False, True], [False, False]]
    assert problem.start.tolist() == [9 * HOUR, DAY + 9 * HOUR]
    assert problem.pause[:, 2].tolist() == [1800, 0]
    assert problem.travel[0][0, 1] == NEVER
    assert problem.shift_cost[1, 1] > problem.shift_cost[1, 0] == 0
    assert problem.penalty[1] > 100 * problem.penalty[0]


def test_a_part_keeps_what_belongs_to_it(visit, shift, along_a_road):
    """Cut to visit b and team two, the same numbers stand at new places."""
    problem, _ = build(
        [visit("a"), visit("b")], [shift(), shift("two")], along_a_road(ROAD),
        first_day=MONDAY, days=1, conditions=Conditions(pairs=(("a", "b"),)),
    )  # fmt: skip
    part = problem.part([1], [1])
    assert (part.visit_ids, part.shift_ids, part.pairs) == (("b",), ("two@2026-08-24",), ())
    assert part.travel[0].tolist() == [[0, 2400], [2400, 0]]
    assert cost(part, ((0,),)) == 4800
    assert cost(part, ((),)) == problem.penalty[1]


def test_the_bench_format_is_read(shared):
    """The public instance with sixty visits, all its shifts and pairs."""
    folder = shared / "bench" / "outreach" / "60-visits"
    instance = json.loads((folder / "instance.json").read_text())
    problem = from_instance(instance, np.load(folder / "travel.npy"))
    assert (problem.visits, problem.shifts) == (60, len(instance["shifts"]))
    assert len(problem.pairs) == len(instance["ordered_pairs"])
    assert cost(problem, ((),) * problem.shifts) == sum(v["penalty"] for v in instance["visits"])


@pytest.mark.parametrize("broken", [{"format": "other"}, {"visits": [{}]}])
def test_a_foreign_instance_is_refused(broken):
    """Another format, or a matrix that does not belong to it."""
    instance = {"format": "outreach-instance/1", "visits": [], "shifts": [{}]} | broken
    with pytest.raises(InputError):
        from_instance(instance, np.zeros((1, 1)))
