"""Accounts, the log and emergencies drawn without a browser, and pages of other roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import streamlit as st
from office import (
    ADMIN,
    AUDITOR,
    CAMPAIGN,
    CASES,
    OTHER_COORDINATOR,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_1,
    TEAMS,
    VIEWER,
    Office,
    an_office,
)
from streamlit.testing.v1 import AppTest

from maps.pages import accounts, emergency, log, password, sign_in
from maps.texts import translator
from planning.model import User

BG = translator("bg")
SAY = BG.t
WHY = "детето <b>стои</b> пред нашата врата"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Lists imported, nothing planned; everybody has an account."""
    with an_office(tmp_path) as made:
        made.desk(PLANNER).import_teams("c", TEAMS, "teams.csv")
        made.desk(PLANNER).import_cases("c", CASES, "cases.csv")
        with made.registry.work("root") as work:
            for user in (ADMIN, AUDITOR, OTHER_COORDINATOR, OWN_COORDINATOR, TEAM_1):
                work.save_user(user, password="kuvo-tami-relo-pasi")
        yield made


def _run(page, given, named):
    # Streamlit runs this text by itself: names of this module are not known there.
    page(*given, **named)


def opened(page: Callable[..., object], *given: object, **named: object) -> AppTest:
    """The screen, drawn once, without an error of ours."""
    return drawn(AppTest.from_function(_run, args=(page, given, named), default_timeout=60).run())


def drawn(screen: AppTest) -> AppTest:
    assert [each.message for each in screen.exception] == []
    return screen


def words(screen: AppTest) -> str:
    """What is written outside tables, as people read it."""
    said = [*screen.title, *screen.markdown, *screen.caption, *screen.info, *screen.success]
    said += [*screen.warning, *screen.error, *screen.subheader]
    return "\n".join(str(each.value) for each in said).replace("\\", "")


def press(screen: AppTest, label: str) -> AppTest:
    return drawn(next(each for each in screen.button if each.label == label).click().run())


PAGES: dict[str, Callable[[Office, User], Callable[[], object]]] = {
    "log": lambda office, user: partial(log.page, office.desk(user), BG),
    "accounts": lambda office, user: partial(accounts.page, office.desk(user), BG),
    "emergency": lambda office, user: partial(emergency.page, office.desk(user), CAMPAIGN, BG),
}
OWNERS = {
    "log": {AUDITOR},
    "accounts": {ADMIN},
    "emergency": {OWN_COORDINATOR, TEAM_1},
}
EVERYBODY = (PLANNER, OWN_COORDINATOR, TEAM_1, VIEWER, AUDITOR, ADMIN)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("user", EVERYBODY, ids=lambda user: str(user.role))
def test_a_page_opened_by_a_stray_link(office: Office, name: str, user: User) -> None:
    """Its owner sees it; to everybody else it says that their role may not, and shows nothing."""
    screen = opened(PAGES[name](office, user))
    refused = SAY("Your role may not do this.") in words(screen)
    assert refused == (user not in OWNERS[name])
    if refused:
        assert len(screen.dataframe) == 0


def test_the_auditor_filters_pages_and_checks_the_log(office: Office) -> None:
    """By person; page two of many; and that nobody has been at it."""
    with office.registry.work("petya") as work:
        for number in range(log.PAGE + 5):
            work.log("read_cases", f"c{number}")
    screen = opened(PAGES["log"](office, AUDITOR))
    assert len(screen.dataframe[0].value) == log.PAGE
    asked = {each.label: each for each in screen.text_input}
    drawn(asked[SAY("Who")].set_value("petya").run())
    table = screen.dataframe[0].value
    assert set(table[SAY("Who")]) == {"petya"}
    drawn(screen.number_input[0].set_value(2).run())
    assert len(screen.dataframe[0].value) == 5
    counted = {"first": log.PAGE + 1, "last": log.PAGE + 5, "count": log.PAGE + 5}
    assert SAY("Entries {first} to {last} of {count}, the newest first.", **counted) in words(
        screen
    )
    press(screen, SAY("Check that nobody has been at the log"))
    assert len(screen.success) == 1


def test_the_auditor_asks_who_saw_a_child(office: Office) -> None:
    """The planner read the list; Хълм's coordinator read another municipality's."""
    office.desk(PLANNER).cases("c")
    office.desk(OTHER_COORDINATOR).cases("c")
    screen = opened(PAGES["log"](office, AUDITOR))
    drawn(screen.selectbox[0].set_value("case").run())
    drawn(screen.text_input[0].set_value("c1").run())
    table = screen.dataframe[0].value
    assert list(table[SAY("Who")]) == ["anna", "anna"]
    assert set(table[SAY("Where the case was")]) == {SAY("in a list")}
    drawn(screen.text_input[0].set_value("c99").run())
    assert SAY("Nothing in the log met this case.") in words(screen)


