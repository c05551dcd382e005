"""Planner: does the time suffice, what may a visit bring, and what can crews learn from each other.

Everything here comes from the campaign's own days, and every figure says what it stands on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, log

import pandas as pd
import streamlit as st

from maps.intervals import Dot, interval_chart
from maps.pages.frame import choose, done, faults_told, heading, plain
from maps.texts import Texts
from planning.campaign.approach import ENOUGH_VISITS, MOST_TIMES, Approach, Use
from planning.campaign.effectiveness import LEAST_VISITS, Effect, Effectiveness
from planning.campaign.expectation import TOLD
from planning.desk import CaseChance, Desk, Expected, Factor, Pace
from planning.model import Campaign


def page(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """One question at a time: each opens the campaign's records anew."""
    heading(texts.t("Insight"), texts, campaign)
    with faults_told(texts):
        views = {
            "pace": texts.t("Does the time suffice?"),
            "expected": texts.t("What may a visit bring?"),
            "crews": texts.t("What can crews learn?"),
        }
        view = st.segmented_control(
            texts.t("View"),
            list(views),
            default="pace",
            format_func=views.__getitem__,
            label_visibility="collapsed",
            required=True,
            key="insight_view",
            persist_state="session",
        )
        if view == "expected":
            _expected(desk, campaign, texts)
        elif view == "crews":
            _crews(desk, campaign, texts)
        else:
            _pace(desk.pace(campaign.campaign_id), texts)


# --- does the time suffice -----------------------------------------------------------------------


def _pace(pace: Pace, texts: Texts) -> None:
    band = pace.forecast
    if band.alert is not None:
        st.warning(plain(texts.said(band.alert)), icon=":material/schedule:")
    elif band.remaining:
        st.success(texts.t("The time suffices, also with bad luck."), icon=":material/check:")
    likely = texts.number(ceil(band.needed[1]))
    with st.container(horizontal=True, gap="large"):
        st.metric(texts.t("Open cases"), band.remaining, width="content")
        st.metric(texts.t("Resolved in a team-day"), texts.number(band.rate, places=1),
                  width="content")  # fmt: skip
        st.metric(texts.t("Team-days needed"), likely, width="content")
        st.metric(texts.t("Team-days left"), texts.number(band.available), width="content")
        if (day := band.ends[1]) is not None:
            st.metric(texts.t("Likely done"), f"{day:%d.%m.%Y}", width="content")
    st.write(plain(_band(pace, texts)))
    st.caption(
        texts.t(
            "{listed} cases listed: {resolved} resolved by visits, {closed} by a call or research, "
            "{open} open.",
            listed=pace.listed, resolved=pace.resolved, closed=pace.closed, open=band.remaining,
        )
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        st.subheader(texts.t("Dates"), anchor=False)
        _duties(pace, texts)
    with right:
        st.subheader(texts.t("Days so far"), anchor=False)
        _worked(pace, texts)


def _band(pace: Pace, texts: Texts) -> str:
    """From when to when the end will be, as far as there are days to name."""
    early, _, late = pace.forecast.ends
    best, _, worst = (texts.number(ceil(each)) for each in pace.forecast.needed)
    if early is None:
        return texts.t(
            "In nine of ten courses the end comes after the last day: {best} to {worst} more "
            "team-days are needed.",
            best=best, worst=worst,
        )  # fmt: skip
    if late is None:
        return texts.t(
            "In nine of ten courses the end comes on {early} at the earliest, and it may come "
            "after the last day: {best} to {worst} more team-days are needed.",
            early=f"{early:%d.%m.%Y}", best=best, worst=worst,
        )  # fmt: skip
    return texts.t(
        "In eight of ten courses the end lies between {early} and {late}, after {best} to {worst} "
        "more team-days.",
        early=f"{early:%d.%m.%Y}", late=f"{late:%d.%m.%Y}", best=best, worst=worst,
    )  # fmt: skip


def _duties(pace: Pace, texts: Texts) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Day"): [f"{day:%d.%m.%Y}" for day, _ in pace.duties],
                texts.t("What is due"): [texts.t(duty.what) for _, duty in pace.duties],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _worked(pace: Pace, texts: Texts) -> None:
    if not pace.worked:
        st.caption(
            texts.t("No outcome is recorded yet: the figures are what the field reports elsewhere.")
        )
        return
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Day"): [f"{each.day:%d.%m.%Y}" for each in pace.worked],
                texts.t("Teams"): [int(each.team_days) for each in pace.worked],
                texts.t("Resolved"): [each.resolved for each in pace.worked],
            }
        ),
        hide_index=True,
        width="stretch",
    )


