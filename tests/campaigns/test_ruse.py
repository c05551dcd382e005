"""Ruse: 32 crews fixed by an order, and better results with minimal resources.

What its document says: three crews in five municipalities, four in two, nine in the largest;
duties after 20 August; an information system whose columns are its own; members from schools,
social assistance and the police.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from planning.desk.reports import RESULT_COLUMNS
from planning.errors import NotAllowed
from planning.intake import Template
from planning.members import called, shortages
from planning.model import Campaign, Result
from planning.partners import Agreement, Institution
from planning.routing.whatif import LongerDays, TeamLost
from tests.campaigns.ground import Strip, ground
from tests.campaigns.lists import Child, children, listed, rows_of, table
from tests.campaigns.play import SEARCH, Play, a_play
from tests.campaigns.truth import Truth

SUMMER, FIRST_DAY = date(2026, 8, 10), date(2026, 8, 20)
DAYS = (FIRST_DAY, FIRST_DAY + timedelta(days=1))
CREWS = {"Боровица": 3, "Бялево": 3, "Ветрен": 3, "Могилица": 3, "Иванча": 4, "Русалка": 9,
         "Сливовик": 3, "Ценович": 4}  # fmt: skip
CODES = tuple(f"R{at}" for at in range(1, 9))
LAST = CODES[-1]
"""Its police lends nobody."""
RUSE = ground(
    "Осем общини (измислени)",
    tuple(
        Strip(code, name, f"Село {at}",
              (f"улица Дунав {at}", f"улица Роза {at}", f"улица Липа {at}", f"улица Ела {at}"),
              4_000 * crews * (2 if crews == 9 else 1))
        for at, (code, (name, crews)) in enumerate(zip(CODES, CREWS.items(), strict=True), 1)
    ),
)  # fmt: skip
LIST = {
    "id": "ИС_НОМЕР", "child": "ИС_ЛИЦЕ", "national_id": "ИС_ЕГН", "phone": "ИС_ТЕЛ",
    "address": "ИС_АДР", "settlement": "ИС_НМ", "municipality": "ИС_ОБЩ", "requires": "ИС_УЧ",
    "class": "ИС_КЛАС",
}  # fmt: skip
MINISTRY = Template(
    {heading: field for field, heading in (
        ("case_id", "ИС_НОМЕР"), ("child", "ИС_ЛИЦЕ"), ("national_id", "ИС_ЕГН"),
        ("phone", "ИС_ТЕЛ"), ("address", "ИС_АДР"), ("settlement", "ИС_НМ"),
        ("municipality", "ИС_ОБЩ"), ("requires", "ИС_УЧ"),
    )},
    institutions={"МВР-Д": "police"}, name="ИС на Механизма",
)  # fmt: skip
WORDS = {
    **{each: f"ИС_{each}" for each in RESULT_COLUMNS}, "open": "отворен", "resolved": "решен",
    **{each: f"намерено: {each}" for each in Result},
}  # fmt: skip


@pytest.fixture
def play(tmp_path, monkeypatch):
    campaign = Campaign("c", "Механизъм", FIRST_DAY, len(DAYS))
    with a_play(tmp_path, RUSE, campaign, Truth(seed=32), monkeypatch) as made:
        made.at(SUMMER)
        made.imports(two_a_crew(), LIST, template=MINISTRY)
        an_order_fixes_the_crews(made)
        yield made


def two_a_crew() -> list[Child]:
    """64 children; in each municipality the police must come to one."""
    counts = {code: 2 * crews for code, crews in zip(CODES, CREWS.values(), strict=True)}
    found = children(RUSE, counts, seed=32)
    first = {each.door.municipality: each.case_id for each in reversed(found)}
    return [
        replace(each, more={
            "requires": "МВР-Д" if each.case_id in first.values() else "",
            "class": f"{at % 8 + 1} клас",
        })
        for at, each in enumerate(found)
    ]  # fmt: skip


def an_order_fixes_the_crews(play: Play) -> None:
    """Number and date, by municipality; two members each, and officers who are lent."""
    teams = [
        (f"{code}-{at}", f"Екип {at} {name}", name, *reversed(RUSE.middle(code)), "РД-01-441",
         "14.08.2026")
        for code, (name, crews) in zip(CODES, CREWS.items(), strict=True)
        for at in range(1, crews + 1)
    ]  # fmt: skip
    headings = ["Екип №", "Екип", "Община", "Ширина", "Дължина", "Заповед №", "Дата на заповед"]
    play.planner.import_teams("c", table(headings, teams), "teams.csv")
    for code, name in zip(CODES, CREWS, strict=True):
        play.planner.save_institution(Institution(f"rpu-{code}", "police", f"РУ {name}", code))
    members = [
        (f"{team[0]}-{kind[0]}", f"Член {kind} {team[0]}", team[0], "", kind, "15.08.2026")
        for team in teams for kind in ("училище", "социални")
    ]  # fmt: skip
    members += [
        (f"{code}-п", f"Офицер {code}", "", name, "полиция", "15.08.2026")
        for code, name in zip(CODES, CREWS, strict=True) if code != LAST
    ]  # fmt: skip
    headings = ["№ на член", "Име", "Екип", "Община", "Институция", "Декларация"]
    assert play.planner.import_members("c", table(headings, members), "members.csv") == 71


def test_ruse_does_more_with_what_the_order_gives(play: Play) -> None:
    """From the calendar in the summer holidays to the ministry's own list."""
    duties_begin_on_the_twentieth(play)
    the_order_is_on_record(play)
    calendars_are_the_municipalities_own(play)
    who_is_missing_is_listed(play)
    for day in DAYS:
        play.at(day)
        play.plans()
        if day == DAYS[0]:
            with_fewer_crews(play)
        play.road()
        play.account()
        play.tells()
    resolved_per_team_hour(play)
    assert play.untraceable() > 0
    the_list_goes_back_without_loss(play)
    play.public_files("bg")
    play.quiet_log()


