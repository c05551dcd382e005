"""Pages of school checks, referrals and crews, drawn without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import streamlit as st
from office import (
    CAMPAIGN,
    CASES,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_2,
    TEAMS,
    Office,
    an_office,
    with_a_draft,
)
from streamlit.testing.v1 import AppTest
from towns import FIRST_DAY

from maps.pages import crews, referrals, schools, team
from maps.texts import translator
from planning.model import Address, Case, Category, Priority, User
from planning.partners import Agreement, ClassCount, Institution, Referral

BG = translator("bg")
SAY = BG.t
NOW = datetime(2026, 8, 20, 9, 30, tzinfo=UTC)
SCHOOLS = "id,school,municipality,lat,lon\ns1,ОУ *Левски*,Речно,43.802,26.002\n".encode()
MEMBERS = """№ на член;Име;Екип;Община;Институция;Декларация
a;Ана;t1;;училище;01.08.2026
b;Боян <b>;t2;;социални;
c;Вера;;Речно;полиция;01.08.2026
""".encode()
OFFICE = Institution("ruo", "education", "РУО Речно", "RVS01", office=True)
SOCIAL = Institution("dsp", "social", "ДСП Речно", "RVS01")


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Lists imported, a school, two institutions with an agreement, three members."""
    with an_office(tmp_path) as made:
        desk = made.desk(PLANNER)
        desk.import_teams("c", TEAMS, "teams.csv")
        desk.import_cases("c", CASES, "cases.csv")
        desk.import_schools("c", SCHOOLS, "schools.csv")
        for each in (OFFICE, SOCIAL, Institution("rpu", "police", "РУ", "RVS01")):
            desk.save_institution(each)
        desk.save_agreement(Agreement("a", "5/2026", frozenset({"ruo", "dsp"}), FIRST_DAY))
        desk.import_members("c", MEMBERS, "members.csv")
        yield made


def _run(page, given, named):
    # Streamlit runs this text by itself: names of this module are not known there.
    page(*given, **named)


def seen(
    page: Callable[..., object], office: Office, user: User = PLANNER, *, view: str = "",
    **named: object,
) -> AppTest:  # fmt: skip
    """A page, drawn once, on one of its views."""
    args = (page, (office.desk(user), CAMPAIGN, BG), named)
    screen = AppTest.from_function(_run, args=args, default_timeout=60)
    if view:
        screen.session_state[f"{page.__module__.rpartition('.')[2]}_view"] = view
    return calm(screen.run())


def calm(screen: AppTest) -> AppTest:
    assert [each.message for each in screen.exception] == []
    return screen


def written(screen: AppTest) -> str:
    said = [*screen.title, *screen.markdown, *screen.caption, *screen.info, *screen.success]
    said += [*screen.warning, *screen.error, *screen.subheader]
    return "\n".join(str(each.value) for each in said).replace("\\", "")


def press(screen: AppTest, label: str) -> AppTest:
    return calm(next(each for each in screen.button if each.label == SAY(label)).click().run())


def typed(screen: AppTest, label: str, text: str) -> AppTest:
    field = next(
        each for each in (*screen.text_input, *screen.text_area) if each.label == SAY(label)
    )
    return calm(field.set_value(text).run())


# --- school checks ------------------------------------------------------------------------------


def test_a_planner_plans_a_check_and_takes_it_back(office: Office) -> None:
    """The school's name is shown as it is, whatever marks it has."""
    screen = press(seen(schools.page, office, now=NOW), "Plan the check")
    assert SAY("The check is planned. The next plan has it.") in written(screen)
    (check,) = office.desk(PLANNER).school_checks("c").checks
    assert (check.value.school_id, check.value.team_id) == ("s1", "t1")
    assert {each.label: each.value for each in screen.metric}[SAY("Schools checked")] == "0 от 1"
    screen = press(screen, "Take back")
    assert office.desk(PLANNER).school_checks("c").checks == ()


def test_a_team_sees_its_check_only_and_counts(office: Office) -> None:
    """There is no plan to make on its page."""
    desk = office.desk(PLANNER)
    assert SAY("No check is planned yet.") in written(seen(schools.page, office, TEAM_2, now=NOW))
    desk.plan_check("c", school_id="s1", team_id="t2", day=FIRST_DAY, check_id="k")
    screen = seen(schools.page, office, TEAM_2, now=NOW)
    assert not any(each.label == SAY("Plan the check") for each in screen.button)
    screen = press(screen, "Save the headcount")  # nothing was typed
    assert "count at least one class" in written(screen) or screen.error


