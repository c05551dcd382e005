"""Telephone first: who is called, by whom, and when a case comes off the list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from office import (
    AUDITOR,
    OTHER_COORDINATOR,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_2,
    TEAMS,
    Office,
    an_office,
)
from towns import FIRST_DAY

from planning.campaign.approach import Approach, Use
from planning.campaign.ladder import CALL_FIRST, Answer, Appointment, Channel, Ladder, Step
from planning.errors import Conflict, InputError, NotAllowed, NotFound

PHONE, RESEARCH = Channel.PHONE, Channel.RESEARCH
CASES = """id,address,phone,priority,deadline
c1,"гр. Речно, ул. Дунав 1",0700 1,,
c2,"гр. Речно, ул. Дунав 3",0700 2,high,
c3,"гр. Речно, ул. Дунав 7",0700 3,,2026-08-28
c4,"гр. Речно, ул. Роза 2",,,
c5,"гр. Речно, ул. Роза 8",0700 5,urgent,
c8,"с. Хълм, ул. Дунав 2",0700 8,,
""".encode()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Six children: one protection case, one without a telephone, one in the next municipality."""
    with an_office(tmp_path) as made:
        planner = made.desk(PLANNER)
        planner.import_teams("c", TEAMS, "teams.csv")
        planner.import_cases("c", CASES, "cases.csv")
        planner.save_approach("c", Approach(CALL_FIRST), seen=0)
        yield made


def called(office: Office, user=PLANNER, channel=PHONE) -> list[str]:
    return [each.case.case_id for each in office.desk(user).call_list("c", channel).calls]


def record(office: Office, case_id: str, answer: Answer, *, user=PLANNER, channel=PHONE) -> bool:
    desk = office.desk(user)
    (call,) = (x for x in desk.call_list("c", channel).calls if x.case.case_id == case_id)
    return desk.record_contact("c", case_id, channel, answer, key=call.key)


def test_the_list_begins_with_what_presses_most(office: Office) -> None:
    """High priority, then a deadline, then the list's order; protection cases wait for no call."""
    assert called(office) == ["c2", "c3", "c1", "c8"]
    assert called(office, channel=RESEARCH) == ["c4"]


def test_a_campaign_that_goes_at_once_calls_nobody(office: Office) -> None:
    """No ladder, no list, and nobody's telephone is shown."""
    desk = office.desk(PLANNER)
    desk.save_approach("c", Approach(), seen=1)
    found = desk.call_list("c", PHONE)
    assert (found.calls, sum(found.today.values())) == ((), 0)


def test_who_answered_is_off_the_list(office: Office) -> None:
    """Agreed: to be visited. Nobody there: tomorrow again. Abroad: no visit at all."""
    assert record(office, "c1", Answer.AGREED)
    assert record(office, "c2", Answer.NO_ANSWER)
    assert record(office, "c3", Answer.ABROAD)
    assert called(office) == ["c8"]
    found = office.desk(PLANNER).call_list("c", PHONE)
    assert (found.today[PHONE], found.later[PHONE], found.closed) == (1, 1, 1)


def test_the_hour_they_agreed_on_is_kept_and_a_day_that_is_over_refused(office: Office) -> None:
    """Who was reached last is who the visit is made for; nobody comes yesterday."""
    desk = office.desk(PLANNER)
    key = desk.call_list("c", PHONE).calls[0].key
    tomorrow = Appointment(FIRST_DAY + timedelta(days=1))
    with pytest.raises(InputError, match="agreed"):
        desk.record_contact("c", "c2", PHONE, Answer.NO_ANSWER, key=key, appointment=tomorrow)
    yesterday = Appointment(FIRST_DAY - timedelta(days=1))
    with pytest.raises(InputError, match="over"):
        desk.record_contact("c", "c2", PHONE, Answer.AGREED, key=key, appointment=yesterday)
    assert desk.record_contact("c", "c2", PHONE, Answer.AGREED, key=key, appointment=tomorrow)
    last = desk.call_list("c", PHONE).last
    assert last is not None
    assert last.appointment == tomorrow
    assert called(office, channel=RESEARCH) == ["c4"]


def test_research_comes_after_the_calls(office: Office) -> None:
    """With one call a case nobody answers goes on to be looked into, and then to be visited."""
    desk = office.desk(PLANNER)
    once = Ladder((Step(PHONE), Step(RESEARCH)))
    desk.save_approach("c", Approach(once), seen=1)
    record(office, "c2", Answer.NO_ANSWER)
    assert called(office, channel=RESEARCH) == ["c2", "c4"]
    record(office, "c2", Answer.DONE, channel=RESEARCH)
    assert called(office, channel=RESEARCH) == ["c4"]


