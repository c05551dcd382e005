from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.model import Mode
from planning.travel.profiles import ROAD_KINDS, blocks, limit_kmh, passage


def drive(country: str = "bg", **tags: str):
    return passage(tags, mode=Mode.DRIVE, country=country)


def walk(**tags: str):
    return passage(tags, mode=Mode.WALK, country="bg")


def test_wider_roads_are_faster():
    """A Bulgarian motorway beats a trunk road, and so on down to the living street."""
    names = ["motorway", "trunk", "primary", "secondary", "tertiary", "residential"]
    speeds = [drive(highway=name).forward_kmh for name in [*names, "living_street"]]
    assert speeds == sorted(speeds, reverse=True)
    assert len(set(speeds)) == len(speeds)


def test_kinds_run_from_motorway_to_path():
    """Maps draw by kind, so the table knows every road from the widest to the footpath."""
    assert ROAD_KINDS[0] == "motorway"
    assert {"residential", "track", "footway", "steps", "path", "ferry"} <= set(ROAD_KINDS)
    assert len(ROAD_KINDS) < 256


@pytest.mark.parametrize(
    ("text", "country", "kmh"),
    [
        ("50", "bg", 50),
        ("50 km/h", "bg", 50),
        ("30 mph", "bg", 48.28032),
        ("50;30", "bg", 30),
        ("BG:urban", "bg", 50),
        ("AZ:urban", "bg", 60),
        ("urban", "kz", 60),
        ("BG:rural", "", 90),
        ("BG:motorway", "bg", 140),
        ("none", "bg", 140),
        ("BG:living_street", "bg", 20),
        ("DE:zone:30", "bg", 30),
        ("DE:zone30", "bg", 30),
        ("FR:urban", "bg", 50),
        ("walk", "bg", 5),
        ("signals", "bg", None),
        ("0", "bg", None),
        ("999", "bg", None),
        ("", "bg", None),
        ("fast", "bg", None),
    ],
)
def test_speed_limits_as_mappers_write_them(text, country, kmh):
    """Numbers, miles, lists and zones of a country are limits; anything else is nothing."""
    found = limit_kmh(text, country=country)
    assert found == (None if kmh is None else pytest.approx(kmh))


def test_a_sign_beats_the_class_on_a_through_road_and_only_slows_a_side_street():
    """A main road signed 60 is slower than its class; a side street signed 50 is still narrow."""
    assert drive(highway="primary", maxspeed="60").forward_kmh == pytest.approx(48)
    assert drive(highway="residential", maxspeed="50") == drive(highway="residential")
    assert drive(highway="residential", maxspeed="20").forward_kmh == pytest.approx(20)


def test_a_limit_for_one_direction():
    """The slower side of the road is slower only on that side."""
    hill = drive(highway="primary", maxspeed="80", **{"maxspeed:backward": "50"})
    assert (hill.forward_kmh, hill.backward_kmh) == (pytest.approx(64), pytest.approx(40))


def test_bad_surface_slows():
    """Mud is slower than gravel, gravel slower than asphalt."""
    speeds = [
        drive(highway="tertiary", surface=s).forward_kmh for s in ("asphalt", "gravel", "mud")
    ]
    assert speeds[0] > speeds[1] > speeds[2] > 0


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        ({}, True, True),
        ({"oneway": "yes"}, True, False),
        ({"oneway": "-1"}, False, True),
        ({"oneway": "no", "junction": "roundabout"}, True, True),
        ({"junction": "roundabout"}, True, False),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway_link"}, True, False),
        ({"highway": "motorway", "oneway": "no"}, True, True),
    ],
)
def test_one_way(tags, along, against):
    """One-way streets, drawn either way round, roundabouts and motorways without a sign."""
    found = drive(**{"highway": "residential", **tags})
    assert (found.forward_kmh > 0, found.backward_kmh > 0) == (along, against)


def test_walkers_mind_no_one_way_signs():
    """On foot a one-way street is walked both ways."""
    street = walk(highway="residential", oneway="yes")
    assert street.forward_kmh == street.backward_kmh > 0


@pytest.mark.parametrize(
    ("tags", "car", "foot"),
    [
        ({"highway": "residential"}, True, True),
        ({"highway": "footway"}, False, True),
        ({"highway": "steps"}, False, True),
        ({"highway": "motorway"}, True, False),
        ({"highway": "trunk", "motorroad": "yes"}, True, False),
        ({"highway": "service", "access": "private"}, False, False),
        ({"highway": "service", "access": "destination"}, True, True),
        ({"highway": "service", "access": "no", "foot": "yes"}, False, True),
        ({"highway": "track", "motor_vehicle": "agricultural;forestry"}, False, True),
        ({"highway": "track", "motor_vehicle": "agricultural;destination"}, True, True),
        ({"highway": "residential", "vehicle": "no", "motorcar": "yes"}, True, True),
        ({"highway": "residential", "foot": "no"}, True, False),
        ({"highway": "construction"}, False, False),
        ({"highway": "pedestrian", "area": "yes"}, False, True),
        ({"highway": "residential", "oneway": "reversible"}, False, True),
        ({"route": "ferry"}, True, True),
        ({"route": "ferry", "foot": "yes"}, False, True),
        ({"route": "ferry", "foot": "yes", "motor_vehicle": "yes"}, True, True),
        ({"route": "bicycle"}, False, False),
        ({"highway": "ferry"}, False, False),
        ({}, False, False),
    ],
)
def test_who_may_use_it(tags, car, foot):
    """The most specific access tag decides; a footway is for feet, a ferry takes whom it names."""
    assert (drive(**tags) is not None, walk(**tags) is not None) == (car, foot)


def test_ferries_are_slow():
    """Crossing by boat takes longer than any road of the same length."""
    assert drive(route="ferry").forward_kmh < drive(highway="living_street").forward_kmh


@pytest.mark.parametrize(
    ("tags", "car", "foot"),
    [
        ({"barrier": "bollard"}, True, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False, False),
        ({"barrier": "gate"}, False, False),
        ({"barrier": "gate", "access": "private"}, True, True),
        ({"barrier": "lift_gate", "access": "no", "foot": "yes"}, True, False),
        ({"highway": "crossing"}, False, False),
    ],
)
def test_barriers(tags, car, foot):
    """A bollard stops cars, a closed gate everybody, a gate nobody."""
    assert (blocks(tags, mode=Mode.DRIVE), blocks(tags, mode=Mode.WALK)) == (car, foot)


@given(
    st.dictionaries(
        st.sampled_from(
            ["highway", "maxspeed", "oneway", "access", "surface", "junction", "route"]
        ),
        st.one_of(st.text(), st.sampled_from([*ROAD_KINDS, "yes", "-1", "BG:urban", "٣٠"])),
    ),
    st.sampled_from(list(Mode)),
    st.text(max_size=3),
)
def test_no_tags_break_it(tags, mode, country):
    """Mappers write anything: the answer is a sane speed or none at all."""
    found = passage(tags, mode=mode, country=country)
    if found is not None:
        assert 0 <= found.forward_kmh <= 160
        assert 0 <= found.backward_kmh <= 160
        assert found.forward_kmh + found.backward_kmh > 0
