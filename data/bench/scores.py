"""What a geocoder's answers to a list are worth, whoever gave them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.bench.lists.writing import Listed, Sought
from planning.model import Level, LonLat, Place

WRONG_M = 500.0
"""An answer farther off sends a team to another street."""
_CLOSE_M, _NEAR_M = 50.0, 150.0
_PRECISE = frozenset({Level.HOUSE, Level.INTERPOLATED, Level.STREET, Level.QUARTER})


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to one listed address."""

    listed: Listed
    metres: float | None
    """From the answer to the nearest right place; None without an answer or a right place."""
    answered: bool
    accepted: bool = True
    """No person would look at it: geocoders that know no doubt accept all they answer."""
    precise: bool = True
    """It claims a street or door, not only a settlement."""
    door: bool = False
    """It claims to be the very door."""

    @property
    def taken(self) -> bool:
        """A team would be sent there unseen."""
        return self.answered and self.accepted


def reply_of_place(listed: Listed, place: Place) -> Reply:
    """Our geocoder's answer."""
    at = None if place.lon is None or place.lat is None else (place.lon, place.lat)
    return Reply(
        listed,
        None if at is None else listed.metres_off(at),
        answered=at is not None,
        accepted=not place.needs_review,
        precise=place.level in _PRECISE,
        door=place.level is Level.HOUSE,
    )


def reply_of_point(listed: Listed, at: LonLat | None) -> Reply:
    """The answer of a geocoder that gives a point and nothing else."""
    return Reply(listed, None if at is None else listed.metres_off(at), answered=at is not None)


def _within(metres: float) -> Callable[[Reply], bool]:
    return lambda reply: reply.metres is not None and reply.metres <= metres


def _wrong(reply: Reply) -> bool:
    return reply.taken and reply.metres is not None and reply.metres > WRONG_M


def _sent_to_review(reply: Reply) -> bool:
    return not reply.taken


def _asks(sought: Sought) -> Callable[[Reply], bool]:
    return lambda reply: reply.listed.sought is sought


def _taken(reply: Reply) -> bool:
    return reply.taken


_PLACE = _asks(Sought.PLACE)
_FIGURES: tuple[tuple[str, Callable[[Reply], bool], Callable[[Reply], bool]], ...] = (
    ("within 50 m", _PLACE, _within(_CLOSE_M)),
    ("within 150 m", _PLACE, _within(_NEAR_M)),
    ("to review or not found", _PLACE, _sent_to_review),
    ("wrong among accepted", lambda r: _PLACE(r) and r.taken and r.precise, _wrong),
    ("fictitious street claimed", _asks(Sought.FICTITIOUS), _taken),
    ("street of another settlement claimed", _asks(Sought.ELSEWHERE), _taken),
    ("settlement outside the map claimed", _asks(Sought.OUTSIDE), _taken),
    ("unmapped number wrong", _asks(Sought.UNMAPPED), _wrong),
    ("unmapped number claimed as a door", _asks(Sought.UNMAPPED), lambda r: r.taken and r.door),
    ("no address claimed", _asks(Sought.NOTHING), _taken),
    ("several places, one claimed", _asks(Sought.SEVERAL), _taken),
)
"""Name, which replies it is a share of, which of those count. "Wrong" is more than 500 m off."""

Figures = Mapping[str, float | None]


def score(replies: Sequence[Reply]) -> dict[str, float | None]:
    """Every figure as a share from 0 to 1; None where no reply could count."""
    figures: dict[str, float | None] = {}
    for name, of, counts in _FIGURES:
        asked = [reply for reply in replies if of(reply)]
        figures[name] = round(sum(map(counts, asked)) / len(asked), 4) if asked else None
    return figures


def by_trouble(replies: Iterable[Reply]) -> dict[str, dict[str, float | None]]:
    """Kind of trouble → how many, and the figures of those with a right place, worst first."""
    found: dict[str, list[Reply]] = defaultdict(list)
    for reply in replies:
        if reply.listed.sought is Sought.PLACE:
            for trouble in reply.listed.troubles or ("none",):
                found[trouble].append(reply)
    names = [name for name, *_ in _FIGURES[:4]]
    rows = {
        trouble: {"addresses": len(mine)} | {name: score(mine)[name] for name in names}
        for trouble, mine in found.items()
    }
    return dict(sorted(rows.items(), key=lambda row: row[1][names[1]] or 0.0))