def test_a_second_tap_is_no_second_call(office: Office) -> None:
    """And two who heard different things on the same call are told."""
    desk = office.desk(PLANNER)
    key = desk.call_list("c", PHONE).calls[0].key
    assert desk.record_contact("c", "c2", PHONE, Answer.NO_ANSWER, key=key)
    assert not desk.record_contact("c", "c2", PHONE, Answer.NO_ANSWER, key=key)
    with pytest.raises(Conflict):
        desk.record_contact("c", "c2", PHONE, Answer.AGREED, key=key)


def test_the_last_tap_can_be_taken_back(office: Office) -> None:
    """The case is on the list again; what is not the last of its case stays."""
    desk = office.desk(PLANNER)
    record(office, "c2", Answer.REFUSED)
    last = desk.call_list("c", PHONE).last
    assert last is not None
    assert (last.case_id, last.answer) == ("c2", Answer.REFUSED)
    desk.undo_contact("c", last.key)
    assert called(office)[0] == "c2"
    assert desk.call_list("c", PHONE).last is None
    desk.record_contact("c", "c2", PHONE, Answer.NO_ANSWER, key="first")
    desk.record_contact("c", "c2", PHONE, Answer.NO_ANSWER, key="second")
    with pytest.raises(Conflict, match="since"):
        desk.undo_contact("c", "first")
    with pytest.raises(NotFound):
        desk.undo_contact("c", "third")


def test_nobody_takes_back_a_call_unseen(office: Office) -> None:
    """Each is offered their own last tap only."""
    record(office, "c2", Answer.REFUSED)
    assert office.desk(OWN_COORDINATOR).call_list("c", PHONE).last is None


def test_a_coordinator_calls_in_the_own_municipality(office: Office) -> None:
    """Nobody else's numbers are shown, and nobody else's calls recorded or taken back."""
    assert called(office, OWN_COORDINATOR) == ["c2", "c3", "c1"]
    assert called(office, OTHER_COORDINATOR) == ["c8"]
    assert record(office, "c8", Answer.AGREED, user=OTHER_COORDINATOR)
    desk = office.desk(OWN_COORDINATOR)
    with pytest.raises(NotAllowed):
        desk.record_contact("c", "c8", PHONE, Answer.NO_ANSWER, key="k")
    last = office.desk(OTHER_COORDINATOR).call_list("c", PHONE).last
    assert last is not None
    with pytest.raises(NotAllowed):
        desk.undo_contact("c", last.key)
    with pytest.raises(NotAllowed):
        office.desk(TEAM_2).call_list("c", PHONE)


def test_every_number_that_is_shown_is_logged(office: Office) -> None:
    """Case by case, and only those on the part of the list that was asked for."""
    office.desk(OWN_COORDINATOR).call_list("c", PHONE, limit=2)
    seen = {case_id: office.desk(AUDITOR).who_saw(case_id) for case_id in ("c2", "c3", "c1")}
    read = {
        case_id
        for case_id, found in seen.items()
        for each in found
        if each.entry.actor == OWN_COORDINATOR.user_id and each.entry.action == "read_call"
    }
    assert read == {"c2", "c3"}


def test_what_is_recorded_fits_its_channel(office: Office) -> None:
    """Nobody answers a piece of research, and a note has an end."""
    desk = office.desk(PLANNER)
    with pytest.raises(InputError):
        desk.record_contact("c", "c4", RESEARCH, Answer.AGREED, key="k")
    with pytest.raises(InputError):
        desk.record_contact("c", "c1", PHONE, Answer.AGREED, key="k", note="а" * 3_000)


def test_a_ladder_that_cannot_be_climbed_is_refused(office: Office) -> None:
    """Every fault at once; steps in their order, each once, with sensible numbers."""
    desk = office.desk(PLANNER)
    upside_down = Ladder((Step(RESEARCH, most=0), Step(PHONE, days=100)))
    edited = (("time", "evening", 9.0), ("time", "weekend", float("nan")))
    with pytest.raises(InputError) as told:
        desk.save_approach("c", Approach(upside_down, Use.ALWAYS, edited), seen=1)
    assert len(told.value.faults) == 5
    with pytest.raises(Conflict):
        desk.save_approach("c", Approach(use=Use.NEVER), seen=0)
    assert desk.approach("c").value == Approach(CALL_FIRST)
