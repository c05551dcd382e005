"""Doors, not rows: who is visited together, and who is set aside with which reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.model import (
    Address,
    Case,
    Level,
    Place,
    Priority,
    Reason,
    Sex,
    Team,
    Unit,
    Window,
)
from planning.shifts import make_shifts
from planning.text import note
from planning.visits import VisitRules, binding_languages, can_be_made, group

BORISOVA = Place(
    Level.HOUSE, 25.95, 43.85, 0.95, 15.0, False, matched="гр. Русе, ул. Борисова 5",
    municipality_code="RSE27", settlement_code="63427", settlement="Русе", door="63427/борисова/5",
)  # fmt: skip
VILLAGE = replace(
    BORISOVA, level=Level.SETTLEMENT, error_m=700.0, matched="с. Ново село", settlement="Ново село",
    door="", needs_review=True,
)  # fmt: skip
EVENING = Window(17 * 3600, 19 * 3600)
MORNING = Window(9 * 3600, 12 * 3600)
DAY = date(2026, 8, 20)


def child(case_id: str, **values: object) -> Case:
    return replace(Case(case_id, Address("ул. Борисова 5")), **values)


def at(place: Place, *cases: Case) -> dict[str, Place]:
    return {case.case_id: place for case in cases}


def test_a_family_is_one_visit():
    """Two siblings and a cousin at one door: one visit with what each of them needs."""
    cases = [
        child("1", requires=frozenset({"social"}), kits=1, deadline=DAY + timedelta(9)),
        child("2", requires=frozenset({"police"}), kits=2, deadline=DAY + timedelta(5),
              earliest=DAY, priority=Priority.URGENT, windows=(EVENING,)),
        child("3", children=2, sensitive=True, earliest=DAY + timedelta(1), team_id="7"),
    ]  # fmt: skip
    (visit,), unserved = group(cases, at(BORISOVA, *cases))
    assert unserved == ()
    assert (visit.visit_id, visit.case_ids) == ("v0001", ("1", "2", "3"))
    assert (visit.children, visit.kits) == (4, 3)
    assert visit.service_seconds == 15 * 60 + 4 * 10 * 60 + 3 * 2 * 60
    assert (visit.earliest, visit.deadline) == (DAY + timedelta(1), DAY + timedelta(5))
    assert visit.requires == {"social", "police"}
    assert (visit.priority, visit.sensitive, visit.teams) == (Priority.URGENT, True, {"7"})
    assert visit.windows == (EVENING,)
    assert visit.label == "гр. Русе, ул. Борисова 5"


def test_hazards_of_one_door_are_joined():
    """Whoever goes there for one child meets the dog that the other one's neighbour told of."""
    cases = [child("1", hazard="куче"), child("2"), child("3", hazard="тъмно стълбище"),
             child("4", hazard="куче")]  # fmt: skip
    (visit,), _ = group(cases, at(BORISOVA, *cases))
    assert visit.hazard == "куче; тъмно стълбище"
    (harmless,), _ = group(cases[1:2], at(BORISOVA, *cases))
    assert harmless.hazard == ""


def test_windows_that_overlap_are_shared():
    """Home 9–12 and 11–14 on some days: both are met 11–12 on the days they share."""
    late = Window(11 * 3600, 14 * 3600, frozenset({0, 2, 5}))
    cases = [child("1", windows=(replace(MORNING, weekdays=frozenset({0, 1, 2})),)),
             child("2", windows=(late,))]  # fmt: skip
    (visit,), _ = group(cases, at(BORISOVA, *cases))
    assert visit.windows == (Window(11 * 3600, 12 * 3600, frozenset({0, 2})),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"windows": (MORNING,)}, {"windows": (EVENING,)}),
        ({"windows": (replace(MORNING, weekdays=frozenset({1})),)},
         {"windows": (replace(MORNING, weekdays=frozenset({2})),)}),
        ({"team_id": "1"}, {"team_id": "2"}),
        ({"day": DAY}, {"day": DAY + timedelta(1)}),
        ({"day": DAY}, {"earliest": DAY + timedelta(1)}),
        ({"deadline": DAY}, {"earliest": DAY + timedelta(1)}),
        ({"children": 7}, {"children": 6}),
    ],
)  # fmt: skip
def test_cases_that_contradict_each_other_are_visited_apart(one, other):
    """Nobody is home at both times, or no crew may see both: two visits, and none is lost."""
    cases = [child("1", **one), child("2", **other), child("3")]
    visits, unserved = group(cases, at(BORISOVA, *cases))
    assert [visit.case_ids for visit in visits] == [("1", "3"), ("2",)]
    assert unserved == ()


