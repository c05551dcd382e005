"""Addresses of real maps, found again by their text. Needs the map files beside the project."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import osmium
import pytest

from data.regions.build import build_region
from data.regions.pack import Region, open_region
from planning.addresses.geocoder import Geocoder
from planning.addresses.index import Index, metres
from planning.model import Address, Level, LonLat

DOORS = (Level.HOUSE, Level.INTERPOLATED, Level.STREET)


def addresses(file: Path) -> Iterator[tuple[dict[str, str], LonLat]]:
    """Tags and point of every addressed node or building of a map."""
    for thing in osmium.FileProcessor(str(file)).with_locations():
        tags = dict(thing.tags)
        if "addr:housenumber" not in tags or "addr:street" not in tags:
            continue
        if isinstance(thing, osmium.osm.Node):
            yield tags, (thing.lon, thing.lat)
        elif isinstance(thing, osmium.osm.Way):
            corners = [(n.location.lon, n.location.lat) for n in thing.nodes if n.location.valid()]
            if corners:
                lons, lats = zip(*corners, strict=True)
                yield tags, (sum(lons) / len(lons), sum(lats) / len(lats))


def region_of(file: Path, country: str, folder: Path) -> Region:
    """The region pack of `file`."""
    build_region([file], name=file.name, out=folder / "region", countries=(country,))
    return open_region(folder / "region")


@pytest.mark.parametrize(
    ("name", "country", "pattern"),
    [
        ("liechtenstein.osm.pbf", "li", "{street} {number}, {city}"),
        ("liechtenstein.osm.pbf", "li", "{street}, {number}, {city}"),
        ("helsinki.osm.pbf", "fi", "{city}, {street} {number}"),
        ("moscow.osm.gz", "ru", "{city}, {street}, {number}"),
    ],
)
def test_finds_the_addresses_of_other_countries(
    geodata: Path, tmp_path: Path, name: str, country: str, pattern: str
) -> None:
    """The general grammar is enough for whoever brings a map from elsewhere."""
    file = geodata / "osm" / name
    region = region_of(file, country, tmp_path)
    geocoder = Geocoder(region.gazetteer, region.areas)
    near = asked = 0
    for tags, (lon, lat) in addresses(file):
        if "addr:city" not in tags:
            continue
        text = pattern.format(
            street=tags["addr:street"], number=tags["addr:housenumber"], city=tags["addr:city"]
        )
        place = geocoder.locate(Address(text))
        asked += 1
        near += place.lon is not None and metres(lon, lat, place.lon, place.lat or 0) <= 150
    assert asked > 100
    assert near / asked >= 0.93


@pytest.fixture(scope="module")
def bulgaria(geodata: Path, tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The modelled provinces of Ruse, Pernik and Sofia: real names, invented streets."""
    file = geodata / "modelled" / "five-regions.osm.pbf"
    return region_of(file, "bg", tmp_path_factory.mktemp("bulgaria"))


def test_finds_plainly_written_bulgarian_addresses(bulgaria: Region) -> None:
    """Nearly every address that is spelled as on the map is found at its door."""
    index, geocoder = Index(bulgaria.gazetteer), Geocoder(bulgaria.gazetteer, bulgaria.areas)
    streets = {street.street_id: street for street in index.gazetteer.streets}
    ours = [
        number
        for number in index.gazetteer.numbers
        if streets[number.street_id].settlement_code.isdecimal()
    ]
    near = wrong = 0
    sample = random.Random(7).sample(ours, 1_000)
    for number in sample:
        street = streets[number.street_id]
        settlement = index.settlements[street.settlement_code]
        municipality = index.municipalities[settlement.municipality_code]
        block = "" if number.number[:1] == "б" or street.name[:2] != "ж." else "бл. "
        text = f"{settlement.name}, {street.name} {block}{number.number}"
        place = geocoder.locate(Address(text, municipality=municipality.name))
        assert place.lon is not None
        assert place.lat is not None
        away = metres(number.lon, number.lat, place.lon, place.lat)
        near += away <= 50
        wrong += away > 500 and place.level in DOORS and not place.needs_review
    assert near / len(sample) >= 0.97
    assert wrong / len(sample) <= 0.01


def test_claims_no_street_of_another_settlement(bulgaria: Region) -> None:
    """A street that exists only elsewhere in the province is not found nearby."""
    index, geocoder = Index(bulgaria.gazetteer), Geocoder(bulgaria.gazetteer, bulgaria.areas)
    draw = random.Random(11)
    villages = [s for s in index.gazetteer.settlements if s.code in index.books]
    claimed = asked = 0
    for street in draw.sample(index.gazetteer.streets, 800):
        village = draw.choice(villages)
        key = index.name(street.name).key
        if key in index.books[village.code].by_key:
            continue
        municipality = index.municipalities[village.municipality_code].name
        text = f"{village.name}, {street.name} {draw.randint(1, 60)}"
        place = geocoder.locate(Address(text, municipality=municipality))
        asked += 1
        claimed += place.level in DOORS and not place.needs_review
    assert asked > 400
    assert claimed / asked <= 0.02
