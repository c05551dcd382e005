"""A team's day on a phone, on a real registry: links given and taken back, reports taken in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from office import (
    ADMIN,
    AUDITOR,
    CASES,
    OTHER_COORDINATOR,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_1,
    TEAM_2,
    TEAMS,
    VIEWER,
    Office,
    an_office,
    on,
)
from towns import FIRST_DAY, crossing

from planning.campaign.ladder import Answer, Channel, Contact
from planning.desk import Desk, GivenLink, PhoneDay, holder, let_in
from planning.errors import Conflict, NotAllowed, NotFound
from planning.model import (
    Mode,
    NextStep,
    Outcome,
    Plan,
    Result,
    Role,
    Route,
    Shift,
    Stop,
    Visit,
)
from planning.outcomes import latest_by_visit
from planning.phone import LinkRefused, Report, Taken, Trouble, Why

NOW = datetime(2026, 8, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Lists imported and a plan published: team t1 goes to c1 and c2, then c3; t2 to c4 and c5."""
    with an_office(tmp_path) as made:
        planner = made.desk(PLANNER)
        planner.import_teams("c", TEAMS, "teams.csv")
        planner.import_cases("c", CASES, "cases.csv")
        visits = tuple(
            Visit(f"v{at}", case_ids, *crossing(at, 1), "RVS01")
            for at, case_ids in enumerate((("c1", "c2"), ("c3",), ("c4",), ("c5",)))
        )
        routes = (a_route("t1", "v0", "v1"), a_route("t2", "v2", "v3"))
        shifts = (a_shift("t1"), a_shift("t2"))
        publish(made, Plan(FIRST_DAY, 1, visits, shifts, routes, ()))
        yield made


def a_shift(team_id: str) -> Shift:
    """From half past eight to five."""
    return Shift(
        f"{team_id}@{FIRST_DAY}", team_id, FIRST_DAY, *crossing(0, 0), 30_600, 61_200, None, 40,
        Mode.DRIVE, frozenset(), "RVS01",
    )  # fmt: skip


def a_route(team_id: str, *visit_ids: str) -> Route:
    """From nine on, a visit an hour."""
    stops = tuple(
        Stop(visit_id, at * 3600, at * 3600, at * 3600 + 1800)
        for at, visit_id in enumerate(visit_ids, start=9)
    )
    return Route(f"{team_id}@{FIRST_DAY}", team_id, FIRST_DAY, stops, 30_000, 43_200)


def publish(office: Office, plan: Plan) -> None:
    """Makes it the plan that teams see."""
    with office.registry.work("anna") as work:
        work.publish("c", work.add_plan("c", plan))


def given_to(office: Office, team_id: str = "t1", **how: bool) -> GivenLink:
    return office.desk(PLANNER).give_links("c", [(team_id, FIRST_DAY)], **how)[team_id, FIRST_DAY]


def on_the_phone(office: Office, token: str, *, now: datetime = NOW) -> tuple[Desk, PhoneDay]:
    """What a phone sees that opens the link."""
    link = let_in(office.registry, token, now=now)
    desk = office.desk(holder(link))
    return desk, desk.phone_day(link)


def refused(office: Office, token: str, **how: Any) -> Why:
    with pytest.raises(LinkRefused) as told:
        let_in(office.registry, token, **{"now": NOW, **how})
    return told.value.why


def report(
    day: PhoneDay, key: str, result: Result = Result.MET, at: int = 0, **more: Any
) -> Report:
    """Of the stop at this place of the route."""
    return Report(key, day.doors[day.day.visits[at].visit_id], result, **more)


def planned_anew(office: Office, change: Callable[[Plan], Plan]) -> None:
    """Publishes the plan again, changed."""
    found = office.desk(PLANNER).plan("c")
    assert found is not None
    publish(office, change(found.plan))


def without_routes(plan: Plan) -> Plan:
    """Nobody is sent anywhere."""
    return replace(plan, routes=())


def numbered_anew(plan: Plan) -> Plan:
    """The same plan; every visit has another number, as after every planning."""
    visits = tuple(replace(each, visit_id=f"n{each.visit_id}") for each in plan.visits)
    routes = tuple(
        replace(route, stops=tuple(replace(stop, visit_id=f"n{stop.visit_id}")
                                   for stop in route.stops))
        for route in plan.routes
    )  # fmt: skip
    return replace(plan, visits=visits, routes=routes, unserved=(), districts=())


