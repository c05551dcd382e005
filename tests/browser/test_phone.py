"""The team's page on a phone, in a real browser: small, quick, without a network, nothing lost."""

from __future__ import annotations

import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from browser.axe import script
from browser.phone_office import PLANNER, PhoneService, desk_of, open_in, served, today
from playwright.sync_api import expect

from maps.phone.server import page_files
from maps.texts import LANGUAGE_NAMES, translator
from planning import phone as phone_rules
from planning.model import Outcome, PhoneLink, Plan, Result, Window
from planning.phone import Trouble, phone_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAY = translator("bg").t
PHONES = int(os.environ.get("OUTREACH_PHONES", "10"))
STOPS_EACH = int(os.environ.get("OUTREACH_PHONE_STOPS", "50"))
PICTURES = os.environ.get("OUTREACH_PHONE_PICTURES")
MOST_BYTES = 150_000
MOST_SECONDS = 3.0


@dataclass
class Phone:
    """A phone of a team, and all that went wrong on it."""

    context: BrowserContext
    page: Page
    own: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Opens a link and waits until the page can be used."""
        self.page.goto(address)
        self.ready()

    def ready(self) -> None:
        """Waits until the page has read what there is to read."""
        self.page.locator("html[data-ready]").wait_for(state="attached", timeout=30_000)

    def installed(self) -> None:
        """Waits until the page's files are kept on the phone."""
        self.page.evaluate(
            "() => navigator.serviceWorker.ready.then(() => caches.keys()).then((all) => "
            "{ if (!all.length) throw new Error('nothing kept'); })"
        )

    def record(self, number: int, result: Result, note: str = "") -> None:
        """Taps as a person does."""
        head = self.page.locator(f"#stop-{number}")
        if head.get_attribute("aria-expanded") == "false":
            head.click()
        self.page.locator(f"#record-{number}").click()
        self.page.locator(f".choice:has([value={result}])").click()
        self.page.locator("#note").fill(note)
        self.page.locator("#save").click()
        expect(self.page.locator("dialog")).to_be_hidden()
        expect(self.page.locator("#state")).not_to_have_text(SAY("Everything is sent"))

    def sent(self) -> None:
        """Waits until nothing is left to send."""
        said = self.page.locator("#state", has_text=SAY("Everything is sent"))
        expect(said).to_be_visible(timeout=180_000)

    def picture(self, name: str) -> None:
        """Keeps a screenshot where one is asked for."""
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")

    def assert_clean(self) -> None:
        """Nothing went to another host, no page had an error, no policy was broken."""
        assert self.foreign == []
        assert self.errors == []


Phones = Callable[..., Phone]


@pytest.fixture
def phones(chromium: Browser) -> Iterator[Phones]:
    """Makes phones; each has its own storage."""
    made: list[Phone] = []

    def a_phone(service: PhoneService, **how: Any) -> Phone:
        look = {"viewport": {"width": 390, "height": 844}, "locale": "bg-BG", "is_mobile": True,
                "has_touch": True, "timezone_id": "Europe/Sofia"}  # fmt: skip
        context = chromium.new_context(**{**look, **how})
        context.set_default_timeout(20_000)
        one = Phone(context, context.new_page(), urlsplit(service.url).netloc)
        context.on("request", lambda request: _note_foreign(one, request.url))
        one.page.on("pageerror", lambda error: one.errors.append(str(error)))
        one.page.on(
            "console",
            lambda said: (
                one.errors.append(said.text) if "ontent Security Policy" in said.text else None
            ),
        )
        made.append(one)
        return one

    yield a_phone
    for one in made:
        one.context.close()


def _note_foreign(one: Phone, url: str) -> None:
    if url.startswith(("http", "ws")) and urlsplit(url).netloc != one.own:
        one.foreign.append(url)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneService]:
    """One team with eight stops today."""
    with served(tmp_path_factory.mktemp("phones"), teams=4) as service:
        yield service


def outcomes_of(service: PhoneService) -> list[Outcome]:
    registry = open_in(service.folder)
    with registry.work("anna", reading=True) as work:
        kept = work.outcomes("c")
    registry.close()
    return kept


