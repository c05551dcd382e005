"""Regions from a place's name, through osmnx's own code, against a stand-in on loopback."""

from __future__ import annotations

import socket
from pathlib import Path

import osmnx
import pytest

from data.regions.overpass import region_from_place
from data.regions.pack import open_region
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
        assert len(standin.questions()) == first == 3
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
