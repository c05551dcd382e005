"""A team's day on a phone: links given and taken back, the day opened, reports taken in."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from planning import phone, roles, text
from planning.campaign.ladder import Channel, Contact
from planning.desk.team_day import TeamDay, TeamDesk
from planning.errors import Conflict, Fault, InputError, NotFound, OutreachError
from planning.model import Outcome, PhoneLink, Result, Role, User, Visit
from planning.phone import Answer, LinkRefused, Report, Taken, Trouble, Troubled, Why
from planning.roles import Action
from planning.stores import Registry, Work
from planning.text import note, one_line

LONGEST_NOTE = 500
_DOOR = "phone door"


@dataclass(frozen=True, slots=True)
class GivenLink:
    """A link and what its holder has in hand."""

    link: PhoneLink
    token: str
    """Secret: it opens the day."""


@dataclass(frozen=True, slots=True)
class PhoneDay:
    """A team's day with what only its page on the phone needs."""

    day: TeamDay
    version: int
    """Of the published plan."""
    name: str
    """Of the team's day, the same for every link to it; says nothing to anybody else."""
    names: dict[str, str]
    """Visit id → a name that stays when the plan changes; says nothing to anybody else."""
    doors: dict[str, str]
    """Visit id → its cases, sealed: what the phone hands in with its report."""
    said: dict[str, tuple[Outcome, ...]]
    """Visit id → what was recorded at this very day, one a phone, the last one counts."""
    before: dict[str, Outcome]
    """Visit id → what was recorded last on an earlier day, by whichever team."""
    unsafe: frozenset[str]
    """Visits at whose door some team was not safe before."""
    called: dict[str, Contact]
    """Visit id → what came of the last telephone call to the family."""


def let_in(registry: Registry, token: str, *, now: datetime, sending: bool = False) -> PhoneLink:
    """The link of `token`, if it opens its day at `now`, the time at the office.

    Raises:
        LinkRefused: it is none of ours, or no longer holds.
    """
    link_id = phone.link_id_of(token)
    with registry.work(_visitor(link_id), reading=True) as work:
        link = work.phone_link(link_id) if link_id else None
        genuine = phone.genuine(token, link, work.signature)
    if link is None or not genuine:
        raise LinkRefused(Why.UNKNOWN)
    why = phone.refusal(link, now=now, sending=sending)
    if why is not None:
        with registry.work(_visitor(link_id)) as work:
            work.log_read("refuse_phone_link", link.team_id, f"{link.day.isoformat()} {why}")
        raise LinkRefused(why)
    return link


def holder(link: PhoneLink) -> User:
    """Who acts through a link: its team, and nobody else."""
    return User(_visitor(link.link_id), "", Role.TEAM, team_id=link.team_id)


def _visitor(link_id: str) -> str:
    return f"phone:{link_id}"


