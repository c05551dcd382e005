"""What a campaign learns from its own days, through the desk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import log
from pathlib import Path

import pytest
from office import AUDITOR, CAMPAIGN, OWN_COORDINATOR, PLANNER, TEAMS, Office, an_office
from towns import FIRST_DAY

from planning.campaign.approach import ENOUGH_VISITS, Approach, Use
from planning.campaign.ladder import CALL_FIRST, Answer, Channel, Contact
from planning.errors import NotAllowed
from planning.model import (
    Address,
    Case,
    Level,
    Mode,
    Outcome,
    Place,
    Plan,
    Result,
    Route,
    Shift,
    Stop,
    Visit,
)

HOME = Place(
    Level.HOUSE, 25.0, 43.0, 0.9, 20.0, needs_review=False, municipality_code="RVS01",
    settlement="Речно", settlement_code="RVS",
)  # fmt: skip
STREET = replace(HOME, level=Level.STREET)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A campaign of ten days, two teams, eighty children: half of them known by the street only."""
    with an_office(tmp_path) as made:
        planner = made.desk(PLANNER)
        planner.import_teams("c", TEAMS, "teams.csv")
        cases = [Case(f"c{n}", Address("x"), phone="0700", row=n) for n in range(80)]
        places = {each.case_id: STREET if each.row % 2 else HOME for each in cases}
        with made.registry.work("anna") as work:
            work.save_campaign(replace(CAMPAIGN, days=10))
            work.add_cases("c", cases, places)
        yield made


def visited(
    office: Office, numbers: Sequence[int], result: Result, *, day: date = FIRST_DAY,
    team: str = "t1", hour: int = 9,
) -> None:  # fmt: skip
    with office.registry.work(team) as work:
        for n in numbers:
            work.add_outcome(
                "c",
                Outcome(f"v{n}", team, day, result, f"{day.isoformat()}T{hour:02d}:00:00+00:00",
                        key=f"{n}/{day}", case_ids=(f"c{n}",)),
            )  # fmt: skip


def test_before_the_first_outcome_the_field_speaks(office: Office) -> None:
    """A quarter of all first visits; plans do not go by it yet."""
    found = office.desk(PLANNER).expectation("c")
    assert found.usual == pytest.approx((0.25, 0.25), abs=0.01)
    assert (found.seen, found.in_use, len(found.cases)) == (0, False, 80)
    assert all(each.now == pytest.approx(each.before) for each in found.factors)


def test_plans_are_told_by_what_they_may_bring(office: Office) -> None:
    """Eighty doors in the evening bring more than in the morning; who was met brings nothing."""
    desk = office.desk(PLANNER)
    shift = Shift("s", "t1", FIRST_DAY, 25.0, 43.0, 0, 24 * 3600 - 1, None, 99, Mode.DRIVE,
                  frozenset(), "RVS01")  # fmt: skip
    visits = tuple(Visit(f"v{n}", (f"c{n}",), 25.0, 43.0, "RVS01") for n in range(80))

    def planned(hour: int, many: int = 80) -> Plan:
        stops = tuple(Stop(each.visit_id, *(hour * 3600,) * 3) for each in visits[:many])
        route = Route("s", "t1", FIRST_DAY, stops, 0, 24 * 3600 - 1)
        return Plan(FIRST_DAY, 1, visits, (shift,), (route,), ())

    morning, evening = desk.expected_resolved("c", [planned(9), planned(18)])
    of_all = sum(each.chances[0] for each in desk.expectation("c").cases)
    assert morning == pytest.approx(of_all)
    assert evening > morning
    visited(office, range(10), Result.MET)
    assert desk.expected_resolved("c", [planned(9, many=10)]) == (0,)


def test_outcomes_move_the_factors_and_bring_the_model_into_use(office: Office) -> None:
    """Houses resolved, streets not: the street's factor falls; who is resolved is off the list."""
    visited(office, range(0, 60, 2), Result.MET)
    visited(office, range(1, 61, 2), Result.NOBODY_HOME)
    found = office.desk(PLANNER).expectation("c")
    street = next(each for each in found.factors if each.term == ("address", "street"))
    assert (found.seen, found.in_use) == (60, True)
    assert found.seen >= ENOUGH_VISITS
    assert street.now < street.before
    assert street.visits == 30
    assert len(found.cases) == 50
    best = found.cases[0]
    assert max(best.chances) == max(max(each.chances) for each in found.cases)
    told = {str(words) for words, _ in best.reasons[2]}
    assert "in the evening" in told


