"""Six hundred invented children, as a regional office's list would have them.

Nobody here exists. Names say so, telephone numbers begin with four zeros and lie in no plan, and
every personal number has a month and a check digit that no real one can have. Nothing says where
anybody belongs by origin: cases follow the population, villages a little more than their share.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from data.sample.doors import Door
from data.sample.facts import SettlementFact, schools
from data.sample.mess import Clerk, Written, even_lots
from data.sample.plane import to_lonlat
from data.sample.world import World

FIRST_DAY = date(2026, 8, 20)
"""A Thursday: duties start after it by the province's order."""
DAYS = 5
"""Working days, Thursday to Wednesday."""
_CAMPAIGN = tuple(date(2026, 8, day) for day in (20, 21, 24, 25, 26))

HEADINGS = (
    "№ на случая", "Име на детето", "ЕГН", "Община", "Населено място", "Адрес", "Телефон",
    "Училище", "Приоритет", "Удобно време", "Необходими институции", "Най-рано", "Срок",
    "Комплекти", "Език", "Чувствителен", "Бележка",
)  # fmt: skip
TRUTH_HEADINGS = (
    "case_id", "lat", "lon", "settlement_code", "municipality_code", "number", "mapped", "names",
)  # fmt: skip
"""Where each child really lives, and how precise its written address is at best."""

_VILLAGE_WEIGHT = 1.6
"""Cases a head in villages, compared with the city. Invented: villages have more of them."""
_FLATS = 12
"""A block counts as so many doors."""
_SIBLINGS = (0.09, 0.03)
"""Chance that a second, and a third, child lives behind a door."""
_DUPLICATES = 0.012

