"""Small maps for tests: drawn by hand, or cut out of real ones as extracts are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm import mutable

Tags = Mapping[str, str]


def draw(
    file: Path,
    *,
    nodes: Iterable[tuple[int, float, float, Tags]] = (),
    ways: Iterable[tuple[int, Sequence[int], Tags]] = (),
    relations: Iterable[tuple[int, Sequence[tuple[str, int, str]], Tags]] = (),
    version: int = 1,
) -> Path:
    """Writes (id, lon, lat, tags), (id, nodes, tags), (id, members, tags) in the order given."""
    with osmium.SimpleWriter(str(file), overwrite=True) as writer:
        for id_, lon, lat, tags in nodes:
            writer.add_node(
                mutable.Node(id=id_, version=version, location=(lon, lat), tags=dict(tags))
            )
        for id_, refs, tags in ways:
            writer.add_way(mutable.Way(id=id_, version=version, nodes=refs, tags=dict(tags)))
        for id_, members, tags in relations:
            writer.add_relation(
                mutable.Relation(id=id_, version=version, members=members, tags=dict(tags))
            )
    return file


def cut(source: Path, box: tuple[float, float, float, float], out: Path) -> Path:
    """An extract: nodes inside `box`, the ways with any of them, all relations. Ends are loose."""
    west, south, east, north = box
    inside: set[int] = set()
    with osmium.SimpleWriter(str(out), overwrite=True, header=_header(box)) as writer:
        for each in osmium.FileProcessor(str(source)):
            if isinstance(each, osmium.osm.Node):
                if west <= each.location.lon <= east and south <= each.location.lat <= north:
                    inside.add(each.id)
                    writer.add_node(each)
            elif isinstance(each, osmium.osm.Way):
                if any(node.ref in inside for node in each.nodes):
                    writer.add_way(each)
            else:
                writer.add(each)
    return out


def _header(box: tuple[float, float, float, float]) -> osmium.io.Header:
    west, south, east, north = box
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(west, south, east, north))
    return header


def brook(file: Path, *, skip: frozenset[str] = frozenset()) -> Path:
    """The province of Brook, 0.2° wide, in Bulgaria's way of tagging.

    Two municipalities side by side, Left (25.0 to 25.1 °E) and Right (25.1 to 25.2 °E), both 42.0
    to 42.1 °N. Left holds the town Millford (25.03, 42.05; 900 people) and the hamlet Nook (25.08,
    42.05); Right the village Fairview (25.15, 42.05), whose land is drawn as an area of its own.
    A road, "Главна", runs from Millford through Nook to Fairview; "ул. Липа" is in Millford only;
    the quarter "Изток" lies there, too. Numbers: 1 and 3 in ул. Липа in Millford, "бл. 12" in
    Изток, 5 in Nook by addr:place, and 7 in "Зора", a street that only the address knows, in
    Fairview.
    """
    at = {
        1: (25.0, 42.0), 2: (25.1, 42.0), 3: (25.2, 42.0),
        4: (25.0, 42.1), 5: (25.1, 42.1), 6: (25.2, 42.1),
        10: (25.02, 42.05), 11: (25.03, 42.05), 12: (25.04, 42.05), 13: (25.08, 42.05),
        14: (25.15, 42.05), 15: (25.16, 42.05), 16: (25.03, 42.06),
        50: (25.12, 42.02), 51: (25.18, 42.02), 52: (25.18, 42.08), 53: (25.12, 42.08),
    }  # fmt: skip
    plain = [(id_, lon, lat, {}) for id_, (lon, lat) in at.items()]
    places = [
        (60, 25.03, 42.05, {"place": "town", "name": "Millford", "population": "900",
                            "name:bg": "Милфорд", "name:xx": "no language of ours"}),
        (61, 25.08, 42.05, {"place": "hamlet", "name": "Nook"}),
        (62, 25.15, 42.05, {"place": "village", "name": "Fairview", "ekatte": "00014",
                            "postal_code": "1234"}),
        (63, 25.035, 42.055, {"place": "quarter", "name": "Изток"}),
        (64, 25.0302, 42.0551, {"addr:housenumber": "1", "addr:street": "Липа"}),
        (65, 25.0302, 42.0561, {"addr:housenumber": "3", "addr:street": "ул. Липа",
                                "addr:postcode": "7000"}),
        (66, 25.0351, 42.0551, {"addr:housenumber": "бл. 12", "addr:street": "Изток"}),
        (67, 25.0801, 42.0502, {"addr:housenumber": "5", "addr:place": "Nook"}),
        (68, 25.1501, 42.0510, {"addr:housenumber": "7", "addr:street": "Зора"}),
        (69, 25.1502, 42.0511, {"addr:housenumber": "7", "addr:street": "Зора", "shop": "yes"}),
        (70, 25.0310, 42.0500, {"amenity": "school", "name": "СУ „Хр. Ботев“"}),
        (71, 25.0310, 42.0501, {"addr:housenumber": "9"}),
    ]  # fmt: skip
    ways = [
        (100, [2, 1, 4, 5], {}), (101, [2, 5], {}), (102, [5, 6, 3, 2], {}),
        (103, [50, 51, 52, 53, 50], {}),
        (110, [10, 11, 12, 13, 14, 15], {"highway": "tertiary", "name": "Главна",
                                         "old_name": "Ленин;Сталин"}),
        (111, [11, 16], {"highway": "residential", "name": "ул. Липа", "name:en": "Lipa St"}),
        (112, [12, 16], {"highway": "service"}),
        (113, [14, 15], {"highway": "proposed", "name": "Бъдеща"}),
    ]  # fmt: skip
    area = {"type": "boundary", "boundary": "administrative"}
    relations = [
        (200, [("w", 100, "outer"), ("w", 101, "outer")],
         {**area, "admin_level": "7", "name": "Left", "ref:nuts4": "LFT01"}),
        (201, [("w", 101, "outer"), ("w", 102, "outer")],
         {**area, "admin_level": "7", "name": "Right", "alt_name": "Дясна"}),
        (202, [("w", 100, "outer"), ("w", 102, "outer")],
         {**area, "admin_level": "6", "name": "Brook"}),
        (203, [("w", 103, "outer")],
         {**area, "admin_level": "8", "name": "Fairview", "ref:ekatte": "00014"}),
    ]  # fmt: skip
    return draw(
        file,
        nodes=[*plain, *(each for each in places if not skip & each[3].keys())],
        ways=ways,
        relations=[each for each in relations if not skip & each[2].keys()],
    )
