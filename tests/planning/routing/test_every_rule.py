"""One deliberately broken plan for every rule, told as a story; and random ones for every rule."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planning.model import (
    Begun,
    Conditions,
    Leg,
    Lock,
    Mode,
    Pause,
    Plan,
    Position,
    Priority,
    Reason,
    Route,
    Sex,
    Spacing,
    Stop,
    Unserved,
    Visit,
    Window,
)
from planning.routing.build import everything
from planning.routing.calendar import Calendar
from planning.routing.checker import Rule, breaches, check, check_routes
from planning.routing.schedule import timed_together
from planning.text import note
from planning.travel.matrix import Travel

MONDAY = date(2026, 8, 24)
HOUR = 3600
SEEDS = st.integers(0, 2**32)
ONE, TWO = "one@2026-08-24", "two@2026-08-24"
ONE_TUESDAY, TWO_TUESDAY = "one@2026-08-25", "two@2026-08-25"


@dataclass(frozen=True)
class World:
    """A plan and the travel times it is judged by."""

    plan: Plan
    travel: Mapping[Mode, Travel]

    def broken_rules(self) -> set[Rule]:
        return {breach.rule for breach in breaches(self.plan, self.travel)}

    def route(self, shift_id: str) -> Route:
        return next(route for route in self.plan.routes if route.shift_id == shift_id)

    def stop(self, visit_id: str) -> Stop:
        return next(s for r in self.plan.routes for s in r.stops if s.visit_id == visit_id)

    # Each gives the world with one thing changed.

    def but(self, **changes) -> World:
        return replace(self, plan=replace(self.plan, **changes))

    def but_visit(self, visit_id: str, /, **changes) -> World:
        return self.but(
            visits=tuple(
                replace(visit, **changes) if visit.visit_id == visit_id else visit
                for visit in self.plan.visits
            )
        )

    def but_shift(self, shift_id: str, /, **changes) -> World:
        return self.but(
            shifts=tuple(
                replace(shift, **changes) if shift.shift_id == shift_id else shift
                for shift in self.plan.shifts
            )
        )

    def but_route(self, shift_id: str, /, **changes) -> World:
        return self.but(
            routes=tuple(
                replace(route, **changes) if route.shift_id == shift_id else route
                for route in self.plan.routes
            )
        )

    def but_stop(self, shift_id: str, visit_id: str, /, **changes) -> World:
        return self.but_route(
            shift_id,
            stops=tuple(
                replace(stop, **changes) if stop.visit_id == visit_id else stop
                for stop in self.route(shift_id).stops
            ),
        )

    def but_bound(self, **changes) -> World:
        return self.but(conditions=replace(self.plan.conditions, **changes))

    def without(self, shift_id: str, *visit_ids: str) -> World:
        kept = tuple(s for s in self.route(shift_id).stops if s.visit_id not in visit_ids)
        return self.but_route(shift_id, stops=kept)

    def left_out(self, *visit_ids: str, reason: Reason = Reason.SHIFTS_FULL) -> World:
        """Taken off every route and listed as unserved."""
        world = self
        for route in self.plan.routes:
            world = world.without(route.shift_id, *visit_ids)
        left = tuple(
            Unserved(visit.case_ids, reason, visit.visit_id, (note("no room"),))
            for visit in self.plan.visits
            if visit.visit_id in visit_ids
        )
        return world.but(unserved=(*world.plan.unserved, *left))

    def but_seconds(self, origin: str, target: str, seconds: float) -> World:
        table = self.travel[Mode.DRIVE]
        changed = table.seconds.copy()
        changed[table.keys.index(origin), table.keys.index(target)] = seconds
        return replace(self, travel={Mode.DRIVE: replace(table, seconds=changed)})


@pytest.fixture(scope="module")
def two_days(visit, shift, along_a_road, laid_out) -> World:
    """Riverside with everything that can bind.

    Monday: team one has made the school check at s and its pause is still due; it goes on to a,
    where at 11:00 team two comes too, and to c. Team two begins with b, which is locked, and makes
    the first attempt at e. Tuesday: team two tries e again, as f, at another hour. Team one stays
    in the office on Tuesday. Nobody can reach x.
    """
    at = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "e": 40, "f": 40, "s": 5}
    travel = along_a_road({**at, "x": 50})
    table = travel[Mode.DRIVE]
    table.seconds[:, -1] = table.seconds[-1, :] = np.nan
    crew = {
        "institutions": frozenset({"school", "police"}),
        "languages": frozenset({"bg", "tr"}),
        "sexes": frozenset(Sex),
        "kit_stock": (("bag", 4),),
        "most_work": 8 * HOUR,
    }
    visits = (
        visit("s", service_seconds=HOUR),
        visit("a", second_crew=frozenset({"police"}), windows=(Window(11 * HOUR, 15 * HOUR),)),
        visit(
            "b", kits=3, kit_types=(("bag", 2),), languages=frozenset({"tr"}),
            sexes=frozenset({Sex.FEMALE}), requires=frozenset({"police"}),
        ),
        visit("c", kits=2, earliest=MONDAY, deadline=MONDAY, teams=frozenset({"one"})),
        visit("e"),
        visit("f", day=MONDAY + timedelta(days=1), windows=(Window(14 * HOUR, 16 * HOUR),)),
        visit("x"),
    )  # fmt: skip
    past = Stop("s", 9 * HOUR + 300, 9 * HOUR + 300, 10 * HOUR + 300)
    plan = laid_out(
        visits,
        [shift(team, day, **crew) for day in (0, 1) for team in ("one", "two")],
        travel,
        {ONE: "ac", TWO: "bae", TWO_TUESDAY: "f"},
        days=2,
        conditions=Conditions(
            pairs=(("a", "c"),),
            spacings=(Spacing("e", "f", 1, 1.5),),
            locks=(Lock("b", TWO, position=Position.FIRST),),
            begun=(Begun(ONE, departure=9 * HOUR, stops=(past,)),),
        ),
    )
    (left,) = plan.unserved
    told = replace(left, reason=Reason.UNREACHABLE, because=(note("no way by road"),))
    return World(replace(plan, unserved=(told,)), travel)


def test_the_two_days_are_sound(two_days):
    """What everything below breaks in one way breaks no rule to begin with."""
    assert check(two_days.plan, two_days.travel) == ()
    assert [len(route.stops) for route in two_days.plan.routes] == [3, 3, 1]
    assert two_days.stop("a").start == 11 * HOUR


# --- one story for every rule -------------------------------------------------------------------

Breaking = Callable[[World], World]

STORIES: tuple[tuple[Rule, str, Breaking], ...] = (
    (Rule.VALUE, "a stop at no time at all",
     lambda w: w.but_stop(ONE, "c", start=float("nan"))),
    (Rule.VALUE, "a crew that leaves before midnight",
     lambda w: w.but_route(TWO, departure=-60)),
    (Rule.VALUE, "a stop at two in the night after",
     lambda w: w.but_stop(TWO, "e", departure=26 * HOUR)),
    (Rule.VALUE, "a team that flies",
     lambda w: w.but_shift(TWO, mode="fly")),
    (Rule.VALUE, "a number typed as a word",
     lambda w: w.but_visit("b", kits="three")),
    (Rule.VALUE, "a lock on a visit that nobody asked for",
     lambda w: w.but_bound(locks=(Lock("y", TWO),))),
    (Rule.VALUE, "a crew that is back before it left",
     lambda w: w.but_route(TWO, back=w.route(TWO).departure - 1)),
    (Rule.VALUE, "a pause at no time of day",
     lambda w: w.but_route(TWO, pause_start=25 * HOUR)),
    (Rule.VALUE, "a working time of minus one hour",
     lambda w: w.but_shift(TWO, most_work=-HOUR)),
    (Rule.VALUE, "a deadline that is no day",
     lambda w: w.but_visit("c", deadline="soon")),
    (Rule.VALUE, "a way for every second stop only",
     lambda w: w.but_route(TWO, legs=(Leg(60, 500.0), Leg(60, 500.0)))),
    (Rule.ACCOUNT, "a visit that is unserved twice",
     lambda w: w.but(unserved=2 * w.plan.unserved)),
    (Rule.ACCOUNT, "an unserved visit that nobody asked for",
     lambda w: w.but(unserved=(replace(w.plan.unserved[0], visit_id="y"), *w.plan.unserved))),
    (Rule.ACCOUNT, "a child forgotten at a door that is unserved",
     lambda w: w.but(unserved=(replace(w.plan.unserved[0], case_ids=()),))),
    (Rule.ACCOUNT, "a shift that is there twice",
     lambda w: w.but(shifts=(*w.plan.shifts, w.plan.shifts[0]))),
    (Rule.ACCOUNT, "a visit lost on the way",
     lambda w: w.without(TWO, "e")),
    (Rule.ACCOUNT, "a family visited twice",
     lambda w: w.but_route(TWO_TUESDAY, stops=2 * w.route(TWO_TUESDAY).stops)),
    (Rule.ACCOUNT, "a visit both planned and unserved",
     lambda w: w.but(unserved=(*w.plan.unserved, replace(w.plan.unserved[0], visit_id="e")))),
    (Rule.ACCOUNT, "a visit that was made this morning planned again",
     lambda w: w.but_route(TWO, stops=(*w.route(TWO).stops, w.stop("s")))),
    (Rule.SHIFT, "a route under the name of another team",
     lambda w: w.but_route(TWO, team_id="one")),
    (Rule.SHIFT, "a route of a shift that does not exist",
     lambda w: w.but_route(TWO, shift_id="three@2026-08-24")),
    (Rule.SHIFT, "a route on a day after the last",
     lambda w: w.but(days=1)),
    (Rule.REASON, "a visit left without a word",
     lambda w: w.but(unserved=(replace(w.plan.unserved[0], because=()),))),
    (Rule.REASON, "a visit left for a reason that there is not",
     lambda w: w.but(unserved=(replace(w.plan.unserved[0], reason="tired"),))),
    (Rule.URGENT, "an urgent visit left while team one has nothing to do on Tuesday",
     lambda w: w.but_bound(spacings=()).but_visit("e", priority=Priority.URGENT).left_out("e")),
    (Rule.TEAM, "a visit by a team that it is not for",
     lambda w: w.but_visit("e", teams=frozenset({"one"}))),
    (Rule.TEAM, "a visit in another municipality",
     lambda w: w.but_visit("e", municipality_code="HILL")),
    (Rule.INSTITUTION, "a visit that needs a social worker, and none is there",
     lambda w: w.but_visit("b", requires=frozenset({"social"}))),
    (Rule.LANGUAGE, "a family that speaks Turkish, and the crew does not",
     lambda w: w.but_shift(TWO, languages=frozenset({"bg"}))),
    (Rule.SEX, "a family that asked for a woman, and two men come",
     lambda w: w.but_shift(TWO, sexes=frozenset({Sex.MALE}))),
    (Rule.EARLIEST, "a visit a day too early",
     lambda w: w.but_visit("c", earliest=MONDAY + timedelta(days=1))),
    (Rule.DEADLINE, "a visit a day too late",
     lambda w: w.but_visit("c", deadline=MONDAY - timedelta(days=1))),
    (Rule.PINNED_DAY, "a visit that was to be on Monday",
     lambda w: w.but_visit("f", day=MONDAY)),
    (Rule.WINDOW, "a visit when nobody is at home any more",
     lambda w: w.but_visit("c", windows=(Window(9 * HOUR, 10 * HOUR),))),
    (Rule.WINDOW, "a visit at the right hour of the wrong weekday",
     lambda w: w.but_visit("c", windows=(Window(0, 24 * HOUR, frozenset({1})),))),
    (Rule.SERVICE, "a visit that is over too soon",
     lambda w: w.but_stop(TWO, "e", departure=w.stop("e").start + 60)),
    (Rule.HOURS, "a crew that comes back after hours",
     lambda w: w.but_shift(TWO, end=w.route(TWO).back - 1)),
    (Rule.HOURS, "a crew that leaves before hours",
     lambda w: w.but_shift(TWO, start=w.route(TWO).departure + 1)),
    (Rule.WORK, "a crew that is on the road a minute too long",
     lambda w: w.but_shift(TWO, most_work=w.route(TWO).back - w.route(TWO).departure - 60)),
    (Rule.WORK, "a day that counts from when the crew left, not from now",
     lambda w: w.but_shift(ONE, most_work=w.route(ONE).back - 10 * HOUR)),
    (Rule.PAUSE, "a crew that does not eat",
     lambda w: w.but_route(ONE, pause_start=None)),
    (Rule.PAUSE, "a pause in a family's living room",
     lambda w: w.but_route(ONE, pause_start=w.stop("c").start + 60)),
    (Rule.PAUSE, "lunch in the evening",
     lambda w: w.but_shift(TWO, pause=Pause(16 * HOUR, 16 * HOUR, 1800))),
    (Rule.KITS, "three kits in a car with room for two",
     lambda w: w.but_shift(TWO, kit_capacity=2)),
    (Rule.KIT_TYPES, "two school bags, and the team has one",
     lambda w: w.but_shift(TWO, kit_stock=(("bag", 1),))),
    (Rule.ROAD, "a leg faster than the road",
     lambda w: w.but_seconds("c", "office:one", 2 * HOUR)),
    (Rule.NO_WAY, "a way over a bridge that is gone",
     lambda w: w.but_seconds("c", "office:one", float("nan"))),
    (Rule.PAIR, "a home visit before the school check",
     lambda w: w.but_bound(pairs=(("c", "a"),))),
    (Rule.PAIR, "a home visit by another team than the school check's",
     lambda w: w.but_bound(pairs=(("c", "e"),))),
    (Rule.PAIR, "a school check without its home visit",
     lambda w: w.left_out("c")),
    (Rule.SECOND_CREW, "a second crew that does not come",
     lambda w: w.without(TWO, "a")),
    (Rule.SECOND_CREW, "a second crew that comes ten minutes later",
     lambda w: w.but_stop(TWO, "a", start=w.stop("a").start + 600)),
    (Rule.SECOND_CREW, "a second crew without the policeman",
     lambda w: w.but_shift(TWO, institutions=frozenset({"school"}))),
    (Rule.SECOND_CREW, "a second crew on another day",
     lambda w: w.without(TWO, "a").but_route(
         TWO_TUESDAY, stops=(w.stop("a"), *w.route(TWO_TUESDAY).stops))),
    (Rule.SECOND_CREW, "a second crew from another municipality",
     lambda w: w.but_shift(TWO, municipality_code="HILL")),
    (Rule.NO_WAY, "a door that the map does not know",
     lambda w: replace(w, travel={Mode.DRIVE: replace(w.travel[Mode.DRIVE], keys=tuple(
         "elsewhere" if key == "e" else key for key in w.travel[Mode.DRIVE].keys))})),
    (Rule.SECOND_CREW, "one crew under two names",
     lambda w: w.but_shift(TWO, team_id="one").but_route(TWO, team_id="one")),
    (Rule.SPACING, "two attempts too few days apart",
     lambda w: w.but_bound(spacings=(Spacing("e", "f", 2),))),
    (Rule.SPACING, "the second attempt before the first",
     lambda w: w.but_bound(spacings=(Spacing("f", "e", 1),))),
    (Rule.SPACING, "two attempts at the same hour",
     lambda w: w.but_bound(spacings=(Spacing("e", "f", 1, 8),))),
    (Rule.SPACING, "a second attempt on the day of the first, which was this morning",
     lambda w: w.but_bound(spacings=(Spacing("s", "c", 1),))),
    (Rule.LOCK, "a locked stop moved to another team",
     lambda w: w.but_bound(locks=(Lock("b", ONE_TUESDAY),))),
    (Rule.LOCK, "a locked stop dropped for others",
     lambda w: w.left_out("b")),
    (Rule.LOCK, "a family that was promised another time",
     lambda w: w.but_bound(locks=(Lock("e", TWO, start=9 * HOUR),))),
    (Rule.LOCK, "a stop that was to be the last of the day",
     lambda w: w.but_bound(locks=(Lock("b", TWO, position=Position.LAST),))),
    (Rule.BEGUN, "a visit of this morning forgotten",
     lambda w: w.without(ONE, "s")),
    (Rule.BEGUN, "a visit of this morning at another time",
     lambda w: w.but_stop(ONE, "s", departure=w.stop("s").departure - 60)),
    (Rule.BEGUN, "a crew that is said to have left later than it did",
     lambda w: w.but_route(ONE, departure=9 * HOUR + 60)),
    (Rule.BEGUN, "a crew on the road without a route",
     lambda w: w.but(routes=w.plan.routes[1:])),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "breaking"), [pytest.param(r, b, id=f"{r}: {story}") for r, story, b in STORIES]
)
def test_a_broken_rule_is_named(two_days, rule, breaking):
    """The same two days with one thing wrong: the checker says which rule it breaks, in words."""
    broken = breaking(two_days)
    assert rule in broken.broken_rules()
    assert all(words.strip() for words in check(broken.plan, broken.travel))


def test_every_rule_has_its_breakers():
    """A rule that is new is broken here in a story, and at random: no rule can be forgotten."""
    assert {rule for rule, _, _ in STORIES} == set(Rule)
    assert set(AT_RANDOM) == set(Rule)


# --- any small plan, and any way to break a rule --------------------------------------------------


@pytest.fixture(scope="module")
def draw_world(visit, shift, along_a_road, laid_out) -> Callable[[random.Random], World]:
    """Draws a small sound plan that is bound by as many rules as happen to hold."""

    def draw(rng: random.Random) -> World:
        names = [f"v{number}" for number in range(7)]
        places = ["office:one", "office:two", *names]
        travel = along_a_road({place: rng.randrange(60) for place in places})
        table = travel[Mode.DRIVE]
        table.seconds[...] *= np.array([rng.uniform(1, 1.5) for _ in table.seconds.flat]).reshape(
            table.seconds.shape
        )
        shifts = [shift(team, day, **_crew(rng)) for day in (0, 1) for team in ("one", "two")]
        visits = [visit(name, **_wishes(rng)) for name in names]
        visits[0] = replace(
            visits[0], second_crew=frozenset({"police"} if rng.random() < 0.5 else ())
        )
        orders = _orders(rng, visits, shifts, travel)
        assume(any(orders.values()))
        return _bound(rng, World(laid_out(visits, shifts, travel, orders, days=2), travel))

    return draw


def _crew(rng: random.Random) -> dict:
    return {
        "institutions": frozenset({"school", *rng.sample(["police", "social"], rng.randrange(3))}),
        "languages": frozenset({"bg", *rng.sample(["tr", "az"], rng.randrange(3))}),
        "sexes": frozenset(rng.sample(list(Sex), rng.randrange(1, 3))),
        "pause": Pause(12 * HOUR, 13 * HOUR, 1800) if rng.random() < 0.8 else None,
    }


def _wishes(rng: random.Random) -> dict:
    kits, opens = rng.randrange(4), rng.randrange(8 * HOUR, 14 * HOUR)
    return {
        "service_seconds": rng.randrange(600, HOUR),
        "kits": kits,
        "kit_types": (("bag", rng.randint(0, kits)),) if rng.random() < 0.5 else (),
        "windows": (Window(opens, opens + rng.randrange(4 * HOUR)),) if rng.random() < 0.5 else (),
    }


def _orders(rng, visits, shifts, travel) -> dict[str, list[str]]:
    """Visits put at the end of some shift where they fit; a second crew's on another one.

    The judge of bare sequences and the timetable must agree about every try.
    """
    problem, _ = everything(visits, shifts, travel, Calendar(MONDAY, 2))
    second = dict(problem.together)
    routes: list[list[int]] = [[] for _ in shifts]
    for row in range(len(visits)):
        for _ in range(3):
            tried = [list(route) for route in routes]
            shift = rng.randrange(len(shifts))
            tried[shift].append(row)
            if row in second:
                # The first one named leads: the other comes after it in the list.
                tried[rng.randrange(shift, len(shifts))].append(second[row])
            solution = tuple(map(tuple, tried))
            sound = check_routes(problem, solution) == ()
            if sound:
                routes = tried
                assert timed_together(problem, solution) is not None
                break
    return {
        one.shift_id: [problem.visit_ids[row] for row in route]
        for one, route in zip(shifts, routes, strict=True)
    }


def _bound(rng: random.Random, world: World) -> World:
    """The world in which what happens to hold is asked for."""
    twins = {visit.visit_id for visit in world.plan.visits if visit.second_crew is not None}
    begun = []
    for route in world.plan.routes:
        done = rng.randrange(len(route.stops) + 1) if rng.random() < 0.4 else 0
        stops = route.stops[:done]
        if stops and not twins & {stop.visit_id for stop in stops}:
            paused = route.pause_start is not None and route.pause_start < stops[-1].start
            begun.append(
                Begun(route.shift_id, route.departure, stops, route.pause_start if paused else None)
            )
    past = {stop.visit_id for each in begun for stop in each.stops}
    single = [(r, s) for r, s in served(world) if s.visit_id not in past | twins]
    for one, stop in single:
        world = world.but_visit(stop.visit_id, **_demands(rng, world, one, stop))
    for route in world.plan.routes:
        world = world.but_shift(route.shift_id, **_limits(rng, world, route))
    locks = [_lock(rng, r, s, past) for r, s in single if rng.random() < 0.3]
    pairs = _pairs_that_hold(rng, single)
    spacings = _spacings_that_hold(rng, single)
    return world.but_bound(begun=tuple(begun), locks=tuple(locks), pairs=pairs, spacings=spacings)


def served(world: World) -> list[tuple[Route, Stop]]:
    return [(route, stop) for route in world.plan.routes for stop in route.stops]


def _demands(rng: random.Random, world: World, route: Route, stop: Stop) -> dict:
    crew = next(s for s in world.plan.shifts if s.shift_id == route.shift_id)
    wide = rng.randrange(HOUR)
    day = rng.choice(["earliest", "deadline", "day"])
    wishes = {
        "languages": frozenset(rng.sample(sorted(crew.languages), 1)),
        "requires": frozenset(rng.sample(sorted(crew.institutions), 1)),
        "sexes": frozenset(rng.sample(sorted(crew.sexes), 1)),
        # From when it is made: an earlier first start would be a longer working time.
        "windows": (Window(stop.start, stop.start + wide),),
        "teams": frozenset({route.team_id}),
        day: route.day,
    }
    return {name: wish for name, wish in wishes.items() if rng.random() < 0.4}


def _limits(rng: random.Random, world: World, route: Route) -> dict:
    # Of several crews that may bring a visit's kits, the first one named does.
    named = {s.visit_id for r in world.plan.routes[: world.plan.routes.index(route)]
             for s in r.stops}  # fmt: skip
    made = {stop.visit_id for stop in route.stops} - named
    visits = [visit for visit in world.plan.visits if visit.visit_id in made]
    bags = sum(dict(visit.kit_types).get("bag", 0) for visit in visits)
    first = route.stops[0]
    rested_first = route.pause_start is not None and route.pause_start < first.start
    opens = min((w.start for w in visit_of(world, first.visit_id).windows), default=0)
    # Engines count from when the crew could leave, though it may do so later.
    leaves = 9 * HOUR if rested_first else max(9 * HOUR, opens - first.arrival + route.departure)
    limits = {
        "most_work": route.back - leaves,
        "kit_capacity": sum(visit.kits for visit in visits),
        "kit_stock": (("bag", bags),),
        "end": route.back,
    }
    return {name: limit for name, limit in limits.items() if rng.random() < 0.4}


def _lock(rng: random.Random, route: Route, stop: Stop, past: set[str]) -> Lock:
    order = [one.visit_id for one in route.stops if one.visit_id not in past]
    places = [None]
    if stop.visit_id == order[0]:
        places.append(Position.FIRST)
    if stop.visit_id == order[-1]:
        places.append(Position.LAST)
    start = stop.start if rng.random() < 0.5 else None
    return Lock(stop.visit_id, route.shift_id, start, rng.choice(places))


def _pairs_that_hold(rng, single) -> tuple[tuple[str, str], ...]:
    held = [
        (a.visit_id, b.visit_id)
        for one, a in single for other, b in single
        if one is other and a.start < b.start
    ]  # fmt: skip
    return tuple(rng.sample(held, min(1, len(held))))


def _spacings_that_hold(rng, single) -> tuple[Spacing, ...]:
    held = [
        Spacing(a.visit_id, b.visit_id, 1, abs(a.start - b.start) / HOUR)
        for one, a in single for other, b in single
        if one.day < other.day
    ]  # fmt: skip
    return tuple(rng.sample(held, min(1, len(held))))


@given(seed=SEEDS)
def test_a_sound_plan_has_no_fault(draw_world, seed):
    """Whatever rules a plan keeps, and however tightly, the checker finds nothing to say."""
    world = draw_world(random.Random(seed))
    assert check(world.plan, world.travel) == ()


@given(seed=SEEDS)
def test_a_plan_timed_under_its_own_rules_has_no_fault(draw_world, laid_out, seed):
    """The arrays and the timetable keep every rule as the checker reads it from the model."""
    world = draw_world(random.Random(seed))
    bound = world.plan.conditions
    # The arrays keep hours apart by halves of the day, which these plans know nothing of.
    days_apart = tuple(replace(each, hours=0) for each in bound.spacings)
    past = {stop.visit_id for each in bound.begun for stop in each.stops}
    again = laid_out(
        world.plan.visits,
        world.plan.shifts,
        world.travel,
        {
            route.shift_id: [s.visit_id for s in route.stops if s.visit_id not in past]
            for route in world.plan.routes
        },
        days=2,
        conditions=replace(bound, spacings=days_apart),
    )
    assert check(again, world.travel) == ()


NUMBERS = [
    ("visit", "service_seconds"), ("visit", "kits"), ("visit", "priority"),
    ("shift", "start"), ("shift", "end"), ("shift", "kit_capacity"),
    ("pause", "earliest"), ("pause", "latest"), ("pause", "duration"),
    ("window", "start"), ("window", "end"),
    ("route", "departure"), ("route", "back"), ("route", "day"),
    ("stop", "arrival"), ("stop", "start"), ("stop", "departure"),
    ("begun", "departure"), ("past", "start"), ("lock", "position"), ("lock", "start"),
    ("spacing", "days"), ("spacing", "hours"), ("plan", "days"), ("plan", "first_day"),
]  # fmt: skip
JUNK = [float("nan"), float("inf"), -1, 10**30, "soon", True, object()]


@pytest.mark.parametrize(("what", "field"), NUMBERS)
@pytest.mark.parametrize("junk", JUNK, ids=lambda each: f"{type(each).__name__}")
def test_junk_is_a_fault_in_words(two_days, what, field, junk):
    """A plan from elsewhere may hold anything: the checker says so, and never fails itself."""
    wrong, bound = {field: junk}, two_days.plan.conditions
    (begun,), (lock,), (spacing,) = bound.begun, bound.locks, bound.spacings
    past = replace(begun, stops=(replace(begun.stops[0], **wrong),)) if what == "past" else None
    visit, shift = visit_of(two_days, "a"), two_days.plan.shifts[1]
    broken = {
        "visit": lambda w: w.but_visit("a", **wrong),
        "window": lambda w: w.but_visit("a", windows=(replace(visit.windows[0], **wrong),)),
        "shift": lambda w: w.but_shift(TWO, **wrong),
        "pause": lambda w: w.but_shift(TWO, pause=replace(shift.pause, **wrong)),
        "route": lambda w: w.but_route(TWO, **wrong),
        "stop": lambda w: w.but_stop(TWO, "e", **wrong),
        "begun": lambda w: w.but_bound(begun=(replace(begun, **wrong),)),
        "past": lambda w: w.but_bound(begun=(past,)),
        "lock": lambda w: w.but_bound(locks=(replace(lock, **wrong),)),
        "spacing": lambda w: w.but_bound(spacings=(replace(spacing, **wrong),)),
        "plan": lambda w: w.but(**wrong),
    }[what](two_days)
    assert Rule.VALUE in broken.broken_rules()


# --- one rule broken at random ------------------------------------------------------------------


def still_open(world: World) -> list[tuple[Route, Stop]]:
    """Stops that are still to be made."""
    past = {stop.visit_id for each in world.plan.conditions.begun for stop in each.stops}
    return [(route, stop) for route, stop in served(world) if stop.visit_id not in past]


def any_of(rng: random.Random, choices):
    """One of `choices`; a world without any is drawn anew."""
    choices = list(choices)
    assume(choices)
    return rng.choice(choices)


def single(world: World) -> list[tuple[Route, Stop]]:
    """Open stops of one crew."""
    twins = {visit.visit_id for visit in world.plan.visits if visit.second_crew is not None}
    return [(route, stop) for route, stop in still_open(world) if stop.visit_id not in twins]


def with_open_stops(world: World) -> list[Route]:
    return [route for route in world.plan.routes if any(route is r for r, _ in still_open(world))]


def not_begun(world: World) -> list[Route]:
    begun = {each.shift_id for each in world.plan.conditions.begun}
    return [route for route in world.plan.routes if route.shift_id not in begun]


def visit_of(world: World, visit_id: str) -> Visit:
    return next(visit for visit in world.plan.visits if visit.visit_id == visit_id)


def break_value(world: World, rng: random.Random) -> World:
    route, stop = any_of(rng, served(world))
    value = rng.choice([float("nan"), float("inf"), -1, 25 * HOUR, "9:00", None, True])
    field = rng.choice(["arrival", "start", "departure"])
    ways = [
        world.but_stop(route.shift_id, stop.visit_id, **{field: value}),
        world.but_route(route.shift_id, **{rng.choice(["departure", "back"]): value}),
        world.but_shift(route.shift_id, mode="fly"),
        world.but_shift(route.shift_id, day=rng.choice([None, "2026-08-24", 0])),
        world.but_visit(stop.visit_id, kits=rng.choice([-1, 0.5, float("nan"), "two"])),
        world.but(days=rng.choice([-1, float("nan"), 10**12, None])),
    ]
    return rng.choice(ways)


def break_account(world: World, rng: random.Random) -> World:
    route, stop = any_of(rng, single(world))
    told = Unserved((f"case-{stop.visit_id}",), Reason.NO_TEAM, stop.visit_id, (note("no"),))
    ways = [
        world.without(route.shift_id, stop.visit_id),
        world.but_route(route.shift_id, stops=(*route.stops, stop)),
        world.but(unserved=(*world.plan.unserved, told)),
        world.but_stop(route.shift_id, stop.visit_id, visit_id="elsewhere"),
        world.but(routes=(*world.plan.routes, route)),
        world.but(visits=(*world.plan.visits, visit_of(world, stop.visit_id))),
    ]
    return rng.choice(ways)


def break_shift(world: World, rng: random.Random) -> World:
    route = any_of(rng, world.plan.routes)
    ways = [
        world.but_route(route.shift_id, team_id="three"),
        world.but_route(route.shift_id, day=route.day + timedelta(days=1)),
        world.but_route(route.shift_id, shift_id="three@2026-08-24"),
        world.but(first_day=world.plan.first_day + timedelta(days=rng.choice([-7, 7]))),
    ]
    return rng.choice(ways)


def break_reason(world: World, rng: random.Random) -> World:
    _, stop = any_of(rng, single(world))
    world = world.left_out(stop.visit_id)
    wrong = rng.choice([{"because": ()}, {"reason": "none"}, {"reason": None}])
    *told, last = world.plan.unserved
    return world.but(unserved=(*told, replace(last, **wrong)))


def break_urgent(world: World, rng: random.Random) -> World:
    bound = world.plan.conditions
    tied = {one for pair in bound.pairs for one in pair} | {lock.visit_id for lock in bound.locks}
    tied |= {one for each in bound.spacings for one in (each.first, each.second)}
    route, stop = any_of(
        rng,
        [
            (route, stop)
            for route, stop in single(world)
            if stop.visit_id not in tied and route in not_begun(world)
        ],
    )
    urgent = world.but_visit(stop.visit_id, priority=Priority.URGENT, windows=())
    free = urgent.but_shift(route.shift_id, end=17 * HOUR, most_work=None)
    return free.left_out(*(one.visit_id for one in route.stops))


def break_team(world: World, rng: random.Random) -> World:
    _, stop = any_of(rng, single(world))
    away = {"teams": frozenset(), "municipality_code": "HILL"}
    return world.but_visit(stop.visit_id, **rng.choice([{"teams": frozenset({"three"})}, away]))


def lacking(field: str, code: str) -> Callable[[World, random.Random], World]:
    """Asks for something that no crew has, of visits of one crew and of two."""

    def broken(world: World, rng: random.Random) -> World:
        _, stop = any_of(rng, still_open(world))
        has = getattr(visit_of(world, stop.visit_id), field)
        return world.but_visit(stop.visit_id, **{field: has | {code}})

    return broken


def break_sex(world: World, rng: random.Random) -> World:
    route, stop = any_of(rng, single(world))
    sex = rng.choice(list(Sex))
    others = frozenset(Sex) - {sex}
    return world.but_visit(stop.visit_id, sexes=frozenset({sex})).but_shift(
        route.shift_id, sexes=others
    )


def other_day(field: str, days: int) -> Callable[[World, random.Random], World]:
    def broken(world: World, rng: random.Random) -> World:
        route, stop = any_of(rng, still_open(world))
        return world.but_visit(stop.visit_id, **{field: route.day + timedelta(days=days)})

    return broken


def break_window(world: World, rng: random.Random) -> World:
    promised = {lock.visit_id for lock in world.plan.conditions.locks if lock.start is not None}
    _, stop = any_of(rng, [(r, s) for r, s in still_open(world) if s.visit_id not in promised])
    missed = rng.choice([Window(stop.start + 1, stop.start + 60), Window(0, stop.start - 1)])
    return world.but_visit(stop.visit_id, windows=(missed,))


def break_service(world: World, rng: random.Random) -> World:
    route, stop = any_of(rng, still_open(world))
    ways = [
        world.but_visit(stop.visit_id, service_seconds=stop.departure - stop.start + 60),
        world.but_stop(route.shift_id, stop.visit_id, arrival=stop.start + 1),
    ]
    return rng.choice(ways)


def break_hours(world: World, rng: random.Random) -> World:
    route = any_of(rng, with_open_stops(world))
    late = world.but_shift(route.shift_id, end=route.back - 1)
    early = world.but_shift(route.shift_id, start=route.departure + 1)
    return rng.choice([late, early] if route in not_begun(world) else [late])


def break_work(world: World, rng: random.Random) -> World:
    route = any_of(rng, with_open_stops(world))
    return world.but_shift(route.shift_id, most_work=route.back - route.departure - 1)


def break_pause(world: World, rng: random.Random) -> World:
    taken = {each.shift_id for each in world.plan.conditions.begun if each.pause_start is not None}
    route, stop = any_of(
        rng,
        [
            (route, stop)
            for route, stop in still_open(world)
            # One after the return may be moot once the hours are cut short.
            if route.pause_on_the_way is not None and route.shift_id not in taken
        ],
    )
    start = route.pause_start
    ways = [
        world.but_route(route.shift_id, pause_start=None),
        world.but_shift(route.shift_id, pause=Pause(start + 1, start + 60, 1800)),
        world.but_route(route.shift_id, pause_start=stop.start).but_shift(
            route.shift_id, pause=Pause(0, 17 * HOUR, 1800)
        ),
    ]
    return rng.choice(ways)


def too_many(world: World, rng: random.Random, count: Callable[[Visit], int]) -> tuple[Route, int]:
    """A route and one kit less than its own stops need."""
    needs = [
        (route, sum(count(visit_of(world, s.visit_id)) for r, s in single(world) if r is route))
        for route in world.plan.routes
    ]
    route, needed = any_of(rng, [(route, needed) for route, needed in needs if needed])
    return route, needed - 1


def break_kits(world: World, rng: random.Random) -> World:
    route, room = too_many(world, rng, lambda visit: visit.kits)
    return world.but_shift(route.shift_id, kit_capacity=room)


def break_kit_types(world: World, rng: random.Random) -> World:
    route, room = too_many(world, rng, lambda visit: dict(visit.kit_types).get("bag", 0))
    return world.but_shift(route.shift_id, kit_stock=(("bag", room),))


def leg_to(route: Route, stop: Stop) -> tuple[str, str]:
    before = route.stops[: route.stops.index(stop)]
    return before[-1].visit_id if before else f"office:{route.team_id}", stop.visit_id


def break_road(world: World, rng: random.Random) -> World:
    route, stop = any_of(rng, still_open(world))
    legs = [leg_to(route, stop), (route.stops[-1].visit_id, f"office:{route.team_id}")]
    return world.but_seconds(*rng.choice(legs), rng.choice([9 * HOUR, float("inf")]))


def break_no_way(world: World, rng: random.Random) -> World:
    route, stop = any_of(rng, still_open(world))
    return world.but_seconds(*leg_to(route, stop), float("nan"))


def break_pair(world: World, rng: random.Random) -> World:
    (one, first), (other, second) = (any_of(rng, single(world)) for _ in range(2))
    assume(first is not second)
    wrong = one is not other or first.start > second.start
    pair = (first.visit_id, second.visit_id) if wrong else (second.visit_id, first.visit_id)
    halved = world.left_out(first.visit_id).but_bound(pairs=(pair,))
    return rng.choice([world.but_bound(pairs=(pair,)), halved])


def break_second_crew(world: World, rng: random.Random) -> World:
    meetings = [
        (route, stop)
        for route, stop in still_open(world)
        if visit_of(world, stop.visit_id).second_crew is not None
    ]
    if not meetings:
        _, stop = any_of(rng, single(world))
        return world.but_visit(stop.visit_id, second_crew=frozenset())
    route, stop = rng.choice(meetings)
    ways = [
        world.without(route.shift_id, stop.visit_id),
        world.but_stop(route.shift_id, stop.visit_id, start=stop.start + 60),
        world.but_visit(stop.visit_id, second_crew=frozenset({"court"})),
        world.but(
            routes=tuple(replace(one, team_id="one") for one in world.plan.routes),
            shifts=tuple(replace(one, team_id="one") for one in world.plan.shifts),
        ),
    ]
    return rng.choice(ways)


def break_spacing(world: World, rng: random.Random) -> World:
    (one, first), (other, second) = (any_of(rng, single(world)) for _ in range(2))
    assume(first is not second)
    too_far = (other.day - one.day).days + 1
    ways = [
        Spacing(first.visit_id, second.visit_id, max(0, too_far)),
        Spacing(first.visit_id, second.visit_id, 0, abs(first.start - second.start) / HOUR + 0.1),
    ]
    assume(too_far >= 0)
    return world.but_bound(spacings=(rng.choice(ways if too_far else ways[1:]),))


def break_lock(world: World, rng: random.Random) -> World:
    route, stop = any_of(rng, single(world))
    name, here = stop.visit_id, route.shift_id
    order = [s.visit_id for r, s in still_open(world) if r is route]
    elsewhere = rng.choice([s.shift_id for s in world.plan.shifts if s.shift_id != here])
    ways = [
        world.but_bound(locks=(Lock(name, elsewhere),)),
        world.but_bound(locks=(Lock(name, here, start=stop.start - 60),)),
        world.but_bound(locks=(Lock(name, here),)).left_out(name),
    ]
    if name != order[0]:
        ways.append(world.but_bound(locks=(Lock(name, here, position=Position.FIRST),)))
    if name != order[-1]:
        ways.append(world.but_bound(locks=(Lock(name, here, position=Position.LAST),)))
    return rng.choice(ways)


def break_begun(world: World, rng: random.Random) -> World:
    if not world.plan.conditions.begun:
        route = any_of(rng, world.plan.routes)
        begun = Begun(route.shift_id, route.departure, route.stops[:1], route.pause_start)
        world = world.but_bound(begun=(begun,))
    begun = rng.choice(world.plan.conditions.begun)
    route = world.route(begun.shift_id)
    later = replace(begun.stops[0], departure=begun.stops[0].departure + 1)
    ways = [
        world.but_route(begun.shift_id, departure=begun.departure + 1),
        world.but_route(begun.shift_id, stops=(later, *route.stops[1:])),
        world.without(begun.shift_id, begun.stops[0].visit_id),
        world.but(routes=tuple(one for one in world.plan.routes if one is not route)),
    ]
    if begun.pause_start is not None:
        ways.append(world.but_route(begun.shift_id, pause_start=begun.pause_start + 1))
    return rng.choice(ways)


AT_RANDOM: Mapping[Rule, Callable[[World, random.Random], World]] = {
    Rule.VALUE: break_value,
    Rule.ACCOUNT: break_account,
    Rule.SHIFT: break_shift,
    Rule.REASON: break_reason,
    Rule.URGENT: break_urgent,
    Rule.TEAM: break_team,
    Rule.INSTITUTION: lacking("requires", "court"),
    Rule.LANGUAGE: lacking("languages", "ro"),
    Rule.SEX: break_sex,
    Rule.EARLIEST: other_day("earliest", 1),
    Rule.DEADLINE: other_day("deadline", -1),
    Rule.PINNED_DAY: other_day("day", 1),
    Rule.WINDOW: break_window,
    Rule.SERVICE: break_service,
    Rule.HOURS: break_hours,
    Rule.WORK: break_work,
    Rule.PAUSE: break_pause,
    Rule.KITS: break_kits,
    Rule.KIT_TYPES: break_kit_types,
    Rule.ROAD: break_road,
    Rule.NO_WAY: break_no_way,
    Rule.PAIR: break_pair,
    Rule.SECOND_CREW: break_second_crew,
    Rule.SPACING: break_spacing,
    Rule.LOCK: break_lock,
    Rule.BEGUN: break_begun,
}


@pytest.mark.parametrize("rule", Rule)
@settings(max_examples=20)
@given(seed=SEEDS)
def test_any_breach_is_named(draw_world, rule, seed):
    """Any small sound plan, with one rule broken in any way: the checker names that rule."""
    rng = random.Random(seed)
    world = AT_RANDOM[rule](draw_world(rng), rng)
    assert rule in world.broken_rules()
