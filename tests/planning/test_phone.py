"""Links to a team's day, and what phones report: pure rules, worked out by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning import phone
from planning.model import Campaign, Outcome, PhoneLink, Result, Visit
from planning.outcomes import recorded_order
from planning.phone import Report, Trouble, Why

SOFIA = timezone(timedelta(hours=3))
DAY = date(2026, 8, 20)
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SOFIA)
LINK = PhoneLink("AAAAbbbb-_12", "c", "t1", DAY, "2026-08-21T01:00:00+00:00", "", "")


def sign(purpose: str, text: str) -> bytes:
    """An office whose key is one letter."""
    return hmac.new(b"k", f"{purpose}\n{text}".encode(), hashlib.sha256).digest()


def test_a_link_is_short_and_says_nothing() -> None:
    """Thirty-six letters that fit a small code and any address; no team, no day."""
    token = phone.token(LINK, sign)
    assert len(token) == 36
    assert token == phone.token(LINK, sign), "it can be printed again at any time"
    assert phone.link_id_of(token) == LINK.link_id
    assert base64.urlsafe_b64decode(token)


@given(st.integers(0, 35), st.sampled_from("ABCxyz019-_"))
def test_one_letter_changed_opens_nothing(at: int, letter: str) -> None:
    """Whichever it is."""
    token = phone.token(LINK, sign)
    changed = token[:at] + letter + token[at + 1 :]
    link = LINK if phone.link_id_of(changed) == LINK.link_id else None
    assert phone.genuine(changed, link, sign) == (changed == token)


@pytest.mark.parametrize(
    "changed",
    [
        replace(LINK, team_id="t2"),
        replace(LINK, day=date(2026, 8, 21)),
        replace(LINK, campaign_id="d"),
        replace(LINK, expires="2099-01-01T00:00:00+00:00"),
    ],
)
def test_what_a_link_says_cannot_be_changed_behind_its_back(changed: PhoneLink) -> None:
    """Somebody writes another team, day or end into the database: the link opens nothing."""
    assert not phone.genuine(phone.token(LINK, sign), changed, sign)


@given(st.text(max_size=60))
def test_anything_else_is_no_link(given_text: str) -> None:
    """No text breaks it: what is not shaped like a link has no id."""
    assert phone.link_id_of(given_text) in ("", given_text[:12])
    assert not phone.genuine(given_text, None, sign)


def test_a_day_opens_from_the_day_before_until_four_in_the_morning() -> None:
    """Today ± 1, and the team that comes home late still reads its last door."""
    campaign = Campaign("c", "C", DAY, 5)
    end = phone.expires(campaign, DAY, now=NOON)
    assert end == datetime(2026, 8, 21, 4, 0, tzinfo=SOFIA)
    link = replace(LINK, expires=end.astimezone(UTC).isoformat())
    said = {
        moment: phone.refusal(link, now=moment)
        for moment in (
            NOON - timedelta(days=2),
            NOON - timedelta(days=1),
            NOON,
            end - timedelta(seconds=1),
            end,
        )
    }
    assert list(said.values()) == [Why.EARLY, None, None, None, Why.EXPIRED]


def test_what_was_typed_may_come_in_on_monday() -> None:
    """Friday's phone found no network before the office: nothing is read, nothing is lost."""
    end = datetime.fromisoformat(LINK.expires)
    later = end + timedelta(days=2, hours=23)
    assert phone.refusal(LINK, now=later) is Why.EXPIRED
    assert phone.refusal(LINK, now=later, sending=True) is None
    assert phone.refusal(LINK, now=later + timedelta(hours=1), sending=True) is Why.EXPIRED


def test_a_link_taken_back_says_so_first() -> None:
    """Whatever the time: the phone learns that it must empty itself."""
    revoked = replace(LINK, revoked_at="2026-08-20T08:00:00+00:00")
    for sending in (False, True):
        assert phone.refusal(revoked, now=NOON, sending=sending) is Why.REVOKED


@pytest.mark.parametrize("day", [date(2020, 1, 1), DAY, date(2031, 1, 1)])
def test_the_samples_days_open_at_any_time(day: date) -> None:
    """`make run` shows the page today, whatever the invented calendar says."""
    sample = Campaign("c", "C", DAY, 5, invented=True)
    end = phone.expires(sample, day, now=NOON)
    link = replace(LINK, day=day, expires=end.astimezone(UTC).isoformat())
    assert phone.refusal(link, now=NOON) is None
    assert phone.refusal(link, now=NOON + timedelta(days=1)) is Why.EXPIRED


def test_the_office_tells_when_something_was_typed_not_the_phone() -> None:
    """A phone whose clock is a year off sends how long ago it was; nothing lies in the future."""
    first = datetime(2026, 8, 20, tzinfo=SOFIA)

    def typed(seconds: int) -> datetime:
        report = Report("a.1", "", Result.MET, seconds_ago=seconds)
        return phone.typed_at(report, now=NOON, first=first)

    assert typed(3600) == NOON - timedelta(hours=1)
    assert typed(-3600) == NOON
    assert typed(10**7) == first
    assert typed(10**30) == first


