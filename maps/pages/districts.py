"""Planner: which team goes where, on a map and in a table; work and balance follow at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from maps.basemap import Basemap
from maps.pages.district_map import district_map, ground_of
from maps.pages.frame import choose, done, faults_told, plain
from maps.texts import Texts
from planning.desk import Desk, Districts
from planning.districts.cells import cells
from planning.districts.workload import Workload, workloads
from planning.errors import NotFound
from planning.model import Campaign, Plan, Team, Visit

_UNDO = 20
"""So many steps can be taken back."""


@dataclass(frozen=True, slots=True)
class _Here:
    """One municipality's districts as they are now."""

    desk: Desk
    campaign: Campaign
    texts: Texts
    now: Districts
    code: str
    visits: tuple[Visit, ...]
    teams: tuple[Team, ...]

    @property
    def key(self) -> str:
        """Names the municipality in the session."""
        return f"{self.campaign.campaign_id}/{self.code}"

    def loads(self) -> tuple[Workload, ...]:
        """By team, in the order of `teams`."""
        return workloads(self.visits, self.teams, self.now.homes, self.now.shifts)


def view(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    """Map, balance and table of one municipality; what is moved is kept at once."""
    try:
        now = desk.districts(campaign.campaign_id)
    except NotFound:
        st.info(
            texts.t("Districts need teams and cases: bring both lists under “Lists”. "
                    "They are drawn by themselves, and you change what you know better.")
        )  # fmt: skip
        return
    here = _municipality(desk, campaign, texts, now)
    if here is None:
        st.info(texts.t("No case was found in a municipality that has a team. Look under "
                        "“Addresses to review”, or bring a team for it."))  # fmt: skip
        return
    _steps(here)
    _map(here, basemap)
    _table(here)
    _by_settlement(here)


def _municipality(desk: Desk, campaign: Campaign, texts: Texts, now: Districts) -> _Here | None:
    names = {
        team.municipality_code: team.municipality or team.municipality_code for team in now.teams
    }
    there = {visit.municipality_code for visit in now.visits}
    codes = sorted(names.keys() & there, key=names.__getitem__)
    if not codes:
        return None
    most = max(codes, key=lambda code: sum(x.municipality_code == code for x in now.visits))
    code = choose(
        texts.t("Municipality"), codes, texts, key="district_municipality",
        said=names.__getitem__, first=codes.index(most), width=320,
    )  # fmt: skip
    return _Here(
        desk, campaign, texts, now, code,
        tuple(visit for visit in now.visits if visit.municipality_code == code),
        tuple(team for team in now.teams if team.municipality_code == code),
    )  # fmt: skip


# --- changing, and taking it back ---------------------------------------------------------------


def _assign(here: _Here, wanted: Mapping[str, str]) -> int:
    """Hands cases over and remembers how to take it back; how many changed."""
    before = here.desk.assign_cases(here.campaign.campaign_id, wanted, versions=here.now.versions)
    if before:
        stack = st.session_state.setdefault(f"undo/{here.key}", [])
        stack.append(before)
        del stack[:-_UNDO]
    return len(before)


def _handed(here: _Here, visit_ids: Sequence[str], team_id: str) -> None:
    """A choice on the map: kept at once, told above the map."""
    of = {visit.visit_id: visit.case_ids for visit in here.visits}
    wanted = {one: team_id for visit_id in visit_ids for one in of.get(visit_id, ())}
    with faults_told(here.texts):
        moved = _assign(here, wanted)
        st.session_state["districts_told"] = here.texts.n(
            "{count} case moved. Plan again to see the new routes.",
            "{count} cases moved. Plan again to see the new routes.", moved,
        )  # fmt: skip


def _steps(here: _Here) -> None:
    """Suggest, undo, and what was just done."""
    texts = here.texts
    stack: list[dict[str, str]] = st.session_state.get(f"undo/{here.key}", [])
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            texts.t("Suggest balanced districts"), icon=":material/auto_awesome:",
            disabled=len(here.teams) < 2,
        ):  # fmt: skip
            _suggest(here)
        if st.button(texts.t("Undo"), icon=":material/undo:", disabled=not stack):
            _undo(here, stack)
        if told := st.session_state.pop("districts_told", ""):
            st.caption(plain(str(told)))


def _suggest(here: _Here) -> None:
    """Another drawing each time: the next seed."""
    turn = int(st.session_state.get(f"suggested/{here.key}", 0)) + 1
    homes = here.desk.suggest_districts(here.now, municipality_code=here.code, seed=turn)
    wanted = {
        case_id: team_id
        for visit in here.visits
        if (team_id := homes[visit.visit_id])
        for case_id in visit.case_ids
    }
    with faults_told(here.texts):
        _assign(here, wanted)
        st.session_state[f"suggested/{here.key}"] = turn
        done(here.texts.t("New districts are drawn. Undo takes them back."))