def asked(service: PhoneService, what: str, question: object) -> tuple[int, dict[str, Any]]:
    """A question without a browser: status and answer."""
    body = question if isinstance(question, bytes) else json.dumps(question).encode()
    request = urllib.request.Request(f"{service.url}{what}", body, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read() or b"{}")


def test_the_page_is_small_and_quick_on_a_bad_line(office: PhoneService, phones: Phones) -> None:
    """At 1.6 Mbps and 150 ms the next stop stands on the screen, ready to be recorded."""
    seconds, weights = [], []
    for _ in range(3):
        team = phones(office)
        line = team.context.new_cdp_session(team.page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": 150,
            "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8,
        })  # fmt: skip
        loaded: list[float] = []
        line.on(
            "Network.loadingFinished", lambda seen, to=loaded: to.append(seen["encodedDataLength"])
        )
        team.page.goto(office.link(), wait_until="commit")
        team.page.locator("#record-1").wait_for()
        seconds.append(team.page.evaluate("performance.now()") / 1000)
        team.ready()
        weights.append(sum(loaded))
        team.assert_clean()
        team.context.close()
    # The service worker fetches the page's files once more, to keep them.
    kept = sum(len(each.packed) for each in page_files().values())
    print(f"\nphone page: {max(weights) / 1000:.1f} kB to open, {kept / 1000:.1f} kB to keep, "
          f"interactive after {min(seconds):.2f} to {max(seconds):.2f} s")  # fmt: skip
    assert max(weights) + kept <= MOST_BYTES
    assert min(seconds) <= MOST_SECONDS


def test_it_opens_and_records_after_the_server_was_killed(tmp_path: Path, phones: Phones) -> None:
    """No office: the day opens, a record stays, and goes out when the office is back."""
    with served(tmp_path) as service:
        team = phones(service)
        team.open(service.link())
        team.installed()
        assert "#" not in team.page.url, "the secret does not stay in the address"
        service.kill()
        team.page.close()
        team.page = team.context.new_page()
        team.open(service.url)
        expect(team.page.locator(".stop")).to_have_count(8)
        team.record(1, Result.MET, "отвори баба")
        team.page.reload()
        team.ready()
        expect(team.page.locator(".stop.done")).to_have_count(1)
        expect(team.page.locator("#state")).to_contain_text("1 запис")
        assert outcomes_of(service) == []
        service.start()
        team.page.evaluate("dispatchEvent(new Event('online'))")
        team.sent()
        (kept,) = outcomes_of(service)
        assert (kept.result, kept.note, kept.visit_id) == (Result.MET, "отвори баба", "v0-0")


RECORD_ALL = """async (wanted) => {
  const until = async (true_) => { while (!true_()) await new Promise((go) => setTimeout(go, 5)); };
  const $ = (which) => document.querySelector(which);
  for (const [number, result] of wanted) {
    const done = document.querySelectorAll(".stop.done").length;
    const head = $(`#stop-${number}`);
    if (head.getAttribute("aria-expanded") === "false") head.click();
    $(`#record-${number}`).click();
    $(`.choice [value=${result}]`).click();
    $("#note").value = `${number}`;
    $("#save").click();
    await until(() => document.querySelectorAll(".stop.done").length > done);
  }
}"""


