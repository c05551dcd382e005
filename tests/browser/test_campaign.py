"""One short campaign, from the hotline to the auditor, played through the browser by its users."""

from __future__ import annotations

import csv
import io
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser.conftest import Served, Visitor, visitors
from playwright.sync_api import expect

from data.home import SAMPLE_REGION, Home
from data.office import Office
from data.registry import create_demo_users
from maps.pages.log import ACTIONS
from maps.texts import translator
from planning.model import Campaign, Level, Result, Role, User

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = translator("bg")
SAY = TEXTS.t
TOWN = "Две могили"
"""The municipality of the team that is followed; it has one team."""
OTHER = "Борово"
KITS = 20
LOADED = 12
CALLED = 9


@dataclass(frozen=True)
class Played:
    """The office of the campaign."""

    visit: Callable[..., Visitor]
    """Makes visitors with screens of any size."""
    listed: int
    """Cases on the imported list."""
    streets: list[str]
    """Streets with a number in the town, each a door of its own."""


@pytest.fixture
def office(
    chromium: Browser, service: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Played]:
    """Two municipalities of the sample, a team each, and a campaign that began this morning."""
    # At the office it is nine in the morning, whenever this runs: crews are on their way.
    now = datetime.now(UTC)
    west = now - now.replace(hour=9, minute=0, second=0, microsecond=0)
    sign = "-" if west < timedelta(0) else ""
    minutes = int(abs(west).total_seconds() // 60)
    monkeypatch.setenv("TZ", f"<office>{sign}{minutes // 60:02d}:{minutes % 60:02d}")
    home = Home(tmp_path / "home")
    shutil.copytree(service.home / "sample" / "region", home.sample / "region")
    today = (now - west).date()
    listed, streets, sign_ins = _begun(home, service.home / "sample", today)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryFile("w+") as log:
        served = Served(url, sign_ins, home.folder, log)
        try:
            served.start()
            with visitors(chromium, served) as visit:
                yield Played(visit, listed, streets)
        finally:
            served.stop()
            log.seek(0)
            print(log.read())


def _begun(home: Home, sample: Path, today: date) -> tuple[int, list[str], dict[str, str]]:
    """Lists of two municipalities are imported; (cases, streets, sign-in name → password)."""
    teams = [
        {**row, "weekdays": "1-7"}
        for row in _rows(sample / "teams.csv", ",")
        if row["name"] in (f"{TOWN} 1", f"{OTHER} 1")
    ]
    wanted = "№ на случая", "Име на детето", "Община", "Населено място", "Адрес", "Телефон"
    cases = [
        {**{name: row[name] for name in wanted}, "Комплекти": "1"}
        for row in _rows(sample / "cases.csv", ";")
        if row["Община"] in (TOWN, OTHER)
    ]
    made = Office(home)
    desk = made.desk(User("sample", "Sample", Role.PLANNER))
    desk.create_campaign(Campaign("c", "Обхват", today, 2, SAMPLE_REGION, invented=True))
    desk.import_teams("c", _csv(teams), "teams.csv")
    desk.import_cases("c", _csv(cases), "cases.csv")
    municipalities = made.region(SAMPLE_REGION).gazetteer.municipalities
    ours = sorted(desk.teams("c"), key=lambda each: each.municipality != TOWN)
    users = create_demo_users(made.registry, municipalities, ours)
    records = desk.cases("c")
    places = [each.place for each in records if each.place]
    streets = {
        place.matched.partition(", ")[2]: None for place in places
        if place.settlement == TOWN and place.level is Level.HOUSE and "ул." in place.matched
    }  # fmt: skip
    made.registry.close()
    return len(records), list(streets), {user.user_id: password for user, password in users}


def _rows(file: Path, delimiter: str) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=delimiter))


def _csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode()


# --- what people do on pages ----------------------------------------------------------------


def press(someone: Visitor, name: str) -> None:
    """A button by its words."""
    main = someone.page.locator("[data-testid=stMain]")
    main.get_by_role("button", name=name, exact=True).first.click()
    someone.settle()


def view(someone: Visitor, name: str | re.Pattern[str]) -> None:
    """One of the views at the head of a page."""
    someone.page.locator("[data-testid=stMain]").get_by_role("radio", name=name).first.click()
    someone.settle()


def type_in(someone: Visitor, label: str, text: str, *, at: int = 0) -> None:
    """A field by its label, typed key by key as people do, and left."""
    field = someone.page.locator("[data-testid=stMain]").get_by_label(label, exact=True).nth(at)
    field.fill("")
    field.press_sequentially(text)
    field.press("Tab")