def test_doors_that_are_not_sure_are_not_shared():
    """Two children of one village without a street are at the same point, not at one door."""
    cases = [child("1"), child("2")]
    visits, _ = group(cases, at(VILLAGE, *cases))
    assert len(visits) == 2


def test_flats_of_one_door_are_all_on_the_sheet():
    """Where the door is the building's, the crew needs every bell."""
    cases = [child("1"), child("2"), child("3")]
    places = {
        "1": replace(BORISOVA, unit=Unit("А", "3", "7")),
        "2": replace(BORISOVA, unit=Unit("А", "3", "8")),
        "3": BORISOVA,
    }
    (visit,), _ = group(cases, places)
    assert visit.unit == Unit("А", "3", "7, 8")


def test_the_label_keeps_the_lists_words_where_the_door_is_not_known():
    """“Next to the shop” helps a crew more than the village's name alone."""
    case = child("1", address=Address("до магазина"))
    (visit,), _ = group([case], at(VILLAGE, case))
    assert visit.label == "Ново село, до магазина"


NOWHERE = Place(Level.NONE, notes=(note("no such street in Русе"),))


@pytest.mark.parametrize(
    ("place", "case", "reason", "words"),
    [
        (NOWHERE, child("1"), Reason.NOT_LOCATED, "no such street"),
        (replace(VILLAGE, error_m=3_000.0), child("1"), Reason.NOT_LOCATED, "3,000 m"),
        (replace(VILLAGE, error_m=None), child("1"), Reason.NOT_LOCATED, "not known how far"),
        (replace(VILLAGE, level=Level.MUNICIPALITY, error_m=10.0), child("1"), Reason.NOT_LOCATED,
         "municipality"),
        (BORISOVA, child("1", service_address=True), Reason.SERVICE_ADDRESS, "nobody lives"),
        (replace(BORISOVA, service_address=True), child("1"), Reason.SERVICE_ADDRESS, "service"),
    ],
)  # fmt: skip
def test_places_nobody_is_sent_to(place, case, reason, words):
    """Set aside with the reason in words, never dropped and never driven to."""
    visits, (unserved,) = group([case], {"1": place})
    assert visits == ()
    assert (unserved.case_ids, unserved.reason, unserved.visit_id) == (("1",), reason, "")
    assert words in unserved.detail


def test_a_doubtful_place_waits_for_a_person():
    """A town that was guessed from a typing error costs a day, so somebody looks first."""
    guessed = replace(BORISOVA, confidence=0.3)
    _, (unserved,) = group([child("1")], {"1": guessed})
    assert unserved.reason is Reason.NOT_LOCATED
    assert "until a person has looked" in unserved.detail
    (visit,), _ = group([child("1")], {"1": replace(guessed, decided=True)})
    assert visit.case_ids == ("1",)


def test_a_case_without_a_place_is_set_aside():
    """A case that was not looked up is not lost."""
    _, (unserved,) = group([child("1")], {})
    assert unserved.reason is Reason.NOT_LOCATED


