"""Planner: plan, watch, look at routes and at what is left, publish, print."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import streamlit as st

from maps.basemap import Basemap
from maps.exports import write_plan
from maps.layers import overview_map, route_map
from maps.pages.frame import faults_told, plain, progress_shown, sample_banner, show_map
from maps.texts import Texts
from planning.desk import Desk
from planning.model import Campaign, JobStatus, Plan, PlanVersion, Team
from planning.roles import Action, may
from planning.summary import summarise


def page(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    """The newest plan in figures, on a map, by district, by team and day, and what is left."""
    st.title(texts.t("Plan"))
    sample_banner(campaign, texts)
    if may(desk.user, Action.PLAN):
        _start(desk, campaign, texts)
    found = desk.plan(campaign.campaign_id)
    if found is None:
        st.info(texts.t("There is no plan yet. Import lists, then plan."))
        return
    _figures(desk, campaign, found, texts)
    teams = desk.teams(campaign.campaign_id)
    views = {
        "overview": texts.t("Overview"),
        "routes": texts.t("Routes"),
        "left": texts.t("Not visited"),
        "districts": texts.t("Districts"),
        "files": texts.t("Files"),
    }
    # One view at a time: a map drawn into a hidden tab has no size, and costs time for nothing.
    view = st.segmented_control(
        texts.t("View"),
        list(views),
        default="overview",
        format_func=views.__getitem__,
        label_visibility="collapsed",
        required=True,
    )
    if view == "routes":
        _routes(desk, campaign, found.plan, teams, texts, basemap)
    elif view == "left":
        _unserved(desk, campaign, found.plan, texts)
    elif view == "districts":
        _districts(desk, campaign, found.plan, teams, texts)
    elif view == "files":
        _files(desk, campaign, found, teams, texts, basemap)
    else:
        info = desk.region(campaign).info
        show_map(
            overview_map(found.plan, teams=teams, basemap=basemap, region_info=info, texts=texts),
            height=640,
            name=texts.t("Map of all routes"),
        )


def _start(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """The button, or the progress of what was started: by anybody, also before a reload."""
    status = desk.plan_status(campaign.campaign_id)
    if status is not None and status.state == "running":
        _watch(desk, campaign, texts)
        return
    if status is not None and status.state == "failed":
        st.error(plain(texts.t("Planning failed: {why}", why=status.message)))
    with st.form("plan", border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        seconds = left.slider(texts.t("Seconds to search"), 5, 300, 30)
        asked = right.form_submit_button(
            texts.t("Make a plan"), type="primary", width="stretch", icon=":material/route:"
        )
    if asked:
        with faults_told(texts):
            desk.start_plan(campaign.campaign_id, seconds=float(seconds))
            st.rerun()


@st.fragment(run_every=1.0)
def _watch(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """Progress of the running job; the page itself reruns once when it ends."""
    status = desk.plan_status(campaign.campaign_id)
    if status is None or status.state != "running":
        st.rerun()
    else:
        _progress(desk, status, texts)


def _progress(desk: Desk, status: JobStatus, texts: Texts) -> None:
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.progress(min(max(status.share, 0.0), 1.0), text=texts.t(status.message))
    if right.button(texts.t("Stop with the best so far"), width="stretch"):
        desk.cancel_plan(status.job_id)


def _figures(desk: Desk, campaign: Campaign, found: PlanVersion, texts: Texts) -> None:
    plan = found.plan
    records = desk.cases(campaign.campaign_id)
    summary = summarise(
        plan,
        [record.case for record in records],
        {record.case.case_id: record.place for record in records if record.place},
    )
    columns = st.columns(5)
    columns[0].metric(texts.t("Cases"), summary.cases)
    columns[1].metric(texts.t("Doors in the plan"), f"{summary.served} / {summary.visits}")
    columns[2].metric(texts.t("Routes"), summary.routes)
    columns[3].metric(texts.t("Cases not visited"), sum(summary.unserved.values()))
    columns[4].metric(texts.t("Kilometres"), texts.number(summary.kilometres))
    said = {
        "draft": texts.t("Draft"),
        "published": texts.t("Published"),
        "replaced": texts.t("Replaced"),
    }
    st.caption(
        f"{said[found.status]} · {texts.t('version {version}', version=found.version)}"
        + ("" if plan.complete else f" · {texts.t('stopped early: the best plan so far')}")
    )
    publishable = found.status == "draft" and may(desk.user, Action.PUBLISH)
    if publishable and st.button(
        texts.t("Publish to the teams"), type="primary", icon=":material/send:"
    ):
        with faults_told(texts):
            desk.publish(campaign.campaign_id, found.version)
            st.rerun()


def _routes(
    desk: Desk, campaign: Campaign, plan: Plan, teams: list[Team], texts: Texts, basemap: Basemap
) -> None:
    driven = [route for route in plan.routes if route.stops]
    if not driven:
        st.info(texts.t("No team goes out in this plan."))
        return
    by_id = {team.team_id: team for team in teams}
    left, right = st.columns(2)
    names = {
        team_id: by_id[team_id].name for team_id in dict.fromkeys(route.team_id for route in driven)
    }
    team_id = left.selectbox(texts.t("Team"), list(names), format_func=names.__getitem__)
    days = [route.day for route in driven if route.team_id == team_id]
    day = right.selectbox(texts.t("Day"), sorted(days), format_func=texts.date)
    route = next(each for each in driven if each.team_id == team_id and each.day == day)
    show_map(
        route_map(
            route,
            plan,
            team=by_id[team_id],
            basemap=basemap,
            region_info=desk.region(campaign).info,
            texts=texts,
        ),
        height=640,
        name=texts.t("Map of the route"),
    )


def _unserved(desk: Desk, campaign: Campaign, plan: Plan, texts: Texts) -> None:
    if not plan.unserved:
        st.success(texts.t("Every case is visited."))
        return
    settlement = {visit.visit_id: visit.settlement for visit in plan.visits}
    urgent = {
        record.case.case_id: texts.priority(record.case.priority)
        for record in desk.cases(campaign.campaign_id)
    }
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Case"): [", ".join(each.case_ids) for each in plan.unserved],
                texts.t("Priority"): [urgent.get(each.case_ids[0], "") for each in plan.unserved],
                texts.t("Settlement"): [
                    settlement.get(each.visit_id, "") for each in plan.unserved
                ],
                texts.t("Why"): [texts.reason(each.reason) for each in plan.unserved],
                texts.t("Detail"): [each.detail for each in plan.unserved],
                texts.t("What would help"): [each.relaxation for each in plan.unserved],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _districts(desk: Desk, campaign: Campaign, plan: Plan, teams: list[Team], texts: Texts) -> None:
    names = {team.team_id: team.name for team in teams}
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("District"): [each.name for each in plan.districts],
                texts.t("Team"): [names.get(each.team_id, "") for each in plan.districts],
                texts.t("Visits"): [len(each.visit_ids) for each in plan.districts],
                texts.t("Hours of work"): [
                    round(each.work_seconds / 3_600, 1) for each in plan.districts
                ],
            }
        ),
        hide_index=True,
        width="stretch",
    )
    if not may(desk.user, Action.PLAN) or not plan.districts:
        return
    with st.form("move"):
        st.markdown(f"**{texts.t('Move a settlement to another team')}**")
        here = {visit.visit_id: visit for visit in plan.visits}
        parts: dict[str, list[str]] = {}
        for district in plan.districts:
            for visit_id in district.visit_ids:
                visit = here[visit_id]
                part = f"{district.name} · {visit.settlement}"
                parts.setdefault(part, []).extend(visit.case_ids)
        part = st.selectbox(texts.t("Settlement"), sorted(parts))
        team_id = st.selectbox(texts.t("Team"), list(names), format_func=names.__getitem__)
        if st.form_submit_button(texts.t("Move; the next plan follows")):
            with faults_told(texts):
                desk.move_cases(campaign.campaign_id, parts[part], team_id)
                st.success(texts.t("Moved. Plan again to see the new routes."))


def _files(
    desk: Desk, campaign: Campaign, found: PlanVersion, teams: list[Team], texts: Texts,
    basemap: Basemap,
) -> None:  # fmt: skip
    st.write(
        texts.t(
            "Route maps, sheets to print, GeoPackage, GPX and tables in one ZIP file. "
            "It holds addresses: keep it in the office."
        )
    )
    if not st.button(texts.t("Prepare the files")):
        return
    records = desk.cases(campaign.campaign_id)
    with tempfile.TemporaryDirectory() as folder, progress_shown(texts) as report:
        out = Path(folder) / "plan"
        write_plan(
            found.plan,
            cases=[record.case for record in records],
            places={record.case.case_id: record.place for record in records if record.place},
            teams=teams,
            region_info=desk.region(campaign).info,
            basemap=basemap,
            out=out,
            language=texts.language,
            report=report,
        )
        packed = _zip(out)
        sheets = (out / "sheets.pdf").read_bytes()
    version = f"{campaign.first_day.isoformat()}-v{found.version}"
    left, right = st.columns(2)
    left.download_button(
        texts.t("Everything (ZIP)"), packed, f"plan-{version}.zip", "application/zip",
        width="stretch",
    )  # fmt: skip
    right.download_button(
        texts.t("All sheets (PDF)"), sheets, f"sheets-{version}.pdf", "application/pdf",
        width="stretch",
    )  # fmt: skip


def _zip(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return packed.getvalue()