def test_a_missing_child_becomes_a_home_visit(office: Office) -> None:
    """Name and address are typed from the school's list."""
    desk = office.desk(PLANNER)
    desk.plan_check("c", school_id="s1", team_id="t2", day=FIRST_DAY, check_id="k")
    office.desk(TEAM_2).record_check("c", "k", [ClassCount("1а", 20, 18)], seen=1)
    screen = seen(schools.page, office, view="homes", now=NOW)
    screen = typed(screen, "Child's name", "Ива Петрова")
    screen = typed(screen, "Town or village", "гр. Речно")
    screen = typed(screen, "Street and number, or what is near", "ул. Роза 8")
    press(screen, "Open the home visit")
    assert len(desk.cases("c")) == 9
    screen = seen(schools.page, office, view="homes", now=NOW)
    press(screen, "Nobody need go")
    assert desk.school_checks("c").waiting == ()


def test_the_other_views_of_schools(office: Office) -> None:
    """The list of schools, headcounts, children on two lists."""
    desk = office.desk(PLANNER)
    desk.plan_check("c", school_id="s1", team_id="t2", day=FIRST_DAY, check_id="k")
    desk.record_check("c", "k", [ClassCount("1а", 20, 20)], seen=1)
    calm(seen(schools.page, office, view="count", now=NOW))
    assert SAY("No child stands on the lists of two schools.") in written(
        seen(schools.page, office, view="twice", now=NOW)
    )
    screen = seen(schools.page, office, view="schools", now=NOW)
    press(screen, "Take the schools of the map")
    assert len(desk.school_checks("c").schools) == 2


# --- referrals ----------------------------------------------------------------------------------


def test_a_call_becomes_an_urgent_case_and_goes_into_the_routes(office: Office) -> None:
    """The address is looked up while the caller is on the line."""
    desk = office.desk(PLANNER)
    screen = seen(referrals.page, office, now=NOW)
    screen = calm(
        next(e for e in screen.checkbox if e.label == SAY("Urgent: a child is in danger"))
        .check()
        .run()
    )
    screen = typed(screen, "What was told", "детето *не* ходи на училище")
    screen = typed(screen, "Town or village", "гр. Речно")
    screen = typed(screen, "Street and number, or what is near", "ул. Роза 8")
    assert "Роза" in written(screen)
    screen = press(screen, "Make it a case")
    assert "Обаждането вече е случай" in written(screen)
    assert desk.cases("c")[-1].case.priority is Priority.URGENT
    with office.registry.work("anna") as work:
        assert work.plan("c") is None
    assert "влиза в първия план" in written(screen)
    with_a_draft(office)
    press(calm(screen.run()), "Put it into the routes")
    assert office.asked[-1][0] == "repair"


def test_the_form_asks_which_of_several_numbers_rang(office: Office) -> None:
    """Of none it asks nothing; the inbox tells the number, and how many calls came on each."""
    desk = office.desk(PLANNER)
    assert not seen(referrals.page, office, now=NOW).radio
    desk.save_institution(replace(OFFICE, hotlines=("343413", "*343719*")), seen=1)
    screen = seen(referrals.page, office, now=NOW)
    screen = typed(screen, "What was told", "детето не ходи на училище")
    screen = typed(screen, "Town or village", "гр. Речно")
    need = next(e for e in screen.multiselect if e.label == SAY("Categories of need, if known"))
    screen = calm(need.select(Category.ORPHAN).run())
    screen = press(screen, "Make it a case")
    assert len(desk.cases("c")) == 8, "nobody said which number rang"
    screen = calm(screen.radio[0].set_value("*343719*").run())
    press(screen, "Make it a case")
    assert desk.cases("c")[-1].case.categories == {Category.ORPHAN}
    screen = seen(referrals.page, office, view="inbox", now=NOW)
    assert "343413: 0 · *343719*: 1" in written(screen)
    assert "РУО Речно · ☎ *343719*" in screen.dataframe[0].value[SAY("From")].tolist()


def test_a_referral_from_the_form_to_the_closed_list(office: Office) -> None:
    """An institution without an agreement cannot be chosen."""
    desk = office.desk(PLANNER)
    screen = seen(referrals.page, office, view="new", now=NOW)
    screen = typed(screen, "What was told", "дете проси на пазара")
    press(screen, "Keep the referral")
    assert [each.value.institution_id for each in desk.inbox("c").waiting] == ["dsp"]
    screen = seen(referrals.page, office, view="inbox", now=NOW)
    assert "дете проси на пазара" in written(screen)
    screen = press(screen, "Acknowledge")
    screen = press(screen, "Close without a case")
    assert desk.inbox("c").waiting == ()
    screen = seen(referrals.page, office, view="new", now=NOW)
    (box,) = (each for each in screen.selectbox if each.label == SAY("From"))
    assert box.options == ["ДСП Речно"]


