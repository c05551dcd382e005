"""Referrals and the hotline through the use cases, on both stores."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from office import OWN_COORDINATOR, PLANNER, TEAM_1, TEAM_2, VIEWER, an_office, with_a_draft
from towns import FIRST_DAY

from planning import revision, wire
from planning.errors import Conflict, InputError, NotAllowed, NotFound
from planning.model import Address, Case, Level, Priority
from planning.partners import MOST_HOTLINES, Agreement, Institution, Referral
from planning.routing.repair import Now

OFFICE = Institution("ruo", "education", "РУО Речно", "RVS01", office=True)
SOCIAL = Institution("dsp", "social", "ДСП Речно", "RVS01")
POLICE = Institution("rpu", "police", "РУ Речно", "RVS01")
PROVINCE = Institution("obl", "province", "Областна администрация")
PROTOCOL = Agreement("a1", "5/2026", frozenset({"ruo", "dsp", "obl"}), FIRST_DAY)
NUMBERS = ("343413", "343719", "343528")
TOLD = "детето не ходи на училище"
SOON = FIRST_DAY + timedelta(days=1)
HOME = Case("", Address("ул. Роза 2", "гр. Речно"), child="Ива Петрова", phone="0700 9")


@pytest.fixture
def office(database, tmp_path):
    """Four institutions, of which the police signed nothing."""
    with an_office(tmp_path, database.url) as made:
        desk = made.desk(PLANNER)
        for each in (OFFICE, SOCIAL, POLICE, PROVINCE):
            desk.save_institution(each)
        desk.save_agreement(PROTOCOL)
        yield made


def received(office, **more):
    asked = {"institution_id": "dsp", "text": TOLD, "deadline": SOON, **more}
    return office.desk(PLANNER).receive_referral("c", **asked)


def at(office, day: date):
    """The planner's desk on another day."""
    desk = office.desk(PLANNER)
    moment = desk._now() + (day - FIRST_DAY)
    desk._now = lambda: moment
    return desk


def test_nothing_is_exchanged_without_an_agreement(office):
    """The police signed none; the social service's ends, and then it is over for them too."""
    with pytest.raises(InputError, match="no agreement"):
        received(office, institution_id="rpu")
    referral_id = received(office)
    desk = office.desk(PLANNER)
    desk.save_agreement(replace(PROTOCOL, last_day=FIRST_DAY), seen=1)
    with pytest.raises(InputError, match="no agreement"):
        at(office, SOON).acknowledge_referral("c", referral_id, seen=1)
    with pytest.raises(InputError, match="no agreement"):
        at(office, SOON).receive_referral("c", institution_id="dsp", text=TOLD, deadline=SOON)
    desk.acknowledge_referral("c", referral_id, seen=1)
    assert len(desk.inbox("c").waiting) == 1


def test_somebody_has_to_be_the_office(database, tmp_path):
    """Else an agreement binds nobody to it; and only one can be."""
    with an_office(tmp_path, database.url) as made:
        desk = made.desk(PLANNER)
        desk.save_institution(SOCIAL)
        with pytest.raises(InputError, match="which institution is this office"):
            desk.receive_referral("c", institution_id="dsp", text=TOLD, deadline=SOON)
        with pytest.raises(InputError, match="which institution is this office"):
            desk.take_call("c", HOME, text=TOLD, deadline=SOON)
        desk.save_institution(OFFICE)
        with pytest.raises(InputError, match="this office already"):
            desk.save_institution(replace(SOCIAL, office=True), seen=1)


def test_two_institutions_do_not_answer_for_one_area(office):
    """Sofia: a municipality and its district may, each for its own."""
    desk = office.desk(PLANNER)
    desk.save_institution(replace(SOCIAL, accountable_for=frozenset({"RVS01"})), seen=1)
    with pytest.raises(InputError, match="answers for this area"):
        desk.save_institution(replace(POLICE, accountable_for=frozenset({"RVS01"})), seen=1)
    desk.save_institution(replace(POLICE, accountable_for=frozenset({"RVS01/Център"})), seen=1)


def test_the_inbox_has_the_overdue_and_the_urgent_first(office):
    """And tells whom to tell: the province, for nobody answers for the municipality."""
    calm = received(office, deadline=SOON + timedelta(days=2))
    urgent = received(office, urgent=True, deadline=SOON + timedelta(days=9))
    late = received(office)
    today = at(office, SOON + timedelta(days=1)).inbox("c")
    assert [each.value.referral_id for each in today.waiting] == [late, urgent, calm]
    ((overdue, to),) = today.overdue
    assert (overdue.value.referral_id, to) == (late, "obl")


