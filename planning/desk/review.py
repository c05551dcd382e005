"""Addresses that a person should look at."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import replace

from planning import pipeline, roles
from planning.decisions import (
    against_the_list,
    decides_others,
    settled,
    together,
)
from planning.desk.base import DeskBase
from planning.errors import Conflict, InputError
from planning.model import (
    CaseRecord,
    Choice,
    Level,
    Place,
)
from planning.review import Review, Settled, hang_together, review_of
from planning.roles import Action
from planning.stores import Region, Work
from planning.text import note


class ReviewDesk(DeskBase):
    """Decisions on places."""

    def review(
        self,
        campaign_id: str,
        *,
        opened: MutableMapping[tuple[str, int], CaseRecord] | None = None,
    ) -> Review:
        """Addresses that a person should look at, and those that were decided on.

        `opened` keeps records between calls, by case and version: only what changed is opened.
        """
        own = self._own(Action.REVIEW)
        opened = {} if opened is None else opened
        with self._registry.work(self.user.user_id) as work:
            states = work.case_states(campaign_id, municipality_code=own)
            sealed = [each.case_id for each in states if (each.case_id, each.version) not in opened]
            for record in work.some_cases(campaign_id, sealed):
                opened[record.case.case_id, record.version] = record
            names = {each.user_id: each.name for each in work.users()}
            work.log_read("read_cases", campaign_id, "review")
        return review_of(((each, opened[each.case_id, each.version]) for each in states), names)

    def settle(self, campaign_id: str, case_id: str, choice: Choice, *, version: int) -> Settled:
        """Keeps a person's decision about an address, for all cases that hang on it.

        These are the campaign's cases of the same address that nobody has decided on, and those
        that came with the case's decision before. Later cases of the address get it on import.

        Raises:
            Conflict: somebody decided meanwhile.
            InputError: the choice names nothing, a candidate that does not exist, or a point
                outside the region.
        """
        with self._registry.work(self.user.user_id) as work:
            region = self._regions.open(work.campaign(campaign_id).region)
            work.take_turn(campaign_id)
            record, *others = self._hang_together(work, campaign_id, case_id)
            if choice.candidate and choice.candidate not in _place(record).candidates:
                raise InputError(note("there is no such candidate; look at the list again"))
            shared = decides_others(record.case.address, choice, region)
            places = {case_id: _settled(record, choice, region)}
            for each in others if shared else []:
                places[each.case.case_id] = together(_settled(each, choice, region))
            self._require_own(places.values())
            versions = {each.case.case_id: each.version for each in others} | {case_id: version}
            work.settle_places(campaign_id, places, versions=versions, note=choice.note)
            if shared:
                work.remember(campaign_id, case_id, choice)
            else:
                work.forget(campaign_id, record.case.address)
            for each_id, place in places.items():
                work.log("settle_place", each_id, str(place.level))
        place = places.pop(case_id)
        against = against_the_list(_place(record), place, region, record.case.address)
        return Settled(place, tuple(places), against)

    def reopen(self, campaign_id: str, case_id: str, *, version: int) -> tuple[str, ...]:
        """Takes a decision back, wherever it was applied in the campaign, and forgets it.

        Returns the cases that wait for review again, with the places found for them.

        Raises:
            Conflict: somebody else decided or took it back meanwhile.
        """
        with self._registry.work(self.user.user_id) as work:
            region = self._regions.open(work.campaign(campaign_id).region)
            records = self._hang_together(work, campaign_id, case_id)
        if not records[0].decided_by:
            raise Conflict("this decision was taken back already")
        again = [each for each in records if each.decided_by]
        # Finding addresses takes a while: no transaction is held meanwhile.
        places = dict(pipeline.locate([each.case for each in again], self._locator(region)))
        places = {each: replace(place, needs_review=True) for each, place in places.items()}
        versions = {each.case.case_id: each.version for each in again} | {case_id: version}
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            now = self._hang_together(work, campaign_id, case_id)
            if [each.case.case_id for each in now if each.decided_by] != [
                each.case.case_id for each in again
            ]:
                raise Conflict("somebody decided on this address meanwhile; look at it again")
            work.reopen_places(campaign_id, places, versions=versions)
            work.forget(campaign_id, again[0].case.address)
            for each_id in places:
                work.log("reopen_place", each_id)
        return tuple(places)

    def _hang_together(self, work: Work, campaign_id: str, case_id: str) -> list[CaseRecord]:
        """The case, if this user may review it, and those that are decided with it."""
        own = self._own(Action.REVIEW)
        alike = work.same_address(campaign_id, case_id)
        record = next(each for each in alike if each.case.case_id == case_id)
        self._require_own([_place(record)])
        return hang_together(record, [each for each in alike if not own or _is_in(each, own)])

    def _require_own(self, places: Iterable[Place]) -> None:
        """Refuses unless this user may review at all these places."""
        for place in places:
            roles.require(self.user, Action.REVIEW, municipality_code=place.municipality_code)


def _place(record: CaseRecord) -> Place:
    return record.place or Place(Level.NONE)


def _settled(record: CaseRecord, choice: Choice, region: Region) -> Place:
    return settled(_place(record), choice, region, address=record.case.address)


def _is_in(record: CaseRecord, municipality_code: str) -> bool:
    return record.place is not None and record.place.municipality_code == municipality_code