def said(someone: Visitor, text: str | re.Pattern[str]) -> None:
    """What the page must say by now."""
    expect(someone.page.get_by_text(text).first).to_be_visible(timeout=20_000)


def table(someone: Visitor) -> list[dict[str, str]]:
    """The first table, as a screen reader has it: heading → cell of every row in sight."""
    grid = someone.page.locator("[data-testid=stDataFrame] table[role=grid]").first
    grid.locator("td").first.wait_for(state="attached", timeout=20_000)
    heads = [each.strip() for each in grid.locator("th").all_text_contents()]
    return [
        dict(zip(heads, row.locator("td").all_text_contents(), strict=True))
        for row in grid.locator("tbody tr").all()
    ]


def figure(someone: Visitor, label: str) -> str:
    """A figure by the words above it."""
    shown = someone.page.locator("[data-testid=stMetric]").filter(has_text=label).first
    return shown.locator("[data-testid=stMetricValue]").inner_text().strip()


# --- the campaign ---------------------------------------------------------------------------


def test_a_campaign_from_the_hotline_to_the_auditor(office: Played) -> None:
    """Every step finds what the one before it left, and all counts agree."""
    planner = office.visit()
    planner.sign_in("demo-planner")
    first, missing, urgent, *_ = office.streets
    a_call_becomes_a_case(planner, first)
    a_referral_is_acknowledged(planner)
    schools = a_school_check_is_planned(planner)
    kits_come_and_are_loaded(planner)
    families_are_called(planner)
    a_plan_is_made_and_published(planner, cases=office.listed + 1)

    team = office.visit(width=390, height=844, scheme="dark")
    team.sign_in("demo-team")
    a_door_is_reported(team)
    heads_are_counted(team)

    a_missing_child_becomes_a_case(planner, missing, schools=schools)
    case_id = a_call_becomes_a_case(planner, urgent, urgent=True)
    it_goes_into_the_routes(planner, case_id, cases=office.listed + 3)
    the_team_is_told(team)
    the_kits_reconcile(planner)

    viewer = office.visit()
    viewer.sign_in("demo-viewer")
    coverage_names_nobody(viewer, planner, cases=office.listed + 3)
    auditor = office.visit()
    auditor.sign_in("demo-auditor")
    the_log_has_it_all(auditor)
    for someone in (planner, team, viewer, auditor):
        someone.assert_clean()


def a_call_becomes_a_case(planner: Visitor, street: str, *, urgent: bool = False) -> str:
    """On the hotline: the address is looked up while it is typed."""
    planner.go_to(SAY("Referrals and hotline"))
    view(planner, SAY("Hotline call"))
    if not urgent:
        said(planner, SAY("Before the first call: say which institution is your own office."))
        planner.picture("hotline-first")
        type_in(planner, SAY("Name"), "РУО Русе")
        press(planner, SAY("Save"))
    type_in(planner, SAY("What was told"), "Съседка: детето не ходи на училище")
    if urgent:
        planner.page.get_by_text(SAY("Urgent: a child is in danger")).click()
    type_in(planner, SAY("Child's name"), "Дете от линията (измислено)")
    type_in(planner, SAY("Town or village"), f"гр. {TOWN}")
    field = planner.page.get_by_label(SAY("Street and number, or what is near"), exact=True)
    field.press_sequentially(street, delay=30)
    found = planner.page.locator("[data-testid=stAlertContainer]", has_text=street)
    expect(found).to_be_visible(timeout=20_000)  # nothing was pressed, and no field was left
    expect(field).to_be_focused()
    planner.picture(f"hotline-{'urgent' if urgent else 'call'}")
    press(planner, SAY("Make it a case"))
    told = planner.page.get_by_text(re.compile("Обаждането вече е случай")).first
    expect(told).to_be_visible(timeout=20_000)
    return told.inner_text().rpartition(" ")[2].rstrip(".")


def a_referral_is_acknowledged(planner: Visitor) -> None:
    """Without an agreement nothing is exchanged; with one it is received and answered."""
    view(planner, SAY("New referral"))
    said(planner, SAY("Add the institutions and their agreement first."))
    press(planner, SAY("Institutions"))
    planner.picture("institutions")
    type_in(planner, SAY("Name"), "ДСП Русе")
    planner.select(SAY("Kind"), TEXTS.institution("social"))
    press(planner, SAY("Save"))
    view(planner, SAY("Agreements"))
    type_in(planner, SAY("Number"), "5/2026")
    planner.select(SAY("Parties"), "ДСП Русе")  # this office is there already
    planner.page.keyboard.press("Escape")
    planner.picture("agreement")
    press(planner, SAY("Save"))
    view(planner, SAY("New referral"))
    type_in(planner, SAY("What was told"), "Дете проси на пазара")
    press(planner, SAY("Keep the referral"))
    said(planner, SAY("The referral is in the inbox."))
    planner.picture("inbox")
    press(planner, SAY("Acknowledge"))
    said(planner, SAY("Acknowledged."))
    press(planner, SAY("Close without a case"))
    assert [row[SAY("State")] for row in table(planner)] == [SAY("closed")] * 2


