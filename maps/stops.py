"""What may be shown of a stop, decided once for every map, print and export.

Of every visit: its number, times, door, how many children, who must be present and what they
speak, whether a second crew comes along, hours, kits.
Never a child's name, national ID, phone or note: they stay in the registry, behind a sign-in.
What may harm the crew at a door is for that crew alone: on its own page, of a sensitive visit too,
and on its own sheet; on no map and in no export.

Of a sensitive visit less, because paper is lost and files are forwarded:

- the team's own phone page: number, times, door, hazard, who must be present, and kits to carry,
  without which the visit cannot be made. No case ids, no count of children, no mark of urgency, no
  hours.
- maps on the screen: number, times, settlement, who must be present. No door, no case ids, nothing
  else. The marker itself stands where the team has to go.
- what leaves the screen, paper and files alike (PDF, HTML, JSON, CSV, GeoJSON, GeoPackage, GPX):
  number, times, settlement, who must be present. No door and no position, and no line that ends
  there. Tables have the office's case id, because a record would be lost otherwise; paper has not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from planning.model import Plan, Priority, Route, Sex, Unit, Unserved, Visit, Window


@dataclass(frozen=True, slots=True)
class StopRow:
    """A stop with everything that one kind of output may say of it. Text is not escaped."""

    number: int
    """Place in the route, from 1."""
    visit_id: str
    arrival: int
    start: int
    departure: int
    lon: float
    lat: float
    settlement: str
    address: str
    """Empty where it must not be shown."""
    unit: Unit
    children: int | None
    """None where it must not be shown."""
    requires: frozenset[str]
    languages: frozenset[str]
    """Spoken by somebody of the crew."""
    sexes: frozenset[Sex]
    """A member of each is there."""
    together: bool
    """A second crew comes at the same time."""
    windows: tuple[Window, ...]
    kits: int
    kit_types: tuple[tuple[str, int], ...]
    urgent: bool
    sensitive: bool
    case_ids: tuple[str, ...]
    rough: bool
    """The position is known no better than street or settlement."""
    hazard: str
    """What may harm the crew; empty where it must not be shown."""
    straight: bool
    """The way there is an estimate as the crow flies."""
    placed: bool = True
    """False where the position must not be written down; then `lon` and `lat` are 0."""


ROUGH_M = 150.0
"""Expected error from which a crew is told to ask for the door."""


def visits_of(plan: Plan | Iterable[Visit]) -> dict[str, Visit]:
    """Visits by id, from a plan or from those of one route."""
    visits = plan.visits if isinstance(plan, Plan) else plan
    return {visit.visit_id: visit for visit in visits}


def team_rows(route: Route, visits: Mapping[str, Visit]) -> tuple[StopRow, ...]:
    """The stops of `route` as the team's own phone page may show them."""
    return tuple(_for_team(row) for row in _rows(route, visits))


def sheet_rows(route: Route, visits: Mapping[str, Visit]) -> tuple[StopRow, ...]:
    """The stops of `route` as the team's own sheet may show them: paper is lost."""
    return tuple(_placeless(row) if row.sensitive else row for row in _rows(route, visits))


def map_rows(route: Route, visits: Mapping[str, Visit]) -> tuple[StopRow, ...]:
    """The stops of `route` as a map may show them."""
    return tuple(_for_map(row) for row in _rows(route, visits))


def export_rows(route: Route, visits: Mapping[str, Visit]) -> tuple[StopRow, ...]:
    """The stops of `route` as a table may list them, case ids included."""
    return tuple(
        replace(_placeless(row), case_ids=row.case_ids) if row.sensitive else _for_map(row)
        for row in _rows(route, visits)
    )


def export_route(route: Route, visits: Mapping[str, Visit]) -> Route:
    """`route` without the lines to and from sensitive stops: their ends are the doors."""
    kept_back = [False, *(visits[stop.visit_id].sensitive for stop in route.stops), False]
    legs = (
        replace(leg, line=()) if any(ends) else leg
        for leg, ends in zip(route.legs, pairwise(kept_back), strict=False)
    )
    return replace(route, legs=tuple(legs))


def export_plan(plan: Plan, kept_back: Set[str] = frozenset()) -> Plan:
    """`plan` without hazards, and without doors and positions of sensitive visits.

    Ids and times stay, no visit is lost. `kept_back` are the ids of all sensitive cases: those
    that never became a visit are told by the list only.
    """
    visits = visits_of(plan)
    kept_back = kept_back | {
        case_id for visit in plan.visits if visit.sensitive for case_id in visit.case_ids
    }
    harmless = (replace(visit, hazards=()) for visit in plan.visits)
    return replace(
        plan,
        visits=tuple(
            replace(visit, label="", unit=Unit(), lon=0.0, lat=0.0) if visit.sensitive else visit
            for visit in harmless
        ),
        routes=tuple(export_route(route, visits) for route in plan.routes),
        unserved=tuple(
            each if kept_back.isdisjoint(each.case_ids) else without_place(each)
            for each in plan.unserved
        ),
    )


def without_place(unserved: Unserved) -> Unserved:
    """`unserved` with its reason's code only: in words it may quote the address."""
    return replace(unserved, because=())


def _for_team(row: StopRow) -> StopRow:
    if not row.sensitive:
        return row
    return replace(row, case_ids=(), children=None, urgent=False, windows=())


def _for_map(row: StopRow) -> StopRow:
    row = replace(row, hazard="")
    if not row.sensitive:
        return row
    return replace(_for_team(row), address="", unit=Unit(), kits=0, kit_types=())


def _placeless(row: StopRow) -> StopRow:
    """A sensitive stop outside of the screen."""
    return replace(_for_map(row), lon=0.0, lat=0.0, placed=False, rough=False)


def _rows(route: Route, visits: Mapping[str, Visit]) -> tuple[StopRow, ...]:
    return tuple(
        StopRow(
            number=number,
            visit_id=stop.visit_id,
            arrival=stop.arrival,
            start=stop.start,
            departure=stop.departure,
            lon=visit.lon,
            lat=visit.lat,
            settlement=visit.settlement,
            address=visit.label,
            unit=visit.unit,
            children=visit.children,
            requires=visit.requires,
            languages=visit.languages,
            sexes=visit.sexes,
            together=visit.second_crew is not None,
            windows=visit.windows,
            kits=visit.kits,
            kit_types=visit.kit_types,
            urgent=visit.priority is Priority.URGENT,
            sensitive=visit.sensitive,
            case_ids=visit.case_ids,
            rough=visit.error_m >= ROUGH_M,
            hazard=visit.hazard,
            straight=number <= len(route.legs) and route.legs[number - 1].straight,
        )
        for number, stop in enumerate(route.stops, start=1)
        for visit in (visits[stop.visit_id],)
    )
