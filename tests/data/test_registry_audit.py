"""The audit log: only grows, and tells when somebody has been at it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from sqlalchemy.exc import DBAPIError

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from planning.errors import InputError
from planning.model import AuditEntry

if TYPE_CHECKING:
    from postgres import Database

NOON = datetime(2026, 8, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def registry(database: Database, tmp_path: Path) -> Iterator[SqlRegistry]:
    """A registry in whose log Petya did five things."""
    made = open_registry(
        database.url,
        key_file=tmp_path / "key" / "k",
        clock=lambda: NOON,
        passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
    )
    for number in range(1, 6):
        with made.work("petya") as work:
            work.log("read_case", f"c{number}", "detail")
    yield made
    made.close()


def tamper(database: Database, *statements: str) -> None:
    """Works around the service and its triggers."""
    database.execute(*database.without_append_only(), *statements)


def test_entries_come_newest_first_with_who_when_and_what(registry):
    """The auditor reads the last thing first."""
    with registry.work("auditor") as work:
        newest = work.audit(limit=2)
    assert newest[0] == AuditEntry(
        "2026-08-20T12:00:00.000000+00:00", "petya", "read_case", "c5", "detail"
    )
    assert [entry.subject for entry in newest] == ["c5", "c4"]


def test_an_untouched_log_verifies(registry):
    """Five entries, all in place."""
    assert registry.verify_audit() == 5


def test_a_new_log_verifies(database, tmp_path):
    """Nothing has happened yet."""
    fresh = open_registry(database.url, key_file=tmp_path / "key" / "k")
    assert fresh.verify_audit() == 0
    fresh.close()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'boris'", "DELETE FROM audit WHERE number = 1", "DELETE FROM audit"],
)
def test_the_database_refuses_to_change_the_log(registry, database, statement):
    """Even with the file or the server in hand, the plain way is barred."""
    with pytest.raises(DBAPIError, match="append-only"):
        database.execute(statement)


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE audit SET actor = 'boris' WHERE number = 3", 3),
        ("UPDATE audit SET at = '2026-01-01' WHERE number = 1", 1),
        ("UPDATE audit SET subject = 'c9' WHERE number = 5", 5),
        ("UPDATE audit SET detail = '' WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 5", 5),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET number = number + 10 WHERE number > 2", 3),
        (
            "INSERT INTO audit SELECT 6, at, 'boris', action, subject, detail, hash, hash "
            "FROM audit WHERE number = 5",
            6,
        ),
    ],
)
def test_every_kind_of_tampering_is_found_where_it_begins(registry, database, statement, entry):
    """Changed, removed, cut off, renumbered, forged: the first wrong entry is named."""
    tamper(database, statement)
    with pytest.raises(InputError, match=rf"changed by hand at entry {entry};"):
        registry.verify_audit()


def test_a_head_put_back_with_the_end_cut_off_is_found(registry, database):
    """Cutting the log and making up a head for it takes the key, which is not in the file."""
    tamper(
        database,
        "DELETE FROM audit WHERE number > 3",
        "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'audit_key') "
        "WHERE name = 'audit_head'",
    )
    with pytest.raises(InputError, match="does not open"):
        registry.verify_audit()


def test_control_characters_never_reach_the_log(registry):
    """An action with a line break cannot fake a second entry, and half characters do not fail."""
    with registry.work("pet\nya") as work:
        work.log("read\x00\ud800", "c1\r\n2026 boris delete", "x" * 10_000)
        (entry,) = work.audit(limit=1)
    assert (entry.actor, entry.action, entry.subject) == ("pet ya", "read", "c1 2026 boris delete")
    assert len(entry.detail) == 500
    assert registry.verify_audit() == 6


def test_looking_for_a_while_is_one_look(database, tmp_path):
    """A page is drawn anew at every click: one entry, until minutes pass or something differs."""
    now = [NOON]
    made = open_registry(database.url, key_file=tmp_path / "key" / "k", clock=lambda: now[0])
    looks = [
        ("petya", 0, "8 cases"), ("petya", 1, "8 cases"), ("petya", 9, "8 cases"),
        ("petya", 9, "9 cases"), ("boris", 9, "8 cases"), ("petya", 11, "8 cases"),
    ]  # fmt: skip
    for who, minutes, detail in looks:
        now[0] = NOON + timedelta(minutes=minutes)
        with made.work(who) as work:
            work.log_read("read_cases", "autumn", detail)
    with made.work("auditor", reading=True) as work:
        told = [(each.actor, each.at[14:16], each.detail) for each in reversed(work.audit())]
    assert told == [
        ("petya", "00", "8 cases"), ("petya", "09", "9 cases"), ("boris", "09", "8 cases"),
        ("petya", "11", "8 cases"),
    ]  # fmt: skip
    assert made.verify_audit() == 4
    made.close()
