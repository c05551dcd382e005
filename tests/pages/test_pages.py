"""Every screen drawn by Streamlit without a browser: empty offices, each role, hostile words."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from office import (
    ADMIN,
    AUDITOR,
    CAMPAIGN,
    CASES,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_1,
    TEAM_2,
    TEAMS,
    VIEWER,
    Office,
    an_office,
    on,
    with_a_draft,
)
from streamlit.testing.v1 import AppTest
from towns import FIRST_DAY, crossing, riverside, with_districts

from maps.basemap import Basemap
from maps.pages import accounts, adjust, campaigns, coverage, lists, log, plan, review, team
from maps.pages.frame import plain
from maps.texts import translator
from planning.errors import Fault
from planning.model import Campaign, Choice, JobStatus, Mode, Outcome, Result, User
from planning.review import Doubt
from planning.routing.moves import Move
from planning.text import note

ROOT = Path(__file__).resolve().parents[2]
BG = translator("bg")
SAY = BG.t
HOSTILE = "{{7*191}} <img src=x onerror=alert(1)> $x^2$ :red[x] **b** [l](http://e.x) www.e.x"


@cache
def ground() -> Basemap:
    town = riverside()
    return Basemap.of(town.graph(Mode.DRIVE), town.areas, town.gazetteer.settlements)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path) as made:
        yield made


@pytest.fixture
def published(office: Office) -> Office:
    office.desk(PLANNER).publish("c", with_a_draft(office))
    return office


def _run(page, given, named):
    # Streamlit runs this text by itself: names of this module are not known there.
    page(*given, **named)


def opened(page: Callable[..., object], *given: object, **named: object) -> AppTest:
    """The screen, drawn once, without an error of ours."""
    return drawn(AppTest.from_function(_run, args=(page, given, named), default_timeout=30).run())


def drawn(screen: AppTest) -> AppTest:
    assert [each.message for each in screen.exception] == []
    return screen


def of_campaign(
    page: Callable[..., object], office: Office, user: User, campaign: Campaign = CAMPAIGN,
    **named: object,
) -> AppTest:  # fmt: skip
    return opened(page, office.desk(user), campaign, BG, ground(), **named)


def written(screen: AppTest) -> str:
    """The Markdown of a screen, outside its tables and maps."""
    said = [*screen.title, *screen.subheader, *screen.markdown, *screen.caption, *screen.info]
    said += [*screen.success, *screen.warning, *screen.error]
    return "\n".join(str(each.value) for each in said)


def words(screen: AppTest) -> str:
    """The same as people read it."""
    return re.sub(r"\\(.)", r"\1", written(screen))


def press(screen: AppTest, label: str) -> AppTest:
    """Presses the button that says `label`."""
    return drawn(next(each for each in screen.button if each.label == label).click().run())


def test_an_office_without_lists_says_where_to_start(office: Office) -> None:
    """On the first day there is a campaign and nothing else."""
    screen = opened(lists.page, office.desk(PLANNER), CAMPAIGN, BG)
    assert SAY("Start with the team list, then bring the case list.") in words(screen)
    assert len(screen.dataframe) == 0
    screen = of_campaign(plan.page, office, PLANNER)
    assert SAY("There is no plan yet. Import lists, then plan.") in words(screen)
    told = SAY("import a case list first: there is nothing to plan")
    assert told in words(press(screen, SAY("Make a plan")))
    screen = of_campaign(review.page, office, PLANNER)
    assert SAY("Nothing waits for review.") in words(screen)
    for user in (PLANNER, OWN_COORDINATOR, VIEWER):
        drawn(of_campaign(coverage.page, office, user))


def test_each_role_reads_the_released_counts_and_takes_them_along(published: Office) -> None:
    """Table, pace and four files for all; only a coordinator is told of exact numbers."""
    for user in (PLANNER, VIEWER, OWN_COORDINATOR):
        screen = of_campaign(coverage.page, published, user)
        areas = screen.dataframe[0].value
        assert areas[SAY("Area")].iloc[0] == SAY("all areas together")
        assert len(screen.get("download_button")) == 4
        own = user == OWN_COORDINATOR
        assert ("Вашата община" in words(screen)) == own
        shown = dict(zip(areas[SAY("Area")], areas[SAY("Children listed")], strict=True))
        assert shown["Речно"] == ("6" if own else "·")
        assert shown["Хълм"] == "·"


def test_settlements_and_one_area_can_be_chosen(published: Office) -> None:
    """The pace and the results of a small place are suppressed in words."""
    screen = of_campaign(coverage.page, published, VIEWER)
    screen.session_state["coverage_by"] = "settlement"
    screen = drawn(screen.run())
    pick = next(each for each in screen.selectbox if each.label == SAY("Area"))
    assert pick.options == [SAY("all areas together"), "Речно", "Хълм"]
    drawn(pick.select("Хълм").run())
    assert SAY("The pace is suppressed: too few children.") in words(screen)


def test_a_city_with_districts_can_be_read_by_them(published: Office) -> None:
    """The third choice is there only where the map parts a city; the table says what it counts."""
    screen = of_campaign(coverage.page, published, VIEWER)
    assert SAY("City district") not in next(iter(screen.get("button_group"))).options
    published.town = with_districts(published.town)
    screen = of_campaign(coverage.page, published, VIEWER)
    assert SAY("City district") in next(iter(screen.get("button_group"))).options
    screen.session_state["coverage_by"] = "district"
    screen = drawn(screen.run())
    named = list(screen.dataframe[0].value[SAY("Area")])
    assert named == [SAY("all areas together"), "Запад", "Изток"]
    assert "Селата в границите му" in words(screen)


def test_a_coordinator_without_a_plan_is_not_sent_to_import(office: Office) -> None:
    """Importing is not the municipality's to do."""
    screen = of_campaign(plan.page, office, OWN_COORDINATOR)
    assert SAY("No plan is published yet.") in words(screen)
    assert SAY("Make a plan") not in [button.label for button in screen.button]


