"""Karaganda: “Road to School” from 1 July to 30 September, with school bags and over 100 sponsors.

What its document says: children of several kinds of need, bags and school and sports uniforms,
hotlines, sponsors who get thank-you letters, and a closing press conference.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from maps.letters import Letter, thank_you_letters
from maps.texts import LANGUAGES, translator
from planning.attendance import SchoolAnswer
from planning.disclosure import PUBLIC_K
from planning.kits import KitType, Pledge, Sponsor, StockMove, Store, loading_list
from planning.model import Address, Campaign, Case, Category, Level, Result, Visit
from planning.partners import Institution
from planning.retention import last_day
from tests.campaigns.ground import Strip, ground
from tests.campaigns.lists import Child, children, listed, rows_of, table
from tests.campaigns.play import Play, a_play
from tests.campaigns.truth import Truth

FIRST_DAY, LAST_DAY = date(2026, 7, 1), date(2026, 9, 30)
SCHOOL_BEGINS = date(2026, 9, 1)
CODES = ("TEM", "SHA")
KARAGANDA = ground(
    "Темирбай и Шахталы (вымышленные)",
    (
        Strip("TEM", "Темирбай", "Аксай",
              ("улица Абая", "улица Гоголя", "улица Лободы", "улица Садовая"), 90_000),
        Strip("SHA", "Шахталы", "Коктас",
              ("улица Ермекова", "улица Муканова", "улица Чкалова", "улица Речная"), 40_000),
    ),
    country="kz",
)  # fmt: skip
LIST = {
    "id": "№ дела", "child": "ФИО ребенка", "national_id": "ИИН", "phone": "Телефон",
    "address": "Адрес", "settlement": "Населенный пункт", "municipality": "Район",
    "kits": "Количество наборов", "kit_type": "Вид набора", "need": "Социальная категория",
}  # fmt: skip
NEEDS = (
    "малообеспеченная", "многодетная", "неполная", "малообеспеченная; многодетная",
    "особые образовательные потребности", "сирота", "группа риска; неполная",
)  # fmt: skip
BAG = KitType("bag", "Рюкзак")
KINDS = (
    BAG, KitType("school", "Школьная форма", "128"), KitType("school", "Школьная форма", "140"),
    KitType("sport", "Спортивная форма"),
)  # fmt: skip
SPONSORS = 104
WEDNESDAYS = 14
"""On which the crews go."""
ROUNDS = 6
"""Days on which crews go before September."""
HOTLINE = ("343413", "343719", "343528")


@pytest.fixture
def play(tmp_path, monkeypatch):
    campaign = Campaign("c", "Дорога в школу", FIRST_DAY, 66)
    assert last_day(campaign) == LAST_DAY
    with a_play(tmp_path, KARAGANDA, campaign, Truth(seed=343), monkeypatch) as made:
        made.planner.import_teams(
            "c",
            table(
                ["№ группы", "Группа", "Район", "Широта", "Долгота", "Рабочие дни"],
                [
                    (f"t{at}", f"Группа {at}", KARAGANDA.strips[at % 2].name,
                     *reversed(KARAGANDA.middle(CODES[at % 2])), "ср")
                    for at in range(4)
                ],
            ),
            "teams.csv",
        )  # fmt: skip
        made.imports(sixty(), LIST)
        yield made


def sixty() -> list[Child]:
    """Sixty children, each to get a kit; the last one is the sister of the first."""
    found = children(KARAGANDA, {"TEM": 36, "SHA": 24}, seed=343)
    kits = [kind.kit_type for kind in (KINDS[0], KINDS[1], KINDS[3])]
    found = [
        replace(each, more={"kits": "1", "kit_type": kits[at % 3], "need": NEEDS[at % 7]})
        for at, each in enumerate(found)
    ]
    return [*found[:-1], replace(found[-1], door=found[0].door, phone=found[0].phone)]


def test_karaganda_brings_every_child_to_school_with_a_bag(play: Play) -> None:
    """From the first pledge to the press conference, and the autumn after it."""
    sponsors_promise_and_bring(play)
    the_hotline_rings(play)
    at_the_pace_of_the_order(play)
    for number in range(ROUNDS):
        a_day_with_kits(play)
        if number in (0, ROUNDS // 2):
            play.tells()
    back = on_the_first_of_september(play)
    one_drops_out_again(play, back)
    sponsors_are_thanked(play)
    the_categories_go_back_as_they_came(play)
    the_press_is_told(play)
    who_stayed(play, back)
    play.quiet_log()


# --- kits ---------------------------------------------------------------------------------------


def sponsors_promise_and_bring(play: Play) -> None:
    """A hundred and four; four of them never come."""
    play.planner.save_kit_types("c", KINDS)
    for at in range(SPONSORS):
        kind = KINDS[at % len(KINDS)]
        language = LANGUAGES[at % len(LANGUAGES)]
        play.planner.save_sponsor(
            Sponsor(f"s{at}", f"ТОО Щедрость-{at}", language, f"Темирбай, а/я {at}")
        )
        play.planner.save_pledge(
            "c", Pledge(f"p{at}", f"s{at}", kind.kit_type, 2, FIRST_DAY, kind.size)
        )
        if at >= 4:
            play.planner.move_kits(
                "c",
                StockMove(f"in{at}", kind.kit_type, 2, Store.SPONSOR, Store.OFFICE, FIRST_DAY,
                          kind.size, pledge_id=f"p{at}"),
            )  # fmt: skip
    play.planner.move_kits("c", StockMove("torn", "bag", 1, Store.OFFICE, Store.LOST, FIRST_DAY))
    lines = play.planner.kit_book("c").lines
    assert sum(line.pledged for line in lines) == 2 * SPONSORS
    assert sum(line.received for line in lines) == 2 * (SPONSORS - 4)
    assert sum(line.needed for line in lines) == 60
    assert [line.lost for line in lines] == [1, 0, 0, 0]
    play.account()


def a_day_with_kits(play: Play) -> None:
    """The cars are loaded with what their doors need, and bring back what nobody took."""
    assert FIRST_DAY <= play.next_day_out(play.plans().plan) <= LAST_DAY
    loaded = the_cars_are_loaded(play)
    assert play.road(handing=bags) > 0
    play.account()
    the_cars_are_emptied(play, loaded)
    play.account()


def bags(visit: Visit, result: Result) -> int:
    """All that the door needs, where the crew met the family."""
    return visit.kits if result is Result.MET else 0


def the_cars_are_loaded(play: Play) -> list[str]:
    """By the loading list of each of today's routes; the teams that go."""
    found = play.planner.plan("c")
    assert found is not None
    visits = {visit.visit_id: visit for visit in found.plan.visits}
    out = []
    for route in found.plan.routes:
        if route.day != play.today or not route.stops:
            continue
        needed = loading_list(visits[stop.visit_id] for stop in route.stops)
        out.append(route.team_id)
        stock = {
            (line.kit_type, line.size): line.office for line in play.planner.kit_book("c").lines
        }
        load = []
        for kit_type, kits in needed:
            kind = max((each for each in KINDS if each.kit_type == kit_type),
                       key=lambda each: stock[each.kit_type, each.size])  # fmt: skip
            assert stock[kind.kit_type, kind.size] >= kits
            load.append((kind, kits))
        for _ in range(2):  # the button is pressed twice
            play.planner.load_team("c", route.team_id, load, play.today)
    assert out
    return out


