"""Invented children, and the lists that offices write of them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.campaigns.ground import Door, Ground


@dataclass(frozen=True)
class Child:
    """Somebody on a list, with everything that must never be told."""

    case_id: str
    name: str
    national_id: str
    phone: str
    door: Door
    more: Mapping[str, str] = field(default_factory=dict)
    """Further columns."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must stand in no log and no public file."""
        told = (self.name, self.national_id, self.phone, self.door.text)
        return tuple(each for each in told if each)


_FIRST = ("Мира", "Деян", "Севда", "Ангел", "Юлия", "Расим", "Цвета", "Кирил", "Лиляна", "Огнян")
_LAST = ("Каменов", "Върбанов", "Тополов", "Росенов", "Белчев", "Ручеев", "Скалев", "Житаров")


def children(
    ground: Ground, counts: Mapping[str, int], *, seed: int, phones: float = 0.7, year: str = ""
) -> list[Child]:
    """So many invented children a municipality, each at a door drawn for it, no door twice.

    `year` goes into their case ids.
    """
    draw = random.Random(seed)
    found = []
    for code, count in counts.items():
        doors = draw.sample(ground.doors(code), count)
        for door in doors:
            number = len(found) + 1
            found.append(
                Child(
                    f"{code}{year}-{number:03d}",
                    f"{draw.choice(_FIRST)} {draw.choice(_LAST)}ски-{number:03d}",
                    f"99{seed % 100:02d}{number:06d}",
                    f"0888 {seed % 100:02d}{number:04d}" if draw.random() < phones else "",
                    door,
                )
            )
    return found


def listed(children: Iterable[Child], headings: Mapping[str, str]) -> bytes:
    """A list as a CSV file, with the headings of its makers.

    `headings` are by field: `id`, `child`, `national_id`, `phone`, `address`, `settlement`,
    `municipality`, `district` and those of `Child.more`.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings.values())
    for each in children:
        cells = {
            "id": each.case_id, "child": each.name, "national_id": each.national_id,
            "phone": each.phone, "address": each.door.text, "settlement": each.door.settlement,
            "municipality": each.door.municipality, "district": each.door.district, **each.more,
        }  # fmt: skip
        writer.writerow([cells.get(name, "") for name in headings])
    return out.getvalue().encode()


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Any other list."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([headings, *rows])
    return out.getvalue().encode()


def rows_of(content: bytes) -> list[list[str]]:
    """The cells of a CSV file, whatever parts them."""
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), csv.Sniffer().sniff(text.splitlines()[0], ",;")))
