"""Who saw a child: what an entry of the log says that was looked at.

A look at one case is logged under the case's id. A look at a list, a plan or a team's day is one
entry, not a thousand: it says how far it reached, in words that are read back here. Where an entry
says less than that, it counts as having reached everything: rather one name too many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from planning.model import AuditEntry, How, Plan, Sighting

COUNTS_ONLY = frozenset({"read_coverage", "read_effectiveness"})
"""Looks at a campaign that meet no case."""

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:, version (\d+))?\Z")
_VERSION = re.compile(r"version (\d+)(?:, only (.+))?\Z")
_CASES = re.compile(r"\d+ cases(?:, only (.+))?\Z")


def list_detail(count: int, *, only: str = "") -> str:
    """What is logged of a look at a list: `only` is the municipality it was cut to."""
    return f"{count} cases" + (f", only {only}" if only else "")


def plan_detail(version: int, *, only: str = "") -> str:
    """What is logged of a look at a plan: `only` is the municipality or team it was cut to."""
    return f"version {version}" + (f", only {only}" if only else "")


def day_detail(day: date, version: int) -> str:
    """What is logged of a look at a team's day."""
    return f"{day.isoformat()}, version {version}"


@dataclass(frozen=True)
class Trail:
    """What is known of a case in one campaign."""

    campaign_id: str
    case_id: str
    municipality_code: str
    """Where its place is today."""
    plan: Callable[[int], Plan | None]
    """The plan of a version."""
    published: Sequence[tuple[str, int]]
    """(moment as the log has it, version) of everything that was published, oldest first."""

    def seen(self, entry: AuditEntry) -> How | None:
        """In what `entry` met the case; None when it did not."""
        if entry.action == "read_team_day":
            return How.TEAM_DAY if self._in_team_day(entry) else None
        if entry.action == "record_outcome":
            return How.ITSELF if self._is_visit(entry) else None
        if entry.subject != self.campaign_id or entry.action in COUNTS_ONLY:
            return None
        if entry.action == "read_plan":
            return How.PLAN if self._in_plan(entry) else None
        if entry.action.startswith(("read_", "export_")) or entry.action == "import_cases":
            return How.LIST if self._in_list(entry) else None
        return None

    def _in_list(self, entry: AuditEntry) -> bool:
        found = _CASES.match(entry.detail)
        only = found[1] if found else None
        return only is None or only == self.municipality_code

    def _in_plan(self, entry: AuditEntry) -> bool:
        found = _VERSION.match(entry.detail)
        if found is None:
            return True
        plan = self.plan(int(found[1]))
        if plan is None:
            return True
        visits = {each.visit_id for each in plan.visits if self.case_id in each.case_ids}
        unserved = any(self.case_id in each.case_ids for each in plan.unserved)
        only = found[2]
        if only is None or only == self.municipality_code:
            return bool(visits) or unserved
        return any(
            route.team_id == only and any(stop.visit_id in visits for stop in route.stops)
            for route in plan.routes
        )

    def _in_team_day(self, entry: AuditEntry) -> bool:
        found = _DAY.match(entry.detail)
        if found is None:
            return False
        plan = self.plan(int(found[2]) if found[2] else self._published_at(entry.at))
        if plan is None:
            return False
        day = date.fromisoformat(found[1])
        visits = {each.visit_id for each in plan.visits if self.case_id in each.case_ids}
        return any(
            route.team_id == entry.subject
            and route.day == day
            and any(stop.visit_id in visits for stop in route.stops)
            for route in plan.routes
        )

    def _is_visit(self, entry: AuditEntry) -> bool:
        """Outcomes are logged by their visit, which every plan numbers anew."""
        plan = self.plan(self._published_at(entry.at))
        return plan is not None and any(
            each.visit_id == entry.subject and self.case_id in each.case_ids for each in plan.visits
        )

    def _published_at(self, moment: str) -> int:
        """The version that was published then; 0 when none was."""
        return max(((at, version) for at, version in self.published if at <= moment),
                   default=("", 0))[1]  # fmt: skip


def sightings(
    case_id: str, entries: Iterable[AuditEntry], trails: Sequence[Trail]
) -> list[Sighting]:
    """Those of `entries` that met the case, in their order, and in what."""
    found = []
    for entry in entries:
        met = (
            How.ITSELF
            if entry.subject == case_id
            else next((how for trail in trails if (how := trail.seen(entry)) is not None), None)
        )
        if met is not None:
            found.append(Sighting(entry, met))
    return found
