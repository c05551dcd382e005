"""Everything that bears a name on a map, grouped by settlement and name.

Ways of one name are one street where they lie together; the same name a kilometre away is another
street (every former village of a city has its "First Street"). Two spellings of one road are one
street, too (`twins`). A street that only addresses know exists as well. A block belongs to the
street and to the estate that it names, and to the estate around it where it names none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.regions.features import (
    QUARTER_KINDS,
    RESIDENTIAL,
    AddressFeature,
    LandmarkFeature,
    PlaceFeature,
    StreetFeature,
)
from data.regions.settlements import Site
from data.regions.twins import Road, twins
from planning.addresses.gazetteer import Street, StreetKind
from planning.addresses.grammar import Grammar, Part
from planning.addresses.keys import Door, Name, door_of, name_of
from planning.areas import holding
from planning.travel.sphere import great_circle_metres, to_mercator

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELL_M = 1_000.0
"""Ways of one name in neighbouring cells of this size are one street."""
_SLIVER_M, _SLIVER_SHARE = 50.0, 0.2
"""A way that only dips into the next settlement belongs where it mostly runs."""
_VILLAGES = ("village", "hamlet")
"""Settlements that may number their houses without streets."""


class Key(NamedTuple):
    """What one settlement knows under one name."""

    site: int
    kind: StreetKind
    designator: str
    """Kind of its designator: бул. Липник and ул. Липник may be two."""
    literal: str
    """The words as they stand: Първа and 1-ва may be two."""


@dataclass(slots=True)
class Group:
    """Ways, quarters and doors of one name in one settlement."""

    site: int
    kind: StreetKind
    names: Counter[str] = field(default_factory=Counter)
    """Spelling → metres and doors that bear it."""
    others: dict[str, None] = field(default_factory=dict)
    rows: list[NDArray[np.intp]] = field(default_factory=list)
    """Segments."""
    doors: list[int] = field(default_factory=list)
    """Places in the list of addresses."""
    at: tuple[float, float] | None = None
    """Where a quarter's own place stands."""

    @property
    def name(self) -> str:
        """The spelling that most of it bears."""
        return min(self.names, key=lambda each: (-self.names[each], each))


@dataclass(frozen=True, slots=True)
class Segments:
    """All straight pieces of all named ways."""

    starts: NDArray[np.float64]
    """(k, 2) lon, lat."""
    ends: NDArray[np.float64]
    """(k, 2) lon, lat."""
    middles: NDArray[np.float64]
    """(k, 2) lon, lat."""
    metres: NDArray[np.float64]
    """(k,)"""
    way: NDArray[np.intp]
    """(k,) index of the way."""
    lived_on: NDArray[np.bool_]
    """(k,) False on tracks and paths."""


def segments(streets: Sequence[StreetFeature]) -> Segments:
    """The straight pieces of `streets`."""
    lines = [street.line for street in streets] or [np.empty((0, 2))]
    starts = np.concatenate([line[:-1] for line in lines])
    ends = np.concatenate([line[1:] for line in lines])
    sizes = [len(line) - 1 for line in lines] if streets else []
    way = np.repeat(np.arange(len(streets)), sizes)
    lived_on = np.array([street.lived_on for street in streets], dtype=np.bool_)[way]
    return Segments(
        starts, ends, (starts + ends) / 2, great_circle_metres(starts, ends), way, lived_on
    )


