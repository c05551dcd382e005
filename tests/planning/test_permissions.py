"""Role by use case by own and other records: one table, and every public use case is in it."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from office import (
    ADMIN,
    AUDITOR,
    CAMPAIGN,
    CASES,
    OTHER_COORDINATOR,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_1,
    TEAM_2,
    TEAMS,
    VIEWER,
    Office,
    an_office,
    with_a_draft,
)
from towns import FIRST_DAY, riverside

from data.casefiles.templates import OfficeFiles
from data.registry import open_registry
from planning.attendance import SchoolAnswer
from planning.campaign.approach import Approach
from planning.campaign.ladder import CALL_FIRST, Answer, Channel, Contact
from planning.desk import Choice, Desk
from planning.errors import Conflict, InputError, NotAllowed, NotFound
from planning.kits import KitType, Pledge, Sponsor, StockMove, Store
from planning.model import Address, Campaign, Case, Member, Result, User
from planning.partners import Agreement, ClassCount, Institution
from planning.revision import Workbench
from planning.roles import Action
from planning.routing.concessions import Crew, Relaxation

TABLE = """
                        planner  own_coord  other_coord  team_1  team_2  viewer  auditor  admin
campaigns               all      all        all          all     all     all     all      all
region                  yes      yes        yes          yes     yes     yes     yes      yes
change_password         yes      yes        yes          yes     yes     yes     yes      yes
sign_out_everywhere     yes      yes        yes          yes     yes     yes     yes      yes
sign_out_another        -        -          -            -       -       -       -        yes

create_campaign         yes      -          -            -       -       -       -        -
change_days             yes      -          -            -       -       -       -        -
region_names            yes      -          -            -       -       -       -        -
preview_cases           yes      -          -            -       -       -       -        -
import_cases            yes      -          -            -       -       -       -        -
import_teams            yes      -          -            -       -       -       -        -
cases                   all      c1-c6      c8           -       -       -       -        -
teams                   all      all        none         t1      t2      -       -        -

review                  all      -          -            -       -       -       -        -
settle                  yes      -          -            -       -       -       -        -
reopen                  yes      -          -            -       -       -       -        -
move_cases              yes      -          -            -       -       -       -        -
districts               yes      -          -            -       -       -       -        -
suggest_districts       yes      -          -            -       -       -       -        -
assign_cases            yes      -          -            -       -       -       -        -

start_plan              yes      -          -            -       -       -       -        -
stops_left_today        yes      -          -            -       -       -       -        -
plan_status             yes      -          -            -       -       -       -        -
cancel_plan             yes      -          -            -       -       -       -        -
workbench               yes      -          -            -       -       -       -        -
move_stop               yes      -          -            -       -       -       -        -
concede                 yes      -          -            -       -       -       -        -
start_repair            yes      -          -            -       -       -       -        -
start_what_if           yes      -          -            -       -       -       -        -
change_status           yes      -          -            -       -       -       -        -
what_if                 yes      -          -            -       -       -       -        -
plan                    all      all        none         none    t2      -       -        -
publish                 yes      -          -            -       -       -       -        -

team_days               yes      yes        -            -       yes     -       -        -
team_day                yes      yes        -            -       yes     -       -        -
record_outcome          -        -          -            -       yes     -       -        -
give_links              yes      -          -            -       yes     -       -        -
phone_links             all      -          -            none    t2      -       -        -
phone_day               yes      yes        -            -       yes     -       -        -
take_reports            -        -          -            -       yes     -       -        -
troubled_reports        yes      yes        yes          yes     yes     -       -        -
settle_reports          yes      -          -            -       -       -       -        -
revoke_link             yes      -          -            -       yes     -       -        -

coverage                yes      yes        yes          -       -       yes     -        -

child_record            yes      -          -            -       -       -       -        -
erase_child             yes      -          -            -       -       -       -        -
allow_again             yes      -          -            -       -       -       -        -
terms                   yes      -          -            -       -       -       -        -
terms_over              yes      -          -            -       -       -       -        -
set_term                yes      -          -            -       -       -       -        -
purge_preview           yes      -          -            -       -       -       -        -
purge                   yes      -          -            -       -       -       -        -
kept                    yes      -          -            -       -       -       -        -