def test_what_ten_phones_queued_merges_with_nothing_lost_and_nothing_doubled(
    tmp_path: Path, phones: Phones
) -> None:
    """Ten phones without a network; then the office's first answer to each is lost on its way.

    Two phones of every team record the same stops, with other results here and there.
    """
    teams = (PHONES + 1) // 2
    results = list(Result)
    with served(tmp_path, teams=teams, stops=STOPS_EACH) as service:
        crews: list[tuple[Phone, list[tuple[int, str]]]] = []
        for at in range(PHONES):
            one = phones(service)
            one.open(service.link(f"t{at // 2}"))
            one.installed()
            one.context.set_offline(True)
            wanted = [
                (number, str(results[(number + at) % len(results)]))
                for number in range(1, STOPS_EACH + 1)
            ]
            one.page.evaluate(RECORD_ALL, wanted)
            crews.append((one, wanted))
        for one, _ in crews:
            one.page.reload()  # the phone ran out of battery in between
            one.ready()
            expect(one.page.locator("#state")).to_contain_text(str(STOPS_EACH))
        assert outcomes_of(service) == []
        service.lose_answers()
        for one, _ in crews:
            one.context.set_offline(False)
            one.page.evaluate("dispatchEvent(new Event('online'))")
        for one, _ in crews:
            one.sent()
            one.assert_clean()
        kept = outcomes_of(service)
        by_phone: dict[str, dict[int, str]] = {}
        for each in kept:
            number = int(each.visit_id.partition("-")[2]) + 1
            by_phone.setdefault(phone_of(each.key), {})[number] = str(each.result)
            assert each.note == str(number)
        print(
            f"\n{PHONES} phones queued {PHONES * STOPS_EACH} outcomes without a network, and "
            f"{service.lost_answers} answers of the office were lost: {len(kept)} kept, "
            f"{len({each.key for each in kept})} of them different"
        )
        assert service.lost_answers == PHONES
        assert len(kept) == len({each.key for each in kept}) == PHONES * STOPS_EACH
        said = sorted(sorted(each.items()) for each in by_phone.values())
        assert said == sorted(wanted for _, wanted in crews)
        # Both phones of the first team see that they disagree.
        for one, _ in crews[:2]:
            one.page.reload()
            one.ready()
            one.page.locator("#stop-1").click()
            expect(one.page.get_by_text(SAY(
                "Two phones say different things. The later one counts, and the office is told."
            ))).to_have_count(1)  # fmt: skip
        registry = open_in(service.folder)
        told = desk_of(registry, service.folder).troubled_reports("c")
        registry.close()
        assert {each.trouble for each in told} == {Trouble.DISAGREE}


def test_altered_expired_and_revoked_links_open_nothing(office: PhoneService) -> None:
    """403, and only the holder of a genuine link learns why."""
    token = office.link("t1").partition("#")[2]
    assert asked(office, "day", {"link": token})[0] == 200
    for at in (0, 11, 12, 35):
        altered = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert asked(office, "day", {"link": altered}) == (403, {"why": "unknown"})
        assert asked(office, "reports", {"link": altered}) == (403, {"why": "unknown"})
    assert asked(office, "day", {"link": _ended(office)}) == (403, {"why": "expired"})
    office.link("t1", anew=True)
    for what in ("day", "reports"):
        assert asked(office, what, {"link": token}) == (403, {"why": "revoked"})
    for nonsense in (b"", b"[]", b'{"link":1}', b"{", b'{"link":"' + b"x" * 300_000 + b'"}'):
        assert asked(office, "day", nonsense)[0] == 400


def _ended(service: PhoneService) -> str:
    """A genuine link to yesterday's day, five days after its end."""
    end = datetime.now(UTC) - timedelta(days=5)
    link = PhoneLink("expired-link", "c", "t0", today(), end.isoformat(), end.isoformat(), "anna")
    registry = open_in(service.folder)
    with registry.work("anna") as work:
        if work.phone_link(link.link_id) is None:
            work.add_phone_link(link)
        kept = work.phone_link(link.link_id)
        assert kept is not None
        token = phone_rules.token(kept, work.signature)
    registry.close()
    return token


ROWS = """async () => {
  const asked = indexedDB.open("outreach");
  const db = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const found = {};
  for (const name of db.objectStoreNames) {
    const all = db.transaction(name).objectStore(name).getAll();
    const rows = await new Promise((done) => { all.onsuccess = () => done(all.result); });
    found[name] = rows.map((row) => (row instanceof CryptoKey ? `extractable ${row.extractable}`
      : row.data ? new TextDecoder().decode(row.data) : JSON.stringify(row)));
  }
  return found;
}"""
"""What lies in the phone's store, as far as it can be read."""
EMPTY: dict[str, list[str]] = {"keys": [], "day": [], "records": []}


def test_a_link_taken_back_empties_the_phone_and_shows_what_was_not_sent(
    office: PhoneService, phones: Phones
) -> None:
    """A phone was lost: at its next contact the addresses go; nothing typed vanishes unseen."""
    lost = phones(office)
    lost.open(office.link("t2"))
    lost.installed()
    lost.context.set_offline(True)
    lost.record(1, Result.ABROAD, "в Гърция")
    office.link("t2", anew=True)
    lost.context.set_offline(False)
    expect(lost.page.locator("#notice")).to_have_text(SAY(
        "The office took this link back: its addresses were removed from this phone."
    ), timeout=30_000)  # fmt: skip
    expect(lost.page.get_by_text("в Гърция")).to_be_visible()
    assert "Дунав" not in lost.page.content()
    assert lost.page.evaluate(ROWS)["day"] == []
    lost.page.locator("#remove").click()
    expect(lost.page.get_by_text("в Гърция")).to_have_count(0)
    assert lost.page.evaluate(ROWS) == EMPTY
    lost.assert_clean()


