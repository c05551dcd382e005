"""Planner: plan, watch, look at routes and at what is left, publish, print."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import streamlit as st

from maps.basemap import Basemap
from maps.cost_curve import cost_curve, few_steps
from maps.exports import write_plan
from maps.layers import overview_map, route_map
from maps.pages import districts, phones
from maps.pages.frame import (
    choose,
    done,
    faults_told,
    heading,
    lead_to,
    plain,
    progress_shown,
    show_map,
    show_next,
    view_of,
    why_failed,
)
from maps.pages.news import by_name, shown, workbench_of
from maps.texts import Texts
from planning.desk import Desk
from planning.model import (
    Campaign,
    CaseRecord,
    JobStatus,
    Plan,
    PlanVersion,
    Priority,
    Reason,
    Team,
    Trace,
)
from planning.revision import Workbench
from planning.roles import Action, may
from planning.summary import summarise

REMEDIES = 8
"""Visits with a remedy that are listed at a time."""
SEARCH_SECONDS = (15, 30, 60, 120, 300)
"""How long a planner may let it search: more time, fewer kilometres."""


def page(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    """The newest plan in figures, on a map, by district, by team and day, and what is left."""
    planner = may(desk.user, Action.PLAN)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        heading(texts.t("Plan"), texts, campaign)
    with faults_told(texts):
        if planner:
            with right:
                _start(desk, campaign, texts)
            _today_is_repaired(desk, campaign, texts)
        found = desk.plan(campaign.campaign_id)
        if found is None:
            _nothing_yet(desk, campaign, texts, basemap)
            return
        _figures(desk, campaign, found.plan, texts)
        if planner:
            _alert(desk, campaign, texts)
        _views(desk, campaign, found, texts, basemap)


def _nothing_yet(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    """What comes first; the districts can be looked at before there are routes."""
    if not may(desk.user, Action.PLAN):
        st.info(texts.t("No plan is published yet."))
        return
    st.info(texts.t("There is no plan yet. Import lists, then plan."))
    st.subheader(texts.t("Districts"), anchor=False)
    districts.view(desk, campaign, texts, basemap)


def _views(
    desk: Desk, campaign: Campaign, found: PlanVersion, texts: Texts, basemap: Basemap
) -> None:
    teams = desk.teams(campaign.campaign_id)
    views = {
        "overview": texts.t("Overview"),
        "routes": texts.t("Routes"),
        "left": texts.t("Not visited"),
        "districts": texts.t("Districts"),
        **({"phones": texts.t("Phones")} if may(desk.user, Action.PUBLISH) else {}),
        "files": texts.t("Files"),
    }
    # One view at a time: a map drawn into a hidden tab has no size, and costs time for nothing.
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        view = view_of(views, texts, key="plan_view", first="overview")
        _publish(desk, campaign, found, texts)
    if view == "routes":
        _routes(desk, campaign, found.plan, teams, texts, basemap)
    elif view == "left":
        _unserved(desk, campaign, found.plan, texts)
    elif view == "districts":
        if may(desk.user, Action.PLAN):
            districts.view(desk, campaign, texts, basemap)
        else:
            districts.table_only(found.plan, teams, texts)
    elif view == "phones":
        phones.page(desk, campaign, found.plan, teams, texts)
    elif view == "files":
        _files(desk, campaign, found, teams, texts, basemap)
    else:
        info = desk.region(campaign).info
        show_map(
            overview_map(found.plan, teams=teams, basemap=basemap, region_info=info, texts=texts),
            height=640,
            name=texts.t("Map of all routes"),
        )
        if len(found.plan.trace) > 1 and may(desk.user, Action.PLAN):
            _search(found.plan, texts)


def _start(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """The button, or the progress of what was started: by anybody, also before a reload."""
    status = desk.plan_status(campaign.campaign_id)
    if status is not None and status.state == "running":
        _watch(desk, campaign, texts)
        return
    if status is not None and status.state == "failed":
        st.error(texts.t("Planning failed: {why}", why=why_failed(status, texts)))
    with (
        st.form("plan", border=False),
        st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom"),
    ):
        seconds = choose(
            texts.t("Time to search"),
            SEARCH_SECONDS,
            texts,
            key="plan_seconds",
            said=lambda each: _search_time(each, texts),
            first=1,
            width=130,
        )
        close = st.checkbox(
            texts.t("Stay close"),
            help=texts.t("Few stops change their team or day against the plan so far."),
            key="plan_close",
            width="content",
        )
        asked = st.form_submit_button(
            texts.t("Make a plan"), type="primary", icon=":material/route:"
        )
    if asked:
        with faults_told(texts):
            desk.start_plan(campaign.campaign_id, seconds=float(seconds), close=close)
            st.rerun()


def _today_is_repaired(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """Where crews are out: what a plan made now leaves out, and what to do for today."""
    if not desk.stops_left_today(campaign.campaign_id):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            plain(texts.t(
                "Crews have begun: a plan made now has none of today's stops that are still open. "
                "For today, repair the plan instead."
            )),
            width="content",
        )  # fmt: skip
        lead_to("adjust", texts.t("Change the plan"))


def _search_time(seconds: int, texts: Texts) -> str:
    return texts.t("{seconds} s", seconds=seconds) if seconds < 60 else texts.duration(seconds)


@st.fragment(run_every=1.0)
def _watch(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """Progress of the running job; the page itself reruns once when it ends."""
    status = desk.plan_status(campaign.campaign_id)
    if status is None or status.state != "running":
        st.rerun()
    else:
        _progress(desk, status, texts)


def _progress(desk: Desk, status: JobStatus, texts: Texts) -> None:
    words = plain(texts.t(status.message)) if status.message else ""
    st.progress(min(max(status.share, 0.0), 1.0), text=words)
    if st.button(texts.t("Stop with the best so far"), icon=":material/stop_circle:"):
        desk.cancel_plan(status.job_id)
    if len(status.trace) > 1:
        _curve(status.trace, texts.t("Cost above the best plan so far"), texts)


def _figures(desk: Desk, campaign: Campaign, plan: Plan, texts: Texts) -> None:
    records = desk.cases(campaign.campaign_id)
    summary = summarise(
        plan,
        [record.case for record in records],
        {record.case.case_id: record.place for record in records if record.place},
    )
    with st.container(horizontal=True, gap="large"):
        st.metric(texts.t("Cases"), summary.cases, width="content")
        st.metric(
            texts.t("Doors in the plan"), f"{summary.served} / {summary.visits}", width="content"
        )
        st.metric(texts.t("Routes"), summary.routes, width="content")
        st.metric(texts.t("Cases not visited"), sum(summary.unserved.values()), width="content")
        st.metric(texts.t("Kilometres"), texts.number(summary.kilometres), width="content")
    if summary.outside:
        st.caption(
            texts.n(
                "{count} case is not in this plan: resolved before, or new since.",
                "{count} cases are not in this plan: resolved before, or new since.",
                summary.outside,
            )
        )
    if summary.unspoken:
        spoken = ", ".join(
            f"{texts.languages([language])} ({count})"
            for language, count in summary.unspoken.items()
        )
        st.caption(plain(texts.t("No crew that may go speaks: {languages}.", languages=spoken)))


def _search(plan: Plan, texts: Texts) -> None:
    """How the search went, for whoever wonders whether more time would help."""
    with st.expander(texts.t("How the search went")):
        st.caption(
            texts.t("The time ended the search: more seconds may give a better plan.")
            if not plan.settled
            else texts.t("The search came to its end: more seconds would give the same plan.")
        )
        _curve(plan.trace, texts.t("Cost above the plan that was kept"), texts)


def _curve(trace: Trace, said: str, texts: Texts) -> None:
    """How the cost fell, as a picture and in a few rows."""
    st.image(cost_curve(trace), caption=said)
    steps = few_steps(trace)
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Seconds"): [round(seconds) for seconds, _ in steps],
                said: [f"+{texts.number(percent, places=2)} %" for _, percent in steps],
            }
        ),
        hide_index=True,
    )


def _alert(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """One line where the time may not suffice."""
    alert = desk.pace(campaign.campaign_id).forecast.alert
    if alert is not None:
        st.caption(f":material/schedule: {plain(texts.said(alert))}")


def _publish(desk: Desk, campaign: Campaign, found: PlanVersion, texts: Texts) -> None:
    """What state the plan is in, and the button that sends a draft to the teams."""
    said = {
        "draft": texts.t("Draft"),
        "published": texts.t("Published"),
        "replaced": texts.t("Replaced"),
    }
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.caption(
            f"{said[found.status]} · {texts.t('version {version}', version=found.version)}"
            + (
                ""
                if found.plan.complete
                else f" · {texts.t('stopped early: the best plan so far')}"
            ),
            width="content",
        )
        publishable = found.status == "draft" and may(desk.user, Action.PUBLISH)
        asked = publishable and st.button(
            texts.t("Publish to the teams"), type="primary", icon=":material/send:"
        )
    if not asked:
        return
    with faults_told(texts):
        bench = workbench_of(desk, campaign.campaign_id)
        if bench is None or bench.news is None:
            _send(desk, campaign, found, texts)
        else:
            _confirm(desk, campaign, found, bench, texts)


def _send(desk: Desk, campaign: Campaign, found: PlanVersion, texts: Texts) -> None:
    desk.publish(campaign.campaign_id, found.version)
    show_next("plan_view", "files")  # what is published is printed
    done(texts.t("Published: the teams see this plan now."))


def _confirm(
    desk: Desk, campaign: Campaign, found: PlanVersion, bench: Workbench, texts: Texts
) -> None:
    """What changes for the teams, before it does."""
    names = {team.team_id: team.name for team in desk.teams(campaign.campaign_id)}
    news = bench.news
    assert news is not None, "asked before"

    @st.dialog(texts.t("What changes for the teams"), width="large")
    def dialog() -> None:
        shown(news, bench, texts, team=lambda each: names.get(each, each))
        if st.button(texts.t("Publish"), type="primary", icon=":material/send:"):
            with faults_told(texts):
                _send(desk, campaign, found, texts)

    dialog()


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
    with left:
        team_id = choose(
            texts.t("Team"), list(names), texts, key="plan_team", said=names.__getitem__
        )
    with right:
        days = sorted(route.day for route in driven if route.team_id == team_id)
        day = choose(texts.t("Day"), days, texts, key="plan_day", said=texts.date)
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
    records = {record.case.case_id: record for record in desk.cases(campaign.campaign_id)}
    if may(desk.user, Action.PLAN):
        _remedies(desk, campaign, plan, records, texts)
    first = [records.get(each.case_ids[0]) for each in plan.unserved]
    table = {
        texts.t("Case"): [", ".join(each.case_ids) for each in plan.unserved],
        texts.t("Priority"): [
            texts.priority(record.case.priority) if record else "" for record in first
        ],
        texts.t("Settlement"): [_settlement(record) for record in first],
        texts.t("Why"): [texts.reason(each.reason) for each in plan.unserved],
        texts.t("What would help"): [texts.said(*each.remedy) for each in plan.unserved],
        texts.t("Detail"): [texts.said(*each.because) for each in plan.unserved],
    }
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        width="stretch",
        column_config={
            texts.t("Case"): st.column_config.Column(width=80),
            texts.t("Priority"): st.column_config.Column(width=90),
            texts.t("Settlement"): st.column_config.Column(width=110),
            texts.t("Why"): st.column_config.Column(width=270),
            texts.t("What would help"): st.column_config.Column(width=380),
        },
    )
    if any(each.reason == Reason.NOT_LOCATED for each in plan.unserved):
        st.caption(
            texts.t("Settle what was not located under “Addresses to review”, then plan again.")
        )


def _remedies(
    desk: Desk, campaign: Campaign, plan: Plan, records: Mapping[str, CaseRecord], texts: Texts
) -> None:
    """Visits that nobody makes, urgent ones first, with a button that makes what would help.

    All of them together would make a long page: some at a time.
    """
    doors = {visit.visit_id: visit for visit in plan.visits}
    names = {team.team_id: team.name for team in desk.teams(campaign.campaign_id)}
    left = [each for each in plan.unserved if each.visit_id in doors]
    left.sort(key=lambda each: doors[each.visit_id].priority != Priority.URGENT)
    shown_now = int(st.session_state.get("remedies_shown", REMEDIES))
    for each in left[:shown_now]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            where = _settlement(records.get(each.case_ids[0]))
            name = " · ".join(filter(None, (", ".join(each.case_ids), where)))
            said = (
                by_name(told, doors, lambda team_id: names.get(team_id, team_id))
                for told in each.remedy or each.because
            )
            st.markdown(
                f"**{plain(name)}**: {plain(texts.reason(each.reason))}  \n"
                f"{plain(texts.said(*said))}",
                width="stretch",
            )
            asked = st.button(
                texts.t("Do this") if each.remedy else texts.t("Find a way"),
                key=f"remedy/{each.visit_id}",
                icon=":material/add_road:",
                help=texts.t("Makes a draft with this change; the teams see nothing yet."),
            )
            if asked:
                with faults_told(texts):
                    _concede(desk, campaign, each.visit_id, texts)
    if len(left) > shown_now and st.button(texts.t("Show more")):
        st.session_state["remedies_shown"] = shown_now + REMEDIES
        st.rerun()


def _concede(desk: Desk, campaign: Campaign, visit_id: str, texts: Texts) -> None:
    """Makes the change that helps by now: the plan may differ from the one it was found for."""
    bench = workbench_of(desk, campaign.campaign_id)
    change = bench.remedy(visit_id) if bench else None
    if bench is None or change is None:
        st.warning(texts.t("In the plan as it is now, no change was found that would help."))
        return
    version = desk.concede(campaign.campaign_id, bench, change)
    kept = texts.t("Version {version} is a draft: publish it when it is right.", version=version)
    done(f"{texts.said(*change.told)} {kept}")


def _settlement(record: CaseRecord | None) -> str:
    """Where it was found, else where the list says it is."""
    if record is None:
        return ""
    found = record.place.settlement if record.place else ""
    return found or record.case.address.settlement


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
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(texts.t("Prepare the files"))
        large = st.checkbox(
            texts.t("Sheets in large print"),
            help=texts.t("The same words in 16 point type, on more pages."),
            key="plan_large",
            width="content",
        )
    if not asked:
        return
    records = desk.cases(campaign.campaign_id)
    # What is published is what teams go by: a draft's sheets carry no code that opens a day.
    on_the_road = found.status == "published" and may(desk.user, Action.PUBLISH)
    references = phones.addresses(desk, campaign, found.plan) if on_the_road else {}
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
            references=references,
            large=large,
        )
        packed = _zip(out)
        sheets = (out / "sheets.pdf").read_bytes()
    version = f"{campaign.first_day.isoformat()}-v{found.version}"
    left, right = st.columns(2)
    left.download_button(
        texts.t("Everything (ZIP)"), packed, f"plan-{version}.zip", "application/zip",
        on_click="ignore", width="stretch",
    )  # fmt: skip
    right.download_button(
        texts.t("All sheets (PDF)"), sheets, f"sheets-{version}.pdf", "application/pdf",
        on_click="ignore", width="stretch",
    )  # fmt: skip


def _zip(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return packed.getvalue()