def test_rules_can_be_set():
    """A planner who knows better drives farther, to service addresses, or not to doubtful ones."""
    far, doubtful = (
        replace(VILLAGE, error_m=3_000.0),
        replace(BORISOVA, contradiction=note("in Бяла")),
    )
    case = child("1", service_address=True)
    rules = VisitRules(most_error_m=5_000, visit_service_addresses=True, setup_seconds=60)
    (visit,), _ = group([case], {"1": far}, rules=rules)
    assert visit.service_seconds == 660
    assert len(group([child("1")], {"1": doubtful})[0]) == 1
    _, (unserved,) = group([child("1")], {"1": doubtful}, rules=VisitRules(visit_mismatches=False))
    assert "Бяла" in unserved.detail


def test_equal_ids_are_a_bug_of_the_caller():
    """Intake gives unique IDs; without them nothing could be accounted for."""
    with pytest.raises(ValueError, match="case_id"):
        group([child("1"), child("1")], {})


# Who may go


TEAM = Team("1", "Екип 1", "RSE27", 25.95, 43.85, institutions=frozenset({"school", "social"}),
            languages=frozenset({"bg", "tr"}))  # fmt: skip
POLICE = replace(
    TEAM, team_id="2", institutions=frozenset({"police"}), languages=frozenset({"rom"})
)
BOTH = make_shifts([TEAM, POLICE], DAY, 1)


def test_what_families_ask_for_reaches_the_crew() -> None:
    """Kits by type, a woman of the crew, a second crew and what going there is worth."""
    cases = [
        child("1", kits=2, kit_type="bag", member_sex=Sex.FEMALE, second_crew=frozenset()),
        child("2", kits=1, kit_type="bag", second_crew=frozenset({"police"}), children=3),
        child("3", kits=1, language="tr"),
    ]
    (visit,), _ = group(cases, at(BORISOVA, *cases), values={"1": 2.0, "2": 0.4})
    assert (visit.kits, visit.kit_types) == (4, (("bag", 3),))
    assert (visit.sexes, visit.second_crew) == ({Sex.FEMALE}, {"police"})
    assert visit.languages == {"tr"}
    # Five children: one counts 2, three count 0.4 and one 1.
    assert visit.value == pytest.approx((2.0 + 3 * 0.4 + 1.0) / 5)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"requires": frozenset({"police"})}, {"requires": frozenset({"social"})}),
        ({"language": "tr"}, {"language": "rom"}),
        ({"kits": 30}, {"kits": 11}),
        ({"second_crew": frozenset({"police"})}, {"requires": frozenset({"police"})}),
        ({"deadline": DAY - timedelta(1)}, {}),
    ],
)  # fmt: skip
def test_cases_that_no_crew_can_serve_together_are_visited_apart(one, other) -> None:
    """Each alone has its crew, both together none: two visits at one door."""
    cases = [child("1", **one), child("2", **other)]
    visits, _ = group(cases, at(BORISOVA, *cases), shifts=BOTH)
    assert [visit.case_ids for visit in visits] == [("1",), ("2",)]
    assert [len(visit.case_ids) for visit in group(cases, at(BORISOVA, *cases))[0]] == [2]


def test_cases_that_a_crew_can_serve_together_share_a_visit() -> None:
    """School and social services are both in team 1."""
    cases = [child("1", requires=frozenset({"school"})), child("2", requires=frozenset({"social"}))]
    (visit,), _ = group(cases, at(BORISOVA, *cases), shifts=BOTH)
    assert visit.requires == {"school", "social"}


@pytest.mark.parametrize(
    ("language", "values", "binds"),
    [
        ("tr", {}, {"tr"}),
        ("uz", {}, set()),
        ("rom", {"requires": frozenset({"school"})}, set()),
        ("rom", {"team_id": "1"}, set()),
        ("bg, tr", {}, {"bg", "tr"}),
        ("rom, tr", {}, {"tr"}),
        ("", {}, set()),
    ],
)  # fmt: skip
def test_who_speaks_the_language_goes_if_anybody_there_does(language, values, binds) -> None:
    """A language that none of those who may go speaks keeps nobody from going."""
    case = child("1", language=language, **values)
    (visit,), _ = group([case], at(BORISOVA, case), shifts=BOTH)
    assert visit.languages == binds
    assert can_be_made(visit, BOTH)


