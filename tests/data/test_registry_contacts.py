"""Calls and research, and how a campaign goes about its visits, on each database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from planning.campaign.approach import USUAL, Approach, Use
from planning.campaign.ladder import CALL_FIRST, Answer, Appointment, Channel, Contact
from planning.errors import Conflict, InputError, NotFound
from planning.model import Address, Case, Window

MILA = Case("c1", Address("ул. Тулча 5"), child="Мила", phone="0888 1")
ALI = Case("c2", Address("ул. Тулча 7"))
RANG = Contact("c1", Channel.PHONE, Answer.NO_ANSWER, "2026-08-24T09:10:00+03:00", key="k1")
AGREED = Contact("c1", Channel.PHONE, Answer.AGREED, "2026-08-25T09:10:00+03:00",
                 note="майката е вкъщи след пет", key="k2")  # fmt: skip


@pytest.fixture
def listed(autumn):
    """Two children; one has a telephone."""
    with autumn.work("petya") as work:
        work.add_cases("autumn", [MILA, ALI], {})
    return autumn


def test_contacts_come_back_in_their_order(listed, database):
    """With who recorded them; what was said on the phone is sealed."""
    with listed.work("petya") as work:
        assert work.add_contact("autumn", RANG)
    with listed.work("boris") as work:
        assert work.add_contact("autumn", AGREED)
        assert work.contacts("autumn") == [replace(RANG, by="petya"), replace(AGREED, by="boris")]
    assert "вкъщи след пет".encode() not in database.on_disk()


def test_the_hour_that_was_agreed_on_is_kept_beside_the_note(listed):
    """With a note or without; and a note that looks like a record is still a note."""
    at_six = Appointment(date(2026, 8, 27), Window(64_800, 68_400))
    said = [
        replace(AGREED, appointment=at_six),
        replace(AGREED, key="k3", note="", appointment=Appointment(date(2026, 8, 27))),
        replace(AGREED, key="k4", note='{"note": "x"}'),
        replace(AGREED, key="k5", note="{"),
    ]
    with listed.work("petya") as work:
        for each in said:
            assert work.add_contact("autumn", each)
        assert not work.add_contact("autumn", said[0])
        with pytest.raises(Conflict):
            work.add_contact("autumn", AGREED)
        assert work.contacts("autumn") == [replace(each, by="petya") for each in said]
        told = [each.values for each in work.other_entries("autumn", "c1")]
    assert ("note", "майката е вкъщи след пет") in told[0]
    assert any("2026-08-27" in value for _, value in told[0])
    assert ("note", "{") in told[3]


def test_the_same_attempt_twice_is_one(listed):
    """A second tap changes nothing; two who heard different things are told."""
    with listed.work("petya") as work:
        assert work.add_contact("autumn", RANG)
        assert not work.add_contact("autumn", replace(RANG, at="2026-08-24T09:11:00+03:00"))
        with pytest.raises(Conflict, match="meanwhile"):
            work.add_contact("autumn", replace(RANG, answer=Answer.AGREED))
        assert len(work.contacts("autumn")) == 1


def test_nobody_is_called_who_is_not_listed(listed):
    """Also not in a campaign that does not exist, nor without a key."""
    with listed.work("petya") as work:
        with pytest.raises(NotFound):
            work.add_contact("autumn", replace(RANG, case_id="c9"))
        with pytest.raises(NotFound):
            work.add_contact("winter", RANG)
        with pytest.raises(InputError):
            work.add_contact("autumn", replace(RANG, key=" "))


def test_a_contact_taken_back_may_be_recorded_anew(listed):
    """As if it had not been; what is not there cannot be taken back."""
    with listed.work("petya") as work:
        work.add_contact("autumn", RANG)
        work.undo_contact("autumn", "k1")
        assert work.contacts("autumn") == []
        assert work.add_contact("autumn", replace(RANG, answer=Answer.AGREED))
        with pytest.raises(NotFound):
            work.undo_contact("autumn", "k2")


def test_a_child_erased_takes_its_calls_along(listed):
    """And a copy of a child's record has them, with what was said."""
    with listed.work("petya") as work:
        work.add_contact("autumn", AGREED)
        (entry,) = (each for each in work.other_entries("autumn", "c1") if each.table == "contacts")
        assert ("note", "майката е вкъщи след пет") in entry.values
        work.erase([("autumn", "c1")])
        assert work.contacts("autumn") == []


def test_two_planners_never_undo_each_others_ladder(listed):
    """Nothing chosen is the usual; the second of two is told who was first."""
    mine = Approach(CALL_FIRST, Use.ALWAYS, (("time", "evening", 0.9),))
    with listed.work("petya") as work:
        before = work.approach("autumn")
        assert (before.value, before.version) == (USUAL, 0)
        assert work.save_approach("autumn", mine) == 1
        assert work.approach("autumn").value == mine
    with listed.work("boris") as work, pytest.raises(Conflict, match="petya"):
        work.save_approach("autumn", Approach(use=Use.NEVER))