def test_a_link_opens_its_teams_day_and_acts_as_this_team_only(office: Office) -> None:
    """The planner gives it, a phone opens it, and nobody else's day is within its reach."""
    desk, day = on_the_phone(office, given_to(office).token)
    assert day.day.team.team_id == "t1"
    assert day.day.visits
    assert (desk.user.role, desk.user.team_id) == (Role.TEAM, "t1")
    with pytest.raises(NotAllowed):
        desk.team_day("c", "t2", FIRST_DAY)
    with pytest.raises(NotAllowed):
        desk.cases("c")


def test_the_same_link_is_given_until_it_is_made_anew(office: Office) -> None:
    """Printed twice it is the same code; made anew, the old one is dead at once."""
    first, again = given_to(office), given_to(office)
    assert first == again
    other = given_to(office, anew=True)
    assert other.link.link_id != first.link.link_id
    assert refused(office, first.token) is Why.REVOKED
    on_the_phone(office, other.token)


def test_a_changed_link_learns_nothing(office: Office) -> None:
    """A stranger hears the same of a link that never was and of one that is changed."""
    token = given_to(office).token
    wrong = (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "",
        "x",
        token[::-1],
        token + "A",
        "ж" * 36,
    )
    assert {refused(office, each) for each in wrong} == {Why.UNKNOWN}


def test_an_expired_and_a_revoked_link_open_nothing(office: Office) -> None:
    """The holder is told which, and the log has it."""
    given = given_to(office)
    assert refused(office, given.token, now=NOW + timedelta(days=2)) is Why.EXPIRED
    assert refused(office, given.token, now=NOW - timedelta(days=2)) is Why.EARLY
    office.desk(PLANNER).revoke_link(given.link.link_id)
    office.desk(PLANNER).revoke_link(given.link.link_id)
    assert refused(office, given.token) is Why.REVOKED
    assert refused(office, given.token, sending=True) is Why.REVOKED
    logged = [each.action for each in office.desk(AUDITOR).audit_log()]
    assert logged.count("refuse_phone_link") == 3
    assert "revoke_phone_link" in logged


def test_who_may_give_links(office: Office) -> None:
    """A planner to all, a team to itself, nobody else: not a coordinator, who records nothing."""
    assert office.desk(TEAM_1).give_links("c", [("t1", FIRST_DAY)])
    with pytest.raises(NotAllowed):
        office.desk(TEAM_2).give_links("c", [("t1", FIRST_DAY)])
    for user in (OWN_COORDINATOR, OTHER_COORDINATOR, VIEWER, AUDITOR, ADMIN):
        with pytest.raises(NotAllowed):
            office.desk(user).give_links("c", [("t1", FIRST_DAY)])
        with pytest.raises(NotAllowed):
            office.desk(user).phone_links("c")
    with pytest.raises(NotFound):
        office.desk(PLANNER).give_links("c", [("nobody", FIRST_DAY)])
    with pytest.raises(NotFound):
        office.desk(PLANNER).revoke_link("no-such-link")


def test_a_team_sees_and_takes_back_its_own_links_only(office: Office) -> None:
    """Another team's link is not its business."""
    own = given_to(office)
    given_to(office, "t2")
    assert [each.team_id for each in office.desk(TEAM_1).phone_links("c")] == ["t1"]
    assert [each.team_id for each in office.desk(PLANNER).phone_links("c")] == ["t2", "t1"]
    with pytest.raises(NotAllowed):
        office.desk(TEAM_2).revoke_link(own.link.link_id)


def test_a_report_is_kept_once(office: Office) -> None:
    """The answer got lost on the way: the phone sends again, and there is one outcome."""
    link = given_to(office).link
    desk, day = on_the_phone(office, given_to(office).token)
    typed = report(day, "p1.a", note="  тихо\nдете ", next_step=NextStep.ENROL, seconds_ago=600)
    assert [each.taken for each in desk.take_reports(link, [typed])] == [Taken.KEPT]
    again = replace(typed, seconds_ago=5000)
    assert [each.taken for each in desk.take_reports(link, [again])] == [Taken.KNOWN]
    with office.registry.work("anna") as work:
        (kept,) = work.outcomes("c")
    assert (kept.result, kept.note, kept.next_step) == (Result.MET, "тихо дете", NextStep.ENROL)
    assert kept.recorded_at == "2026-08-20T09:20:00+00:00"
    assert kept.day == FIRST_DAY


def test_a_report_sent_twice_around_a_new_plan_is_kept_once(office: Office) -> None:
    """Between the two sendings every visit got another number, and then another team."""
    link = given_to(office).link
    desk, day = on_the_phone(office, given_to(office).token)
    typed = report(day, "p1.a")
    desk.take_reports(link, [typed])
    for change in (numbered_anew, without_routes):
        planned_anew(office, change)
        assert [each.taken for each in desk.take_reports(link, [typed])] == [Taken.KNOWN]


