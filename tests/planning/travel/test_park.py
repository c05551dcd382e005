"""Leaving the car at the edge of a block estate and walking on from door to door."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from data.regions.roads import read_roads
from planning.intake.words import MODES, fold
from planning.model import Mode, Plan, Route, Stop, Team, Visit
from planning.pipeline import with_legs
from planning.travel.dijkstra import DijkstraSearch
from planning.travel.legs import legs
from planning.travel.matrix import matrix
from planning.travel.overlay import Overlay
from planning.travel.park import EXTRA_S, KERB_M, PARKING_S
from planning.travel.profiles import ROAD_KINDS
from planning.travel.router import Router
from planning.travel.snap import Met
from planning.travel.sphere import great_circle_metres

DAY = date(2026, 8, 20)
DOORS = {
    "office": (100, 0),
    "street": (380, 0),
    "west": (400, 100),
    "yard": (440, 100),
    "east": (600, 100),
}


@pytest.fixture
def lindenhof(town_of):
    """One street for cars, and a courtyard that only foot paths lead to:

               P---------Q
               |  court- |          A (0, 0)      B (1000, 0)
               |  yard   |          K (400, 0)    L (600, 0)
        A------K---------L------B   P (400, 100)  Q (600, 100)

    By car 10 m/s on the street, on foot 1 m/s everywhere.
    """
    nodes = {"A": (0, 0), "K": (400, 0), "L": (600, 0), "B": (1000, 0)}
    court = {"P": (400, 100), "Q": (600, 100)}
    street = town_of(nodes, [("A", "B", 100, 100, [(400, 0), (600, 0)])])
    pairs = (("A", "K", 400), ("K", "L", 200), ("L", "B", 400),
             ("K", "P", 100), ("P", "Q", 200), ("Q", "L", 100))  # fmt: skip
    paths = town_of(nodes | court, [(a, b, time, time, []) for a, b, time in pairs], "footway")
    return Router.of(street, turns=False).park_and_walk(Router.of(replace(paths, mode=Mode.WALK)))


@pytest.fixture
def points(at):
    """The office, a door in the street, and three in the courtyard."""
    return {name: at(*where) for name, where in DOORS.items()}


def asked(router, points):
    """Seconds and metres by pair of names, and how each door met its way."""
    travel = matrix(router, points, offices=[points["office"]])
    pairs = list(product(range(len(points)), repeat=2))
    names = list(product(points, repeat=2))
    seconds = dict(zip(names, (float(travel.seconds[pair]) for pair in pairs), strict=True))
    metres = dict(zip(names, (float(travel.metres[pair]) for pair in pairs), strict=True))
    return seconds, metres, dict(zip(points, travel.met.tolist(), strict=True))


def test_a_courtyard_closed_to_cars(lindenhof, points):
    """The west and the yard door share the kerb at K with the street; the east one has its own, L.

    West to yard is 40 m on foot. Office to west: 300 m by car, parking, 100 m on foot. West to
    east: out to K, 200 m by car, parking, in from L.
    """
    seconds, metres, met = asked(lindenhof, points)
    near = {"abs": 0.01}
    assert seconds["west", "yard"] == pytest.approx(40, **near)
    assert seconds["street", "yard"] == pytest.approx(20 + 140, **near)
    assert seconds["office", "west"] == pytest.approx(30 + PARKING_S + 100, **near)
    assert seconds["yard", "office"] == pytest.approx(140 + 30 + PARKING_S, **near)
    assert seconds["west", "east"] == pytest.approx(100 + 20 + PARKING_S + 100, **near)
    assert metres["west", "east"] == pytest.approx(400, abs=0.3)
    assert metres["west", "yard"] == pytest.approx(40, abs=0.3)
    assert set(met.values()) == {Met.ROAD}


def test_who_moves_the_car_for_every_door_walks_through_walls(lindenhof, points, at):
    """Plain driving counts the 100 m to the courtyard as the crow flies, at 1.3 m/s."""
    drive = replace(lindenhof, afoot=None)
    seconds = matrix(drive, points).seconds
    names = list(points)
    west, east = names.index("west"), names.index("east")
    assert (drive.mode, lindenhof.mode) == (Mode.DRIVE, Mode.PARK)
    assert seconds[west, east] == pytest.approx(2 * 100 / 1.3 + 20, abs=0.1)


def test_a_leg_is_a_walk_a_drive_and_a_walk(lindenhof, points, at):
    """West to east: up to K and from L on foot; west to yard is on foot altogether."""
    among = list(points.values())
    pairs = [("west", "east"), ("west", "yard"), ("office", "street"), ("office", "west")]
    moved, stayed, driven, there = legs(
        lindenhof,
        [(points[one], points[other]) for one, other in pairs],
        among=among,
        offices=[points["office"]],
    )
    corners = [(400, 100), (400, 0), (600, 0), (600, 100)]
    assert np.array(moved.line) == pytest.approx(np.array([at(*c) for c in corners]), abs=2e-7)
    assert (moved.seconds, moved.walked) == (100 + 20 + PARKING_S + 100, (1, 1))
    assert (stayed.seconds, stayed.walked, len(stayed.line)) == (40, (1, 0), 2)
    # The street's spot is K, too: 20 m back on foot.
    corners = [(100, 0), (400, 0), (380, 0)]
    assert np.array(driven.line) == pytest.approx(np.array([at(*c) for c in corners]), abs=2e-7)
    assert (driven.seconds, driven.walked) == (30 + PARKING_S + 20, (0, 1))
    assert there.walked == (0, 1)


def test_a_lone_house_has_its_own_spot(lindenhof, at):
    """A house 13 m off the street, 300 m from all others: ten seconds on foot, as ever."""
    leg, home = legs(lindenhof, [(at(100, 0), at(800, 13)), (at(800, 13), at(100, 0))])
    assert (leg.seconds, leg.walked) == (70 + PARKING_S + 10, (0, 0))
    assert home.seconds == 10 + 70 + PARKING_S


def test_an_office_keeps_its_own_spot(lindenhof, at):
    """The car waits at the office and not 50 m down the street; the neighbour may be walked to."""
    points = {"office": at(100, 0), "neighbour": at(150, 0), "far": at(150, 20)}
    offices = [points["office"]]
    doors = lindenhof.doors(np.array(list(points.values())), offices=np.array(offices))
    assert doors.snapped.lonlat[0] == pytest.approx(points["office"], abs=1e-7)
    assert doors.parked.out[0] == 0
    assert matrix(lindenhof, points, offices=offices).seconds[0, 1] == pytest.approx(50, abs=0.01)


def test_a_closed_path_and_a_closed_street(lindenhof, points, at):
    """With the path at K dug up the courtyard is entered from L; with the street closed as well it
    is cut off from the office, and that is NaN."""
    trench = Overlay(closed=(LineString([at(390, 50), at(410, 50)]),))
    seconds, _, _ = asked(lindenhof.with_overlay(trench), points)
    assert seconds["office", "west"] == pytest.approx(50 + PARKING_S + 300, abs=0.01)
    assert seconds["west", "east"] == pytest.approx(200, abs=0.01)
    street = Overlay(closed=(LineString([at(500, -10), at(500, 10)]),))
    seconds, _, _ = asked(lindenhof.with_overlay(street), points)
    assert math.isnan(seconds["office", "west"])


def test_no_path_leads_there(lindenhof, at):
    """A farm 200 m from the street and from every path: as the crow flies, and that is said."""
    points = {"office": at(100, 0), "farm": at(800, 200), "moon": at(99_000, 0)}
    seconds, _, met = asked(lindenhof, points)
    assert seconds["office", "farm"] == pytest.approx(70 + PARKING_S + 200 / 1.3, abs=0.1)
    assert math.isnan(seconds["office", "moon"])
    assert met == {"office": Met.ROAD, "farm": Met.NO_PATH, "moon": Met.TOO_FAR}


def test_a_garden_path_is_no_way_round_the_block(lindenhof, at):
    """A house 45 m off its street whose garden ends at a path 55 m behind: the street is taken."""
    seconds, _, met = asked(lindenhof, {"office": at(100, 0), "house": at(500, 45)})
    assert seconds["office", "house"] == pytest.approx(40 + PARKING_S + 45 / 1.3, abs=0.1)
    assert met["house"] == Met.NO_PATH


def test_nobody_parks_on_a_trunk_road_for_a_walk(lindenhof, points):
    """With the street a trunk road there is no kerb: the courtyard is as the crow flies."""
    ground = lindenhof.ground
    trunk = replace(ground, kind=np.full_like(ground.kind, ROAD_KINDS.index("trunk")))
    router = Router.of(trunk, turns=False).park_and_walk(lindenhof.afoot)
    _, _, met = asked(router, points)
    assert met["yard"] == Met.NO_PATH


@pytest.mark.parametrize(
    "said",
    ["park and walk", "Кола и пеша", "на машине и пешком", "Maşın və piyada", "көлікпен және жаяу"],
)
def test_a_list_of_teams_says_so_in_five_languages(said):
    """English, Bulgarian, Russian, Azerbaijani and Kazakh."""
    assert MODES[fold(said)] == Mode.PARK


def test_no_doors(lindenhof):
    """Nothing asked, nothing found; a door without coordinates is nowhere."""
    assert matrix(lindenhof, {}).seconds.shape == (0, 0)
    assert legs(lindenhof, []) == []
    travel = matrix(lindenhof, {"lost": (math.nan, math.nan), "off": (720.0, 95.0)})
    assert travel.met.tolist() == [Met.NOWHERE, Met.NOWHERE]
    assert np.isnan(travel.seconds).tolist() == [[False, True], [True, False]]


def test_a_route_is_drawn_with_the_spots_it_was_planned_with(lindenhof, points, at):
    """Only the office, the yard and the east are on the route, but the street's door and the west
    have their say about who parks where: its legs are those of the whole matrix."""
    visits = tuple(
        Visit(name, (name,), *where, "RVS01") for name, where in points.items() if name != "office"
    )
    team = Team("1", "Екип 1", "RVS01", *points["office"], mode=Mode.PARK)
    stops = tuple(Stop(name, 0, 0, 0) for name in ("yard", "east"))
    route = Route("1@2026-08-20", "1", DAY, stops, 0, 0)
    plan = Plan(DAY, 1, visits, (), (route,), ())
    (drawn,) = with_legs(plan, [team], {Mode.PARK: lindenhof}.__getitem__).routes
    seconds, _, _ = asked(lindenhof, points)
    way = ["office", "yard", "east", "office"]
    assert [leg.seconds for leg in drawn.legs] == [
        math.ceil(seconds[pair] - 1e-4) for pair in pairwise(way)
    ]
    assert [leg.walked for leg in drawn.legs] == [(0, 2), (2, 1), (1, 0)]


spots = st.tuples(st.sampled_from([0.0, 5.0, 40.0, 80.0, 150.0, 240.0, 300.0]),
                  st.sampled_from([-50.0, 0.0, 3.0, 40.0, 100.0, 140.0]))  # fmt: skip


@st.composite
def blocks(draw):
    """(corners, streets, paths): a few crossings, some joined by streets, all by streets or paths.

    Streets take cars at 10 m/s and walkers at 1 m/s.
    """
    size = draw(st.integers(3, 6))
    places = st.tuples(st.integers(0, 4), st.integers(0, 4))
    corners = draw(st.lists(places, min_size=size, max_size=size, unique=True))
    streets = {(0, 1)} | draw(st.sets(st.sampled_from(list(combinations(range(size), 2)))))
    reached = {0}
    while reached != (reached := reached | {end for pair in streets if set(pair) & reached
                                            for end in pair}):  # fmt: skip
        pass
    streets = {pair for pair in streets if set(pair) <= reached}
    paths = {(draw(st.integers(0, i - 1)), i) for i in range(1, size)} - streets
    return [(x * 90.0, y * 70.0) for x, y in corners], sorted(streets), sorted(paths)


def made(town_of, block):
    """The block's streets and paths, prepared."""
    corners, streets, paths = block
    nodes = {str(number): corner for number, corner in enumerate(corners)}

    def road(a, b, speed):
        time = math.dist(corners[a], corners[b]) / speed
        return (str(a), str(b), time, time, [])

    used = {name: nodes[name] for name in nodes if any(int(name) in pair for pair in streets)}
    cars = town_of(used, [road(a, b, 10) for a, b in streets])
    feet = replace(town_of(nodes, [road(*pair, 1) for pair in (*streets, *paths)]), mode=Mode.WALK)
    return Router.of(cars, turns=False).park_and_walk(Router.of(feet))


