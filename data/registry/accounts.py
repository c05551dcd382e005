"""Local accounts: argon2 hashes, one rule for passwords, lockout with back-off.

Failures are counted under the name as typed, whether or not there is such an account, and an
unknown name costs one argon2 check as well: neither words nor time tell which names exist.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select

from data.registry.seal import Seal
from data.registry.tables import AttemptRow, UserRow
from planning.addresses.gazetteer import Municipality
from planning.errors import Fault, InputError, NotAllowed
from planning.model import Role, Team, User
from planning.text import note, one_line

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from planning.stores import Registry

FREE_FAILURES = 5
"""Failures in a row that lock a name out; each further one doubles the time."""
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
FORGET_AFTER = timedelta(days=1)
"""Failures older than this no longer count."""
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1_000
LONGEST_IDENTITY = 200

_WRONG = "wrong name or password"


def sign_in_name(user_id: str) -> str:
    """A sign-in name as it is compared: phones like to write the first letter large."""
    return one_line(user_id).casefold()


def check_account(user: User) -> None:
    """The rules for accounts themselves.

    Raises:
        InputError: every one that is broken.
    """
    faults = []
    if not user.user_id.strip() or one_line(user.user_id) != user.user_id:
        message = note("a sign-in name is one line without odd characters")
        faults.append(Fault(message, field="sign-in name"))
    if user.role is Role.COORDINATOR and not user.municipality_code.strip():
        message = note("a coordinator needs the code of a municipality")
        faults.append(Fault(message, field="municipality"))
    if user.role is Role.TEAM and not user.team_id.strip():
        faults.append(Fault(note("a team's account needs the team's id"), field="team"))
    if one_line(user.identity) != user.identity or len(user.identity) > LONGEST_IDENTITY:
        message = note("an e-mail address or subject is one line of at most 200 characters")
        faults.append(Fault(message, field="organisation sign-in"))
    if faults:
        raise InputError(faults)


def check_password(password: str, user: User) -> None:
    """The one rule for passwords.

    Raises:
        InputError: every way in which it is too easy to guess. The password is not repeated.
    """
    faults = []
    spread = sign_in_name(password)
    if len(password) < SHORTEST_PASSWORD:
        faults.append(note("a password has at least {least} characters", least=SHORTEST_PASSWORD))
    if len(password) > LONGEST_PASSWORD:
        faults.append(note("a password has at most {most} characters", most=LONGEST_PASSWORD))
    if len(set(spread)) < _FEWEST_DIFFERENT:
        faults.append(
            note("a password has at least {least} different characters", least=_FEWEST_DIFFERENT)
        )
    names = {sign_in_name(name) for name in (user.user_id, user.name)} - {""}
    if any(spread.strip("0123456789!.-_ ") == name or spread == name * 2 for name in names):
        faults.append(note("a password is not one's own name"))
    if faults:
        raise InputError(Fault(message, field="password") for message in faults)


_FEWEST_DIFFERENT = 4


class Passwords:
    """Hashes and checks passwords, a few at a time: each check takes 64 MiB."""

    def __init__(self, hasher: PasswordHasher | None = None, *, at_once: int = 4) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(at_once)
        self._nobody = self.hashed(secrets.token_hex(16))

    def hashed(self, password: str) -> str:
        """An argon2id hash with a salt of its own."""
        with self._turns:
            return self._hasher.hash(_bytes(password))

    def fits(self, password: str, password_hash: str | None) -> bool:
        """True when the password is right. None, for no such account, takes as long."""
        try:
            with self._turns:
                self._hasher.verify(password_hash or self._nobody, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def aged(self, password_hash: str) -> bool:
        """True when the hash was made with weaker settings than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def count_attempt(session: Session, name_digest: str, now: datetime) -> None:
    """Counts an attempt as failed before the password is looked at; success takes it back.

    Counting first leaves nothing to gain from many guesses at the same moment.

    Raises:
        NotAllowed: the name is locked out.
    """
    forget = _iso(now - FORGET_AFTER)
    session.execute(delete(AttemptRow).where(AttemptRow.last_at < forget))
    row = session.get(AttemptRow, name_digest, with_for_update=True)
    if row is None:
        row = AttemptRow(name_digest=name_digest, failed=0, last_at="", locked_until="")
        session.add(row)
    if row.locked_until > _iso(now):
        left = datetime.fromisoformat(row.locked_until) - now
        minutes = max(1, -int(-left.total_seconds() // 60))
        raise NotAllowed(f"too many failed attempts; try again in {minutes} min")
    row.failed += 1
    row.last_at = _iso(now)
    row.locked_until = _iso(now + _lock(row.failed)) if row.failed >= FREE_FAILURES else ""


def forget_attempts(session: Session, name_digest: str) -> None:
    """After a successful sign-in."""
    session.execute(delete(AttemptRow).where(AttemptRow.name_digest == name_digest))


def find_account(session: Session, user_id: str) -> UserRow | None:
    """The account of a name as typed."""
    return session.scalars(
        select(UserRow).where(UserRow.sign_in_name == sign_in_name(user_id))
    ).one_or_none()


def identity_key(identity: str) -> str:
    """An identity as it is compared: an address of mail, or a provider's subject, never both.

    A provider that lets people choose a subject like somebody's address gains nothing by it.
    """
    identity = one_line(identity)
    return f"email:{identity.casefold()}" if "@" in identity else f"subject:{identity}"


def identity_keys(subject: str, email: str) -> tuple[str, ...]:
    """What the organisation's sign-in says of somebody, as accounts may be known by it.

    `email` is empty unless the provider has verified it.
    """
    found = [f"subject:{one_line(subject)}"] if subject else []
    if "@" in email:
        found.append(f"email:{one_line(email).casefold()}")
    return tuple(found)


def find_identity(session: Session, seal: Seal, key: str) -> UserRow | None:
    """The account of an identity, by its `identity_key`."""
    digest = seal.digest(f"identity: {key}")
    return session.scalars(select(UserRow).where(UserRow.identity_digest == digest)).one_or_none()


def keep_identity(row: UserRow, seal: Seal, identity: str) -> None:
    """Keeps how the organisation's sign-in knows this account; an empty one is forgotten."""
    row.identity_digest = seal.digest(f"identity: {identity_key(identity)}") if identity else None
    row.sealed_identity = seal.close(identity, *_identity(row)) if identity else None


def _identity(row: UserRow) -> tuple[str, ...]:
    return ("users", "identity", row.user_id)


def as_user(row: UserRow, seal: Seal) -> User:
    """The account without its hash."""
    sealed = row.sealed_identity
    return User(
        user_id=row.user_id,
        name=row.name,
        role=Role(row.role),
        municipality_code=row.municipality_code,
        team_id=row.team_id,
        must_change_password=row.must_change_password,
        active=row.active,
        identity=seal.open(sealed, *_identity(row)) if sealed is not None else "",
    )


def same_rights(row: UserRow, user: User) -> bool:
    """True when `user` may do what the account may do already."""
    return (row.role, row.municipality_code, row.team_id) == (
        str(user.role),
        user.municipality_code,
        user.team_id,
    )


def wrong_sign_in() -> NotAllowed:
    """The one answer to a wrong name and to a wrong password."""
    return NotAllowed(_WRONG)


def create_demo_users(
    registry: Registry,
    municipalities: Sequence[Municipality],
    teams: Sequence[Team],
    *,
    choose: Callable[[Sequence[str]], str] = secrets.choice,
) -> list[tuple[User, str]]:
    """One invented account a role for the sample, each with a fresh password to show once.

    The coordinator's municipality is that of the first team. Called again, it sets new passwords.

    Raises:
        ValueError: no team, or its municipality is not among those given.
    """
    if not teams:
        raise ValueError("the sample has no team to sign in as")
    team = teams[0]
    names = {each.code: each.name for each in municipalities}
    if team.municipality_code not in names:
        raise ValueError(f"the sample has no municipality {team.municipality_code}")
    users = (
        User("demo-planner", "Planner (demo)", Role.PLANNER),
        User("demo-team", f"{team.name} (demo)", Role.TEAM, team.municipality_code, team.team_id),
        User(
            "demo-coordinator",
            f"{names[team.municipality_code]} (demo)",
            Role.COORDINATOR,
            team.municipality_code,
        ),
        User("demo-viewer", "Viewer (demo)", Role.VIEWER),
        User("demo-admin", "Admin (demo)", Role.ADMIN),
        User("demo-auditor", "Auditor (demo)", Role.AUDITOR),
    )
    sign_ins = [(user, _readable_password(choose)) for user in users]
    with registry.work("sample") as work:
        for user, password in sign_ins:
            work.save_user(user, password=password)
            work.log("save_user", user.user_id, str(user.role))
    return sign_ins


def _readable_password(choose: Callable[[Sequence[str]], str]) -> str:
    """Eight syllables in fours, such as `kuvo-tami-relo-pasi`: 50 bits, easy to type."""
    syllables = [choose("bdfghklmnprstvz") + choose("aeiou") for _ in range(8)]
    return "-".join("".join(syllables[start : start + 2]) for start in range(0, 8, 2))


def _lock(failed: int) -> timedelta:
    doublings = min(failed - FREE_FAILURES, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def _bytes(password: str) -> bytes:
    """Equal for the ways in which keyboards write one letter (й as one sign or two)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
