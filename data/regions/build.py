"""From map files to a region pack: `build_region` reads as the list of its steps.

map → features → countries and extent → municipalities → settlements → streets and numbers → pack.
Each step takes what the last one gave; only the first and the last touch files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import shapely

from data.regions.addressbook import write_addressbook
from data.regions.book import Book, assemble
from data.regions.boundaries import read_boundaries
from data.regions.features import MapFeatures, read_features
from data.regions.frames import metre_crs, places_frame, write_frame
from data.regions.gazetteer import district_names, municipality_names, read_register
from data.regions.ground import Ground, survey
from data.regions.network import save_router
from data.regions.osmfile import ODBL, OsmFile, Report, check, merge
from data.regions.pack import (
    ADDRESSES,
    AREAS,
    FORMAT,
    PLACES,
    ROUTER,
    new_pack,
    refuse_foreign,
    write_info,
)
from data.regions.roads import read_roads, save_graph
from planning.addresses.gazetteer import StreetKind
from planning.areas import DISTRICT, Area
from planning.errors import Fault, RegionFault
from planning.model import Mode, RegionInfo
from planning.text import one_line
from planning.travel.router import Router

_OSM_CREDIT = "© OpenStreetMap contributors, ODbL 1.0 (openstreetmap.org/copyright)"
_INVENTED_CREDIT = "Sample region, invented"
_OWNER_KNOWS = "as its owner states"


def build_region(
    files: Sequence[Path],
    *,
    name: str,
    out: Path,
    countries: Sequence[str] = (),
    boundaries: Path | None = None,
    gazetteer: Path | Sequence[Path] | None = None,
    invented: bool = False,
    report: Report | None = None,
) -> RegionInfo:
    """Builds a region pack in the folder `out`, which appears only when all went well.

    Args:
        files: OSM files (pbf, osm, osm.gz, osm.bz2); overlaps are taken once.
        name: what people call the region.
        out: a new folder, or an older region pack to replace.
        countries: ISO 3166 alpha-2 codes, the main one first; found in the map when not given.
        boundaries: official areas, which override those of the map level by level.
        gazetteer: registers of settlements, which override the map's codes and names.
        invented: a sample, which says so everywhere.
        report: told the share done and what is going on.

    Raises:
        RegionFault: a file is missing, broken or foreign, or `out` holds something else.
        InputError: there is no road or nothing else to work with.
    """
    tell = report or (lambda _share, _words: None)
    refuse_foreign(out)
    registers = [gazetteer] if isinstance(gazetteer, Path) else list(gazetteer or ())
    name = one_line(name)[:120] or "region"
    tell(0.0, "checking the files")
    osm = _checked(files)
    register = read_register(registers)
    with new_pack(out) as folder:
        whole, spare = _as_one(osm, folder)
        tell(0.15, "reading streets, addresses and boundaries")
        features = read_features(whole)
        ground = survey(features, osm, countries=countries)
        spellings = [
            *district_names(registers),
            *(each.names.name for each in features.boundaries),
            *(each.names.name for each in features.places),
            *(each.name for each in register),
        ]
        given = _given(boundaries, ground, municipality_names(register), spellings)
        tell(0.3, "joining addresses to settlements and municipalities")
        book = assemble(features, ground, name=name, given=given, register=register)
        _write_book(folder, book)
        tell(0.5, "reading roads")
        counts = _counts(book) | _write_roads(
            folder, whole, ground, features, _part(tell, 0.5, 0.5)
        )
        if spare is not None:
            spare.unlink()
        info = RegionInfo(
            name=name,
            countries=ground.countries,
            crs_metres=metre_crs(ground.box),
            invented=invented,
            attribution=_INVENTED_CREDIT if invented else _OSM_CREDIT,
            bounds=ground.box,
            counts=counts,
            sources=_sources(osm, boundaries, registers, invented=invented),
            format=FORMAT,
        )
        write_info(folder, info, features.left_out)
    tell(1.0, "the region is ready")
    return info


def _given(
    boundaries: Path | None, ground: Ground, names: Mapping[str, str], spellings: Sequence[str]
) -> tuple[Area, ...]:
    if boundaries is None:
        return ()
    areas = read_boundaries(
        boundaries, countries=ground.countries, names=names, spellings=spellings
    )
    land = shapely.box(*ground.box)
    here = tuple(area for area in areas if shapely.intersects(area.geometry, land))
    if not here:
        message = "none of its areas lies on the map; bring boundaries of the same region"
        raise RegionFault(Fault(message, file=boundaries.name))
    return here


def _write_book(folder: Path, book: Book) -> None:
    write_addressbook(book.gazetteer, folder / ADDRESSES)
    write_frame(book.areas, folder / AREAS)
    write_frame(places_frame(book.gazetteer.landmarks), folder / PLACES)


def _write_roads(
    folder: Path, file: OsmFile, ground: Ground, features: MapFeatures, tell: Report
) -> dict[str, int]:
    """Writes the graph and the router of each mode; how many road pieces each has."""
    counts = {}
    for start, mode in ((0.0, Mode.DRIVE), (0.5, Mode.WALK)):
        graph = read_roads(
            file.path, mode=mode, country=ground.countries[0], report=_part(tell, start, 0.3)
        )
        save_graph(graph, folder / mode.value)
        tell(start + 0.3, f"preparing roads for travel times: {mode.value}")
        save_router(Router.of(graph), folder / mode.value / ROUTER)
        counts[f"{mode.value}_segments"] = len(graph.tail)
        if graph.left_out.islands:
            features.left_out[f"islands of roads ({mode.value})"] = graph.left_out.islands
    return counts


def _counts(book: Book) -> dict[str, int]:
    found = book.gazetteer
    return {
        "municipalities": len(found.municipalities),
        "districts": int((book.areas["level"] == DISTRICT).sum()),
        "settlements": len(found.settlements),
        "streets": sum(street.kind is StreetKind.STREET for street in found.streets),
        "quarters": sum(street.kind is StreetKind.QUARTER for street in found.streets),
        "house_numbers": len(found.numbers),
        "landmarks": len(found.landmarks),
    }


# --- files --------------------------------------------------------------------------------------


def _checked(files: Sequence[Path]) -> list[OsmFile]:
    """Every file, read to its end; the faults of all of them in one go."""
    if not files:
        raise RegionFault("no map is given; name an OSM file with --osm")
    found: list[OsmFile] = []
    faults: list[Fault] = []
    for file in files:
        try:
            found.append(check(file))
        except RegionFault as error:
            faults.extend(error.faults)
    if faults:
        raise RegionFault(faults)
    return found


def _as_one(files: Sequence[OsmFile], folder: Path) -> tuple[OsmFile, Path | None]:
    """One sorted file whose name says its kind, and the path of it where it had to be made."""
    (first, *others) = files
    plain = first.path.name.lower().endswith(
        "." + ("osm.pbf" if first.format == "pbf" else first.format)
    )
    if not others and first.sorted_ids and plain:
        return first, None
    made = folder / f"{first.path.name.split('.')[0] or 'map'}.osm.pbf"
    return merge(files, made), made


def _sources(
    osm: Sequence[OsmFile], boundaries: Path | None, registers: Sequence[Path], *, invented: bool
) -> tuple[dict[str, str], ...]:
    maps = [
        {
            "name": file.path.name,
            "sha256": file.sha256,
            "licence": _INVENTED_CREDIT if invented else ODBL,
        }
        for file in osm
    ]
    others = [
        {
            "name": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "licence": _OWNER_KNOWS,
        }
        for path in (*([boundaries] if boundaries else []), *registers)
    ]
    return tuple(maps + others)


def _part(tell: Report, start: float, share: float) -> Report:
    """A stretch of the whole, told as shares of the whole."""
    return lambda done, words: tell(start + share * done, words)