def outcome(key: str, result: Result, minute: int, **other: Any) -> Outcome:
    at = f"2026-08-20T09:{minute:02d}:00+00:00"
    return Outcome("v1", "t1", DAY, result, at, key=key, case_ids=("c1", "c2"), **other)


def test_two_phones_of_a_team_disagree() -> None:
    """Nobody home at 9:05, met at 9:20: both are kept, the later counts, and both are told."""
    first = outcome("anna.1", Result.NOBODY_HOME, 5)
    second = outcome("boris.1", Result.MET, 20)
    assert not phone.disagree([first])
    assert phone.disagree([first, second])
    assert list(phone.last_of_each_phone([first, second])) == ["anna", "boris"]
    corrected = outcome("anna.2", Result.MET, 30)
    assert not phone.disagree([first, second, corrected])


def test_of_two_reports_the_one_that_was_chosen_holds() -> None:
    """The first was right: it counts once and as of its own time; the other stays on record."""
    first = outcome("anna.1", Result.NOBODY_HOME, 5, note="бележка", kits_handed=2)
    second = outcome("boris.1", Result.MET, 20)
    elsewhere = replace(outcome("anna.9", Result.MET, 1), case_ids=("c9",))
    settled = phone.settlement([first, second], first, at=datetime(2026, 8, 21, 9, tzinfo=UTC))
    said = [first, second, elsewhere, settled]
    assert max(said, key=recorded_order) is settled, (
        "the last word, for all that asks for the last one"
    )
    assert (settled.note, settled.kits_handed) == ("", 0), "told once"
    assert not phone.disagree([first, second, settled])
    assert phone.troubled(said) == ()
    assert phone.holding(said) == [first, elsewhere]
    assert phone.holding(said[:3]) == said[:3], "nobody has settled it yet"


def test_a_report_after_it_was_settled_is_looked_at_again() -> None:
    """It came in later, whenever it was typed; then the last word counts until somebody decides."""
    first = outcome("anna.1", Result.NOBODY_HOME, 5)
    second = outcome("boris.1", Result.MET, 20)
    settled = phone.settlement([first, second], second, at=datetime(2026, 8, 20, 9, tzinfo=UTC))
    assert settled.recorded_at > second.recorded_at, "recorded last, whatever the clocks say"
    late = outcome("carla.1", Result.REFUSED, 10)
    said = [first, second, settled, late]
    (told,) = phone.troubled(said)
    assert [each.key for each in told.outcomes] == ["anna.1", "carla.1", "boris.1"]
    assert phone.holding(said) == said
    again = phone.settlement(told.outcomes, late, at=datetime(2026, 8, 22, 9, tzinfo=UTC))
    assert phone.troubled([*said, again]) == ()
    assert phone.holding([*said, again]) == [late]


def test_no_phone_settles_anything() -> None:
    """A phone chooses its own key: one that looks like a planner's word is a report like others."""
    first = outcome("anna.1", Result.NOBODY_HOME, 5)
    settled = phone.settlement([first], first, at=NOON)
    forged = replace(first, key=f"{settled.key}.1", result=Result.MET)
    assert phone.is_settlement(settled)
    assert not phone.is_settlement(forged)
    assert phone.disagree([first, forged])


def test_outcomes_are_found_by_case_whatever_the_plan_calls_the_visit() -> None:
    """The plan was made anew: visit 7 is the door that was visit 1."""
    visit = Visit("v7", ("c1", "c2"), 26.0, 43.8, "RVS01")
    other = Visit("v1", ("c9",), 26.0, 43.8, "RVS01")
    late, early = outcome("a.2", Result.MET, 20), outcome("a.1", Result.NOBODY_HOME, 5)
    assert phone.by_visit([late, early], [visit, other]) == {"v7": [early, late], "v1": []}


def test_a_planner_sees_what_needs_a_look_the_newest_first() -> None:
    """One visit that two phones tell differently, and one that the plan had given away."""
    apart = [outcome("a.1", Result.MET, 1), outcome("b.1", Result.REFUSED, 2)]
    gone = replace(outcome("a.3", Result.MET, 3), day=date(2026, 8, 21), case_ids=("c3",),
                   off_route=True)  # fmt: skip
    calm = replace(outcome("a.4", Result.MET, 4), case_ids=("c4",))
    found = phone.troubled([*apart, gone, calm])
    assert [(each.trouble, each.case_ids) for each in found] == [
        (Trouble.OFF_ROUTE, ("c3",)),
        (Trouble.DISAGREE, ("c1", "c2")),
    ]
    assert [each.result for each in found[1].outcomes] == [Result.MET, Result.REFUSED]
