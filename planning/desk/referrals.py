"""Referrals and the hotline; institutions, and the agreements that exchange rests on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from planning import roles
from planning.desk.one_case import OneCaseDesk
from planning.errors import Fault, InputError, NotFound
from planning.model import Address, Case, LogFilter, Place, Saved
from planning.partners import (
    Agreement,
    Institution,
    Referral,
    partners_on,
    refuse_overlap,
    require_agreement,
    the_office,
)
from planning.referrals import (
    RouteNews,
    above,
    acknowledged,
    calls_by_number,
    case_of,
    closed,
    escalated,
    inbox,
    refuse_new,
    route_news,
    to_escalate,
)
from planning.roles import Action
from planning.stores import Work
from planning.text import note


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits at the office. *Personal.*"""

    waiting: tuple[Saved[Referral], ...]
    """Not closed: overdue first, then urgent, then by deadline."""
    partners: tuple[str, ...]
    """Institutions that an agreement binds to this office today."""
    overdue: tuple[tuple[Saved[Referral], str], ...]
    """Overdue ones of which no institution was told, and whom to tell; "" for nobody."""
    closed: tuple[Saved[Referral], ...]
    """Newest first."""
    calls: tuple[tuple[str, int], ...]
    """(number of the hotline, calls that came on it), the office's numbers in their order."""