def test_an_account_without_its_municipality_is_told_so(published: Office) -> None:
    """The administrator forgot the code: a message, not a broken page."""
    screen = of_campaign(plan.page, published, replace(OWN_COORDINATOR, municipality_code=""))
    assert SAY("Your role may not do this.") in words(screen)


def test_a_team_without_a_route_is_told_so(office: Office) -> None:
    """Nothing is published; and an account may name a team that is not there."""
    with_a_draft(office)
    screen = of_campaign(team.page, office, TEAM_1, today=FIRST_DAY)
    assert SAY("No route is published for your team yet.") in words(screen)
    stray = replace(TEAM_1, team_id="t99")
    screen = of_campaign(team.page, office, stray, today=FIRST_DAY)
    assert SAY("There is nothing here yet.") in words(screen)


def test_an_office_without_a_region_says_how_to_get_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a region pack there is no form to fill in vain."""
    monkeypatch.setattr(office, "names", list, raising=False)
    screen = opened(campaigns.page, office.desk(PLANNER), BG, today=FIRST_DAY)
    assert "docs/operations.md" in words(screen)
    assert len(screen.button) == 0


def test_a_new_campaign_needs_a_name_and_says_when_it_is_there(office: Office) -> None:
    """The planner forgets the name, is told, and types it."""
    screen = opened(campaigns.page, office.desk(PLANNER), BG, today=date(2026, 9, 1))
    assert SAY("a campaign needs a name") in words(press(screen, SAY("Create")))
    screen.text_input[0].set_value("Есен")
    assert SAY("The campaign is there. Bring its lists next.") in words(
        press(screen, SAY("Create"))
    )
    assert [each.name for each in office.desk(PLANNER).campaigns()] == ["Есен", "Mechanism"]


def test_the_plan_has_every_view_for_those_who_may_see_it(published: Office) -> None:
    """Five views for the planner and for the municipality; no empty screen among them."""
    for user in (PLANNER, OWN_COORDINATOR):
        screen = of_campaign(plan.page, published, user)
        assert SAY("Published") in words(screen)
        for view in ("overview", "routes", "left", "districts", "files"):
            screen.session_state["plan_view"] = view
            drawn(screen.run())


NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
"""Before the campaign: everything may still change."""


def changing(office: Office, user: User, view: str = "move") -> AppTest:
    """The page of changes with one of its views."""
    screen = opened(adjust.page, office.desk(user), CAMPAIGN, BG, now=NOON)
    screen.session_state["adjust_view"] = view
    return drawn(screen.run())


def test_every_way_to_change_a_plan_is_there(published: Office) -> None:
    """Five views; nothing is published differently yet, so nothing changes for the teams."""
    for view in ("move", "repair", "what_if", "balance", "news"):
        screen = changing(published, PLANNER, view)
    assert SAY("This is the plan that the teams have.") in words(screen)


def test_a_stop_is_moved_and_the_change_is_told_before_publishing(published: Office) -> None:
    """The best place is offered first; after the move the draft says what it changes."""
    screen = changing(published, PLANNER)
    table = screen.dataframe[0].value
    assert table[SAY("Breaks")].iloc[0] == ""
    to = next(box for box in screen.selectbox if str(box.key).startswith("move_shift"))
    screen = drawn(to.set_value(to.options[-1]).run()) if len(to.options) > 1 else screen
    if any(each.label == SAY("Move the stop") and not each.disabled for each in screen.button):
        press(screen, SAY("Move the stop"))
    else:
        assert screen.error, "a place that is refused says why"


def test_a_repair_is_ordered_with_what_happened(published: Office) -> None:
    """The planner says that a team cannot come; the work is started, nothing is changed yet."""
    press(changing(published, PLANNER, "repair"), SAY("Repair the plan"))
    assert [kind for kind, _ in published.asked] == ["repair"]


def test_changes_are_the_planners(published: Office) -> None:
    """A coordinator who types the page's address is told so."""
    screen = opened(adjust.page, published.desk(OWN_COORDINATOR), CAMPAIGN, BG, now=NOON)
    assert SAY("Your role may not do this.") in words(screen)


