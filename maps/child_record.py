"""One child's record as a page that an office hands to the family: one file, made for printing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from textwrap import wrap
from typing import TYPE_CHECKING

from maps.escape import MAX_TEXT, html_text
from maps.offline import asset, page
from planning.model import CaseRecord, Outcome, Place, Role
from planning.record import SERVICE, CaseHistory, ChildRecord, Look, Planned
from planning.text import one_line

if TYPE_CHECKING:
    from maps.texts import Texts

Row = tuple[str, str]
"""(what it is, what is held)."""


def record_page(record: ChildRecord, texts: Texts) -> str:
    """Everything that is held, campaign by campaign, in the reader's language. *Personal.*"""
    t = texts.t
    title = t("Everything this office holds about a child")
    body = (
        f"<header class=bar><h1>{html_text(title)}</h1>"
        f"<p>{html_text(t('Made on {day}', day=_day(record.made_at, texts)))}</p></header>"
        "<main class=page>"
        + "".join(_history(each, texts) for each in record.histories)
        + f"<h2>{html_text(t('Who looked at it or changed it'))}</h2>"
        + _table(
            (t("day"), t("what was done"), t("by whom"), t("times")),
            ((_day(each.day, texts), *_done(each, texts)) for each in record.looks),
        )
        + "</main>"
    )
    return page(title=title, language=texts.language, body=body, styles=[asset("map.css")])


def _history(history: CaseHistory, texts: Texts) -> str:
    t = texts.t
    record = history.record
    parts = [
        f"<h2>{html_text(history.campaign.name)}</h2>",
        f"<h3>{html_text(t('From the list'))}</h3>{_pairs(_case(history, texts))}",
        f"<h3>{html_text(t('Where the address was found'))}</h3>{_pairs(_place(record, texts))}",
    ]
    if history.remembered is not None:
        said = t("A decision on this address is kept for later lists.")
        parts.append(f"<p>{html_text(said)} {html_text(history.remembered.choice.note)}</p>")
    if history.planned:
        plans = _table(
            (t("version"), t("day"), t("time"), t("team")),
            (_planned(each, texts) for each in history.planned),
        )
        parts.append(f"<h3>{html_text(t('Planned visits'))}</h3>{plans}")
    if history.outcomes:
        found = _table(
            (t("day"), t("team"), t("found"), t("note"), t("kits")),
            (_outcome(each, texts) for each in history.outcomes),
        )
        parts.append(f"<h3>{html_text(t('What was found at the door'))}</h3>{found}")
    if history.others:
        parts.append(f"<h3>{html_text(t('Further entries, as they are kept'))}</h3>")
        parts += (_pairs((("", each.table), *each.values)) for each in history.others)
    return "".join(parts)


def _case(history: CaseHistory, texts: Texts) -> Iterator[Row]:
    """Every field of the list that holds anything, named as a list's columns are."""
    case = history.record.case
    where = case.address
    held = {
        "case_id": case.case_id,
        "child": case.child,
        "national_id": case.national_id,
        "phone": case.phone,
        "address": where.text,
        "settlement": where.settlement,
        "municipality": where.municipality,
        "province": where.province,
        "district": where.district,
        "postcode": where.postcode,
        "children": str(case.children),
        "priority": texts.priority(case.priority),
        "requires": texts.institutions(case.requires),
        "windows": "; ".join(texts.window(each) for each in case.windows),
        "earliest": _maybe(case.earliest, texts),
        "deadline": _maybe(case.deadline, texts),
        "day": _maybe(case.day, texts),
        "kits": str(case.kits or ""),
        "kit_type": case.kit_type,
        "member_sex": texts.t(case.member_sex) if case.member_sex else "",
        "second_crew": texts.institutions(case.second_crew or ()),
        "language": case.language,
        "school": case.school,
        "team_id": case.team_id,
        "sensitive": texts.t("yes") if case.sensitive else "",
        "note": case.note,
        "hazard": case.hazard,
        "categories": texts.categories(case.categories),
    }
    for name, value in held.items():
        if value:
            yield texts.field(name), value
    if case.service_address:
        yield texts.t("service address"), texts.t("yes")
    if history.accountable:
        yield texts.t("accountable institution"), history.accountable


def _place(record: CaseRecord, texts: Texts) -> Iterator[Row]:
    t = texts.t
    place = record.place
    if place is None:
        yield t("found"), t("not looked for yet")
        return
    yield t("found"), texts.level(place.level)
    for what, value in (
        (t("as the map has it"), place.matched),
        (texts.field("settlement"), place.settlement),
        (texts.field("municipality"), place.municipality),
        (t("coordinates"), _coordinates(place)),
        (t("how it was found"), texts.said(*place.notes) if place.notes else ""),
        (t("decided by a person on"), _day(record.decided_at, texts) if record.decided_by else ""),
        (texts.field("note"), record.decision_note),
        (t("moved to the district of team"), record.home_team),
    ):
        if value:
            yield what, value


def _coordinates(place: Place) -> str:
    return "" if place.lon is None else f"{place.lat:.6f}, {place.lon:.6f}"


def _planned(planned: Planned, texts: Texts) -> tuple[str, ...]:
    version = f"{planned.version} ({_day(planned.made_at, texts)})"
    if planned.reason is not None:
        return version, texts.reason(planned.reason), "", ""
    at = "" if planned.arrival is None else texts.time(planned.arrival)
    return version, _day(planned.day, texts), at, planned.team_id


def _outcome(outcome: Outcome, texts: Texts) -> tuple[str, ...]:
    return (
        texts.date(outcome.day),
        outcome.team_id,
        texts.result(outcome.result),
        outcome.note,
        str(outcome.kits_handed or ""),
    )


def _done(look: Look, texts: Texts) -> tuple[str, ...]:
    """What a family wants to know: was it read or changed, by whose office, how often."""
    read = look.action.startswith(("read_", "export_"))
    role = texts.t("the service") if look.role == SERVICE else texts.role(Role(look.role))
    return texts.t("read") if read else texts.t("changed"), role, str(look.times)


def _maybe(day: date | None, texts: Texts) -> str:
    return texts.date(day) if day else ""


def _day(moment: str, texts: Texts) -> str:
    return texts.date(datetime.fromisoformat(moment).date()) if moment else ""


def _pairs(rows: Iterable[Row]) -> str:
    cells = (f"<tr><th>{html_text(what)}</th><td>{_long(held)}</td></tr>" for what, held in rows)
    return f"<table><tbody>{''.join(cells)}</tbody></table>"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{html_text(each)}</th>" for each in heads)
    lines = "".join(
        "<tr>" + "".join(f"<td>{_long(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _long(text: str) -> str:
    """`text` in full: a record leaves nothing out, however long a note is."""
    return " ".join(html_text(piece) for piece in wrap(one_line(text), MAX_TEXT))
