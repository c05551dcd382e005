"""One transaction on the registry: implements `planning.stores.Work`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update

from data.registry import accounts, audit, memory
from data.registry.seal import Seal
from data.registry.tables import (
    ID_LENGTH,
    CampaignRow,
    CaseRow,
    OutcomeRow,
    PlanRow,
    TeamRow,
    UserRow,
)
from planning.errors import Conflict, Fault, InputError, NotFound
from planning.model import (
    Address,
    AuditEntry,
    Campaign,
    Case,
    CaseRecord,
    CaseState,
    Choice,
    Outcome,
    Place,
    Plan,
    PlanVersion,
    Remembered,
    Team,
    User,
)
from planning.text import shorten
from planning.wire import dump, load

if TYPE_CHECKING:
    from sqlalchemy.orm import InstrumentedAttribute, Session

T = TypeVar("T")

_AT_ONCE = 500
"""Ids in one query: databases limit how many values a statement may have."""
_MOST_KITS = 100_000
ONE_LOOK = timedelta(minutes=10)
"""A page is drawn anew at every click: what a user reads within this time is read once."""


class SqlWork:
    """What one user does in one transaction. Made by `SqlRegistry.work`."""

    def __init__(
        self,
        session: Session,
        *,
        seal: Seal,
        passwords: accounts.Passwords,
        actor: str,
        now: Callable[[], str],
        reading: bool = False,
    ) -> None:
        """`now` tells the time in UTC as ISO 8601; a `reading` work refuses to write."""
        self._session = session
        self._seal = seal
        self._passwords = passwords
        self._actor = shorten(actor, ID_LENGTH)
        self._now = now
        self._reading = reading

    # Campaigns and teams

    def campaigns(self) -> list[Campaign]:
        """All campaigns, newest first."""
        rows = self._session.scalars(select(CampaignRow).order_by(CampaignRow.number.desc()))
        return [_campaign(row) for row in rows]

    def campaign(self, campaign_id: str) -> Campaign:
        """One campaign.

        Raises:
            NotFound: there is none of that id.
        """
        return _campaign(self._campaign_row(campaign_id))

    def save_campaign(self, campaign: Campaign) -> None:
        """Adds a campaign, or changes the one of the same id."""
        self._will_write()
        campaign_id = _id(campaign.campaign_id, "campaign")
        row = self._session.scalars(
            select(CampaignRow).where(CampaignRow.campaign_id == campaign_id)
        ).one_or_none()
        if row is None:
            row = CampaignRow(campaign_id=campaign_id)
            self._session.add(row)
        row.name = _name(campaign.name, "campaign")
        row.first_day = campaign.first_day.isoformat()
        row.days = campaign.days
        row.region = _plain(campaign.region, "region")
        row.invented = campaign.invented
        self._session.flush()

    def save_teams(self, campaign_id: str, teams: Sequence[Team]) -> None:
        """Replaces the campaign's teams.

        Raises:
            InputError: two teams of one id.
        """
        self._locked_campaign(campaign_id)
        _refuse_twice((team.team_id for team in teams), "team")
        self._session.execute(delete(TeamRow).where(TeamRow.campaign_id == campaign_id))
        rows = [
            {
                "campaign_id": campaign_id,
                "team_id": _id(team.team_id, "team"),
                "seq": seq,
                "municipality_code": _plain(team.municipality_code, "municipality"),
                "sealed": self._sealed(team, "teams", "sealed", campaign_id, team.team_id),
            }
            for seq, team in enumerate(teams, start=1)
        ]
        if rows:
            self._session.execute(insert(TeamRow), rows)

    def teams(self, campaign_id: str) -> list[Team]:
        """The campaign's teams in the order they were saved."""
        rows = self._session.execute(
            select(TeamRow.team_id, TeamRow.sealed)
            .where(TeamRow.campaign_id == campaign_id)
            .order_by(TeamRow.seq)
        )
        return [
            self._opened(Team, sealed, "teams", "sealed", campaign_id, team_id)
            for team_id, sealed in rows
        ]

    # Cases

    def add_cases(
        self,
        campaign_id: str,
        cases: Sequence[Case],
        places: Mapping[str, Place],
        *,
        decided: Mapping[str, Remembered] | None = None,
    ) -> int:
        """Adds cases, or updates those of the same id, and returns how many were new.

        A place settled by hand is kept when the address did not change; so is any place when
        `places` has none for an address that did not change. A case that comes again as it was
        keeps its version. `decided` says which of `places` a remembered decision made; it yields
        to one made on the case itself.

        Raises:
            InputError: two cases of one id, or an id that cannot be kept.
        """
        self._locked_campaign(campaign_id)
        _refuse_twice((case.case_id for case in cases), "case")
        known = self._known_cases(campaign_id, [_id(case.case_id, "case") for case in cases])
        last = self._session.scalar(
            select(func.max(CaseRow.seq)).where(CaseRow.campaign_id == campaign_id)
        )
        decided = decided or {}
        fresh = [case for case in cases if case.case_id not in known]
        rows = [
            {
                "campaign_id": campaign_id,
                "case_id": case.case_id,
                "seq": seq,
                "home_team": "",
                "version": 1,
                **self._decision_columns(campaign_id, case.case_id, decided.get(case.case_id)),
                **self._case_columns(campaign_id, case),
                **self._place_columns(campaign_id, case.case_id, places.get(case.case_id)),
            }
            for seq, case in enumerate(fresh, start=(last or 0) + 1)
        ]
        if rows:
            self._session.execute(insert(CaseRow), rows)
        changes = [
            change
            for case in cases
            if case.case_id in known
            for change in self._changes(
                campaign_id,
                case,
                places.get(case.case_id),
                decided.get(case.case_id),
                *known[case.case_id],
            )
        ]
        if changes:
            self._session.connection().execute(_UPDATE_CASE, changes)
        return len(fresh)

    def cases(self, campaign_id: str, *, municipality_code: str = "") -> list[CaseRecord]:
        """Cases in the order they came, of one municipality when given."""
        wanted = select(*_RECORD).where(CaseRow.campaign_id == campaign_id).order_by(CaseRow.seq)
        if municipality_code:
            wanted = wanted.where(CaseRow.municipality_code == municipality_code)
        return [self._record(campaign_id, row) for row in self._session.execute(wanted)]

    def case(self, campaign_id: str, case_id: str) -> CaseRecord:
        """One case.

        Raises:
            NotFound: there is none of that id.
        """
        wanted = select(*_RECORD).where(*_is_case(campaign_id, case_id))
        row = self._session.execute(wanted).one_or_none()
        if row is None:
            raise NotFound("there is no such case in this campaign")
        return self._record(campaign_id, row)

    def case_states(self, campaign_id: str, *, municipality_code: str = "") -> list[CaseState]:
        """Cases that wait for review or were decided on, in the order they came, still sealed."""
        wanted = (
            select(
                CaseRow.case_id, CaseRow.version, CaseRow.needs_review, CaseRow.decided_by,
                CaseRow.same_address,
            )
            .where(
                CaseRow.campaign_id == campaign_id,
                or_(CaseRow.needs_review, CaseRow.decided_by != ""),
            )
            .order_by(CaseRow.seq)
        )  # fmt: skip
        if municipality_code:
            wanted = wanted.where(CaseRow.municipality_code == municipality_code)
        return [
            CaseState(case_id, version, needs_review, decided_by, _shared(same))
            for case_id, version, needs_review, decided_by, same in self._session.execute(wanted)
        ]

    def some_cases(self, campaign_id: str, case_ids: Sequence[str]) -> list[CaseRecord]:
        """Those of `case_ids` that are in the campaign."""
        known = self._known_cases(campaign_id, case_ids)
        return [record for record, _ in known.values()]

    def same_address(self, campaign_id: str, case_id: str) -> list[CaseRecord]:
        """All cases of the campaign that have this case's address, itself among them.

        Raises:
            NotFound: there is no such case.
        """
        key = self._session.scalar(
            select(CaseRow.same_address).where(*_is_case(campaign_id, case_id))
        )
        if not _shared(key or ""):
            return [self.case(campaign_id, case_id)]
        wanted = select(*_RECORD).where(
            CaseRow.campaign_id == campaign_id, CaseRow.same_address == key
        )
        return [
            self._record(campaign_id, row)
            for row in self._session.execute(wanted.order_by(CaseRow.seq))
        ]

    def settle_places(
        self,
        campaign_id: str,
        places: Mapping[str, Place],
        *,
        versions: Mapping[str, int],
        note: str = "",
    ) -> None:
        """Keeps places decided by hand, with who and when, the same moment for all.

        Raises:
            NotFound: one of the cases is not in the campaign.
            Conflict: one of them is no longer at the version given; it tells who changed it and
                when. None is changed.
        """
        made = Remembered(Choice(note=note), self._actor, self._now())
        self._replace_places(campaign_id, places, versions, made)

    def reopen_places(
        self, campaign_id: str, places: Mapping[str, Place], *, versions: Mapping[str, int]
    ) -> None:
        """Puts found places where decided ones were; nobody has decided any more.

        Raises:
            NotFound: one of the cases is not in the campaign.
            Conflict: one of them is no longer at the version given; none is changed.
        """
        self._replace_places(campaign_id, places, versions, None)

    def _replace_places(
        self,
        campaign_id: str,
        places: Mapping[str, Place],
        versions: Mapping[str, int],
        decided: Remembered | None,
    ) -> None:
        self._locked_campaign(campaign_id)
        for case_id, place in places.items():
            changed = self._session.execute(
                update(CaseRow)
                .where(*_is_case(campaign_id, case_id), CaseRow.version == versions[case_id])
                .values(
                    **self._place_columns(campaign_id, case_id, place),
                    **self._decision_columns(campaign_id, case_id, decided),
                    version=versions[case_id] + 1,
                )
                .returning(CaseRow.version)
            ).one_or_none()
            if changed is None:
                self._tell_conflict(campaign_id, case_id)

    def remember(self, campaign_id: str, case_id: str, choice: Choice) -> None:
        """Keeps what was chosen for the address of a case, with who and when it was settled.

        It holds for every campaign in the same region.
        """
        self._will_write()
        region = self._campaign_row(campaign_id).region
        record = self.case(campaign_id, case_id)
        kept = Remembered(choice, record.decided_by, record.decided_at)
        memory.remember(self._session, self._seal, region, record.case.address, kept)

    def forget(self, campaign_id: str, address: Address) -> None:
        """Forgets what was chosen for `address` in the campaign's region."""
        self._will_write()
        region = self._campaign_row(campaign_id).region
        memory.forget(self._session, self._seal, region, address)

    def remembered(self, campaign_id: str, cases: Sequence[Case]) -> dict[str, Remembered]:
        """Case id → what was chosen before for its address in the campaign's region."""
        region = self._campaign_row(campaign_id).region
        return memory.remembered(self._session, self._seal, region, cases)

    def set_home_team(self, campaign_id: str, case_ids: Sequence[str], team_id: str) -> None:
        """Moves cases to another team's district by hand; an empty team takes the move back.

        Raises:
            NotFound: there is no such case, and none was moved.
        """
        self._locked_campaign(campaign_id)
        wanted = dict.fromkeys(case_ids)
        moved = 0
        for some in _chunks(list(wanted)):
            moved += len(
                self._session.execute(
                    update(CaseRow)
                    .where(CaseRow.campaign_id == campaign_id, CaseRow.case_id.in_(some))
                    .values(
                        home_team=_plain(team_id, "team"),
                        version=CaseRow.version + 1,
                        **self._change(),
                    )
                    .returning(CaseRow.case_id)
                ).all()
            )
        if moved != len(wanted):
            raise NotFound("one of these cases is not in this campaign")

    def _known_cases(
        self, campaign_id: str, case_ids: Sequence[str]
    ) -> dict[str, tuple[CaseRecord, str]]:
        """Records and address digests of those that are in the registry."""
        known: dict[str, tuple[CaseRecord, str]] = {}
        for some in _chunks(case_ids):
            rows = self._session.execute(
                select(*_RECORD, CaseRow.address_digest).where(
                    CaseRow.campaign_id == campaign_id, CaseRow.case_id.in_(some)
                )
            )
            for row in rows:
                known[row.case_id] = self._record(campaign_id, row), row.address_digest
        return known

    def _changes(
        self,
        campaign_id: str,
        case: Case,
        place: Place | None,
        recalled: Remembered | None,
        before: CaseRecord,
        digest_before: str,
    ) -> list[dict[str, Any]]:
        """New values of the columns of a case that came again, or nothing when it is as it was."""
        columns = self._case_columns(campaign_id, case)
        moved = columns["address_digest"] != digest_before
        decided = recalled
        if not moved and (before.decided_by or place is None):
            place, decided = before.place, _decision_on(before)
        if (case, place) == (before.case, before.place):
            return []
        columns |= self._place_columns(campaign_id, case.case_id, place)
        columns |= self._decision_columns(campaign_id, case.case_id, decided)
        columns |= {
            "of_campaign": campaign_id,
            "of_case": case.case_id,
            "version": before.version + 1,
        }
        return [columns]

    def _case_columns(self, campaign_id: str, case: Case) -> dict[str, Any]:
        return {
            "priority": int(case.priority),
            "address_digest": self._seal.digest(_text(case.address)),
            "same_address": memory.same_address(self._seal, case.address),
            "sealed_case": self._sealed(case, "cases", "case", campaign_id, case.case_id),
            **self._change(),
        }

    def _place_columns(self, campaign_id: str, case_id: str, place: Place | None) -> dict[str, Any]:
        where = ("cases", "place", campaign_id, case_id)
        return {
            "municipality_code": _plain(place.municipality_code, "municipality") if place else "",
            "settlement_code": _plain(place.settlement_code, "settlement") if place else "",
            "level": str(place.level) if place else "",
            "confidence": place.confidence if place else 0.0,
            "needs_review": place.needs_review if place else True,
            "sealed_place": self._sealed(place, *where) if place else None,
            **self._change(),
        }

    def _decision_columns(
        self, campaign_id: str, case_id: str, decided: Remembered | None
    ) -> dict[str, Any]:
        note = decided.choice.note if decided else ""
        where = ("cases", "note", campaign_id, case_id)
        return {
            "decided_by": decided.decided_by if decided else "",
            "decided_at": decided.decided_at if decided else "",
            "sealed_note": self._seal.close(_storable(note, "note"), *where) if note else None,
        }

    def _change(self) -> dict[str, str]:
        return {"changed_by": self._actor, "changed_at": self._now()}

    def _record(self, campaign_id: str, row: Row[*tuple[Any, ...]]) -> CaseRecord:
        where = (campaign_id, row.case_id)
        place, note = row.sealed_place, row.sealed_note
        return CaseRecord(
            case=self._opened(Case, row.sealed_case, "cases", "case", *where),
            place=self._opened(Place, place, "cases", "place", *where) if place else None,
            version=row.version,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            decision_note=self._seal.open(note, "cases", "note", *where) if note else "",
            home_team=row.home_team,
        )

    def _tell_conflict(self, campaign_id: str, case_id: str) -> None:
        row = self._session.execute(
            select(CaseRow.changed_by, CaseRow.changed_at).where(*_is_case(campaign_id, case_id))
        ).one_or_none()
        if row is None:
            raise NotFound("there is no such case in this campaign")
        raise Conflict(
            f"{row.changed_by} changed this case at {row.changed_at[:16].replace('T', ' ')} UTC; "
            "look at it again and decide anew"
        )

    # Plans

    def add_plan(self, campaign_id: str, plan: Plan) -> int:
        """Keeps `plan` as a draft and returns its version, counted from 1."""
        self._locked_campaign(campaign_id)
        newest = self._session.scalar(
            select(func.max(PlanRow.version)).where(PlanRow.campaign_id == campaign_id)
        )
        version = (newest or 0) + 1
        self._session.add(
            PlanRow(
                campaign_id=campaign_id,
                version=version,
                status="draft",
                created_at=self._now(),
                created_by=self._actor,
                sealed=self._sealed(plan, "plans", "sealed", campaign_id, str(version)),
            )
        )
        self._session.flush()
        return version

    def plan(self, campaign_id: str, *, published: bool = False) -> PlanVersion | None:
        """The newest plan, or the published one."""
        wanted = select(PlanRow).where(PlanRow.campaign_id == campaign_id)
        if published:
            wanted = wanted.where(PlanRow.status == "published")
        row = self._session.scalars(wanted.order_by(PlanRow.version.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        where = ("plans", "sealed", campaign_id, str(row.version))
        plan = self._opened(Plan, row.sealed, *where)
        return PlanVersion(row.version, row.status, row.created_at, row.created_by, plan)

    def publish(self, campaign_id: str, version: int) -> None:
        """Makes a draft the published plan; the one before becomes `replaced`.

        Publishing what is published changes nothing.

        Raises:
            NotFound: no such version.
            Conflict: a newer version was published meanwhile.
        """
        self._locked_campaign(campaign_id)
        row = self._session.get(PlanRow, (campaign_id, version))
        if row is None:
            raise NotFound(f"there is no version {version} of this campaign's plan")
        before = self._session.scalars(
            select(PlanRow).where(PlanRow.campaign_id == campaign_id, PlanRow.status == "published")
        ).one_or_none()
        if before is row:
            return
        if before is not None and before.version > version:
            raise Conflict(
                f"version {before.version} was published meanwhile; look at it before you "
                "publish an older one"
            )
        if before is not None:
            before.status = "replaced"
            self._session.flush()  # first: only one may be published at any moment
        row.status = "published"
        self._session.flush()

    # Outcomes

    def add_outcome(self, campaign_id: str, outcome: Outcome) -> bool:
        """Keeps an outcome. False when its key was kept before: nothing is doubled.

        An outcome without a key is known by its content.

        Raises:
            Conflict: the key was kept before with something else: neither may get lost.
            InputError: a number of kits that cannot be.
        """
        self._locked_campaign(campaign_id)
        key = _id(outcome.key or f"content:{self._seal.digest(_text(outcome))}", "key")
        before = self._session.scalars(
            select(OutcomeRow).where(OutcomeRow.campaign_id == campaign_id, OutcomeRow.key == key)
        ).one_or_none()
        if before is not None:
            self._refuse_other_content(self._outcome(before), outcome)
            return False
        if not 0 <= outcome.kits_handed <= _MOST_KITS:
            raise InputError(
                Fault("a number of kits from 0 on is expected", field="kits",
                      value=str(outcome.kits_handed)[:20])
            )  # fmt: skip
        self._session.add(
            OutcomeRow(
                campaign_id=campaign_id,
                key=key,
                visit_id=_id(outcome.visit_id, "visit"),
                team_id=_id(outcome.team_id, "team"),
                day=outcome.day.isoformat(),
                result=str(outcome.result),
                recorded_at=_plain(outcome.recorded_at, "recorded at", 40),
                recorded_by=self._actor,
                kits_handed=outcome.kits_handed,
                sealed=self._sealed(outcome, "outcomes", "sealed", campaign_id, key),
            )
        )
        self._session.flush()
        return True

    def outcomes(self, campaign_id: str, *, team_id: str = "") -> list[Outcome]:
        """Outcomes in the order they were recorded."""
        wanted = select(OutcomeRow).where(OutcomeRow.campaign_id == campaign_id)
        if team_id:
            wanted = wanted.where(OutcomeRow.team_id == team_id)
        return [
            self._outcome(row) for row in self._session.scalars(wanted.order_by(OutcomeRow.number))
        ]

    def _outcome(self, row: OutcomeRow) -> Outcome:
        where = ("outcomes", "sealed", row.campaign_id, row.key)
        return replace(self._opened(Outcome, row.sealed, *where), key=row.key)

    @staticmethod
    def _refuse_other_content(before: Outcome, outcome: Outcome) -> None:
        # The time is the desk's, taken when the outcome arrives: a second sending has another.
        before = replace(before, recorded_at="", key="")
        if before != replace(outcome, recorded_at="", key=""):
            raise Conflict(
                "something else was recorded under this key before; record the outcome anew"
            )

    # Oversight

    def log(self, action: str, subject: str, detail: str = "") -> None:
        """Adds to the audit log: ids only, never names or addresses."""
        self._will_write()
        entry = AuditEntry(self._now(), self._actor, action, subject, detail)
        audit.append(self._session, self._seal, entry)

    def log_read(self, action: str, subject: str, detail: str = "") -> None:
        """Adds to the audit log that this user reads something.

        The same again within minutes is the same look at it and is not written twice.
        """
        self._will_write()
        now = self._now()
        since = (datetime.fromisoformat(now) - ONE_LOOK).isoformat(timespec="microseconds")
        entry = AuditEntry(now, self._actor, action, subject, detail)
        if not audit.written_since(self._session, entry, since):
            audit.append(self._session, self._seal, entry)

    def audit(self, *, limit: int = 500) -> list[AuditEntry]:
        """The audit log, newest first."""
        return audit.newest(self._session, limit)

    def users(self) -> list[User]:
        """All users by sign-in name."""
        rows = self._session.scalars(select(UserRow).order_by(UserRow.user_id))
        return [accounts.as_user(row) for row in rows]

    def save_user(self, user: User, *, password: str | None = None) -> None:
        """Adds or changes a user; the password is kept as an argon2 hash.

        Raises:
            InputError: a name that nobody can type or see, a coordinator without a municipality, a
                team without its id, a new user without a password, one too easy to guess, or the
                present one.
            Conflict: another account has this name but for capital letters.
        """
        self._will_write()
        row = accounts.find_account(self._session, user.user_id)
        if row is not None and row.user_id != user.user_id:
            raise Conflict("another account has this name but for capital letters")
        if row is None or not accounts.same_rights(row, user):
            accounts.check_account(user)
        if row is None:
            if password is None:
                raise InputError(Fault("a new account needs a password", field="password"))
            row = UserRow(
                user_id=_id(user.user_id, "sign-in name"),
                sign_in_name=_id(accounts.sign_in_name(user.user_id), "sign-in name"),
            )
        elif password is not None and self._passwords.fits(password, row.password_hash):
            raise InputError(Fault("choose a password that is not the present one",
                                   field="password"))  # fmt: skip
        if password is not None:
            accounts.check_password(password, user)
            row.password_hash = self._passwords.hashed(password)
        row.name = _name(user.name, "name") if user.name else ""
        row.role = str(user.role)
        row.municipality_code = _plain(user.municipality_code, "municipality")
        row.team_id = _plain(user.team_id, "team")
        row.must_change_password = user.must_change_password
        self._session.add(row)
        self._session.flush()

    def signed_in(
        self, user_id: str, name_digest: str, password: str, kept_hash: str | None
    ) -> User:
        """Ends a sign-in whose password fitted `kept_hash`: failures are forgotten.

        Raises:
            NotAllowed: the password was changed in this very moment.
        """
        row = accounts.find_account(self._session, user_id)
        if row is None or row.password_hash != kept_hash:
            raise accounts.wrong_sign_in()
        accounts.forget_attempts(self._session, name_digest)
        if self._passwords.aged(row.password_hash):
            row.password_hash = self._passwords.hashed(password)
        return accounts.as_user(row)

    # What all of them need

    def _will_write(self) -> None:
        if self._reading:
            raise RuntimeError("this work was opened for reading only")

    def _campaign_row(self, campaign_id: str, *, lock: bool = False) -> CampaignRow:
        wanted = select(CampaignRow).where(CampaignRow.campaign_id == campaign_id)
        row = self._session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
        if row is None:
            raise NotFound("there is no such campaign")
        return row

    def _locked_campaign(self, campaign_id: str) -> None:
        """Writers of one campaign take turns, also where the database has no lock of its own."""
        self._will_write()
        self._campaign_row(campaign_id, lock=True)

    def _sealed(self, value: object, *where: str) -> bytes:
        return self._seal.close(_text(value), *where)

    def _opened(self, kind: type[T], sealed: bytes, *where: str) -> T:
        return load(kind, self._seal.open(sealed, *where), file=where[0])


_CHANGING = (
    "priority", "address_digest", "same_address", "sealed_case", "municipality_code",
    "settlement_code", "level", "confidence", "needs_review", "sealed_place", "version",
    "decided_by", "decided_at", "sealed_note", "changed_by", "changed_at",
)  # fmt: skip
"""Columns that a new list may change."""

_RECORD: tuple[InstrumentedAttribute[Any], ...] = (
    CaseRow.case_id,
    CaseRow.version,
    CaseRow.decided_by,
    CaseRow.decided_at,
    CaseRow.home_team,
    CaseRow.sealed_case,
    CaseRow.sealed_place,
    CaseRow.sealed_note,
)
"""Columns of a `CaseRecord`."""

_UPDATE_CASE = (
    update(CaseRow)
    .where(CaseRow.campaign_id == bindparam("of_campaign"), CaseRow.case_id == bindparam("of_case"))
    .values({name: bindparam(name) for name in _CHANGING})
)
"""Changes one case; run with many at once."""


def _campaign(row: CampaignRow) -> Campaign:
    return Campaign(
        campaign_id=row.campaign_id,
        name=row.name,
        first_day=date.fromisoformat(row.first_day),
        days=row.days,
        region=row.region,
        invented=row.invented,
    )


def _shared(same_address: str) -> str:
    """The key of an address that other cases may have; empty for one that is like no other."""
    return "" if same_address == memory.LIKE_NO_OTHER else same_address


def _decision_on(record: CaseRecord) -> Remembered | None:
    """What was decided on a case, as far as the case itself tells."""
    if not record.decided_by:
        return None
    return Remembered(Choice(note=record.decision_note), record.decided_by, record.decided_at)


def _is_case(campaign_id: str, case_id: str) -> tuple[Any, Any]:
    return CaseRow.campaign_id == campaign_id, CaseRow.case_id == case_id


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[first : first + _AT_ONCE] for first in range(0, len(values), _AT_ONCE))


def _refuse_twice(ids: Iterable[str], what: str) -> None:
    twice = [each for each, count in Counter(ids).items() if count > 1]
    if twice:
        raise InputError(
            Fault(f"two rows have this {what} id; give each its own", value=shorten(each))
            for each in twice
        )


def _text(value: object) -> str:
    """`value` as JSON.

    Raises:
        InputError: text that no encoding can hold (half of a character).
    """
    try:
        return dump(value)
    except ValueError:
        raise InputError(_UNSTORABLE) from None


def _storable(text: str, field: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(replace(_UNSTORABLE, field=field)) from None
    return text


_UNSTORABLE = Fault("holds half of a character, which cannot be kept; type it again")


def _plain(text: str, field: str, length: int = ID_LENGTH) -> str:
    """A text for a column that is not sealed.

    Raises:
        InputError: too long, or with signs that a database does not take.
    """
    if len(text) > length:
        raise InputError(Fault(f"longer than {length} characters; shorten it", field=field))
    if "\x00" in text:
        raise InputError(Fault("holds a NUL character; type it again", field=field))
    return _storable(text, field)


def _id(text: str, field: str) -> str:
    if not text.strip():
        raise InputError(Fault("is empty; every record needs an id", field=field))
    return _plain(text, field)


def _name(text: str, field: str) -> str:
    return _plain(text, field, 500)