class PhoneDesk(TeamDesk):
    """Links, and what comes and goes through them."""

    def give_links(
        self, campaign_id: str, wanted: Iterable[tuple[str, date]], *, anew: bool = False
    ) -> dict[tuple[str, date], GivenLink]:
        """(team id, day) → a link that opens it: the one that holds already, or a new one.

        With `anew` those that hold are taken back first. A planner gives links to every team, a
        team to itself.

        Raises:
            InputError: a day that is over.
            NotFound: there is no such team.
        """
        now = self._now().astimezone()
        with self._registry.work(self.user.user_id) as work:
            campaign = work.campaign(campaign_id)
            known = {team.team_id for team in work.teams(campaign_id)}
            holding = {
                (link.team_id, link.day): link
                for link in work.phone_links(campaign_id)
                if phone.refusal(link, now=now) in (None, Why.EARLY)
            }
            given = {}
            for team_id, day in dict.fromkeys(wanted):
                self._require_giving(team_id)
                if team_id not in known:
                    raise NotFound("no such team")
                link = holding.get((team_id, day))
                if link is not None and anew:
                    self._revoke(work, link)
                if link is None or anew:
                    until = phone.expires(campaign, day, now=now)
                    if until <= now:
                        raise InputError(
                            note("{date} is over; choose a day to come", date=day.isoformat())
                        )
                    link = self._new_link(work, campaign_id, team_id, day, until)
                given[team_id, day] = GivenLink(link, phone.token(link, work.signature))
        return given

    def phone_links(self, campaign_id: str) -> list[PhoneLink]:
        """Links of the teams that this user may give links to, the newest first."""
        with self._registry.work(self.user.user_id) as work:
            links = work.phone_links(campaign_id)
        everybodys = roles.may(self.user, Action.PUBLISH)
        if not everybodys:
            roles.require(self.user, Action.RECORD_OUTCOME, team_id=self.user.team_id)
        return [each for each in reversed(links) if everybodys or each.team_id == self.user.team_id]

    def revoke_link(self, link_id: str) -> None:
        """Takes a link back: the next contact empties every phone that holds it.

        Raises:
            NotFound: there is no such link.
        """
        with self._registry.work(self.user.user_id) as work:
            link = work.phone_link(link_id)
            if link is None:
                raise NotFound("there is no such link")
            self._require_giving(link.team_id)
            self._revoke(work, link)

    def phone_day(self, link: PhoneLink) -> PhoneDay:
        """What a phone gets to see through `link`.

        Raises:
            NotFound: the published plan does not send the team out that day.
        """
        day = self.team_day(link.campaign_id, link.team_id, link.day)
        with self._registry.work(self.user.user_id, reading=True) as work:
            published = work.team_route(link.campaign_id, link.team_id, link.day)
            case_ids = [each for visit in day.visits for each in visit.case_ids]
            outcomes = work.outcomes_of(link.campaign_id, case_ids)
            contacts = work.contacts(link.campaign_id)
            name = _short_name(work, phone.day_of(link))
            names = {
                visit.visit_id: _short_name(work, json.dumps([name, *visit.case_ids]))
                for visit in day.visits
            }
            doors = {
                visit.visit_id: _door(work, link, visit.visit_id, visit.case_ids)
                for visit in day.visits
            }
        said = phone.by_visit(outcomes, day.visits)
        today = {
            visit_id: phone.last_of_each_phone(
                phone.holding(each for each in all_ if each.day == link.day)
            )
            for visit_id, all_ in said.items()
        }
        earlier = {
            visit_id: [each for each in all_ if each.day < link.day]
            for visit_id, all_ in said.items()
        }
        return PhoneDay(
            day=day,
            version=published.version if published else 0,
            name=name,
            names=names,
            doors=doors,
            said={visit_id: tuple(last.values()) for visit_id, last in today.items()},
            before={visit_id: all_[-1] for visit_id, all_ in earlier.items() if all_},
            unsafe=frozenset(
                visit_id
                for visit_id, all_ in earlier.items()
                if any(each.result is Result.UNSAFE for each in all_)
            ),
            called=_last_calls(contacts, day.visits),
        )

    def take_reports(self, link: PhoneLink, reports: Sequence[Report]) -> tuple[Answer, ...]:
        """Keeps what a phone typed, each report by itself: one that is refused stops no other.

        A report on a door of the link's team is a fact: it is kept when the plan has changed
        meanwhile, too, and counts. One that is not answered for could not be kept just now.
        """
        roles.require(self.user, Action.RECORD_OUTCOME, team_id=link.team_id)
        with self._registry.work(self.user.user_id, reading=True) as work:
            now = _visits_today(work, link)
        # A plan made since has nothing of a day that is over: it says nothing about that day.
        told_by_plan = bool(now) or link.day >= self._today()
        answers = []
        for report in reports:
            with suppress(OutreachError):  # of the registry itself: the phone sends it again
                answers.append(self._take(link, report, now, told_by_plan=told_by_plan))
        return tuple(answers)

    def _take(
        self, link: PhoneLink, report: Report, now: dict[tuple[str, ...], str], *,
        told_by_plan: bool,
    ) -> Answer:  # fmt: skip
        """Keeps one report in a transaction of its own."""
        with self._registry.work(self.user.user_id) as work:
            try:
                visit_id, case_ids = _opened(work, link, report.door)
                outcome = self._outcome(link, report, now.get(case_ids, visit_id), case_ids)
                outcome = replace(outcome, off_route=told_by_plan and case_ids not in now)
                new = work.add_outcome(link.campaign_id, outcome)
            except OutreachError as error:
                return Answer(report.key, Taken.REFUSED, str(error))
            if new:
                work.log("record_outcome", outcome.visit_id, str(outcome.result))
        if not new:
            return Answer(report.key, Taken.KNOWN)
        return Answer(report.key, Taken.OFF_ROUTE if outcome.off_route else Taken.KEPT)

    def _outcome(
        self, link: PhoneLink, report: Report, visit_id: str, case_ids: tuple[str, ...]
    ) -> Outcome:
        note = one_line(report.note)
        if len(note) > LONGEST_NOTE:
            raise InputError(
                Fault(text.note("longer than {most} characters", most=LONGEST_NOTE), field="note")
            )
        if not phone.phone_of(report.key):
            raise InputError(Fault(text.note("this is no key of a phone"), field="key"))
        now = self._now()
        first = datetime.combine(link.day, time(), now.astimezone().tzinfo)
        typed = phone.typed_at(report, now=now, first=min(first, now))
        return Outcome(
            visit_id=visit_id,
            team_id=link.team_id,
            day=link.day,
            result=report.result,
            recorded_at=typed.astimezone(UTC).isoformat(timespec="seconds"),
            note=note,
            kits_handed=report.kits_handed,
            key=report.key,
            case_ids=case_ids,
            next_step=report.next_step,
        )

    def troubled_reports(self, campaign_id: str, *, days: int = 14) -> tuple[Troubled, ...]:
        """What phones sent in the last `days` that somebody should look at, the newest first."""
        own = {team.team_id for team in self.teams(campaign_id)}
        since = self._now().date() - timedelta(days=days)
        with self._registry.work(self.user.user_id) as work:
            outcomes = work.outcomes(campaign_id)
            work.log_read("read_outcomes", campaign_id, "phones")
        recent = (
            each
            for each in outcomes
            if each.team_id in own
            and datetime.fromisoformat(each.recorded_at).date() >= since
        )  # fmt: skip
        return phone.troubled(recent)

    def settle_reports(self, campaign_id: str, key: str) -> None:
        """Of what phones said differently of a visit, the record of `key` holds; all are kept.

        Counts and plans follow it. A report that comes in later is to be looked at again.

        Raises:
            Conflict: it is not, or no longer, among what phones disagree on.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            outcomes = work.outcomes(campaign_id)
            found = next(
                (
                    (told, each)
                    for told in phone.troubled(outcomes)
                    for each in told.outcomes
                    if told.trouble is Trouble.DISAGREE and each.key == key
                ),
                None,
            )
            if found is None:
                raise Conflict("phones no longer disagree there: look at the list again")
            told, holds = found
            settled = phone.settlement(told.outcomes, holds, at=self._now())
            work.add_outcome(campaign_id, settled)
            work.log("settle_reports", holds.visit_id, str(holds.result))

    def _require_giving(self, team_id: str) -> None:
        """A planner sends every team its route; a team may open its own on its phone."""
        if not roles.may(self.user, Action.PUBLISH):
            roles.require(self.user, Action.RECORD_OUTCOME, team_id=team_id)

    def _new_link(
        self, work: Work, campaign_id: str, team_id: str, day: date, until: datetime
    ) -> PhoneLink:
        link = PhoneLink(
            link_id=secrets.token_urlsafe(phone.ID_LENGTH * 6 // 8),
            campaign_id=campaign_id,
            team_id=team_id,
            day=day,
            expires=until.astimezone(UTC).isoformat(timespec="seconds"),
            made_at=self._now().astimezone(UTC).isoformat(timespec="seconds"),
            made_by=self.user.user_id,
        )
        work.add_phone_link(link)
        work.log("give_phone_link", team_id, day.isoformat())
        return link

    @staticmethod
    def _revoke(work: Work, link: PhoneLink) -> None:
        work.revoke_phone_link(link.link_id)
        work.log("revoke_phone_link", link.team_id, link.day.isoformat())


def _visits_today(work: Work, link: PhoneLink) -> dict[tuple[str, ...], str]:
    """Case ids → visit id of what the published plan sends the team to on the link's day."""
    found = work.team_route(link.campaign_id, link.team_id, link.day)
    return {visit.case_ids: visit.visit_id for visit in found.plan.visits} if found else {}


