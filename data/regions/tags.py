"""What the tags of one thing on the map say of its names and its address, under all their keys.

Text is hostile until `clean` has seen it. Values repeat a lot (a street stands on every door in
it), so cleaned text is kept: equal values are one object and cost no second look.

Sources: the OpenStreetMap wiki's pages Key:name, Key:addr:* and Names, as of 2026; what stands on
real maps of Bulgaria, Azerbaijan and Kazakhstan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from planning.text import one_line

Tags = Mapping[str, str]

NUMBER_KEYS = (
    "addr:housenumber", "addr:block_number", "addr:block", "addr:conscriptionnumber",
    "addr:streetnumber",
)  # fmt: skip
"""Keys that hold the number of a house or block, the surest first."""
NAME_KEYS = (
    "alt_name", "old_name", "official_name", "int_name", "short_name", "loc_name", "reg_name",
    "nat_name",
)  # fmt: skip
"""Keys of other spellings, in the order in which they are kept."""
LANGUAGES = frozenset(
    {
        "az", "bg", "ca", "de", "el", "en", "es", "fi", "fr", "it", "kk", "mk", "ro", "ru", "sr",
        "sv", "tr", "uk",
    }
)  # fmt: skip
"""Languages whose names somebody in our countries, or on our test maps, may write."""

_QUARTER_KEYS = ("addr:place", "addr:neighbourhood", "addr:quarter", "addr:suburb")
_CITY_KEYS = ("addr:hamlet", "addr:village", "addr:town", "addr:settlement", "addr:city")
"""A hamlet's houses may carry the town of their post office as addr:city: the finer key first."""
_LONGEST_NAME = 255
"""OSM's own limit for a value."""
_SPELLING = re.compile(rf"(name|{'|'.join(NAME_KEYS)})(?:_[0-9]{{1,2}})?((?::[\w.~-]+)*)")
_WHEN = re.compile(r"[-~.]*[0-9]{4}[-~.0-9]*")
"""old_name:1950-1990, name:-1944."""


@dataclass(frozen=True, slots=True)
class Names:
    """A name and its other spellings."""

    name: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """An address as tags give it; empty where they do not."""

    numbers: tuple[str, ...]
    """One tag may list several: "12;14"."""
    street: str
    quarter: str
    """addr:place, addr:neighbourhood, addr:quarter, addr:suburb, or addr:block with a number."""
    block: bool
    """The number is that of a block by its key."""
    city: str
    """Settlement."""
    postcode: str
    district: str


@lru_cache(maxsize=100_000)
def clean(text: str) -> str:
    """`text` on one line, at most as long as OSM allows."""
    return one_line(text)[:_LONGEST_NAME].strip() if text else ""


def whole_number(text: str) -> int:
    """A count as registers write it, `12 345`; 0 for anything else."""
    digits = re.sub(r"\s", "", text)
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else 0


def first(tags: Tags, keys: Iterable[str]) -> str:
    """The first of the values of `keys` that says anything."""
    return next((text for key in keys if key in tags and (text := clean(tags[key]))), "")


def names_of(tags: Tags) -> Names | None:
    """Name and other spellings; None for something without a name."""
    name = clean(tags.get("name", ""))
    others: dict[str, None] = {}
    for _, key in sorted((rank, key) for key in tags if (rank := _rank(key))):
        for part in tags[key].split(";"):
            others.setdefault(clean(part))
    name = name or next((other for other in others if other), "")
    others.pop(name, None)
    others.pop("", None)
    return Names(name, tuple(others)) if name else None


@lru_cache(maxsize=10_000)
def _rank(key: str) -> tuple[int, int] | None:
    """Where the spelling under `key` stands among others; None for what is no spelling.

    Those of the local language go first, then translations; dates do not matter.
    """
    found = _SPELLING.fullmatch(key)
    if found is None or key == "name":
        return None
    suffixes = [suffix for suffix in found[2].split(":")[1:] if not _WHEN.fullmatch(suffix)]
    if any(suffix.split("-")[0] not in LANGUAGES for suffix in suffixes):
        return None
    order = ("name", *NAME_KEYS).index(found[1])
    return (1 if suffixes else 0, order)


def has_number(tags: Tags) -> bool:
    """True for a numbered house or block."""
    return any(key in tags for key in NUMBER_KEYS)


def written(tags: Tags) -> Written:
    """The address that `tags` give. What lies behind the door (unit, flats, floor) is not read."""
    number = clean(tags.get("addr:housenumber", ""))
    block = first(tags, ("addr:block_number", "addr:block"))
    quarter = first(tags, _QUARTER_KEYS)
    if number and not quarter:
        # With a number beside it, the block is what bears the name.
        quarter = clean(tags.get("addr:block", ""))
    return Written(
        numbers=_listed(number or block or first(tags, NUMBER_KEYS)),
        street=clean(tags.get("addr:street", "")),
        quarter=quarter,
        block=bool(block) and not number,
        city=first(tags, _CITY_KEYS),
        postcode=clean(tags.get("addr:postcode", "")),
        district=clean(tags.get("addr:district", "")),
    )


def second_address(tags: Tags) -> tuple[str, tuple[str, ...]]:
    """Street and numbers of a corner house's other side (Russia, Kazakhstan)."""
    street = clean(tags.get("addr2:street", ""))
    return street, _listed(clean(tags.get("addr2:housenumber", ""))) if street else ()


@lru_cache(maxsize=100_000)
def _listed(numbers: str) -> tuple[str, ...]:
    return tuple(number for each in re.split("[;,]", numbers) if (number := each.strip()))