@given(blocks(), st.lists(spots, min_size=2, max_size=7), st.integers(0, 7))
def test_park_and_walk_is_what_it_says(town_of, at, block, spots, offices):
    """On any small map every time is the one that its parts, asked for one by one, add up to.

    Doors of one estate are as on foot; all others are a walk to the spot, a drive and a walk.
    """
    router = made(town_of, block)
    points = {str(number): at(*spot) for number, spot in enumerate(spots)}
    stops = list(points.values())
    doors = router.doors(np.array(stops), offices=np.array(stops[:offices]).reshape(-1, 2))
    seconds = matrix(router, points, offices=stops[:offices]).seconds
    cars = [(lon, lat) for lon, lat in doors.snapped.lonlat.tolist()]
    everywhere = {str(number): place for number, place in enumerate([*stops, *cars])}
    size = len(stops)
    afoot = matrix(router.afoot, everywhere).seconds
    driven = matrix(replace(router, afoot=None), everywhere).seconds[size:, size:]
    walk = np.array(
        [
            afoot[i, size + i] if doors.parked.by_path[i]
            else great_circle_metres(np.array(stops[i]), np.array(cars[i])) / 1.3
            for i in range(size)
        ]
    )  # fmt: skip
    for i, j in permutations(range(size), 2):
        if stops[i] == stops[j]:
            assert seconds[i, j] == 0
        elif doors.same_estate(np.array([i]), np.array([j]))[0]:
            assert seconds[i, j] == pytest.approx(afoot[i, j], abs=0.01)
        else:
            parts = walk[i] + driven[i, j] + PARKING_S + walk[j]
            assert seconds[i, j] == pytest.approx(parts, abs=0.02, nan_ok=True)
    assert np.allclose(seconds, seconds.T, atol=0.02, equal_nan=True)


