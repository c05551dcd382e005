"""Region packs: a folder built once from a map, opened in no time.

    region.json        RegionInfo, what was left out, size of every file
    drive/ walk/       road graphs, plain npy arrays, memory-mapped
      router/          the same prepared for travel times, memory-mapped, too
    addresses.sqlite   the gazetteer
    areas.parquet      municipalities, districts, settlement areas (GeoParquet)
    places.parquet     schools, kindergartens and institutions (GeoParquet)

Opening reads region.json alone and compares sizes; each part is read when it is asked for.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from data.regions.addressbook import read_addressbook
from planning import wire
from planning.addresses.gazetteer import Gazetteer
from planning.errors import Fault, InputError, RegionFault
from planning.model import Mode, RegionInfo

if TYPE_CHECKING:
    import geopandas as gpd

    from planning.addresses.confidence import Confidence
    from planning.travel.graph import RoadGraph
    from planning.travel.router import Router

FORMAT = 3
"""Raised whenever an older reader would misread a pack."""

INFO, ADDRESSES, AREAS, PLACES, ROUTER = (
    "region.json",
    "addresses.sqlite",
    "areas.parquet",
    "places.parquet",
    "router",
)
_MARK = "outreach_region"


@dataclass(frozen=True)
class Region:
    """An opened region pack."""

    folder: Path
    info: RegionInfo
    left_out: Mapping[str, int] = field(default_factory=dict)
    """What of the map did not go in, and how often."""

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Everything it knows by name."""
        return read_addressbook(self.folder / ADDRESSES)

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """Its municipalities, districts and settlement areas: frame as in `planning.areas`."""
        from planning.areas import AREA_COLUMNS

        return _read_frame(self.folder / AREAS, AREA_COLUMNS)

    @cached_property
    def confidence(self) -> Confidence:
        """How sure an address found in it is: its own calibration, else the program's."""
        from data.confidence import read_confidence

        return read_confidence(self.folder)

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Schools and institutions: [name, kind, settlement_code, geometry Point EPSG:4326]."""
        return _read_frame(self.folder / PLACES, PLACE_COLUMNS)

    def graph(self, mode: Mode) -> RoadGraph:
        """Its roads for `mode`, read once; who parks and walks has those for driving."""
        from data.regions.roads import open_graph

        mode = Mode.DRIVE if mode is Mode.PARK else mode
        if mode not in self._graphs:
            self._graphs[mode] = open_graph(self.folder / mode.value)
        return self._graphs[mode]

    def router(self, mode: Mode) -> Router:
        """Its roads for `mode`, prepared for travel times when the pack was built."""
        from data.regions.network import open_router

        if mode not in self._routers:
            self._routers[mode] = (
                self.router(Mode.DRIVE).park_and_walk(self.router(Mode.WALK))
                if mode is Mode.PARK
                else open_router(self.graph(mode), self.folder / mode.value / ROUTER)
            )
        return self._routers[mode]

    @cached_property
    def _graphs(self) -> dict[Mode, RoadGraph]:
        return {}

    @cached_property
    def _routers(self) -> dict[Mode, Router]:
        return {}


PLACE_COLUMNS = ("name", "kind", "settlement_code", "geometry")


def open_region(folder: Path) -> Region:
    """The region pack in `folder`.

    Raises:
        RegionFault: it is missing, not a region pack, of another version, or incomplete.
    """
    record = _record(folder)
    version = record.get(_MARK)
    if not isinstance(version, int):
        raise _fault(folder, "this folder is no region pack; make one with `region build`")
    if version != FORMAT:
        age = "a newer" if version > FORMAT else "an older"
        raise _fault(folder, f"{age} version of this program made it; build the region again")
    info = _info(folder, record)
    _check_sizes(folder, record.get("files"))
    return Region(folder, info, _counts(record.get("left_out")))


def opens(folder: Path) -> bool:
    """True where a whole region pack of this version is."""
    try:
        open_region(folder)
    except RegionFault:
        return False
    return True


def write_info(folder: Path, info: RegionInfo, left_out: Mapping[str, int]) -> None:
    """Writes region.json, last of all files: sizes of the others stand in it."""
    record = {
        _MARK: FORMAT,
        "info": asdict(info),
        "left_out": dict(sorted(left_out.items())),
        "files": _sizes(folder),
    }
    text = json.dumps(record, ensure_ascii=False, indent=2)
    (folder / INFO).write_text(text + "\n", encoding="utf-8")


@contextmanager
def new_pack(out: Path) -> Iterator[Path]:
    """A temporary folder beside `out` that takes its place when the block ends well.

    An older region pack at `out` stays until then. Whatever goes wrong, Ctrl-C included, nothing
    is left behind and `out` is as it was.

    Raises:
        RegionFault: `out` is something else than a region pack or an empty folder.
    """
    out = out.absolute()
    refuse_foreign(out)
    made = _make_parents(out.parent)
    fresh = out.with_name(f".{out.name}.{uuid4().hex[:8]}.part")
    try:
        fresh.mkdir()
        yield fresh
        refuse_foreign(out)
        _replace(out, fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        for folder in made:
            _remove_empty(folder)
        raise


def refuse_foreign(out: Path) -> None:
    """Raises RegionFault where building to `out` would destroy something that is no region."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise _fault(out, "there is a file of this name; choose another folder with --out")
    if out.is_dir() and any(out.iterdir()) and not _is_pack(out):
        raise _fault(out, "this folder holds something else; choose another one with --out")


