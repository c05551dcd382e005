"""A team's day on a phone: the link that opens it, what the phone reports, and where two disagree.

A link is `<id><signature>`: twelve letters that name a `PhoneLink`, and twenty-four that only the
office's key makes of everything the link says (RFC 2104, HMAC-SHA-256, cut to 144 bits). Nothing in
it tells a team, a day or a person, and it can be made again at any time, to be printed on a sheet,
without being kept anywhere. It stands behind the `#` of an address, which browsers keep to
themselves: no server's log and no referrer ever holds it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from planning.errors import NotAllowed
from planning.model import Campaign, NextStep, Outcome, PhoneLink, Result, Visit

GRACE = timedelta(hours=4)
"""A day opens until four in the morning: teams come home late."""
LATE = timedelta(days=3)
"""For so long after that, what was typed on the day may still come in: a phone that found no
network on Friday is back at the office on Monday. Nothing can be read any more."""
SAMPLE_LASTS = timedelta(days=1)
"""The sample's days lie anywhere in the calendar: its links last a day from when they are made."""
ID_LENGTH = 12
_SIGNATURE_BYTES = 18
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{ID_LENGTH + _SIGNATURE_BYTES * 8 // 6}}}")
_PURPOSE = "phone link"

Sign = Callable[[str, str], bytes]
"""(purpose, text) → 32 bytes that only this office can make, as `stores.Work.signature`."""


class Why(StrEnum):
    """Why a link opens nothing. Only who holds a genuine one learns more than UNKNOWN."""

    UNKNOWN = "unknown"
    EARLY = "early"
    EXPIRED = "expired"
    REVOKED = "revoked"


class LinkRefused(NotAllowed):
    """This link opens nothing."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"this link opens nothing: {why}")
        self.why = why


def expires(campaign: Campaign, day: date, *, now: datetime) -> datetime:
    """Until when a link to `day` opens it; `now` has the office's own offset."""
    if campaign.invented:
        return now + SAMPLE_LASTS
    return datetime.combine(day + timedelta(days=1), time(), now.tzinfo) + GRACE


def token(link: PhoneLink, sign: Sign) -> str:
    """What the holder of `link` has in hand."""
    signed = sign(_PURPOSE, _claims(link))[:_SIGNATURE_BYTES]
    return link.link_id + base64.urlsafe_b64encode(signed).decode()


def link_id_of(given: str) -> str:
    """The id in a token; empty when it has not even the shape of one."""
    return given[:ID_LENGTH] if _TOKEN.fullmatch(given) else ""


def genuine(given: str, link: PhoneLink | None, sign: Sign) -> bool:
    """True when `given` is the token of `link`. Takes as long where there is no such link."""
    wanted = token(link or _NOBODYS, sign)
    return hmac.compare_digest(wanted.encode(), given.encode()) and link is not None


def refusal(link: PhoneLink, *, now: datetime, sending: bool = False) -> Why | None:
    """Why a genuine link opens nothing now; None where it does. `now` is as for `expires`.

    With `sending` it is asked for what was typed on the day, which may come late.
    """
    until = datetime.fromisoformat(link.expires) + (LATE if sending else timedelta())
    if link.revoked_at:
        return Why.REVOKED
    if now >= until:
        return Why.EXPIRED
    if now.date() < link.day - timedelta(days=1) and not _lasts_otherwise(link):
        return Why.EARLY
    return None


def _lasts_otherwise(link: PhoneLink) -> bool:
    """True for a link of the sample that ends before its day."""
    return datetime.fromisoformat(link.expires).date() < link.day


def day_of(link: PhoneLink) -> str:
    """Names the team's day itself: links that are given one after the other open the same one."""
    return json.dumps([link.campaign_id, link.team_id, link.day.isoformat()])


def _claims(link: PhoneLink) -> str:
    return json.dumps(
        [link.link_id, link.campaign_id, link.team_id, link.day.isoformat(), link.expires]
    )


_NOBODYS = PhoneLink("", "", "", date(2000, 1, 1), datetime(2000, 1, 1, tzinfo=UTC).isoformat(),
                     "", "")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody typed on a phone."""

    key: str
    """Made on the phone, `<phone>.<random>`: the same key twice is one outcome."""
    door: str
    """What the phone was given for the stop: names its cases to this office only."""
    result: Result
    next_step: NextStep = NextStep.NOTHING
    note: str = ""
    """*Personal.*"""
    kits_handed: int = 0
    seconds_ago: int = 0
    """Between typing and sending, on the phone's own clock, which may be wrong."""


class Taken(StrEnum):
    """What became of a report."""

    KEPT = "kept"
    KNOWN = "known"
    """It had come in before."""
    OFF_ROUTE = "off_route"
    """Kept, and a planner is told: the plan no longer sends this team there."""
    REFUSED = "refused"
    """It cannot be kept as it is. The phone goes on holding it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the phone is told of one report."""

    key: str
    taken: Taken
    why: str = ""
    """Of what was refused, in English."""


def typed_at(report: Report, *, now: datetime, first: datetime) -> datetime:
    """When it was typed: never in the future, and not before `first`."""
    try:
        return max(first, min(now, now - timedelta(seconds=report.seconds_ago)))
    except OverflowError:
        return first


def phone_of(key: str) -> str:
    """Which phone made an outcome's key; empty when none did."""
    phone, dot, _ = key.partition(".")
    return phone if dot else ""


def by_visit(outcomes: Iterable[Outcome], visits: Iterable[Visit]) -> dict[str, list[Outcome]]:
    """Visit id → the outcomes of its cases in the order they were typed; visits without any too."""
    found: dict[str, list[Outcome]] = {visit.visit_id: [] for visit in visits}
    visit_of = {case_id: visit.visit_id for visit in visits for case_id in visit.case_ids}
    for outcome in sorted(outcomes, key=_when):
        for visit_id in {visit_of[each] for each in outcome.case_ids if each in visit_of}:
            found[visit_id].append(outcome)
    return found


def _when(outcome: Outcome) -> tuple[datetime, str]:
    return datetime.fromisoformat(outcome.recorded_at), outcome.key


def last_of_each_phone(outcomes: Iterable[Outcome]) -> Mapping[str, Outcome]:
    """Phone → what it said last, in the order they were typed; "" for the signed-in page.

    What settled a disagreement is nobody's phone.
    """
    last: dict[str, Outcome] = {}
    for outcome in outcomes:
        if not is_settlement(outcome):
            last.pop(phone_of(outcome.key), None)
            last[phone_of(outcome.key)] = outcome
    return last


def disagree(outcomes: Iterable[Outcome]) -> bool:
    """True when two phones said different things of one visit, and nobody has settled it.

    The later one counts until somebody does.
    """
    said = list(outcomes)
    last = last_of_each_phone(said).values()
    return len({each.result for each in last}) > 1 and _settlement_of(said) is None


# --- settled by a planner -------------------------------------------------------------------------

_SETTLED = "settled:"


def is_settlement(outcome: Outcome) -> bool:
    """True where a planner said which of several outcomes holds. No phone makes such a key."""
    return outcome.key.startswith(_SETTLED) and not phone_of(outcome.key)


def settlement(said: Iterable[Outcome], holds: Outcome, *, at: datetime) -> Outcome:
    """What makes `holds` count, among all that was `said` of the visit: recorded last, at `at`.

    Its key names what it settles: another report makes the visit one to be looked at again. The
    note and the kits of the record that holds are not told twice.
    """
    ordered = sorted(said, key=_when)
    after = datetime.fromisoformat(ordered[-1].recorded_at) + timedelta(seconds=1)
    recorded_at = max(at, after).astimezone(UTC).isoformat(timespec="seconds")
    return replace(
        holds, key=_settling_key(ordered), recorded_at=recorded_at, note="", kits_handed=0,
        off_route=False,
    )  # fmt: skip


def _settling_key(said: Iterable[Outcome]) -> str:
    keys = sorted(each.key for each in last_of_each_phone(said).values())
    return _SETTLED + hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:32]