def test_a_report_on_a_stop_that_was_given_away_is_kept_and_told(office: Office) -> None:
    """The plan changed while the phone had no network; the team was there all the same."""
    link = given_to(office).link
    desk, day = on_the_phone(office, given_to(office).token)
    planned_anew(office, without_routes)
    (answer,) = desk.take_reports(link, [report(day, "p1.a", Result.NOBODY_HOME)])
    assert answer.taken is Taken.OFF_ROUTE
    with office.registry.work("anna") as work:
        (kept,) = work.outcomes("c")
    assert kept.case_ids == day.day.visits[0].case_ids
    assert latest_by_visit([kept], day.day.visits), "it counts"
    (told,) = office.desk(PLANNER).troubled_reports("c")
    assert (told.trouble, told.case_ids) == (Trouble.OFF_ROUTE, kept.case_ids)


def test_a_report_of_yesterday_is_no_trouble_when_a_plan_for_today_is_out(office: Office) -> None:
    """The phone found no network until the next morning; the new plan knows nothing of that day."""
    given = given_to(office)
    _, day = on_the_phone(office, given.token)
    planned_anew(office, without_routes)
    morning = NOW + timedelta(days=1)
    link = let_in(office.registry, given.token, now=morning, sending=True)
    desk = on(office, holder(link), morning.date())
    (answer,) = desk.take_reports(link, [report(day, "p.1")])
    assert answer.taken is Taken.KEPT
    assert office.desk(PLANNER).troubled_reports("c") == ()


def test_a_stop_stays_the_same_when_the_plan_numbers_it_anew(office: Office) -> None:
    """The phone's name of a stop, and what it recorded there, outlive a new plan."""
    given = given_to(office)
    desk, before = on_the_phone(office, given.token)
    desk.take_reports(given.link, [report(before, "p1.a")])
    planned_anew(office, numbered_anew)
    _, after = on_the_phone(office, given.token)
    assert list(after.names.values()) == list(before.names.values())
    assert after.name == before.name
    first = after.day.visits[0].visit_id
    assert [each.key for each in after.said[first]] == ["p1.a"]
    (answer,) = desk.take_reports(given.link, [report(before, "p1.b", Result.REFUSED)])
    assert answer.taken is Taken.KEPT, "under its new number"


def test_a_new_link_takes_in_what_was_typed_under_the_old_one(office: Office) -> None:
    """The office gave the team a new code at noon; the morning's records are not lost."""
    _, morning = on_the_phone(office, given_to(office).token)
    new = given_to(office, anew=True)
    desk, noon = on_the_phone(office, new.token)
    assert noon.name == morning.name
    (answer,) = desk.take_reports(new.link, [report(morning, "p1.a")])
    assert answer.taken is Taken.KEPT


def test_one_bad_report_stops_no_other(office: Office) -> None:
    """A forged door, another team's door, a key that is none, too long a note; then a good one."""
    link = given_to(office).link
    desk, day = on_the_phone(office, given_to(office).token)
    _, others = on_the_phone(office, given_to(office, "t2").token)
    good = report(day, "p1.good")
    bad = [
        replace(good, key="p1.1", door="AAAA"),
        replace(good, key="p1.2", door="не ключ"),
        replace(report(others, "p1.3")),
        replace(good, key="nokey"),
        replace(good, key="p1.5", note="а" * 501),
        replace(good, key="p1.6", kits_handed=-1),
    ]
    answers = desk.take_reports(link, [*bad, good])
    assert [each.taken for each in answers] == [Taken.REFUSED] * 6 + [Taken.KEPT]
    assert all(each.why for each in answers[:-1])


def test_two_phones_that_disagree_are_told_both(office: Office) -> None:
    """The later one, by when it was typed and not by when it came in, is what counts."""
    given = given_to(office)
    desk, day = on_the_phone(office, given.token)
    late = report(day, "anna.1", Result.MET, seconds_ago=60)
    early = report(day, "boris.1", Result.NOBODY_HOME, seconds_ago=3600)
    desk.take_reports(given.link, [late])
    desk.take_reports(given.link, [early])
    _, day = on_the_phone(office, given.token)
    visit = day.day.visits[0]
    assert [each.result for each in day.said[visit.visit_id]] == [Result.NOBODY_HOME, Result.MET]
    assert day.day.outcomes[visit.visit_id].result is Result.MET
    (told,) = office.desk(PLANNER).troubled_reports("c")
    assert told.trouble is Trouble.DISAGREE
    assert office.desk(OTHER_COORDINATOR).troubled_reports("c") == ()


