"""Our geocoder on the frozen noisy lists, beside what else there is, in one run.

The lists are made anew from a seed (`data.bench.lists`), so that every figure can be had again.
Peers answer a sample of the same addresses, and their answers are scored as ours are.
"""

from __future__ import annotations

import csv
import io
import random
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.bench.lists.catalogue import SOURCES, make_lists
from data.bench.lists.writing import Listed, Sought
from data.bench.machine import machine
from data.bench.nominatim import Nominatim, default_cache
from data.bench.opening import measure_opening
from data.bench.peers import ExactMatch, FuzzyMatch, cleaned
from data.bench.scores import Reply, by_trouble, reply_of_place, reply_of_point, score
from data.files import write_whole
from data.regions.build import build_region
from data.regions.pack import Region, open_region
from planning.addresses.confidence import PRIOR, Confidence
from planning.addresses.geocoder import Geocoder
from planning.errors import Fault, FileFault, InputError
from planning.model import LonLat, Place
from planning.stores import Report

OURS, NOMINATIM, EXACT, FUZZY = "ours", "Nominatim", "exact match", "fuzzy match"
_FUZZY_SAMPLE = 40
"""Addresses of each list that the fuzzy match is asked: one takes it a third of a second."""

Lists = Mapping[str, Sequence[Listed]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What our geocoder says to one listed address, and how far off it is."""

    listed: Listed
    place: Place
    metres: float | None
    """From the answer to the nearest right place; None where there is none or no answer."""

    @property
    def kind(self) -> Sought:
        """What the address asks for."""
        return self.listed.sought


def answers(
    region: Region, listed: Sequence[Listed], confidence: Confidence = PRIOR
) -> list[Answer]:
    """Our geocoder's answers to a list, in its order."""
    return _asked(Geocoder(region.gazetteer, region.areas, confidence), listed)


def _asked(geocoder: Geocoder, listed: Sequence[Listed]) -> list[Answer]:
    places = [geocoder.locate(each.address) for each in listed]
    return [
        Answer(each, place, reply_of_place(each, place).metres)
        for each, place in zip(listed, places, strict=True)
    ]


def measure_geocode(
    geodata: Path,
    *,
    seed: int,
    size: int,
    sample: int,
    report: Report,
    misses: Path | None = None,
) -> dict[str, Any]:
    """Figures of our geocoder and its peers, by list and by kind of trouble.

    Args:
        geodata: the folder with the maps that the lists are made on.
        seed: of the lists; the same seed gives the same lists.
        size: addresses a list, about.
        sample: addresses of each list that the peers are asked; 0 for no peers.
        report: told the share done and what is going on.
        misses: a CSV file of every address that was not answered well, to learn from.

    Raises:
        InputError: a map is not there.
    """
    require(geodata)
    run = _Run(sample, random.Random(seed))
    opening: dict[str, float] = {}
    for place, source in enumerate(SOURCES):
        report(place / len(SOURCES), f"{source.file.name}: building the region")
        with built_region(geodata / source.file) as region:
            opening = opening or measure_opening(region.folder)
            report((place + 0.2) / len(SOURCES), f"{source.file.name}: finding addresses")
            lists = make_lists(geodata, source, seed=seed, size=size)
            run.ask_ours(region, lists)
            report((place + 0.4) / len(SOURCES), f"{source.file.name}: asking the peers")
            run.ask_peers(geodata / source.file, region)
    if misses is not None:
        write_whole(misses, _as_csv(run.answers))
    return {"machine": machine(), "seed": seed, "index": opening} | run.figures()


def require(geodata: Path) -> None:
    """Raises FileFault for every map and register that the folder `geodata` lacks."""
    wanted = [file for source in SOURCES for file in (source.file, *source.register)]
    lacking = [file for file in wanted if not (geodata / file).is_file()]
    if lacking:
        message = "it is not there; name the folder that holds it with --geodata"
        raise FileFault(Fault(message, file=str(file)) for file in lacking)


@contextmanager
def built_region(file: Path) -> Iterator[Region]:
    """A region pack of one map file, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        pack = Path(folder) / "region"
        build_region([file], name=file.name, out=pack)
        yield open_region(pack)


@dataclass(slots=True)
class _Peer:
    """What one geocoder answered, list by list, and how long it took."""

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    wall: float = 0.0
    """Seconds by the clock: a busy machine slows everybody."""
    cpu: float = 0.0
    """Seconds of this process; 0 for a peer that works in another."""

    def all(self) -> list[Reply]:
        return [reply for replies in self.replies.values() for reply in replies]

    @contextmanager
    def timed(self) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu

    def rate(self, seconds: float) -> float | None:
        """Answers a second."""
        return round(len(self.all()) / seconds, 1) if seconds else None

    def figures(self) -> dict[str, Any]:
        return {
            "addresses": len(self.all()),
            "answers a second": self.rate(self.wall),
            "answers a second of one core": self.rate(self.cpu),
        } | score(self.all())


@dataclass(slots=True)
class _Run:
    """One run over all maps: who answered what."""

    sample: int
    rng: random.Random
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    ours: _Peer = field(default_factory=_Peer)
    peers: dict[str, _Peer] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    """Peer → why it could not be had."""

    def ask_ours(self, region: Region, lists: Lists) -> None:
        geocoder = Geocoder(region.gazetteer, region.areas, region.confidence)
        for code, listed in lists.items():
            with self.ours.timed():
                found = _asked(geocoder, listed)
            self.answers[code] = found
            self.ours.replies[code] = [reply_of_place(each.listed, each.place) for each in found]

    def ask_peers(self, file: Path, region: Region) -> None:
        """Asks all peers a sample of the lists that were just answered, and keeps ours of them."""
        asked = {
            code: self.rng.sample(range(len(found)), min(self.sample, len(found)))
            for code, found in self.answers.items()
            if code not in self.peer(OURS).replies
        }
        for code, rows in asked.items():
            self.peer(OURS).replies[code] = [self.ours.replies[code][row] for row in rows]
        lists = {code: [self.answers[code][r].listed for r in rows] for code, rows in asked.items()}
        if self.sample:
            self._ask_nominatim(file, lists)
            self._ask_naive(EXACT, ExactMatch(region.gazetteer), lists)
            few = {code: listed[:_FUZZY_SAMPLE] for code, listed in lists.items()}
            self._ask_naive(FUZZY, FuzzyMatch(region.gazetteer), few)

    def _ask_nominatim(self, file: Path, lists: Lists) -> None:
        try:
            with Nominatim.ready(file, default_cache()) as nominatim:
                for code, listed in lists.items():
                    found = nominatim.search([cleaned(each.address) for each in listed])
                    self._keep(NOMINATIM, code, listed, found)
                self.peer(NOMINATIM).wall += nominatim.seconds
        except InputError as error:
            self.absent[NOMINATIM] = str(error)

    def _ask_naive(self, name: str, peer: ExactMatch | FuzzyMatch, lists: Lists) -> None:
        for code, listed in lists.items():
            with self.peer(name).timed():
                found = peer.search([each.address for each in listed])
            self._keep(name, code, listed, found)

    def _keep(
        self, name: str, code: str, listed: Sequence[Listed], found: Sequence[LonLat | None]
    ) -> None:
        pairs = zip(listed, found, strict=True)
        self.peer(name).replies[code] = [reply_of_point(each, at) for each, at in pairs]

    def peer(self, name: str) -> _Peer:
        return self.peers.setdefault(name, _Peer())

    def figures(self) -> dict[str, Any]:
        """All figures, shares from 0 to 1."""
        # The sample is a part of all that was asked: its rates are those of all.
        part = len(self.peer(OURS).all()) / len(self.ours.all())
        self.peer(OURS).wall, self.peer(OURS).cpu = self.ours.wall * part, self.ours.cpu * part
        return {
            "lists": {
                code: {"addresses": len(replies)} | score(replies)
                for code, replies in self.ours.replies.items()
            },
            "all": self.ours.figures(),
            "peers": {name: peer.figures() for name, peer in self.peers.items() if peer.replies},
            "peers by list": {
                name: {code: score(replies) for code, replies in peer.replies.items()}
                for name, peer in self.peers.items()
                if peer.replies
            },
            "times as fast as Nominatim": self._times_nominatim(),
            "peers that could not be had": self.absent,
            "troubles": {code: by_trouble(found) for code, found in self.ours.replies.items()},
        }

    def _times_nominatim(self) -> float | None:
        """Both by the clock of this run; None when Nominatim was not asked."""
        nominatim = self.peer(NOMINATIM)
        ours, theirs = self.ours.rate(self.ours.wall), nominatim.rate(nominatim.wall)
        return round(ours / theirs, 1) if ours and theirs else None


# On paper ---------------------------------------------------------------------------------------


def table(figures: Mapping[str, Any]) -> Iterable[str]:
    """The figures as lines of text: lists, peers, troubles."""
    yield f"{figures['machine']}, seed {figures['seed']}"
    yield ""
    columns = {code: figures["lists"][code] for code in figures["lists"]}
    yield from _columns({**columns, "all": figures["all"]})
    yield ""
    yield from (f"{what:<40}{value:>10}" for what, value in figures["index"].items())
    if len(figures["peers"]) > 1:
        yield ""
        yield "The same sample of addresses, asked of all:"
        yield from _columns(figures["peers"])
        faster = figures["times as fast as Nominatim"]
        yield f"{'times as fast as Nominatim':<40}{_said(faster):>13}"
        yield ""
        yield "Within 150 m, list by list:"
        by_list = figures["peers by list"]
        yield from _columns(
            {
                name: {code: found["within 150 m"] for code, found in lists.items()}
                for name, lists in by_list.items()
            }
        )
    for name, why in figures["peers that could not be had"].items():
        yield f"{name} could not be had: {why}"
    for code, troubles in figures["troubles"].items():
        yield ""
        yield from _troubles(code, troubles)


def _columns(by_name: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    yield f"{'':<40}" + "".join(f"{name:>13}" for name in by_name)
    rows = dict.fromkeys(row for figures in by_name.values() for row in figures)
    for row in rows:
        yield f"{row:<40}" + "".join(f"{_said(f.get(row)):>13}" for f in by_name.values())


def _troubles(code: str, troubles: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    headings = list(next(iter(troubles.values()), {}))
    yield f"{code + ', by trouble, worst first':<56}" + "".join(f"{h:>24}" for h in headings)
    for trouble, figures in troubles.items():
        yield f"{trouble:<56}" + "".join(f"{_said(figures[h]):>24}" for h in headings)


def _said(value: float | None) -> str:
    """A share with four places, a number as it is, a dash for none."""
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) and value <= 1 else f"{value:,}"


_HEADINGS = (
    "list", "asks for", "troubles", "address", "settlement", "municipality", "province",
    "metres off", "level", "needs review", "confidence", "matched", "explanation",
)  # fmt: skip


def _as_csv(answers: Mapping[str, Sequence[Answer]]) -> bytes:
    """Every answer that is not good, for a spreadsheet. All addresses are invented."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(_HEADINGS)
    for code, found in answers.items():
        rows.writerows(_miss(code, each) for each in found if not _good(each))
    return text.getvalue().encode("utf-8-sig")


def _good(answer: Answer) -> bool:
    reply = reply_of_place(answer.listed, answer.place)
    if answer.kind is Sought.PLACE:
        return answer.metres is not None and answer.metres <= 150
    if answer.kind is Sought.UNMAPPED:
        return not reply.taken or (not reply.door and (answer.metres or 0.0) <= 500)
    return not reply.taken


def _miss(code: str, answer: Answer) -> tuple[object, ...]:
    address, place = answer.listed.address, answer.place
    return (
        code, answer.kind.value, "; ".join(answer.listed.troubles), address.text,
        address.settlement, address.municipality, address.province,
        "" if answer.metres is None else round(answer.metres), place.level.value,
        place.needs_review, place.confidence, place.matched, place.explanation,
    )  # fmt: skip
