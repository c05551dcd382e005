"""A real Nominatim beside our own geocoder, over the same map of a whole small country."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.bench import cluster
from data.bench import nominatim as peer
from data.bench.nominatim import Nominatim as Peer
from data.bench.nominatim import default_cache
from data.geocoders import Nominatim
from data.opening import locator_of
from data.regions.pack import Region
from planning.addresses.gazetteer import Settlement, Street
from planning.addresses.geocoder import Geocoder
from planning.addresses.index import metres
from planning.errors import InputError
from planning.model import Address, Level

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def url(nominatim: Peer):
    with nominatim.serving() as found:
        yield found


@pytest.fixture(scope="module")
def other(url: str, region: Region) -> Nominatim:
    return Nominatim(url, region.gazetteer, region.areas)


def doors(region: Region) -> list[tuple[Street, Settlement, str, float, float]]:
    """Every tenth house number of the map."""
    streets = {each.street_id: each for each in region.gazetteer.streets}
    settlements = {each.code: each for each in region.gazetteer.settlements}
    return [
        (street, settlements[street.settlement_code], each.number, each.lon, each.lat)
        for each in region.gazetteer.numbers[::10]
        for street in [streets[each.street_id]]
    ]


def test_doors_of_the_map_are_found(other, region):
    """A clerk types addresses as the map has them; what stands without review is right."""
    near = accepted = wrong = 0
    asked = doors(region)
    for street, settlement, number, lon, lat in asked:
        place = other.locate(Address(f"{street.name} {number}, {settlement.name}"))
        away = None if place.lon is None else metres(place.lon, place.lat, lon, lat)
        near += away is not None and away < 50
        accepted += not place.needs_review
        wrong += not place.needs_review and away > 500
        assert place.level is Level.NONE or place.municipality_code
    assert len(asked) > 50
    print(near, accepted, wrong, len(asked))
    assert near > 0.6 * len(asked)
    assert accepted > 0.5 * len(asked)
    assert wrong <= 0.02 * accepted


def test_a_street_that_is_not_there_is_not_claimed(other):
    """Nominatim finds something or nothing; neither passes for the street."""
    for text in ("Xylophonweg 3, Vaduz", "Xylophonweg 3", "Baker Street 221b, London"):
        assert other.locate(Address(text)).needs_review


@pytest.mark.parametrize(
    "text",
    ["\0", "'; drop table placex; --", "🐛" * 50, "[amenity=bar]", "47.1, 9.5", "%s%n", "‮abc"],
)
def test_any_text_has_one_answer(other, nominatim, text):
    """Typed by accident or with intent: one place or none, and both lines stay open."""
    assert other.locate(Address(text)).needs_review
    assert len(nominatim.search([text])) == 1
    assert nominatim.search(["Vaduz"]) != [None]


def test_the_library_answers_in_order(nominatim):
    """The benchmark feeds its list and gets as many points back, and the time they took."""
    before = nominatim.seconds
    vaduz, nothing, schaan = nominatim.search(["Vaduz", "Xylophonweg 3", "Schaan"])
    assert nothing is None
    assert metres(*vaduz, 9.5209, 47.1410) < 3_000
    assert metres(*schaan, 9.5087, 47.1650) < 3_000
    assert nominatim.seconds > before


def test_it_stands_behind_our_own(url, region):
    """What ours found is left alone; where ours is in doubt, Nominatim's door is a candidate."""
    own = Geocoder(region.gazetteer, region.areas, region.confidence)
    second = locator_of(region, geocoder=url)
    street, settlement, number, _, _ = doors(region)[5]
    sure = Address(f"{street.name} {number}, {settlement.name}")
    assert second.locate(sure) == own.locate(sure)
    doubted = Address(f"{street.name} {number}")
    before, after = own.locate(doubted), second.locate(doubted)
    assert before.needs_review
    assert after.needs_review
    assert after.candidates[: len(before.candidates)] == before.candidates
    assert len(after.notes) > len(before.notes)
    assert second.fault is None


def test_the_command_line_asks_it(url, region, nominatim, tmp_path):
    """`geocode --geocoder URL`: every row is there, and the doubtful one tells of both."""
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text('id,address\n1,"Xylophonweg 3, Vaduz"\n2,Vaduz\n', "utf-8")
    words = ["geocode", "--region", region.folder, source, target, "--geocoder", url, "--json"]
    ended = subprocess.run(
        [sys.executable, ROOT / "outreach.py", *words],
        capture_output=True, text=True, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["rows"] == 2
    with target.open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["id"] for row in rows] == ["1", "2"]
    assert "Nominatim" in rows[0]["explanation"]


def test_nothing_is_left_running(nominatim, osm_file):
    """A second one beside the first ends, and takes its server and its folder with it."""
    with Peer.ready(osm_file, default_cache()) as second:
        scratch = second._scratch
        pid = int((scratch / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        assert second.search(["Vaduz"]) == nominatim.search(["Vaduz"])
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not scratch.exists()


def test_what_is_missing_is_told(monkeypatch, osm_file, tmp_path):
    """A colleague without PostGIS learns in one line which packages to install."""
    monkeypatch.setattr(cluster, "POSTGRESQL", tmp_path / "nowhere")
    monkeypatch.setattr(peer.shutil, "which", lambda _: None)
    wanted = r"PostGIS \(postgresql-postgis\).*osm2pgsql"
    with pytest.raises(InputError, match=wanted) as told, Peer.ready(osm_file, tmp_path):
        pass
    assert len(told.value.faults) == 1


def test_a_foreign_file_is_told(nominatim, tmp_path):
    """Somebody names a photograph as the map."""
    photo = tmp_path / "photo.osm.pbf"
    photo.write_bytes(b"\xff\xd8\xff" * 100)
    with pytest.raises(InputError, match=r"photo\.osm\.pbf"), Peer.ready(photo, default_cache()):
        pass