follow_ups              yes      yes        yes          -       -       -       -        -
record_return           yes      yes        -            -       -       -       -        -
record_attendance       yes      yes        -            -       -       -       -        -
past_cases              yes      yes        -            -       -       -       -        -
take_over               yes      -          -            -       -       -       -        -
list_forms              yes      -          -            -       -       -       -        -
receivers               yes      -          -            -       -       -       -        -
export_cases            yes      -          -            -       -       -       -        -
report                  yes      -          -            -       -       -       -        -
counts_by_category      yes      -          -            -       -       -       -        -

kit_book                yes      -          -            -       -       -       -        -
save_kit_types          yes      -          -            -       -       -       -        -
sponsors                yes      -          -            -       -       -       -        -
save_sponsor            yes      -          -            -       -       -       -        -
save_pledge             yes      -          -            -       -       -       -        -
move_kits               yes      -          -            -       -       -       -        -
load_team               yes      -          -            -       -       -       -        -
thanks                  yes      -          -            -       -       -       -        -
thanked                 yes      -          -            -       -       -       -        -

call_list               yes      yes        yes          -       -       -       -        -
record_contact          yes      yes        -            -       -       -       -        -
undo_contact            yes      yes        -            -       -       -       -        -
approach                yes      -          -            -       -       -       -        -
save_approach           yes      -          -            -       -       -       -        -
expectation             yes      -          -            -       -       -       -        -
expected_resolved       yes      -          -            -       -       -       -        -
pace                    yes      -          -            -       -       -       -        -
effectiveness           yes      -          -            -       -       -       -        -

school_checks           yes      -          -            yes     yes     -       -        -
record_check            yes      -          -            -       yes     -       -        -
double_enrolments       yes      -          -            -       -       -       -        -
import_schools          yes      -          -            -       -       -       -        -
add_mapped_schools      yes      -          -            -       -       -       -        -
plan_check              yes      -          -            -       -       -       -        -
cancel_check            yes      -          -            -       -       -       -        -
confirm_home_visit      yes      -          -            -       -       -       -        -
dismiss_home_visit      yes      -          -            -       -       -       -        -

institutions            yes      -          -            -       -       -       -        -
save_institution        yes      -          -            -       -       -       -        -
agreements              yes      -          -            -       -       -       -        -
save_agreement          yes      -          -            -       -       -       -        -
inbox                   yes      -          -            -       -       -       -        -
receive_referral        yes      -          -            -       -       -       -        -
acknowledge_referral    yes      -          -            -       -       -       -        -
escalate_referral       yes      -          -            -       -       -       -        -
close_referral          yes      -          -            -       -       -       -        -
open_case               yes      -          -            -       -       -       -        -
check_address           yes      -          -            -       -       -       -        -
take_call               yes      -          -            -       -       -       -        -
route_news              yes      yes        -            -       yes     -       -        -

crew_book               yes      yes        yes          -       -       -       -        -
import_members          yes      -          -            -       -       -       -        -
save_member             yes      yes        -            -       -       -       -        -
save_lent_member        yes      yes        -            -       -       -       -        -
propose_crews           yes      -          -            -       -       -       -        -
accountability          yes      yes        yes          -       -       -       -        -
set_accountable         yes      -          -            -       -       -       -        -
counts_by_institution   yes      yes        yes          -       -       yes     -        -

own_emergencies         -        none       none         none    none    -       -        -
break_glass             -        yes        yes          yes     yes     -       -        -
emergency_case          -        -          -            -       -       -       -        -
unseen_emergencies      -        e1         none         -       -       -       e1       -
acknowledge_emergency   -        yes        none         -       -       -       yes      -

audit_log               -        -          -            -       -       -       yes      -
audit_count             -        -          -            -       -       -       yes      -
who_saw                 -        -          -            -       -       -       yes      -
verify_log              -        -          -            -       -       -       yes      -
export_log              -        -          -            -       -       -       yes      -
users                   -        -          -            -       -       -       -        yes
save_user               -        -          -            -       -       -       -        yes
"""
"""`-` is refused. `yes` is not. Anything else is what is seen: `all` that the planner sees, `none`
of it, or those named. Records asked for are Team 2's, in the own coordinator's municipality.