@given(blocks(), st.lists(spots, min_size=1, max_size=6))
def test_the_spot_is_the_best_or_little_worse(town_of, at, block, spots):
    """Found by trying all: who has no road near walks to the nearest kerb, or a minute farther."""
    router = made(town_of, block)
    corners, streets, _ = block
    kerbs = [at(*corners[one]) for one in sorted({end for pair in streets for end in pair})]
    stops = [at(*spot) for spot in spots]
    doors = router.doors(np.array(stops))
    crow = replace(router, afoot=None).doors(np.array(stops)).snapped.metres
    feet = router.afoot.doors(np.array(stops)).snapped.metres
    everywhere = {str(number): place for number, place in enumerate([*stops, *kerbs])}
    afoot = matrix(router.afoot, everywhere).seconds
    for i in range(len(stops)):
        out = float(doors.parked.out[i] >> 30) / 1000
        if crow[i] <= KERB_M or feet[i] * 2 > crow[i]:
            assert out <= crow[i] / 1.3 + EXTRA_S + 0.01
        else:
            best = float(afoot[i, len(stops) :].min())
            assert best - 0.01 <= out <= best + EXTRA_S + 0.01


@given(blocks(), st.lists(spots, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_doors_does_not_matter(town_of, at, block, spots, random):
    """Asked in another order, or one of them twice, the doors have the same times."""
    router = made(town_of, block)
    points = {str(number): at(*spot) for number, spot in enumerate(spots)}
    shuffled = list(points.items())
    random.shuffle(shuffled)
    again = dict(shuffled) | {"again": points["0"]}
    one, other = matrix(router, points), matrix(router, again)
    at_of = [list(again).index(name) for name in points]
    assert np.array_equal(one.seconds, other.seconds[np.ix_(at_of, at_of)], equal_nan=True)


@given(blocks(), st.lists(spots, min_size=2, max_size=6), st.booleans(), st.booleans())
def test_legs_agree_with_the_matrix_on_foot_and_by_car(town_of, at, block, spots, plain, closed):
    """Each leg has the matrix's time and length, and a line as long as it says, part by part."""
    router = made(town_of, block)
    if closed:
        router = router.with_overlay(Overlay(closed=(Point(*at(90, 35)).buffer(3e-4),)))
    points = {str(number): at(*spot) for number, spot in enumerate(spots)}
    if plain:
        feet = router.afoot
        router = replace(
            router,
            search=DijkstraSearch(router.network),
            afoot=replace(feet, search=DijkstraSearch(feet.network)),
        )
    stops = list(points.values())
    travel = matrix(router, points, offices=stops[:1])
    pairs = list(permutations(range(len(stops)), 2))
    found = legs(router, [(stops[i], stops[j]) for i, j in pairs], among=stops, offices=stops[:1])
    for (i, j), leg in zip(pairs, found, strict=True):
        seconds = float(travel.seconds[i, j])
        assert leg.straight == math.isnan(seconds)
        if leg.straight:
            continue
        assert leg.seconds == math.ceil(seconds - 1e-4)
        assert leg.metres == pytest.approx(float(travel.metres[i, j]), rel=1e-6, abs=1e-6)
        line = np.array(leg.line)
        drawn = float(great_circle_metres(line[:-1], line[1:]).sum())
        assert drawn == pytest.approx(leg.metres, abs=1.0)
        assert 0 <= sum(leg.walked) < len(line)


def test_a_machine_without_numba_parks_at_the_same_spots(lindenhof, points, monkeypatch):
    """Plain Dijkstra gives the same matrix to the millisecond."""
    fast = matrix(lindenhof, points)
    monkeypatch.setattr("planning.travel.router.installed", lambda: False)
    monkeypatch.setattr("planning.travel.snap.installed", lambda: False)
    cars = Router.of(lindenhof.ground, turns=False)
    slow = matrix(cars.park_and_walk(Router.of(lindenhof.afoot.ground)), points)
    assert np.array_equal(fast.seconds, slow.seconds)
    assert np.array_equal(fast.metres, slow.metres)


def test_the_parts_of_a_real_leg_meet(geodata):
    """In Helsinki walks and drives are one line, as long as the matrix says to a metre."""
    file = geodata / "osm" / "helsinki.osm.pbf"
    drive, walk = (read_roads(file, mode=mode, country="fi") for mode in (Mode.DRIVE, Mode.WALK))
    router = Router.of(drive).park_and_walk(Router.of(walk))
    chosen = np.random.default_rng(0).choice(walk.shape, 40) + 1e-4
    stops = [(lon, lat) for lon, lat in chosen.tolist()]
    travel = matrix(router, {str(number): stop for number, stop in enumerate(stops)})
    found = legs(router, list(pairwise(stops)), among=stops)
    assert any(min(leg.walked) > 0 for leg in found)
    for i, leg in enumerate(found):
        line = np.array(leg.line)
        drawn = float(great_circle_metres(line[:-1], line[1:]).sum())
        assert drawn == pytest.approx(leg.metres, abs=1.0)
        assert leg.metres == pytest.approx(float(travel.metres[i, i + 1]), abs=0.01)
        assert leg.seconds == math.ceil(float(travel.seconds[i, i + 1]) - 1e-4)
