"""Planner: change a plan by hand, repair it when the day goes wrong, compare what-ifs, see balance.

Everything is tried before it is done: what a move breaks, what a repair changes for whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import pandas as pd
import streamlit as st

from maps.pages.frame import (
    choose,
    done,
    faults_told,
    heading,
    plain,
    preset,
    why_failed,
)
from maps.pages.news import by_name, door, shift_named, shown, workbench_of
from maps.pages.timeline import timeline
from maps.texts import Texts
from planning.desk import Desk
from planning.model import Campaign, JobStatus, Plan, Route, Shift, Team, Visit
from planning.revision import Closed, Workbench
from planning.routing.balance import Area
from planning.routing.moves import Move, Trial
from planning.routing.repair import Now, Overrun, ShiftChanged, Underway
from planning.routing.whatif import AnotherDay, Change, LongerDays, Row, TeamLike, TeamLost
from planning.text import Note

TRIES = 8
"""Best places that are listed for a visit."""
WHAT_IF_SECONDS = 15.0
"""Search for each plan of a comparison: enough to compare, not to publish."""


@dataclass(frozen=True, slots=True)
class _Page:
    desk: Desk
    campaign: Campaign
    texts: Texts
    bench: Workbench
    teams: dict[str, Team]
    now: Now | None

    @property
    def plan(self) -> Plan:
        return self.bench.plan

    def team(self, team_id: str) -> str:
        return self.teams[team_id].name if team_id in self.teams else team_id

    def shift(self, shift_id: str) -> str:
        """Team and day."""
        return shift_named(shift_id, self.texts, self.team)

    def by_name(self, told: Note) -> Note:
        """A broken rule with the names that people know instead of ids."""
        doors = {visit.visit_id: visit for visit in self.plan.visits}
        return by_name(told, doors, self.team)


def page(desk: Desk, campaign: Campaign, texts: Texts, *, now: datetime) -> None:
    """One plan, five ways to look at what a change would do."""
    heading(texts.t("Change the plan"), texts, campaign)
    with faults_told(texts):
        bench = workbench_of(desk, campaign.campaign_id)
        if bench is None:
            st.info(texts.t("There is no plan yet. Import lists, then plan."))
            return
        teams = {team.team_id: team for team in desk.teams(campaign.campaign_id)}
        here = _Page(desk, campaign, texts, bench, teams, Now.within(bench.plan, now))
        views: dict[str, tuple[str, Callable[[_Page], None]]] = {
            "move": (texts.t("Timeline"), _move),
            "repair": (texts.t("Something happened"), _repair),
            "what_if": (texts.t("What if"), _what_if),
            "balance": (texts.t("Balance"), _balance),
            "news": (texts.t("What changes"), _news),
        }
        view = st.segmented_control(
            texts.t("View"), list(views), default="move", format_func=lambda each: views[each][0],
            label_visibility="collapsed", required=True, key="adjust_view",
            persist_state="session",
        )  # fmt: skip
        views[str(view)][1](here)


def _routes_of(plan: Plan) -> list[Route]:
    return [route for route in plan.routes if route.stops]


# --- a stop by hand -----------------------------------------------------------------------------


def _move(here: _Page) -> None:
    """The timeline, and below it the form that a drop fills in and a keyboard can."""
    above = st.container()
    visit, source = _picked(here)
    if visit is None:
        with above:
            st.info(here.texts.t("No team goes out in this plan."))
        return
    trial = _tried(here, visit, source)
    with above:
        _timeline(here, trial, visit)
    _judged(here, trial)
    _keep(here, trial)
    _places(here, visit)


def _tried(here: _Page, visit: Visit, source: str) -> Trial:
    """Where to, and what that does."""
    texts = here.texts
    best = {each.move.shift_id: each for each in here.bench.places_for(visit.visit_id)}
    left, right = st.columns(2)
    with left:
        shift_id = choose(
            texts.t("To the team and day"), list(best), texts, key="move_shift", said=here.shift
        )
    route = next((each for each in here.plan.routes if each.shift_id == shift_id), None)
    others = [each for each in route.stops if each.visit_id != visit.visit_id] if route else []
    asked = f"move_place/{visit.visit_id}/{shift_id}"
    st.session_state.setdefault(asked, (best[shift_id].move.place or 0) + 1)
    st.session_state[asked] = min(int(st.session_state[asked]), len(others) + 1)
    with right:
        place = st.number_input(
            texts.t("As stop number"), min_value=1, max_value=len(others) + 1, key=asked
        )
    return here.bench.trial(Move(visit.visit_id, shift_id, int(place) - 1, source))


def _keep(here: _Page, trial: Trial) -> None:
    texts = here.texts
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(
            texts.t("Move the stop"), type="primary", disabled=bool(trial.broken),
            icon=":material/move_down:",
        )  # fmt: skip
        if "dropped" in st.session_state and st.button(
            texts.t("Put it back"), icon=":material/undo:"
        ):
            del st.session_state["dropped"]
            st.rerun()
        lock = st.checkbox(texts.t("Keep it there in later plans"), value=True, key="move_lock")
    if asked:
        version = here.desk.move_stop(here.campaign.campaign_id, here.bench, trial, lock=lock)
        st.session_state.pop("dropped", None)
        done(texts.t("Moved. Version {version} is a draft: publish it when it is right.",
                     version=version))  # fmt: skip


def _places(here: _Page, visit: Visit) -> None:
    """The best places, what breaks no rule first."""
    texts = here.texts
    places = here.bench.places_for(visit.visit_id)[:TRIES]
    with st.expander(texts.t("The best places for this stop")):
        st.dataframe(
            pd.DataFrame(
                {
                    texts.t("Team and day"): [here.shift(x.move.shift_id) for x in places],
                    texts.t("Stop"): [(x.move.place or 0) + 1 for x in places],
                    texts.t("Minutes on the road"): [round(x.seconds / 60) for x in places],
                    texts.t("Breaks"): [texts.said(*map(here.by_name, x.broken)) for x in places],
                }
            ),
            hide_index=True,
            width="stretch",
        )


def _timeline(here: _Page, trial: Trial, visit: Visit) -> None:
    """The days of the teams, or the team's days, as they are; after a drop as they would be."""
    texts = here.texts
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            texts.t("Rows"), ["day", "team"], default="day", required=True, key="timeline_by",
            format_func={"day": texts.t("All teams on a day"),
                         "team": texts.t("All days of a team")}.__getitem__,
            persist_state="session",
        )  # fmt: skip
        shifts = _shifts_shown(here, str(by))
    dropped = trial.move == st.session_state.get("dropped")
    plan = as_tried(here.plan, trial) if dropped else here.plan

    def asked(visit_id: str, source: str, shift_id: str, place: int) -> None:
        preset("move_from", source, texts)
        preset("move_visit", visit_id, texts)
        preset("move_shift", shift_id, texts)
        st.session_state[f"move_place/{visit_id}/{shift_id}"] = place + 1
        st.session_state["dropped"] = Move(visit_id, shift_id, place, source)

    timeline(
        plan,
        shifts,
        key=f"timeline/{by}",
        named=lambda shift: here.team(shift.team_id) if by == "day" else texts.date(shift.day),
        chosen=visit.visit_id,
        broken=_named_in(trial.broken) if dropped else (),
        texts=texts,
        asked=asked,
    )