`emergency_case` asks for the emergency of somebody else.
"""

_HEAD, *_LINES = [line for line in TABLE.strip().splitlines() if line]
COLUMNS = dict(
    zip(
        _HEAD.split(),
        (PLANNER, OWN_COORDINATOR, OTHER_COORDINATOR, TEAM_1, TEAM_2, VIEWER, AUDITOR, ADMIN),
        strict=True,
    )
)
CELLS = {line.split()[0]: dict(zip(COLUMNS, line.split()[1:], strict=True)) for line in _LINES}

SCHOOLS = "id,school,municipality,lat,lon\ns,Левски,Речно,43.802,26.002\n".encode()
LENDER = Institution("i", "police", "РУ Речно", "RVS01", members=(Member("m"),))
CALLED = Case("", Address("ул. Дунав 7", "Речно"))
OTHER = User("somebody", "Somebody", TEAM_2.role, "RVS01", "t2")
"""Who has an emergency open."""


@dataclass
class World:
    """What use cases are asked about: a published plan, a phone's link, an emergency."""

    office: Office
    version: int
    case_ids: tuple[str, ...]
    """Of the first visit of Team 2."""
    link: Any
    bench: Workbench | None
    emergency: int
    districts: Any


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The world, made once."""
    folder = tmp_path_factory.mktemp("permissions")
    with an_office(folder) as office:
        version = with_a_draft(office)
        planner = office.desk(PLANNER)
        planner.publish("c", version)
        with office.registry.work("setup") as work:
            for user in (*COLUMNS.values(), OTHER):
                work.save_user(user, password="kuvo-tami-relo-pasi")
            called = Contact("c3", Channel.PHONE, Answer.NO_ANSWER, "2026-08-20T09:00:00+00:00")
            work.add_contact("c", replace(called, key="called"))
        visit = office.desk(TEAM_2).team_day("c", "t2", FIRST_DAY).visits[0]
        planner.save_institution(LENDER)
        planner.import_schools("c", SCHOOLS, "schools.csv")
        planner.plan_check("c", school_id="s", team_id="t2", day=FIRST_DAY, check_id="k")
        given = planner.give_links("c", [("t2", FIRST_DAY)])
        opened = office.desk(OTHER).break_glass("c", "c1", "the child stands at our door")
        link = given["t2", FIRST_DAY].link
        bench = planner.workbench("c", kept={})
        world = World(
            office, version, visit.case_ids, link, bench, opened.number, planner.districts("c")
        )
    return folder, world


@contextmanager
def copied(made: tuple[Path, World], to: Path) -> Iterator[World]:
    """The world again, to be changed at will."""
    folder, world = made
    shutil.copytree(folder, to)
    registry = open_registry(to / "registry.sqlite", key_file=to / "key" / "k")
    try:
        yield replace(world, office=Office(registry, riverside(), OfficeFiles(to / "templates")))
    finally:
        registry.close()


def _campaigns(desk: Desk, _: World) -> object:
    return {each.campaign_id for each in desk.campaigns()}


def _phone_links(desk: Desk, _: World) -> object:
    return {each.team_id for each in desk.phone_links("c")}


def _settle(desk: Desk, _: World) -> object:
    return desk.settle("c", "c7", Choice(nowhere=True), version=1)


def _move_stop(desk: Desk, world: World) -> object:
    assert world.bench is not None
    first = next(stop for route in world.bench.plan.routes for stop in route.stops)
    return desk.move_stop("c", world.bench, world.bench.places_for(first.visit_id)[0], lock=False)


def _concede(desk: Desk, world: World) -> object:
    """A change that gives nothing up: the route stays as it is."""
    assert world.bench is not None
    route = next(each for each in world.bench.plan.routes if each.stops)
    stops = tuple(stop.visit_id for stop in route.stops)
    crew = Crew(route.shift_id, route.team_id, route.day, stops, 0)
    starts = ((stops[0], route.stops[0].start),)
    return desk.concede("c", world.bench, Relaxation((), starts, (crew,), (), 0, ()))


def _record(desk: Desk, world: World) -> object:
    return desk.record_outcome(
        "c", case_ids=world.case_ids, team_id="t2", day=FIRST_DAY, result=Result.MET, key="k"
    )


def _cases(desk: Desk, _: World) -> object:
    return {each.case.case_id for each in desk.cases("c")}


def _teams(desk: Desk, _: World) -> object:
    return {each.team_id for each in desk.teams("c")}


def _plan(desk: Desk, _: World) -> object:
    found = desk.plan("c")
    return {route.team_id for route in found.plan.routes} if found else set()


def _review(desk: Desk, _: World) -> object:
    return {case_id for each in desk.review("c").waiting for case_id in each.case_ids}


RECEIVED = StockMove("k", "bag", 1, Store.SPONSOR, Store.OFFICE, FIRST_DAY)
NEW = Campaign("new", "New", FIRST_DAY, 1, "riverside")
ASKED: dict[str, Callable[[Desk, World], object]] = {
    "campaigns": _campaigns,
    "region": lambda desk, _: desk.region(CAMPAIGN),
    "change_password": lambda desk, _: desk.change_password("another-good-password"),
    "sign_out_everywhere": lambda desk, _: desk.sign_out_everywhere(),
    "sign_out_another": lambda desk, _: desk.sign_out_everywhere("somebody"),
    "create_campaign": lambda desk, _: desk.create_campaign(NEW),
    "change_days": lambda desk, _: desk.change_days("c", FIRST_DAY, 2),
    "region_names": lambda desk, _: desk.region_names(),
    "preview_cases": lambda desk, _: desk.preview_cases("c", CASES, "cases.csv"),
    "import_cases": lambda desk, _: desk.import_cases("c", CASES, "cases.csv"),
    "import_teams": lambda desk, _: desk.import_teams("c", TEAMS, "teams.csv"),
    "cases": _cases,
    "teams": _teams,
    "review": _review,
    "settle": _settle,
    "reopen": lambda desk, _: desk.reopen("c", "c7", version=2),
    "move_cases": lambda desk, _: desk.move_cases("c", ["c3"], "t2"),
    "districts": lambda desk, _: desk.districts("c"),
    "suggest_districts": lambda desk, world: desk.suggest_districts(
        world.districts, municipality_code="RVS01", seed=0
    ),
    "assign_cases": lambda desk, _: desk.assign_cases("c", {"c3": "t2"}),
    "start_plan": lambda desk, _: desk.start_plan("c"),
    "stops_left_today": lambda desk, _: desk.stops_left_today("c"),
    "plan_status": lambda desk, _: desk.plan_status("c"),
    "cancel_plan": lambda desk, _: desk.cancel_plan("1"),
    "workbench": lambda desk, _: desk.workbench("c", kept={}),
    "move_stop": _move_stop,
    "concede": _concede,
    "start_repair": lambda desk, _: desk.start_repair("c", add_new=True),
    "start_what_if": lambda desk, _: desk.start_what_if("c", []),
    "change_status": lambda desk, _: desk.change_status("c", "repair"),
    "what_if": lambda desk, _: desk.what_if("1"),
    "plan": _plan,
    "publish": lambda desk, world: desk.publish("c", world.version),
    "team_days": lambda desk, _: desk.team_days("c", "t2"),
    "team_day": lambda desk, _: desk.team_day("c", "t2", FIRST_DAY),
    "record_outcome": _record,
    "give_links": lambda desk, _: desk.give_links("c", [("t2", FIRST_DAY)]),
    "phone_links": _phone_links,
    "phone_day": lambda desk, world: desk.phone_day(world.link),
    "take_reports": lambda desk, world: desk.take_reports(world.link, []),
    "troubled_reports": lambda desk, _: desk.troubled_reports("c"),
    "settle_reports": lambda desk, _: desk.settle_reports("c", "phone.1"),
    "revoke_link": lambda desk, world: desk.revoke_link(world.link.link_id),
    "coverage": lambda desk, _: desk.coverage("c"),
    "child_record": lambda desk, _: desk.child_record("c", "c1"),
    "erase_child": lambda desk, _: desk.erase_child([("c", "none")], "request"),
    "allow_again": lambda desk, _: desk.allow_again("c", "c1"),
    "terms": lambda desk, _: desk.terms(),
    "terms_over": lambda desk, _: desk.terms_over(),
    "set_term": lambda desk, _: desk.set_term("c", FIRST_DAY),
    "purge_preview": lambda desk, _: desk.purge_preview("c"),
    "purge": lambda desk, _: desk.purge("none", None),
    "kept": lambda desk, _: desk.kept("c"),
    "follow_ups": lambda desk, _: desk.follow_ups("c"),
    "record_return": lambda desk, _: desk.record_return("c", "c1", day=FIRST_DAY, school="School"),
    "record_attendance": lambda desk, _: desk.record_attendance(
        "c", "c1", after=30, answer=SchoolAnswer.MOVED, seen=1
    ),
    "past_cases": lambda desk, _: desk.past_cases("c", "c1"),
    "take_over": lambda desk, _: desk.take_over("c", "none"),
    "list_forms": lambda desk, _: desk.list_forms("c"),
    "receivers": lambda desk, _: desk.receivers(),
    "export_cases": lambda desk, _: desk.export_cases("c", 1, "cases.xlsx"),
    "report": lambda desk, _: desk.report("c", public=True),
    "counts_by_category": lambda desk, _: desk.counts_by_category("c"),
    "kit_book": lambda desk, _: desk.kit_book("c"),
    "save_kit_types": lambda desk, _: desk.save_kit_types("c", [KitType("bag", "School bag")]),
    "sponsors": lambda desk, _: desk.sponsors(),
    "save_sponsor": lambda desk, _: desk.save_sponsor(Sponsor("s", "A sponsor")),
    "save_pledge": lambda desk, _: desk.save_pledge("c", Pledge("p", "s", "bag", 1, FIRST_DAY)),
    "move_kits": lambda desk, _: desk.move_kits("c", RECEIVED),
    "load_team": lambda desk, _: desk.load_team("c", "t2", [(KitType("bag", ""), 1)], FIRST_DAY),
    "thanks": lambda desk, _: desk.thanks("c"),
    "thanked": lambda desk, _: desk.thanked("c", ["p"], FIRST_DAY),
    "call_list": lambda desk, _: desk.call_list("c", Channel.PHONE),
    "record_contact": lambda desk, _: desk.record_contact(
        "c", "c1", Channel.PHONE, Answer.NO_ANSWER, key="k"
    ),
    "undo_contact": lambda desk, _: desk.undo_contact("c", "called"),
    "approach": lambda desk, _: desk.approach("c"),
    "save_approach": lambda desk, _: desk.save_approach("c", Approach(CALL_FIRST), seen=0),
    "expectation": lambda desk, _: desk.expectation("c"),
    "expected_resolved": lambda desk, _: desk.expected_resolved("c", ()),
    "pace": lambda desk, _: desk.pace("c"),
    "effectiveness": lambda desk, _: desk.effectiveness("c"),
    "break_glass": lambda desk, _: desk.break_glass("c", "c8", "the child stands at our door"),
    "own_emergencies": lambda desk, _: {f"e{each.number}" for each in desk.own_emergencies()},
    "emergency_case": lambda desk, world: desk.emergency_case(world.emergency),
    "unseen_emergencies": lambda desk, _: {
        f"e{each.number}" for each in desk.unseen_emergencies()
    },
    "acknowledge_emergency": lambda desk, world: desk.acknowledge_emergency(world.emergency),
    "school_checks": lambda desk, _: desk.school_checks("c"),
    "record_check": lambda desk, _: desk.record_check("c", "k", [ClassCount("1", 2, 1)], seen=1),
    "double_enrolments": lambda desk, _: desk.double_enrolments("c"),
    "import_schools": lambda desk, _: desk.import_schools("c", SCHOOLS, "schools.csv"),
    "add_mapped_schools": lambda desk, _: desk.add_mapped_schools("c"),
    "plan_check": lambda desk, _: desk.plan_check(
        "c", school_id="s", team_id="t1", day=FIRST_DAY
    ),
    "cancel_check": lambda desk, _: desk.cancel_check("c", "k", seen=1),
    "confirm_home_visit": lambda desk, _: desk.confirm_home_visit("c", "k", 1, CALLED, seen=2),
    "dismiss_home_visit": lambda desk, _: desk.dismiss_home_visit("c", "k", 1, seen=2),
    "institutions": lambda desk, _: desk.institutions(),
    "save_institution": lambda desk, _: desk.save_institution(LENDER, seen=1),
    "agreements": lambda desk, _: desk.agreements(),
    "save_agreement": lambda desk, _: desk.save_agreement(
        Agreement("a", "1", frozenset({"i", "j"}), FIRST_DAY)
    ),
    "inbox": lambda desk, _: desk.inbox("c"),
    "receive_referral": lambda desk, _: desk.receive_referral(
        "c", institution_id="i", text="told", deadline=FIRST_DAY
    ),
    "acknowledge_referral": lambda desk, _: desk.acknowledge_referral("c", "r", seen=1),
    "escalate_referral": lambda desk, _: desk.escalate_referral("c", "r", to="i", seen=1),
    "close_referral": lambda desk, _: desk.close_referral("c", "r", seen=1),
    "open_case": lambda desk, _: desk.open_case("c", "r", CALLED, seen=1),
    "check_address": lambda desk, _: desk.check_address("c", CALLED.address),
    "take_call": lambda desk, _: desk.take_call("c", CALLED, text="told", deadline=FIRST_DAY),
    "route_news": lambda desk, _: desk.route_news("c", "t2", FIRST_DAY),
    "crew_book": lambda desk, _: desk.crew_book("c"),
    "import_members": lambda desk, _: desk.import_members("c", b"name,team\n", "members.csv"),
    "save_member": lambda desk, _: desk.save_member("c", "t2", Member("m")),
    "save_lent_member": lambda desk, _: desk.save_lent_member("i", Member("m"), seen=1),
    "propose_crews": lambda desk, _: desk.propose_crews("c"),
    "accountability": lambda desk, _: desk.accountability("c"),
    "set_accountable": lambda desk, _: desk.set_accountable("c", ["c1"], "i"),
    "counts_by_institution": lambda desk, _: desk.counts_by_institution("c"),
    "audit_log": lambda desk, _: desk.audit_log(),
    "audit_count": lambda desk, _: desk.audit_count(),
    "who_saw": lambda desk, _: desk.who_saw("c1"),
    "verify_log": lambda desk, _: desk.verify_log(),
    "export_log": lambda desk, _: desk.export_log(),
    "users": lambda desk, _: desk.users(),
    "save_user": lambda desk, _: desk.save_user(VIEWER),
}  # fmt: skip
"""How each use case is asked, as somebody who may would."""

SEEN_ALL = {"campaigns": {"c"}, "cases": {f"c{n}" for n in range(1, 9)}, "teams": {"t1", "t2"},
            "plan": {"t2"}, "review": {"c6", "c7"}, "phone_links": {"t2"}}  # fmt: skip


def outcome(use_case: str, desk: Desk, world: World) -> str | set[str]:
    """`-`, `yes`, or what was seen. A later fault is no refusal: who came so far is allowed."""
    try:
        seen = ASKED[use_case](desk, world)
    except NotAllowed:
        return "-"
    except NotFound:
        return set()
    except (InputError, Conflict):
        return "yes"
    return {str(each) for each in seen} if isinstance(seen, set) else "yes"


def wanted(use_case: str, cell: str) -> str | set[str]:
    """What a cell of the table says."""
    if cell in ("-", "yes"):
        return cell
    if cell == "none":
        return set()
    if cell == "all":
        return SEEN_ALL[use_case]
    first, _, last = cell.partition("-")
    return {f"c{n}" for n in range(int(first[1:]), int(last[1:]) + 1)} if last else {cell}


def test_the_table_has_every_use_case() -> None:
    """A use case that is added later has to be thought about here."""
    public = {name for name, _ in inspect.getmembers(Desk, inspect.isfunction) if name[0] != "_"}
    assert public - set(CELLS) == set(), "new use cases: put them into the table"
    assert set(CELLS) - public == {"sign_out_another"}
    assert set(ASKED) == set(CELLS)


@pytest.mark.parametrize("column", COLUMNS)
def test_each_cell(made: tuple[Path, World], tmp_path: Path, column: str) -> None:
    """One person asks for everything; what is refused has changed nothing."""
    with copied(made, tmp_path / "office") as world:
        desk = world.office.desk(COLUMNS[column])
        found = {}
        for use_case in CELLS:
            said = outcome(use_case, desk, world)
            cell = CELLS[use_case][column]
            # A use case that answers with nothing to see may also say that there is no such thing.
            found[use_case] = "yes" if said == set() and cell == "yes" else said
        expected = {each: wanted(each, cells[column]) for each, cells in CELLS.items()}
        assert found == expected


@pytest.mark.parametrize("column", COLUMNS)
def test_a_refusal_leaves_no_trace(made: tuple[Path, World], tmp_path: Path, column: str) -> None:
    """Whoever is refused everything that their role may not do has read and changed nothing."""
    with copied(made, tmp_path / "office") as world:
        auditor = world.office.desk(AUDITOR)
        auditor.audit_log()
        before = auditor.audit_count()
        desk = world.office.desk(COLUMNS[column])
        refused = [each for each, cells in CELLS.items() if cells[column] == "-"]
        for use_case in refused:
            assert outcome(use_case, desk, world) == "-", use_case
        assert auditor.audit_count() == before


@pytest.mark.parametrize("action", Action)
def test_every_permission_is_asked_for_by_a_use_case(action: Action) -> None:
    """A row of `planning.roles` that no use case asks about would be a promise nobody keeps."""
    source = "".join(
        inspect.getsource(inspect.getmodule(parent)) for parent in Desk.__mro__[:-1]
        if (inspect.getmodule(parent) is not None)
    )  # fmt: skip
    assert f"Action.{action.name}" in source
