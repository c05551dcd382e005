from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.model import Mode
from planning.travel.profiles import (
    DRIVEN_HIGHWAYS,
    ROAD_KINDS,
    TAGS_THAT_MATTER,
    WALKED_HIGHWAYS,
    TurnRule,
    blocks,
    passage,
    turn_rule,
)
from planning.travel.speeds import limit_kmh


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
        ("KZ:rural", "bg", 100),
        ("RU:urban", "kz", 50),
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
        ("9999999", "bg", None),
        ("-50", "bg", None),
        ("50.5", "bg", 50.5),
        ("٥٠", "bg", None),
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


def inside(country: str = "bg", **tags: str) -> float:
    return passage(tags, mode=Mode.DRIVE, country=country, built_up=True).forward_kmh


def test_main_roads_slow_down_where_houses_stand():
    """The law's 90 becomes 50 in a Bulgarian town, 60 in Baku; a side street stays itself."""
    for name in ("trunk", "primary", "secondary", "tertiary", "unclassified"):
        assert inside(highway=name) < drive(highway=name).forward_kmh
        assert inside("az", highway=name) > inside("bg", highway=name)
    assert inside(highway="primary") == pytest.approx(50 * 0.7)
    assert inside(highway="residential") == drive(highway="residential").forward_kmh
    assert inside(highway="motorway") < drive(highway="motorway").forward_kmh


def test_a_sign_that_names_its_zone_knows_better_than_the_houses():
    """A village that is too small to notice has its signs; so has the road behind a suburb."""
    signed = drive(highway="primary", **{"source:maxspeed": "BG:urban"}).forward_kmh
    assert signed == inside(highway="primary")
    assert inside(highway="primary", maxspeed="BG:rural") == drive(highway="primary").forward_kmh


def test_roads_for_cars_only_have_their_own_limit():
    """An express road of Bulgaria allows 120 where another first-class road allows 90."""
    plain, express = drive(highway="trunk"), drive(highway="trunk", motorroad="yes")
    assert express.forward_kmh / plain.forward_kmh == pytest.approx(120 / 90, rel=0.01)


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


def test_where_two_cars_cannot_pass_one_waits():
    """A lane, or less than four metres; on a one-way street nobody comes the other way."""
    usual = drive(highway="unclassified").forward_kmh
    assert drive(highway="unclassified", lanes="1").forward_kmh < usual
    assert drive(highway="unclassified", width="3.5 m").forward_kmh < usual
    assert drive(highway="unclassified", width="7", lanes="1").forward_kmh == usual
    assert drive(highway="unclassified", lanes="1", oneway="yes").forward_kmh == usual
    assert drive(highway="unclassified", width="wide", lanes="one").forward_kmh == usual


def test_the_worst_of_what_is_said_counts():
    """Grade 5 mud is not slower than either alone would make it; a ford is driven at a crawl."""
    worst = drive(highway="track", tracktype="grade2", surface="mud").forward_kmh
    assert worst == drive(highway="track", surface="mud").forward_kmh
    assert drive(highway="tertiary", ford="yes").forward_kmh == 8
    assert drive(highway="service", service="driveway") != drive(highway="service")


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
        ({"oneway": "yes", "oneway:motorcar": "no"}, True, True),
        ({"oneway": "alternating"}, True, True),
        ({"motor_vehicle:backward": "no"}, True, False),
        ({"oneway:foot": "yes"}, True, True),
        ({"oneway": "maybe"}, True, True),
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


def test_walkers_mind_their_own_signs_and_escalators():
    """A sign for walkers, and stairs that move."""
    for tags in ({"highway": "path", "oneway:foot": "yes"},
                 {"highway": "steps", "conveying": "forward"}):  # fmt: skip
        found = walk(**tags)
        assert (found.forward_kmh > 0, found.backward_kmh > 0) == (True, False)


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
        ({"highway": "service", "access": "customers"}, True, True),
        ({"highway": "service", "access": "permissive"}, True, True),
        ({"highway": "residential", "foot": "use_sidepath"}, True, False),
        ({"highway": "service", "service": "emergency_access"}, False, True),
        ({"highway": "track", "smoothness": "impassable"}, False, True),
        ({"highway": "track", "ice_road": "yes"}, False, False),
        ({"highway": "track", "seasonal": "winter"}, False, False),
        ({"highway": "track", "seasonal": "summer"}, True, True),
        ({"highway": "path", "sac_scale": "alpine_hiking"}, False, False),
        ({"highway": "residential", "access:conditional": "no @ (22:00-06:00)"}, True, True),
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
    ("duration", "seconds"),
    [
        ("00:20", 1200),
        ("20", 1200),
        ("1:30:00", 5400),
        ("PT20M", 1200),
        ("PT1H", 3600),
        ("PT", 0),
        ("", 0),
        ("P1000Y", 0),
        ("99:00", 0),
        ("9999999999", 0),
        ("twenty", 0),
    ],
)
def test_a_ferrys_timetable(duration, seconds):
    """As mappers write it; what no ferry takes is not believed."""
    assert drive(route="ferry", duration=duration).seconds == seconds


def test_who_takes_a_ferry_waits_for_it():
    """Every half hour: a quarter of an hour on average, if the crossing itself is known."""
    assert drive(route="ferry", duration="00:20", interval="00:30").seconds == 35 * 60
    assert drive(route="ferry", interval="00:30").seconds == 0


