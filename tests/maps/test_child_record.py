"""What a family is handed: all of it, in its language, and nothing that runs."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest

from maps.child_record import record_page
from maps.texts import LANGUAGES, translator
from planning import wire
from planning.model import (
    Address,
    Campaign,
    Case,
    CaseRecord,
    Category,
    Choice,
    Level,
    Outcome,
    Place,
    Plan,
    PlanVersion,
    Priority,
    Reason,
    Remembered,
    Result,
    Route,
    Sex,
    Stop,
    Unserved,
    Visit,
    Window,
)
from planning.record import ChildRecord, Look, history
from planning.text import note

DAY = date(2026, 8, 24)
HOSTILE = "{{7*191}}<img src=x onerror=alert(1)>`${1}`https://evil.example/ =cmd|' /C calc'!A0"


def record(text: str = "", *, long: str = "бележка") -> ChildRecord:
    """A child with something in every field; `text` is part of all that is free text."""
    where = Address(f"ул. „Дунав“ 1{text}", f"Русе{text}", "Русе", "Русе", "Център", "7000")
    case = Case(
        f"c1{text}", where, 7, f"Мила Иванова{text}", f"0142011234{text}", f"0888{text}", 1,
        Priority.URGENT, frozenset({"police", f"x{text}"}), (Window(32_400, 43_200),), DAY, DAY,
        2, f"раница{text}", Sex.FEMALE, frozenset({"social"}), f"tr{text}", f"СУ „Вапцаров“{text}",
        f"t1{text}", DAY, sensitive=True, service_address=True, note=f"{long}{text}",
        hazard=f"зло куче{text}", categories=frozenset({Category.ORPHAN, Category.AT_RISK}),
    )  # fmt: skip
    place = Place(
        Level.HOUSE, 25.95, 43.85, 0.9, 20.0, False, f"Дунав 1{text}", "RSE27", f"Русе{text}",
        settlement=f"Русе{text}", notes=(note("by initials"),),
    )  # fmt: skip
    kept = CaseRecord(case, place, 3, "anna", "2026-08-20T09:00:00+00:00", f"питахме{text}", "t2")
    visit = Visit("v1", (case.case_id, "neighbour"), 25.95, 43.85, "RSE27")
    stop = Stop("v1", 36_000, 36_000, 37_000)
    route = Route("t1@2026-08-24", "t1", DAY, (stop,), 30_600, 40_000)
    plans = [
        PlanVersion(1, "replaced", "2026-08-20T09:00:00+00:00", "anna",
                    Plan(DAY, 1, (visit,), (), (), (Unserved((case.case_id,), Reason.NO_TEAM),))),
        PlanVersion(2, "published", "2026-08-21T09:00:00+00:00", "anna",
                    Plan(DAY, 1, (visit,), (), (route,), ())),
    ]  # fmt: skip
    met = Outcome("v1", "t1", DAY, Result.MET, "2026-08-24T10:00:00+03:00", f"тук са{text}", 2,
                  "k1", (case.case_id, "neighbour"))  # fmt: skip
    one = history(
        Campaign("c", f"Обхват{text}", DAY, 5), kept,
        remembered=Remembered(Choice(pin=(25.95, 43.85), note=f"портата{text}"), "anna", ""),
        plans=plans, outcomes=[met], accountable=f"Община Русе{text}",
    )  # fmt: skip
    looked = (Look("2026-08-20", "import_cases", "planner", 1),
              Look("2026-08-24", "read_team_day", "service", 3))  # fmt: skip
    return ChildRecord("2026-09-01T10:00:00+03:00", (one,), looked)


class Words(HTMLParser):
    """The visible words of a page, and every element and attribute in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.tags, self.attributes = "", set[str](), set[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_on_the_page(language):
    """Each value of the record stands there, whatever language the labels are in."""
    words = Words(record_page(record(), translator(language))).words
    for held in (
        "Мила Иванова", "0142011234", "0888", "ул. „Дунав“ 1", "7000", "раница", "СУ „Вапцаров“",
        "бележка", "питахме", "портата", "тук са", "43.850000, 25.950000", "10:00", "Обхват",
        "зло куче",
    ):  # fmt: skip
        assert held in words, held
    assert translator(language).categories([Category.ORPHAN, Category.AT_RISK]) in words


def test_others_at_the_door_are_not_told():
    """The visit and its outcome were about two cases; the other's id is nowhere."""
    made = record()
    assert "neighbour" not in wire.dump(made)
    assert "neighbour" not in Words(record_page(made, translator("en"))).words
    assert "anna" not in Words(record_page(made, translator("en"))).words


def test_a_long_note_is_not_cut():
    """A record leaves nothing out."""
    long = " ".join(f"дума{number}" for number in range(500))
    words = Words(record_page(record(long=long), translator("bg"))).words
    assert "дума499" in words
    assert words.count("дума") == 500


def test_nothing_in_a_record_runs_or_loads():
    """Hostile text in every field is text on the page."""
    html = record_page(record(HOSTILE), translator("bg"))
    found = Words(html)
    assert found.tags <= {
        "html", "head", "meta", "title", "style", "body", "header", "main", "h1", "h2", "h3", "p",
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert not any(name.startswith("on") or name in ("src", "href") for name in found.attributes)
    assert "{{" not in html.split("<body>")[1]


def test_machines_read_it_back():
    """The JSON is the record, every field by its name."""
    assert wire.load(ChildRecord, wire.dump(record())) == record()