def test_an_overdue_referral_is_escalated_once(office):
    """Not before its deadline, not to who sent it, not to whom no agreement binds."""
    referral_id = received(office)
    today = at(office, SOON + timedelta(days=1))
    with pytest.raises(InputError, match="not over yet"):
        office.desk(PLANNER).escalate_referral("c", referral_id, to="obl", seen=1)
    with pytest.raises(InputError, match="choose another"):
        today.escalate_referral("c", referral_id, to="dsp", seen=1)
    with pytest.raises(InputError, match="no agreement"):
        today.escalate_referral("c", referral_id, to="rpu", seen=1)
    today.escalate_referral("c", referral_id, to="obl", seen=1)
    assert today.inbox("c").overdue == ()
    with pytest.raises(InputError, match="told already"):
        today.escalate_referral("c", referral_id, to="obl", seen=2)


def test_a_referral_is_acknowledged_once_and_becomes_one_case(office):
    """The second planner is told; the case has its urgency and deadline."""
    referral_id = received(office, urgent=True)
    desk = office.desk(PLANNER)
    desk.acknowledge_referral("c", referral_id, seen=1)
    with pytest.raises(Conflict):
        desk.acknowledge_referral("c", referral_id, seen=2)
    case_id = desk.open_case("c", referral_id, HOME, seen=2)
    with pytest.raises(Conflict):
        desk.open_case("c", referral_id, HOME, seen=3)
    (record,) = desk.cases("c")
    assert record.case.case_id == case_id
    assert (record.case.priority, record.case.deadline) == (Priority.URGENT, SOON)
    assert record.place.level is Level.HOUSE
    (closed,) = desk.inbox("c").closed
    assert (closed.value.case_id, closed.value.acknowledged_by) == (case_id, "anna")


def test_a_referral_may_be_answered_without_a_case(office):
    """The child was found in another school."""
    referral_id = received(office)
    desk = office.desk(PLANNER)
    desk.close_referral("c", referral_id, seen=1)
    assert desk.inbox("c").waiting == ()
    with pytest.raises(NotFound):
        desk.close_referral("c", "none", seen=1)


def test_what_cannot_be_worked_on_is_refused_at_once(office):
    """Nothing told, and a deadline that is over."""
    with pytest.raises(InputError) as told:
        received(office, text=" ", deadline=FIRST_DAY - timedelta(days=1))
    assert len(told.value.faults) == 2


def test_a_call_becomes_a_case_in_one_step(office):
    """With a referral of the office's own beside it, closed; an unknown address is a case too."""
    desk = office.desk(PLANNER)
    place = desk.check_address("c", HOME.address)
    assert (place.level, place.municipality_code) == (Level.HOUSE, "RVS01")
    desk.take_call("c", HOME, text=TOLD, deadline=SOON)
    desk.take_call("c", replace(HOME, address=Address("до бензиностанцията")), text=TOLD,
                   deadline=SOON, urgent=True)  # fmt: skip
    assert [each.case.priority for each in desk.cases("c")] == [Priority.NORMAL, Priority.URGENT]
    assert [each.value.institution_id for each in desk.inbox("c").closed] == ["ruo", "ruo"]


def test_of_several_numbers_the_one_that_rang_is_kept_and_counted(office):
    """Karaganda: nothing is guessed; a number that the office gave up keeps its calls."""
    desk = office.desk(PLANNER)
    desk.save_institution(replace(OFFICE, hotlines=NUMBERS), seen=1)
    for rang in ("", "343999"):
        with pytest.raises(InputError, match="which of the hotline's numbers rang"):
            desk.take_call("c", HOME, text=TOLD, deadline=SOON, hotline=rang)
    with pytest.raises(InputError) as told:
        desk.take_call("c", HOME, text=" ", deadline=SOON)
    assert len(told.value.faults) == 2
    for at, rang in enumerate(("343719", "343528", "343719")):
        address = Address(f"ул. Роза {at + 1}", "гр. Речно")
        desk.take_call("c", replace(HOME, address=address), text=TOLD, deadline=SOON, hotline=rang)
    box = desk.inbox("c")
    assert sorted(each.value.hotline for each in box.closed) == ["343528", "343719", "343719"]
    assert box.calls == (("343413", 0), ("343719", 2), ("343528", 1))
    desk.save_institution(replace(OFFICE, hotlines=NUMBERS[:2]), seen=2)
    assert desk.inbox("c").calls == (("343413", 0), ("343719", 2), ("343528", 1))


