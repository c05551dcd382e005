"""Turn restrictions: from relations to pairs of moves that may not follow each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.regions.atoms import Atoms, Ints
from planning.travel.profiles import TurnRule

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Restriction:
    """A rule about turning at one node, by the file's ids."""

    rule: TurnRule
    leave: tuple[int, ...]
    """Ways one comes from; several under "no_entry"."""
    via: int
    enter: tuple[int, ...]
    """Ways one may not, or must, turn into; several under "no_exit"."""


def forbidden_pairs(atoms: Atoms, restrictions: Sequence[Restriction]) -> tuple[Ints, int]:
    """((k, 2) of states that must not follow each other, sorted; how many rules gave any).

    A rule counts only where it is clear: each of its ways must arrive at, or leave, the node in
    exactly one way. A way that runs through the node could be meant on either side.
    """
    at_node, allowed = _incident(atoms, restrictions), atoms.kmh > 0
    pairs: set[tuple[int, int]] = set()
    applied = 0
    for restriction in restrictions:
        found = _pairs(atoms, allowed, restriction, at_node.get(restriction.via, ()))
        pairs |= found
        applied += bool(found)
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2), applied


def _incident(atoms: Atoms, restrictions: Sequence[Restriction]) -> dict[int, list[int]]:
    """The states that end at each node with a rule, whether allowed or not."""
    vias = np.unique(np.array([each.via for each in restrictions], dtype=np.int64))
    reaches = atoms.reaches
    known = np.flatnonzero(reaches < len(atoms.refs))
    ref = atoms.refs[reaches[known]]
    chosen = np.isin(ref, vias)
    found: dict[int, list[int]] = defaultdict(list)
    for via, state in zip(ref[chosen].tolist(), known[chosen].tolist(), strict=True):
        found[via].append(state)
    return found


def _pairs(
    atoms: Atoms, allowed: NDArray[np.bool_], restriction: Restriction, incident: Sequence[int]
) -> set[tuple[int, int]]:
    arriving = [state for state in incident if allowed[state]]
    leaving = [state ^ 1 for state in incident if allowed[state ^ 1]]
    sources = _clear(atoms, arriving, restriction.leave)
    targets = _clear(atoms, leaving, restriction.enter)
    if restriction.rule is TurnRule.ONLY and targets:
        targets = [state for state in leaving if state not in targets]
    return {(source, target) for source in sources for target in targets}


def _clear(atoms: Atoms, states: Sequence[int], ways: Sequence[int]) -> list[int]:
    """Of each way the state that is on it, if there is just one."""
    found = []
    for way in ways:
        on_way = [state for state in states if atoms.way[state >> 1] == way]
        if len(on_way) == 1:
            found += on_way
    return found
