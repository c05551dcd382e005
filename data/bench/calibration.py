"""Confidence fitted to the frozen lists, and how well it then holds on others of the same kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from data.bench.geocode import Answer, answers, built_region, require
from data.bench.lists.catalogue import SOURCES, Purpose, make_lists
from data.bench.lists.writing import Sought
from data.bench.machine import machine
from planning.addresses.calibration import Bin, Known, calibration_error, curve, fit
from planning.addresses.confidence import PRIOR, Confidence
from planning.model import Level
from planning.stores import Report

_TO_A_STREET = frozenset({Level.HOUSE, Level.INTERPOLATED, Level.STREET, Level.QUARTER})
_NOT_THERE = frozenset({Sought.FICTITIOUS, Sought.ELSEWHERE, Sought.OUTSIDE, Sought.NOTHING})


def known(answers: Iterable[Answer]) -> list[Known]:
    """Of every answer that names a place: was the true place within its stated error?

    An answer that names a street or door for an address that is nowhere is wrong; one that names
    only the settlement of such an address is neither right nor wrong, and is left out.
    """
    found = []
    for each in answers:
        place = each.place
        if place.level is Level.NONE or place.error_m is None:
            continue
        if each.kind in _NOT_THERE:
            if place.level in _TO_A_STREET:
                found.append(Known(place.evidence, place.confidence, within=False))
        elif each.metres is not None:
            within = each.metres <= place.error_m
            found.append(Known(place.evidence, place.confidence, within))
    return found


def calibrate(
    geodata: Path, *, seed: int, size: int, report: Report
) -> tuple[Confidence, dict[str, Any]]:
    """Weights fitted to the calibration lists, and their figures on the judging lists.

    Args:
        geodata: the folder with the maps that the lists are made on.
        seed: of the lists; the two purposes never share a stream.
        size: addresses a list, about.
        report: told the share done and what is going on.

    Raises:
        InputError: a map is not there.
    """
    require(geodata)
    learning: list[Known] = []
    before: list[Known] = []
    for place, source in enumerate(SOURCES):
        report(place / len(SOURCES), f"{source.file.name}: finding addresses")
        with built_region(geodata / source.file) as region:
            for purpose, into in ((Purpose.CALIBRATION, learning), (Purpose.JUDGING, before)):
                lists = make_lists(geodata, source, seed=seed, size=size, purpose=purpose)
                for listed in lists.values():
                    into += known(answers(region, listed, PRIOR))
    fitted = fit(learning, described="invented addresses of the calibration lists")
    after = [Known(each.evidence, fitted.of(each.evidence), each.within) for each in before]
    return fitted, {
        "machine": machine(),
        "seed": seed,
        "answers learned from": len(learning),
        "answers judged": len(after),
        "calibration error before": round(calibration_error(curve(before)), 4),
        "calibration error": round(calibration_error(curve(after)), 4),
        "curve": [_row(each) for each in curve(after)],
        "weights": dict(sorted(fitted.weights.items(), key=lambda pair: pair[1])),
    }


def _row(each: Bin) -> dict[str, float]:
    return {
        "stated": round(each.stated, 4),
        "within the stated error": round(each.observed, 4),
        "answers": each.count,
    }


def table(figures: Mapping[str, Any]) -> Sequence[str]:
    """The figures as lines of text."""
    lines = [f"{what}: {figures[what]}" for what in figures if what not in ("curve", "weights")]
    lines.append(f"{'stated':>10}{'observed':>10}{'answers':>10}")
    for row in figures["curve"]:
        stated, observed, count = row.values()
        lines.append(f"{stated:>10.4f}{observed:>10.4f}{count:>10}")
    lines += [f"{weight:>8.2f}  {piece}" for piece, weight in figures["weights"].items()]
    return lines