def the_cars_are_emptied(play: Play, teams: list[str]) -> None:
    """What is left goes back to the store."""
    left: Counter[tuple[str, str, str]] = Counter()
    for move in play.planner.kit_book("c").moves:
        at = move.team_id, move.kit_type, move.size
        left[at] += move.kits * ((move.went_to is Store.TEAM) - (move.came_from is Store.TEAM))
    for (team, kit_type, size), kits in left.items():
        assert kits >= 0
        if kits:
            assert team in teams
            key = f"back:{team}:{play.today}:{kit_type}:{size}"
            play.planner.move_kits(
                "c",
                StockMove(key, kit_type, kits, Store.TEAM, Store.OFFICE, play.today, size, team),
            )
    assert all(line.teams == 0 for line in play.planner.kit_book("c").lines)


def sponsors_are_thanked(play: Play) -> None:
    """A hundred letters in five languages, one page each; nobody is thanked twice."""
    thanks = play.planner.thanks("c")
    assert len(thanks) == SPONSORS - 4
    names = {(each.kit_type, each.size): each.name for each in KINDS}
    letters = [
        Letter(
            each.sponsor.name, each.sponsor.address,
            tuple((names[pledge.kit_type, pledge.size], kits) for pledge, kits in each.given),
            translator(each.sponsor.language),
        )
        for each in thanks
    ]  # fmt: skip
    assert {each.sponsor.language for each in thanks} == set(LANGUAGES)
    made = thank_you_letters(letters, campaign="Дорога в школу", office="Акимат", day=play.today)
    pages = PdfReader(io.BytesIO(made)).pages
    assert len(pages) == len(thanks)
    for page, each in zip(pages[::20], thanks[::20], strict=True):
        text = page.extract_text()
        assert each.sponsor.name in text
        play.names_nobody(text)
    play.planner.thanked("c", [p.pledge_id for each in thanks for p, _ in each.given], play.today)
    assert play.planner.thanks("c") == ()


# --- who is looked for --------------------------------------------------------------------------


