"""A list goes out as it came in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from data.casefiles import read_cases
from data.casefiles.written import write_exact
from planning.exchange import SourceList, cell_of, held, sheet, source_of
from planning.intake import Row, Template, read_rows
from planning.intake.cells import Cell, text_of
from planning.model import Address, Case, Category, Priority, Sex, Window

HEADINGS = ("№", "Номер на случая", "Име на детето", "Адрес", "Населено място", "Телефон", "Срок",
            "Приоритет", "Необходими институции", "Удобно време", "Код в министерството",
            "Код в министерството")  # fmt: skip
FORM = Template({"Номер на случая": "case_id", "Име на детето": "child", "Адрес": "address",
                 "Населено място": "settlement", "Телефон": "phone", "Срок": "deadline",
                 "Приоритет": "priority", "Необходими институции": "requires",
                 "Удобно време": "windows"}, {"ЦПЛР": "support"}, "Ministry")  # fmt: skip
MILA: tuple[Cell, ...] = (
    1.0, "A-1", "Мила  Петрова", "ул. Роза 2", "гр. Русе", "+359 88 1",
    datetime.fromisoformat("2026-09-15"), "неотложен", "ЦПЛР; полиция", "пн-пт 17:00-19:00",
    "=HYPERLINK(1)", None,
)  # fmt: skip
ALI: tuple[Cell, ...] = (
    2.0, "A-2", "Али", "ул. Дунав 1", "гр. Русе", None, None, None, None, None, 0.1, True,
)  # fmt: skip


def listed(*rows: tuple[Cell, ...]) -> list[Row]:
    return [Row(at, cells) for at, cells in enumerate(rows, start=2)]


def out(rows: list[Row], **changed: Any) -> tuple[tuple[Cell, ...], ...]:
    """The list again, with fields of its first case changed meanwhile."""
    intake = read_rows(HEADINGS, rows, template=FORM)
    source = source_of(intake, FORM)
    first, *others = intake.cases
    cases = [replace(first, **changed), *others]
    made = sheet(source.form, [(case, source.rows[case.case_id]) for case in cases])
    assert made.headings == HEADINGS
    assert made.lost == ()
    return made.rows


def test_what_nobody_changed_goes_out_cell_by_cell() -> None:
    """Double spaces, words of the office and columns that nobody here reads are as they were."""
    assert out(listed(MILA, ALI)) == (MILA, ALI)


def test_a_change_shows_in_its_own_cell_only() -> None:
    """A new phone and a new deadline; the address keeps the way it was written."""
    changed, same = out(listed(MILA, ALI), phone="0889 1", deadline=date(2026, 9, 30))
    assert changed == (*MILA[:5], "0889 1", date(2026, 9, 30), *MILA[7:])
    assert same == ALI


def test_a_case_that_came_otherwise_is_written_anew() -> None:
    """The hotline's case has no row; what the form has no column for is told."""
    source = source_of(read_rows(HEADINGS, listed(MILA), template=FORM), FORM)
    heard = Case(
        "h1", Address("ул. Х 1", settlement="гр. Русе"), child="Ива", priority=Priority.HIGH,
        requires=frozenset({"support", "police"}), kits=2, member_sex=Sex.FEMALE,
        windows=(Window(36000, 43200, frozenset({0, 5})),), hazard="куче",
    )  # fmt: skip
    made = sheet(source.form, [(heard, None)])
    assert made.lost == (("hazard", 1), ("kits", 1), ("member_sex", 1))
    (row,) = read_rows(HEADINGS, listed(*made.rows), template=FORM).cases
    assert replace(row, row=0) == replace(heard, kits=0, member_sex=None, hazard="")


@given(st.frozensets(st.sampled_from(Category)))
def test_categories_go_out_in_words_that_are_read_back(categories: frozenset[Category]) -> None:
    """A list with the column gets them, one without is told that it has none."""
    case = Case("h1", Address("ул. Х 1"), categories=categories)
    form = SourceList(
        ("Адрес", "Категория"), Template({"Адрес": "address", "Категория": "categories"})
    )
    made = sheet(form, [(case, None)])
    assert made.lost == ()
    (read,) = read_rows(form.headings, listed(*made.rows), template=form.template).cases
    assert read.categories == categories
    without = SourceList(("Адрес",), Template({"Адрес": "address"}))
    lost = sheet(without, [(case, None)]).lost
    assert lost == ((("categories", 1),) if categories else ())


CELLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(CELLS)
def test_every_kind_of_cell_is_kept(cell: Cell) -> None:
    """What a spreadsheet can hold comes back as the same kind with the same value."""
    kept = cell_of(held(cell))
    assert (type(kept), kept) == (type(cell), cell)


# --- through files -------------------------------------------------------------------------------

TYPED = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12
).map(lambda text: text.replace("\ufffd", "").replace("?", ""))
CODES = TYPED | st.sampled_from(["=1+1", "+359 88 1", "'=1", "''+2", "-5", "@x", "'x", " =a", "5"])
ADDRESSES = st.tuples(st.just("ул. "), CODES).map("".join)
NUMBERS = st.none() | st.integers(0, 10**9).map(lambda number: number / 1000)


@st.composite
def a_list(draw: st.DrawFn) -> list[tuple[Cell, ...]]:
    """Rows of a ministry's list, with whatever stands in its own columns."""
    count = draw(st.integers(1, 5))
    return [
        (
            float(at), f"A-{at}", draw(CODES), draw(ADDRESSES), "гр. Русе", draw(CODES), None,
            draw(st.sampled_from([None, "висок", "неотложен"])), None,
            draw(st.sampled_from([None, "сб 10-13"])), draw(CODES), draw(NUMBERS),
        )
        for at in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@settings(max_examples=40, deadline=None)
@given(rows=a_list())
def test_import_export_import_gives_the_same(ending: str, rows: list[tuple[Cell, ...]]) -> None:
    """Through a file and back: the same cases, and the same cells in columns not read here."""
    name = f"list.{ending}"
    first = read_cases(write_exact(rows, HEADINGS, name), name, template=FORM)
    assert not first.rejected
    source = source_of(first, FORM)
    made = sheet(source.form, [(case, source.rows[case.case_id]) for case in first.cases])
    assert made.rows == tuple(tuple(map(cell_of, each.cells)) for each in source.rows.values())
    again = read_cases(write_exact(made.rows, made.headings, name), name, template=FORM)
    assert again.cases == first.cases
    assert source_of(again, FORM) == source
    for row, kept in zip(rows, first.source, strict=True):
        assert list(map(text_of, kept.cells)) == list(map(text_of, row))


def test_no_cell_is_ever_a_formula() -> None:
    """Whoever opens the file sees the text of a hostile cell, and nothing is computed."""
    cells = ("=HYPERLINK(1)", "+1+1", "@SUM(A1)")
    content = write_exact([cells], ("a", "b", "c"), "list.xlsx")
    row = load_workbook(BytesIO(content)).worksheets[0][2]
    assert [(cell.data_type, cell.quotePrefix, cell.value) for cell in row] == [
        ("s", True, each) for each in cells
    ]
    text = write_exact([cells], ("a", "b", "c"), "list.csv").decode()
    assert text.endswith("\n'=HYPERLINK(1);'+1+1;'@SUM(A1)\r\n")
