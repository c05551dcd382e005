"""Crews from calendars: who goes with whom, worked out by hand in worlds of two teams."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.crews import Crews, Duty, propose, with_crews
from planning.model import Member, Priority, Sex, Shift, Team, Visit, Window
from planning.shifts import make_shifts

THURSDAY = date(2026, 8, 20)
FRIDAY = THURSDAY + timedelta(1)
NORTH = Team("north", "Екип Север", "RSE27", 25.95, 43.85)
SOUTH = replace(NORTH, team_id="south", name="Екип Юг")

TEACHER = Member("teacher", institution="school")
OFFICER = Member("officer", institution="police")
MEDIATOR = Member("mediator", institution="mediator", languages=frozenset({"tr"}))
NURSE = Member("nurse", institution="health", sex=Sex.FEMALE)


def visit(number: int, **values: object) -> Visit:
    standard = Visit(
        f"v{number}", (f"c{number}",), 25.95 + number / 10_000, 43.85, "RSE27",
        service_seconds=1_800,
    )  # fmt: skip
    return replace(standard, **values)


def police(number: int, **values: object) -> Visit:
    return visit(number, requires=frozenset({"police"}), **values)


def shifts(days: int = 1, *teams: Team) -> tuple[Shift, ...]:
    return make_shifts(teams or (NORTH, SOUTH), THURSDAY, days)


def who(crews: Crews) -> dict[tuple[str, int], set[str]]:
    """(team, day of the month) → ids of who goes."""
    return {
        (duty.team_id, duty.day.day): {member.member_id for member in duty.members}
        for duty in crews.duties
    }


def test_everybody_stays_where_nothing_speaks_against_it() -> None:
    """Each team has whom its visit needs: nobody is moved, nobody is missing."""
    own = {"north": [TEACHER], "south": [OFFICER]}
    crews = propose(shifts(), own, {}, [visit(1), police(2)])
    assert who(crews) == {("north", 20): {"teacher"}, ("south", 20): {"officer"}}
    assert (crews.able, crews.moved, crews.shortages) == (2, 0, ())


def test_an_officer_is_lent_to_the_team_that_must_go() -> None:
    """Only the north may make the visit, only the south has police: the officer goes north."""
    bound = police(1, teams=frozenset({"north"}))
    own = {"north": [TEACHER], "south": [OFFICER, NURSE]}
    crews = propose(shifts(), own, {}, [bound])
    assert who(crews) == {("north", 20): {"teacher", "officer"}, ("south", 20): {"nurse"}}
    assert (crews.able, crews.moved) == (1, 1)


def test_who_is_away_is_replaced_from_the_pool() -> None:
    """The officer is away on Thursday: one of the pool goes that day and only that day."""
    ill = replace(OFFICER, away=((THURSDAY, THURSDAY),))
    deadline = [police(1, deadline=THURSDAY), police(2, earliest=FRIDAY)]
    spare = replace(OFFICER, member_id="spare")
    crews = propose(shifts(2, NORTH), {"north": [TEACHER, ill]}, {"RSE27": [spare]}, deadline)
    assert who(crews) == {
        ("north", 20): {"teacher", "spare"},
        ("north", 21): {"teacher", "officer"},
    }
    assert crews.able == 2


def test_what_nobody_can_mend_is_told_by_day_and_institution() -> None:
    """Two visits want police on Thursday, each for its own team: two officers are missing."""
    asked = [police(n, day=THURSDAY, teams=frozenset({team}))
             for n, team in enumerate(("north", "south"))]  # fmt: skip
    own = {"north": [TEACHER], "south": [NURSE]}
    crews = propose(shifts(2), own, {}, asked, names={"RSE27": "Русе"})
    assert crews.able == 0
    assert list(map(str, crews.shortages)) == [
        "people missing from police in Русе on 2026-08-20: 2"
    ]


def test_time_that_is_short_is_no_lack_of_people() -> None:
    """Forty visits of half an hour do not fit into one day, with whomever it be."""
    crews = propose(shifts(1, NORTH), {"north": [OFFICER]}, {}, [police(n) for n in range(40)])
    assert 10 < crews.able < 17
    assert crews.shortages == ()


def test_urgent_visits_come_first() -> None:
    """One officer, two teams, and a day: the team with the urgent visit gets the officer."""
    asked = [
        police(1, teams=frozenset({"north"}), priority=Priority.URGENT),
        police(2, teams=frozenset({"south"})),
        police(3, teams=frozenset({"south"})),
    ]
    crews = propose(shifts(), {"south": [OFFICER], "north": [TEACHER]}, {}, asked)
    assert "officer" in who(crews)["north", 20]


def test_language_and_sex_are_asked_for_together() -> None:
    """A family wants a woman who is not alone in speaking Turkish: both have to be in one crew."""
    asked = visit(1, languages=frozenset({"tr"}), sexes=frozenset({Sex.FEMALE}))
    own = {"north": [MEDIATOR], "south": [NURSE, TEACHER]}
    crews = propose(shifts(), own, {}, [asked])
    assert any({"mediator", "nurse"} <= crew for crew in who(crews).values())
    assert crews.moved == 1


def test_a_language_that_nobody_speaks_binds_nobody() -> None:
    """No member speaks Uzbek: the visit is made all the same."""
    crews = propose(shifts(), {"north": [TEACHER]}, {}, [visit(1, languages=frozenset({"uz"}))])
    assert crews.able == 1


def test_two_crews_are_two_teams_on_one_day() -> None:
    """A visit of two crews with police in the second: one team alone cannot make it."""
    asked = visit(1, requires=frozenset({"mediator"}), second_crew=frozenset({"police"}))
    both = {"north": [MEDIATOR, OFFICER]}
    alone = propose(shifts(1, NORTH), both, {}, [asked])
    assert alone.able == 0
    crews = propose(shifts(), both | {"south": [TEACHER]}, {}, [asked])
    assert (crews.able, crews.moved) == (1, 1)
    assert {"officer", "mediator"} not in who(crews).values()


def test_duty_days_are_spread() -> None:
    """Two officers of the pool and four days with a police visit each: two days for either."""
    spare = [replace(OFFICER, member_id=f"officer{n}") for n in (1, 2)]
    days = {shift.day for shift in shifts(4, NORTH)}
    asked = [police(n, day=day) for n, day in enumerate(sorted(days))]
    crews = propose(shifts(4, NORTH), {"north": [TEACHER]}, {"RSE27": spare}, asked)
    called = [each for crew in who(crews).values() for each in crew if each != "teacher"]
    assert sorted(called) == ["officer1", "officer1", "officer2", "officer2"]


def test_a_visit_is_met_only_on_the_weekdays_of_its_windows() -> None:
    """Somebody is home on Fridays only: the officer of the pool is called on Friday."""
    asked = police(1, windows=(Window(0, 80_000, frozenset({4})),))
    crews = propose(shifts(2, NORTH), {"north": [TEACHER]}, {"RSE27": [OFFICER]}, [asked])
    assert who(crews)["north", 20] == {"teacher"}
    assert who(crews)["north", 21] == {"teacher", "officer"}


def test_too_few_do_not_go() -> None:
    """Where two must go, a team of one that nobody can join stays in the office."""
    crews = propose(shifts(), {"north": [TEACHER], "south": [OFFICER, NURSE]}, {}, [],
                    least_members=2)  # fmt: skip
    assert who(crews) == {("south", 20): {"nurse", "officer"}}
    kept = with_crews(shifts(), crews)
    assert [shift.team_id for shift in kept] == ["south"]
    assert kept[0].institutions == {"health", "police"}
    assert kept[0].sexes == {Sex.FEMALE}
    assert kept[0].members == ("nurse", "officer")


def test_teams_whose_members_nobody_knows_stay_as_they_are() -> None:
    """The south's order lists institutions only: it makes the police visit itself."""
    listed = replace(SOUTH, institutions=frozenset({"police"}))
    bare = shifts(1, NORTH, listed)
    crews = propose(bare, {"north": [TEACHER]}, {}, [police(1)])
    assert crews.able == 1
    assert crews.teams == {"north"}
    assert [shift.institutions for shift in with_crews(bare, crews)] == [{"school"}, {"police"}]


