"""Baku: four institutions under one protocol, appeals that cannot wait, children to be protected.

What its document says: agile exchange of information and appeals, urgent measures, protection of
children.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from maps.basemap import Basemap
from maps.exports import write_plan
from maps.layers import route_map
from maps.texts import translator
from planning.errors import Conflict, InputError
from planning.model import Address, Campaign, Case, LogFilter, Mode, PlanVersion, Priority
from planning.partners import Agreement, Institution
from planning.routing.repair import Now
from tests.campaigns.ground import Strip, ground
from tests.campaigns.lists import Child, children, rows_of, table
from tests.campaigns.play import Play, a_play, in_pages
from tests.campaigns.truth import Truth

MONDAY = date(2026, 9, 14)
DAYS = [MONDAY + timedelta(days=number) for number in range(4)]
CODES = ("GUN", "DEN")
BAKU = ground(
    "Günəşli və Dənizli (uydurma)",
    (
        Strip("GUN", "Günəşli", "Bağlar",
              ("Nizami küçəsi", "Füzuli küçəsi", "Sabir küçəsi", "Nərimanov küçəsi"), 80_000),
        Strip("DEN", "Dənizli", "Qayalı",
              ("Xaqani küçəsi", "Vaqif küçəsi", "Zərdabi küçəsi", "Bülbül küçəsi"), 50_000),
    ),
    country="az",
)  # fmt: skip
LIST = {
    "id": "İş nömrəsi", "child": "Uşağın adı", "national_id": "FİN", "phone": "Telefon",
    "address": "Ünvan", "settlement": "Yaşayış məntəqəsi", "municipality": "Rayon",
    "sensitive": "Həssas",
}  # fmt: skip
COUNCIL = (
    Institution("edu", "education", "Təhsil şöbəsi", "GUN", office=True),
    Institution("soc", "social", "Sosial xidmətlər"),
    Institution("pol", "police", "Polis idarəsi"),
    Institution("exe", "province", "İcra hakimiyyəti"),
)
SHELTER = Institution("she", "shelter", "Sığınacaq")
PROTOCOL = Agreement("a", "7/2026", frozenset(each.institution_id for each in COUNCIL), MONDAY,
                     purpose="məlumat və müraciətlər")  # fmt: skip
ELEVEN = 11 * 3600
TOLD = "uşaq döyülür, məktəbə getmir"


@pytest.fixture
def play(tmp_path, monkeypatch):
    campaign = Campaign("c", "Koordinasiya Şurası", MONDAY, len(DAYS))
    with a_play(tmp_path, BAKU, campaign, Truth(seed=994), monkeypatch) as made:
        found = children(BAKU, {"GUN": 30, "DEN": 18}, seed=994)
        found = [
            replace(each, more={"sensitive": "bəli" if at % 16 == 0 else ""})
            for at, each in enumerate(found)
        ]
        made.imports(found, LIST)
        made.planner.import_teams(
            "c",
            table(
                ["Qrup №", "Qrup", "Rayon", "Enlik", "Uzunluq"],
                [
                    (f"t{at}", f"Qrup {at}", BAKU.strips[at % 2].name,
                     *reversed(BAKU.middle(CODES[at % 2])))
                    for at in range(3)
                ],
            ),
            "teams.csv",
        )  # fmt: skip
        for each in COUNCIL:
            made.planner.save_institution(each)
        made.planner.save_institution(SHELTER)
        yield made


def test_baku_acts_at_once_and_keeps_silent(play: Play, tmp_path: Path) -> None:
    """Four days: appeals come in, one of them while the crews are out."""
    nothing_without_a_protocol(play)
    late = appeal(play, "pol", days=1)
    for day in DAYS:
        play.at(day)
        before = play.plans()
        if day == DAYS[0]:
            no_print_shows_a_sensitive_door(play, before, tmp_path / "out")
        play.road(until=ELEVEN)
        if day == DAYS[1]:
            at_once(play, before)
        play.road()
        play.account()
        if day == DAYS[0]:
            an_appeal_without_a_case(play)
        if day == DAYS[2]:
            nobody_acted(play, late)
        if day != DAYS[1]:
            play.tells()
    assert play.untraceable() > 0
    the_list_goes_to_partners_only(play)
    for language in ("az", "ru"):
        play.public_files(language)
    play.quiet_log()
    assert TOLD not in repr(play.auditor.export_log())


# --- the protocol and the inbox -----------------------------------------------------------------


def appeal(play: Play, institution: str, *, days: int = 3, urgent: bool = False) -> str:
    """Somebody of the council tells of a child."""
    return play.planner.receive_referral(
        "c", institution_id=institution, text=TOLD, urgent=urgent,
        deadline=play.today + timedelta(days=days),
    )  # fmt: skip


def nothing_without_a_protocol(play: Play) -> None:
    """Before it is signed nobody may tell anything; the shelter has signed none at all."""
    with pytest.raises(InputError, match="no agreement"):
        appeal(play, "soc")
    play.planner.save_agreement(PROTOCOL)
    with pytest.raises(InputError, match="no agreement"):
        appeal(play, "she")
    assert set(play.planner.inbox("c").partners) == {"soc", "pol", "exe"}
    assert play.planner.inbox("c").waiting == ()


def seen(play: Play, referral_id: str) -> int:
    """The version that the planner looks at."""
    box = play.planner.inbox("c")
    return next(
        each.version for each in (*box.waiting, *box.closed)
        if each.value.referral_id == referral_id
    )  # fmt: skip


def an_appeal_without_a_case(play: Play) -> None:
    """The child was found in another school: answered, and off the inbox."""
    referral = appeal(play, "exe")
    play.planner.acknowledge_referral("c", referral, seen=seen(play, referral))
    play.planner.close_referral("c", referral, seen=seen(play, referral))
    assert referral not in {each.value.referral_id for each in play.planner.inbox("c").waiting}


def nobody_acted(play: Play, referral: str) -> None:
    """Two days after the deadline: the executive power is told, once, and the child looked for."""
    ((overdue, to),) = play.planner.inbox("c").overdue
    assert (overdue.value.referral_id, to) == (referral, "exe")
    play.planner.escalate_referral("c", referral, to=to, seen=overdue.version)
    assert play.planner.inbox("c").overdue == ()
    with pytest.raises(InputError, match="told already"):
        play.planner.escalate_referral("c", referral, to=to, seen=seen(play, referral))
    play.planner.close_referral("c", referral, seen=seen(play, referral))


# --- urgent -------------------------------------------------------------------------------------


def at_once(play: Play, before: PlanVersion) -> None:
    """At eleven the social service calls; the crew rings before it goes home."""
    play.at(play.today, ELEVEN)
    referral = appeal(play, "soc", days=0, urgent=True)
    play.planner.acknowledge_referral("c", referral, seen=seen(play, referral))
    with pytest.raises(Conflict):
        play.planner.acknowledge_referral("c", referral, seen=seen(play, referral))
    taken = {child.door for child in play.children.values()}
    door = next(each for each in reversed(BAKU.doors("GUN")) if each not in taken)
    child = Child("", "Aysel Təcilizadə", "5TCL001", "050 555 01 01", door)
    address = Address(door.text, door.settlement, door.municipality)
    case_id = play.planner.open_case(
        "c", referral,
        Case("", address, child=child.name, national_id=child.national_id, phone=child.phone,
             sensitive=True),
        seen=seen(play, referral),
    )  # fmt: skip
    play.takes([replace(child, case_id=case_id)])
    play.planner.start_repair("c", add_new=True, now=Now(play.today, ELEVEN))
    few_stops_move(play)
    after = play.publishes()
    by_id = {visit.visit_id: visit for visit in after.plan.visits}
    (team,) = {
        route.team_id for route in after.plan.routes for stop in route.stops
        if case_id in by_id[stop.visit_id].case_ids and route.day == play.today
    }  # fmt: skip
    the_team_is_told(play, team)
    nothing_made_is_moved(before, after, play.today)
    visits = play.reports
    play.road()
    assert play.reports > visits
    with play.registry.work("account", reading=True) as work:
        (visited,) = work.outcomes_of("c", [case_id])
    assert (visited.day, visited.team_id) == (play.today, team)
    (record,) = [each for each in play.planner.cases("c") if each.case.case_id == case_id]
    assert record.case.priority is Priority.URGENT


def few_stops_move(play: Play) -> None:
    """What the planner sees before publishing: one door more, hardly another one elsewhere."""
    bench = play.planner.workbench("c", kept={})
    assert bench is not None
    assert bench.news is not None
    assert len(bench.news.added) == 1
    assert bench.news.elsewhere <= 2
    assert not bench.news.dropped


def the_team_is_told(play: Play, team: str) -> None:
    """On its own page: one stop is new."""
    news = play.team(team).route_news("c", team, play.today)
    assert news is not None
    assert (len(news.new), news.gone) == (1, 0)


def nothing_made_is_moved(before: PlanVersion, after: PlanVersion, day: date) -> None:
    """What was done by eleven stands as it was."""

    def made(found: PlanVersion) -> set[tuple[str, tuple[str, ...], int]]:
        visits = {visit.visit_id: visit.case_ids for visit in found.plan.visits}
        return {
            (route.team_id, visits[stop.visit_id], stop.start)
            for route in found.plan.routes if route.day == day
            for stop in route.stops if stop.departure <= ELEVEN
        }  # fmt: skip

    assert made(before)
    assert made(before) <= made(after)


# --- protection ---------------------------------------------------------------------------------


def sensitive(play: Play) -> list[Child]:
    """The children whose doors must be on nothing that can be lost or forwarded."""
    kept_back = {each.case.case_id for each in play.planner.cases("c") if each.case.sensitive}
    assert kept_back
    return [child for case_id, child in play.children.items() if case_id in kept_back]


def no_print_shows_a_sensitive_door(play: Play, found: PlanVersion, out: Path) -> None:
    """Not the tables, not the maps' labels, not the sheets, not the files for other programs.

    The crew finds the door on its phone page.
    """
    records = play.planner.cases("c")
    basemap = Basemap.of(BAKU.graph(Mode.DRIVE), BAKU.areas)
    teams = play.planner.teams("c")
    write_plan(
        found.plan, cases=[each.case for each in records],
        places={each.case.case_id: each.place for each in records if each.place}, teams=teams,
        region_info=BAKU.info, basemap=basemap, out=out, language="az",
    )  # fmt: skip
    children, names = sensitive(play), {each.team_id: each for each in teams}
    pages = [
        route_map(route, found.plan, team=names[route.team_id], region_info=BAKU.info,
                  basemap=basemap, texts=translator("az"))
        for route in found.plan.routes if route.stops
    ]  # fmt: skip
    written = [file for file in sorted(out.rglob("*")) if file.is_file()]
    assert {file.suffix for file in written} >= {".csv", ".geojson", ".gpkg", ".gpx", ".pdf"}
    told = {f"map {at}": page for at, page in enumerate(pages)}
    told |= {file.name: _text(file) for file in written}
    others = [child for child in play.children.values() if child not in children]
    for child in children:
        for secret in child.secrets:
            whole = re.compile(rf"{re.escape(secret)}(?!\d)")
            assert not {name for name, text in told.items() if whole.search(text)}
    assert any(child.door.text in text for child in others for text in told.values())
    (routes,) = [
        file for file in written if file.suffix == ".geojson" and "sensitive" in _text(file)
    ]
    kept_back = [
        each
        for each in json.loads(_text(routes))["features"]
        if each["properties"].get("sensitive")
    ]
    assert kept_back
    assert all(each["geometry"] is None for each in kept_back)


def _text(file: Path) -> str:
    content = file.read_bytes()
    return in_pages(content) if file.suffix == ".pdf" else content.decode("utf-8", "replace")


def the_list_goes_to_partners_only(play: Play) -> None:
    """Without the sensitive cases, to who has signed, as long as the protocol holds."""
    (form,) = play.planner.list_forms("c")
    with pytest.raises(InputError, match="no agreement"):
        play.planner.export_cases("c", form.number, "list.csv", receiver="she")
    made = play.planner.export_cases("c", form.number, "list.csv", receiver="soc")
    assert made.sensitive_left_out == len(sensitive(play)) == 4
    assert len(rows_of(made.content)) - 1 == made.cases == len(play.children) - 4
    text = made.content.decode("utf-8-sig")
    for child in sensitive(play):
        assert not [each for each in child.secrets if each in text]
    (entry,) = play.auditor.audit_log(LogFilter(action="export_cases"))
    assert entry.detail == f"{made.cases} cases, to soc"