def test_stairs_by_the_step():
    """Counted steps tell the time better than the line on the map; nonsense does not count."""
    assert walk(highway="steps", step_count="100").seconds == pytest.approx(70)
    assert walk(highway="steps", step_count="many").seconds == 0
    assert walk(highway="path", step_count="100").seconds == 0


@pytest.mark.parametrize(
    ("tags", "rule"),
    [
        ({"restriction": "no_left_turn"}, TurnRule.NO),
        ({"restriction": "no_entry"}, TurnRule.NO),
        ({"restriction": "no_u_turn"}, TurnRule.NO),
        ({"restriction": "only_straight_on"}, TurnRule.ONLY),
        ({"restriction:motorcar": "no_right_turn"}, TurnRule.NO),
        ({"restriction:hgv": "no_right_turn"}, None),
        ({"restriction:bicycle": "no_right_turn"}, None),
        ({"restriction": "no_left_turn", "except": "psv;bicycle"}, TurnRule.NO),
        ({"restriction": "no_left_turn", "except": "psv; motorcar"}, None),
        ({"restriction": "no_left_turn", "hour_on": "07:00"}, None),
        ({"restriction:conditional": "no_left_turn @ (07:00-09:00)"}, None),
        ({"restriction:conditional": "no_left_turn @ (24/7)"}, TurnRule.NO),
        ({"restriction": "give_way"}, None),
        ({"restriction": ""}, None),
        ({}, None),
    ],
)
def test_turn_rules(tags, rule):
    """Rules for cars, at all times; not those for lorries, for rush hours, or for nobody."""
    assert turn_rule({"type": "restriction", **tags}) is rule


@pytest.mark.parametrize(
    ("tags", "car", "foot"),
    [
        ({"barrier": "bollard"}, True, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False, False),
        ({"barrier": "gate"}, False, False),
        ({"barrier": "gate", "access": "private"}, True, True),
        ({"barrier": "lift_gate", "access": "no", "foot": "yes"}, True, False),
        ({"barrier": "gate", "locked": "yes"}, True, True),
        ({"barrier": "gate", "access": "customers", "locked": "yes"}, False, False),
        ({"barrier": "cattle_grid"}, False, False),
        ({"highway": "crossing"}, False, False),
    ],
)
def test_barriers(tags, car, foot):
    """A bollard stops cars, a closed gate everybody, a gate nobody."""
    assert (blocks(tags, mode=Mode.DRIVE), blocks(tags, mode=Mode.WALK)) == (car, foot)


HOSTILE = ["yes", "no", "-1", "BG:urban", "٣٠", "9999999", "P1000Y", "1e309", "nan", "{{7*7}}"]


@given(
    st.dictionaries(
        st.sampled_from(sorted(TAGS_THAT_MATTER)),
        st.one_of(st.text(), st.sampled_from([*ROAD_KINDS, *HOSTILE])),
    ),
    st.sampled_from([Mode.DRIVE, Mode.WALK]),
    st.text(max_size=3),
    st.booleans(),
)
def test_no_tags_break_it(tags, mode, country, built_up):
    """Mappers write anything: the answer is a sane speed or none at all."""
    found = passage(tags, mode=mode, country=country, built_up=built_up)
    if found is not None:
        assert 0 <= found.forward_kmh <= 160
        assert 0 <= found.backward_kmh <= 160
        assert found.forward_kmh + found.backward_kmh > 0
        assert 0 <= found.seconds <= 48 * 3600


@given(
    st.dictionaries(
        st.sampled_from(["restriction", "except", "restriction:conditional"]), st.text()
    )
)
def test_no_rule_breaks_it(tags):
    """Nor do the tags of relations."""
    assert turn_rule(tags) in {*TurnRule, None}


class Looked(dict[str, str]):
    """Tags that note which of them were looked at."""

    def __init__(self, tags: dict[str, str]) -> None:
        super().__init__(tags)
        self.keys_seen: set[str] = set()

    def get(self, key, default=None):
        self.keys_seen.add(key)
        return super().get(key, default)

    def __getitem__(self, key):
        self.keys_seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        self.keys_seen.add(key)
        return super().__contains__(key)


@given(
    st.dictionaries(
        st.sampled_from(sorted(TAGS_THAT_MATTER)), st.sampled_from([*ROAD_KINDS, *HOSTILE])
    ),
    st.sampled_from([Mode.DRIVE, Mode.WALK]),
)
def test_the_list_of_tags_that_matter_is_whole(tags, mode):
    """Ways that share these tags share their passage, so no other tag may be looked at."""
    looked = Looked(tags)
    passage(looked, mode=mode, country="bg")
    assert looked.keys_seen <= TAGS_THAT_MATTER


@pytest.mark.parametrize(
    ("mode", "highways"), [(Mode.DRIVE, DRIVEN_HIGHWAYS), (Mode.WALK, WALKED_HIGHWAYS)]
)
def test_what_is_looked_for_is_what_is_open(mode, highways):
    """The values of `highway` that a file is searched for are those with any passage."""
    opened = {
        name
        for name in [*ROAD_KINDS, "road", "corridor", "platform", "construction"]
        if passage({"highway": name}, mode=mode, country="bg")
    }
    assert opened == set(highways)
