"""The page that opens a plan's folder: figures, what every team does, and what stays undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from maps.escape import html_text
from maps.layers import attribution, figures, invented_banner, plan_figures
from maps.offline import asset, page
from planning.model import Case, Plan, RegionInfo, Route, Team, Unserved

if TYPE_CHECKING:
    from maps.texts import Texts

_MOST_ROWS = 300
"""Longest list of cases on the page; the CSV file has them all."""


def summary_page(
    plan: Plan,
    *,
    cases: Mapping[str, Case],
    teams: Mapping[str, Team],
    file_of: Callable[[Route], str],
    region_info: RegionInfo,
    texts: Texts,
) -> str:
    """One self-contained page with links to the maps and sheets beside it.

    `file_of` gives the name of a team-day's files without ending. Sensitive cases are counted,
    not listed.
    """
    t = texts.t
    routes = sorted((it for it in plan.routes if it.stops), key=lambda it: (it.day, it.team_id))
    title = f"{t('Plan')}, {region_info.name}"
    unfinished = (
        ""
        if plan.complete
        else f"<p><b>{html_text(t('Stopped early: the best plan so far.'))}</b></p>"
    )
    body = (
        f"<header class=bar><h1>{html_text(title)}</h1>"
        f"<p>{html_text(texts.date(plan.first_day))}</p></header>"
        f"{invented_banner(region_info, texts)}<main class=page>{unfinished}"
        f"<h2>{html_text(t('In figures'))}</h2>{figures(plan_figures(plan, routes, texts))}"
        f"<p><a href='overview.html'>{html_text(t('All routes'))}</a> · "
        f"<a href='sheets.pdf'>{html_text(t('Route sheets'))}</a></p>"
        f"<h2>{html_text(t('Routes'))}</h2>{_route_table(routes, teams, file_of, texts)}"
        f"<h2>{html_text(t('Cases not visited'))}</h2>{_reason_table(plan.unserved, texts)}"
        f"{_case_table(plan.unserved, cases, texts)}"
        f"<p class=foot>{html_text(attribution(region_info))}</p></main>"
    )
    return page(title=title, language=texts.language, body=body, styles=[asset("map.css")])


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f"<th>{html_text(said)}</th>" for said in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _route_table(
    routes: Iterable[Route],
    teams: Mapping[str, Team],
    file_of: Callable[[Route], str],
    texts: Texts,
) -> str:
    t = texts.t
    heads = (t("day"), t("team"), t("stops"), t("hours"), t("way"), t("on the road"), "")
    return _table(heads, (_route_row(route, teams, file_of(route), texts) for route in routes))


def _route_row(route: Route, teams: Mapping[str, Team], name: str, texts: Texts) -> str:
    cells = (
        texts.date(route.day),
        teams[route.team_id].name or route.team_id,
        str(len(route.stops)),
        f"{texts.time(route.departure)}–{texts.time(route.back)}",
        texts.distance(route.metres),
        texts.duration(route.travel_seconds),
    )
    links = (
        f"<a href='maps/{name}.html'>{html_text(texts.t('map'))}</a> · "
        f"<a href='sheets/{name}.pdf'>{html_text(texts.t('sheet'))}</a> · "
        f"<a href='gpx/{name}.gpx'>GPX</a>"
    )
    shown = "".join(f"<td>{html_text(cell)}</td>" for cell in cells)
    return f"<tr>{shown}<td>{links}</td></tr>"


def _reason_table(unserved: Iterable[Unserved], texts: Texts) -> str:
    counts: Counter[str] = Counter()
    for one in unserved:
        counts[texts.reason(one.reason)] += len(one.case_ids)
    if not counts:
        return f"<p>{html_text(texts.t('Every case is visited.'))}</p>"
    rows = (
        f"<tr><td>{html_text(reason)}</td><td>{count}</td></tr>"
        for reason, count in counts.most_common()
    )
    return _table((texts.t("reason"), texts.t("cases")), rows)


def _case_table(unserved: Iterable[Unserved], cases: Mapping[str, Case], texts: Texts) -> str:
    t = texts.t
    listed = [
        (case_id, one)
        for one in unserved
        for case_id in one.case_ids
        if case_id in cases and not cases[case_id].sensitive
    ]
    if not listed:
        return ""
    rows = (
        "<tr>"
        + "".join(
            f"<td>{html_text(cell)}</td>"
            for cell in (
                case_id,
                texts.why(one),
                texts.said(*one.remedy),
            )
        )
        + "</tr>"
        for case_id, one in listed[:_MOST_ROWS]
    )
    more = len(listed) - _MOST_ROWS
    rest = t("and {count} more in unserved.csv", count=more) if more > 0 else ""
    heads = (t("case"), t("why not"), t("what would help"))
    return f"<h2>{html_text(t('One by one'))}</h2>{_table(heads, rows)}<p>{html_text(rest)}</p>"