class ReferralDesk(OneCaseDesk):
    """What others tell the office, and what becomes of it."""

    # --- institutions and agreements ------------------------------------------------------------

    def institutions(self) -> list[Saved[Institution]]:
        """All institutions, with whom to ask for. *Personal.*"""
        roles.require(self.user, Action.REFER)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return work.institutions()

    def save_institution(self, institution: Institution, *, seen: int = 0) -> int:
        """Keeps an institution and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
            InputError: two would be the office, or answer for one area.
        """
        roles.require(self.user, Action.REFER)
        with self._registry.work(self.user.user_id) as work:
            refuse_overlap(institution, [each.value for each in work.institutions()])
            version = work.save_institution(institution, seen=seen)
            work.log("save_institution", institution.institution_id)
        return version

    def agreements(self) -> list[Saved[Agreement]]:
        """All agreements."""
        roles.require(self.user, Action.REFER)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return work.agreements()

    def save_agreement(self, agreement: Agreement, *, seen: int = 0) -> int:
        """Keeps an agreement and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
            InputError: fewer than two parties, one that is not known, or it ends before it begins.
        """
        roles.require(self.user, Action.REFER)
        with self._registry.work(self.user.user_id) as work:
            version = work.save_agreement(agreement, seen=seen)
            work.log("save_agreement", agreement.agreement_id)
        return version

    # --- the inbox ------------------------------------------------------------------------------

    def inbox(self, campaign_id: str) -> Inbox:
        """Referrals of the campaign, and of which somebody must be told."""
        roles.require(self.user, Action.REFER)
        today = self._today()
        with self._registry.work(self.user.user_id) as work:
            found = work.referrals(campaign_id)
            institutions = [each.value for each in work.institutions()]
            agreements = [each.value for each in work.agreements()]
            work.log_read("read_referrals", campaign_id, f"{len(found)} referrals")
        waiting = inbox(found, today)
        partners = partners_on(institutions, agreements, today)
        done = [each for each in found if each not in waiting]
        late = (
            (each, above(each.value, institutions, partners, _home(each.value, institutions)))
            for each in to_escalate(found, today)
        )
        hotlines = [number for each in institutions if each.office for number in each.hotlines]
        return Inbox(
            tuple(waiting), partners, tuple(late),
            tuple(sorted(done, key=lambda each: each.value.received_at, reverse=True)),
            calls_by_number((each.value for each in found), hotlines),
        )  # fmt: skip

    def receive_referral(
        self, campaign_id: str, *, institution_id: str, text: str, deadline: date,
        urgent: bool = False,
    ) -> str:  # fmt: skip
        """Keeps what an institution told; returns the referral's id.

        Raises:
            InputError: no agreement binds it to this office today, nothing told, or a deadline
                that is over.
        """
        roles.require(self.user, Action.REFER)
        today = self._today()
        with self._registry.work(self.user.user_id) as work:
            _require_agreement(work, institution_id, today)
            referral = self._new(institution_id, text, deadline, urgent)
            refuse_new(referral, today)
            work.save_referral(campaign_id, referral)
            work.log("receive_referral", referral.referral_id)
        return referral.referral_id

    def acknowledge_referral(self, campaign_id: str, referral_id: str, *, seen: int) -> None:
        """Answers for it from now on; the institution that told is to be told so.

        Raises:
            Conflict: somebody did before, or changed it after version `seen`.
            InputError: no agreement binds the institution to this office any more.
        """
        roles.require(self.user, Action.REFER)
        with self._registry.work(self.user.user_id) as work:
            referral = _referral(work, campaign_id, referral_id)
            _require_agreement(work, referral.institution_id, self._today())
            changed = acknowledged(referral, by=self.user.user_id, at=self._moment())
            work.save_referral(campaign_id, changed, seen=seen)
            work.log("acknowledge_referral", referral_id)

    def escalate_referral(self, campaign_id: str, referral_id: str, *, to: str, seen: int) -> None:
        """Notes which institution was told that nothing happened in time.

        Raises:
            InputError: it is not overdue, one was told before, or no agreement binds `to`.
            Conflict: somebody changed it after version `seen`.
        """
        roles.require(self.user, Action.REFER)
        today = self._today()
        with self._registry.work(self.user.user_id) as work:
            referral = _referral(work, campaign_id, referral_id)
            office = _require_agreement(work, to, today)
            if to == office.institution_id:
                raise InputError(
                    Fault(note("that is this office; tell an institution above it"),
                          field="institution", value=to)
                )  # fmt: skip
            changed = escalated(referral, to=to, at=self._moment(), today=today)
            work.save_referral(campaign_id, changed, seen=seen)
            work.log("escalate_referral", referral_id, to)

    def close_referral(self, campaign_id: str, referral_id: str, *, seen: int) -> None:
        """It was answered and needs no case.

        Raises:
            Conflict: it is closed, or somebody changed it after version `seen`.
        """
        roles.require(self.user, Action.REFER)
        with self._registry.work(self.user.user_id) as work:
            referral = _referral(work, campaign_id, referral_id)
            changed = closed(referral, by=self.user.user_id, at=self._moment())
            work.save_referral(campaign_id, changed, seen=seen)
            work.log("close_referral", referral_id)

    def open_case(self, campaign_id: str, referral_id: str, case: Case, *, seen: int) -> str:
        """Makes a referral a case, with its urgency and deadline; returns the case's id.

        Raises:
            InputError: no address, or the child was erased.
            Conflict: it is closed, or somebody changed it after version `seen`.
        """
        roles.require(self.user, Action.REFER)
        with self._registry.work(self.user.user_id, reading=True) as work:
            campaign = work.campaign(campaign_id)
        place = self._found(campaign, case.address)
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            referral = _referral(work, campaign_id, referral_id)
            made = case_of(referral, case)
            changed = closed(
                referral, by=self.user.user_id, at=self._moment(), case_id=made.case_id
            )
            self._add_case(work, campaign, made, place)
            work.save_referral(campaign_id, changed, seen=seen)
            work.log("close_referral", referral_id, made.case_id)
        return made.case_id

    # --- the hotline ----------------------------------------------------------------------------

    def check_address(self, campaign_id: str, address: Address) -> Place:
        """Where an address lies, with its candidates, while somebody is on the line."""
        roles.require(self.user, Action.REFER)
        with self._registry.work(self.user.user_id, reading=True) as work:
            campaign = work.campaign(campaign_id)
        return self._found(campaign, address)

    def take_call(
        self, campaign_id: str, case: Case, *, text: str, deadline: date, urgent: bool = False,
        hotline: str = "",
    ) -> str:  # fmt: skip
        """Makes a call on the office's own hotline a case; returns its id.

        `hotline` is the number that rang. Where the office has one only, it is that one.

        Raises:
            InputError: nothing told, no address, a deadline that is over, a number that is none of
                the office's, or a child who was erased; or nobody said yet which institution is
                this office.
        """
        roles.require(self.user, Action.REFER)
        with self._registry.work(self.user.user_id, reading=True) as work:
            campaign = work.campaign(campaign_id)
            office = the_office([each.value for each in work.institutions()])
        only = office.hotlines[0] if len(office.hotlines) == 1 else ""
        referral = self._new(office.institution_id, text, deadline, urgent, hotline=hotline or only)
        refuse_new(referral, self._today(), hotlines=office.hotlines)
        place = self._found(campaign, case.address)
        made = case_of(referral, case)
        done = closed(referral, by=self.user.user_id, at=self._moment(), case_id=made.case_id)
        with self._registry.work(self.user.user_id) as work:
            self._add_case(work, campaign, made, place)
            work.save_referral(campaign_id, done)
            work.log("take_call", referral.referral_id, made.case_id)
        return made.case_id

    # --- what a team is told --------------------------------------------------------------------

    def route_news(self, campaign_id: str, team_id: str, day: date) -> RouteNews | None:
        """How a team's route of today changed when the plan was last published; None if not."""
        with self._registry.work(self.user.user_id, reading=True) as work:
            team = work.team(campaign_id, team_id)
            roles.require(
                self.user, Action.SEE_ROUTES, municipality_code=team.municipality_code,
                team_id=team_id,
            )  # fmt: skip
            now = work.team_route(campaign_id, team_id, day)
            if now is None or day != self._today():
                return None
            published = work.audit(wanted=LogFilter(subject=campaign_id, action="publish"), limit=2)
            if len(published) < _TWICE:  # before that there was nothing to differ from
                return None
            before = work.route_before(campaign_id, team_id, day)
            return route_news(now, before, published[0].at)

    def _new(
        self, institution_id: str, text: str, deadline: date, urgent: bool, *, hotline: str = ""
    ) -> Referral:
        return Referral(
            uuid.uuid4().hex[:12], institution_id, self._moment(), deadline, text, urgent,
            hotline=hotline,
        )  # fmt: skip

    def _moment(self) -> str:
        return self._now().isoformat(timespec="seconds")


_TWICE = 2


def _require_agreement(work: Work, partner: str, day: date) -> Institution:
    """This office, where an agreement binds the partner to it on that day."""
    institutions = [each.value for each in work.institutions()]
    require_agreement(institutions, [each.value for each in work.agreements()], partner, day)
    return the_office(institutions)


def _referral(work: Work, campaign_id: str, referral_id: str) -> Referral:
    for each in work.referrals(campaign_id):
        if each.value.referral_id == referral_id:
            return each.value
    raise NotFound("there is no such referral")


def _home(referral: Referral, institutions: list[Institution]) -> str:
    """The municipality of the institution that told."""
    told = (
        each.municipality_code
        for each in institutions
        if each.institution_id == referral.institution_id
    )
    return next(told, "")