def test_nobody_who_may_go_means_no_language_binds() -> None:
    """What keeps the visit from being made is another rule, and that one is told."""
    case = child("1", language="tr", requires=frozenset({"health"}))
    (visit,), _ = group([case], at(BORISOVA, case), shifts=BOTH)
    assert (visit.languages, can_be_made(visit, BOTH)) == (frozenset(), False)
    assert binding_languages(visit, ()) == frozenset()


def test_a_visit_longer_than_any_day_cannot_be_made() -> None:
    """Whatever the rules say, nine hours do not fit into eight and a half."""
    case = child("1")
    (visit,), _ = group([case], at(BORISOVA, case), rules=VisitRules(setup_seconds=9 * 3600))
    assert not can_be_made(visit, BOTH)


def test_a_visit_that_would_end_after_work_cannot_be_made() -> None:
    """Home from a quarter to five, work ends at five, and the visit takes 25 minutes."""
    case = child("1", windows=(Window(16 * 3600 + 2700, 19 * 3600),))
    (visit,), _ = group([case], at(BORISOVA, case))
    assert not can_be_made(visit, BOTH)
    assert can_be_made(replace(visit, windows=(MORNING, *visit.windows)), BOTH)


WINDOWS = st.lists(
    st.builds(
        lambda start, length, days: Window(start * 3600, (start + length) * 3600, days),
        st.integers(7, 18), st.integers(1, 4), st.frozensets(st.integers(0, 6), min_size=1),
    ),
    max_size=2,
).map(tuple)  # fmt: skip
DAYS = st.none() | st.integers(0, 6).map(lambda offset: DAY + timedelta(offset))
CASES = st.lists(
    st.builds(
        child, st.just(""), windows=WINDOWS, earliest=DAYS, deadline=DAYS, day=DAYS,
        team_id=st.sampled_from(["", "1", "2"]), children=st.integers(1, 8),
        service_address=st.booleans(),
    ),
    max_size=12,
)  # fmt: skip
PLACES = st.lists(
    st.sampled_from([BORISOVA, replace(BORISOVA, door="other"), VILLAGE, NOWHERE]),
    min_size=12, max_size=12,
)  # fmt: skip


@given(CASES, PLACES)
def test_every_case_ends_in_exactly_one_visit_or_unserved(cases, found):
    """And what a visit promises holds for each of its cases."""
    cases = [replace(case, case_id=str(number)) for number, case in enumerate(cases)]
    places = {case.case_id: place for case, place in zip(cases, found, strict=False)}
    visits, unserved = group(cases, places)
    ended = [case_id for party in (*visits, *unserved) for case_id in party.case_ids]
    assert sorted(ended) == sorted(case.case_id for case in cases)
    assert [visit.visit_id for visit in visits] == [f"v{n:04d}" for n in range(1, len(visits) + 1)]
    by_id = {case.case_id: case for case in cases}
    for visit in visits:
        for case in (by_id[case_id] for case_id in visit.case_ids):
            assert not case.team_id or visit.teams == {case.team_id}
            assert case.day in (None, visit.day)
            assert not case.deadline or (visit.deadline and visit.deadline <= case.deadline)
            assert all(_within(window, case.windows) for window in visit.windows)
            assert bool(visit.windows) or not case.windows
    assert group(cases, places) == (visits, unserved)


def _within(window: Window, allowed: tuple[Window, ...]) -> bool:
    return not allowed or any(
        a.start <= window.start and window.end <= a.end and window.weekdays <= a.weekdays
        for a in allowed
    )
