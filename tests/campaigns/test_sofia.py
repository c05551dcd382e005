"""Sofia: a municipality and its districts, who answers for what, and what crews teach each other.

What its document says: municipal and district (район) administrations coordinate, every member has
duties, the crews' effectiveness and what lies behind it are analysed; school year 2019/2020.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from planning.attendance import SchoolAnswer, Unsettled
from planning.campaign.approach import Approach, Use
from planning.children import school_year_of
from planning.coverage import COLUMNS
from planning.errors import NotAllowed
from planning.model import Campaign
from planning.outcomes import NOON
from planning.partners import Institution
from tests.campaigns.ground import Strip, ground
from tests.campaigns.lists import Child, children, table
from tests.campaigns.play import Play, a_play
from tests.campaigns.truth import Truth

MONDAY = date(2019, 9, 2)
DAYS = [MONDAY + timedelta(days=number) for number in range(5)]
NEXT_YEAR = date(2020, 9, 7)
CODES = ("STO", "BOZ")
DISTRICTS = ("Върба", "Калина", "Здравец")
SOFIA = ground(
    "Столична и Божурово (измислени)",
    (
        Strip("STO", "Столична", "Пасарелци",
              ("улица Шипка", "улица Оборище", "улица Раковски", "улица Полска"), 900_000,
              districts=DISTRICTS),
        Strip("BOZ", "Божурово", "Хераковци",
              ("улица Европа", "улица Родопи", "улица Пирин", "улица Рила"), 80_000),
    ),
)  # fmt: skip
LIST = {
    "id": "№ на случая", "child": "Име на детето", "national_id": "ЕГН", "phone": "Телефон",
    "address": "Адрес", "settlement": "Населено място", "municipality": "Община",
    "district": "Административен район",
}  # fmt: skip
CREWS = ("t1", "t2", "t3", "t4")
SILENT = "t3"
"""Whose phone has no network from Tuesday to Wednesday."""
FRIDAY_CREW = "t5"
"""Too few visits to be spoken of."""
SKILL = {"t2": 0.55, "t4": 0.55}


@pytest.fixture
def play(tmp_path, monkeypatch):
    campaign = Campaign("c", "Обхват 2019/2020", MONDAY, len(DAYS))
    truth = Truth(seed=2019, shares=(0.45, 0.35, 0.12, 0.08), skill=SKILL)
    with a_play(tmp_path, SOFIA, campaign, truth, monkeypatch) as made:
        made.imports(children(SOFIA, {"STO": 50, "BOZ": 50}, seed=19), LIST)
        with_crews(made)
        institutions_answer(made)
        yield made


def with_crews(play: Play) -> None:
    """Two crews a municipality, and one that goes on Fridays only."""
    rows = [
        (team, f"Екип {team[1]}", SOFIA.strips[at % 2].name, *reversed(SOFIA.middle(CODES[at % 2])),
         "пет" if team == FRIDAY_CREW else "")
        for team, at in zip((*CREWS, FRIDAY_CREW), (0, 0, 1, 1, 0), strict=True)
    ]  # fmt: skip
    headings = ["Екип №", "Екип", "Община", "Ширина", "Дължина", "Работни дни"]
    play.planner.import_teams(play.campaign_id, table(headings, rows), "teams.csv")


def institutions_answer(play: Play) -> None:
    """A district for its own, the municipality for the rest of it."""
    for at, name in enumerate(DISTRICTS):
        play.planner.save_institution(
            Institution(f"d{at}", "municipality", f"Район {name}", "STO",
                        accountable_for=frozenset({f"STO/{name}"}))
        )  # fmt: skip
    for code, strip in zip(CODES, SOFIA.strips, strict=True):
        play.planner.save_institution(
            Institution(code.lower(), "municipality", f"Община {strip.name}", code,
                        accountable_for=frozenset({code}))
        )  # fmt: skip


def test_sofia_learns_from_its_crews_and_goes_on_next_year(play: Play) -> None:
    """Two school years."""
    somebody_answers_for_every_case(play)
    nothing_is_believed_blindly(play)
    for day in DAYS:
        play.at(day)
        play.plans()
        if day == DAYS[2]:
            assert play.phones_wake_up() > 0, "the new plan is out by then"
        play.road(silent=SILENT if day == DAYS[1] else "")
        play.account()
        if day in (DAYS[0], DAYS[2], DAYS[4]):
            play.tells()
    crews_are_compared_fairly(play)
    institutions_see_their_sums(play)
    assert play.untraceable() > 0
    play.public_files("bg")
    back = some_are_back_in_school(play)
    the_next_year_takes_over(play, back)
    play.quiet_log()


# --- who answers --------------------------------------------------------------------------------


def somebody_answers_for_every_case(play: Play) -> None:
    """Districts before the municipality; one case is the police's, and stays so."""
    found = play.planner.accountability("c")
    for record, institution in found.cases:
        assert record.place is not None
        district = play.children[record.case.case_id].door.district
        assert record.place.district == district
        by_district = {name: f"d{at}" for at, name in enumerate(DISTRICTS)}
        home = record.place.municipality_code.lower()
        assert institution == by_district.get(district, home)
    assert sum(found.counts.values()) == 100
    assert set(found.counts) == {"d0", "d1", "d2", "sto", "boz"}
    play.planner.save_institution(Institution("pol", "police", "РУ", "BOZ"))
    moved = next(record.case.case_id for record, to in found.cases if to == "boz")
    play.planner.set_accountable("c", [moved], "pol")
    counts = play.planner.accountability("c").counts
    assert (counts["pol"], counts["boz"]) == (1, found.counts["boz"] - 1)
    assert sum(counts.values()) == 100
    seen = play.coordinator("BOZ").accountability("c").counts
    assert seen == {"boz": counts["boz"], "pol": 1}


