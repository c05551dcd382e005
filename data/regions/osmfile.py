"""OSM files before anything is built from them: of which kind, whole, sorted, and several as one.

libosmium decides by the name's ending and stops at the first trouble with a word about its own
insides. Here the kind is read from the first bytes, and every trouble becomes one line that names
the file and the next step. XML entities are refused by libosmium itself.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import osmium

from planning.errors import Fault, RegionFault

Report = Callable[[float, str], None]
"""Takes (share done 0..1, what is going on in a few words)."""

Box = tuple[float, float, float, float]
"""west, south, east, north in degrees."""

ODBL = "ODbL 1.0, © OpenStreetMap contributors"

_HOW_TO_SORT = "its objects are not sorted; sort it with `osmium sort IN -o OUT.osm.pbf`"
_NOT_OSM = "this is no OSM file; bring an .osm.pbf, .osm, .osm.gz or .osm.bz2 file"
_CUT_SHORT = "the file is cut short or damaged; download or copy it again"
_KIND_RANK = {"n": 0, "w": 1, "r": 2}


@dataclass(frozen=True, slots=True)
class OsmFile:
    """An OSM file that was read to its end and found whole and sorted."""

    path: Path
    format: str
    """The word osmium has for it: pbf, osm, osm.gz, osm.bz2."""
    sha256: str
    nodes: int
    ways: int
    relations: int
    sorted_ids: bool
    """Nodes come before ways before relations in any case; are ids ascending, too?"""
    box: Box | None
    """What its header claims to cover; None when it claims nothing sensible."""

    def processor(self) -> osmium.FileProcessor:
        """A fresh reader of the whole file."""
        return osmium.FileProcessor(osmium.io.File(str(self.path), self.format))


def sniff(path: Path) -> str:
    """The format word of osmium for `path`, from its first bytes.

    Raises:
        RegionFault: it is missing, a folder, empty, or no OSM file.
    """
    head = _head(path)
    if head[4:15] == b"\x0a\x09OSMHeader":
        return "pbf"
    if head.startswith(b"\x1f\x8b"):
        return _xml("osm.gz", _unpacked_head(path, gzip.open), path)
    if head.startswith(b"BZh"):
        return _xml("osm.bz2", _unpacked_head(path, bz2.open), path)
    return _xml("osm", head, path)


def check(path: Path) -> OsmFile:
    """Reads `path` to its end.

    Raises:
        RegionFault: it cannot be read, is cut short, unsorted, empty, or holds several versions
            of one object.
    """
    kind = sniff(path)
    counts = {"n": 0, "w": 0, "r": 0}
    sorted_ids = True
    with told(path):
        reader = osmium.FileProcessor(osmium.io.File(str(path), kind))
        box = _sensible(reader.header.box())
        last = (-1, 0, 0)
        for found in reader:
            type_ = found.type_str()
            here = _place(type_, found.id)
            if here <= last:
                _refuse_disorder(path, last, here)
                sorted_ids = False
            last = here
            counts[type_] += 1
        digest = _sha256(path)
    if not sum(counts.values()):
        raise RegionFault(Fault("the map is empty; bring one with roads in it", file=path.name))
    return OsmFile(path, kind, digest, counts["n"], counts["w"], counts["r"], sorted_ids, box)


def merge(files: Sequence[OsmFile], out: Path) -> OsmFile:
    """Writes one sorted file of all objects of `files` to `out`; the newest version wins.

    Files whose ids are ascending are streamed; others are sorted in memory first.
    """
    header = osmium.io.Header()
    header.set("generator", "outreach")
    header.set("sorting", "Type_then_ID")
    with osmium.SimpleWriter(str(out), header=header, overwrite=True) as writer:
        if all(file.sorted_ids for file in files):
            _stream(files, writer)
        else:
            _sort(files, writer)
    return check(out)


def _stream(files: Sequence[OsmFile], writer: osmium.SimpleWriter) -> None:
    readers = [iter(file.processor()) for file in files]
    heads = dict(enumerate(_Head(next(reader)) for reader in readers))
    while heads:
        here = min(head.place for head in heads.values())
        same = [number for number, head in heads.items() if head.place == here]
        # An object dies when its reader moves on: write first, then advance.
        writer.add(max((heads[number] for number in same), key=lambda head: head.version).found)
        for number in same:
            following = next(readers[number], None)
            if following is None:
                del heads[number]
            else:
                heads[number] = _Head(following)


class _Head:
    """The next object of a reader."""

    def __init__(self, found: Any) -> None:  # noqa: ANN401 - any of osmium's kinds
        self.found = found
        self.place = _place(found.type_str(), found.id)
        self.version: int = found.version


def _sort(files: Sequence[OsmFile], writer: osmium.SimpleWriter) -> None:
    everything = osmium.MergeInputReader()
    for file in files:
        # By buffer, because by name osmium would go by the ending again.
        everything.add_buffer(file.path.read_bytes(), file.format)
    everything.apply(writer)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns libosmium's troubles with `path` into one line for the user."""
    try:
        yield
    except osmium.InvalidLocationError:
        message = "it holds a position that is not on Earth; repair it with `osmium cat`"
        raise RegionFault(Fault(message, file=path.name)) from None
    except UnicodeDecodeError:
        message = "it holds text that is not UTF-8; download or copy it again"
        raise RegionFault(Fault(message, file=path.name)) from None
    except OSError as error:
        message = f"it cannot be read ({error.strerror or 'read error'}); check its permissions"
        raise RegionFault(Fault(message, file=path.name)) from None
    except RuntimeError as error:
        raise RegionFault(Fault(_meaning(str(error)), file=path.name)) from None