def _named_in(broken: Sequence[Note]) -> set[str]:
    """Ids of the visits that broken rules name."""
    return {value for told in broken for name, value in told.values if name in ("visit", "other")}


def _shifts_shown(here: _Page, by: str) -> list[Shift]:
    texts = here.texts
    days = sorted({shift.day for shift in here.plan.shifts})
    if by == "day":
        day = choose(
            texts.t("Day"), days, texts, key="timeline_day", said=texts.date,
            first=days.index(day_in_hand(days, here.now)), width=260,
        )  # fmt: skip
        area = _area_picked(here)
        found = [x for x in here.plan.shifts if x.day == day and x.municipality_code == area]
        return sorted(found, key=lambda shift: here.team(shift.team_id))
    teams = sorted({shift.team_id for shift in here.plan.shifts}, key=here.team)
    team_id = choose(texts.t("Team"), teams, texts, key="timeline_team", said=here.team, width=260)
    return sorted((x for x in here.plan.shifts if x.team_id == team_id), key=lambda x: x.day)


def day_in_hand(days: Sequence[date], now: Now | None) -> date:
    """Of ordered `days` the one that a planner changes first: today, or the next."""
    return next((day for day in days if now is not None and day >= now.day), days[0])


def _area_picked(here: _Page) -> str:
    """The municipality whose teams are shown: a stop goes to none of another."""
    names = {
        team.municipality_code: team.municipality or team.municipality_code
        for team in here.teams.values()
    }
    stops = Counter(x.municipality_code for x in here.plan.visits)
    codes = sorted({x.municipality_code for x in here.plan.shifts}, key=lambda x: -stops[x])
    return choose(
        here.texts.t("Municipality"), codes, here.texts, key="timeline_area",
        said=lambda code: names.get(code, code), width=260,
    )  # fmt: skip