def test_a_factor_set_by_hand_holds(office: Office) -> None:
    """And the office may say that plans never go by the model, or always."""
    planner = office.desk(PLANNER)
    edited = (("time", "evening", log(3.0)),)
    planner.save_approach("c", Approach(use=Use.NEVER, edited=edited), seen=0)
    visited(office, range(60), Result.NOBODY_HOME, hour=18)
    found = planner.expectation("c")
    evening = next(each for each in found.factors if each.term == ("time", "evening"))
    assert evening.by_hand
    assert evening.now == pytest.approx(3.0)
    assert not found.in_use
    planner.save_approach("c", Approach(use=Use.ALWAYS, edited=edited), seen=1)
    assert planner.expectation("c").in_use


def test_a_call_after_the_visit_was_not_known_before_it(office: Office) -> None:
    """Only what was known when the crew set out explains what it found."""
    visited(office, [0], Result.NOBODY_HOME)
    with office.registry.work("anna") as work:
        work.save_approach("c", Approach(CALL_FIRST))
        for n, hour in ((0, 15), (2, 8)):
            at = f"{FIRST_DAY.isoformat()}T{hour:02d}:00:00+00:00"
            work.add_contact("c", Contact(f"c{n}", Channel.PHONE, Answer.AGREED, at, key=f"k{n}"))
    visited(office, [2], Result.MET)
    found = office.desk(PLANNER).expectation("c")
    seen = {each.term: each.visits for each in found.factors}
    assert (seen["phone", "agreed"], seen["phone", "not_tried"]) == (1, 1)
    told = next(each for each in found.cases if each.case_id == "c0")
    assert "somebody answered the phone and expects the visit" in {
        str(words) for words, _ in told.reasons[0]
    }


def test_the_pace_reconciles_with_the_list(office: Office) -> None:
    """80 listed = 12 resolved by visits + 1 by a call + 67 open; a day with outcomes is over."""
    before = office.desk(PLANNER).pace("c")
    visited(office, range(10), Result.MET)
    visited(office, range(10, 40), Result.NOBODY_HOME, team="t2")
    visited(office, range(10, 12), Result.ABROAD, day=FIRST_DAY + timedelta(days=1))
    with office.registry.work("anna") as work:
        at = "2026-08-20T09:00:00+00:00"
        work.add_contact("c", Contact("c50", Channel.PHONE, Answer.RETURNED, at, key="k"))
    pace = office.desk(PLANNER).pace("c")
    assert (pace.listed, pace.resolved, pace.closed, pace.forecast.remaining) == (80, 12, 1, 67)
    assert [(each.team_days, each.resolved) for each in pace.worked] == [(2, 10), (1, 2)]
    assert sum(each.resolved for each in pace.worked) == pace.resolved
    assert before.forecast.available == 20
    assert pace.forecast.available == 16


def test_a_campaign_that_cannot_end_in_time_says_so(office: Office) -> None:
    """Nobody is found for two days: more team-days are needed than there are."""
    visited(office, range(40), Result.NOBODY_HOME)
    visited(office, range(40, 80), Result.NOBODY_HOME, team="t2")
    pace = office.desk(PLANNER).pace("c")
    assert pace.forecast.alert is not None
    assert pace.forecast.needed[1] > pace.forecast.available


def test_crews_are_compared_on_like_visits_only_where_many_visits_tell(office: Office) -> None:
    """Team 1 made forty visits and is spoken of; team 2 with four is left out, and counted."""
    visited(office, range(15), Result.MET)
    visited(office, range(15, 40), Result.NOBODY_HOME)
    visited(office, range(40, 44), Result.MET, team="t2")
    found = office.desk(PLANNER).effectiveness("c")
    assert [(each.team_id, each.visits) for each in found.crews] == [("t1", 40)]
    assert found.left_out == 1
    assert {each.entry.action for each in office.desk(AUDITOR).who_saw("c1")} == set()


def test_a_campaign_without_a_visit_teaches_nothing_yet(office: Office) -> None:
    """No crew, no factor, no fault."""
    found = office.desk(PLANNER).effectiveness("c")
    assert (found.crews, found.left_out, found.factors) == ((), 0, ())


def test_crews_are_no_business_of_a_municipality(office: Office) -> None:
    """Three crews of one town are a few people with names."""
    desk = office.desk(OWN_COORDINATOR)
    for asked in (desk.effectiveness, desk.expectation, desk.pace, desk.approach):
        with pytest.raises(NotAllowed):
            asked("c")
