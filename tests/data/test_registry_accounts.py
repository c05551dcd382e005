"""Accounts: who gets in, who is locked out, and what the answers give away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from data.registry import SqlRegistry, create_demo_users, open_registry
from data.registry.accounts import FREE_FAILURES, Passwords, check_password
from planning.addresses.gazetteer import Municipality
from planning.errors import Conflict, InputError, NotAllowed
from planning.model import Role, Team, User

if TYPE_CHECKING:
    from postgres import Database

PETYA = User("petya", "Петя Димитрова", Role.PLANNER)
GOOD = "три зелени круши"


class Clock:
    """A clock that stands until the test moves it."""

    now = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Counting(Passwords):
    """Counts how often a password was checked: that is what takes the time."""

    checks = 0

    def fits(self, password: str, password_hash: str | None) -> bool:
        self.checks += 1
        return super().fits(password, password_hash)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def passwords() -> Counting:
    return Counting(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def registry(
    database: Database, tmp_path: Path, clock: Clock, passwords: Counting
) -> Iterator[SqlRegistry]:
    made = open_registry(
        database.url, key_file=tmp_path / "key" / "k", clock=clock,
        passwords=passwords,
    )  # fmt: skip
    with made.work("setup") as work:
        work.save_user(PETYA, password=GOOD)
    yield made
    made.close()


def fail(registry: SqlRegistry, user_id: str, times: int) -> list[str]:
    """Signs in wrongly and returns what was said."""
    said = []
    for _ in range(times):
        with pytest.raises(NotAllowed) as refused:
            registry.sign_in(user_id, "wrong password")
        said.append(str(refused.value))
    return said


def test_the_right_password_opens(registry):
    """Petya signs in, also with the capital letter that her phone writes."""
    assert registry.sign_in("petya", GOOD) == PETYA
    assert registry.sign_in(" Petya ", GOOD) == PETYA


def test_letters_written_as_two_signs_are_the_same_password(registry):
    """One keyboard writes й as one sign, another as two."""
    with registry.work("setup") as work:
        work.save_user(PETYA, password="чай с мляко й")
    assert registry.sign_in("petya", "чаи\u0306 с мляко и\u0306") == PETYA


def test_a_new_registry_has_no_account(database, tmp_path, passwords):
    """There is no default password because there is no default account."""
    empty = open_registry(database.url, key_file=tmp_path / "key" / "k", passwords=passwords)
    with empty.work("setup") as work:
        assert work.users() == []
    for user_id in ("admin", "planner", "demo-planner", ""):
        for password in ("", "admin", "password"):
            with pytest.raises(NotAllowed):
                empty.sign_in(user_id, password)
    empty.close()


def test_a_wrong_name_is_answered_like_a_wrong_password(registry, passwords):
    """Neither the words nor the number of password checks tell which names exist."""
    before = passwords.checks
    known = fail(registry, "petya", FREE_FAILURES + 2)
    between = passwords.checks
    unknown = fail(registry, "nobody", FREE_FAILURES + 2)
    assert known == unknown
    assert between - before == passwords.checks - between == FREE_FAILURES
    assert known[0] == "wrong name or password"
    assert known[-1] == "too many failed attempts; try again in 1 min"


def test_lockout_doubles_up_to_an_hour(registry, clock):
    """After five failures a minute, then two, four … and never more than sixty."""
    fail(registry, "petya", FREE_FAILURES)
    waits = []
    for _ in range(9):
        said = fail(registry, "petya", 1)[0]
        waits.append(int(said.split()[-2]))
        clock.now += timedelta(minutes=waits[-1], seconds=1)
        assert fail(registry, "petya", 1) == ["wrong name or password"]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_the_right_password_waits_too(registry, clock):
    """While locked out, being right does not help; afterwards it does and clears the count."""
    fail(registry, "petya", FREE_FAILURES)
    with pytest.raises(NotAllowed, match="too many"):
        registry.sign_in("petya", GOOD)
    clock.now += timedelta(minutes=2)
    assert registry.sign_in("petya", GOOD) == PETYA
    assert fail(registry, "petya", FREE_FAILURES - 1) == ["wrong name or password"] * 4
    assert registry.sign_in("petya", GOOD) == PETYA


def test_failures_of_yesterday_are_forgotten(registry, clock, database):
    """Four failures on Thursday and one on Saturday lock nobody out, and leave no row behind."""
    fail(registry, "petya", FREE_FAILURES - 1)
    fail(registry, "nobody", 1)
    clock.now += timedelta(days=2)
    fail(registry, "petya", 1)
    assert registry.sign_in("petya", GOOD) == PETYA
    assert database.execute("SELECT count(*) FROM attempts") == [(0,)]


def test_guessing_one_name_locks_nobody_else_out(registry):
    """The lock is on the name."""
    fail(registry, "boris", 20)
    assert registry.sign_in("petya", GOOD) == PETYA


def test_the_log_knows_accounts_but_not_what_was_typed(registry):
    """People type their password into the name field; the log must not keep it."""
    fail(registry, "petya", 1)
    fail(registry, "my secret password", 1)
    registry.sign_in("petya", GOOD)
    with registry.work("auditor") as work:
        entries = [(entry.actor, entry.action) for entry in work.audit()]
        assert "secret" not in str(work.audit())
    assert entries == [
        ("petya", "sign_in"),
        ("unknown", "sign_in_failed"),
        ("petya", "sign_in_failed"),
    ]


@pytest.mark.parametrize("user_id", ["\x00", "\ud800", "x" * 100_000, "%", "petya'--", "пeтya"])
def test_hostile_names_are_just_wrong(registry, user_id):
    """Half characters, NUL, endless names, look-alikes: the usual answer."""
    assert fail(registry, user_id, 1) == ["wrong name or password"]


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 100_000])
def test_hostile_passwords_are_just_wrong(registry, password):
    """The same for passwords."""
    with pytest.raises(NotAllowed, match="wrong name or password"):
        registry.sign_in("petya", password)


# --- choosing a password -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", "at least 10 characters"),
        ("short", "at least 10 characters"),
        ("x" * 1_001, "at most 1000 characters"),
        ("aaaaaaaaaaaa", "at least 4 different"),
        ("Петя Димитрова", "own name"),
        ("петя димитрова1!", "own name"),
        ("long.sign.in2026", "own name"),
    ],
)
def test_easy_passwords_are_refused_in_words(password, fault):
    """Each rule says what it wants, and never repeats the password."""
    user = replace(PETYA, user_id="long.sign.in")
    with pytest.raises(InputError, match=fault) as refused:
        check_password(password, user)
    assert all(each.field == "password" and not each.value for each in refused.value.faults)


def test_all_faults_of_a_password_are_told_at_once():
    """Too short and too plain: two faults in one go."""
    with pytest.raises(InputError) as refused:
        check_password("aaa", PETYA)
    assert len(refused.value.faults) == 2


@pytest.mark.parametrize("password", [GOOD, "kuvo-tami-relo-pasi", "correct horse battery staple"])
def test_good_passwords_pass(password):
    """Sentences need no special signs."""
    check_password(password, PETYA)


def test_a_new_account_needs_a_password(registry):
    """There is no account that anybody could enter without one."""
    with registry.work("setup") as work, pytest.raises(InputError, match="needs a password"):
        work.save_user(User("new", "New", Role.VIEWER))


def test_changing_an_account_keeps_its_password(registry):
    """A new role does not touch the password; a new password must be new."""
    admin = replace(PETYA, role=Role.ADMIN, must_change_password=True)
    with registry.work("setup") as work:
        work.save_user(admin)
    assert registry.sign_in("petya", GOOD) == admin
    with registry.work("setup") as work:
        with pytest.raises(InputError, match="not the present one"):
            work.save_user(admin, password=GOOD)
        work.save_user(replace(admin, must_change_password=False), password="четири ябълки")
    assert registry.sign_in("petya", "четири ябълки").must_change_password is False
    assert fail(registry, "petya", 1) == ["wrong name or password"]


@pytest.mark.parametrize(
    ("user", "told"),
    [
        (User("a\nb", "A", Role.VIEWER), "one line"),
        (User("a\u202eb", "A", Role.VIEWER), "one line"),
        (User(" ", "A", Role.VIEWER), "one line"),
        (User("a", "A", Role.COORDINATOR), "code of a municipality"),
        (User("a", "A", Role.TEAM, "RSE27"), "team's id"),
    ],
)
def test_an_account_that_nobody_could_use_is_refused(registry, user, told):
    """Whoever asks for it: the page, the command line, or a script."""
    with registry.work("setup") as work:
        with pytest.raises(InputError, match=told):
            work.save_user(user, password=GOOD)
        assert [each.user_id for each in work.users()] == ["petya"]


def test_two_accounts_do_not_differ_by_capital_letters_only(registry):
    """“Petya” beside “petya” would be somebody else's mistake waiting to happen."""
    with registry.work("setup") as work, pytest.raises(Conflict, match="capital letters"):
        work.save_user(replace(PETYA, user_id="PETYA"), password="another password")