_HOURS = (
    "17:00-19:30", "09:00-12:00", "13:00-17:00", "пн-пт 16:00-18:30", "10:00-14:00",
    "пн-ср 09:00-13:00; чт-пт 13:00-17:30", "чт 09:00-17:00; пн 09:00-17:00", "вт-пт 08:30-12:30",
)  # fmt: skip
_NOTES = (
    "куче в двора", "звънецът не работи", "баба му отваря", "влиза се от двора",
    "майката работи на смени", "",  "", "", "", "", "",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A row of the list, and where the child really lives."""

    cells: tuple[str, ...]
    door: Door
    names: str
    """The best the address can be found by: house, street, quarter, settlement or nothing."""


def make_cases(world: World, count: int, *, seed: int) -> list[CaseRow]:
    """`count` rows: mostly one child a door, some siblings, a few rows that repeat a child."""
    random = np.random.default_rng([seed, 3])
    clerk = Clerk(world, random, even_lots(float(random.random())))
    rows: list[CaseRow] = []
    for door in _drawn_doors(world, count, random):
        if len(rows) >= count:
            break
        rows.extend(_household(clerk, door, len(rows))[: count - len(rows)])
        if rows and len(rows) < count and clerk.chance(_DUPLICATES):
            rows.append(_repeated(clerk, rows, len(rows) + 1))
    return rows


def cases_csv(rows: list[CaseRow]) -> bytes:
    """The list as Bulgarian Excel saves it: semicolons, UTF-8 with a mark."""
    return b"\xef\xbb\xbf" + _csv(HEADINGS, (row.cells for row in rows), ";")


def truth_csv(world: World, rows: list[CaseRow]) -> bytes:
    """The true door of every row, for tests and benchmarks: never part of what a planner gets."""
    spots = to_lonlat(np.array([(row.door.x, row.door.y) for row in rows]).reshape(-1, 2))
    return _csv(
        TRUTH_HEADINGS,
        (
            (
                row.cells[0], f"{lat:.7f}", f"{lon:.7f}", world.facts[row.door.place].ekatte,
                world.facts[row.door.place].municipality_code, row.door.number,
                "yes" if row.door.mapped else "no", row.names,
            )
            for row, (lon, lat) in zip(rows, spots, strict=True)
        ),
        ",",
    )  # fmt: skip


def _csv(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]], delimiter: str) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    table.writerow(headings)
    table.writerows(rows)
    return out.getvalue().encode()


def _drawn_doors(world: World, count: int, random: np.random.Generator) -> list[Door]:
    """Doors by where people live."""
    homes = np.array([_FLATS if door.estate >= 0 else 1 for door in world.doors], dtype=float)
    places = np.array([door.place for door in world.doors])
    people = np.array(
        [
            fact.population * (_VILLAGE_WEIGHT if fact.kind == "village" else 1.0)
            for fact in world.facts
        ]
    )
    weight = homes * (people / np.bincount(places, homes, len(people)))[places]
    # A door is drawn once; siblings and long lists are the household's business.
    size = min(count, len(weight) // 2)
    chosen = random.choice(len(weight), size, replace=False, p=weight / weight.sum())
    return [world.doors[number] for number in chosen.tolist()]


def _household(clerk: Clerk, door: Door, before: int) -> list[CaseRow]:
    """The children behind a door, written by one clerk or by several."""
    children = 1 + sum(clerk.chance(share) for share in _SIBLINGS)
    written = clerk.write(door)
    rows = []
    for child in range(children):
        if child and clerk.chance(0.4):
            written = clerk.write(door)
        rows.append(_row(clerk, before + child + 1, door, written))
    return rows


def _repeated(clerk: Clerk, rows: list[CaseRow], number: int) -> CaseRow:
    """A child of the list again, under another number and typed by somebody else."""
    first = rows[int(clerk.random.integers(len(rows)))]
    written = clerk.write(first.door)
    cells = list(first.cells)
    cells[0], cells[4], cells[5] = _case_id(number), written.settlement, written.text
    return replace(first, cells=tuple(cells), names=written.names)


def _row(clerk: Clerk, number: int, door: Door, written: Written) -> CaseRow:
    fact = clerk.world.facts[door.place]
    urgent, high = clerk.chance(0.015), clerk.chance(0.1)
    earliest, deadline = _dates(clerk, urgent=urgent)
    cells = (
        _case_id(number),
        f"Дете {number:05d} (измислено)",
        "" if clerk.chance(0.05) else invented_id(number),
        fact.municipality if clerk.chance(0.97) else "",
        written.settlement,
        written.text,
        f"0000 {number:06d}" if clerk.chance(0.8) else "",
        _school(clerk, fact),
        "неотложен" if urgent else "висок" if high else "",
        clerk.pick(*_HOURS) if clerk.chance(0.25) else "",
        _institutions(clerk, urgent=urgent),
        earliest,
        deadline,
        clerk.pick("1", "1", "1", "2") if clerk.chance(0.3) else "",
        clerk.pick("tr", "rom") if clerk.chance(0.05) else "",
        "да" if urgent or clerk.chance(0.02) else "",
        clerk.pick(*_NOTES),
    )
    return CaseRow(cells, door, written.names)


def _case_id(number: int) -> str:
    return f"RU-{number:05d}"


def _dates(clerk: Clerk, *, urgent: bool) -> tuple[str, str]:
    """(earliest, deadline), both within the campaign's days."""
    days = [f"{day:%d.%m.%Y}" for day in _CAMPAIGN]
    if urgent:
        return "", days[1]
    if clerk.chance(0.06):
        return clerk.pick(*days[1:4]), ""
    if clerk.chance(0.1):
        return "", clerk.pick(*days[1:])
    return "", ""


def _institutions(clerk: Clerk, *, urgent: bool) -> str:
    if urgent:
        return clerk.pick("социално подпомагане", "социално подпомагане; полиция")
    if clerk.chance(0.12):
        return clerk.pick(
            "социално подпомагане", "социално подпомагане", "медиатор", "медиатор", "полиция"
        )
    return ""


def _school(clerk: Clerk, fact: SettlementFact) -> str:
    here = [name for ekatte, name in schools() if ekatte == fact.ekatte]
    return clerk.pick(*here) if here and clerk.chance(0.7) else ""


def invented_id(number: int) -> str:
    """Ten digits like an ЕГН, with month 99 and a wrong check digit: nobody's.

    A real one has months 1-12, 21-32 or 41-52; the weights are those of its check digit
    (Ordinance on the single civil number).
    """
    digits = f"1599{number % 100:02d}{number // 100 % 1000:03d}"
    weights = (2, 4, 8, 5, 10, 9, 7, 3, 6)
    check = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 % 10
    return f"{digits}{(check + 5) % 10}"
