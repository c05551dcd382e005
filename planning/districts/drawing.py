"""One municipality's visits and teams → its districts, by trying and correcting.

Quotas start even. The work that comes out of a drawing (travel within each district, on foot for a
team on foot, over each team's own hours) corrects them, a few times; the best drawing seen wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planning.districts import balance, staffing
from planning.districts.balance import Labels
from planning.districts.pieces import Members, cut
from planning.districts.work import (
    Flags,
    Floats,
    available_seconds,
    between_seconds,
    shares,
    to_plane,
    tree_edges,
)
from planning.model import Team, Visit

LEAST_WORK = 2 * 3600.0
"""Seconds of work that are worth a district of their own."""

_STARTS = 4
_CORRECTIONS = 8
_ROUNDS = (12, 3)
"""Of the first settling, and of each one after a correction, which begins nearly settled."""
_STEP = 0.7
"""How far quotas follow the work that came out: 1 overshoots, as travel is not proportional."""

COMPACTNESS = 0.5
"""How much 1 % more spread counts, in per cent of imbalance, when drawings are compared."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A municipality in metres: what does not change while its districts are drawn."""

    visits: tuple[Visit, ...]
    teams: tuple[Team, ...]
    days: int
    points: Floats
    """(n, 2) of the visits."""
    offices: Floats
    """(t, 2) of the teams."""
    able: Flags
    """(t, n) whether a team may make a visit."""
    service: Floats
    """(n,) seconds at the doors."""
    pieces: tuple[Members, ...]
    piece_points: Floats
    """(p, 2) middles of the pieces."""
    piece_work: Floats
    """(p,) seconds, ways between visits shared out."""
    districts: int
    """How many to draw."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Districts as positions of visits and teams in a `Ground`."""

    members: tuple[tuple[int, ...], ...]
    teams: tuple[int, ...]
    """Of each district."""
    loads: tuple[float, ...]
    """Seconds of work of each district, above zero."""


def survey(visits: Sequence[Visit], teams: Sequence[Team], days: int) -> Ground:
    """The ground of one municipality with at least one visit and one team."""
    degrees = np.array([(visit.lon, visit.lat) for visit in visits], dtype=np.float64)
    latitude = float(degrees[:, 1].mean())
    points = to_plane(degrees, latitude)
    service = np.array([visit.service_seconds for visit in visits], dtype=np.float64)
    # A visit without any service time still is a visit.
    work = np.maximum(shares(points, service), 60.0)
    count = max(1, min(len(teams), len(visits), int(work.sum() // LEAST_WORK)))
    pieces = tuple(cut(visits, points, work, share=float(work.sum()) / count))
    return Ground(
        visits=tuple(visits),
        teams=tuple(teams),
        days=max(1, days),
        points=points,
        offices=to_plane(np.array([(team.lon, team.lat) for team in teams]), latitude),
        able=np.array([[staffing.may_visit(team, visit) for visit in visits] for team in teams]),
        service=service,
        pieces=pieces,
        piece_points=np.array([np.average(points[p], axis=0, weights=work[p]) for p in pieces]),
        piece_work=np.array([work[piece].sum() for piece in pieces]),
        districts=min(count, len(pieces)),
    )


def draw(ground: Ground, rng: np.random.Generator) -> list[Drawing]:
    """The best drawing of each of a few random starts, the best of all first."""
    starts = [_corrected(ground, rng) for _ in range(_STARTS if ground.districts > 1 else 1)]
    closest = min(spread_metres(ground, each) for drawings in starts for each in drawings) or 1.0

    def score(drawing: Drawing) -> float:
        spread = spread_metres(ground, drawing) / closest
        return imbalance(ground, drawing) + COMPACTNESS * spread

    return sorted((min(drawings, key=score) for drawings in starts), key=score)


def _corrected(ground: Ground, rng: np.random.Generator) -> list[Drawing]:
    """Drawings from one start, each with quotas corrected by the one before."""
    points, work = ground.piece_points, ground.piece_work
    centres = balance.start_centres(points, work, ground.districts, rng)
    quota = np.ones(ground.districts)
    drawings = []
    for turn in range(_CORRECTIONS if ground.districts > 1 else 1):
        rounds = _ROUNDS[min(turn, 1)]
        labels, centres = balance.settle(points, work, centres, quota, rounds=rounds)
        labels = _without_empty(labels, points, centres)
        drawing = staffed(ground, labels)
        drawings.append(drawing)
        time = time_of(ground, drawing)
        wanted = time / time.sum() * sum(drawing.loads)
        quota = quota * (wanted / np.array(drawing.loads)) ** _STEP
    return drawings


def _without_empty(labels: Labels, points: Floats, centres: Floats) -> Labels:
    """`labels` with a piece for every district: pieces cannot be split, so one may go without.

    It takes the nearest piece of a district that has more than one.
    """
    labels = labels.copy()
    for empty in set(range(len(centres))) - set(labels.tolist()):
        sizes = np.bincount(labels, minlength=len(centres))
        away = ((points - centres[empty]) ** 2).sum(axis=1)
        away[sizes[labels] < 2] = np.inf
        labels[int(away.argmin())] = empty
    return labels


def staffed(ground: Ground, labels: Labels) -> Drawing:
    """The districts that `labels` make of the pieces, each with its team and its work."""
    members = tuple(
        tuple(sorted(int(m) for p in np.flatnonzero(labels == at) for m in ground.pieces[p]))
        for at in range(ground.districts)
    )
    trees = [tree_edges(ground.points[list(here)])[2] for here in members]
    teams = staffing.staff(
        ground.teams, ground.offices, ground.able, members, trees, ground.points, ground.days
    )
    loads = tuple(
        float(ground.service[list(here)].sum()) + between_seconds(tree, ground.teams[who].mode) + 1
        for here, tree, who in zip(members, trees, teams, strict=True)
    )
    return Drawing(members, tuple(teams), loads)


def time_of(ground: Ground, drawing: Drawing) -> Floats:
    """(k,) seconds that each district's team has."""
    return np.array([available_seconds(ground.teams[who], ground.days) for who in drawing.teams])


def imbalance(ground: Ground, drawing: Drawing) -> float:
    """Most work over mean work, each as a share of the team's time: 1 is even."""
    shares_ = np.array(drawing.loads) / time_of(ground, drawing)
    return float(shares_.max() / shares_.mean())


def spread_metres(ground: Ground, drawing: Drawing) -> float:
    """Mean metres from a visit to the middle of its district: small is compact."""
    away = [
        np.hypot(*(ground.points[list(here)] - ground.points[list(here)].mean(axis=0)).T)
        for here in drawing.members
    ]
    return float(np.concatenate(away).mean())