class Groups:
    """Everything that bears a name, grouped by settlement and name."""

    def __init__(
        self,
        sites: Sequence[Site],
        grammars: Sequence[Grammar],
        addresses: Sequence[AddressFeature],
    ) -> None:
        self.sites = sites
        self.grammars = grammars
        self.addresses = addresses
        self.groups: dict[Key, Group] = {}
        self.drawn: dict[tuple[int, str], list[Key]] = defaultdict(list)
        """(settlement, literal) → what the map draws under it."""
        self.quarters: dict[tuple[int, str], list[Key]] = defaultdict(list)
        """(settlement, words by the grammar) → quarters: Люлин II and Люлин 2 are one."""

    def name(self, text: str, site: int) -> Name:
        """`text` by the grammar of a settlement; the text itself where it has no words."""
        name = name_of(text, self.grammars[site])
        return name if name.literal else name._replace(literal=text.casefold())

    def group(self, key: Key, text: str, *, drawn: bool = False) -> Group:
        """The group of `key`, made for the name `text` where there is none."""
        known = self.groups.get(key)
        if known is None:
            known = self.groups[key] = Group(key.site, key.kind)
            if drawn:
                self.drawn[key.site, key.literal].append(key)
            if key.kind is StreetKind.QUARTER:
                self.quarters[key.site, self.name(text, key.site).key].append(key)
        return known

    # Ways and quarters ----------------------------------------------------------------------

    def add_ways(
        self, streets: Sequence[StreetFeature], pieces: Segments, owners: NDArray[np.intp]
    ) -> None:
        """Each way, to every settlement that it runs through."""
        firsts = np.searchsorted(pieces.way, np.arange(len(streets) + 1)).tolist()
        for way, street in enumerate(streets):
            rows = np.arange(firsts[way], firsts[way + 1])
            sites = _without_slivers(owners[rows], pieces.metres[rows])
            for site in dict.fromkeys(sites.tolist()):
                name = self.name(street.names.name, site)
                key = Key(site, StreetKind.STREET, name.kind, name.literal)
                group = self.group(key, street.names.name, drawn=True)
                mine = rows[sites == site]
                group.names[street.names.name] += round(float(pieces.metres[mine].sum())) + 1
                group.others.update(dict.fromkeys(street.names.others))
                group.rows.append(mine)

    def add_quarters(self, places: Sequence[PlaceFeature], owners: NDArray[np.intp]) -> None:
        """Quarters, and named residential land that is not just the village itself.

        "ж.к. Изток" on a place and "Изток" on the land around it are one quarter.
        """
        named = [(p, site) for p, site in zip(places, owners.tolist(), strict=True)]
        named.sort(key=lambda pair: pair[0].kind == RESIDENTIAL)
        for place, site in named:
            if not self.is_quarter(place, site):
                continue
            key = self._key_of(StreetKind.QUARTER, place.names.name, site)
            group = self.group(key, place.names.name, drawn=True)
            group.names[place.names.name] += 1
            group.others.update(dict.fromkeys(place.names.others))
            group.at = group.at or (place.lon, place.lat)

    def is_quarter(self, place: PlaceFeature, site: int) -> bool:
        """A part of its settlement, under a name of its own."""
        if place.kind in QUARTER_KINDS:
            return True
        own, whole = (
            self.name(text, site).literal
            for text in (place.names.name, self.sites[site].names.name)
        )
        return place.kind == RESIDENTIAL and own != whole

    # Doors ----------------------------------------------------------------------------------

    def add_doors(
        self, places: Sequence[PlaceFeature], owners: NDArray[np.intp], left_out: Counter[str]
    ) -> None:
        """Each door to the street or quarter that it names; a block to both."""
        around = self._quarters_around(places, owners)
        streets = {key.site for key in self.groups if key.kind is StreetKind.STREET}
        for row, (address, site) in enumerate(zip(self.addresses, owners.tolist(), strict=True)):
            names = self._named(address, site) or self._unnamed(row, site, around, streets)
            if not names:
                left_out["house numbers without a street or quarter"] += 1
            for kind, text in names:
                group = self.group(self._key_of(kind, text, site), text)
                group.names[text] += 1
                group.doors.append(row)

    def _named(self, address: AddressFeature, site: int) -> list[tuple[StreetKind, str]]:
        """What the door's own tags name."""
        if not address.street:
            quarter = address.quarter
            named = quarter and (not address.block or self._is_block(address, site))
            return [(StreetKind.QUARTER, quarter)] if named else []
        names = [(StreetKind.STREET, address.street)]
        if address.quarter != address.street and address.quarter and self._is_block(address, site):
            names.append((StreetKind.QUARTER, address.quarter))
        return names

    def _is_block(self, address: AddressFeature, site: int) -> bool:
        return address.block or self._door(address, site).block

    def _door(self, address: AddressFeature, site: int) -> Door:
        return door_of(address.number, self.grammars[site])

    def _quarters_around(
        self, places: Sequence[PlaceFeature], owners: NDArray[np.intp]
    ) -> dict[int, str]:
        """Row of each door that names neither street nor quarter → the quarter it stands in.

        A whole suburb has streets of its own: only blocks are looked for in one.
        """
        rows = [
            row for row, each in enumerate(self.addresses) if not each.street and not each.quarter
        ]
        at = positions_of([self.addresses[row] for row in rows])
        out: dict[int, str] = {}
        for suburbs in (True, False):
            land = [
                each
                for each in places
                if each.outline is not None and (each.kind == "suburb") == suburbs
                and (each.kind in QUARTER_KINDS or each.kind == RESIDENTIAL)
            ]  # fmt: skip
            found = holding(np.array([each.outline for each in land], dtype=object), at)
            for row, index in zip(rows, found.tolist(), strict=True):
                address, site = self.addresses[row], int(owners[row])
                if index >= 0 and (not suburbs or self._is_block(address, site)):
                    out[row] = land[index].names.name
        return out

    def _unnamed(
        self, row: int, site: int, around: Mapping[int, str], streets: set[int]
    ) -> list[tuple[StreetKind, str]]:
        """The quarter around a door, or the village itself, whose houses have no streets."""
        address, where = self.addresses[row], self.sites[site]
        numbered = (
            address.number[:1].isdigit() or door_of(address.number, self.grammars[site]).block
        )
        if not numbered:
            return []
        spellings = {name.casefold() for name in (where.names.name, *where.names.others)}
        quarter = around.get(row, "")
        if quarter and quarter.casefold() not in spellings:
            return [(StreetKind.QUARTER, quarter)]
        said = address.city.casefold() in spellings or site not in streets
        if where.kind in _VILLAGES and said and not address.block:
            return [(StreetKind.QUARTER, where.names.name)]
        return []

    def _key_of(self, kind: StreetKind, text: str, site: int) -> Key:
        """What is known under the name `text`, spelt alike or without its designator.

        Blocks stand under addr:street as well: what is mapped as a quarter, or calls itself one,
        is one. "бул. Липник" and "ул. Липник" may be two streets: only a name that fits one of
        them alone is put to it.
        """
        name = self.name(text, site)
        kinds = (kind, StreetKind.QUARTER) if kind is StreetKind.STREET else (kind,)
        for each in kinds:
            key = Key(site, each, name.kind, name.literal)
            if key in self.groups:
                return key
        alike = [key for key in self.drawn.get((site, name.literal), ()) if key.kind in kinds]
        if len(alike) == 1 and _may_be(alike[0], name):
            return alike[0]
        if kind is StreetKind.QUARTER or name.part is Part.QUARTER:
            kind = StreetKind.QUARTER
            same = [key for key in self.quarters.get((site, name.key), ()) if _may_be(key, name)]
            if name.key and len(same) == 1:
                return same[0]
        return Key(site, kind, name.kind, name.literal)

    # From groups to streets -----------------------------------------------------------------

    def parts(self, group: Group, pieces: Segments, cells: NDArray[np.int64]) -> Iterable[Group]:
        """Streets of one name that lie apart; each door goes to the nearest."""
        if not group.rows or group.kind is StreetKind.QUARTER:
            yield group
            return
        rows = np.concatenate(group.rows)
        labels = _clusters(cells[rows])
        parts = [
            replace(group, rows=[rows[labels == n]], doors=[]) for n in range(labels.max() + 1)
        ]
        if len(parts) == 1:
            parts[0].doors = group.doors
        else:
            middles = pieces.middles[rows]
            for row in group.doors:
                door = np.array([self.addresses[row].lon, self.addresses[row].lat])
                parts[int(labels[great_circle_metres(door, middles).argmin()])].doors.append(row)
        yield from parts

    def without_twins(self, groups: Sequence[Group], pieces: Segments) -> list[Group]:
        """The groups, spellings of one road joined under the name that most of it bears."""
        named = [
            (group.site, self.name(group.name, group.site))
            if group.kind is StreetKind.STREET
            else None
            for group in groups
        ]

        def road(place: int) -> Road:
            group, name = groups[place], named[place]
            assert name is not None, "quarters have no twins"
            rows = np.concatenate(group.rows) if group.rows else np.empty(0, dtype=np.intp)
            doors = [self.addresses[row] for row in group.doors]
            return Road(
                *name,
                np.stack([pieces.starts[rows], pieces.ends[rows]], axis=1),
                [(door.number.casefold(), (door.lon, door.lat)) for door in doors],
            )

        gone: set[int] = set()
        for first, *others in twins(named, road, self.grammars):
            for other in others:
                _join(groups[first], groups[other])
            gone.update(others)
        return [group for place, group in enumerate(groups) if place not in gone]

    def street(self, group: Group, pieces: Segments) -> Street:
        """Its record, without an id and a district."""
        name = group.name
        others = dict.fromkeys([*group.others, *sorted(group.names)])
        others.pop(name, None)
        lon, lat, length = self._middle(group, pieces)
        code = self.sites[group.site].code
        return Street(0, code, name, group.kind, lon, lat, tuple(others), length)

    def _middle(self, group: Group, pieces: Segments) -> tuple[float, float, float]:
        """lon, lat of a point on it, and its length in metres."""
        if group.at is not None:
            return *group.at, 0.0
        length = 0.0
        if group.rows:
            rows = np.concatenate(group.rows)
            points, weights = pieces.middles[rows], pieces.metres[rows]
            length = round(float(weights.sum()), 1)
        else:
            points = positions_of([self.addresses[row] for row in group.doors])
            weights = np.ones(len(points))
        lon, lat = points[_central(points, weights)].tolist()
        return lon, lat, length


