"""What is proposed for a visit that is left must work, and say what it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning.model import (
    UNBOUND,
    Conditions,
    Lock,
    Pause,
    Priority,
    Reason,
    Sex,
    Spacing,
    Unserved,
    Window,
)
from planning.routing.build import Asked, everything, sift
from planning.routing.calendar import Calendar
from planning.routing.insertion import insert_left, sound
from planning.routing.relaxations import (
    LONGEST,
    Book,
    Kind,
    Relaxation,
    applied,
    cheapest_change,
    explain,
    full,
)
from planning.routing.schedule import timed_together

MONDAY = date(2026, 8, 24)
TUESDAY = MONDAY + timedelta(1)
HOUR = 3600
SPEAKER = frozenset({"Romani"})
POLICE = frozenset({"police"})
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40, "e": 50}
"""Minutes on Riverside's only road."""


@dataclass(frozen=True)
class World:
    """What was asked, and the plan that one insertion after the other made of it."""

    visits: tuple
    shifts: tuple
    conditions: Conditions
    travel: dict
    asked: Asked
    book: Book
    impossible: tuple[Unserved, ...]

    def row(self, visit_id):
        return [visit.visit_id for visit in self.asked.visits].index(visit_id)

    def left(self):
        """Rows that no route serves; a second crew's is not listed by itself."""
        served = {row for route in self.book.routes for row in route}
        return [row for row in range(len(self.visits)) if row not in served]

    def change(self, visit_id):
        return cheapest_change(self.book, self.row(visit_id))

    def told(self, visit_id):
        """Reason and remedy as the plan would carry them."""
        left = next((x for x in self.impossible if x.visit_id == visit_id), None)
        one = left or full(self.book, self.row(visit_id))
        return explain(self.book, [one], seconds=60)[0]


def world_of(visits, shifts, travel, *, days=1, conditions=UNBOUND):
    calendar = Calendar(MONDAY, days)
    whole, asked = everything(visits, shifts, travel, calendar, conditions)
    problem, impossible = sift(whole, asked)
    routes = [[] for _ in range(problem.shifts)]
    insert_left(problem, routes)
    rows = _rows_of(problem, whole)
    book = Book(
        whole,
        asked.visits,
        asked.shifts,
        [[rows[row] for row in route] for route in routes],
        {shift.team_id: f"Team {shift.team_id}" for shift in shifts},
        calendar,
    )
    return World(tuple(visits), tuple(shifts), conditions, travel, asked, book, impossible)


def _rows_of(problem, whole):
    """Rows of `whole` by row of `problem`, which left some out."""
    able, at = [], 0
    for row, name in enumerate(whole.visit_ids):
        if at < problem.visits and problem.visit_ids[at] == name:
            able.append(row)
            at += 1
    return able


def keeps_its_promise(world, change: Relaxation):
    """The change made in the input: the routes it names keep every rule, the visit among them."""
    visits, shifts, conditions = applied(change, world.visits, world.shifts, world.conditions)
    whole, _ = everything(visits, shifts, world.travel, world.book.calendar, conditions)
    assert whole.visit_ids == world.book.whole.visit_ids
    second = dict(whole.together)
    asked = [world.row(visit_id) for visit_id, _ in change.starts]
    routes = [list(route) for route in world.book.routes]
    for index, crew in enumerate(change.crews):
        shift = whole.shift_ids.index(crew.shift_id)
        known = {whole.visit_ids[row]: row for row in routes[shift]}
        new = {
            whole.visit_ids[row]: second[row] if index else row
            for row in asked
            if not index or row in second
        }
        routes[shift] = [known.get(name, new.get(name)) for name in crew.stops]
    for crew in change.moved:
        shift = whole.shift_ids.index(crew.shift_id)
        known = {whole.visit_ids[row]: row for row in routes[shift]}
        routes[shift] = [known.get(name, world.row(name)) for name in crew.stops]
    assert sound(whole, routes) == routes
    times = timed_together(whole, tuple(map(tuple, routes)))
    assert times is not None
    for row, (_, start) in zip(asked, change.starts, strict=True):
        (begun,) = [
            each.starts[each.sequence.index(row)] - int(whole.midnight[each.shift])
            for each in times
            if each is not None and row in each.sequence
        ]
        assert begun <= start
    return True


def busy(visit, day=MONDAY, hours=6, **changes):
    """A door that takes most of a day."""
    return visit("a", day=day, service_seconds=hours * HOUR, priority=Priority.URGENT, **changes)