def test_the_end_of_the_day_empties_the_phone(office: PhoneService, phones: Phones) -> None:
    """Nobody has to think of it: at four in the morning the addresses go, once all is sent."""
    team = phones(office)
    team.page.clock.install()
    team.open(office.link("t1"))
    expect(team.page.locator(".stop")).to_have_count(8)
    team.page.clock.fast_forward("36:00:00")
    expect(team.page.locator("#notice")).to_have_text(
        SAY("This day is over: its addresses were removed from this phone.")
    )
    assert "Дунав" not in team.page.content()
    assert team.page.evaluate(ROWS) == EMPTY
    team.assert_clean()


def test_a_record_goes_out_after_the_page_was_closed(office: PhoneService, phones: Phones) -> None:
    """Saved, and the phone back in the pocket at once: the browser sends it by itself."""
    before = len(outcomes_of(office))
    team = phones(office)
    team.open(office.link("t1"))
    team.installed()
    team.record(5, Result.MOVED)
    team.page.close()
    for _ in range(60):
        if len(outcomes_of(office)) > before:
            break
        time.sleep(0.5)
    (kept,) = outcomes_of(office)[before:]
    assert kept.result is Result.MOVED


def test_yesterdays_lost_link_holds_up_nobody(tmp_path: Path, phones: Phones) -> None:
    """A record under a link that was taken back waits for a person; today's go out."""
    with served(tmp_path, teams=2) as service:
        team = phones(service)
        team.open(service.link("t0"))
        team.context.set_offline(True)
        team.record(1, Result.MET, "стар запис")
        team.context.set_offline(False)
        service.link("t0", anew=True)
        team.page.goto("about:blank")
        team.open(service.link("t1"))
        expect(team.page.locator("h1")).to_have_text("Екип 2")
        team.record(2, Result.REFUSED)
        team.sent()
        assert [(each.team_id, each.result) for each in outcomes_of(service)] == [
            ("t1", Result.REFUSED)
        ]
        team.page.locator("#tab-more").click()
        expect(team.page.get_by_text("стар запис")).to_be_visible()
        team.assert_clean()


def test_nothing_on_the_phone_can_be_read_without_its_key(
    office: PhoneService, phones: Phones
) -> None:
    """The phone's store holds no address, no note, no link, and no key to take along."""
    team = phones(office)
    address = office.link("t3")
    team.open(address)
    team.context.set_offline(True)
    team.record(1, Result.MET, "тайна бележка")
    found = team.page.evaluate(ROWS)
    assert "extractable false" in found["keys"]
    stored = "({ ...localStorage, ...sessionStorage })"
    text = json.dumps([found, team.page.evaluate(stored)], ensure_ascii=False)
    for secret in ("Дунав", "тайна", address.partition("#")[2], "+359"):
        assert secret not in text
    cached = team.page.evaluate("""async () => {
      const urls = [];
      for (const name of await caches.keys())
        for (const each of await (await caches.open(name)).keys()) urls.push(each.url);
      return urls; }""")  # fmt: skip
    assert all("day" not in url and "reports" not in url for url in cached)
    team.page.locator("#undo").click()
    expect(team.page.locator(".stop.done")).to_have_count(0)
    team.assert_clean()


def test_a_correction_before_sending_replaces_and_after_sending_follows(
    office: PhoneService, phones: Phones
) -> None:
    """Somebody came to the door after all: one record before it is sent, a second one after."""
    before = len(outcomes_of(office))
    team = phones(office)
    team.open(office.link("t3"))
    team.record(4, Result.NOBODY_HOME)
    team.record(4, Result.MET)
    team.sent()
    (first,) = outcomes_of(office)[before:]
    assert first.result is Result.MET
    team.record(4, Result.REFUSED)
    team.sent()
    assert [each.result for each in outcomes_of(office)[before:]] == [Result.MET, Result.REFUSED]
    team.page.locator("#tab-more").click()
    team.page.locator("#finish").click()
    team.page.locator("#finish-now").click()
    expect(team.page.locator("#notice")).to_have_text(
        SAY("The day is finished, and nothing is left on this phone.")
    )
    assert team.page.evaluate(ROWS) == EMPTY
    team.assert_clean()


