"""Web entry: signs in, picks the pages of the role, nothing else."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from data.demo import demo_sign_ins
from data.home import office_home
from data.office import Office, office_of
from data.organisation import organisation_sign_in
from data.tiles import configured as office_tiles
from maps.basemap import Basemap
from maps.pages import (
    accounts,
    adjust,
    attendance,
    calls,
    campaigns,
    coverage,
    crews,
    emergency,
    insight,
    kits,
    lists,
    log,
    password,
    plan,
    records,
    referrals,
    reports,
    review,
    schools,
    sign_in,
    team,
)
from maps.pages.frame import done, faults_told, plain
from maps.phone.server import PhonePage
from maps.texts import LANGUAGE_NAMES, Texts, translator
from maps.web import signing_in
from maps.web.headers import Headers
from maps.web.shown import ROUTE as SHOWN_MAPS
from maps.web.signing_in import COOKIE, LANGUAGE_COOKIE, SecureCookies
from maps.web.tiles import ON_SCREEN
from maps.web.tiles import ROUTE as TILES
from planning.desk import Desk
from planning.model import Campaign, Mode, Role, User

if TYPE_CHECKING:
    from starlette.requests import Request

ICON = Path(__file__).resolve().parent / "maps" / "assets" / "icon.svg"
# What each role sees, its main page first. Permission is `planning.roles`, not this.
PAGES: dict[Role, tuple[str, ...]] = {
    Role.PLANNER: (
        *("plan", "adjust", "crews", "kits"),
        *("lists", "review", "calls", "referrals", "schools"),
        *("insight", "coverage", "attendance", "reports"),
        *("campaigns", "records"),
    ),
    Role.COORDINATOR: ("coverage", "plan", "calls", "attendance", "crews", "emergency"),
    Role.TEAM: ("team", "schools", "emergency"),
    Role.VIEWER: ("coverage",),
    Role.AUDITOR: ("log",),
    Role.ADMIN: ("accounts",),
}


# The first page of each of the planner's groups has some room above it: cases, results, the office.
STYLE = """<style>
[data-testid=stMainBlockContainer] { padding-top: 3rem; padding-bottom: 2rem; }
[data-testid=stMainBlockContainer] h1 { font-size: 1.9rem; padding: 0 0 .4rem; }
[data-testid=stMainBlockContainer] h3 { font-size: 1.25rem; }
[data-testid=stSidebarNavItems] li:has(
  a[href$="/lists"], a[href$="/insight"], a[href$="/campaigns"]
) {
  margin-top: 1rem;
}
</style>"""


def main() -> None:
    """One run of the page script."""
    st.set_page_config(page_title="Outreach", page_icon=ICON, layout="wide")
    st.html(STYLE)
    texts = translator(_language())
    office = office_of(office_home())
    _ = office.jobs  # what a restart cut off goes on with the first page that anybody opens
    user, token = _signed_in(office)
    if user is None:
        _sign_in(office, texts)
        return
    desk = office.desk(user, token=token)
    _whoami(office, desk, token, texts)
    if user.must_change_password:
        if password.page(desk, texts):
            _forget(texts)
        return
    entries = _pages(desk, _campaign(desk, texts), texts)
    chosen = st.navigation(
        entries, position="sidebar" if len(entries) > 1 else "hidden", expanded=True
    )
    if st.session_state.get("changing_password"):
        check = partial(office.registry.sign_in, user.user_id)
        if password.page(desk, texts, check=check):
            _forget(texts)
        return
    with faults_told(texts):  # a missing region pack is told, too
        emergency.notices(desk, texts)
        chosen.run()


@st.cache_resource
def _basemap(_office: Office, region: str) -> Basemap:
    return _ground(_office, region)


def _ground(office: Office, region: str) -> Basemap:
    pack = office.region(region)
    made = Basemap.of(pack.graph(Mode.DRIVE), pack.areas, pack.gazetteer.settlements)
    _keep_for_good()
    return made


def _keep_for_good() -> None:
    """What is in memory now stays there to the end: garbage is no longer looked for in it.

    Looking through all modules and a region took up to a third of a second, in which no page was
    answered.
    """
    gc.collect()
    gc.freeze()


def _language() -> str:
    """As chosen on this page, or at the last sign-in of this browser."""
    kept = st.context.cookies.get(LANGUAGE_COOKIE)
    return str(st.session_state.get("language", kept if kept in LANGUAGE_NAMES else "bg"))


def _signed_in(office: Office) -> tuple[User | None, str]:
    """Who is signed in, as the registry knows them now, and the session's token."""
    sessions = office.registry.sessions
    tokens = (st.session_state.get("session", ""), st.context.cookies.get(COOKIE), _proof())
    for token in filter(None, tokens):
        user = sessions.user(token)
        if user is not None:
            return user, token
    return _by_organisation(office), _proof()


def _proof() -> str:
    """What Streamlit's own sign-in has left in this browser: signed, and new at every sign-in."""
    cookies = st.context.cookies
    return "\n".join(f"{name}={cookies[name]}" for name in sorted(cookies)
                     if name.startswith("_streamlit_user"))  # fmt: skip


