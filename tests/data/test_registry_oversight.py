"""The auditor's questions to the log, and emergencies, as both databases keep them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from planning.errors import NotFound
from planning.model import Campaign, LogFilter, Role, User

if TYPE_CHECKING:
    from postgres import Database

NOON = datetime(2026, 8, 20, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until the test moves it."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(database: Database, tmp_path: Path, clock: Clock) -> Iterator[SqlRegistry]:
    made = open_registry(
        database.url, key_file=tmp_path / "key" / "k", clock=clock,
        passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
    )  # fmt: skip
    with made.work("root") as work:
        work.save_campaign(Campaign("autumn", "Обхват", date(2026, 8, 24), 5))
        work.save_user(User("petya", "П", Role.COORDINATOR, "RSE27"), password="три зелени круши")
    yield made
    made.close()


def test_the_log_is_asked_by_person_record_action_and_time(registry, clock):
    """A thousand entries: every question finds all that fit and says how many they are."""
    for hour in range(10):
        clock.now = NOON + timedelta(hours=hour)
        with registry.work("petya" if hour % 2 else "boris") as work:
            for number in range(5):
                work.log("read_case" if number else "settle_place", f"c{number}")
    with registry.work("audit", reading=True) as work:
        for wanted, count in (
            (LogFilter(), 50),
            (LogFilter(actor="petya"), 25),
            (LogFilter(action="settle_place"), 10),
            (LogFilter(subject="c3", actor="boris"), 5),
            (LogFilter(since=NOON + timedelta(hours=8)), 10),
            (LogFilter(until=NOON + timedelta(hours=1)), 5),
            (LogFilter(since=NOON, until=NOON), 0),
            (LogFilter(actor="pet"), 0),
            (LogFilter(actor="' OR 1=1 --"), 0),
            (LogFilter(subject="%"), 0),
        ):
            assert work.audit_count(wanted) == count
            assert len(work.audit(wanted=wanted)) == count


def test_pages_together_are_the_whole_log(registry):
    """No entry is on two pages and none on no page."""
    with registry.work("petya") as work:
        for number in range(23):
            work.log("read_case", f"c{number}")
    with registry.work("audit", reading=True) as work:
        pages = [work.audit(skip=skip, limit=10) for skip in (0, 10, 20, 30)]
    assert [len(page) for page in pages] == [10, 10, 3, 0]
    assert [each.number for page in pages for each in page] == list(range(23, 0, -1))


def test_an_emergency_is_kept_sealed_and_seen_by_each(registry, clock, database):
    """Its reason is not in the database; who acknowledged it is."""
    with registry.work("petya") as work:
        opened = work.add_emergency(
            "autumn", "c1", "RSE01", reason="детето е при нас", lasts=timedelta(hours=1)
        )
    assert opened.opened_at < opened.expires_at
    assert "детето".encode() not in str(database.execute("SELECT * FROM break_glass")).encode()
    with registry.work("boris") as work:
        assert work.emergencies(municipality_code="RSE01") == [opened]
        assert work.emergencies(municipality_code="RSE02") == []
        work.acknowledge_emergency(opened.number, Role.COORDINATOR)
        with pytest.raises(NotFound):
            work.acknowledge_emergency(99, Role.AUDITOR)
        assert work.emergencies(unseen_by=Role.COORDINATOR) == []
        (seen,) = work.emergencies(unseen_by=Role.AUDITOR)
    assert (seen.coordinator_saw, seen.auditor_saw) == ("boris", "")
    clock.now += timedelta(hours=1)
    with registry.work("petya", reading=True) as work:
        assert work.emergencies(user_id="petya", lasting=True) == []
        assert work.emergencies(user_id="petya") == [seen]


def test_tries_are_counted_by_the_log_within_a_while(registry, clock):
    """One's own only, of these actions only, and none too old."""
    for minutes, action, actor in (
        (0, "break_glass", "petya"),
        (30, "break_glass_missed", "petya"),
        (45, "break_glass", "boris"),
        (50, "read_case", "petya"),
    ):
        clock.now = NOON + timedelta(minutes=minutes)
        with registry.work(actor) as work:
            work.log(action, "c1")
    clock.now = NOON + timedelta(minutes=60)
    with registry.work("petya") as work:
        asked = ("break_glass", "break_glass_missed")
        assert work.tries(asked, within=timedelta(hours=1)) == 1
        assert work.tries(asked, within=timedelta(hours=2)) == 2
