"""Places of a long list, kept small: a nation has 200,000 of them, at 2 kB each as objects."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import islice

from planning.model import Place
from planning.wire import dump, load

_TOGETHER = 500
"""Places that are packed together, and unpacked when one of them is asked for."""
_LEVEL = 1
"""Of compression: the quickest makes a place a sixth of its text already."""


class Located(Mapping[str, Place]):
    """Case id → place, in the order in which they came. Quick for who asks in that order, too."""

    def __init__(self, places: Iterable[tuple[str, Place]]) -> None:
        self._at: dict[str, int] = {}
        self._packs: list[bytes] = []
        coming = iter(places)
        while some := list(islice(coming, _TOGETHER)):
            first = len(self._packs) * _TOGETHER
            self._at.update((case_id, first + at) for at, (case_id, _) in enumerate(some))
            self._packs.append(_packed([place for _, place in some]))
        self._open: tuple[int, Sequence[Place]] = (-1, ())
        self._instead: Mapping[str, Place] = {}

    def but(self, others: Mapping[str, Place]) -> Located:
        """The same places, except for the cases of `others`, which are among them."""
        changed = copy(self)
        changed._instead = {**self._instead, **others}
        return changed

    def __getitem__(self, case_id: str) -> Place:
        if case_id in self._instead:
            return self._instead[case_id]
        number, at = divmod(self._at[case_id], _TOGETHER)
        opened, places = self._open
        if opened != number:
            places = _unpacked(self._packs[number])
            self._open = number, places
        return places[at]

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


def _packed(places: Sequence[Place]) -> bytes:
    # JSON has no line break but those that it escapes.
    return zlib.compress("\n".join(map(dump, places)).encode(), _LEVEL)


def _unpacked(pack: bytes) -> list[Place]:
    return [load(Place, line) for line in zlib.decompress(pack).decode().split("\n")]