def _by_organisation(office: Office) -> User | None:
    """Begins the session of somebody whom the organisation has just sent here."""
    claims = st.user.to_dict()
    proof = _proof()
    if not proof or not claims.get("is_logged_in"):
        return None
    issued = claims.get("iat")
    now = datetime.now(UTC).timestamp()
    if not isinstance(issued, int | float) or not now - _FRESH < issued < now + 60:
        return None
    email = str(claims.get("email") or "") if claims.get("email_verified") is True else ""
    user = office.registry.sign_in_by_identity(
        proof, subject=str(claims.get("sub") or ""), email=email
    )
    if user is None:
        st.session_state["unknown_to_us"] = True
    return user


_FRESH = 600
"""Seconds after which what the organisation said of somebody no longer begins a session."""


def _sign_in(office: Office, texts: Texts) -> None:
    """Asks who it is. What the page before showed is forgotten."""
    for key in st.session_state.keys() - {"language", "just_done", "unknown_to_us"}:
        del st.session_state[key]
    _language_switch(texts)
    unknown = st.session_state.pop("unknown_to_us", False)
    token = sign_in.page(
        partial(_begin, office),
        demo=demo_sign_ins(office.home),
        texts=texts,
        organisation="is_logged_in" in st.user.to_dict(),
        refused="unknown" if unknown else str(st.query_params.get("refused", "")),
    )
    if token:
        st.session_state["session"] = token
        st.rerun()


def _begin(office: Office, user_id: str, password: str) -> str:
    """A session of whoever has this name and password."""
    return office.registry.sessions.begin(office.registry.sign_in(user_id, password).user_id)


def _forget(texts: Texts) -> None:
    """After a change of password, which ended every session."""
    st.session_state.clear()
    st.session_state["language"] = texts.language
    done(texts.t("The password is changed. Sign in with it."))


def _whoami(office: Office, desk: Desk, token: str, texts: Texts) -> None:
    user = desk.user
    with st.sidebar:
        st.caption(f"{plain(user.name)} · {texts.role(user.role)}")
        _language_switch(texts)
        if st.button(texts.t("Sign out"), icon=":material/logout:"):
            office.registry.sessions.end(token)
            _leave(token, texts)
        if user.must_change_password:
            return
        with st.popover(texts.t("My account"), icon=":material/person:"):
            if st.button(texts.t("Change the password")):
                st.session_state["changing_password"] = True
            if st.session_state.get("changing_password") and st.button(texts.t("Back")):
                del st.session_state["changing_password"]
            if st.button(texts.t("Sign out everywhere")):
                desk.sign_out_everywhere()
                _leave(token, texts)


def _leave(token: str, texts: Texts) -> None:
    """Forgets what this page knew; the organisation's sign-in ends, too."""
    st.session_state.clear()
    st.session_state["language"] = texts.language
    if token == _proof():
        st.logout()  # the browser goes there and comes back
        st.stop()
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
        here = partial(_basemap, office_of(office_home()), campaign.region)
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
            "schools": (
                texts.t("School checks"),
                lambda: schools.page(desk, campaign, texts, now=datetime.now().astimezone()),
            ),
            "referrals": (
                texts.t("Referrals and hotline"),
                lambda: referrals.page(desk, campaign, texts, now=datetime.now().astimezone()),
            ),
            "crews": (texts.t("Crews"), lambda: crews.page(desk, campaign, texts, today=today)),
            "attendance": (
                texts.t("Attendance"),
                lambda: attendance.page(desk, campaign, texts, today=today),
            ),
            "reports": (
                texts.t("Reports and lists"),
                lambda: reports.page(desk, campaign, texts),
            ),
            "kits": (texts.t("Kits"), lambda: kits.page(desk, campaign, texts, today=today)),
            "calls": (texts.t("Calls"), lambda: calls.page(desk, campaign, texts)),
            "insight": (texts.t("Insight"), lambda: insight.page(desk, campaign, texts)),
            "records": (texts.t("Records"), lambda: records.page(desk, campaign, texts)),
            "coverage": (
                texts.t("Coverage"),
                lambda: coverage.page(desk, campaign, texts, here()),
            ),
            "emergency": (
                texts.t("Open a case in an emergency"),
                lambda: emergency.page(desk, campaign, texts),
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
    """The app with what it answers beside its pages, for `outreach.py serve`."""
    office = office_of(office_home())
    ON_SCREEN.source = office_tiles()
    routes = [
        Route("/healthz", _healthz),
        SHOWN_MAPS,
        TILES,
        *signing_in.routes(partial(_begin, office)),
        *_phone_page(office).routes(),
    ]
    _keep_for_good()
    return st.App(
        Path(__file__).resolve(),
        secrets=organisation_sign_in(office.home),
        routes=routes,
        middleware=[Middleware(Headers), Middleware(SecureCookies)],
    )


def _phone_page(office: Office) -> PhonePage:
    """The teams' page on their phones, of the same office."""
    return PhonePage(
        registry=office.registry,
        desk=office.desk,
        basemap=cache(partial(_ground, office)),  # Streamlit's cache is for its own threads
        now=lambda: datetime.now().astimezone(),
    )


async def _healthz(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


if __name__ == "__main__":
    main()