def test_of_one_number_nobody_has_to_say_that_it_rang(office):
    """And of none nobody can."""
    desk = office.desk(PLANNER)
    with pytest.raises(InputError, match="which of the hotline's numbers rang"):
        desk.take_call("c", HOME, text=TOLD, deadline=SOON, hotline="343413")
    desk.take_call("c", HOME, text=TOLD, deadline=SOON)
    assert desk.inbox("c").calls == ()
    desk.save_institution(replace(OFFICE, hotlines=NUMBERS[:1]), seen=1)
    desk.take_call("c", HOME, text=TOLD, deadline=SOON)
    assert desk.inbox("c").calls == (("343413", 1),)


def test_the_number_that_rang_is_in_the_childs_record(office):
    """With all that is kept of the call."""
    desk = office.desk(PLANNER)
    desk.save_institution(replace(OFFICE, hotlines=NUMBERS), seen=1)
    case_id = desk.take_call("c", HOME, text=TOLD, deadline=SOON, hotline="343528")
    (history,) = desk.child_record("c", case_id).histories
    assert any("343528" in value for each in history.others for _, value in each.values)


def test_numbers_that_nobody_could_call_are_refused(office):
    """Empty, endless, or more than a page has room for."""
    desk = office.desk(PLANNER)
    for numbers in ((" ",), ("3" * 500,), tuple(map(str, range(MOST_HOTLINES + 1)))):
        with pytest.raises(InputError, match="numbers"):
            desk.save_institution(replace(OFFICE, hotlines=numbers), seen=1)


def test_what_was_sealed_before_there_were_numbers_still_opens():
    """Fields with a default need no migration."""
    call = Referral("r", "ruo", "2026-08-20T09:00:00+00:00", SOON, TOLD)
    for value, lacking in ((OFFICE, "hotlines"), (call, "hotline")):
        old = json.loads(wire.dump(value))
        del old[lacking]
        assert wire.load(type(value), json.dumps(old)) == value


def test_a_call_without_an_address_leaves_nothing(office):
    """Neither a case nor a referral."""
    desk = office.desk(PLANNER)
    with pytest.raises(InputError, match="address"):
        desk.take_call("c", Case("", Address("")), text=TOLD, deadline=SOON)
    assert desk.cases("c") == []
    assert desk.inbox("c").closed == ()


def test_an_urgent_call_comes_into_todays_routes_and_the_team_is_told(office):
    """Baku: few other stops move, the diff is there before publishing, the team sees its stop."""
    planner = office.desk(PLANNER)
    planner.publish("c", with_a_draft(office))
    assert office.desk(TEAM_2).route_news("c", "t2", FIRST_DAY) is None
    case_id = planner.take_call("c", HOME, text=TOLD, deadline=FIRST_DAY, urgent=True)
    planner.start_repair("c", add_new=True)
    assert office.asked[-1][0] == "repair"
    found = planner.plan("c")
    records = planner.cases("c")
    after = revision.repaired(
        found.plan,
        planner.teams("c"),
        office.town.router,
        cases=[each.case for each in records],
        places={each.case.case_id: each.place for each in records},
        now=Now(FIRST_DAY, 9 * 3600),
    )
    with office.registry.work("anna") as work:
        version = work.add_plan("c", after)
    bench = planner.workbench("c", kept={})
    assert bench is not None
    assert len(bench.news.added) == 1
    assert office.desk(TEAM_2).route_news("c", "t2", FIRST_DAY) is None
    planner.publish("c", version)
    news = {
        team: office.desk(user).route_news("c", team, FIRST_DAY)
        for team, user in (("t1", TEAM_1), ("t2", TEAM_2))
        if team in {route.team_id for route in after.routes if route.stops}
    }
    visits = {visit.visit_id: visit.case_ids for visit in after.visits}
    for team, told in news.items():
        stops = [visits[s.visit_id] for r in after.routes if r.team_id == team for s in r.stops]
        new = [number for number, cases in enumerate(stops, 1) if case_id in cases]
        assert (list(told.new) if told else []) == new
    assert sum(len(told.new) for told in news.values() if told) == 1
    assert office.desk(TEAM_2).route_news("c", "t2", SOON) is None


def test_only_planners_deal_with_referrals(office):
    """They hold what people said about a child."""
    for user in (OWN_COORDINATOR, TEAM_1, VIEWER):
        with pytest.raises(NotAllowed):
            office.desk(user).inbox("c")
        with pytest.raises(NotAllowed):
            office.desk(user).institutions()


def test_what_was_told_is_neither_in_the_log_nor_open_on_the_disk(office, database):
    """Ids only; the words are sealed."""
    received(office, text="Ива от ул. Роза е бита")
    with office.registry.work("anna") as work:
        entries = work.audit()
    assert "receive_referral" in {entry.action for entry in entries}
    assert not any("Ива" in repr(entry) for entry in entries)
    assert "бита".encode() not in database.on_disk()
