"""Six hundred invented children, as a regional office's list would have them.

Nobody here exists. Names say so, telephone numbers lie in no plan, and every personal number has a
month and a check digit that no real one can have.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.sample.doors import Door, NamedStreet
from data.sample.facts import SettlementFact, schools
from data.sample.mess import Clerk
from data.sample.streets import Streets

FIRST_DAY = date(2026, 8, 20)
"""A Thursday: duties start after it by the province's order."""
DAYS = 5

HEADINGS = (
    "№ на случая", "Име на детето", "ЕГН", "Община", "Населено място", "Адрес", "Телефон",
    "Училище", "Приоритет", "Удобно време", "Необходими институции", "Най-рано", "Срок",
    "Комплекти", "Език", "Чувствителен", "Бележка",
)  # fmt: skip

_HOURS = (
    "17:00-19:30", "09:00-12:00", "13:00-17:00", "пн-пт 16:00-18:00", "след 14:00",
    "пн-ср 09:00-13:00; чт-пт 14:00-17:30",
)  # fmt: skip
_NOTES = (
    "куче в двора", "звънецът не работи", "баба му отваря", "влиза се от двора", "", "", "", "",
)  # fmt: skip
_NOWHERE = ("ул. Несъществуваща 99", "ж.к. Луна бл. 7", "служебен адрес", "адрес неизвестен")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A row of the list, and where the child really lives."""

    cells: tuple[str, ...]
    door: Door | None
    """None for an address that does not exist."""


def make_cases(
    count: int,
    facts: tuple[SettlementFact, ...],
    grown: Streets,
    streets: list[NamedStreet],
    doors: list[Door],
    random: np.random.Generator,
) -> list[CaseRow]:
    """`count` rows: mostly one child a door, some siblings, a few addresses that do not exist."""
    writer = _Writer(facts, grown, streets, Clerk(random), random)
    at = _drawn_doors(count, facts, doors, random)
    rows: list[CaseRow] = []
    while len(rows) < count:
        door = doors[at[len(rows)]]
        siblings = 1 + int(random.random() < 0.09) + int(random.random() < 0.03)
        for _ in range(min(siblings, count - len(rows))):
            rows.append(writer.row(len(rows) + 1, door))
    return rows


def cases_csv(rows: list[CaseRow]) -> bytes:
    """The list as Bulgarian Excel saves it: semicolons, UTF-8 with a mark."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(HEADINGS)
    table.writerows(row.cells for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _drawn_doors(
    count: int, facts: tuple[SettlementFact, ...], doors: list[Door], random: np.random.Generator
) -> list[int]:
    """Doors by where people live, small places a little more than their share."""
    homes = np.bincount([door.place for door in doors], minlength=len(facts))
    people = np.array([max(fact.population, 1) ** 0.85 for fact in facts])
    weight = np.array([people[door.place] / homes[door.place] for door in doors])
    chosen = random.choice(len(doors), count, replace=count > len(doors), p=weight / weight.sum())
    return [int(index) for index in chosen]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Fills the columns."""

    facts: tuple[SettlementFact, ...]
    grown: Streets
    streets: list[NamedStreet]
    clerk: Clerk
    random: np.random.Generator

    def row(self, number: int, door: Door) -> CaseRow:
        clerk, fact = self.clerk, self.facts[door.place]
        address = clerk.write(
            door,
            fact,
            self.streets[door.street] if door.street >= 0 else None,
            self.grown.estates[door.estate] if door.estate >= 0 else None,
        )
        real: Door | None = door
        if clerk.chance(0.022):
            address, real = f"{clerk.settlement(fact)}, {clerk.pick(*_NOWHERE)}", None
        urgent, high = clerk.chance(0.015), clerk.chance(0.1)
        sensitive = urgent or clerk.chance(0.02)
        earliest, deadline = self._dates(urgent)
        cells = (
            f"RU-{number:05d}",
            f"Дете {number:05d} (измислено)",
            "" if clerk.chance(0.05) else _invented_id(number),
            fact.municipality if clerk.chance(0.97) else "",
            fact.name if clerk.chance(0.8) else "",
            address,
            f"0000 {number:06d}" if clerk.chance(0.8) else "",
            self._school(fact),
            "неотложен" if urgent else "висок" if high else "",
            clerk.pick(*_HOURS) if clerk.chance(0.28) else "",
            self._institutions(urgent),
            earliest,
            deadline,
            "1" if clerk.chance(0.3) else "",
            "tr" if clerk.chance(0.06) else "",
            "да" if sensitive else "",
            clerk.pick(*_NOTES),
        )
        return CaseRow(cells, real)

    def _dates(self, urgent: bool) -> tuple[str, str]:
        if urgent:
            return "", f"{FIRST_DAY + timedelta(days=1):%d.%m.%Y}"
        if self.clerk.chance(0.06):
            return f"{FIRST_DAY + timedelta(days=4):%d.%m.%Y}", ""
        if self.clerk.chance(0.08):
            return "", f"{FIRST_DAY + timedelta(days=int(self.random.integers(1, 6))):%d.%m.%Y}"
        return "", ""

    def _institutions(self, urgent: bool) -> str:
        if urgent:
            return self.clerk.pick("социално подпомагане", "социално подпомагане; полиция")
        if self.clerk.chance(0.12):
            return self.clerk.pick("социално подпомагане", "медиатор", "медиатор", "полиция")
        return ""

    def _school(self, fact: SettlementFact) -> str:
        here = [name for ekatte, name in schools() if ekatte == fact.ekatte]
        return self.clerk.pick(*here) if here and self.clerk.chance(0.7) else ""


def _invented_id(number: int) -> str:
    """Ten digits like an ЕГН, with month 99 and a wrong check digit: nobody's."""
    digits = f"1599{number % 100:02d}{number // 100 % 1000:03d}"
    weights = (2, 4, 8, 5, 10, 9, 7, 3, 6)
    check = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 % 10
    return f"{digits}{(check + 5) % 10}"