def test_a_copy_of_the_log_is_an_entry_of_the_log(office: Office) -> None:
    """Only when it is asked for, and without a formula in it."""
    with office.registry.work("=cmd") as work:
        work.log("read_cases", "=1+1", "@SUM(1)")
    auditor = office.desk(AUDITOR)
    screen = opened(PAGES["log"](office, AUDITOR))
    assert all(each.action != "export_log" for each in auditor.audit_log())
    press(screen, SAY("Prepare a copy of all that fits"))
    assert auditor.audit_log()[0].action == "export_log"
    from maps.exports import log_table

    lines = log_table(auditor.audit_log()).decode("utf-8-sig").splitlines()
    assert not any(cell[:1] in "=@" for line in lines for cell in line.split(",") if cell)


def test_an_account_is_closed_and_signed_out(office: Office) -> None:
    """The administrator selects it, takes the tick away, and its sessions are over."""
    token = office.registry.sessions.begin("t1")
    admin = office.desk(ADMIN)
    at = [each.user_id for each in admin.users()].index("t1")
    screen = AppTest.from_function(_run, args=(accounts.page, (admin, BG), {}), default_timeout=60)
    screen.session_state["accounts"] = {"selection": {"rows": [at], "columns": [], "cells": []}}
    drawn(screen.run())
    if not any(each.label == SAY("Sign this account out everywhere") for each in screen.button):
        pytest.fail("the selected account is not shown")
    press(screen, SAY("Sign this account out everywhere"))
    assert not office.registry.sessions.lasts(token)


def test_an_emergency_is_opened_shown_and_acknowledged(office: Office) -> None:
    """The reason is shown literally to the municipality, until it has been seen."""
    screen = opened(PAGES["emergency"](office, OTHER_COORDINATOR))
    screen.text_input[0].set_value("c1")
    screen.text_area[0].set_value(WHY)
    press(screen, SAY("Open for an hour"))
    assert "0700 1" in words(screen)
    notice = opened(emergency.notices, office.desk(OWN_COORDINATOR), BG)
    assert "<b>стои</b>" in words(notice)
    assert all("<b>" not in str(each.value) for each in notice.warning), "escaped"
    press(notice, SAY("I have seen this"))
    assert len(notice.warning) == 0
    for user in (PLANNER, VIEWER, ADMIN, TEAM_1):
        assert words(opened(emergency.notices, office.desk(user), BG)) == ""


@pytest.mark.parametrize(
    ("case_id", "why", "told"),
    [
        ("c99", WHY, "There is no such case in this campaign. The try is in the log."),
        ("c1", "защото", "say why in at least {least} characters"),
        ("c8", WHY, "this case is your own municipality's: open it as usual"),
    ],
)
def test_what_an_emergency_may_be_refused_for(
    office: Office, case_id: str, why: str, told: str
) -> None:
    """Each in words."""
    screen = opened(PAGES["emergency"](office, OTHER_COORDINATOR))
    screen.text_input[0].set_value(case_id)
    screen.text_area[0].set_value(why)
    press(screen, SAY("Open for an hour"))
    assert SAY(told, least=15) in words(screen)


def test_the_present_password_is_asked_for(office: Office) -> None:
    """Somebody else sits at the open browser; and everybody is signed out by the change."""
    token = office.registry.sessions.begin("audit")
    check = partial(office.registry.sign_in, "audit")
    screen = opened(password.page, office.desk(AUDITOR), BG, check=check)

    def fill(present: str) -> AppTest:
        for field, typed in zip(screen.text_input, (present, *["четири ябълки"] * 2), strict=True):
            field.set_value(typed)
        return press(screen, SAY("Change"))

    assert SAY("The present password is not right.") in words(fill("guess-guess"))
    assert office.registry.sessions.lasts(token)
    fill("kuvo-tami-relo-pasi")
    assert not office.registry.sessions.lasts(token)
    assert office.registry.sign_in("audit", "четири ябълки").user_id == "audit"


def test_the_form_within_the_page_is_for_streamlit_run(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the service's own address for the form, the page asks and says what that means."""
    monkeypatch.setattr(sign_in, "served", lambda: False)
    tried: list[tuple[str, str]] = []

    def begin(user_id: str, given: str) -> str:
        tried.append((user_id, given))
        return office.registry.sessions.begin(office.registry.sign_in(user_id, given).user_id)

    screen = opened(sign_in.page, begin, demo={}, texts=BG)
    assert "outreach.py serve" in words(screen)
    for field, typed in zip(screen.text_input, (" audit ", "wrong-wrong"), strict=True):
        field.set_value(typed)
    press(screen, SAY("Sign in"))
    assert SAY("wrong name or password") in words(screen)
    assert tried == [("audit", "wrong-wrong")]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("wrong", SAY("wrong name or password")),
        ("7", SAY("Too many failed attempts. Try again in {minutes} min.", minutes=7)),
        ("99999", SAY("wrong name or password")),
        ("<img src=x>", SAY("wrong name or password")),
        ("busy", SAY("The service is busy. Try again.")),
    ],
)
def test_an_address_says_only_what_we_say(
    monkeypatch: pytest.MonkeyPatch, code: str, told: str
) -> None:
    """Anybody can write a link to the sign-in page."""
    monkeypatch.setattr(sign_in, "served", lambda: True)
    screen = opened(sign_in.page, lambda *_: "", demo={}, texts=BG, refused=code)
    assert [each.value for each in screen.error] == [told]
