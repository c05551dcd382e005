"""Links to a team's day in the registry, and what is signed and sealed for phones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from data.registry.seal import Seal
from planning.errors import InputError, NotFound
from planning.model import Campaign, PhoneLink

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
DAY = date(2026, 8, 20)
LINK = PhoneLink("one", "c", "t1", DAY, "2026-08-21T01:00:00+00:00", "2026-08-20T06:00:00", "anna")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SqlRegistry]:
    made = open_registry(tmp_path / "r.sqlite", key_file=tmp_path / "key" / "k", passwords=QUICK)
    with made.work("anna") as work:
        work.save_campaign(Campaign("c", "C", DAY, 5))
        work.add_phone_link(LINK)
    yield made
    made.close()


def test_a_link_comes_back_as_it_was_kept(registry: SqlRegistry) -> None:
    """By its id, and among its campaign's in the order they were made."""
    with registry.work("anna") as work:
        work.add_phone_link(PhoneLink("two", "c", "t2", DAY, LINK.expires, LINK.made_at, "anna"))
        assert work.phone_link("one") == LINK
        assert work.phone_link("three") is None
        assert [each.link_id for each in work.phone_links("c")] == ["one", "two"]
        assert work.phone_links("another") == []


def test_taking_back_notes_who_and_when_and_only_once(registry: SqlRegistry) -> None:
    """The second planner who takes it back changes nothing."""
    with registry.work("boris") as work:
        work.revoke_phone_link("one")
    with registry.work("vera") as work:
        work.revoke_phone_link("one")
        kept = work.phone_link("one")
        assert kept is not None
        assert kept.revoked_by == "boris"
        assert kept.revoked_at
        with pytest.raises(NotFound):
            work.revoke_phone_link("nine")


def test_a_signature_is_of_one_purpose_one_text_and_one_office(registry: SqlRegistry) -> None:
    """And no digest that the registry keeps of what people type is ever one."""
    with registry.work("anna", reading=True) as work:
        made = work.signature("phone link", "text")
        assert len(made) == 32
        assert made == work.signature("phone link", "text")
        others = {work.signature("phone name", "text"), work.signature("phone link", "texts")}
    seal = Seal(b"k" * 32)
    others |= {seal.signature("phone link", "text"), bytes.fromhex(seal.digest("text"))}
    assert made not in others
    assert seal.signature("a", "b").hex() != seal.digest('["a", "b"]')


def test_what_is_sealed_opens_in_its_own_place_only(registry: SqlRegistry) -> None:
    """Moved to another day, or changed, it does not open."""
    with registry.work("anna", reading=True) as work:
        sealed = work.sealed_for("phone door", "C-1", "t1")
        assert b"C-1" not in sealed
        assert work.opened_for("phone door", sealed, "t1") == "C-1"
        for purpose, where in (("phone door", "t2"), ("cases", "t1")):
            with pytest.raises(InputError):
                work.opened_for(purpose, sealed, where)
        with pytest.raises(InputError):
            work.opened_for("phone door", sealed[:-1] + b"x", "t1")