def test_the_office_moves_a_stop_while_the_phone_is_away(tmp_path: Path, phones: Phones) -> None:
    """The record is kept, counts, is marked on the phone and told to the planner."""
    with served(tmp_path) as service:
        team = phones(service)
        team.open(service.link())
        team.context.set_offline(True)
        team.record(1, Result.MET)
        registry = open_in(service.folder)
        with registry.work("anna") as work:
            found = work.plan("c", published=True)
            assert found is not None
            work.publish("c", work.add_plan("c", _without_first_stop(found.plan)))
        team.context.set_offline(False)
        said = SAY("sent; the plan no longer has this stop, and the office is told")
        expect(team.page.get_by_text(said)).to_be_visible(timeout=30_000)
        expect(team.page.locator(".stop")).to_have_count(7)
        team.picture("off-route")
        (told,) = desk_of(registry, service.folder, PLANNER).troubled_reports("c")
        registry.close()
        assert (told.trouble, told.case_ids) == (Trouble.OFF_ROUTE, ("C-0-0",))
        team.assert_clean()


def _without_first_stop(plan: Plan) -> Plan:
    (route,) = plan.routes
    shorter = replace(route, stops=route.stops[1:], legs=(route.legs[0], *route.legs[2:]))
    return replace(plan, routes=(shorter,))


def test_a_sensitive_stop_shows_the_minimum(office: PhoneService, phones: Phones) -> None:
    """The door, the time and who must be there; no number, no count, no stranger to lead there."""
    team = phones(office)
    team.open(office.link())
    stop = team.page.locator("[data-number='3']")
    team.page.locator("#stop-3").click()
    expect(stop.get_by_text("ул. „Дунав“ 3")).to_be_visible()
    expect(stop.locator("a")).to_have_count(0)
    text = stop.inner_text()
    assert "C-0-2" not in text
    assert "дет" not in text.replace(SAY("Sensitive: speak with the family only."), "")
    team.page.locator("#go-3").click()
    links = team.page.locator("dialog a")
    assert [each.get_attribute("href") for each in links.all()] == ["geo:43.8,26.004?q=43.8,26.004"]
    team.page.locator("dialog button").click()
    team.page.locator("#stop-4").click()
    team.page.locator("#go-4").click()
    expect(links).to_have_count(4)
    assert all("Дунав" not in (each.get_attribute("href") or "") for each in links.all())
    team.assert_clean()


def test_a_hazard_is_the_first_thing_at_its_stop(office: PhoneService, phones: Phones) -> None:
    """Marked in the list while folded, said in full above all else, of a sensitive visit too."""
    team = phones(office)
    team.open(office.link())
    for number in (1, 2, 3):
        head = team.page.locator(f"#stop-{number}")
        expect(head.locator(".badge").first).to_have_text(SAY("hazards"))
        expect(head.locator(".badge svg").first).to_be_visible()
        if head.get_attribute("aria-expanded") == "false":
            head.click()
        first = team.page.locator(f"[data-number='{number}'] .body > :first-child")
        expect(first).to_have_text(SAY("Beware: {hazard}", hazard="зло <b>куче</b> {hazard}"))
        expect(first.locator("svg")).to_be_visible()
    expect(team.page.locator("#stop-4 .badge")).to_have_count(0)
    team.picture("hazard")
    team.assert_clean()


def test_hostile_text_stays_text(office: PhoneService, phones: Phones) -> None:
    """An address may look like markup or like a template; it is shown as it is."""
    team = phones(office)
    team.open(office.link())
    expect(team.page.get_by_text("<b>{{7*7}}</b>").first).to_be_visible()
    assert team.page.locator("main b").count() == 0
    team.assert_clean()