def _is_pack(folder: Path) -> bool:
    try:
        return isinstance(_record(folder).get(_MARK), int)
    except RegionFault:
        return False


def _make_parents(folder: Path) -> list[Path]:
    """Makes `folder` and all above it; those that were not there, innermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _fault(
            folder, f"it cannot be made ({error.strerror}); choose another --out"
        ) from None
    return missing


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _replace(out: Path, fresh: Path) -> None:
    if not out.exists():
        fresh.rename(out)
        return
    old = out.with_name(f"{fresh.name}.old")
    out.rename(old)
    try:
        fresh.rename(out)
    except BaseException:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _record(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise _fault(folder, "there is no such folder; make a region with `region build`")
    try:
        record = json.loads((folder / INFO).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _fault(
            folder, "this folder is no region pack; make one with `region build`"
        ) from None
    except (OSError, ValueError, RecursionError):
        raise _fault(folder, f"{INFO} is damaged; build the region again") from None
    return record if isinstance(record, dict) else {}


def _info(folder: Path, record: Mapping[str, Any]) -> RegionInfo:
    try:
        return wire.load(RegionInfo, json.dumps(record.get("info")), file=INFO)
    except InputError:
        raise _fault(folder, f"{INFO} is damaged; build the region again") from None


def _sizes(folder: Path) -> dict[str, int]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != INFO)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _check_sizes(folder: Path, stated: object) -> None:
    if not isinstance(stated, dict) or not stated:
        raise _fault(folder, f"{INFO} is damaged; build the region again")
    for name, size in stated.items():
        # Only what we write ourselves: a path that climbs out of the pack is not looked at.
        inside = os.path.normpath(name) == name and not name.startswith(("/", ".."))
        path = folder / name
        if not inside or not path.is_file() or path.stat().st_size != size:
            message = "a part of the region is missing or damaged; build the region again"
            raise RegionFault(Fault(message, file=folder.name, value=name[:80]))


def _counts(found: object) -> dict[str, int]:
    pairs = found.items() if isinstance(found, dict) else ()
    return {str(what): count for what, count in pairs if isinstance(count, int)}


def _read_frame(file: Path, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    import geopandas
    import pyarrow

    try:
        frame = geopandas.read_parquet(file)
    except (OSError, ValueError, pyarrow.ArrowException):
        message = "a part of the region is damaged; build the region again"
        raise RegionFault(Fault(message, file=file.name)) from None
    if tuple(frame.columns) != columns:
        message = "another version of this program made it; build the region again"
        raise RegionFault(Fault(message, file=file.name))
    return frame


def _fault(folder: Path, message: str) -> RegionFault:
    return RegionFault(Fault(message, file=folder.name))
