"""Schools, institutions, agreements, referrals, school checks; and what is asked for twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from planning.errors import Conflict, InputError, NotFound
from planning.partners import (
    Agreement,
    ClassCount,
    Institution,
    Referral,
    ReferralState,
    School,
    SchoolCheck,
)

MONDAY = date(2026, 8, 24)
BOTEV = School("s1", "ОУ „Христо Ботев“", "RSE27", (25.954321, 43.851234))
VAZOV = School("s2", "СУ „Иван Вазов“", "RSE04")
SOCIAL = Institution("i1", "social", "ДСП Русе", "RSE27", "Ана Петрова", "082 111 222",
                     frozenset({"bg", "tr"}))  # fmt: skip
POLICE = Institution("i2", "police", "ОДМВР Русе")
PROTOCOL = Agreement("a1", "№ 5/2026", frozenset({"i1", "i2"}), MONDAY, date(2027, 6, 30),
                     "сигнали за деца")  # fmt: skip
CALL = Referral("r1", "i1", "2026-08-24T08:00:00Z", date(2026, 8, 26),
                "Мила от ул. Тулча не ходи на училище", urgent=True)  # fmt: skip
CHECK = SchoolCheck("k1", "s1", MONDAY, "t1", (ClassCount("1а", 22, 20), ClassCount("1б", 20, 21)),
                    "Мила я няма")  # fmt: skip


@pytest.fixture
def partners(autumn):
    """Two schools and two institutions."""
    with autumn.work("petya") as work:
        work.save_schools("ruse", [BOTEV, VAZOV])
        work.save_institution(SOCIAL)
        work.save_institution(POLICE)
    return autumn


def test_schools_come_back_where_they_stand(partners):
    """The point to the last digit; one school has none."""
    with partners.work("petya") as work:
        assert work.schools("ruse") == [BOTEV, VAZOV]
        assert work.schools("ruse", municipality_code="RSE04") == [VAZOV]
        assert work.schools("pernik") == []
        work.save_schools("ruse", [replace(BOTEV, name="ОУ „Ботев“")])
        assert [each.name for each in work.schools("ruse")] == ["ОУ „Ботев“", VAZOV.name]


def test_a_schools_point_has_its_reference_system(partners, database):
    """PostGIS can measure with it; SQLite keeps the same bytes, which any map program reads."""
    if database.kind == "postgresql":
        told = database.execute(
            "SELECT ST_SRID(point), ST_X(point), ST_Y(point) FROM schools WHERE school_id = 's1'"
        )
        assert told == [(4326, *BOTEV.point)]
    else:
        ((ewkb,),) = database.execute("SELECT point FROM schools WHERE school_id = 's1'")
        assert ewkb.hex().startswith("0101000020e6100000")  # little-endian, point, SRID 4326


def test_institutions_come_back_and_their_people_are_sealed(partners, database):
    """Kind and name are plain; whom to ask for is not."""
    with partners.work("petya") as work:
        kept = work.institutions()
        assert [(each.value, each.version, each.changed_by) for each in kept] == [
            (SOCIAL, 1, "petya"),
            (POLICE, 1, "petya"),
        ]
    content = database.on_disk()
    assert "ДСП Русе".encode() in content
    assert "Ана Петрова".encode() not in content
    assert b"082 111 222" not in content


def test_the_second_one_to_change_an_institution_is_told_what_changed(partners):
    """Both opened version 1; the slower one gets the other's record to merge with."""
    with partners.work("boris") as work:
        assert work.save_institution(replace(SOCIAL, phone="082 999"), seen=1) == 2
    with (
        pytest.raises(Conflict, match=r"boris changed this .* \(contact, phone\)") as told,
        partners.work("petya") as work,
    ):
        work.save_institution(replace(SOCIAL, contact="Вера"), seen=1)
    (change,) = told.value.changes
    assert (change.by, change.fields) == ("boris", ("contact", "phone"))
    assert told.value.theirs == replace(SOCIAL, phone="082 999")
    with partners.work("petya") as work:
        merged = replace(told.value.theirs, contact="Вера")
        assert work.save_institution(merged, seen=2) == 3


def test_saving_the_same_again_changes_nothing(partners):
    """A click on a bad line that was sent twice."""
    with partners.work("petya") as work:
        assert work.save_institution(SOCIAL) == 1
        assert work.save_institution(SOCIAL, seen=7) == 1
        with pytest.raises(Conflict, match="removed"):
            work.save_institution(replace(SOCIAL, institution_id="i9"), seen=2)


