"""Planner: the case list and the team list come in here."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from maps.exports import fault_table
from maps.pages.frame import done, fault_lines, faults_told, heading, plain, progress_shown
from maps.texts import Texts
from planning.desk import Desk
from planning.intake import FIELDS, Intake, Template
from planning.model import Campaign, Team

_KINDS = ["csv", "txt", "xlsx", "xls", "ods"]


def page(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """What is there, and two ways to bring more."""
    heading(texts.t("Lists"), texts, campaign)
    with faults_told(texts):
        _show(desk, campaign, texts)


def _show(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    records = desk.cases(campaign.campaign_id)
    teams = desk.teams(campaign.campaign_id)
    waiting = sum(bool(record.place and record.place.needs_review) for record in records)
    with st.container(horizontal=True, gap="large"):
        st.metric(texts.t("Cases"), len(records), width="content")
        st.metric(texts.t("Addresses to review"), waiting, width="content")
        st.metric(texts.t("Teams"), len(teams), width="content")
    if not teams:
        st.info(texts.t("Start with the team list, then bring the case list."))
    elif not records:
        st.info(texts.t("Now bring the case list."))
    elif waiting:
        st.caption(
            texts.n(
                "Next: {count} doubtful address under “Addresses to review”, then the plan.",
                "Next: {count} doubtful addresses under “Addresses to review”, then the plan.",
                waiting,
            )
        )
    cases_tab, teams_tab = st.tabs([texts.t("Case list"), texts.t("Team list")])
    with cases_tab:
        _bring_cases(desk, campaign, texts)
    with teams_tab:
        _bring_teams(desk, campaign, texts)
        if teams:
            _team_table(teams, texts)


def _team_table(teams: list[Team], texts: Texts) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Team"): [team.name for team in teams],
                texts.t("Municipality"): [team.municipality for team in teams],
                texts.t("Institutions"): [texts.institutions(team.institutions) for team in teams],
                texts.t("Hours"): [
                    f"{texts.time(team.start)}–{texts.time(team.end)}" for team in teams
                ],
                texts.t("Order"): [team.order_number for team in teams],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _bring_cases(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    st.write(
        texts.t(
            "CSV, Excel or OpenDocument. Columns are recognised by their headings; "
            "every row is accepted or rejected with its reason. No address leaves this machine."
        )
    )
    upload = st.file_uploader(texts.t("Case list"), type=_KINDS, key=_turn("case_list"))
    if upload is None:
        return
    content, name = upload.getvalue(), upload.name
    with faults_told(texts):
        template = _columns(desk.preview_cases(campaign.campaign_id, content, name), texts)
        preview = desk.preview_cases(campaign.campaign_id, content, name, template=template)
        _tell(preview, texts)
        if st.button(texts.t("Import cases"), type="primary"):
            with progress_shown(texts) as report:
                intake = desk.import_cases(
                    campaign.campaign_id, content, name, template=template, report=report
                )
            _next_turn("case_list")
            done(
                texts.n(
                    "{count} case imported. Doubtful addresses wait for review.",
                    "{count} cases imported. Doubtful addresses wait for review.",
                    len(intake.cases),
                )
            )


def _columns(guess: Intake, texts: Texts) -> Template | None:
    """What each column is; None while it is as guessed. A change is kept for later lists."""
    read = guess.mapping.columns
    with st.expander(texts.t("Columns of this list")):
        st.caption(texts.t("Change what was guessed wrong; later lists follow."))
        chosen = {}
        for heading in guess.columns.headings:
            options = ["", *FIELDS]
            chosen[heading] = st.selectbox(
                plain(heading) or texts.t("without a heading"),
                options,
                index=options.index(read.get(heading, "")),
                format_func=lambda each: texts.field(each) if each else texts.t("not read"),
                key=f"column/{heading}",
            )
    columns = {heading: field for heading, field in chosen.items() if field}
    return None if columns == read else Template(columns, guess.mapping.institutions)


def _tell(intake: Intake, texts: Texts) -> None:
    st.info(
        texts.t(
            "{accepted} of {rows} rows can be used, {rejected} cannot.",
            accepted=len(intake.cases),
            rows=intake.rows_total,
            rejected=len(intake.rejected),
        )
    )
    if intake.warnings:
        st.warning(fault_lines(intake.warnings, texts))
    if intake.rejected:
        faults = [fault for row in intake.rejected for fault in row.faults]
        st.error(fault_lines(faults, texts))
        st.download_button(
            texts.t("Download the fault list"),
            fault_table(faults, texts),
            file_name="faults.csv",
            mime="text/csv",
        )


def _bring_teams(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    st.write(texts.t("CSV, Excel or OpenDocument. The new list takes the place of the old one."))
    upload = st.file_uploader(texts.t("Team list"), type=_KINDS, key=_turn("team_list"))
    if upload and st.button(texts.t("Import teams"), type="primary"):
        with faults_told(texts):
            teams = desk.import_teams(campaign.campaign_id, upload.getvalue(), upload.name)
            _next_turn("team_list")
            done(texts.n("{count} team imported.", "{count} teams imported.", len(teams)))


def _turn(name: str) -> str:
    """Key of an upload field: a new one empties it."""
    return f"{name}/{st.session_state.get(f'turns/{name}', 0)}"


def _next_turn(name: str) -> None:
    """Empties the field once its list is in: nobody imports it a second time by mistake."""
    st.session_state[f"turns/{name}"] = st.session_state.get(f"turns/{name}", 0) + 1