def test_municipalities_lend_nobody_to_each_other() -> None:
    """The next municipality's officer does not come over."""
    away = replace(SOUTH, municipality_code="RSE04")
    crews = propose(
        shifts(1, NORTH, away), {"north": [TEACHER], "south": [OFFICER]}, {}, [police(1)]
    )
    assert (crews.able, crews.moved) == (0, 0)
    assert len(crews.shortages) == 1


def test_nothing_to_choose() -> None:
    """No shifts, or no members anywhere: an empty proposal."""
    assert propose((), {}, {}, [visit(1)]) == Crews((), frozenset(), 0, 0)
    assert propose(shifts(), {}, {}, [visit(1)]).teams == frozenset()


INSTITUTIONS = ("school", "police")
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(INSTITUTIONS), st.booleans(), st.sampled_from(["north", "south", ""]),
        st.sampled_from([(), ((THURSDAY, THURSDAY),), ((FRIDAY, FRIDAY),)]),
    ),
    min_size=1, max_size=3,
)  # fmt: skip
ASKED = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from(INSTITUTIONS)), st.booleans(),
        st.sampled_from([frozenset(), frozenset({"north"})]),
        st.sampled_from([None, THURSDAY, FRIDAY]),
    ),
    max_size=4,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(PEOPLE, ASKED)
