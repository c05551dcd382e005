"""Sessions: how long a sign-in lasts, what ends it, and who the organisation's sign-in lets in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from data.registry.sessions import IDLE, LONGEST
from data.signed_in import SignedIn
from planning.errors import Conflict, InputError, NotAllowed
from planning.model import Role, User

if TYPE_CHECKING:
    from postgres import Database

PETYA = User("petya", "Петя", Role.PLANNER)
BORIS = User("boris", "Борис", Role.COORDINATOR, "RSE27")
GOOD = "три зелени круши"


class Clock:
    """A clock that stands until the test moves it."""

    now = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(database: Database, tmp_path: Path, clock: Clock) -> Iterator[SqlRegistry]:
    """Petya and Boris have accounts."""
    made = open_registry(
        database.url,
        key_file=tmp_path / "key" / "k",
        clock=clock,
        passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
    )
    with made.work("setup") as work:
        work.save_user(PETYA, password=GOOD)
        work.save_user(BORIS, password=GOOD + "!")
    yield made
    made.close()


def test_a_session_knows_its_user_and_nobody_elses(registry):
    """Two people at two browsers; a token that nobody was given opens nothing."""
    hers, his = registry.sessions.begin("petya"), registry.sessions.begin("boris")
    assert registry.sessions.user(hers) == PETYA
    assert registry.sessions.user(his) == BORIS
    for guess in ("", "x", hers[:-1], hers.lower(), "\ud800", "x" * 100_000):
        assert registry.sessions.user(guess) is None


def test_every_sign_in_has_a_token_of_its_own(registry):
    """A token that somebody put into the browser beforehand is never the one that is used."""
    tokens = {registry.sessions.begin("petya") for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) >= 43 for token in tokens), "256 bits"


def test_the_registry_keeps_no_token(registry, database):
    """Whoever reads the database signs in as nobody."""
    token = registry.sessions.begin("petya")
    ((kept,),) = database.execute("SELECT token_digest FROM sessions")
    assert token not in kept
    assert registry.sessions.user(kept) is None


def test_half_an_hour_without_a_click_ends_it(registry, clock):
    """Clicks keep it going; a page that only looks for itself does not."""
    token = registry.sessions.begin("petya")
    for _ in range(4):
        clock.now += IDLE - timedelta(minutes=1)
        assert registry.sessions.user(token) == PETYA
    for lasts in (True, True, False):
        clock.now += IDLE / 3
        assert registry.sessions.lasts(token) == lasts
    assert registry.sessions.user(token) is None


def test_ten_hours_end_it_in_any_case(registry, clock):
    """Somebody clicks all day."""
    token = registry.sessions.begin("petya")
    began = clock.now
    while clock.now < began + LONGEST - timedelta(minutes=20):
        clock.now += timedelta(minutes=20)
        assert registry.sessions.user(token) == PETYA
    clock.now = began + LONGEST
    assert registry.sessions.user(token) is None


def test_signing_out_ends_it_here_and_only_here(registry):
    """Her other browser goes on; the cookie that is left behind opens nothing."""
    here, there = registry.sessions.begin("petya"), registry.sessions.begin("petya")
    registry.sessions.end(here)
    assert registry.sessions.user(here) is None
    assert registry.sessions.user(there) == PETYA


@pytest.mark.parametrize(
    ("changed", "password", "ends"),
    [
        (replace(PETYA, name="Петя Д."), None, False),
        (PETYA, "четири ябълки", True),
        (replace(PETYA, role=Role.VIEWER), None, True),
        (replace(PETYA, role=Role.COORDINATOR, municipality_code="RSE27"), None, True),
        (replace(PETYA, active=False), None, True),
    ],
)
def test_what_ends_all_sessions_of_a_user(registry, changed, password, ends):
    """Another password, other rights, a closed account; nobody else is signed out."""
    hers = [registry.sessions.begin("petya") for _ in range(2)]
    his = registry.sessions.begin("boris")
    with registry.work("root") as work:
        work.save_user(changed, password=password)
    assert [registry.sessions.lasts(token) for token in hers] == [not ends] * 2
    assert registry.sessions.user(his) == BORIS


def test_signed_out_everywhere(registry):
    """A phone was lost."""
    tokens = [registry.sessions.begin("petya") for _ in range(3)]
    with registry.work("petya") as work:
        assert work.end_sessions("petya") == 3
        assert work.end_sessions("petya") == 0
    assert not any(map(registry.sessions.lasts, tokens))


def test_rows_of_ended_days_are_cleared(registry, clock, database):
    """The table does not grow for ever."""
    for _ in range(3):
        registry.sessions.end(registry.sessions.begin("petya"))
    clock.now += LONGEST + timedelta(seconds=1)
    registry.sessions.begin("boris")
    assert database.execute("SELECT user_id FROM sessions") == [("boris",)]


def test_a_page_that_is_still_open_can_do_nothing_more(registry):
    """A part of a page kept its desk; the session has ended elsewhere."""
    token = registry.sessions.begin("petya")
    through = SignedIn(registry, token)
    with through.work("petya") as work:
        work.log("read_cases", "c")
    registry.sessions.end(token)
    with pytest.raises(NotAllowed, match="sign in again"), through.work("petya"):
        pass


def test_a_closed_account_is_answered_like_a_wrong_password(registry):
    """Its owner and a stranger hear the same; opened again, the old password still holds."""
    with registry.work("root") as work:
        work.save_user(replace(PETYA, active=False))
    with pytest.raises(NotAllowed, match="wrong name or password"):
        registry.sign_in("petya", GOOD)
    with pytest.raises(NotAllowed):
        registry.sessions.begin("petya")
    with registry.work("root") as work:
        work.save_user(PETYA)
    assert registry.sign_in("petya", GOOD) == PETYA


# --- the organisation's sign-in ----------------------------------------------------------------


def known(registry: SqlRegistry, identity: str, user: User = PETYA) -> User:
    changed = replace(user, identity=identity)
    with registry.work("root") as work:
        work.save_user(changed)
    return changed


@pytest.mark.parametrize(
    ("identity", "subject", "email", "fits"),
    [
        ("petya@rousse.bg", "s-1", "petya@rousse.bg", True),
        ("Petya@Rousse.bg", "s-1", "petya@rousse.BG", True),
        ("s-1", "s-1", "", True),
        ("s-1", "S-1", "", False),
        ("petya@rousse.bg", "s-1", "", False),
        ("petya@rousse.bg", "petya@rousse.bg", "", False),
        ("petya@rousse.bg", "s-1", "petya@rousse.bg.example", False),
        ("s-1", "", "s-1", False),
        ("", "", "", False),
    ],
)
def test_who_the_organisation_lets_in(registry, identity, subject, email, fits):
    """A verified address or the provider's subject, each as itself: no subject that looks like an
    address passes for one."""
    petya = known(registry, identity)
    found = registry.sign_in_by_identity("proof", subject=subject, email=email)
    assert found == (petya if fits else None)
    assert registry.sessions.user("proof") == found


def test_an_identity_of_two_accounts_is_nobodys(registry):
    """The subject is Petya's, the address is Boris's: somebody has mixed something up."""
    known(registry, "s-1")
    known(registry, "boris@rousse.bg", BORIS)
    assert registry.sign_in_by_identity("proof", subject="s-1", email="boris@rousse.bg") is None


def test_one_proof_is_one_session(registry):
    """Signed out means signed out: the browser still has what the organisation left there."""
    petya = known(registry, "s-1")
    assert registry.sign_in_by_identity("proof", subject="s-1") == petya
    registry.sessions.end("proof")
    assert registry.sign_in_by_identity("proof", subject="s-1") is None
    assert registry.sign_in_by_identity("another", subject="s-1") == petya


def test_a_closed_account_stays_closed_to_the_organisation(registry):
    """The organisation does not know that Petya has left."""
    known(registry, "s-1", replace(PETYA, active=False))
    assert registry.sign_in_by_identity("proof", subject="s-1") is None


def test_an_identity_belongs_to_one_account_and_is_sealed(registry, database):
    """A second account with it is refused; the database does not show the address."""
    known(registry, "petya@rousse.bg")
    with pytest.raises(Conflict, match="e-mail"):
        known(registry, "PETYA@rousse.bg", BORIS)
    assert "rousse" not in str(database.execute("SELECT * FROM users WHERE user_id = 'petya'"))
    with registry.work("root", reading=True) as work:
        assert [each.identity for each in work.users()] == ["", "petya@rousse.bg"]
    known(registry, "")
    known(registry, "petya@rousse.bg", BORIS)


def test_an_account_for_the_organisation_needs_no_password_and_has_none(registry):
    """Nobody signs in to it by name, not even with an empty password; a first password is not
    asked to be changed by somebody who never had it."""
    nina = User("nina", "Нина", Role.VIEWER, identity="nina@rousse.bg", must_change_password=True)
    with registry.work("root") as work:
        work.save_user(nina)
    for password in ("", " ", "nina"):
        with pytest.raises(NotAllowed):
            registry.sign_in("nina", password)
    registry.sign_in_by_identity("proof", subject="s", email="nina@rousse.bg")
    assert registry.sessions.user("proof") == replace(nina, must_change_password=False)


@pytest.mark.parametrize("identity", ["a\nb", "x" * 201, "a\u202eb@c"])
def test_an_identity_that_nobody_can_see_is_refused(registry, identity):
    """One line of signs that show."""
    with pytest.raises(InputError, match="one line"):
        known(registry, identity)


def test_the_log_holds_nothing_of_what_the_organisation_told(registry):
    """Who came in is an account; who did not is nobody."""
    known(registry, "petya@rousse.bg")
    registry.sign_in_by_identity("a", subject="s-77", email="petya@rousse.bg")
    registry.sign_in_by_identity("b", subject="s-78", email="stranger@rousse.bg")
    with registry.work("audit", reading=True) as work:
        entries = work.audit()
    told = [(each.actor, each.action) for each in entries]
    assert told == [("unknown", "sign_in_failed"), ("petya", "sign_in")]
    assert not {"s-77", "s-78", "rousse"} & set(str(entries).replace("'", " ").split())