def test_older_hashes_are_renewed_at_sign_in(registry, database, tmp_path, clock):
    """When the settings get stronger, hashes follow as people sign in."""
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    later = open_registry(
        database.url, key_file=tmp_path / "key" / "k", clock=clock,
        passwords=stronger,
    )  # fmt: skip
    assert later.sign_in("petya", GOOD) == PETYA
    ((kept,),) = database.execute("SELECT password_hash FROM users")
    assert kept.startswith("$argon2id$")
    assert "m=16,t=2" in kept
    assert later.sign_in("petya", GOOD) == PETYA
    later.close()


# --- the sample's accounts ---------------------------------------------------------------------


def test_the_sample_has_one_account_a_role_with_fresh_passwords(registry):
    """Each role signs in; the second time the passwords are new ones."""
    borovo = Municipality("RSE03", "Борово")
    team = Team("borovo-1", "Борово 1", "RSE03", 25.8, 43.5)
    first = create_demo_users(registry, [borovo], [team])
    assert {user.role for user, _ in first} == set(Role)
    for user, password in first:
        assert registry.sign_in(user.user_id, password) == user
    own = {user.role: user for user, _ in first}
    assert own[Role.COORDINATOR].municipality_code == "RSE03"
    assert own[Role.TEAM].team_id == "borovo-1"
    second = create_demo_users(registry, [borovo], [team])
    assert not {password for _, password in first} & {password for _, password in second}
    for user, password in second:
        assert registry.sign_in(user.user_id, password) == user


def test_a_sample_without_teams_has_nobody_to_sign_in_as(registry):
    """Our mistake, told as such."""
    with pytest.raises(ValueError, match="no team"):
        create_demo_users(registry, [], [])
    with pytest.raises(ValueError, match="no municipality"):
        create_demo_users(registry, [], [Team("t", "T", "RSE03", 25.8, 43.5)])
