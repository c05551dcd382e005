"""Web entry: signs in, picks the pages of the role, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from data.demo import demo_sign_ins
from data.home import office_home
from data.office import Office
from maps.basemap import Basemap
from maps.pages import (
    accounts,
    adjust,
    campaigns,
    coverage,
    lists,
    log,
    password,
    plan,
    review,
    sign_in,
    team,
)
from maps.pages.frame import faults_told, plain
from maps.texts import LANGUAGE_NAMES, Texts, translator
from planning.desk import Desk
from planning.model import Campaign, Mode, Role, User

if TYPE_CHECKING:
    from starlette.requests import Request

ICON = Path(__file__).resolve().parent / "maps" / "assets" / "icon.svg"
# What each role sees, its main page first. Permission is `planning.roles`, not this.
PAGES: dict[Role, tuple[str, ...]] = {
    Role.PLANNER: ("plan", "adjust", "lists", "review", "coverage", "campaigns"),
    Role.COORDINATOR: ("coverage", "plan"),
    Role.TEAM: ("team",),
    Role.VIEWER: ("coverage",),
    Role.AUDITOR: ("log",),
    Role.ADMIN: ("accounts",),
}


STYLE = """<style>
[data-testid=stMainBlockContainer] { padding-top: 3rem; padding-bottom: 2rem; }
[data-testid=stMainBlockContainer] h1 { font-size: 1.9rem; padding: 0 0 .4rem; }
[data-testid=stMainBlockContainer] h3 { font-size: 1.25rem; }
</style>"""


def main() -> None:
    """One run of the page script."""
    st.set_page_config(page_title="Outreach", page_icon=ICON, layout="wide")
    st.html(STYLE)
    texts = translator(_language())
    office = _office()
    user = _user(office)
    if user is None:
        _sign_in(office, texts)
        return
    desk = office.desk(user)
    _whoami(user, texts)
    if user.must_change_password:
        if password.page(desk, texts):
            st.rerun()
        return
    entries = _pages(desk, _campaign(desk, texts), texts)
    chosen = st.navigation(entries, position="sidebar" if len(entries) > 1 else "hidden")
    with faults_told(texts):  # a missing region pack is told, too
        chosen.run()


@st.cache_resource
def _office() -> Office:
    return Office(office_home())


@st.cache_resource
def _basemap(_office: Office, region: str) -> Basemap:
    pack = _office.region(region)
    return Basemap.of(pack.graph(Mode.DRIVE), pack.areas, pack.gazetteer.settlements)


def _language() -> str:
    return str(st.session_state.get("language", "bg"))


def _user(office: Office) -> User | None:
    """Who is signed in, as the registry knows them now: a removed account is out at once."""
    user_id = st.session_state.get("user_id")
    if user_id is None:
        return None
    with office.registry.work(user_id, reading=True) as work:
        return next((user for user in work.users() if user.user_id == user_id), None)


def _sign_in(office: Office, texts: Texts) -> None:
    _language_switch(texts)
    user = sign_in.page(office.registry.sign_in, demo=demo_sign_ins(office.home), texts=texts)
    if user is not None:
        st.session_state["user_id"] = user.user_id
        st.rerun()


def _whoami(user: User, texts: Texts) -> None:
    with st.sidebar:
        st.caption(f"{plain(user.name)} · {texts.role(user.role)}")
        _language_switch(texts)
        if st.button(texts.t("Sign out"), icon=":material/logout:"):
            st.session_state.clear()
            st.rerun()


def _language_switch(texts: Texts) -> None:
    with st.sidebar:
        st.selectbox(
            texts.t("Language"),
            list(LANGUAGE_NAMES),
            format_func=LANGUAGE_NAMES.__getitem__,
            key="language",
            index=list(LANGUAGE_NAMES).index(texts.language),
        )


def _campaign(desk: Desk, texts: Texts) -> Campaign | None:
    campaigns = desk.campaigns()
    if len(campaigns) < 2:
        return campaigns[0] if campaigns else None
    with st.sidebar:
        return st.selectbox(
            texts.t("Campaign"), campaigns, format_func=lambda each: each.name, key="campaign"
        )


def _pages(desk: Desk, campaign: Campaign | None, texts: Texts) -> list[st.Page]:
    """The pages of this user's role for the chosen campaign."""
    today: date = datetime.now().astimezone().date()
    whole_office: dict[str, tuple[str, Callable[[], None]]] = {
        "log": (texts.t("Log"), partial(log.page, desk, texts)),
        "accounts": (texts.t("Accounts"), partial(accounts.page, desk, texts)),
        "campaigns": (
            texts.t("Campaigns"),
            partial(campaigns.page, desk, texts, today=today),
        ),
    }
    known = whole_office
    if campaign is not None:
        here = partial(_basemap, _office(), campaign.region)
        known = {
            **whole_office,
            "lists": (texts.t("Lists"), lambda: lists.page(desk, campaign, texts)),
            "review": (
                texts.t("Addresses to review"),
                lambda: review.page(desk, campaign, texts, here()),
            ),
            "plan": (texts.t("Plan"), lambda: plan.page(desk, campaign, texts, here())),
            "adjust": (
                texts.t("Change the plan"),
                lambda: adjust.page(desk, campaign, texts, now=datetime.now().astimezone()),
            ),
            "coverage": (
                texts.t("Coverage"),
                lambda: coverage.page(desk, campaign, texts, here()),
            ),
            "team": (
                texts.t("Route of the day"),
                lambda: team.page(desk, campaign, texts, here(), today=today),
            ),
        }
    wanted = [name for name in PAGES[desk.user.role] if name in known]
    return [
        st.Page(known[name][1], title=known[name][0], url_path=name, default=name == wanted[0])
        for name in wanted
    ] or [st.Page(partial(_empty, texts), title="Outreach")]


def _empty(texts: Texts) -> None:
    st.info(texts.t("There is no campaign yet."))


def server() -> st.App:
    """The app with its health check, for `outreach.py serve`."""
    return st.App(Path(__file__).resolve(), routes=[Route("/healthz", _healthz)])


async def _healthz(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


if __name__ == "__main__":
    main()
