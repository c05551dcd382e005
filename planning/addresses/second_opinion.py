"""A second geocoder beside our own: asked where ours is in doubt, and never believed by itself."""

from __future__ import annotations

from dataclasses import replace

from planning.addresses.geocoder import Locator
from planning.addresses.index import metres
from planning.errors import OutreachError
from planning.model import Address, Candidate, Level, Place
from planning.text import note

MOST_ADDED = 3
"""Candidates of the second geocoder that a person has to look at."""

SAME_M = 50.0
"""Two points this near are one place to whoever looks at the map."""


class SecondOpinion:
    """Our own geocoder first; another one only for what waits for a person anyway.

    A village without street names that was found and named is not asked for again: nothing finer
    was wanted. The other's places become candidates behind our own, with its reasons; the answer
    itself and its place in the review queue stay as they are.
    """

    def __init__(self, own: Locator, other: Locator | None) -> None:
        """Without `other` this is our own geocoder and nothing more."""
        self.fault: OutreachError | None = None
        """Why the other geocoder could not be asked any more; None while it can."""
        self.unasked = 0
        """Addresses that it was not asked for because of `fault`."""
        self._own = own
        self._other = other

    def locate(self, address: Address) -> Place:
        """The place of `address`. Any text has exactly one answer; nothing is raised."""
        place = self._own.locate(address)
        if self._other is None or not place.needs_review or place.service_address:
            return place
        if self.fault is None:
            try:
                return with_opinion(place, self._other.locate(address))
            except OutreachError as error:
                self.fault = error
        self.unasked += 1
        return place


def with_opinion(place: Place, other: Place) -> Place:
    """`place`, still to be reviewed, with what the other geocoder found behind its candidates."""
    if other.level is Level.NONE:
        return replace(place, needs_review=True, notes=(*place.notes, *other.notes))
    new = [each for each in other.candidates if not _among(each, place.candidates)]
    agrees = (
        () if new[:1] == list(other.candidates[:1]) else (note("both point to the same place"),)
    )
    return replace(
        place,
        needs_review=True,
        candidates=(*place.candidates, *new[:MOST_ADDED]),
        notes=(*place.notes, *other.notes, *agrees),
    )


def _among(candidate: Candidate, known: tuple[Candidate, ...]) -> bool:
    return any(
        each.level is candidate.level
        and metres(each.lon, each.lat, candidate.lon, candidate.lat) <= SAME_M
        for each in known
    )
