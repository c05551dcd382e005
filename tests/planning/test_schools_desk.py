"""School checks through the use cases: planned, counted, followed by home visits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from office import CASES, OTHER_COORDINATOR, PLANNER, TEAM_1, TEAM_2, TEAMS, VIEWER, an_office
from towns import FIRST_DAY

from planning.errors import Conflict, InputError, NotAllowed, NotFound
from planning.model import Address, Case
from planning.partners import ClassCount

SCHOOLS = """Код;Училище;Община;Ширина;Дължина
s1;ОУ „Васил Левски“;Речно;43,802;26,002
s2;СУ „Христо Ботев“;община Хълм;;
""".encode()


@pytest.fixture
def office(database, tmp_path):
    with an_office(tmp_path, database.url) as made:
        made.desk(PLANNER).import_teams("c", TEAMS, "teams.csv")
        made.desk(PLANNER).import_cases("c", CASES, "cases.csv")
        made.desk(PLANNER).import_schools("c", SCHOOLS, "schools.csv")
        yield made


def checked(office, *classes):
    """A check by Team 2 today, counted by it; its id."""
    planner, team = office.desk(PLANNER), office.desk(TEAM_2)
    check_id = planner.plan_check("c", school_id="s1", team_id="t2", day=FIRST_DAY)
    team.record_check("c", check_id, classes, seen=1)
    return check_id


def test_a_list_of_schools_comes_in_with_its_municipalities(office):
    """By name, with and without the word for it; the same list again changes nothing."""
    desk = office.desk(PLANNER)
    desk.import_schools("c", SCHOOLS, "schools.csv")
    schools = desk.school_checks("c").schools
    assert [(each.school_id, each.municipality_code) for each in schools] == [
        ("s1", "RVS01"),
        ("s2", "HLM01"),
    ]
    assert schools[0].point == (26.002, 43.802)
    assert schools[1].point is None


def test_every_fault_of_the_list_is_told_at_once(office):
    """A half place, no name, a municipality of another region, one school twice."""
    wrong = "Код;Училище;Община;Ширина;Дължина\na;А;Речно;43,8;\nb;;Речно;;\na;Б;Речно;;\n"
    with pytest.raises(InputError) as told:
        office.desk(PLANNER).import_schools("c", wrong.encode(), "schools.csv")
    assert [fault.row for fault in told.value.faults] == [2, 3, 4]
    abroad = "Училище;Община\nА;Перник\nБ;Смолян\n"
    with pytest.raises(InputError, match="no such municipality") as told:
        office.desk(PLANNER).import_schools("c", abroad.encode(), "schools.csv")
    assert [fault.row for fault in told.value.faults] == [2, 3]


def test_schools_of_the_map_are_added_once(office):
    """The police station is none, and the school of the list is known by its name."""
    desk = office.desk(PLANNER)
    assert desk.add_mapped_schools("c") == 0
    with office.registry.work("anna") as work:
        work.save_campaign(work.campaign("c"))
    other = "Училище;Община\nДГ „Звънче“;Речно\n".encode()
    desk.import_schools("c", other, "schools.csv")
    assert len(desk.school_checks("c").schools) == 3


def test_a_check_from_plan_to_home_visit(office):
    """Two children missing: one becomes a case of the same crew and day, the other was ill."""
    check_id = checked(office, ClassCount("1а", 22, 20), ClassCount("1б", 18, 18))
    planner = office.desk(PLANNER)
    book = planner.school_checks("c")
    assert (book.progress.checked, book.progress.schools, book.progress.repeats) == (1, 2, 0)
    assert [draft.number for _, draft in book.waiting] == [1, 2]
    typed = Case("", Address("ул. Роза 8", "Речно"), child="Ива Петрова")
    case_id = planner.confirm_home_visit("c", check_id, 1, typed, seen=2)
    planner.dismiss_home_visit("c", check_id, 2, seen=3)
    assert planner.school_checks("c").waiting == ()
    record = next(each for each in planner.cases("c") if each.case.case_id == case_id)
    assert (record.case.team_id, record.case.day) == ("t2", FIRST_DAY)
    assert record.case.school == "ОУ „Васил Левски“"
    assert record.place.municipality_code == "RVS01"


def test_two_planners_do_not_confirm_one_child_twice(office):
    """The slower one is told to look again; there is one case."""
    check_id = checked(office, ClassCount("1а", 2, 1))
    typed = Case("", Address("ул. Роза 8", "Речно"), child="Ива Петрова")
    planner = office.desk(PLANNER)
    planner.confirm_home_visit("c", check_id, 1, typed, seen=2)
    with pytest.raises(InputError, match="decided"):
        planner.confirm_home_visit("c", check_id, 1, typed, seen=2)
    assert len(planner.cases("c")) == 9


def test_nothing_is_kept_of_a_home_visit_that_cannot_be(office):
    """No address: no case, and the draft waits on. The same where the check was changed since."""
    check_id = checked(office, ClassCount("1а", 2, 1))
    planner = office.desk(PLANNER)
    with pytest.raises(InputError, match="address"):
        planner.confirm_home_visit("c", check_id, 1, Case("", Address("")), seen=2)
    with pytest.raises(Conflict):
        planner.confirm_home_visit("c", check_id, 1, Case("", Address("ул. Роза 8")), seen=1)
    assert len(planner.cases("c")) == 8
    assert len(planner.school_checks("c").waiting) == 1


def test_an_erased_child_does_not_come_back_through_a_check(office):
    """A family asked for that."""
    planner = office.desk(PLANNER)
    listed = 'id,address,child,national_id\nx,"гр. Речно, ул. Дунав 1",Ива,1234567890\n'.encode()
    planner.import_cases("c", listed, "cases.csv")
    with office.registry.work("anna") as work:
        work.erase([("c", "x")])
    check_id = checked(office, ClassCount("1а", 2, 1))
    typed = Case("", Address("ул. Роза 8"), child="Ива", national_id="1234567890")
    with pytest.raises(InputError, match="erased"):
        planner.confirm_home_visit("c", check_id, 1, typed, seen=2)


def test_a_check_is_moved_and_taken_back_until_it_is_made(office):
    """Afterwards it stays: it is a record."""
    planner = office.desk(PLANNER)
    check_id = planner.plan_check("c", school_id="s1", team_id="t2", day=FIRST_DAY)
    later = FIRST_DAY + timedelta(days=1)
    planner.plan_check(
        "c", school_id="s1", team_id="t1", day=later, check_id=check_id, seen=1
    )  # fmt: skip
    (kept,) = planner.school_checks("c").checks
    assert (kept.value.team_id, kept.value.day, kept.version) == ("t1", later, 2)
    with pytest.raises(Conflict):
        planner.cancel_check("c", check_id, seen=1)
    planner.cancel_check("c", check_id, seen=2)
    assert planner.school_checks("c").checks == ()
    with pytest.raises(NotFound):
        planner.cancel_check("c", check_id, seen=2)
    made = checked(office, ClassCount("1", 1, 1))
    with pytest.raises(Conflict, match="already"):
        planner.cancel_check("c", made, seen=2)
    with pytest.raises(Conflict, match="already"):
        planner.plan_check("c", school_id="s1", team_id="t1", day=later, check_id=made, seen=2)


def test_a_school_off_the_map_cannot_be_planned(office):
    """A crew could not be sent; so it is with a team that is not there."""
    desk = office.desk(PLANNER)
    with pytest.raises(InputError, match="not on the map"):
        desk.plan_check("c", school_id="s2", team_id="t2", day=FIRST_DAY)
    with pytest.raises(InputError, match="no such team"):
        desk.plan_check("c", school_id="s1", team_id="t9", day=FIRST_DAY)
    with pytest.raises(InputError, match="no such school"):
        desk.plan_check("c", school_id="s9", team_id="t2", day=FIRST_DAY)


def test_a_team_counts_in_its_own_checks_only(office):
    """And does not see the others'."""
    check_id = checked(office, ClassCount("1а", 2, 1))
    other = office.desk(TEAM_1)
    assert other.school_checks("c").checks == ()
    with pytest.raises(NotAllowed):
        other.record_check("c", check_id, [ClassCount("1а", 2, 2)], seen=2)
    for nobody in (VIEWER, OTHER_COORDINATOR):
        with pytest.raises(NotAllowed):
            office.desk(nobody).school_checks("c")


def test_a_child_on_two_lists_is_shown_to_the_planner(office):
    """The same national ID under two schools."""
    listed = (
        "id,address,child,national_id,school\n"
        'a,"гр. Речно, ул. Дунав 1",Ива Колева,1234567890,ОУ Левски\n'
        'b,"гр. Речно, ул. Роза 2",Ива Колева,1234567890,СУ Ботев\n'
    ).encode()
    planner = office.desk(PLANNER)
    planner.import_cases("c", listed, "cases.csv")
    (found,) = planner.double_enrolments("c")
    assert found.case_ids == ("a", "b")


def test_the_log_names_no_child(office):
    """Ids only, of the check and of the case."""
    check_id = checked(office, ClassCount("1а", 2, 1))
    planner = office.desk(PLANNER)
    planner.confirm_home_visit(
        "c", check_id, 1, Case("", Address("ул. Роза 8"), child="Ива Петрова"), seen=2
    )
    with office.registry.work("anna") as work:
        entries = work.audit()
    told = {entry.action for entry in entries}
    assert {"import_schools", "plan_school_check", "record_school_check", "add_case"} <= told
    assert not any("Ива" in repr(entry) or "Роза" in repr(entry) for entry in entries)