def _last_calls(contacts: Iterable[Contact], visits: Iterable[Visit]) -> dict[str, Contact]:
    """Visit id → the newest telephone call about any of its cases."""
    visit_of = {case_id: visit.visit_id for visit in visits for case_id in visit.case_ids}
    calls = (each for each in contacts if each.channel is Channel.PHONE)
    newest = sorted(calls, key=lambda each: datetime.fromisoformat(each.at))
    return {visit_of[each.case_id]: each for each in newest if each.case_id in visit_of}


def _short_name(work: Work, text: str) -> str:
    return base64.urlsafe_b64encode(work.signature("phone name", text)[:9]).decode()


def _door(work: Work, link: PhoneLink, visit_id: str, case_ids: tuple[str, ...]) -> str:
    """A visit's cases, sealed for the team's day."""
    sealed = work.sealed_for(_DOOR, json.dumps([visit_id, *case_ids]), phone.day_of(link))
    return base64.urlsafe_b64encode(sealed).decode()


def _opened(work: Work, link: PhoneLink, door: str) -> tuple[str, tuple[str, ...]]:
    """The visit's id in the plan of that time, and its cases.

    Raises:
        InputError: it was not made for this team's day.
    """
    try:
        sealed = base64.urlsafe_b64decode(door.encode("ascii"))
        visit_id, *case_ids = json.loads(work.opened_for(_DOOR, sealed, phone.day_of(link)))
    except (binascii.Error, UnicodeEncodeError, InputError):
        raise InputError(Fault(text.note("was not given to this phone"), field="door")) from None
    return visit_id, tuple(case_ids)
