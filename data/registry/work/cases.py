"""Cases, their places and what was decided on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from data.registry import links, memory
from data.registry.tables import (
    CampaignRow,
    CaseChangeRow,
    CaseRow,
)
from planning.errors import Change, Conflict, NotFound
from planning.model import (
    Address,
    Case,
    CaseRecord,
    CaseState,
    Choice,
    Place,
    Remembered,
)
from planning.text import shorten

if TYPE_CHECKING:
    from sqlalchemy.orm import InstrumentedAttribute
from data.registry.work.storing import (
    as_json,
    checked_id,
    chunks,
    differing,
    plain,
    refuse_twice,
    storable,
)
from data.registry.work.transaction import Transaction


class CaseWork(Transaction):
    """Keeps cases, places and decisions."""

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
        refuse_twice((case.case_id for case in cases), "case")
        new = 0
        # All at once and in one order: two imports of the same children never wait for each other.
        tied = links.links_of(self._session, self._seal, cases)
        for some in chunks(cases, _ROWS_AT_ONCE):
            ids = [checked_id(case.case_id, "case") for case in some]
            known = self._known_cases(campaign_id, ids)
            fresh = [case for case in some if case.case_id not in known]
            again = [case for case in some if case.case_id in known]
            self._insert_cases(campaign_id, fresh, tied, places, decided or {})
            self._change_cases(campaign_id, again, tied, places, decided or {}, known)
            new += len(fresh)
        return new

    def _insert_cases(
        self,
        campaign_id: str,
        cases: Sequence[Case],
        tied: Mapping[str, links.Links],
        places: Mapping[str, Place],
        decided: Mapping[str, Remembered],
    ) -> None:
        last = self._session.scalar(
            select(func.max(CaseRow.seq)).where(CaseRow.campaign_id == campaign_id)
        )
        rows = [
            {
                "campaign_id": campaign_id,
                "case_id": case.case_id,
                "seq": seq,
                "home_team": "",
                "version": 1,
                **self._decision_columns(campaign_id, case.case_id, decided.get(case.case_id)),
                **self._case_columns(campaign_id, case, tied[case.case_id]),
                **self._place_columns(campaign_id, case.case_id, places.get(case.case_id)),
            }
            for seq, case in enumerate(cases, start=(last or 0) + 1)
        ]
        if rows:
            self._session.connection().execute(insert(CaseRow), rows)

    def _change_cases(
        self,
        campaign_id: str,
        cases: Sequence[Case],
        tied: Mapping[str, links.Links],
        places: Mapping[str, Place],
        decided: Mapping[str, Remembered],
        known: Mapping[str, tuple[CaseRecord, str]],
    ) -> None:
        changes = [
            change
            for case in cases
            for change in self._changes(
                campaign_id,
                case,
                tied[case.case_id],
                places.get(case.case_id),
                decided.get(case.case_id),
                *known[case.case_id],
            )
        ]
        if changes:
            noted = [
                {
                    "campaign_id": campaign_id,
                    "case_id": change["of_case"],
                    "fields": change.pop("fields"),
                    **{name: change[name] for name in ("version", "changed_by", "changed_at")},
                }
                for change in changes
            ]
            self._session.connection().execute(_UPDATE_CASE, changes)
            self._session.connection().execute(insert(CaseChangeRow), noted)

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

    def case_ids(self, campaign_id: str) -> frozenset[str]:
        """Ids of all cases of the campaign; none is opened."""
        wanted = select(CaseRow.case_id).where(CaseRow.campaign_id == campaign_id)
        return frozenset(self._session.scalars(wanted))

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

    def case_changes(self, campaign_id: str, case_id: str, *, since: int = 1) -> list[Change]:
        """Who changed what in a case after version `since`, oldest first."""
        rows = self._session.scalars(
            select(CaseChangeRow)
            .where(
                CaseChangeRow.campaign_id == campaign_id,
                CaseChangeRow.case_id == case_id,
                CaseChangeRow.version > since,
            )
            .order_by(CaseChangeRow.version)
        )
        return [Change(each.changed_by, each.changed_at, _names(each.fields)) for each in rows]

    def household(self, campaign_id: str, case_id: str) -> list[CaseRecord]:
        """Cases of the campaign at the same family's door, this one among them.

        Raises:
            NotFound: there is no such case.
        """
        number = self._session.scalar(
            select(CaseRow.household_number).where(*_is_case(campaign_id, case_id))
        )
        if number is None:
            return [self.case(campaign_id, case_id)]
        wanted = select(*_RECORD).where(
            CaseRow.campaign_id == campaign_id, CaseRow.household_number == number
        )
        rows = self._session.execute(wanted.order_by(CaseRow.seq))
        return [self._record(campaign_id, row) for row in rows]

    def cases_of_child(self, campaign_id: str, case_id: str) -> list[tuple[str, CaseRecord]]:
        """(campaign, case) of every case of the child in any campaign, the newest campaign first.

        The child is known by its national ID, else by its name and address.

        Raises:
            NotFound: there is no such case.
        """
        number = self._session.scalar(
            select(CaseRow.child_number).where(*_is_case(campaign_id, case_id))
        )
        if number is None:
            return [(campaign_id, self.case(campaign_id, case_id))]
        rows = self._session.execute(
            select(CaseRow.campaign_id, *_RECORD)
            .join(CampaignRow, CampaignRow.campaign_id == CaseRow.campaign_id)
            .where(CaseRow.child_number == number)
            .order_by(CampaignRow.number.desc(), CaseRow.seq)
        )
        return [(row.campaign_id, self._record(row.campaign_id, row)) for row in rows]

    def children_seen_before(self, campaign_id: str) -> dict[str, tuple[tuple[str, str], ...]]:
        """Case → (campaign, case) of the same child in other campaigns, the newest first.

        Only cases of children who have such: they dropped out again. Nothing is opened.
        """
        here, there = aliased(CaseRow), aliased(CaseRow)
        rows = self._session.execute(
            select(here.case_id, there.campaign_id, there.case_id)
            .join(there, there.child_number == here.child_number)
            .join(CampaignRow, CampaignRow.campaign_id == there.campaign_id)
            .where(here.campaign_id == campaign_id, there.campaign_id != campaign_id)
            .order_by(here.seq, CampaignRow.number.desc(), there.seq)
        )
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for case_id, other_campaign, other_case in rows:
            found[case_id] = (*found.get(case_id, ()), (other_campaign, other_case))
        return found

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
            now = self._change()
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
                self._tell_conflict(campaign_id, case_id, versions[case_id])
            self._session.add(
                CaseChangeRow(
                    campaign_id=campaign_id, case_id=case_id, version=versions[case_id] + 1,
                    fields="place" if decided else "place taken back", **now,
                )
            )  # fmt: skip
        self._session.flush()

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

    def set_home_team(
        self,
        campaign_id: str,
        case_ids: Sequence[str],
        team_id: str,
        *,
        versions: Mapping[str, int] | None = None,
    ) -> None:
        """Moves cases to another team's district by hand; an empty team takes the move back.

        `versions` are those that were seen, by case id; other changes than moves do not matter.

        Raises:
            NotFound: there is no such case, and none was moved.
            Conflict: somebody else has moved one since; it tells who and where. None was moved.
        """
        self._locked_campaign(campaign_id)
        wanted = dict.fromkeys(case_ids)
        moved = 0
        for some in chunks(list(wanted)):
            self._refuse_moved(campaign_id, some, versions or {})
            now = self._change()
            rows = self._session.execute(
                update(CaseRow)
                .where(CaseRow.campaign_id == campaign_id, CaseRow.case_id.in_(some))
                .values(home_team=plain(team_id, "team"), version=CaseRow.version + 1, **now)
                .returning(CaseRow.case_id, CaseRow.version)
            ).all()
            moved += len(rows)
            self._session.add_all(
                CaseChangeRow(
                    campaign_id=campaign_id, case_id=case_id, version=version, fields="home_team",
                    **now,
                )
                for case_id, version in rows
            )  # fmt: skip
        self._session.flush()
        if moved != len(wanted):
            raise NotFound("one of these cases is not in this campaign")

    def _refuse_moved(
        self, campaign_id: str, case_ids: Sequence[str], versions: Mapping[str, int]
    ) -> None:
        """Refuses to move what somebody else has moved after the version that was seen."""
        rows = self._session.execute(
            select(CaseRow.case_id, CaseRow.version, CaseRow.home_team).where(
                CaseRow.campaign_id == campaign_id, CaseRow.case_id.in_(case_ids)
            )
        ).all()
        for case_id, version, home_team in rows:
            if (seen := versions.get(case_id, version)) == version:
                continue
            changes = self.case_changes(campaign_id, case_id, since=seen)
            if moves := [each for each in changes if "home_team" in each.fields]:
                where = f"to team “{shorten(home_team)}”" if home_team else "back"
                raise Conflict(
                    f"{moves[-1]}: case “{shorten(case_id)}” went {where} meanwhile; look at it "
                    "again and decide anew",
                    changes=changes,
                    theirs=self.case(campaign_id, case_id),
                )

    def _known_cases(
        self, campaign_id: str, case_ids: Sequence[str]
    ) -> dict[str, tuple[CaseRecord, str]]:
        """Records and address digests of those that are in the registry."""
        known: dict[str, tuple[CaseRecord, str]] = {}
        for some in chunks(case_ids):
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
        tied: links.Links,
        place: Place | None,
        recalled: Remembered | None,
        before: CaseRecord,
        digest_before: str,
    ) -> list[dict[str, Any]]:
        """New values of the columns of a case that came again, or nothing when it is as it was."""
        columns = self._case_columns(campaign_id, case, tied)
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
            "fields": ",".join(
                (*differing(case, before.case), *(["place"] if place != before.place else []))
            )[:_LONGEST_FIELDS],
        }
        return [columns]

    def _case_columns(self, campaign_id: str, case: Case, tied: links.Links) -> dict[str, Any]:
        return {
            "priority": int(case.priority),
            "address_digest": self._seal.digest(as_json(case.address)),
            "same_address": tied.same_address,
            "child_number": tied.child_number,
            "household_number": tied.household_number,
            "sealed_case": self._sealed(case, "cases", "case", campaign_id, case.case_id),
            **self._change(),
        }

    def _place_columns(self, campaign_id: str, case_id: str, place: Place | None) -> dict[str, Any]:
        where = ("cases", "place", campaign_id, case_id)
        return {
            "municipality_code": plain(place.municipality_code, "municipality") if place else "",
            "settlement_code": plain(place.settlement_code, "settlement") if place else "",
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
            "sealed_note": self._seal.close(storable(note, "note"), *where) if note else None,
        }

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

    def _tell_conflict(self, campaign_id: str, case_id: str, seen: int) -> None:
        theirs = self.case(campaign_id, case_id)
        changes = self.case_changes(campaign_id, case_id, since=seen)
        row = self._session.execute(
            select(CaseRow.changed_by, CaseRow.changed_at).where(*_is_case(campaign_id, case_id))
        ).one()
        last = changes[-1] if changes else Change(row.changed_by, row.changed_at, ())
        raise Conflict(
            f"{last}; look at it again and decide anew", changes=changes or [last], theirs=theirs
        )


_ROWS_AT_ONCE = 5_000
"""Cases that are sealed before they are written: a nation's list does not fit in memory twice."""
_LONGEST_FIELDS = 500
_CHANGING = (
    "priority", "address_digest", "same_address", "child_number", "household_number",
    "sealed_case", "municipality_code", "settlement_code", "level", "confidence", "needs_review",
    "sealed_place", "version", "decided_by", "decided_at", "sealed_note", "changed_by",
    "changed_at",
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


def _shared(same_address: str) -> str:
    """The key of an address that other cases may have; empty for one that is like no other."""
    return "" if same_address == links.LIKE_NO_OTHER else same_address


def _names(fields: str) -> tuple[str, ...]:
    return tuple(fields.split(",")) if fields else ()


def _decision_on(record: CaseRecord) -> Remembered | None:
    """What was decided on a case, as far as the case itself tells."""
    if not record.decided_by:
        return None
    return Remembered(Choice(note=record.decision_note), record.decided_by, record.decided_at)


def _is_case(campaign_id: str, case_id: str) -> tuple[Any, Any]:
    return CaseRow.campaign_id == campaign_id, CaseRow.case_id == case_id