def test_a_planner_settles_what_two_phones_disagree_on(office: Office) -> None:
    """The early one was right: the crew's page and counts follow it, and the log says who."""
    given = given_to(office)
    desk, day = on_the_phone(office, given.token)
    late = report(day, "anna.1", Result.MET, seconds_ago=60)
    early = report(day, "boris.1", Result.NOBODY_HOME, seconds_ago=3600)
    desk.take_reports(given.link, [late, early])
    planner = office.desk(PLANNER)
    planner.settle_reports("c", "boris.1")
    assert planner.troubled_reports("c") == ()
    _, after = on_the_phone(office, given.token)
    visit = after.day.visits[0]
    assert after.day.outcomes[visit.visit_id].result is Result.NOBODY_HOME
    assert [each.key for each in after.said[visit.visit_id]] == ["boris.1"], "no doubt is shown"
    with office.registry.work("anna") as work:
        kept, standing = work.outcomes("c"), work.standing_outcomes("c")
        (logged,) = (each for each in work.audit() if each.action == "settle_reports")
    assert {"anna.1", "boris.1"} < {each.key for each in kept}
    assert [each.key for each in standing] == ["boris.1"]
    assert (logged.actor, logged.subject, logged.detail) == (
        "anna",
        visit.visit_id,
        "nobody_home",
    )


def test_what_is_settled_or_never_was_in_doubt_cannot_be_settled(office: Office) -> None:
    """Two planners at once: the second is told that it is done."""
    given = given_to(office)
    desk, day = on_the_phone(office, given.token)
    planner = office.desk(PLANNER)
    desk.take_reports(given.link, [report(day, "anna.1", Result.MET, seconds_ago=60)])
    with pytest.raises(Conflict, match="look at the list again"):
        planner.settle_reports("c", "anna.1")
    desk.take_reports(given.link, [report(day, "boris.1", Result.REFUSED)])
    planner.settle_reports("c", "anna.1")
    with pytest.raises(Conflict, match="look at the list again"):
        planner.settle_reports("c", "boris.1")


def test_a_door_where_a_team_was_not_safe_is_marked(office: Office) -> None:
    """Two days ago another team had to leave; today's team reads it before it rings."""
    given = given_to(office)
    _, day = on_the_phone(office, given.token)
    first = day.day.visits[0]
    with office.registry.work("anna") as work:
        earlier = replace(
            _an_outcome(first.case_ids), day=FIRST_DAY - timedelta(days=2), result=Result.UNSAFE
        )
        work.add_outcome("c", earlier)
    _, day = on_the_phone(office, given.token)
    assert day.unsafe == {first.visit_id}
    assert day.before[first.visit_id].result is Result.UNSAFE
    assert day.said[first.visit_id] == ()


def test_the_team_reads_what_came_of_the_last_call(office: Office) -> None:
    """Called twice for one of the two children at the door: the newer answer counts."""
    given = given_to(office)
    calls = [
        Contact("c2", Channel.PHONE, Answer.NO_ANSWER, "2026-08-18T09:00:00+00:00", key="k1"),
        Contact("c1", Channel.PHONE, Answer.AGREED, "2026-08-19T12:00:00+03:00", key="k2"),
        Contact("c1", Channel.RESEARCH, Answer.DONE, "2026-08-19T18:00:00+03:00", key="k3"),
        Contact("c5", Channel.PHONE, Answer.MOVED, "2026-08-19T12:00:00+03:00", key="k4"),
    ]
    with office.registry.work("anna") as work:
        for each in calls:
            work.add_contact("c", each)
    _, day = on_the_phone(office, given.token)
    assert {visit_id: each.answer for visit_id, each in day.called.items()} == {"v0": Answer.AGREED}


def _an_outcome(case_ids: tuple[str, ...]) -> Outcome:
    return Outcome("v", "t2", FIRST_DAY, Result.MET, "2026-08-18T09:00:00+00:00", key="x",
                   case_ids=case_ids)  # fmt: skip


def test_the_log_names_the_link_and_no_family(office: Office) -> None:
    """Who holds a link is not known by name; what it opened is."""
    given = given_to(office)
    desk, day = on_the_phone(office, given.token)
    desk.take_reports(given.link, [report(day, "p1.a", note="тайна")])
    entries = office.desk(AUDITOR).audit_log()
    by_phone = [each for each in entries if each.actor == f"phone:{given.link.link_id}"]
    assert {each.action for each in by_phone} == {"read_team_day", "record_outcome"}
    text = json.dumps([[each.subject, each.detail] for each in entries], ensure_ascii=False)
    assert "тайна" not in text
    assert "Дунав" not in text
    assert given.token not in text