def institutions_see_their_sums(play: Play) -> None:
    """Outside of the office only as far as the municipalities were told."""
    told = play.viewer.counts_by_institution("c")
    rows = {row.area_code: row for row in play.viewer.coverage("c").rows}
    for code in CODES:
        for column in COLUMNS:
            assert getattr(told[code.lower()], column) == getattr(rows[code], column)
    assert not {"d0", "d1", "d2"} & told.keys()


# --- what visits teach --------------------------------------------------------------------------


def nothing_is_believed_blindly(play: Play) -> None:
    """The office goes by its own outcomes, and sets one factor by hand."""
    play.planner.save_approach(
        "c", Approach(use=Use.ALWAYS, edited=(("time", "afternoon", 0.4),)), seen=0
    )
    expected = play.planner.expectation("c")
    assert expected.in_use
    assert expected.seen == 0
    assert len(expected.cases) == 100
    by_hand = [factor.term for factor in expected.factors if factor.by_hand]
    assert by_hand == [("time", "afternoon")]


def crews_are_compared_fairly(play: Play) -> None:
    """Four crews with their intervals, the small one left out; afternoons matter, as planted."""
    found = play.planner.effectiveness("c")
    with play.registry.work("account", reading=True) as work:
        outcomes = work.outcomes("c")
    visits = Counter(each.team_id for each in outcomes)
    assert {each.team_id: each.visits for each in found.crews} == {
        team: visits[team] for team in CREWS
    }
    assert found.left_out == (1 if visits[FRIDAY_CREW] else 0)
    for each in found.crews:
        assert each.effect.low < each.effect.times < each.effect.high
        assert 0 < each.expected < 1
    effects = {each.team_id: each.effect.times for each in found.crews}
    assert effects["t1"] + effects["t3"] > effects["t2"] + effects["t4"]
    expected = play.planner.expectation("c")
    assert expected.seen == len(outcomes)
    assert {each.case_id for each in expected.cases} == set(play.children) - play.settled()
    assert all(reasons for case in expected.cases for reasons in case.reasons)
    for user in (play.coordinator("STO"), play.viewer):
        with pytest.raises(NotAllowed):
            user.effectiveness("c")