def the_hotline_rings(play: Play) -> None:
    """On each of its three numbers; the address is checked while the neighbour still talks."""
    office = Institution("edu", "education", "Управление образования", "TEM", office=True,
                         hotlines=HOTLINE)  # fmt: skip
    play.planner.save_institution(office)
    taken = {child.door for child in play.children.values()}
    free = [door for door in KARAGANDA.doors("TEM") if door not in taken]
    for number, door in zip(HOTLINE, free, strict=False):
        child = Child("", f"Айгерим Звонкова-{number}", f"77{number}0000", f"8 7212 {number}", door)
        address = Address(f"{door.street} {door.number}", door.settlement, door.municipality)
        assert play.planner.check_address("c", address).level is Level.HOUSE
        case_id = play.planner.take_call(
            "c", Case("", address, child=child.name, national_id=child.national_id,
                      phone=child.phone),
            text="ребёнок не ходит в школу", deadline=LAST_DAY, hotline=number,
        )  # fmt: skip
        play.takes([replace(child, case_id=case_id)])
    assert play.planner.inbox("c").calls == tuple((number, 1) for number in HOTLINE)
    closed = play.planner.inbox("c").closed
    assert {each.value.case_id for each in closed} <= set(play.children)
    assert len(closed) == len(HOTLINE)


def at_the_pace_of_the_order(play: Play) -> None:
    """The campaign's own two dates; the time suffices, as far as anybody can tell in July."""
    pace = play.planner.pace("c")
    assert [day for day, _ in pace.duties] == [FIRST_DAY, LAST_DAY]
    assert (pace.listed, pace.forecast.remaining) == (63, 63)
    assert pace.forecast.available == 4 * WEDNESDAYS
    assert pace.forecast.alert is None
    assert all(each is not None and each <= LAST_DAY for each in pace.forecast.ends)


def on_the_first_of_september(play: Play) -> list[str]:
    """Children whom a crew met come to school; coordinators write it down."""
    play.at(SCHOOL_BEGINS)
    back = []
    for code in CODES:
        desk = play.coordinator(code)
        for record in desk.follow_ups("c").found:
            desk.record_return("c", record.case.case_id, day=SCHOOL_BEGINS, school="СОШ 1")
            back.append(record.case.case_id)
    assert len(back) > 10
    play.account()
    return back


def one_drops_out_again(play: Play, back: list[str]) -> None:
    """The school says so in two weeks: the case is open again, with its history, and visited."""
    play.at(date(2026, 9, 14))
    before = play.planner.pace("c")
    case_id = back[0]
    (kept,) = [
        saved for record, saved in play.planner.follow_ups("c").back
        if record.case.case_id == case_id
    ]  # fmt: skip
    play.planner.record_attendance(
        "c", case_id, after=30, answer=SchoolAnswer.DROPPED_OUT, seen=kept.version
    )
    after = play.planner.pace("c")
    assert after.forecast.remaining == before.forecast.remaining + 1
    with play.registry.work("account", reading=True) as work:
        assert work.outcomes_of("c", [case_id])
    went = play.attempts[case_id]
    while play.attempts[case_id] == went:
        a_day_with_kits(play)


def the_categories_go_back_as_they_came(play: Play) -> None:
    """A child may have several; planners count them, and the list has them as they were."""
    counts = {each.category: each.listed for each in play.planner.counts_by_category("c")}
    needs = Counter(need for at in range(60) for need in NEEDS[at % 7].split("; "))
    assert counts[Category.LARGE_FAMILY] == needs["многодетная"]
    assert counts[Category.SINGLE_PARENT] == needs["неполная"]
    assert counts[None] == len(HOTLINE)
    (form,) = play.planner.list_forms("c")
    made = play.planner.export_cases("c", form.number, "list.csv")
    came = rows_of(listed(sixty(), LIST))
    assert rows_of(made.content)[: len(came)] == came
    assert made.cases == len(play.children)


# --- what is told -------------------------------------------------------------------------------


def the_press_is_told(play: Play) -> None:
    """The closing report: some numbers are large enough to be told, and trace nobody."""
    play.at(LAST_DAY)
    shown = play.tells()
    told = [
        each for each in (shown.total.listed, shown.total.visited, shown.total.resolved) if each
    ]
    assert told
    assert min(told) >= PUBLIC_K
    for language in ("ru", "kk"):
        closing = play.public_files(language)["closing.pdf"]
        assert all(str(number) in closing for number in told)
    assert play.untraceable() > 0


def who_stayed(play: Play, back: list[str]) -> None:
    """Schools are asked after 30 and after 90 days; what is told of it is k or more."""
    for after in (30, 90):
        play.at(SCHOOL_BEGINS + timedelta(days=after))
        for code in CODES:
            desk = play.coordinator(code)
            for ask in desk.follow_ups("c").to_ask:
                assert ask.due.after == after
                desk.record_attendance(
                    "c", ask.record.case.case_id, after=after, answer=SchoolAnswer.ATTENDS,
                    seen=ask.attendance.version,
                )  # fmt: skip
        told = play.planner.report("c", public=False).retention
        assert told is not None
        values = [each for each in (told.located, told.planned, told.visited, told.resolved)
                  if each is not None]  # fmt: skip
        assert all(each == 0 or each >= 5 for each in values)
    assert {saved.value.last.last for _, saved in play.planner.follow_ups("c").back} <= {
        SchoolAnswer.ATTENDS, SchoolAnswer.DROPPED_OUT,
    }  # fmt: skip
    assert len(back) >= len(play.planner.follow_ups("c").back) - 1
