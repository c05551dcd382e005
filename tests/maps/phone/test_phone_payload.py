"""What goes to a phone, and what never does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from maps.lines import read_lines
from maps.phone.payload import Terms, payload
from planning.campaign.ladder import Answer, Channel, Contact
from planning.desk import PhoneDay, TeamDay
from planning.model import Outcome, PhoneLink, Result

SOFIA = timezone(timedelta(hours=3))


@pytest.fixture
def found(town) -> PhoneDay:
    """Riverside's day; yesterday team 2 was not safe at the doors 1 and 5."""
    route, visits = town.route, town.plan.visits
    day = TeamDay(
        team=town.team,
        route=route,
        plan=town.plan,
        visits=visits,
        phones={visit.visit_id: ("+359 888 001",) for visit in visits},
        outcomes={},
    )
    before = {
        visit_id: Outcome(visit_id, "t2", route.day - timedelta(days=1), Result.UNSAFE,
                          "2026-08-19T10:00:00+00:00", note="тайна бележка")
        for visit_id in ("v1", "v5")
    }  # fmt: skip
    said = Outcome("v2", "RSE-01", route.day, Result.MET, "2026-08-20T07:00:00+00:00",
                   note="тайна бележка", key="anna.1", kits_handed=1)  # fmt: skip
    return PhoneDay(
        day=day,
        version=3,
        name="day-name",
        names={visit.visit_id: f"name-{visit.visit_id}" for visit in visits},
        doors={visit.visit_id: f"door-{visit.visit_id}" for visit in visits},
        said={"v2": (said,)},
        before=before,
        unsafe=frozenset(before),
        called={
            visit_id: Contact(
                "C-1",
                Channel.PHONE,
                Answer.AGREED,
                "2026-08-18T10:00:00+03:00",
                note="тайна бележка",
            )
            for visit_id in ("v1", "v5")
        },
    )


def shown(town, found: PhoneDay) -> dict[str, Any]:
    link = PhoneLink("id", "c", "RSE-01", town.route.day, "2026-08-21T01:00:00+00:00", "", "")
    terms = Terms(link, datetime(2026, 8, 20, 12, tzinfo=SOFIA))
    text = json.dumps(
        payload(found, terms, basemap=town.basemap, info=town.info), ensure_ascii=False
    )
    return json.loads(text)


def test_a_phone_gets_its_stops_in_order(town, found) -> None:
    """Six stops with door, time, who must be there, kits and hours."""
    day = shown(town, found)
    assert [stop["number"] for stop in day["stops"]] == [1, 2, 3, 4, 5, 6]
    first = day["stops"][0]
    assert (first["address"], first["unit"]) == ("ул. Шипка 1", ["А", "3", "11"])
    assert (first["requires"], first["windows"]) == (["social"], [[32400, 43200, list(range(7))]])
    assert (first["door"], first["id"]) == ("door-v1", "name-v1")
    assert (day["kits"], day["left"]) == (6, 16 * 3600)
    assert (first["hazard"], first["unsafe"]) == ("зло куче 1", True)
    assert first["before"] == ["unsafe", "2026-08-19"]
    assert first["called"] == ["agreed", "2026-08-18"]
    assert day["stops"][1]["said"] == [
        {"phone": "anna", "result": "met", "at": "2026-08-20T07:00:00+00:00", "kits": 1}
    ]


def test_of_a_sensitive_visit_the_minimum(town, found) -> None:
    """The door, its hazard, the time and who must be there; nothing of the family."""
    stop = shown(town, found)["stops"][4]
    assert (stop["sensitive"], stop["address"]) == (True, "ул. Шипка 5")
    assert stop["hazard"] == "зло куче 5"
    assert (stop["children"], stop["urgent"], stop["windows"], stop["cases"]) == (
        None,
        False,
        [],
        [],
    )
    assert not {"phones", "before", "called", "unsafe"} & stop.keys()


def test_no_name_no_national_id_and_no_note_goes_to_a_phone(town, found) -> None:
    """Not even the team's own notes come back."""
    text = json.dumps(shown(town, found), ensure_ascii=False)
    for case in town.cases:
        assert case.child not in text
        assert case.national_id not in text
        assert case.note not in text
    assert "тайна" not in text


def test_the_map_is_the_route_and_the_roads_around_it(town, found) -> None:
    """Every leg ends at its stop, to a metre; the whole stays small."""
    drawn = shown(town, found)["map"]
    assert len(drawn["legs"]) == 7
    for leg, visit in zip(drawn["legs"], town.plan.visits, strict=False):
        (line,) = read_lines(leg)
        assert line[-1] == pytest.approx((visit.lon, visit.lat), abs=1e-5)
    assert drawn["straight"] == [3]
    assert sum(map(len, drawn["roads"].values())) > 100
    assert len(json.dumps(drawn)) < 40_000


def test_a_leg_without_a_line_is_left_out(town, found) -> None:
    """An estimate that nobody drew must not break the map."""
    legs = (replace(town.route.legs[0], line=()), *town.route.legs[1:])
    day = replace(found.day, route=replace(town.route, legs=legs))
    assert shown(town, replace(found, day=day))["map"]["legs"][0] == ""


def test_hostile_text_goes_as_it_is(hostile_town, found) -> None:
    """The page sets text, never markup: what is escaped here would be read as written."""
    day = replace(
        found.day, team=hostile_town.team, plan=hostile_town.plan, visits=hostile_town.plan.visits,
        route=replace(hostile_town.route, day=found.day.route.day),
    )  # fmt: skip
    stop = shown(hostile_town, replace(found, day=day))["stops"][0]
    assert "{{7*191}}" in stop["address"]
    assert "{{7*191}}" in stop["hazard"]