def test_as_many_visits_as_any_crews_could_make(people, asked) -> None:
    """Nobody twice, nobody while away, and what all ways of sending people out show possible."""
    members = [
        Member(f"m{at}", institution=institution, away=away,
               languages=frozenset({"tr"} if speaks else ()))
        for at, (institution, speaks, _, away) in enumerate(people)
    ]  # fmt: skip
    homes = {member.member_id: people[at][2] for at, member in enumerate(members)}
    own = {
        team: [each for each in members if homes[each.member_id] == team]
        for team in ("north", "south")
    }
    pool = {"RSE27": [each for each in members if not homes[each.member_id]]}
    visits = [
        visit(at, requires=requires, teams=teams, day=day,
              languages=frozenset({"tr"} if wants else ()))
        for at, (requires, wants, teams, day) in enumerate(asked)
    ]  # fmt: skip
    crews = propose(shifts(2), own, pool, visits)
    assert crews == propose(shifts(2), own, pool, visits)
    for duty in crews.duties:
        assert not any(
            first <= duty.day <= last for each in duty.members for first, last in each.away
        )
    for day in (THURSDAY, FRIDAY):
        out = [each.member_id for duty in crews.duties if duty.day == day for each in duty.members]
        assert len(out) == len(set(out))
    sent = with_crews(shifts(2), crews)
    spoken = any("tr" in member.languages for member in members)
    wanted = [each if spoken else replace(each, languages=frozenset()) for each in visits]
    assert crews.able == _makeable(sent, wanted) == _best(members, homes, pool, wanted)


def _makeable(sent: tuple[Shift, ...], visits: list[Visit]) -> int:
    return sum(
        any(
            each.requires <= shift.institutions
            and each.languages <= shift.languages
            and (not each.teams or shift.team_id in each.teams)
            and each.day in (None, shift.day)
            for shift in sent
        )
        for each in visits
    )


def _best(members, homes, pool, visits) -> int:
    """The most over all ways to send everybody out on both days."""
    best = 0
    spots = [
        (member, day)
        for member in members
        for day in (THURSDAY, FRIDAY)
        if not any(first <= day <= last for first, last in member.away)
    ]
    known = {"north", "south"} if pool["RSE27"] else {h for h in homes.values() if h}
    for choice in product(*[sorted(known)] * len(spots)):
        crew: dict[tuple[str, date], list[Member]] = {}
        for (member, day), team in zip(spots, choice, strict=True):
            crew.setdefault((team, day), []).append(member)
        empty = shifts(2)
        duties = Crews((), frozenset(known), 0, 0)
        sent = with_crews(
            empty,
            replace(duties, duties=tuple(
                Duty(team, day, tuple(people)) for (team, day), people in crew.items()
            )),
        )  # fmt: skip
        best = max(best, _makeable(sent, visits))
    return best