def test_what_is_not_visited_names_its_place_and_reason(published: Office) -> None:
    """c6, c7 and c8 are left, each with the settlement found or stated."""
    screen = of_campaign(plan.page, published, PLANNER)
    screen.session_state["plan_view"] = "left"
    table = drawn(screen.run()).dataframe[0].value
    left = dict(zip(table[SAY("Case")], table[SAY("Settlement")], strict=True))
    assert left["c8"] == "Хълм"
    assert set(left) >= {"c6", "c7", "c8"}


def test_a_settlement_moves_only_to_a_team_of_its_own_municipality(published: Office) -> None:
    """Nobody is offered a choice that would be refused."""
    screen = of_campaign(plan.page, published, PLANNER)
    screen.session_state["plan_view"] = "districts"
    drawn(screen.run())
    part = next(box for box in screen.selectbox if str(box.key).startswith("move_part"))
    assert all("Речно" in option for option in part.options)
    to = next(box for box in screen.selectbox if str(box.key).startswith("move_to/"))
    assert len(to.options) == 1, "the own team is no choice"
    screen = press(screen, SAY("Move; the next plan follows"))
    assert SAY("Moved. Plan again to see the new routes.") in words(screen)


def test_what_would_help_is_one_press_away(published: Office) -> None:
    """A stop was taken off by hand: the page finds a place for it and keeps that as a draft."""
    planner = published.desk(PLANNER)
    bench = planner.workbench("c", kept={})
    assert bench is not None
    stop = next(stop for route in bench.plan.routes for stop in route.stops)
    planner.move_stop("c", bench, bench.trial(Move(stop.visit_id)), lock=False)
    screen = of_campaign(plan.page, published, PLANNER)
    screen.session_state["plan_view"] = "left"
    screen = press(drawn(screen.run()), SAY("Find a way"))
    assert SAY("Version {version} is a draft: publish it when it is right.", version=3) in words(
        screen
    )
    found = planner.plan("c")
    assert found is not None
    assert stop.visit_id in {x.visit_id for route in found.plan.routes for x in route.stops}


