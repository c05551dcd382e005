"""One case typed in by hand: a call on the hotline, a referral, a child missing from a class."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from planning.decisions import recalled, settled
from planning.desk.base import DeskBase
from planning.errors import Conflict, Fault, InputError
from planning.intake.words import SERVICE_ADDRESS
from planning.model import Address, Campaign, Case, Place
from planning.retention import ERASED_BEFORE
from planning.stores import Work
from planning.text import MAX_CELL, note, one_line


class OneCaseDesk(DeskBase):
    """Keeps one case, its address found and what was decided on it before remembered."""

    def _found(self, campaign: Campaign, address: Address) -> Place:
        """Where an address lies. Finding it takes a moment: outside of a transaction."""
        return self._locator(self._regions.open(campaign.region)).locate(address)

    def _add_case(self, work: Work, campaign: Campaign, case: Case, place: Place) -> None:
        """Keeps a new case within a transaction.

        Raises:
            InputError: no address, something longer than a cell, or a child who was erased.
            Conflict: there is a case of that id.
        """
        case = _cleaned(case)
        _refuse(case)
        if work.some_cases(campaign.campaign_id, [case.case_id]):
            raise Conflict("this became a case already; look at it again")
        if work.erased(campaign.campaign_id, [case]):
            raise InputError(Fault(ERASED_BEFORE, field="child"))
        memory = work.remembered(campaign.campaign_id, [case])
        decided = {}
        if case.case_id in memory:
            region = self._regions.open(campaign.region)
            with suppress(InputError):  # a choice that no longer fits the region's bounds
                choice = memory[case.case_id].choice
                place = recalled(settled(place, choice, region, address=case.address))
                decided = memory
        work.add_cases(campaign.campaign_id, [case], {case.case_id: place}, decided=decided)
        work.log("add_case", case.case_id)


def _cleaned(case: Case) -> Case:
    address = case.address
    return replace(
        case,
        child=one_line(case.child),
        national_id=one_line(case.national_id),
        phone=one_line(case.phone),
        note=one_line(case.note),
        hazard=one_line(case.hazard),
        address=Address(
            one_line(address.text),
            one_line(address.settlement),
            one_line(address.municipality),
            one_line(address.province),
            one_line(address.district),
            one_line(address.postcode),
        ),
        service_address=case.service_address or bool(SERVICE_ADDRESS.search(address.text)),
    )


def _refuse(case: Case) -> None:
    typed = {
        "child": case.child, "national ID": case.national_id, "phone": case.phone,
        "note": case.note, "hazard": case.hazard, "address": case.address.text,
        "settlement": case.address.settlement, "municipality": case.address.municipality,
    }  # fmt: skip
    faults = [
        Fault(note("longer than {most} characters; shorten it", most=MAX_CELL), field=field)
        for field, text in typed.items()
        if len(text) > MAX_CELL
    ]
    if not (case.address.text or case.address.settlement):
        faults.append(Fault(note("write the address, or at least the settlement"), field="address"))
    if case.children < 1:
        faults.append(Fault(note("a case is about at least one child"), field="children"))
    if faults:
        raise InputError(faults)