def test_an_overdue_referral_asks_whom_it_was_told(office: Office) -> None:
    """A warning stands on every view until somebody was; only partners can be."""
    desk = office.desk(PLANNER)
    both = frozenset({"ruo", "dsp", "rpu"})
    desk.save_agreement(Agreement("a", "5/2026", both, FIRST_DAY), seen=1)
    late = Referral("r", "dsp", "2026-08-10T08:00:00+00:00", date(2026, 8, 12), "спешно")
    with office.registry.work("anna") as work:
        work.save_referral("c", late)
    screen = seen(referrals.page, office, view="inbox", now=NOW)
    assert "1 сигнал е просрочен" in written(screen)
    press(screen, "Note that it was told")
    assert desk.inbox("c").overdue == ()
    assert desk.inbox("c").waiting[0].value.escalated_to == "rpu"


def filled(screen: AppTest, label: str, text: str, button: str) -> AppTest:
    """A field of a form, and its button."""
    next(each for each in screen.text_input if each.label == SAY(label)).set_value(text)
    return press(screen, button)


def test_institutions_and_agreements_are_kept(office: Office) -> None:
    """A new one; without a name, or without parties, there is none."""
    desk = office.desk(PLANNER)
    press(seen(referrals.page, office, view="institutions", now=NOW), "Save")
    assert len(desk.institutions()) == 3
    screen = seen(referrals.page, office, view="institutions", now=NOW)
    filled(screen, "Name", "Община Речно", "Save")
    assert "Община Речно" in {each.value.name for each in desk.institutions()}
    screen = seen(referrals.page, office, view="agreements", now=NOW)
    filled(screen, "Number", "7/2026", "Save")
    assert len(desk.agreements()) == 1


# --- crews --------------------------------------------------------------------------------------


def test_who_has_not_declared_is_named_and_declares(office: Office) -> None:
    """The coordinator keeps the calendar; names are shown as they are."""
    screen = seen(crews.page, office, OWN_COORDINATOR, today=FIRST_DAY)
    assert "1 член няма декларация" in written(screen)
    member = next(each for each in screen.selectbox if each.label == SAY("Member"))
    at = next(n for n, option in enumerate(member.options) if "Боян" in option)
    screen = calm(member.select_index(at).run())
    box = next(
        e for e in screen.date_input if e.label == SAY("Declaration of confidentiality signed on")
    )
    box.set_value(FIRST_DAY)
    press(screen, "Save")
    assert office.desk(PLANNER).crew_book("c").undeclared == ()


def test_crews_are_proposed_with_who_is_missing(office: Office) -> None:
    """Nobody of the social services has declared: but nobody asks for them."""
    screen = press(seen(crews.page, office, view="free", today=FIRST_DAY), "Propose crews")
    assert SAY("Must be free") in written(screen)
    rows = screen.dataframe[-1].value
    assert set(rows[SAY("Name")]) == {"Ана", "Вера"}


def test_orders_and_who_answers(office: Office) -> None:
    """A coordinator sees the own cases, and no button to change them."""
    calm(seen(crews.page, office, view="orders", today=FIRST_DAY))
    screen = seen(crews.page, office, OWN_COORDINATOR, view="answers", today=FIRST_DAY)
    assert len(screen.dataframe[-1].value) == 6


# --- the team's page ----------------------------------------------------------------------------


def test_the_team_is_told_that_the_plan_changed(office: Office) -> None:
    """Under way: which stop is new."""
    planner = office.desk(PLANNER)
    planner.publish("c", with_a_draft(office))
    found = planner.plan("c")
    basemap = _basemap(office)
    before = written(_team(office, basemap))
    assert "Планът се промени" not in before
    from planning import revision

    case_id = planner.take_call(
        "c", Case("", Address("ул. Роза 2", "гр. Речно")), text="x", deadline=FIRST_DAY, urgent=True
    )
    records = [each for each in planner.cases("c") if each.case.case_id == case_id]
    case = records[0].case
    after = revision.repaired(
        found.plan, planner.teams("c"), office.town.router,
        cases=[Case(**{**_fields(case), "team_id": "t2"})],
        places={case_id: records[0].place},
    )  # fmt: skip
    with office.registry.work("anna") as work:
        version = work.add_plan("c", after)
    planner.publish("c", version)
    assert "Планът се промени" in written(_team(office, basemap))


def _fields(case: Case) -> dict[str, object]:
    return {name: getattr(case, name) for name in Case.__slots__}


def _basemap(office: Office):
    from maps.basemap import Basemap
    from planning.model import Mode

    town = office.town
    return Basemap.of(town.graph(Mode.DRIVE), town.areas, town.gazetteer.settlements)


def _team(office: Office, basemap) -> AppTest:
    args = (team.page, (office.desk(TEAM_2), CAMPAIGN, BG, basemap), {"today": FIRST_DAY})
    return calm(AppTest.from_function(_run, args=args, default_timeout=60).run())