def test_balanced_districts_are_suggested_and_undone(office: Office) -> None:
    """Before there is a plan: the page draws districts, draws others, and goes back."""
    planner = office.desk(PLANNER)
    planner.import_teams("c", TEAMS, "teams.csv")
    planner.import_cases("c", CASES, "cases.csv")
    screen = of_campaign(plan.page, office, PLANNER)
    before = planner.districts("c").homes
    screen = press(screen, SAY("Suggest balanced districts"))
    assert SAY("New districts are drawn. Undo takes them back.") in words(screen)
    assert any(record.home_team for record in planner.cases("c"))
    screen = press(screen, SAY("Undo"))
    assert SAY("Taken back.") in words(screen)
    assert planner.districts("c").homes == before


def test_a_plan_says_what_it_leaves_out_of_account(published: Office) -> None:
    """A case that came after the plan is not in it, and the page says so."""
    late = "id,address\nc9,гр. Речно\n".encode()
    published.desk(PLANNER).import_cases("c", late, "late.csv")
    said = BG.n(
        "{count} case is not in this plan: resolved before, or new since.",
        "{count} cases are not in this plan: resolved before, or new since.",
        1,
    )
    assert said in words(of_campaign(plan.page, published, PLANNER))


def test_the_days_of_a_campaign_are_changed(office: Office) -> None:
    """One day becomes three; the button stays shut while nothing differs."""
    screen = opened(campaigns.page, office.desk(PLANNER), BG, today=FIRST_DAY)
    button = next(each for each in screen.button if each.label == SAY("Change the days"))
    assert button.disabled
    next(each for each in screen.number_input if each.key == "days/c").set_value(3)
    press(drawn(screen.run()), SAY("Change the days"))
    assert [each.days for each in office.desk(PLANNER).campaigns()] == [3]


def test_a_draft_is_published_and_the_page_says_so(office: Office) -> None:
    """One press; the button goes, the state changes."""
    with_a_draft(office)
    screen = of_campaign(plan.page, office, PLANNER)
    assert SAY("Draft") in words(screen)
    press(screen, SAY("Publish to the teams"))
    assert SAY("Published: the teams see this plan now.") in words(screen)
    assert SAY("Publish to the teams") not in [button.label for button in screen.button]


def test_in_the_middle_of_a_day_the_page_leads_to_the_repair(published: Office) -> None:
    """A plan made now has nothing of a day that crews have begun, only of the days after."""
    told = "Екипите са тръгнали"
    planner, team = on(published, PLANNER, FIRST_DAY), on(published, TEAM_2, FIRST_DAY)
    _keep(published, invented=False)
    doors = [each.case_ids for each in team.team_day("c", "t2", FIRST_DAY).visits]
    assert told not in words(opened(plan.page, planner, CAMPAIGN, BG, ground())), "nobody is out"
    for key, case_ids in enumerate(doors):
        team.record_outcome(
            "c", case_ids=case_ids, team_id="t2", day=FIRST_DAY, result=Result.MET, key=f"k{key}"
        )
        assert planner.stops_left_today("c") == len(doors) - key - 1
        if key == 0:
            assert told in words(opened(plan.page, planner, CAMPAIGN, BG, ground()))
            _keep(published, invented=True)
            assert planner.stops_left_today("c") == 0, "the sample plans all its days"
            _keep(published, invented=False)
    assert told not in words(opened(plan.page, planner, CAMPAIGN, BG, ground())), "all is done"