# --- what may a visit bring ----------------------------------------------------------------------


def _expected(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    found = desk.expectation(campaign.campaign_id)
    before, now = (texts.number(100 * each) for each in found.usual)
    st.write(
        texts.t(
            "A first visit in the morning, the house known, resolves {now} of 100 cases; before "
            "the first outcome {before} were expected. Everything below multiplies these odds.",
            now=now, before=before,
        )
    )  # fmt: skip
    st.caption(
        texts.n("From {count} visit of this campaign. Neither names nor origin, language or need "
                "go into it.",
                "From {count} visits of this campaign. Neither names nor origin, language or need "
                "go into it.",
                found.seen)
    )  # fmt: skip
    _use(desk, campaign, found, texts)
    st.dataframe(
        _factor_table(found.factors, texts), hide_index=True, width="stretch", height="content"
    )
    _edit(desk, campaign, found, texts)
    _cases(found.cases, texts)


def _use(desk: Desk, campaign: Campaign, found: Expected, texts: Texts) -> None:
    said = {
        Use.ENOUGH: texts.t("from {count} visits on", count=ENOUGH_VISITS),
        Use.ALWAYS: texts.t("always"),
        Use.NEVER: texts.t("never"),
    }
    use = st.radio(
        texts.t("Plans go by it"),
        list(said),
        index=list(said).index(found.approach.value.use),
        format_func=said.__getitem__,
        horizontal=True,
        key=f"use/{texts.language}/{found.approach.version}",
    )
    if use is not found.approach.value.use:
        _save(desk, campaign, found, replace(found.approach.value, use=use), texts)
    st.caption(
        texts.t("The next plan goes by it.")
        if found.in_use
        else texts.t("The next plan does not go by it: every case counts as a usual one.")
    )


def _save(
    desk: Desk, campaign: Campaign, found: Expected, approach: Approach, texts: Texts
) -> None:
    desk.save_approach(campaign.campaign_id, approach, seen=found.approach.version)
    done(texts.t("Entered."))


def _factor_table(factors: Sequence[Factor], texts: Texts) -> pd.DataFrame:
    return pd.DataFrame(
        {
            texts.t("What"): [_name(each, texts) for each in factors],
            texts.t("Times the odds"): [_times(each.now, texts) for each in factors],
            texts.t("Before the first outcome"): [_times(each.before, texts) for each in factors],
            texts.t("Visits"): [each.visits for each in factors],
            texts.t("Set by hand"): [texts.t("yes") if each.by_hand else "" for each in factors],
        }
    )


def _name(factor: Factor, texts: Texts) -> str:
    told = TOLD.get(factor.term)
    return texts.capital(texts.t(told.template)) if told else factor.name


def _times(times: float, texts: Texts) -> str:
    return f"× {texts.number(times, places=2)}"


def _edit(desk: Desk, campaign: Campaign, found: Expected, texts: Texts) -> None:
    """Sets a factor by hand, or lets the outcomes speak again."""
    with st.expander(texts.t("Set a factor by hand"), icon=":material/edit:"):
        factor = choose(
            texts.t("What"), found.factors, texts, key="factor", said=lambda it: _name(it, texts)
        )
        times = st.number_input(
            texts.t("Times the odds"), 1 / MOST_TIMES, MOST_TIMES, round(factor.now, 2), 0.1,
            key=f"times/{factor.term}",
        )  # fmt: skip
        others = tuple(each for each in found.approach.value.edited if each[:2] != factor.term)
        with st.container(horizontal=True):
            if st.button(texts.t("Set"), key="set_factor"):
                edited = (*others, (*factor.term, log(times)))
                changed = replace(found.approach.value, edited=edited)
                _save(desk, campaign, found, changed, texts)
            if factor.by_hand and st.button(
                texts.t("Let the outcomes speak again"), key="free_factor"
            ):
                _save(desk, campaign, found, replace(found.approach.value, edited=others), texts)


def _cases(cases: Sequence[CaseChance], texts: Texts) -> None:
    st.subheader(texts.t("Open cases"), anchor=False)
    if not cases:
        st.caption(texts.t("No case is open."))
        return
    bands = _bands(texts)
    table: dict[str, list[str]] = {
        texts.t("Case"): [each.case_id for each in cases],
        texts.t("Settlement"): [each.settlement for each in cases],
    }
    for at, said in enumerate(bands):
        table[said] = [_percent(each.chances[at], texts) for each in cases]
    st.dataframe(pd.DataFrame(table), hide_index=True, width="stretch", height=300)
    by_id = {each.case_id: each for each in cases}
    chosen = choose(texts.t("Why"), list(by_id), texts, key="chance_case", said=str)
    for at, said in enumerate(bands):
        reasons = " · ".join(
            f"{texts.t(words.template)} {_times(times, texts)}"
            for words, times in by_id[chosen].reasons[at]
        )
        chance = _percent(by_id[chosen].chances[at], texts)
        st.write(f"**{said}: {plain(chance)}** {plain(reasons)}")


def _bands(texts: Texts) -> tuple[str, ...]:
    return texts.t("Morning"), texts.t("Afternoon"), texts.t("Evening")


def _percent(share: float, texts: Texts) -> str:
    return f"{texts.number(100 * share)} %"


# --- what can crews learn ------------------------------------------------------------------------


def _crews(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    found = desk.effectiveness(campaign.campaign_id)
    st.info(
        texts.t(
            "To learn from, not to rank. Which cases a crew gets decides most of what it resolves; "
            "here like visits are compared. Ask a crew with a clear plus what it does otherwise. "
            "An interval that holds ×1 says that chance may explain all of it."
        ),
        icon=":material/school:",
    )
    if found.left_out:
        st.caption(
            texts.n(
                "{count} crew is left out: fewer than {least} visits tell more of families than "
                "of a crew.",
                "{count} crews are left out: fewer than {least} visits tell more of families than "
                "of a crew.",
                found.left_out, least=LEAST_VISITS,
            )
        )  # fmt: skip
    names = {team.team_id: team.name for team in desk.teams(campaign.campaign_id)}
    st.subheader(texts.t("Crews on like visits"), anchor=False)
    _crew_part(found, names, texts)
    st.subheader(texts.t("What else matters"), anchor=False)
    factors = [(texts.capital(texts.t(TOLD[term].template)), each) for term, each in found.factors]
    if not factors:
        st.caption(texts.t("There are too few visits yet."))
        return
    title = texts.t("What else matters")
    _chart([Dot(*each) for each in factors], title, texts)
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("What"): [name for name, _ in factors],
                texts.t("Times the odds"): [_times(each.times, texts) for _, each in factors],
                texts.t("Interval"): [_interval(each, texts) for _, each in factors],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _crew_part(found: Effectiveness, names: dict[str, str], texts: Texts) -> None:
    if not found.crews:
        st.caption(texts.t("No crew has enough visits yet."))
        return
    said = [names.get(each.team_id, each.team_id) for each in found.crews]
    dots = [Dot(name, each.effect) for name, each in zip(said, found.crews, strict=True)]
    _chart(dots, texts.t("Crews on like visits"), texts)
    st.dataframe(
        pd.DataFrame(
            {
                texts.t("Team"): said,
                texts.t("Visits"): [each.visits for each in found.crews],
                texts.t("Resolved"): [_percent(each.share, texts) for each in found.crews],
                texts.t("A usual crew"): [_percent(each.expected, texts) for each in found.crews],
                texts.t("Times the odds"): [
                    _times(each.effect.times, texts) for each in found.crews
                ],
                texts.t("Interval"): [_interval(each.effect, texts) for each in found.crews],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def _chart(dots: Sequence[Dot], title: str, texts: Texts) -> None:
    st.image(interval_chart(dots, texts), width=640, alt=title)


def _interval(effect: Effect, texts: Texts) -> str:
    low, high = (texts.number(each, places=2) for each in (effect.low, effect.high))
    return f"{low}–{high}"