# --- the next school year -----------------------------------------------------------------------


def some_are_back_in_school(play: Play) -> dict[str, SchoolAnswer]:
    """Of those whom a crew met: their schools confirm some, one child drops out again."""
    play.at(date(2019, 9, 16))
    desk = play.planner
    found = [record.case.case_id for record in desk.follow_ups("c").found]
    assert len(found) > 8
    for case_id in found[:8]:
        desk.record_return("c", case_id, day=play.today, school="СУ 1")
    play.at(date(2019, 10, 20))
    said: dict[str, SchoolAnswer] = {}
    for number, ask in enumerate(desk.follow_ups("c").to_ask):
        answer = SchoolAnswer.DROPPED_OUT if number == 0 else SchoolAnswer.ATTENDS
        case_id = ask.record.case.case_id
        desk.record_attendance("c", case_id, after=30, answer=answer, seen=ask.attendance.version)
        said[case_id] = answer
    assert set(said) == set(found[:8])
    return said


def the_next_year_takes_over(play: Play, back: dict[str, SchoolAnswer]) -> None:
    """Who is open, in doubt or dropped out again goes on; a new list brings some of them again."""
    settled = play.settled()
    before = play.planner.pace("c")
    old = dict(play.children)
    confirmed = {each for each, said in back.items() if said is SchoolAnswer.ATTENDS}
    with play.registry.work("account", reading=True) as work:
        gone = {
            case_id for each in work.standing_outcomes("c") if each.result in ("abroad", "moved")
            for case_id in each.case_ids
        } & settled  # fmt: skip
    goes_on = set(old) - confirmed - gone
    play.next_campaign(Campaign("d", "Обхват 2020/2021", NEXT_YEAR, 2))
    assert [school_year_of(each.first_day) for each in play.planner.campaigns()] == [
        "2020/2021", "2019/2020",
    ]  # fmt: skip
    again = [old[each] for each in sorted(goes_on)[:3]]
    new = children(SOFIA, {"STO": 20, "BOZ": 20}, seed=20, year="20")
    play.imports([*new, *(replace(each, case_id=f"н-{each.case_id}") for each in again)], LIST)
    with_crews(play)
    taken = play.planner.take_over("d", "c")
    assert (taken.added, taken.there) == (len(goes_on) - 3, 3)
    why = dict(taken.why)
    assert why[Unsettled.REOPENED] == 1
    assert sum(why.values()) == taken.added
    assert play.planner.take_over("d", "c").added == 0
    play.takes([old[each] for each in sorted(goes_on)[3:]])
    dropped = next(each for each, said in back.items() if said is SchoolAnswer.DROPPED_OUT)
    same = {child.national_id: case_id for case_id, child in play.children.items()}
    (past,) = play.planner.past_cases("d", same[old[dropped].national_id])
    assert past.campaign.campaign_id == "c"
    assert past.attendance is not None
    for day in (NEXT_YEAR, NEXT_YEAR + timedelta(days=1)):
        play.at(day)
        play.plans()
        play.road()
        play.account()
    the_years_side_by_side(play, before.listed)


def the_years_side_by_side(play: Play, listed: int) -> None:
    """The same rows in both, of released numbers only."""
    shown = play.tells()
    assert shown.earlier is not None
    assert shown.earlier.campaign.campaign_id == "c"
    assert shown.earlier.then["*"].listed == listed
    assert play.untraceable() > 0
    names: list[Child] = [*play.children.values(), *play.earlier]
    assert len(names) > listed
    assert play.today == NEXT_YEAR + timedelta(days=1)
    assert play.now.astimezone(play.zone).hour * 3600 >= NOON
