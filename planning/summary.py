"""A plan in figures: what a planner asks first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.model import Case, Place, Plan, Reason, Visit
from planning.visits import languages_of


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a plan. Cases are rows of the list, visits are doors."""

    cases: int
    rejected: int
    located: int
    """Cases found well enough to send somebody."""
    to_review: int
    visits: int
    served: int
    routes: int
    unserved: dict[str, int]
    """Cases without a visit, by reason."""
    outside: int
    """Cases of the list that the plan leaves out of account: resolved before, or new since."""
    unspoken: dict[str, int]
    """Cases with a visit whose crew need not speak a language of theirs, as no crew that may go
    there does, by language."""
    kilometres: float
    road_hours: float
    door_hours: float
    complete: bool
    settled: bool

    def facts(self) -> dict[str, object]:
        """For machines."""
        return {
            "cases": self.cases,
            "rejected": self.rejected,
            "located": self.located,
            "to_review": self.to_review,
            "visits": self.visits,
            "served": self.served,
            "routes": self.routes,
            "unserved": self.unserved,
            "outside": self.outside,
            "unspoken": self.unspoken,
            "kilometres": round(self.kilometres, 1),
            "road_hours": round(self.road_hours, 1),
            "door_hours": round(self.door_hours, 1),
            "complete": self.complete,
            "settled": self.settled,
        }

    def lines(self) -> tuple[str, ...]:
        """For people."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.unserved.items())
        unspoken = ", ".join(f"{count} {language}" for language, count in self.unspoken.items())
        return (
            f"Cases      {self.cases} accepted, {self.rejected} rejected",
            f"Located    {self.located}, of which {self.to_review} to review",
            f"Visits     {self.visits} doors, {self.served} in {self.routes} routes",
            f"Unserved   {sum(self.unserved.values())} cases" + (f": {reasons}" if reasons else ""),
            *(
                (f"Outside    {self.outside} cases resolved before, or new since",)
                if self.outside
                else ()
            ),
            *(
                (f"Unspoken   cases whose language no crew that may go speaks: {unspoken}",)
                if unspoken
                else ()
            ),
            f"Travel     {self.kilometres:,.0f} km, {self.road_hours:,.0f} h on the road, "
            f"{self.door_hours:,.0f} h at the doors",
            *(() if self.complete else ("Stopped early: this is the best plan so far.",)),
            *(
                ("The time ended the search: more seconds may give a better plan.",)
                if self.complete and not self.settled
                else ()
            ),
        )


def summarise(
    plan: Plan, cases: Sequence[Case], places: Mapping[str, Place], *, rejected: int = 0
) -> Summary:
    """The figures of `plan` for these cases."""
    reasons: Counter[str] = Counter()
    for each in plan.unserved:
        reasons[str(each.reason)] += len(each.case_ids)
    visit_of = {case_id: visit for visit in plan.visits for case_id in visit.case_ids}
    asked = visit_of.keys() | {case_id for each in plan.unserved for case_id in each.case_ids}
    service = {visit.visit_id: visit.service_seconds for visit in plan.visits}
    return Summary(
        cases=len(cases),
        rejected=rejected,
        located=len(cases) - reasons[Reason.NOT_LOCATED],
        to_review=sum(place.needs_review for place in places.values()),
        visits=len(plan.visits),
        # Where two crews go, it is one visit all the same.
        served=len({stop.visit_id for route in plan.routes for stop in route.stops}),
        routes=sum(bool(route.stops) for route in plan.routes),
        unserved=dict(reasons.most_common()),
        outside=sum(case.case_id not in asked for case in cases),
        unspoken=_unspoken(cases, visit_of),
        kilometres=sum(route.metres for route in plan.routes) / 1_000,
        road_hours=sum(route.travel_seconds for route in plan.routes) / 3_600,
        door_hours=sum(service[stop.visit_id] for route in plan.routes for stop in route.stops)
        / 3_600,
        complete=plan.complete,
        settled=plan.settled,
    )


def _unspoken(cases: Sequence[Case], visit_of: Mapping[str, Visit]) -> dict[str, int]:
    """Language → cases of which no language binds their visit's crew."""
    counts: Counter[str] = Counter()
    for case in cases:
        visit = visit_of.get(case.case_id)
        spoken = languages_of(case)
        if visit is not None and spoken.isdisjoint(visit.languages):
            counts.update(spoken)
    return dict(sorted(counts.items()))
