"""Whether the time suffices."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from planning.campaign.pacing import Duty, Worked, calendar, forecast

MONDAY = date(2026, 8, 24)


def days(count: int, teams: float = 4.0) -> list[tuple[date, float]]:
    """Working days ahead."""
    return [(MONDAY + timedelta(days=at), teams) for at in range(count)]


def history(resolved: list[int], teams: float = 4.0) -> list[Worked]:
    """Days that were worked."""
    first = MONDAY - timedelta(days=len(resolved))
    return [Worked(first + timedelta(days=at), teams, each) for at, each in enumerate(resolved)]


def test_a_steady_campaign_knows_its_end() -> None:
    """Twelve a day by four teams, sixty left: five more days, give or take one."""
    found = forecast(history([12] * 30), remaining=60, ahead=days(10))
    assert found.rate == pytest.approx(3.0)
    assert found.needed[1] == pytest.approx(20, abs=0.5)
    assert found.ends[1] == MONDAY + timedelta(days=4)
    assert found.alert is None


def test_before_the_first_day_the_band_is_wide() -> None:
    """Nothing is known but what other offices report."""
    new, old = forecast([], remaining=60, ahead=days(30)), forecast(
        history([12] * 30), remaining=60, ahead=days(30)
    )  # fmt: skip
    assert new.needed[2] - new.needed[0] > 2 * (old.needed[2] - old.needed[0])


def test_days_that_differ_much_widen_the_band() -> None:
    """Market days and rain: the mean is the same, the end is less sure."""
    steady = forecast(history([12] * 10), remaining=60, ahead=days(30))
    wild = forecast(history([2, 22] * 5), remaining=60, ahead=days(30))
    assert wild.needed[2] - wild.needed[0] > steady.needed[2] - steady.needed[0]
    assert wild.rate == pytest.approx(steady.rate)


def test_a_deadline_out_of_reach_is_told_with_what_is_missing() -> None:
    """Two days left for sixty cases."""
    found = forecast(history([12] * 30), remaining=60, ahead=days(2))
    assert found.ends == (None, None, None)
    assert str(found.alert) == "the deadline will be missed: 12 more team-days are needed"


def test_a_deadline_that_only_luck_keeps_is_told_as_danger() -> None:
    """The likely end is in time, the late one is not."""
    found = forecast(history([12] * 5), remaining=60, ahead=days(5, 4.2))
    assert str(found.alert).startswith("the deadline is in danger")


def test_a_finished_campaign_needs_nothing() -> None:
    """No case is open: today is the end."""
    found = forecast(history([12]), remaining=0, ahead=days(3))
    assert found.needed == (0, 0, 0)
    assert found.ends[1] == MONDAY


def test_eight_of_ten_campaigns_end_within_the_band() -> None:
    """The band is worth its name: played 400 times with planted rates it holds the truth."""
    rng, held = np.random.default_rng(5), 0
    for _ in range(400):
        rate = rng.gamma(9.0, 1 / 3.0)
        seen = [int(rng.poisson(rate * 4)) for _ in range(6)]
        needed = forecast(history(seen), remaining=80, ahead=[]).needed
        truth = rng.gamma(80) / rate
        held += needed[0] <= truth <= needed[2]
    assert 0.74 < held / 400 < 0.86


def test_the_next_duty_stands_first() -> None:
    """After 15 September the end of September is next, and August comes again next year."""
    duties = [Duty(8, 20, "teams start"), Duty(9, 15, "school year"), Duty(9, 30, "first report")]
    found = calendar(duties, date(2026, 9, 16))
    assert [(day.isoformat(), duty.what) for day, duty in found] == [
        ("2026-09-30", "first report"),
        ("2027-08-20", "teams start"),
        ("2027-09-15", "school year"),
    ]