def _undo(here: _Here, stack: list[dict[str, str]]) -> None:
    with faults_told(here.texts):
        here.desk.assign_cases(here.campaign.campaign_id, stack[-1], versions=here.now.versions)
        stack.pop()
        done(here.texts.t("Taken back."))


# --- looking ------------------------------------------------------------------------------------


@st.cache_data(max_entries=16, ttl=600, show_spinner=False)
def _ground(drawn: str, _here: _Here, _basemap: Basemap) -> dict[str, object]:
    """What lies under the districts, made once for what `drawn` names."""
    ground = ground_of(
        _here.visits, cells(_here.visits, teams=len(_here.teams)),
        region_info=_here.desk.region(_here.campaign).info, basemap=_basemap, texts=_here.texts,
    )  # fmt: skip
    return {**ground, "drawn": drawn}


def _map(here: _Here, basemap: Basemap) -> None:
    doors = [(visit.visit_id, visit.lon, visit.lat) for visit in here.visits]
    told = repr((here.key, here.texts.language, doors)).encode()
    drawn = hashlib.sha256(told).hexdigest()[:16]
    district_map(
        _ground(drawn, here, basemap),
        key=drawn,
        visits=here.visits,
        teams=here.teams,
        homes=here.now.homes,
        loads=here.loads(),
        texts=here.texts,
        moved=partial(_handed, here),
    )


def _table(here: _Here) -> None:
    """The same as on the map, for reading."""
    texts, loads = here.texts, here.loads()
    shares = [load.share for load in loads if load.shift_seconds]
    if len(shares) > 1:
        most, least = max(shares), min(shares)
        st.caption(
            texts.t(
                "The fullest team has {most} % of its time planned, the emptiest {least} %.",
                most=round(100 * most), least=round(100 * least),
            )
        )  # fmt: skip
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Number"): [number + 1 for number in range(len(loads))],
                texts.t("Team"): [team.name for team in here.teams],
                texts.t("Visits"): [load.visits for load in loads],
                texts.t("Hours of work"): [load.work_seconds / 3_600 for load in loads],
                texts.t("Hours of its shifts"): [load.shift_seconds / 3_600 for load in loads],
                texts.t("Busy"): [round(100 * load.share) for load in loads],
            }
        ),
        hide_index=True,
        width="stretch",
        column_config={
            texts.t("Hours of work"): st.column_config.NumberColumn(format="%.1f"),
            texts.t("Hours of its shifts"): st.column_config.NumberColumn(format="%.1f"),
            texts.t("Busy"): st.column_config.ProgressColumn(
                format="%d %%", min_value=0, max_value=100
            ),
        },
    )


def _by_settlement(here: _Here) -> None:
    """The keyboard's way: a settlement of one team to another."""
    texts = here.texts
    names = {team.team_id: team.name for team in here.teams}
    parts: dict[str, list[str]] = {}
    team_of: dict[str, str] = {}
    for visit in here.visits:
        own = here.now.homes.get(visit.visit_id, "")
        part = f"{visit.settlement} · {names.get(own, texts.t('no team'))}"
        parts.setdefault(part, []).extend(visit.case_ids)
        team_of[part] = own
    st.subheader(texts.t("Move a settlement to another team"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = st.selectbox(texts.t("Settlement"), sorted(parts), key=f"move_part/{here.code}")
        others = [team_id for team_id in names if team_id != team_of[part]]
        team_id = st.selectbox(
            texts.t("To the team"), others, format_func=names.__getitem__, key=f"move_to/{part}"
        )
        asked = st.button(texts.t("Move; the next plan follows"), disabled=team_id is None)
    if asked and team_id is not None:
        with faults_told(texts):
            _assign(here, dict.fromkeys(parts[part], team_id))
            done(texts.t("Moved. Plan again to see the new routes."))


def table_only(plan: Plan, teams: Sequence[Team], texts: Texts) -> None:
    """What those see who do not plan: the districts of the plan and their work."""
    names = {team.team_id: team.name for team in teams}
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("District"): [each.name for each in plan.districts],
                texts.t("Team"): [names.get(each.team_id, "") for each in plan.districts],
                texts.t("Visits"): [len(each.visit_ids) for each in plan.districts],
                texts.t("Hours of work"): [each.work_seconds / 3_600 for each in plan.districts],
            }
        ),
        hide_index=True,
        width="stretch",
        column_config={texts.t("Hours of work"): st.column_config.NumberColumn(format="%.1f")},
    )