def a_school_check_is_planned(planner: Visitor) -> str:
    """The schools are those of the map, and the municipality's own team is proposed; how many."""
    planner.go_to(SAY("School checks"))
    planner.picture("schools-first")
    press(planner, SAY("Take the schools of the map"))
    view(planner, SAY("Plan checks"))
    planner.select(SAY("School"), re.compile(f"· {TOWN}"))
    press(planner, SAY("Plan the check"))
    planner.picture("school-planned")
    assert table(planner)[0][SAY("Team")] == f"{TOWN} 1"
    assert figure(planner, SAY("Checks still to make")) == "1"
    checked, schools = figure(planner, SAY("Schools checked")).split(" от ")
    assert checked == "0"
    return schools


def kits_come_and_are_loaded(planner: Visitor) -> None:
    """From a sponsor's promise into the team's car."""
    planner.go_to(SAY("Kits"))
    planner.picture("kits-first")
    type_in(planner, SAY("Code, as in the case list"), "раница")
    press(planner, SAY("Add"))
    type_in(planner, SAY("Name"), "Книжарница", at=1)
    planner.page.get_by_role("button", name=SAY("Add"), exact=True).nth(1).click()
    planner.settle()
    view(planner, SAY("Promised"))
    type_in(planner, SAY("Kits"), str(KITS))
    press(planner, SAY("Enter"))
    view(planner, SAY("Received"))
    press(planner, SAY("Enter"))
    view(planner, SAY("Loaded"))
    planner.select(SAY("Team"), f"{TOWN} 1")
    type_in(planner, SAY("Kits"), str(LOADED))
    press(planner, SAY("Enter"))
    planner.picture("kits-loaded")
    (line,) = table(planner)
    assert line[SAY("Received")] == str(KITS)
    assert line[SAY("In the office")] == str(KITS - LOADED)
    assert line[SAY("With the teams")] == str(LOADED)


def families_are_called(planner: Visitor) -> None:
    """Calls come first in this campaign; each result is one tap, and the last is taken back."""
    planner.go_to(SAY("Calls"))
    planner.picture("calls-first")
    main = planner.page.locator("[data-testid=stMain]")
    main.get_by_text(SAY("Three calls on three days, then research"), exact=True).click()
    planner.settle()
    press(planner, SAY("Save"))
    waiting = _waiting(planner)
    planner.picture("calls")
    for done in range(1, CALLED + 1):
        press(planner, _capital(SAY("agreed")))
        assert _waiting(planner) == waiting - done
    main.get_by_role("button", name=re.compile(SAY("Take back: {what}").partition(":")[0])).click()
    planner.settle()
    assert _waiting(planner) == waiting - CALLED + 1
    planner.assert_clean()


def _waiting(planner: Visitor) -> int:
    """Cases to call today, as the page says."""
    told = planner.page.get_by_text(re.compile(r"\d+ случа(й|я) за днес")).first.inner_text()
    return int(told.split()[0])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def a_plan_is_made_and_published(planner: Visitor, *, cases: int) -> None:
    """The cases of the list and of the hotline are in the figures."""
    planner.go_to(SAY("Plan"))
    planner.select(SAY("Time to search"), TEXTS.t("{seconds} s", seconds=15))
    press(planner, SAY("Make a plan"))
    publish = planner.page.get_by_role("button", name=SAY("Publish to the teams"))
    expect(publish).to_be_visible(timeout=240_000)
    planner.settle()
    assert figure(planner, SAY("Cases")) == str(cases)
    planner.picture("campaign-draft")
    publish.click()
    planner.settle()
    said(planner, f"{SAY('Published')} ·")
    planner.picture("campaign-published")


def a_door_is_reported(team: Visitor) -> None:
    """On a phone: the first family is met and gets its kit."""
    said(team, SAY("Route of the day"))
    record = team.page.get_by_role("button", name=SAY("Record outcome")).first
    record.scroll_into_view_if_needed()
    team.settle()
    record.click()
    form = team.page.locator("[data-testid=stPopoverBody]")
    form.get_by_text(TEXTS.result(Result.MET), exact=True).click()
    team.settle()
    form.get_by_label(SAY("Kits handed over"), exact=True).fill("1")
    form.get_by_label(SAY("Kits handed over"), exact=True).press("Tab")
    team.settle()
    form.get_by_role("button", name=SAY("Save")).click()
    team.settle()
    said(team, re.compile("записани 1 от"))
    team.picture("campaign-team")


