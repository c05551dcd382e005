"""Categories of need: read from lists, told to the family and to planners, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import AUDITOR, PLANNER, TEAMS, Office, an_office
from openpyxl import load_workbook
from towns import FIRST_DAY

from maps.child_record import record_page
from maps.coverage_report import coverage_csv
from maps.exports import export_plan
from maps.reports import in_words, report_xlsx
from maps.texts import LANGUAGES, translator
from maps.texts.words import CATEGORIES
from planning import pipeline, wire
from planning.campaign.ladder import Answer, Channel
from planning.coverage import CategoryCount, by_category
from planning.errors import NotFound
from planning.model import Address, Case, CaseRecord, Category, Outcome, Result
from planning.retention import ErasureReason
from planning.routing.planner import Inline

NEEDS = ("large family; single parent", "сирак", "", "многодетно семейство", "at risk")
HEADINGS = "id,child,address,phone,category"


def listed(*, needs: bool) -> bytes:
    """Thirty children; their categories in words, or none."""
    rows = (
        f'a{at},Дете {at},"гр. Речно, ул. Дунав {at % 4 + 1}",0700 {at},'
        f"{NEEDS[at % 5] if needs else ''}"
        for at in range(30)
    )
    return "\n".join([HEADINGS, *rows]).encode()


def campaign(folder: Path, *, needs: bool) -> Iterator[Office]:
    """Twelve were met, one was called: the same with and without categories."""
    folder.mkdir()
    with an_office(folder) as made:
        desk = made.desk(PLANNER)
        desk.import_teams("c", TEAMS, "teams.csv")
        desk.import_cases("c", listed(needs=needs), "list.csv")
        with made.registry.work("t1") as work:
            for at in range(12):
                work.add_outcome(
                    "c",
                    Outcome("v", "t1", FIRST_DAY, Result.MET if at % 2 else Result.NOBODY_HOME,
                            "2026-08-20T10:00:00+03:00", key=f"k{at}", case_ids=(f"a{at}",)),
                )  # fmt: skip
        desk.record_contact("c", "a13", Channel.PHONE, Answer.ABROAD, key="call")
        yield made


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The campaign of children whose categories are known."""
    yield from campaign(tmp_path / "known", needs=True)


def test_planners_count_a_child_in_each_of_its_categories(office: Office) -> None:
    """Exactly, and with those of whom none is known; the log has it as a look at every case."""
    rows = office.desk(PLANNER).counts_by_category("c")
    assert rows == (
        CategoryCount(Category.LOW_INCOME, 0, 0, 0),
        CategoryCount(Category.LARGE_FAMILY, 12, 6, 3),
        CategoryCount(Category.SINGLE_PARENT, 6, 3, 1),
        CategoryCount(Category.SPECIAL_NEEDS, 0, 0, 0),
        CategoryCount(Category.ORPHAN, 6, 3, 2),
        CategoryCount(Category.AT_RISK, 6, 2, 1),
        CategoryCount(None, 6, 2, 1),
    )
    (sighting,) = (
        each
        for each in office.desk(AUDITOR).who_saw("a7")
        if each.entry.action == "read_categories"
    )
    assert sighting.entry.detail == "30 cases"
    with pytest.raises(NotFound):
        office.desk(PLANNER).counts_by_category("none")


def told(office: Office) -> list[object]:
    """Everything that others see: reports, coverage, expectation, a plan and what leaves of it."""
    desk = office.desk(PLANNER)
    records = desk.cases("c")
    request = pipeline.Request(
        cases=[each.case for each in records],
        places={each.case.case_id: each.place for each in records if each.place},
        teams=desk.teams("c"),
        first_day=FIRST_DAY,
        days=1,
        seconds=1,
    )
    plan = pipeline.plan(request, router=office.town.router, workers=Inline())
    return [
        desk.report("c", public=True),
        desk.report("c", public=False),
        *(desk.coverage("c", by=by) for by in ("total", "municipality", "settlement")),
        desk.expectation("c"),
        plan.visits,
        export_plan(plan).visits,
    ]


def test_nobody_else_learns_of_them_from_anything_that_is_made(
    office: Office, tmp_path: Path
) -> None:
    """What is told, planned and expected is to the letter what it is where no category is known."""
    with ExitStack() as closing:
        unknown = campaign(tmp_path / "unknown", needs=False)
        closing.callback(unknown.close)
        assert told(office) == told(next(unknown))


def test_no_word_of_them_stands_in_a_file(office: Office) -> None:
    """Reports in words and tables, and the coverage, in every language."""
    desk = office.desk(PLANNER)
    coverage = desk.coverage("c")
    reports = {public: desk.report("c", public=public) for public in (True, False)}
    for texts in map(translator, LANGUAGES):
        words = [texts.t(each) for each in CATEGORIES.values()]
        csv = coverage_csv(coverage, texts).decode("utf-8-sig")
        assert not any(word in csv for word in words)
        for public, report in reports.items():
            book = load_workbook(BytesIO(report_xlsx(report, public=public, texts=texts)))
            cells = [str(cell) for sheet in book for row in sheet.values for cell in row]
            told = "\n".join((*in_words(report, texts), *cells))
            assert told.strip()
            assert not any(word in told for word in words)


def test_the_family_is_handed_them_and_erasure_takes_them(office: Office) -> None:
    """Read back, written anew, gone with the case and with the row that it came in."""
    desk = office.desk(PLANNER)
    page = record_page(desk.child_record("c", "a0"), translator("bg"))
    assert "многодетно семейство, самотен родител" in page
    sent = desk.export_cases("c", 1, "out.csv").content
    assert b"large family; single parent" in sent
    desk.erase_child((("c", "a0"),), ErasureReason.REQUEST)
    (large,) = (
        each for each in desk.counts_by_category("c") if each.category is Category.LARGE_FAMILY
    )
    assert large == CategoryCount(Category.LARGE_FAMILY, 11, 5, 3)
    assert "a0," not in desk.export_cases("c", 1, "out.csv").content.decode("utf-8-sig")


def test_a_case_sealed_before_there_were_categories_has_none() -> None:
    """A field with a default needs no migration."""
    case = Case("c1", Address("ул. Дунав 1"), categories=frozenset({Category.ORPHAN}))
    assert wire.load(Case, wire.dump(case)) == case
    old = wire.dump(case).replace(',"categories":["orphan"]', "")
    assert wire.load(Case, old) == replace(case, categories=frozenset())


@given(
    st.lists(
        st.tuples(st.frozensets(st.sampled_from(Category)), st.integers(1, 5), st.booleans()),
        max_size=12,
    )
)
def test_every_count_is_a_ladder_and_nobody_is_lost(
    children: list[tuple[frozenset[Category], int, bool]],
) -> None:
    """Resolved ≤ visited ≤ listed; a child is counted as often as it has categories, or once."""
    records = [
        CaseRecord(Case(f"c{at}", Address("x"), children=count, categories=categories), None, 1)
        for at, (categories, count, _) in enumerate(children)
    ]
    closed = {f"c{at}" for at, (_, _, done) in enumerate(children) if done}
    rows = by_category(records, None, [], closed=closed)
    assert [each.category for each in rows] == [*Category, None]
    assert all(each.resolved == each.visited <= each.listed for each in rows)
    assert sum(each.listed for each in rows) == sum(
        count * max(1, len(categories)) for categories, count, _ in children
    )
