"""Codes that open a team's day on its phone, and what phones sent that needs a look."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from urllib.parse import urlsplit

import pandas as pd
import segno
import streamlit as st

from maps.pages.frame import choose, done, plain
from maps.phone.server import PATH
from maps.texts import Texts
from planning.desk import Desk
from planning.model import Campaign, PhoneLink, Plan, Route, Team
from planning.phone import Trouble, Troubled
from planning.roles import Action, may


def address(token: str) -> str:
    """Where a phone opens the day: on the server of this very page, as the browser knows it."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}{PATH}/#{token}"


def still_to_come(routes: Iterable[Route], campaign: Campaign, today: date) -> list[Route]:
    """Routes that a phone may still open; of the sample every one."""
    return [each for each in routes if each.stops and (campaign.invented or each.day >= today)]


def addresses(desk: Desk, campaign: Campaign, plan: Plan) -> Mapping[str, str]:
    """Shift id → what its phone opens, for the codes on the sheets."""
    routes = still_to_come(plan.routes, campaign, _today())
    given = desk.give_links(
        campaign.campaign_id, [(route.team_id, route.day) for route in routes]
    )  # fmt: skip
    return {
        route.shift_id: address(given[route.team_id, route.day].token) for route in routes
    }  # fmt: skip


def page(desk: Desk, campaign: Campaign, plan: Plan, teams: list[Team], texts: Texts) -> None:
    """One code to scan, the codes that hold, and what came in that somebody should look at."""
    names = {team.team_id: team.name for team in teams}
    routes = still_to_come(plan.routes, campaign, _today())
    if routes:
        _code(desk, campaign, routes, names, texts)
    else:
        st.info(texts.t("No team goes out in this plan."))
    _links(desk, campaign, names, texts)
    found = desk.troubled_reports(campaign.campaign_id)
    _troubled(found, names, texts)
    if may(desk.user, Action.PLAN):
        _to_settle(desk, campaign, found, names, texts)


def _today() -> date:
    return datetime.now().astimezone().date()


def _code(
    desk: Desk, campaign: Campaign, routes: list[Route], names: Mapping[str, str], texts: Texts
) -> None:
    left, right = st.columns(2)
    with left:
        teams = list(dict.fromkeys(route.team_id for route in routes))
        team_id = choose(
            texts.t("Team"), teams, texts, key="phone_team", said=lambda each: names[each]
        )
    with right:
        days = sorted(route.day for route in routes if route.team_id == team_id)
        day = choose(texts.t("Day"), days, texts, key="phone_day", said=texts.date)
    with st.container(horizontal=True):
        asked = st.button(texts.t("Show the code"), type="primary", icon=":material/qr_code_2:")
        anew = st.button(
            texts.t("New code; the old one stops working"), icon=":material/autorenew:"
        )
    if not (asked or anew):
        return
    wanted = (team_id, day)
    given = desk.give_links(campaign.campaign_id, [wanted], anew=anew)[wanted]
    drawn = io.BytesIO()
    segno.make(address(given.token), error="m").save(drawn, kind="png", scale=8, border=4)
    st.image(drawn.getvalue(), width=320)
    said = texts.t(
        "Scan with the team's phone. Whoever holds this code sees the addresses of the day."
    )
    st.caption(f"{plain(said)}  \n{plain(_until(given.link, texts))}")


def _until(link: PhoneLink, texts: Texts) -> str:
    end = datetime.fromisoformat(link.expires).astimezone()
    clock = texts.time(end.hour * 3600 + end.minute * 60)
    return texts.t("Opens until {time}", time=f"{texts.short_date(end.date())} {clock}")


def _links(desk: Desk, campaign: Campaign, names: Mapping[str, str], texts: Texts) -> None:
    """What opens a day now, each with a button that takes it back."""
    now = datetime.now().astimezone()
    holding = [
        link
        for link in desk.phone_links(campaign.campaign_id)
        if not link.revoked_at and datetime.fromisoformat(link.expires) > now
    ]
    if not holding:
        return
    with st.expander(f"{texts.t('Codes that open a day')} ({len(holding)})"):
        for link in holding:
            with st.container(horizontal=True, vertical_alignment="center"):
                given_by = f"{texts.t('Given by')}: {link.made_by}"
                said = (
                    names.get(link.team_id, ""), texts.date(link.day), _until(link, texts), given_by
                )  # fmt: skip
                st.markdown(plain(" · ".join(said)))
                if st.button(texts.t("Take back"), key=f"revoke/{link.link_id}"):
                    desk.revoke_link(link.link_id)
                    done(texts.t(
                        "Taken back: phones that hold it are emptied when they next reach the "
                        "office."
                    ))  # fmt: skip


def _troubled(found: Iterable[Troubled], names: Mapping[str, str], texts: Texts) -> None:
    rows = list(found)
    if not rows:
        return
    told = {
        Trouble.DISAGREE: texts.t("Two phones said different things"),
        Trouble.OFF_ROUTE: texts.t("The plan no longer sent the team there"),
    }
    st.subheader(texts.t("Sent by phones, to be looked at"), anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Day"): [texts.short_date(each.day) for each in rows],
                texts.t("Team"): [names.get(each.team_id, "") for each in rows],
                texts.t("Case"): [", ".join(each.case_ids) for each in rows],
                texts.t("What is the matter"): [told[each.trouble] for each in rows],
                texts.t("What was recorded"): [
                    " → ".join(texts.result(said.result) for said in each.outcomes) for each in rows
                ],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _to_settle(
    desk: Desk, campaign: Campaign, found: Iterable[Troubled], names: Mapping[str, str],
    texts: Texts,
) -> None:  # fmt: skip
    """A button for each thing that phones said of one visit: the one pressed holds."""
    rows = [each for each in found if each.trouble is Trouble.DISAGREE]
    if not rows:
        return
    st.markdown(plain(texts.t("Which of the two holds? Both stay on record.")))
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center"):
            said = names.get(row.team_id, ""), texts.short_date(row.day), ", ".join(row.case_ids)
            st.markdown(plain(" · ".join(said)))
            for outcome in row.outcomes:
                at = datetime.fromisoformat(outcome.recorded_at).astimezone()
                clock = texts.time(at.hour * 3600 + at.minute * 60)
                label = f"{texts.result(outcome.result)}, {clock}"
                if st.button(plain(label), key=f"settle/{outcome.key}"):
                    desk.settle_reports(campaign.campaign_id, outcome.key)
                    done(texts.t("Settled: counts and plans follow what holds."))