def heads_are_counted(team: Visitor) -> None:
    """In the school of the check two children of one class are missing."""
    team.open("schools")
    type_in(team, SAY("Class"), "1а")
    type_in(team, SAY("On the register"), "20")
    type_in(team, SAY("Present"), "18")
    team.picture("campaign-headcount")
    press(team, SAY("Save the headcount"))
    said(
        team,
        TEXTS.n(
            "Saved. {count} child is missing; a home visit waits for the planner.",
            "Saved. {count} children are missing; home visits wait for the planner.",
            2,
        ),
    )


def a_missing_child_becomes_a_case(planner: Visitor, street: str, *, schools: str) -> None:
    """One is visited at home, with the next plan; nobody need go to the other."""
    planner.go_to(SAY("School checks"))
    assert figure(planner, SAY("Schools checked")) == f"1 от {schools}"
    view(planner, SAY("Children missing ({count})", count=2))
    type_in(planner, SAY("Child's name"), "Дете от училище (измислено)")
    type_in(planner, SAY("Town or village"), f"гр. {TOWN}")
    type_in(planner, SAY("Street and number, or what is near"), street)
    planner.settle()
    planner.picture("campaign-missing")
    press(planner, SAY("Open the home visit"))
    press(planner, SAY("The next plan has it"))
    press(planner, SAY("Nobody need go"))
    said(planner, SAY("No child waits: every one missing was looked at."))


def it_goes_into_the_routes(planner: Visitor, case_id: str, *, cases: int) -> None:
    """The running routes take it in; the planner reads what changes and publishes."""
    said(planner, re.compile(re.escape(case_id)))
    press(planner, SAY("Put it into the routes"))
    told = SAY("Repaired. Look at what changes, then publish the draft.")
    expect(planner.page.get_by_text(told)).to_be_visible(timeout=240_000)
    view(planner, SAY("What changes"))
    new = [row for row in table(planner) if row[SAY("What")] == SAY("new on a route")]
    assert any(f"{TOWN} 1" in row[SAY("After")] for row in new)
    planner.picture("campaign-what-changes")
    planner.go_to(SAY("Plan"))
    assert figure(planner, SAY("Cases")) == str(cases)
    planner.page.get_by_role("button", name=SAY("Publish to the teams")).click()
    dialog = planner.page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=20_000)
    dialog.get_by_role("button", name=SAY("Publish")).click()
    planner.settle()
    said(planner, f"{SAY('Published')} ·")


def the_team_is_told(team: Visitor) -> None:
    """Its page says when the plan changed and which stops are new."""
    team.open("")
    said(team, re.compile("Планът се промени"))
    said(team, re.compile("Нови спирки"))
    said(team, re.compile("записани 1 от"))
    team.picture("campaign-notice")


def the_kits_reconcile(planner: Visitor) -> None:
    """What came is in the office, in the car, and with the family."""
    planner.go_to(SAY("Kits"))
    (line,) = table(planner)
    where = ("In the office", "With the teams", "With families", "Lost")
    shares = [int(line[SAY(each)]) for each in where]
    assert shares == [KITS - LOADED, LOADED - 1, 1, 0]
    assert sum(shares) == int(line[SAY("Received")]) == KITS


def coverage_names_nobody(viewer: Visitor, planner: Visitor, *, cases: int) -> None:
    """Both see the same released numbers; villages of few children tell none."""
    expect(viewer.map().locator(".leaflet-container")).to_be_visible(timeout=30_000)
    planner.go_to(SAY("Coverage"))
    labels = ("Children listed", "In the plan", "Visited", "Resolved")
    for label in labels:
        assert figure(viewer, SAY(label)) == figure(planner, SAY(label))
    assert figure(viewer, SAY("Children listed")) == str(cases)
    view(viewer, SAY("Settlement"))
    assert SAY("suppressed: too few to show") in viewer.map().locator("body").inner_text()
    assert viewer.map().locator(".stop").count() == 0
    assert "RU-0" not in viewer.map().locator("html").inner_html()
    viewer.picture("campaign-coverage")


def the_log_has_it_all(auditor: Visitor) -> None:
    """Who did what, as often as it was done."""
    for action, count in (
        ("take_call", 2), ("acknowledge_referral", 1), ("record_school_check", 1),
        ("record_outcome", 1), ("publish", 2),
    ):  # fmt: skip
        auditor.select(SAY("What"), SAY(ACTIONS[action]))
        assert len(table(auditor)) == count, action
    auditor.picture("campaign-log")