def as_tried(plan: Plan, trial: Trial) -> Plan:
    """The plan as the trial would leave it, broken rules or not; what has no way stays."""
    gone = {stop.visit_id for each in trial.effects if each.after for stop in each.after.stops}
    if not trial.move.shift_id:
        gone.add(trial.move.visit_id)

    def left(route: Route | None) -> Route | None:
        """None where the route's last stops went elsewhere."""
        stays = route is not None and any(stop.visit_id not in gone for stop in route.stops)
        return route if stays else None

    new = {each.shift_id: each.after or left(each.before) for each in trial.effects}
    kept = [route for route in plan.routes if route.shift_id not in new]
    return replace(plan, routes=(*kept, *filter(None, new.values())))


def _picked(here: _Page) -> tuple[Visit | None, str]:
    """(the visit to move, the shift that makes it): of a route, or one that nobody makes."""
    texts, by_id = here.texts, {visit.visit_id: visit for visit in here.plan.visits}
    left_out = [each.visit_id for each in here.plan.unserved if each.visit_id in by_id]
    stops = {route.shift_id: [x.visit_id for x in route.stops] for route in _routes_of(here.plan)}
    if left_out:
        stops[""] = left_out
    if not stops:
        return None, ""
    left, right = st.columns(2)
    with left:
        source = choose(
            texts.t("Now with"), list(stops), texts, key="move_from",
            said=lambda each: here.shift(each) if each else texts.t("Not visited"),
        )  # fmt: skip
    with right:
        visit_id = choose(
            texts.t("Stop"), stops[source], texts, key="move_visit",
            said=lambda each: f"{stops[source].index(each) + 1}. {door(by_id[each])}",
        )  # fmt: skip
    return by_id[visit_id], source


def _judged(here: _Page, trial: Trial) -> None:
    """What the move does, said at once."""
    texts = here.texts
    minutes = round(trial.seconds / 60)
    if trial.broken:
        st.error("  \n".join(plain(texts.said(here.by_name(each))) for each in trial.broken))
    else:
        st.success(
            plain(texts.t("Every rule is kept. {minutes} min more on the road.", minutes=minutes))
            if minutes >= 0
            else plain(
                texts.t("Every rule is kept. {minutes} min less on the road.", minutes=-minutes)
            ),
            icon=":material/check:",
        )
    for effect in trial.effects:
        if effect.after is not None:
            st.caption(
                plain(
                    texts.t(
                        "{shift}: {stops} stops, {leave}–{back}",
                        shift=here.shift(effect.after.shift_id),
                        stops=len(effect.after.stops),
                        leave=texts.time(effect.after.departure),
                        back=texts.time(effect.after.back),
                    )
                )
            )


# --- something happened ---------------------------------------------------------------------


def _repair(here: _Page) -> None:
    texts = here.texts
    if _working(here, "repair"):
        return
    st.caption(
        texts.t("Routes change as little as they can. You see what changes before the teams do.")
    )
    kinds: dict[str, tuple[str, Callable[[_Page], _Told]]] = {
        "team": (texts.t("A team cannot come"), _team_lost),
        "new": (texts.t("New cases came in"), _new_cases),
        "late": (texts.t("A visit takes longer"), _overrun),
        "hours": (texts.t("A team works other hours"), _hours),
        "road": (texts.t("A road is closed"), _road),
    }
    kind = choose(
        texts.t("What happened?"), list(kinds), texts, key="repair_kind",
        said=lambda each: kinds[each][0],
    )  # fmt: skip
    told = kinds[kind][1](here)
    if st.button(texts.t("Repair the plan"), type="primary", icon=":material/healing:"):
        st.session_state["started_repair"] = here.desk.start_repair(
            here.campaign.campaign_id, events=told.events, add_new=told.add_new,
            closed=told.closed, now=here.now,
        )  # fmt: skip
        st.rerun()


