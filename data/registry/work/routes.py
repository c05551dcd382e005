"""What a published plan asks of each team, apart, so that a team's day opens alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from data.registry.seal import Seal
from data.registry.tables import PlanRow, RouteRow, ShiftRow
from data.registry.work.storing import as_json, checked_id, plain
from planning.model import UNBOUND, Plan, Route, Shift

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def plan_in(seal: Seal, row: PlanRow) -> Plan:
    """The whole plan of a version."""
    return seal.value(Plan, row.sealed, *_plan_cell(row))


def route_in(seal: Seal, row: RouteRow) -> Plan:
    """The plan cut down to one route."""
    return seal.value(Plan, row.sealed, *_route_cell(row))


def shift_in(seal: Seal, row: ShiftRow) -> Shift:
    """A shift."""
    return seal.value(Shift, row.sealed, *_shift_cell(row))


def seal_plan(seal: Seal, row: PlanRow, plan: Plan) -> None:
    """Puts the whole plan into its row."""
    row.sealed = seal.close(as_json(plan), *_plan_cell(row))


def add_routes(session: Session, seal: Seal, row: PlanRow, plan: Plan) -> None:
    """Keeps shifts and routes of a plan in rows of their own."""
    key = {"campaign_id": row.campaign_id, "version": row.version}
    for shift in plan.shifts:
        kept = ShiftRow(
            **key,
            shift_id=checked_id(shift.shift_id, "shift"),
            team_id=plain(shift.team_id, "team"),
            day=shift.day.isoformat(),
            starts=shift.start,
            ends=shift.end,
        )
        kept.sealed = seal.close(as_json(shift), *_shift_cell(kept))
        session.add(kept)
    session.flush()
    for route in plan.routes:
        way = RouteRow(
            **key,
            shift_id=route.shift_id,
            team_id=route.team_id,
            day=route.day.isoformat(),
            stops=len(route.stops),
        )
        way.sealed = seal.close(as_json(_cut_to(plan, route)), *_route_cell(way))
        session.add(way)
    session.flush()


def fill_in(session: Session, seal: Seal) -> None:
    """Adds what a plan lacks that an earlier version of the service published."""
    apart = exists().where(
        ShiftRow.campaign_id == PlanRow.campaign_id, ShiftRow.version == PlanRow.version
    )
    for row in session.scalars(select(PlanRow).where(PlanRow.status == "published", ~apart)).all():
        add_routes(session, seal, row, plan_in(seal, row))


def _cut_to(plan: Plan, route: Route) -> Plan:
    """The plan with this route only: its visits in the order of its stops, and its shift."""
    on_the_way = {stop.visit_id: number for number, stop in enumerate(route.stops)}
    visits = (visit for visit in plan.visits if visit.visit_id in on_the_way)
    return replace(
        plan,
        visits=tuple(sorted(visits, key=lambda visit: on_the_way[visit.visit_id])),
        shifts=tuple(shift for shift in plan.shifts if shift.shift_id == route.shift_id),
        routes=(route,),
        unserved=(),
        districts=(),
        conditions=UNBOUND,
        trace=(),
    )


def _plan_cell(row: PlanRow) -> tuple[str, ...]:
    return ("plans", "sealed", row.campaign_id, str(row.version))


def _shift_cell(row: ShiftRow) -> tuple[str, ...]:
    return ("shifts", "sealed", row.campaign_id, str(row.version), row.shift_id)


def _route_cell(row: RouteRow) -> tuple[str, ...]:
    return ("routes", "sealed", row.campaign_id, str(row.version), row.shift_id)