def test_an_agreement_is_found_by_whom_it_binds_and_when(partners):
    """Nothing is exchanged without one that holds on the day."""
    with partners.work("petya") as work:
        work.save_agreement(PROTOCOL)
        between = work.agreements(between=["i1", "i2"], day=MONDAY)
        assert [each.value for each in between] == [PROTOCOL]
        assert work.agreements(between=["i1", "i9"]) == []
        assert work.agreements(day=date(2027, 7, 1)) == []
        assert work.agreements(day=date(2026, 8, 23)) == []
        assert work.save_agreement(replace(PROTOCOL, last_day=None), seen=1) == 2
        assert len(work.agreements(day=date(2030, 1, 1))) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (replace(PROTOCOL, parties=frozenset({"i1"})), "two institutions"),
        (replace(PROTOCOL, parties=frozenset({"i1", "i9"})), "no such institution"),
        (replace(PROTOCOL, last_day=date(2026, 1, 1)), "before it begins"),
    ],
)
def test_an_agreement_that_cannot_be_is_refused(partners, wrong, told):
    """One line each, and nothing is kept."""
    with partners.work("petya") as work:
        with pytest.raises(InputError, match=told):
            work.save_agreement(wrong)
        assert work.agreements() == []


def test_a_referral_goes_from_open_to_closed(partners, database):
    """Received, acknowledged, and tied to its case; what was told stays sealed."""
    with partners.work("petya") as work:
        assert work.save_referral("autumn", CALL) == 1
        seen = replace(CALL, state=ReferralState.ACKNOWLEDGED, acknowledged_by="petya",
                       acknowledged_at="2026-08-24T09:00:00Z")  # fmt: skip
        assert work.save_referral("autumn", seen, seen=1) == 2
        assert work.referrals("autumn", state="open") == []
        (kept,) = work.referrals("autumn", state="acknowledged")
        assert kept.value == seen
        with pytest.raises(NotFound):
            work.save_referral("summer", CALL)
        with pytest.raises(InputError, match="no such institution"):
            work.save_referral("autumn", replace(CALL, institution_id="i9"))
    assert "Тулча".encode() not in database.on_disk()


def test_a_headcount_is_kept_with_its_classes(partners, database):
    """Two children of class 1a are not there; one too many sits in 1b."""
    assert CHECK.missing == 2
    with partners.work("petya") as work:
        assert work.save_school_check("autumn", CHECK) == 1
        assert work.save_school_check("autumn", CHECK) == 1
        assert [each.value for each in work.school_checks("autumn", school_id="s1")] == [CHECK]
        assert work.school_checks("autumn", school_id="s2") == []
        with pytest.raises(InputError, match="no such school"):
            work.save_school_check("autumn", replace(CHECK, check_id="k2", school_id="s9"))
        minus = replace(CHECK, check_id="k2", classes=(ClassCount("1а", 5, -1),))
        with pytest.raises(InputError, match="from 0 on"):
            work.save_school_check("autumn", minus)
    assert "Мила".encode() not in database.on_disk()


def test_what_was_asked_for_under_a_key_is_done_once(autumn):
    """A client that heard no answer asks again; the same key for something else is a mistake."""
    with autumn.work("t1") as work:
        assert work.first_time("phone-7", "save_referral", CALL)
    with autumn.work("t1") as work:
        assert not work.first_time("phone-7", "save_referral", CALL)
        with pytest.raises(Conflict, match="under this key"):
            work.first_time("phone-7", "save_referral", replace(CALL, text="друго"))
        with pytest.raises(Conflict, match="under this key"):
            work.first_time("phone-7", "close_referral", CALL)


def test_a_key_is_free_again_when_what_was_asked_for_failed(autumn):
    """The transaction took it back."""

    def fail() -> None:
        with autumn.work("t1") as work:
            work.first_time("phone-8", "save_referral", CALL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with autumn.work("t1") as work:
        assert work.first_time("phone-8", "save_referral", CALL)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE referrals SET institution_id = 'i9'",
        "UPDATE referrals SET state = 'lost'",
        "UPDATE referrals SET version = 0",
        "UPDATE school_checks SET school_id = 's9'",
        "DELETE FROM institutions",
        "UPDATE parties SET institution_id = 'i9'",
    ],
)
def test_the_database_itself_refuses_what_does_not_fit(partners, database, statement):
    """Foreign keys and checks hold whoever writes."""
    with partners.work("petya") as work:
        work.save_referral("autumn", CALL)
        work.save_school_check("autumn", CHECK)
        work.save_agreement(PROTOCOL)
    with pytest.raises(IntegrityError):
        database.execute(*database.with_foreign_keys(), statement)