@dataclass(frozen=True, slots=True)
class _Told:
    """What the planner said has happened."""

    events: tuple[Change, ...] = ()
    add_new: bool = False
    closed: tuple[Closed, ...] = ()


def _shift_picked(here: _Page, key: str) -> Route:
    routes = _routes_of(here.plan)
    ids = [route.shift_id for route in routes]
    shift_id = choose(
        here.texts.t("Team and day"), ids, here.texts, key=key, said=here.shift
    )  # fmt: skip
    return routes[ids.index(shift_id)]


def _seconds(picked: time) -> int:
    return picked.hour * 3600 + picked.minute * 60


def _clock(seconds: int) -> time:
    return time(min(23, seconds // 3600), seconds % 3600 // 60)


def _team_lost(here: _Page) -> _Told:
    route = _shift_picked(here, "repair_shift")
    since = st.time_input(
        here.texts.t("Back at the office by"), value=_clock(route.departure), key="repair_since"
    )
    seconds = _seconds(since)
    return _Told(
        (TeamLost(route.team_id, route.day, 0 if seconds <= route.departure else seconds),)
    )


def _new_cases(here: _Page) -> _Told:
    st.write(here.texts.t("Cases that were imported after the plan are added, urgent ones first."))
    return _Told(add_new=True)


def _overrun(here: _Page) -> _Told:
    route = _shift_picked(here, "repair_shift")
    by_id = {visit.visit_id: visit for visit in here.plan.visits}
    at = choose(
        here.texts.t("At the stop"), list(range(len(route.stops))), here.texts, key="repair_stop",
        said=lambda each: f"{each + 1}. {door(by_id[route.stops[each].visit_id])}",
    )  # fmt: skip
    stop = route.stops[at]
    until = st.time_input(
        here.texts.t("It takes until"), value=_clock(stop.departure + 1800), key="repair_until"
    )
    begun = here.bench.begun(route, at + 1)
    return _Told((Underway(begun), Overrun(route.shift_id, _seconds(until))))


def _hours(here: _Page) -> _Told:
    route = _shift_picked(here, "repair_shift")
    shift = next(each for each in here.plan.shifts if each.shift_id == route.shift_id)
    left, right = st.columns(2)
    begins, ends = here.texts.t("The shift begins"), here.texts.t("The shift ends")
    start = left.time_input(begins, value=_clock(shift.start), key="repair_start")
    end = right.time_input(ends, value=_clock(shift.end), key="repair_end")
    return _Told((ShiftChanged(route.shift_id, _seconds(start), _seconds(end)),))


def _road(here: _Page) -> _Told:
    texts = here.texts
    lat_column, lon_column, metres_column = st.columns(3)
    first = here.plan.visits[0]
    lat = lat_column.number_input(texts.t("Latitude"), value=first.lat, format="%.5f")
    lon = lon_column.number_input(texts.t("Longitude"), value=first.lon, format="%.5f")
    metres = metres_column.number_input(
        texts.t("Metres around"), min_value=5, max_value=5_000, value=30
    )
    return _Told(closed=(Closed((lon, lat), float(metres)),))


def _working(here: _Page, kind: str) -> bool:
    """Shows the running job of a kind; False where none runs."""
    status = here.desk.change_status(here.campaign.campaign_id, kind)
    if status is None:
        return False
    if status.state == "failed":
        st.error(here.texts.t("It failed: {why}", why=why_failed(status, here.texts)))
    if status.state == "running":
        _watch(here, kind)
        return True
    if status.state == "done" and st.session_state.pop(f"started_{kind}", "") == status.job_id:
        st.success(here.texts.t("Repaired. Look at what changes, then publish the draft."))
    return False


@st.fragment(run_every=1.0)
def _watch(here: _Page, kind: str) -> None:
    status = here.desk.change_status(here.campaign.campaign_id, kind)
    if status is None or status.state != "running":
        st.rerun()
    else:
        _progress(here, status)


def _progress(here: _Page, status: JobStatus) -> None:
    words = plain(here.texts.t(status.message)) if status.message else ""
    st.progress(min(max(status.share, 0.0), 1.0), text=words)
    if st.button(here.texts.t("Stop with the best so far"), icon=":material/stop_circle:"):
        here.desk.cancel_plan(status.job_id)


# --- what if ------------------------------------------------------------------------------------


def _what_if(here: _Page) -> None:
    texts = here.texts
    if _working(here, "what_if"):
        return
    teams = sorted({shift.team_id for shift in here.plan.shifts})
    with st.form("what_if"):
        team_id = choose(texts.t("Team"), teams, texts, key="what_if_team", said=here.team)
        asked: list[Change] = []
        if st.checkbox(texts.t("One more team like it"), value=True):
            asked.append(TeamLike(team_id, _new_id(team_id, teams)))
        if st.checkbox(texts.t("Without this team")):
            asked.append(TeamLost(team_id))
        if st.checkbox(texts.t("One more hour a day for every team"), value=True):
            asked.append(LongerDays())
        if st.checkbox(texts.t("One more day for every team"), value=True):
            asked.append(AnotherDay())
        started = st.form_submit_button(texts.t("Compare"), type="primary")
    if started and asked:
        here.desk.start_what_if(here.campaign.campaign_id, asked, seconds=WHAT_IF_SECONDS)
        st.rerun()
    status = here.desk.change_status(here.campaign.campaign_id, "what_if")
    rows = here.desk.what_if(status.job_id) if status and status.state == "done" else ()
    if rows:
        _rows(here, rows)


def _new_id(team_id: str, teams: Sequence[str]) -> str:
    number = 2
    while (name := f"{team_id}-{number}") in teams:
        number += 1
    return name


def _rows(here: _Page, rows: Sequence[Row]) -> None:
    texts = here.texts
    as_is = texts.t("As it is")
    plans = [row.plan for row in rows]
    brought = here.desk.expected_resolved(here.campaign.campaign_id, plans)
    hours = [row.work_seconds / 3600 for row in rows]
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Plan"): [
                    texts.said(row.change.told) if row.change else as_is for row in rows
                ],
                texts.t("Visits made"): [row.made for row in rows],
                texts.t("Urgent ones left"): [row.urgent_left for row in rows],
                texts.t("Cases not visited"): [
                    sum(len(each.case_ids) for each in row.plan.unserved) for row in rows
                ],
                texts.t("Team hours"): [round(each, 1) for each in hours],
                texts.t("Expected to be resolved"): [round(each, 1) for each in brought],
                texts.t("Per team hour"): [
                    round(cases / each, 2) if each else None
                    for cases, each in zip(brought, hours, strict=True)
                ],
                texts.t("Hours on the road"): [round(row.travel_seconds / 3600, 1) for row in rows],
            }
        ),
        hide_index=True,
        width="stretch",
    )
    st.caption(texts.t("What a visit may bring is learnt from this campaign: see Insight."))