def test_hours_are_told_as_on_the_sheet(office: PhoneService, phones: Phones) -> None:
    """The page and the print have their words from one list and their rules from two programs."""
    noon, five, midnight = 12 * 3600, 17 * 3600, 24 * 3600
    hours = [(9 * 3600, noon), (0, five - 1), (five, midnight - 1), (noon, midnight), (0, midnight)]
    windows = [Window(*each) for each in hours] + [Window(0, noon - 1, frozenset({0, 4}))]
    team = phones(office)
    team.open(office.link())
    for language in LANGUAGE_NAMES:
        told = team.page.evaluate(
            """([language, windows]) => {
              outreach.spoken.choose(language);
              return outreach.notesOf({ requires: [], languages: [], sexes: [], windows });
            }""",
            [language, [[each.start, each.end, sorted(each.weekdays)] for each in windows]],
        )
        texts = translator(language)
        said = "; ".join(texts.window(each) for each in windows)
        assert told == [texts.t("at home: {hours}", hours=said)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_every_language(
    office: PhoneService, phones: Phones, scheme: str
) -> None:
    """390 x 844, no sideways scrolling, targets as large as a thumb, the page's language set."""
    team = phones(
        office, color_scheme=scheme, permissions=["geolocation"],
        geolocation={"longitude": 26.003, "latitude": 43.802},
    )  # fmt: skip
    team.open(office.link())
    for language in LANGUAGE_NAMES:
        team.page.locator("#tab-more").click()
        team.page.locator(f"#language-{language}").click()
        assert team.page.evaluate("document.documentElement.lang") == language
        for tab in ("stops", "map", "more"):
            team.page.locator(f"#tab-{tab}").click()
            _fits(team.page)
            team.picture(f"{scheme}-{language}-{tab}")
        team.page.locator("#tab-stops").click()
        team.page.locator("#record-1").click()
        _fits(team.page)
        team.picture(f"{scheme}-{language}-form")
        team.page.locator("dialog .end button").first.click()
    team.page.locator("#tab-map").click()
    team.page.locator("#here").click()
    expect(team.page.locator("#told")).to_have_text(
        translator("ru").t("Your position stays on this phone.")
    )
    team.picture(f"{scheme}-position")
    team.assert_clean()


def _fits(page: Page) -> None:
    """Nothing sticks out, and everything to tap is at least 48 pixels high and wide."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small = page.evaluate("""() => [...document.querySelectorAll(
      "button, a.button, .choice, select, textarea")]
      .filter((each) => each.offsetParent && (each.offsetWidth < 47.5 || each.offsetHeight < 47.5))
      .map((each) => `${each.id} ${each.textContent} ${each.offsetWidth}x${each.offsetHeight}`)""")
    assert small == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    return script()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(
    office: PhoneService, phones: Phones, axe: str, scheme: str
) -> None:
    """On every view and in every dialog."""
    team = phones(office, color_scheme=scheme)
    team.open(office.link())
    faults: list[str] = []

    def look(where: str) -> None:
        team.page.evaluate(axe)
        found = team.page.evaluate("axe.run()")
        faults.extend(
            f"{where}: {each['impact']} {each['id']} {each['nodes'][0]['html'][:120]}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        )

    look("stops")
    for number in (2, 3):
        team.page.locator(f"#stop-{number}").click()
    look("spread")
    team.page.locator("#record-1").click()
    look("form")
    team.page.locator("dialog .end button").first.click()
    team.page.locator("#go-1").click()
    look("ways")
    team.page.locator("dialog > button").click()
    team.page.locator("#tab-map").click()
    look("map")
    team.page.locator("#tab-more").click()
    look("more")
    team.page.goto("about:blank")
    team.page.goto(f"{office.url}#{'x' * 36}")
    team.ready()
    look("refused")
    print(f"\naxe-core, {scheme}: {len(faults)} serious faults in 7 views")
    assert faults == []


def test_whoever_guesses_has_to_wait(tmp_path: Path, phones: Phones) -> None:
    """After twenty wrong links a place waits; phones that got in before go on."""
    with served(tmp_path) as service:
        token = service.link().partition("#")[2]
        assert asked(service, "day", {"link": token})[0] == 200
        said = [asked(service, "day", {"link": f"{at:036d}"})[0] for at in range(25)]
        assert said == [403] * 20 + [429] * 5
        assert asked(service, "day", {"link": token})[0] == 200