ASKED = {
    "a longer day": ({"service_seconds": 2 * HOUR, "day": MONDAY}, {}, (Kind.HOURS,), "+"),
    "a member of an institution": ({"requires": POLICE}, {}, (Kind.INSTITUTION,), "with police"),
    "somebody who speaks the language": (
        {"languages": SPEAKER}, {}, (Kind.LANGUAGE,), "who speaks Romani",
    ),
    "a woman": ({"sexes": frozenset({Sex.FEMALE})}, {}, (Kind.MEMBER,), "with a woman"),
    "a man": ({"sexes": frozenset({Sex.MALE})}, {}, (Kind.MEMBER,), "with a man"),
    "a later deadline": (
        {"deadline": MONDAY - timedelta(1)}, {}, (Kind.DAY,), "after its deadline 2026-08-23",
    ),
    "an earlier day": (
        {"earliest": TUESDAY + timedelta(1)}, {}, (Kind.DAY,), "before its earliest day",
    ),
    "another day than the fixed one": (
        {"day": MONDAY + timedelta(5)}, {}, (Kind.DAY,), "need not be on 2026-08-29",
    ),
    "other hours": (
        {"windows": (Window(20 * HOUR, 21 * HOUR),)}, {}, (Kind.WINDOW,), "can be met",
    ),
    "another team": ({"teams": frozenset({"nine"})}, {}, (Kind.TEAM,), "let team Team one go"),
    "room for more kits": ({"kits": 14}, {}, (Kind.KITS,), "more kits in team Team one: 4"),
    "more kits of a type": (
        {"kits": 3, "kit_types": (("bag", 3),), "earliest": TUESDAY},
        {"kit_stock": (("bag", 1),)},
        (Kind.KITS,),
        "of type bag for team Team one: 2",
    ),
    "a longer working time": (
        {"service_seconds": 3 * HOUR, "earliest": TUESDAY},
        {"most_work": 4 * HOUR},
        (Kind.WORK,),
        "of working time",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_every_rule_has_its_remedy(visit, shift, along_a_road, name):
    """Monday is nearly full, Tuesday has room, and d asks for something nobody can give."""
    changes, team, kinds, words = ASKED[name]
    shifts = [shift(pause=None), shift(day=1, pause=None, **team)]
    d = visit("d", **({"service_seconds": HOUR} | changes))
    world = world_of([busy(visit), d], shifts, along_a_road(ROAD), days=2)
    change = world.change("d")
    assert change.kinds == kinds
    assert keeps_its_promise(world, change)
    told = world.told("d")
    assert words in told.relaxation
    assert f"team Team one on {change.day}" in told.relaxation
    assert told.relaxation.endswith(f"{change.minutes} min more on the road")


def test_a_full_morning_leaves_the_afternoon(visit, shift, along_a_road):
    """Both doors open in the morning only: the afternoon is free, and that is what helps."""
    morning = (Window(9 * HOUR, 10 * HOUR),)
    visits = [
        visit("a", service_seconds=3 * HOUR, windows=morning, priority=Priority.URGENT),
        visit("b", service_seconds=3 * HOUR, windows=morning),
    ]
    world = world_of(visits, [shift(pause=None)], along_a_road(ROAD))
    change = world.change("b")
    assert change.kinds == (Kind.WINDOW,)
    assert keeps_its_promise(world, change)
    told = world.told("b")
    assert told.reason is Reason.SHIFTS_FULL
    assert told.detail == "the teams that may go have time only outside its hours"


def test_both_halves_of_a_pair_get_a_remedy(visit, shift, along_a_road):
    """The school check and its home visit fit no day together, but a longer one."""
    visits = [busy(visit), visit("b"), visit("d", service_seconds=HOUR)]
    bound = Conditions(pairs=(("b", "d"),))
    world = world_of(visits, [shift(pause=None)], along_a_road(ROAD), conditions=bound)
    for name, other in ("bd", "db"):
        change = world.change(name)
        assert change.kinds == (Kind.HOURS,)
        assert {each for each, _ in change.starts} == {name, other}
        assert keeps_its_promise(world, change)
        assert f"together with visit {other}" in world.told(name).relaxation


def test_two_crews_are_told_which_and_when(visit, shift, along_a_road):
    """Team two has the day, team one is busy until the evening: with more time they meet."""
    visits = [
        busy(visit, hours=7, teams=frozenset({"one"})),
        visit("d", second_crew=frozenset({"school"}), service_seconds=HOUR),
    ]
    shifts = [shift("one", pause=None), shift("two", pause=None)]
    world = world_of(visits, shifts, along_a_road(ROAD))
    change = world.change("d")
    assert change.kinds == (Kind.HOURS,)
    assert sorted(crew.team_id for crew in change.crews) == ["one", "two"]
    assert keeps_its_promise(world, change)
    told = world.told("d")
    assert told.reason is Reason.NO_SECOND_CREW
    assert " together on 2026-08-24 at " in told.relaxation


def test_a_second_crew_may_lack_a_member(visit, shift, along_a_road):
    """No team has the police: with a policeman the other team can come along."""
    d = visit("d", second_crew=POLICE)
    shifts = [shift("one"), shift("two", pause=None)]
    world = world_of([d], shifts, along_a_road(ROAD))
    change = world.change("d")
    assert change.kinds == (Kind.INSTITUTION,)
    assert change.crews[0].institutions == frozenset()
    assert change.crews[1].institutions == POLICE
    assert keeps_its_promise(world, change)


def test_attempts_too_near_each_other(visit, shift, along_a_road):
    """Two attempts at a door need three days between them, and the plan has two."""
    visits = [visit("a", priority=Priority.URGENT), visit("b")]
    bound = Conditions(spacings=(Spacing("a", "b", days=3),))
    shifts = [shift(), shift(day=1)]
    world = world_of(visits, shifts, along_a_road(ROAD), days=2, conditions=bound)
    change = world.change("b")
    assert (change.kinds, change.near) == ((Kind.SPACING,), ("a",))
    assert keeps_its_promise(world, change)
    told = world.told("b")
    assert told.reason is Reason.TOO_SOON
    assert "visit a" in told.detail
    assert "so near to visit a" in told.relaxation


def test_the_other_attempt_may_go_elsewhere(visit, shift, along_a_road):
    """The first attempt is on Tuesday though Monday has room; the second can be on Tuesday only."""
    visits = [visit("a"), visit("b", day=TUESDAY)]
    bound = Conditions(spacings=(Spacing("a", "b", days=1),))
    shifts = [shift(), shift(day=1)]
    world = world_of(visits, shifts, along_a_road(ROAD), days=2, conditions=bound)
    tuesday = replace(world, book=replace(world.book, routes=[[], [0]]))
    change = tuesday.change("b")
    assert change.kinds == (Kind.ATTEMPT,)
    assert [(crew.day, crew.stops) for crew in change.moved] == [(MONDAY, ("a",))]
    assert keeps_its_promise(tuesday, change)
    told = " ".join(map(str, change.told))
    assert (
        "if visit a, another attempt at the same door, goes to team Team one on 2026-08-24" in told
    )


def test_two_rules_are_given_up_only_where_one_does_not_do(visit, shift, along_a_road):
    """The police and a later hour: neither alone would help, and the words say so."""
    d = visit("d", requires=POLICE, windows=(Window(19 * HOUR, 20 * HOUR),))
    world = world_of([d], [shift()], along_a_road(ROAD))
    change = world.change("d")
    assert set(change.kinds) == {Kind.INSTITUTION, Kind.WINDOW}
    assert keeps_its_promise(world, change)
    assert "two rules at once" in world.told("d").relaxation


def test_a_detour_that_is_not_worth_it(visit, shift, along_a_road):
    """A door of next to no value is left though it fits: only the detour speaks against it."""
    far = along_a_road(ROAD | {"e": 200})
    world = world_of([visit("e", value=0.01)], [shift()], far)
    change = world.change("e")
    assert (change.kinds, change.minutes) == ((), 400)
    assert keeps_its_promise(world, change)
    assert "costs more than the visit is worth" in world.told("e").detail


@pytest.mark.parametrize(
    "changes",
    [
        {"service_seconds": 20 * HOUR},
        {"requires": POLICE, "languages": SPEAKER, "teams": frozenset({"nine"})},
    ],
)
def test_nothing_is_promised_where_nothing_helps(visit, shift, along_a_road, changes):
    """Longer than any overtime, or three rules at once: no remedy is better than a false one."""
    world = world_of([visit("d", **changes)], [shift()], along_a_road(ROAD))
    assert world.change("d") is None
    assert world.told("d").remedy == ()


def test_a_locked_visit_is_not_moved_elsewhere(visit, shift, along_a_road):
    """It is locked to Monday, which is full: Tuesday is no remedy, a longer Monday is."""
    shifts = [shift(pause=None), shift(day=1, pause=None)]
    bound = Conditions(locks=(Lock("a", shifts[0].shift_id), Lock("d", shifts[0].shift_id)))
    visits = [busy(visit), visit("d", service_seconds=HOUR)]
    world = world_of(visits, shifts, along_a_road(ROAD), days=2, conditions=bound)
    change = world.change("d")
    assert (change.kinds, change.day) == ((Kind.HOURS,), MONDAY)
    assert keeps_its_promise(world, change)
    assert "locked to team Team one on 2026-08-24" in world.told("d").detail


@pytest.mark.parametrize(
    ("teams", "words"),
    [
        (["one"], "team Team one has no room left; on 2026-08-24, beside"),
        (["one", "two"], "none of the teams Team one, Team two has room left"),
        (["one", "two", "three", "four"], "no team that may go has room left"),
    ],
)
def test_who_is_full_is_named(visit, shift, along_a_road, teams, words):
    """Every team has its day's work; a few are named, of many it is enough to say all."""
    visits = [visit(f"day {team}", service_seconds=6 * HOUR) for team in teams]
    visits.append(visit("d", service_seconds=3 * HOUR))
    road = {f"office:{team}": 0 for team in teams} | {each.visit_id: 10 for each in visits}
    world = world_of(visits, [shift(team, pause=None) for team in teams], along_a_road(road))
    told = world.told("d")
    assert told.reason is Reason.SHIFTS_FULL
    assert words in told.detail


def test_kits_that_are_promised_elsewhere(visit, shift, along_a_road):
    """There is time, but the ten kits of the day go to door a."""
    visits = [visit("a", kits=8, priority=Priority.URGENT), visit("d", kits=4)]
    world = world_of(visits, [shift()], along_a_road(ROAD))
    told = world.told("d")
    assert "no kits left for it" in told.detail
    assert "with room for more kits in team Team one: 2" in told.relaxation


def test_without_time_nothing_is_tried(visit, shift, along_a_road):
    """The clock is over: every visit keeps its reason and has no remedy."""
    world = world_of([visit("d", requires=POLICE)], [shift()], along_a_road(ROAD))
    assert explain(world.book, world.impossible, seconds=0) == world.impossible


# --- any town -----------------------------------------------------------------------------------

HOURS_OPEN = st.lists(
    st.tuples(st.integers(8, 18), st.integers(0, 4)).map(
        lambda at: Window(at[0] * HOUR, (at[0] + at[1]) * HOUR)
    ),
    max_size=2,
).map(tuple)
DAYS = st.none() | st.integers(-1, 2).map(lambda n: MONDAY + timedelta(n))
SOME = st.sampled_from


@st.composite
def towns(draw):
    """Changes for five doors and four shifts, and what binds the doors."""
    doors = {
        name: {
            "service_seconds": draw(st.integers(1, 9)) * HOUR // 2,
            "windows": draw(HOURS_OPEN),
            "deadline": draw(DAYS),
            "earliest": draw(SOME([None, None, MONDAY, TUESDAY])),
            "requires": draw(SOME([frozenset(), frozenset(), POLICE])),
            "languages": draw(SOME([frozenset(), frozenset(), SPEAKER])),
            "sexes": draw(SOME([frozenset(), frozenset(), frozenset({Sex.FEMALE})])),
            "second_crew": draw(SOME([None, None, frozenset(), POLICE])),
            "teams": draw(SOME([frozenset(), frozenset(), frozenset({"two"})])),
            "kits": draw(st.integers(3, 8)),
            "kit_types": (("bag", draw(st.integers(0, 3))),),
            "priority": draw(SOME(list(Priority))),
        }
        for name in "abcde"
    }
    hours = {
        "pause": draw(SOME([None, Pause(12 * HOUR, 13 * HOUR, 1800)])),
        "most_work": draw(SOME([None, 5 * HOUR, 7 * HOUR])),
        "kit_stock": draw(SOME([(), (("bag", 2),)])),
        "end": draw(st.integers(12, 17)) * HOUR,
    }
    bound = Conditions(
        pairs=draw(SOME([(), (("a", "b"),)])),
        spacings=draw(SOME([(), (Spacing("c", "d", days=1),), (Spacing("c", "d", hours=2.0),)])),
    )
    if bound.pairs:
        doors["a"]["second_crew"] = doors["b"]["second_crew"] = None
    return doors, hours, bound


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(town=towns())
def test_no_remedy_promises_what_does_not_work(visit, shift, along_a_road, town):
    """Whatever is asked: each proposed change, made in the input, lets the visit be made."""
    doors, hours, bound = town
    visits = [visit(name, **changes) for name, changes in doors.items()]
    shifts = [
        shift(team, day=day, **hours, institutions=frozenset({"school"} | police))
        for team, police in (("one", set()), ("two", {"police"}))
        for day in (0, 1)
    ]
    world = world_of(visits, shifts, along_a_road(ROAD), days=2, conditions=bound)
    for row in world.left():
        change = cheapest_change(world.book, row)
        if change is not None:
            assert len(change.kinds) <= 2
            assert max(crew.longer for crew in change.crews) * 60 <= LONGEST
            assert keeps_its_promise(world, change)