def _keep(office: Office, *, invented: bool) -> None:
    with office.registry.work("anna") as work:
        work.save_campaign(replace(CAMPAIGN, invented=invented))


def test_a_job_that_has_said_nothing_yet_shows_no_stray_words(
    published: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first second of planning has no message: the catalogue's head must not show."""
    status = JobStatus("1", "plan", "c:x", "running")
    monkeypatch.setattr(published, "find", lambda *_: status, raising=False)
    screen = of_campaign(plan.page, published, PLANNER)
    assert SAY("Stop with the best so far") in [button.label for button in screen.button]
    assert "Plural-Forms" not in str(screen.main)


def test_what_long_work_failed_by_is_told_in_the_readers_language(
    published: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has marked the visit as made meanwhile; its name is shown literally."""
    fault = Fault(note("this visit has been made already"), field="visit", value=HOSTILE)
    status = JobStatus("1", "plan", "c:x", "failed", message=str(fault), faults=(fault,))
    monkeypatch.setattr(published, "find", lambda *_: status, raising=False)
    screen = of_campaign(plan.page, published, PLANNER)
    (told,) = {error.value for error in screen.error}
    assert SAY("this visit has been made already") in told
    assert str(fault.message) not in told
    assert plain(HOSTILE) in told


def test_the_cost_is_seen_to_fall_while_the_plan_is_made(
    published: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A curve with its table below the button that stops the search."""
    trace = ((0.0, 90_000.0), (1.0, 12_000.0), (4.0, 10_000.0))
    status = JobStatus("1", "plan", "c:x", "running", 0.4, "searching routes", trace=trace)
    monkeypatch.setattr(published, "find", lambda *_: status, raising=False)
    screen = of_campaign(plan.page, published, PLANNER)
    assert SAY("Stop with the best so far") in [button.label for button in screen.button]
    told = next(each.value for each in screen.dataframe if SAY("Seconds") in each.value)
    assert told[SAY("Cost above the best plan so far")].tolist() == [
        "+800,00 %",
        "+20,00 %",
        "+0,00 %",
    ]


def where(screen: AppTest) -> Any:
    """The question that every address is asked."""
    return next(radio for radio in screen.radio if str(radio.key).startswith("where/"))


def keeping(screen: AppTest) -> Any:
    """The button that keeps a decision."""
    return next(each for each in screen.button if each.label == SAY("Keep this decision"))


def half(screen: AppTest, name: str) -> AppTest:
    """Shows what waits, or what is decided."""
    screen.session_state["review_half"] = name
    return drawn(screen.run())


ALSO = (
    "Also applied to {count} case of the same address.",
    "Also applied to {count} cases of the same address.",
)
REVIEWED = """id,address,municipality,priority
d1,"гр. Далечно, ул. Х 1",,
d2,"ГР.ДАЛЕЧНО УЛ. „Х“ №1",,urgent
d3,"гр. Далечно, ул. Х 11",Хълм,
""".encode()


def test_a_decision_is_kept_and_the_next_case_comes_up(office: Office) -> None:
    """The planner says that an address does not exist; the page says so and goes on."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", REVIEWED, "cases.csv")
    screen = of_campaign(review.page, office, PLANNER)
    first = screen.subheader[0].value
    assert BG.n("{count} case waits.", "{count} cases wait.", 3) in words(screen)
    assert len(screen.number_input) == 0, "coordinates are asked for with a pin only"
    assert keeping(screen).disabled, "nothing was found, so nothing is chosen beforehand"
    drawn(where(screen).set_value("pin").run())
    assert len(screen.number_input) == 2
    assert keeping(screen).disabled, "no pin yet"
    drawn(where(screen).set_value("nowhere").run())
    press(screen, SAY("Keep this decision"))
    assert BG.n(*ALSO, 1) in words(screen)
    assert [each.case_ids for each in planner.review("c").waiting] == [("d3",)]
    assert screen.subheader[0].value != first


def test_a_pin_is_typed_where_a_map_cannot_be_used(office: Office) -> None:
    """Coordinates are the accessible way to the same decision; against the list, that is told."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", REVIEWED, "cases.csv")
    screen = of_campaign(review.page, office, PLANNER)
    press(screen, SAY("Next"))
    assert "11" in screen.subheader[0].value
    drawn(where(screen).set_value("pin").run())
    lon, lat = crossing(1, 1)
    for field, degrees in zip(screen.number_input, (lat, lon), strict=True):
        field.set_value(degrees)
    drawn(screen.run())
    press(screen, SAY("Keep this decision"))
    record = next(each for each in planner.cases("c") if each.case.case_id == "d3")
    assert record.place is not None
    assert (record.place.lon, record.place.lat) == pytest.approx((lon, lat))
    told = SAY("the list says {stated}, a planner accepted {municipality}",
               stated="Хълм", municipality="Речно")  # fmt: skip
    assert told[1:] in words(screen)


def test_a_decided_address_is_looked_at_again_and_taken_back(office: Office) -> None:
    """Who decided, when, and why stand on it; taken back it waits again."""
    planner = office.desk(PLANNER)
    with office.registry.work("root") as work:
        work.save_user(PLANNER, password="a-long-first-password")
    planner.import_cases("c", REVIEWED, "cases.csv")
    planner.settle("c", "d3", Choice(nowhere=True, note="празен парцел"), version=1)
    screen = half(of_campaign(review.page, office, PLANNER), "decided")
    said = words(screen)
    assert "Anna" in said
    assert "празен парцел" in said
    assert SAY("no such address") in list(screen.dataframe[0].value[SAY("Decision")])
    press(screen, SAY("Take the decision back"))
    assert planner.review("c").decided == ()


def test_the_queue_is_filtered_by_what_is_doubtful(office: Office) -> None:
    """Only service addresses; the caption says how many of how many are shown."""
    office.desk(PLANNER).import_cases("c", CASES, "cases.csv")
    screen = of_campaign(review.page, office, PLANNER)
    box = next(each for each in screen.selectbox if str(each.key).startswith("review_doubt"))
    drawn(box.set_value(SAY("service address")).run())
    assert list(screen.dataframe[0].value[SAY("Case")]) == ["c6"]
    assert SAY("Shown: {shown} of {all}.", shown=1, all=2) in words(screen)


def test_every_doubt_has_words() -> None:
    """A doubt that is added later is not forgotten."""
    assert set(review.DOUBTS) == set(Doubt)
    assert [word for word in review.DOUBTS.values() if SAY(word) == word] == []


def test_hostile_words_are_shown_literally(office: Office) -> None:
    """A clerk pasted something wicked: Streamlit's Markdown gets no mark, link or formula of it."""
    list_of = f'id,address\nh1,"гр. Речно, {HOSTILE}"\n'.encode()
    office.desk(PLANNER).import_cases("c", list_of, "cases.csv")
    said = written(of_campaign(review.page, office, PLANNER))
    assert plain(HOSTILE) in said
    for alive in ("**b**", "$x^2$", ":red[x]", "<img", "](", "http://", "www."):
        assert alive in HOSTILE
        assert not re.search(r"(?<!\\)" + re.escape(alive), said)
    # An escaped address would still become a link: an invisible joiner stands in it.
    assert "http://" not in words(of_campaign(review.page, office, PLANNER))


def test_an_import_is_told_once_and_its_field_is_emptied(office: Office) -> None:
    """Three rows, one of them broken: the fault is told, the rest comes in, the numbers follow."""
    screen = opened(lists.page, office.desk(PLANNER), CAMPAIGN, BG)
    rows = 'id,address,priority\nn1,"гр. Речно, ул. Дунав 1",\nn2,"гр. Речно, ул. Роза 2",:red[x]\n'
    drawn(screen.file_uploader[0].upload("late.csv", rows.encode()).run())
    assert plain(":red[x]") in written(screen)
    assert f"{SAY('row {row}', row=3)}" in words(screen)
    press(screen, SAY("Import cases"))
    assert "1 случай" in words(screen)
    assert screen.metric[0].value == "1"
    assert SAY("Import cases") not in [button.label for button in screen.button]


def test_a_crew_records_an_outcome_once(published: Office) -> None:
    """Saved without a choice it is asked for one; saved with one it counts, and the form closes."""
    screen = of_campaign(team.page, published, TEAM_2, today=FIRST_DAY)
    save = next(each for each in screen.button if each.label == SAY("Save"))
    drawn(save.click().run())
    assert SAY("Choose what you found first.") in words(screen)
    what = screen.radio[0]
    drawn(what.set_value(Result.REFUSED).run())
    save = next(each for each in screen.button if each.label == SAY("Save"))
    drawn(save.click().run())
    with published.registry.work("t2") as work:
        kept: list[Outcome] = work.outcomes("c")
    assert [each.result for each in kept] == [Result.REFUSED]
    assert SAY("refused") in words(screen)
    assert screen.radio[0].value is None, "a fresh form"


def test_a_crew_is_warned_before_it_reads_the_door(office: Office) -> None:
    """What the list says may harm it stands above each stop, as text."""
    with_a_draft(office)
    with office.registry.work("anna") as work:
        draft = work.plan("c")
        assert draft is not None
        wary = [replace(each, hazards=((each.case_ids[0], HOSTILE),)) for each in draft.plan.visits]
        work.publish("c", work.add_plan("c", replace(draft.plan, visits=tuple(wary))))
    screen = of_campaign(team.page, office, TEAM_2, today=FIRST_DAY)
    said = plain(SAY("Beware: {hazard}", hazard=HOSTILE))
    assert [each.value for each in screen.warning] == [said] * len(screen.radio)
    assert screen.radio, "it has stops"


def test_the_log_speaks_the_users_language(office: Office) -> None:
    """The auditor reads sentences, not codes."""
    office.desk(PLANNER).cases("c")
    table = opened(log.page, office.desk(AUDITOR), BG).dataframe[0].value
    assert SAY("read cases") in list(table[SAY("What")])


def test_every_logged_action_has_words() -> None:
    """A use case that is added later is not forgotten."""
    logged = set()
    for file in [*(ROOT / "planning").rglob("*.py"), *(ROOT / "data").rglob("*.py")]:
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "log" and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    logged.add(first.value)
    assert logged - set(log.ACTIONS) == set()
    assert [word for word in log.ACTIONS.values() if SAY(word) == word] == []


def test_an_administrator_adds_an_account_and_overwrites_none(office: Office) -> None:
    """A name that is taken is refused; a free one comes in with a first password."""
    admin = office.desk(ADMIN)
    admin.save_user(ADMIN, password="a-long-first-password")
    screen = opened(accounts.page, admin, BG)

    def fill(user_id: str) -> None:
        asked = {each.label: each for each in screen.text_input}
        asked[SAY("Sign-in name")].set_value(user_id)
        asked[SAY("First password, to be changed at sign-in")].set_value("luno-logo-vivu-vahi")
        press(screen, SAY("Add"))

    fill(ADMIN.user_id)
    assert SAY("This sign-in name is taken. Select its row to change the account.") in words(screen)
    fill("nina")
    assert {user.user_id for user in admin.users()} >= {"root", "nina"}
    assert next(user for user in admin.users() if user.user_id == "nina").must_change_password


@pytest.mark.parametrize("user", [VIEWER, TEAM_1, AUDITOR, ADMIN])
def test_a_page_of_another_role_shows_a_message_and_nothing_else(
    published: Office, user: User
) -> None:
    """Somebody reaches the review page by a stray link."""
    screen = of_campaign(review.page, published, user)
    assert SAY("Your role may not do this.") in words(screen)
    assert len(screen.dataframe) == 0