def _may_be(key: Key, name: Name) -> bool:
    """Designators agree, or one side has none; a street's may be told wrongly."""
    agree = not key.designator or not name.kind or key.designator == name.kind
    return agree or key.kind is StreetKind.STREET


def _join(one: Group, other: Group) -> None:
    one.names = one.names + other.names
    one.others = one.others | other.others
    one.rows = one.rows + other.rows
    one.doors = one.doors + other.doors


def _without_slivers(sites: NDArray[np.intp], lengths: NDArray[np.float64]) -> NDArray[np.intp]:
    if (sites == sites[0]).all():
        return sites
    present, inverse = np.unique(sites, return_inverse=True)
    total = np.bincount(inverse, weights=lengths)
    sliver = (total < _SLIVER_M) & (total < _SLIVER_SHARE * total.sum())
    main = present[total.argmax()]
    return np.where(sliver[inverse], main, sites)


# --- where streets lie --------------------------------------------------------------------------


def _central(points: NDArray[np.float64], weights: NDArray[np.float64]) -> int:
    """Index of the point nearest to the weighted centre: it lies on the street, a mean need not."""
    if len(points) == 1:
        return 0
    xy = to_mercator(points)
    centre = np.average(xy, axis=0, weights=np.maximum(weights, 1e-9))
    return int(((xy - centre) ** 2).sum(axis=1).argmin())