def _settlement_of(said: Iterable[Outcome]) -> Outcome | None:
    """What settled all that was said of a visit, in the order it was typed."""
    said = list(said)
    if not any(map(is_settlement, said)):
        return None
    key = _settling_key(said)
    return next((each for each in said if each.key == key), None)


def holding(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """`outcomes` in their order, of a settled visit only the one that holds.

    So it counts once, and as of when it was recorded at the door.
    """
    found = list(outcomes)
    doors = _by_door(each for each in found if each.case_ids)
    gone: set[int] = set()
    for said in doors.values():
        settled = _settlement_of(said)
        if settled is not None:
            last = last_of_each_phone(said).values()
            holds = next(each for each in reversed([*last]) if each.result is settled.result)
            gone |= {id(each) for each in said if each is not holds}
    return [each for each in found if id(each) not in gone]


Door = tuple[str, date, tuple[str, ...]]
"""Team id, day and cases of a visit that was made."""


def _by_door(outcomes: Iterable[Outcome]) -> dict[Door, list[Outcome]]:
    """What was said of each visit, in the order it was typed."""
    doors: dict[Door, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=_when):
        doors.setdefault((outcome.team_id, outcome.day, outcome.case_ids), []).append(outcome)
    return doors


class Trouble(StrEnum):
    """What a planner should look at in what phones sent."""

    OFF_ROUTE = "off_route"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class Troubled:
    """Outcomes of one visit, one a phone, and what is the matter. The last one counts."""

    trouble: Trouble
    team_id: str
    day: date
    case_ids: tuple[str, ...]
    outcomes: tuple[Outcome, ...]


def troubled(outcomes: Iterable[Outcome]) -> tuple[Troubled, ...]:
    """What a planner should look at, the newest day first."""
    doors = _by_door(each for each in outcomes if each.case_ids)
    found = []
    for (team_id, day, case_ids), said in doors.items():
        last = tuple(last_of_each_phone(said).values())
        if any(each.off_route for each in said):
            found.append(Troubled(Trouble.OFF_ROUTE, team_id, day, case_ids, last))
        if disagree(said):
            found.append(Troubled(Trouble.DISAGREE, team_id, day, case_ids, last))
    return tuple(sorted(found, key=lambda each: (each.day, each.team_id), reverse=True))
