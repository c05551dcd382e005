"""Signing in for real: a reload, a second tab, a stranger's form, another role, an emergency."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browser.conftest import ROOT, Served, Visitor, _wait_until_healthy
from oidc_provider import Provider, provider
from playwright.sync_api import Browser, Page, expect

from app import PAGES
from data.home import Home
from data.opening import registry_of
from data.registry import SqlRegistry
from maps.texts import translator
from planning.model import Role, User

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAY = translator("bg").t
Visit = Callable[..., Visitor]


def form_of(page: Page) -> None:
    """Waits for the sign-in form."""
    page.locator("form.sign-in").wait_for(timeout=30_000)


def sign_out(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name=SAY("Sign out"), exact=True).click()
    form_of(visitor.page)


def at(visitor: Visitor, path: str) -> None:
    """An address typed by hand."""
    visitor.page.goto(f"{visitor.service.url}/{path}")
    visitor.page.locator("h1").first.wait_for(timeout=30_000)
    visitor.settle()


def test_a_reload_and_a_second_tab_stay_signed_in(visitor: Visit) -> None:
    """The phone locks, the page comes back: no password is asked for again. The cookie cannot be
    read by scripts and is sent to this site only."""
    auditor = visitor()
    auditor.sign_in("demo-auditor")
    (cookie,) = (
        each for each in auditor.page.context.cookies() if each["name"] == "outreach_session"
    )
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert "outreach_session" not in auditor.page.evaluate("document.cookie")
    auditor.page.reload()
    expect(auditor.page.get_by_role("heading", name=SAY("Log"), exact=True)).to_be_visible()
    tab = auditor.page.context.new_page()
    tab.goto(auditor.service.url)
    expect(tab.get_by_role("heading", name=SAY("Log"), exact=True)).to_be_visible(timeout=30_000)
    sign_out(auditor)
    tab.reload()
    form_of(tab)
    auditor.page.go_back()
    form_of(auditor.page)
    auditor.assert_clean()


def test_a_token_put_there_beforehand_is_not_used(visitor: Visit) -> None:
    """Session fixation: whoever knew the cookie before the sign-in knows nothing after it."""
    victim = visitor()
    victim.page.goto(victim.service.url)
    planted = {"name": "outreach_session", "value": "planted", "url": victim.service.url}
    victim.page.context.add_cookies([planted])
    victim.sign_in("demo-viewer")
    tokens = [
        each["value"]
        for each in victim.page.context.cookies()
        if each["name"] == "outreach_session"
    ]
    assert len(tokens) == 1
    assert tokens[0] != "planted"


def post(service: Served, headers: dict[str, str], fields: dict[str, str]) -> int:
    """The status of a form that is sent without a browser."""
    asked = urllib.request.Request(
        f"{service.url}/sign-in", urllib.parse.urlencode(fields).encode(), headers
    )
    opener = urllib.request.build_opener(_StayHere)
    try:
        return int(opener.open(asked, timeout=20).status)
    except urllib.error.HTTPError as error:
        return error.code


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def test_another_site_cannot_sign_anybody_in(service: Served) -> None:
    """Its form says where it comes from, in one way or the other; and no form is endless."""
    fields = {"user": "demo-viewer", "password": service.sign_ins["demo-viewer"]}
    own = service.url
    for headers, status in (
        ({}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": own}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": own}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
    ):
        assert post(service, headers, fields) == status, headers
    assert post(service, {"Origin": own}, {**fields, "more": "x" * 20_000}) == 413


def test_a_lockout_is_told_in_minutes(visitor: Visit) -> None:
    """Under a name that nobody has: the same as under one that somebody has."""
    stranger = visitor()
    stranger.page.goto(stranger.service.url)
    for _ in range(6):
        stranger.fill_sign_in("nobody-at-all", "wrong-wrong-wrong")
        stranger.page.wait_for_load_state()
        stranger.page.get_by_role("alert").wait_for(timeout=30_000)
    told = SAY("Too many failed attempts. Try again in {minutes} min.", minutes=1)
    expect(stranger.page.get_by_role("alert")).to_contain_text(told)
    stranger.assert_clean()


@pytest.fixture
def registry(service: Served) -> Iterator[SqlRegistry]:
    """The registry of the running service, for what an administrator does meanwhile."""
    opened = registry_of(Home(service.home))
    yield opened
    opened.close()


def test_another_role_ends_the_session_at_once(visitor: Visit, registry: SqlRegistry) -> None:
    """The administrator takes the role away while the page is open: the next click asks again."""
    user = User("changing", "Changing", Role.AUDITOR)
    with registry.work("root") as work:
        work.save_user(user, password="kuvo-tami-relo-pasi")
    someone = visitor()
    someone.page.goto(someone.service.url)
    someone.fill_sign_in("changing", "kuvo-tami-relo-pasi")
    check = someone.page.get_by_role("button", name=SAY("Check that nobody has been at the log"))
    check.wait_for(timeout=30_000)
    with registry.work("root") as work:
        work.save_user(replace(user, role=Role.VIEWER))
    check.click()
    form_of(someone.page)
    someone.assert_clean()


def test_a_new_password_signs_out_and_back_in(visitor: Visit, registry: SqlRegistry) -> None:
    """The first password is changed; the page asks for the new one, and the old one is dead."""
    user = User("beginner", "Beginner", Role.VIEWER, must_change_password=True)
    with registry.work("root") as work:
        work.save_user(user, password="kuvo-tami-relo-pasi")
    someone = visitor()
    page = someone.page
    page.goto(someone.service.url)
    someone.fill_sign_in("beginner", "kuvo-tami-relo-pasi")
    fields = page.locator("[data-testid=stForm] input")
    fields.nth(1).wait_for(timeout=30_000)
    for at_ in range(2):
        fields.nth(at_).fill("my own long password")
    page.locator("[data-testid=stFormSubmitButton] button").click()
    form_of(page)
    expect(page.get_by_text(SAY("The password is changed. Sign in with it."))).to_be_visible()
    someone.fill_sign_in("beginner", "my own long password")
    heading = page.get_by_role("heading", name=SAY("Coverage"), exact=True)
    expect(heading).to_be_visible(timeout=30_000)
    someone.assert_clean()


EVERY_PAGE = sorted({name for names in PAGES.values() for name in names})


@pytest.mark.parametrize("role", list(Role))
def test_pages_of_others_are_not_there(visitor: Visit, role: Role) -> None:
    """Every address is typed by hand: a page that is not the role's shows the role's own instead,
    and nothing of the other."""
    someone = visitor()
    someone.sign_in(f"demo-{role}")
    own = someone.page.locator("h1").first.inner_text()
    for name in EVERY_PAGE:
        if name in PAGES[role]:
            continue
        at(someone, name)
        dialog = someone.page.get_by_role("dialog")
        assert dialog.count() or someone.page.locator("h1").first.inner_text() == own, name
        assert someone.page.locator("[data-testid=stDataFrame]").count() == 0 or (
            someone.page.locator("h1").first.inner_text() == own
        ), name
    assert someone.foreign == []


def test_a_case_in_an_emergency(visitor: Visit, registry: SqlRegistry) -> None:
    """A coordinator opens a child of another municipality; that one's coordinator and the auditor
    read why, and acknowledge it."""
    with registry.work("test", reading=True) as work:
        campaign = work.campaigns()[0].campaign_id
        own = next(each for each in work.users() if each.user_id == "demo-coordinator")
        record = next(
            each
            for each in work.cases(campaign)
            if each.place and each.place.municipality_code not in ("", own.municipality_code)
        )
    assert record.place is not None
    other = User("other", "Other", Role.COORDINATOR, record.place.municipality_code)
    with registry.work("root") as work:
        work.save_user(other, password="kuvo-tami-relo-pasi")
    coordinator = visitor()
    coordinator.sign_in("demo-coordinator")
    coordinator.go_to(SAY("Open a case in an emergency"))
    page = coordinator.page
    form = page.locator("[data-testid=stForm]")
    form.locator("input").fill(record.case.case_id)
    form.locator("textarea").fill("детето е в нашата болница")
    form.locator("[data-testid=stFormSubmitButton] button").click()
    opened = page.get_by_text(record.case.address.text)
    expect(opened).to_be_visible(timeout=30_000)
    coordinator.picture("emergency")
    for user_id in ("other", "demo-auditor"):
        witness = visitor()
        witness.page.goto(witness.service.url)
        password = witness.service.sign_ins.get(user_id, "kuvo-tami-relo-pasi")
        witness.fill_sign_in(user_id, password)
        told = witness.page.get_by_text("детето е в нашата болница")
        expect(told).to_be_visible(timeout=30_000)
        witness.settle()
        witness.picture(f"emergency-{user_id}")
        witness.page.get_by_role("button", name=SAY("I have seen this")).click()
        expect(told).to_be_hidden(timeout=30_000)
        witness.assert_clean()
    coordinator.assert_clean()


# --- the organisation's sign-in ----------------------------------------------------------------


@pytest.fixture(scope="module")
def organisation() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture(scope="module")
def office(organisation: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service without the sample, set up with the organisation's provider."""
    home = tmp_path_factory.mktemp("organisation")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = home / "secrets.toml"
    settings.write_text(organisation.secrets_file(url), "utf-8")
    settings.chmod(0o600)
    registry = registry_of(Home(home))
    with registry.work("root") as work:
        petya = User("petya", "Петя", Role.AUDITOR, identity="petya@rousse.bg")
        work.save_user(petya)
    registry.close()
    log = (home / "serve.log").open("w+")
    running = subprocess.Popen(
        [sys.executable, str(ROOT / "outreach.py"), "serve", "--port", str(port)],
        env={**os.environ, "OUTREACH_HOME": str(home)}, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        _wait_until_healthy(url, running)
        yield Served(url, {}, home)
    finally:
        running.terminate()
        running.wait(timeout=20)
        log.seek(0)
        print(log.read())
        log.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser of its own."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


PETYA = {"sub": "s-1", "email": "petya@rousse.bg", "email_verified": True}


def enter(page: Page, office: Served) -> None:
    """Presses the organisation's button and comes back."""
    page.goto(office.url)
    form_of(page)
    page.get_by_role("button", name=SAY("Sign in with the organisation's account")).click()
    page.wait_for_url(re.compile(re.escape(office.url) + "/?$"), timeout=30_000)


def test_the_organisation_signs_in_an_account_that_the_admin_made(
    page: Page, office: Served, organisation: Provider
) -> None:
    """There and back; a reload stays signed in; signing out ends it here and there."""
    organisation.claims, organisation.age = dict(PETYA), 0
    enter(page, office)
    heading = page.get_by_role("heading", name=SAY("Log"), exact=True)
    expect(heading).to_be_visible(timeout=30_000)
    page.reload()
    expect(heading).to_be_visible(timeout=30_000)
    kept = page.context.cookies()
    page.get_by_role("button", name=SAY("Sign out"), exact=True).click()
    form_of(page)
    page.wait_for_timeout(1_000)
    assert "end" in organisation.asked
    page.context.add_cookies(kept)  # somebody has copied them
    page.goto(office.url)
    form_of(page)


@pytest.mark.parametrize(
    ("claims", "age"),
    [
        ({"sub": "s-2", "email": "stranger@rousse.bg", "email_verified": True}, 0),
        ({"sub": "s-1", "email": "petya@rousse.bg"}, 0),
        ({"sub": "s-1", "email": "petya@rousse.bg", "email_verified": False}, 0),
        ({"sub": "petya@rousse.bg"}, 0),
        (PETYA, 3_000),
    ],
    ids=["unknown", "not verified", "unverified", "subject like an address", "long ago"],
)
def test_whom_the_organisation_does_not_let_in(
    page: Page, office: Served, organisation: Provider, claims: dict[str, object], age: int
) -> None:
    """The organisation knows them; that alone is no account here."""
    organisation.claims, organisation.age = claims, age
    enter(page, office)
    form_of(page)
    page.wait_for_timeout(1_500)
    form_of(page)
    if not age:
        told = SAY("The organisation knows you, but there is no account for you here.")
        expect(page.get_by_text(told)).to_be_visible()


def test_nothing_personal_reaches_the_service_log(office: Served) -> None:
    """After all of the above."""
    told = Path(office.home / "serve.log").read_text("utf-8")
    assert "rousse.bg" not in told
    registry = registry_of(Home(office.home))
    with registry.work("audit", reading=True) as work:
        entries = work.audit()
    registry.close()
    assert {each.action for each in entries} == {"sign_in", "sign_in_failed", "read_log"}
    assert "rousse" not in str(entries)