def cells_of(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n, 2) cell of `_CELL_M` that each point lies in."""
    scale = np.cos(np.radians(points[:, 1].mean())) if len(points) else 1.0
    return np.floor(to_mercator(points) * scale / _CELL_M).astype(np.int64)


def _clusters(cells: NDArray[np.int64]) -> NDArray[np.intp]:
    """Label of each row: rows whose cells touch, directly or in a chain, share one."""
    if (cells == cells[0]).all():
        return np.zeros(len(cells), dtype=np.intp)
    label: dict[tuple[int, int], int] = dict.fromkeys(map(tuple, cells.tolist()), -1)
    count = 0
    for start in label:
        if label[start] < 0:
            _flood(start, count, label)
            count += 1
    return np.array([label[x, y] for x, y in cells.tolist()], dtype=np.intp)


def _flood(start: tuple[int, int], mark: int, label: dict[tuple[int, int], int]) -> None:
    todo = [start]
    label[start] = mark
    while todo:
        x, y = todo.pop()
        for other in ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            if label.get(other, 0) < 0:
                label[other] = mark
                todo.append(other)


def positions_of(
    things: Sequence[AddressFeature]
    | Sequence[PlaceFeature]
    | Sequence[LandmarkFeature]
    | Sequence[Street],
) -> NDArray[np.float64]:
    """(n, 2) lon, lat."""
    return np.array([(each.lon, each.lat) for each in things], dtype=np.float64).reshape(-1, 2)