def _meaning(text: str) -> str:
    if "entities" in text:
        return "it defines XML entities, which no honest map does; bring another file"
    if "top-level element" in text:
        return _NOT_OSM
    return _CUT_SHORT


def _head(path: Path) -> bytes:
    if not path.exists():
        raise RegionFault(Fault("there is no such file; check the path", file=path.name))
    if not path.is_file():
        raise RegionFault(Fault("this is not a file; name the OSM file itself", file=path.name))
    with told(path), path.open("rb") as stream:
        head = stream.read(2048)
    if not head:
        raise RegionFault(Fault("the file is empty; download or copy it again", file=path.name))
    return head


def _unpacked_head(path: Path, opener: Callable[[Path], Any]) -> bytes:
    try:
        with opener(path) as stream:
            head: bytes = stream.read(2048)
    except (OSError, EOFError):
        raise RegionFault(Fault(_CUT_SHORT, file=path.name)) from None
    return head


def _xml(kind: str, head: bytes, path: Path) -> str:
    if b"<osmChange" in head:
        message = "this is a file of changes; bring the map itself (.osm.pbf or .osm)"
        raise RegionFault(Fault(message, file=path.name))
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<") and (b"<osm" in head or b"<!DOCTYPE" in head):
        return kind
    raise RegionFault(Fault(_NOT_OSM, file=path.name))


def _place(type_: str, id_: int) -> tuple[int, int, int]:
    """The order of osmium: nodes, ways, relations; negative ids first, by absolute value."""
    return _KIND_RANK.get(type_, 3), int(id_ > 0), abs(id_)


def _refuse_disorder(path: Path, last: tuple[int, int, int], here: tuple[int, int, int]) -> None:
    """Jumbled ids can be put right here; ways before their nodes, or old versions, cannot."""
    if here == last:
        message = "an object occurs twice; take one version of each with `osmium time-filter`"
        raise RegionFault(Fault(message, file=path.name))
    if here[0] < last[0]:
        raise RegionFault(Fault(_HOW_TO_SORT, file=path.name))


def _sensible(box: Any) -> Box | None:  # noqa: ANN401 - osmium has no type for it here
    if not box.valid():
        return None
    corners = (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
    west, south, east, north = corners
    if not all(map(math.isfinite, corners)) or not (west < east and south < north):
        return None
    # Some tools write the quarter of the globe, or all of it, when they do not know.
    return None if (east - west) * (north - south) > 3_000 else corners


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
