"""Regions from a place's name, through osmnx's own code, against a stand-in on loopback."""

from __future__ import annotations

import json
import socket
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import osmnx
import pytest
import shapely

from data.regions.overpass import region_from_place
from data.regions.pack import Region, open_region
from planning.errors import InputError, RegionFault
from planning.model import Mode
from tests.data.overpass_standin import Country, Standin, serve


@pytest.fixture(scope="module")
def country(geodata: Path) -> Country:
    return Country.read(geodata / "osm" / "liechtenstein.osm.pbf")


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses osmnx would have made."""
    taken: list[float] = []
    monkeypatch.setattr("osmnx._overpass.time.sleep", taken.append)
    return taken


def ask(standin: Standin, tmp_path: Path, place: str = "Schellenberg", out: str = "pack"):
    return region_from_place(
        place,
        name="Schellenberg",
        out=tmp_path / out,
        cache=tmp_path / "cache",
        overpass_url=f"{standin.url}/api",
        nominatim_url=standin.url,
    )


def test_a_place_becomes_a_region_and_is_not_asked_for_twice(country, tmp_path, naps):
    """A planner without a map file names the village, and on the next day names it again."""
    settings = {key: getattr(osmnx.settings, key) for key in ("overpass_url", "all_oneway")}
    resolver = socket.getaddrinfo
    with serve(country) as standin:
        info = ask(standin, tmp_path)
        first = len(standin.questions())
        again = ask(standin, tmp_path, out="again")
        assert len(standin.questions()) == first == 5
    region = open_region(tmp_path / "pack")
    assert info == region.info
    assert again.counts == info.counts
    assert info.countries[0] == "li"
    assert "Schellenberg" in {each.name for each in region.gazetteer.municipalities}
    assert "Schellenberg" in {each.name for each in region.gazetteer.settlements}
    assert info.counts["streets"] > 10
    assert info.counts["house_numbers"] >= 5
    assert len(region.graph(Mode.DRIVE).tail) > 20
    assert {key: getattr(osmnx.settings, key) for key in settings} == settings
    assert socket.getaddrinfo is resolver


def test_rules_barriers_and_rows_of_houses_come_along(country, tmp_path, naps):
    """The village forbids a turn, closes a street, numbers a row of houses and names its blocks."""
    corner, (leave, enter), closed = crossing_of(country)
    at = country.objects["node", corner]
    added = [
        {"type": "relation", "id": 9001, "tags": {"type": "restriction",
         "restriction": "no_left_turn"}, "members": [
            {"type": "way", "ref": leave, "role": "from"},
            {"type": "node", "ref": corner, "role": "via"},
            {"type": "way", "ref": enter, "role": "to"}]},
        {**country.objects["node", closed], "tags": {"barrier": "bollard"}},
        *houses(at, 9100, ("1", "", "9")),
        {"type": "way", "id": 9200, "nodes": [9100, 9101, 9102],
         "tags": {"addr:interpolation": "odd", "addr:street": "Dorf"}},
        *houses(at, 9300, ("", "", "")),
        {"type": "way", "id": 9301, "nodes": [9300, 9301, 9302, 9300],
         "tags": {"building": "apartments", "name": "77", "addr:street": "Dorf"}},
        *houses(at, 9400, ("", "", "")),
        {"type": "way", "id": 9401, "nodes": [9400, 9401, 9402, 9400],
         "tags": {"landuse": "residential", "name": "Im Winkel"}},
    ]  # fmt: skip
    changed = Country(country.objects | {(each["type"], each["id"]): each for each in added})
    before = read_with(country, tmp_path, "before")
    after = read_with(changed, tmp_path, "after")
    rules = [len(each.graph(Mode.DRIVE).forbidden_turns) for each in (before, after)]
    assert rules[1] > rules[0]
    assert [ends_at(each, country.objects["node", closed]) for each in (before, after)] == [0, 1]
    numbers = Counter(each.number for each in after.gazetteer.numbers)
    numbers.subtract(each.number for each in before.gazetteer.numbers)
    assert {number for number, more in numbers.items() if more > 0} == {
        *("1", "3", "5", "7", "9", "77")
    }
    assert "Im Winkel" in {each.name for each in after.gazetteer.streets}


def read_with(country: Country, tmp_path: Path, name: str) -> Region:
    """The region of Schellenberg as `country` has it."""
    with serve(country) as standin:
        ask(standin, tmp_path / name)
    return open_region(tmp_path / name / "pack")


def ends_at(region: Region, node: dict[str, Any]) -> bool:
    """Whether some road begins or ends there."""
    away = np.abs(region.graph(Mode.DRIVE).nodes - (node["lon"], node["lat"])).max(axis=1)
    return bool((away < 1e-7).any())


def houses(at: dict[str, Any], first: int, numbers: Sequence[str]) -> list[dict[str, Any]]:
    """Nodes 20 m apart, not quite in a row, beginning beside `at`; numbered where not empty."""
    return [
        {"type": "node", "id": first + step, "lat": at["lat"] + 2e-4 + step % 2 * 1e-4,
         "lon": at["lon"] + step * 3e-4,
         **({"tags": {"addr:housenumber": number, "addr:street": "Dorf"}} if number else {})}
        for step, number in enumerate(numbers)
    ]  # fmt: skip


def crossing_of(country: Country) -> tuple[int, tuple[int, int], int]:
    """A node of Schellenberg where two streets end, these two, and a node within the first."""
    village = shapely.from_geojson(json.dumps(country.outline("Schellenberg")["geojson"]))
    inner = village.buffer(-0.002)
    ends = defaultdict(list)
    for each in country.tagged["way"]:
        if each["tags"].get("highway") in ("residential", "unclassified", "tertiary"):
            for node in {each["nodes"][0], each["nodes"][-1]}:
                at = country.objects["node", node]
                if len(each["nodes"]) > 4 and shapely.intersects_xy(inner, at["lon"], at["lat"]):
                    ends[node].append(each)
    node, ways = next((node, ways) for node, ways in ends.items() if len(ways) == 3)
    return node, (ways[0]["id"], ways[1]["id"]), ways[2]["nodes"][2]


def test_only_the_name_of_the_place_goes_out(country, tmp_path, naps):
    """The privacy officer reads every request that left the machine."""
    with serve(country) as standin:
        ask(standin, tmp_path)
        searches = [each for each in standin.asked if each.startswith("/search")]
        assert len(searches) == 1
        assert "q=Schellenberg" in searches[0]
        assert all(each.startswith(("/search", "/api/")) for each in standin.asked)


@pytest.mark.parametrize("status", [429, 504])
def test_a_busy_server_is_asked_again(country, tmp_path, naps, status):
    """The public server says "too many requests" once; osmnx waits and asks again."""
    with serve(country) as standin:
        standin.refusals = [status]
        info = ask(standin, tmp_path)
    assert info.counts["streets"] > 10
    assert 55 in naps


def test_a_server_that_stays_busy_is_given_up(country, tmp_path, naps):
    """It is Monday morning and the public server refuses everybody."""
    with serve(country) as standin:
        standin.refusals = [429] * 50
        with pytest.raises(InputError, match="too busy") as caught:
            ask(standin, tmp_path)
    assert len(caught.value.faults) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_a_server_that_fails_is_told_in_one_line(country, tmp_path, naps):
    """The server has an accident of its own."""
    with serve(country) as standin:
        standin.refusals = [500]
        with pytest.raises(InputError, match="cannot be reached") as caught:
            ask(standin, tmp_path)
    assert len(caught.value.faults) == 1


def test_no_network_is_told_in_one_line(tmp_path, naps):
    """The office's cable is out: nothing listens there."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    standin = Standin(Country({}), url=f"http://127.0.0.1:{port}")
    with pytest.raises(InputError, match="check the network") as caught:
        ask(standin, tmp_path)
    assert len(caught.value.faults) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["Atlantis", "  "])
def test_an_unknown_place_is_told_in_one_line(country, tmp_path, naps, place):
    """Somebody types a place that is not on the map, or nothing."""
    with serve(country) as standin, pytest.raises(InputError) as caught:
        ask(standin, tmp_path, place=place)
    assert len(caught.value.faults) == 1
    assert not (tmp_path / "pack").exists()


def test_a_foreign_folder_is_refused_before_anything_is_asked(country, tmp_path, naps):
    """--out names the folder with last year's photographs."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "photo.jpg").write_bytes(b"...")
    with serve(country) as standin, pytest.raises(RegionFault, match="something else"):
        ask(standin, tmp_path)
    assert not standin.asked