# --- crews --------------------------------------------------------------------------------------


def duties_begin_on_the_twentieth(play: Play) -> None:
    """The Mechanism's dates, the next one first; a summer plan sends nobody before."""
    days = [day for day, _ in play.planner.pace("c").duties]
    assert days[0] == FIRST_DAY
    assert days == [
        FIRST_DAY, date(2026, 9, 15), date(2026, 9, 30), date(2026, 11, 30), date(2027, 4, 30),
    ]  # fmt: skip
    assert min(route.day for route in play.plans().plan.routes) == FIRST_DAY


def the_order_is_on_record(play: Play) -> None:
    """3, 3, 3, 3, 4, 9, 3 and 4 crews, each with the order's number and date."""
    teams = play.planner.teams("c")
    assert Counter(team.municipality for team in teams) == CREWS
    assert len(teams) == 32
    assert {(team.order_number, team.order_date) for team in teams} == {
        ("РД-01-441", date(2026, 8, 14))
    }
    assert [team.team_id for team in play.coordinator("R1").teams("c")] == ["R1-1", "R1-2", "R1-3"]


def calendars_are_the_municipalities_own(play: Play) -> None:
    """Both members of a crew are away on Thursday: it does not go; nobody else may write that."""
    desk = play.coordinator("R1")
    (crew, *_) = desk.crew_book("c").teams
    for member in crew.members:
        away = replace(member, away=((FIRST_DAY, FIRST_DAY),))
        with pytest.raises(NotAllowed):
            play.coordinator("R2").save_member("c", crew.team_id, away)
        desk.save_member("c", crew.team_id, away)


def who_is_missing_is_listed(play: Play) -> None:
    """An officer in the eighth municipality; in the others each has one who must be free."""
    crews = play.planner.propose_crews("c")
    assert [(each.institution, each.municipality, each.count) for each in shortages(crews)] == [
        ("police", "Ценович", 1)
    ]
    duties = called(crews)
    officers = Counter(each.member.member_id for each in duties if each.institution == "police")
    assert set(officers) == {f"{code}-п" for code in CODES if code != LAST}
    assert set(officers.values()) == {1}, "nobody is called for nothing"
    away = {each.member.member_id for each in duties if each.day == FIRST_DAY}
    assert not away & {"R1-1-у", "R1-1-с"}


def with_fewer_crews(play: Play) -> None:
    """Plans side by side: what a crew less in the largest municipality would leave unvisited."""
    changes = (TeamLost("R6-1"), LongerDays(1_800))
    job = play.planner.start_what_if("c", changes, seconds=SEARCH)
    rows = play.planner.what_if(job)
    assert [row.change for row in rows] == [None, *changes]
    for row in rows:
        play.checks(row.plan)
        assert row.made + sum(count for _, count in row.unserved) == len(row.plan.visits)
        assert row.work_seconds > 0
    assert not any(route.team_id == "R6-1" for route in rows[1].plan.routes)
    ends = {shift.end for shift in rows[0].plan.shifts}
    assert {shift.end for shift in rows[2].plan.shifts} == {end + 1_800 for end in ends}


def resolved_per_team_hour(play: Play) -> None:
    """What the order's crews brought for each hour on the road."""
    found = play.planner.plan("c")
    assert found is not None
    resolved = play.planner.pace("c").resolved
    assert resolved > 20
    print(f"\nRuse: {resolved} of {len(play.children)} resolved in {play.road_seconds / 3600:.1f} "
          f"team-hours, {resolved / (play.road_seconds / 3600):.2f} per team-hour")  # fmt: skip


# --- the ministry's list ------------------------------------------------------------------------


def the_list_goes_back_without_loss(play: Play) -> None:
    """Cell by cell, the class too, which nobody here reads; taken in again it changes nothing."""
    came = rows_of(listed(two_a_crew(), LIST))
    (form,) = play.planner.list_forms("c")
    assert (form.form.template.name, form.cases) == ("ИС на Механизма", 64)
    made = play.planner.export_cases("c", form.number, "list.csv")
    assert (rows_of(made.content), made.lost) == (came, ())
    before = play.planner.cases("c")
    again = play.planner.import_cases("c", made.content, "list.csv")
    assert not again.rejected
    after = play.planner.cases("c")
    assert [each.case for each in after] == [each.case for each in before]
    assert [each.place for each in after] == [each.place for each in before]
    told = rows_of(play.planner.export_cases("c", form.number, "list.csv", words=WORDS).content)
    assert [row[: len(LIST)] for row in told] == came
    status = Counter(row[len(LIST) + 3] for row in told[1:])
    pace = play.planner.pace("c")
    assert status == {"решен": pace.resolved, "отворен": pace.forecast.remaining}
    assert sum(int(row[len(LIST) + 2]) for row in told[1:]) == play.reports
    to_the_ministry(play, form.number)


def to_the_ministry(play: Play, number: int) -> None:
    """Under an agreement only."""
    ruo = Institution("ruo", "education", "РУО", "R6", office=True)
    ministry = Institution("mon", "education", "Министерство")
    for each in (ruo, ministry):
        play.planner.save_institution(each)
    assert play.planner.receivers() == ()
    play.planner.save_agreement(Agreement("m", "373/2017", frozenset({"ruo", "mon"}), SUMMER))
    assert [each.institution_id for each in play.planner.receivers()] == ["mon"]
    assert play.planner.export_cases("c", number, "list.csv", receiver="mon").cases == 64
