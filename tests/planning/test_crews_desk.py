"""Members, crews proposed, and who answers for a case: through the use cases, on both stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from office import CASES, OTHER_COORDINATOR, OWN_COORDINATOR, PLANNER, TEAMS, VIEWER, an_office
from towns import FIRST_DAY

from planning.disclosure import ShownCount
from planning.errors import Conflict, InputError, NotAllowed, NotFound
from planning.members import called, pools, shortages, sworn, undeclared
from planning.model import Member
from planning.partners import Institution, shown_by_institution
from planning.shifts import is_there

POLICE = Institution("rpu", "police", "РУ Речно", "RVS01")
SCHOOL = Institution("oba", "municipality", "Община Речно", "RVS01")
MEMBERS = """№ на член;Име;Екип;Община;Институция;Декларация
a;Ана;t1;;училище;01.08.2026
b;Боян;t2;;социални;01.08.2026
c;Вера;;Речно;полиция;01.08.2026
d;Гео;t2;;здраве;
""".encode()


@pytest.fixture
def office(database, tmp_path):
    with an_office(tmp_path, database.url) as made:
        desk = made.desk(PLANNER)
        desk.import_teams("c", TEAMS, "teams.csv")
        desk.import_cases("c", CASES, "cases.csv")
        desk.save_institution(POLICE)
        desk.import_members("c", MEMBERS, "members.csv")
        yield made


def test_members_come_into_their_teams_and_to_who_lends_them(office):
    """With the day on which each has declared to keep silent; who has not is named."""
    book = office.desk(PLANNER).crew_book("c")
    assert [[each.member_id for each in team.members] for team in book.teams] == [["a"], ["b", "d"]]
    (police,) = book.institutions
    assert [each.member_id for each in police.value.members] == ["c"]
    assert book.undeclared == ("d",)


def test_the_list_again_changes_nothing_and_a_shared_number_is_refused(office):
    """A duty names people by their numbers."""
    desk = office.desk(PLANNER)
    before = desk.crew_book("c")
    desk.import_members("c", MEMBERS, "members.csv")
    assert desk.crew_book("c") == before
    other = "№ на член;Име;Екип;Институция\nb;Друг;t1;училище\n".encode()
    with pytest.raises(InputError, match="somebody else has this number"):
        desk.import_members("c", other, "members.csv")
    assert desk.crew_book("c") == before


def test_an_institution_must_be_known_to_lend_somebody(office):
    """Else nobody would keep their calendar."""
    wrong = "№ на член;Име;Община;Институция\nx;Х;Речно;медиатор\n".encode()
    with pytest.raises(InputError, match="no institution of that kind"):
        office.desk(PLANNER).import_members("c", wrong, "members.csv")


def test_crews_are_proposed_of_those_who_have_declared(office):
    """The police officer joins for the family that asks for the police; Гео does not go."""
    crews = office.desk(PLANNER).propose_crews("c")
    on_duty = {each.member.member_id for each in called(crews)}
    assert on_duty == {"a", "b", "c"}
    assert crews.able == 4
    assert shortages(crews) == ()


def test_who_is_missing_is_listed_by_institution_and_day(office):
    """The police officer is on leave."""
    desk = office.desk(PLANNER)
    (police,) = desk.crew_book("c").institutions
    (vera,) = police.value.members
    away = replace(vera, away=((FIRST_DAY, FIRST_DAY + timedelta(days=9)),))
    desk.save_lent_member("rpu", away, seen=police.version)
    (short,) = shortages(desk.propose_crews("c"))
    assert (short.institution, short.day, short.count) == ("police", FIRST_DAY, 1)
    assert short.municipality == "Речно"


def test_a_member_declares_and_goes_from_that_day_on(office):
    """Not a day before."""
    desk = office.desk(OWN_COORDINATOR)
    (geo,) = [each for each in desk.crew_book("c").teams[1].members if each.member_id == "d"]
    assert not is_there(sworn(geo), FIRST_DAY)
    desk.save_member("c", "t2", replace(geo, declared=FIRST_DAY))
    book = desk.crew_book("c")
    assert book.undeclared == ()
    (geo,) = [each for each in book.teams[1].members if each.member_id == "d"]
    assert is_there(sworn(geo), FIRST_DAY)
    assert not is_there(sworn(geo), FIRST_DAY - timedelta(days=1))


def test_a_team_whose_members_are_silent_on_nothing_does_not_go(office):
    """It has members: so its order alone does not let it go."""
    desk = office.desk(PLANNER)
    team = desk.crew_book("c").teams[0]
    desk.save_member("c", "t1", replace(team.members[0], declared=None))
    from planning.members import sworn_teams
    from planning.shifts import make_shifts

    shifts = make_shifts(sworn_teams(desk.crew_book("c").teams), FIRST_DAY, 1)
    assert {shift.team_id for shift in shifts} == {"t2"}


def test_a_coordinator_keeps_the_calendars_of_the_own_municipality(office):
    """Others see neither names nor calendars."""
    with pytest.raises(NotAllowed):
        office.desk(VIEWER).crew_book("c")
    other = office.desk(OTHER_COORDINATOR)
    assert (other.crew_book("c").teams, other.crew_book("c").institutions) == ((), ())
    member = office.desk(PLANNER).crew_book("c").teams[0].members[0]
    with pytest.raises(NotAllowed):
        other.save_member("c", "t1", member)
    with pytest.raises(NotAllowed):
        other.save_lent_member("rpu", Member("c"), seen=2)


def test_nobody_is_made_a_member_by_a_calendar(office):
    """And the second one to change an institution is told."""
    desk = office.desk(PLANNER)
    with pytest.raises(NotFound):
        desk.save_member("c", "t1", Member("z"))
    with pytest.raises(NotFound):
        desk.save_lent_member("rpu", Member("z"), seen=2)
    with pytest.raises(NotFound):
        desk.save_lent_member("none", Member("z"), seen=1)
    with pytest.raises(Conflict):
        desk.save_lent_member("rpu", Member("c", "Вера К."), seen=1)


# --- who answers for a case ---------------------------------------------------------------------


def test_the_municipality_says_who_answers_unless_the_case_does(office):
    """A case given to the police stays theirs when the list comes again."""
    desk = office.desk(PLANNER)
    desk.save_institution(replace(SCHOOL, accountable_for=frozenset({"RVS01"})))
    desk.set_accountable("c", ["c4"], "rpu")
    desk.import_cases("c", CASES, "cases.csv")
    found = desk.accountability("c")
    answers = {record.case.case_id: to for record, to in found.cases}
    assert answers == {
        "c1": "oba", "c2": "oba", "c3": "oba", "c4": "rpu", "c5": "oba", "c6": "oba", "c7": "",
        "c8": "",
    }  # fmt: skip
    assert found.counts == {"oba": 5, "rpu": 1, "": 2}
    desk.set_accountable("c", ["c4"], "")
    assert desk.accountability("c").counts == {"oba": 6, "": 2}


def test_a_coordinator_sees_who_answers_for_the_own_cases(office):
    """Theirs only; what does not exist cannot answer."""
    seen = office.desk(OTHER_COORDINATOR).accountability("c").cases
    assert [record.case.case_id for record, _ in seen] == ["c8"]
    desk = office.desk(PLANNER)
    with pytest.raises(InputError, match="no such institution"):
        desk.set_accountable("c", ["c4"], "none")
    with pytest.raises(NotFound):
        desk.set_accountable("c", ["c4", "none"], "rpu")
    with pytest.raises(NotAllowed):
        office.desk(VIEWER).accountability("c")


def test_counts_by_institution_tell_no_more_than_the_release(office):
    """Eight children are too few to tell; a coordinator knows the own ones."""
    desk = office.desk(PLANNER)
    desk.save_institution(replace(SCHOOL, accountable_for=frozenset({"RVS01"})))
    public = office.desk(VIEWER).counts_by_institution("c")["oba"]
    assert (public.listed, public.resolved) == (None, None)
    own = office.desk(OWN_COORDINATOR).counts_by_institution("c")["oba"]
    assert own.listed == 6


def test_a_hidden_municipality_hides_the_sum():
    """Two are told, one of them without its resolved; a district is not told apart."""
    told = [
        ShownCount("A", "", "", 50, 40, 30, 20, 10),
        ShownCount("B", "", "", 50, 40, 30, 20, None),
        ShownCount("C", "", "", 7, 7, 7, 7, 7),
    ]
    both = Institution("i", "municipality", "И", accountable_for=frozenset({"A", "B", "A/Център"}))
    found = shown_by_institution(told, [both, Institution("j", "police", "П")])
    assert found == {"i": ShownCount("i", "И", "", 100, 80, 60, 40, None)}


def test_the_pool_is_of_a_municipality():
    """An institution of the whole region lends nobody: they would be called twice on a day."""
    member = Member("m", declared=FIRST_DAY)
    everywhere = Institution("i", "police", "ОДМВР", members=(member,))
    assert pools([everywhere]) == {}
    assert list(pools([replace(everywhere, municipality_code="A")])) == ["A"]
    assert undeclared([], [everywhere]) == ()