# --- balance ------------------------------------------------------------------------------------


def _balance(here: _Page) -> None:
    for area in here.bench.areas:
        _area(here, area)


def _area(here: _Page, area: Area) -> None:
    texts = here.texts
    names = {
        team.municipality_code: team.municipality or team.municipality_code
        for team in here.teams.values()
    }
    st.subheader(plain(names.get(area.municipality_code, area.municipality_code)), anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Team"): [here.team(load.team_id) for load in area.teams],
                texts.t("Stops"): [load.stops for load in area.teams],
                texts.t("Busy"): [round(100 * load.busy) for load in area.teams],
                texts.t("Travel, h"): [round(load.travel / 3600, 1) for load in area.teams],
                texts.t("At doors, h"): [round(load.service / 3600, 1) for load in area.teams],
                texts.t("Waiting, h"): [round(load.waiting / 3600, 1) for load in area.teams],
                texts.t("Above its share, min"): [round(load.off / 60) for load in area.teams],
            }
        ),
        hide_index=True,
        width="stretch",
        column_config={
            texts.t("Busy"): st.column_config.ProgressColumn(
                format="%d %%", min_value=0, max_value=100
            )
        },
    )


# --- what changes -------------------------------------------------------------------------------


def _news(here: _Page) -> None:
    if here.bench.news is None:
        st.info(here.texts.t("This is the plan that the teams have."))
        return
    shown(here.bench.news, here.bench, here.texts, team=here.team)
