"""Files as offices really send them: many dresses, one list; and what is no list at all."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from data import casefiles
from data.casefiles import lookups
from planning.errors import FileFault, InputError
from planning.intake import MEMBERS as MEMBER_TABLE
from planning.intake import Row, Template, with_members
from planning.model import ALL_WEEK, Address, Level, Member, Mode, Pause, Place, Sex, Team

HEADINGS = ["№ на случая", "Име на детето", "Община", "Адрес", "Приоритет", "Бележка"]
ROWS = [
    ["101", "Мария Петрова", "Русе", "ул. Борисова 5, вх. Б", "неотложен", "звъни два пъти"],
    ["102", "Ахмед Юсуф", "Русе", "ж.к. Дружба, бл. 12", "", "кучето хапе"],
    ["103", "Ива Колева", "Бяла", "с. Ботров, Цар Освободител 1", "висок", ""],
]


def delimited(mark: str = ";", rows: list[list[str]] = ROWS, end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator=end).writerows([HEADINGS, *rows])
    return out.getvalue()


def xlsx(
    rows: list[list[object]], *, before: int = 0, more_sheets: dict[str, object] | None = None
):
    book = Workbook()
    sheet = book.active
    for _ in range(before):
        sheet.append([])
    for at, row in enumerate(rows, before + 1):
        for column, value in enumerate(row, 1):
            sheet.cell(at, column, value)
    for name, value in (more_sheets or {}).items():
        book.create_sheet(name)["A1"] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(rows: list[list[str]]) -> bytes:
    """The least that an OpenDocument spreadsheet is made of, as LibreOffice writes it."""
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p>'
            "</table:table-cell>"
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{urn}:office:1.0" '
        f'xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="Списък">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{urn}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", kind)
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def seen(intake) -> list[tuple[str, str, str]]:
    return [(case.case_id, case.child, case.address.text) for case in intake.cases]


EXPECTED = [(row[0], row[1], row[3]) for row in ROWS]


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"]
)
def test_one_list_in_any_dress(mark, encoding):
    """Whatever separator and encoding a program chose, the same three cases come out."""
    intake = casefiles.read_cases(delimited(mark).encode(encoding), "list.csv")
    assert seen(intake) == EXPECTED
    assert not intake.rejected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(end):
    """Unix, Windows and old Mac line ends are the same to a clerk."""
    assert seen(casefiles.read_cases(delimited(end=end).encode(), "list.csv")) == EXPECTED


@pytest.mark.parametrize(
    ("encoding", "heading", "value"),
    [
        ("cp866", "Адрес", "улица Жарокова 15"),
        ("koi8-r", "Адрес", "улица Жарокова 15"),
        ("kz1048", "Мекенжай", "Қарағанды қаласы, Ғабдуллин көшесі 7"),
        ("cp1254", "Address", "Bakı, Nizami küçesi 12, Şağan qesebesi"),
    ],
)
def test_code_pages_of_older_systems(encoding, heading, value):
    """Old systems in Karaganda and Baku write their own code pages; the words give them away."""
    content = f"{heading}\n{value}\n{value} 2\n".encode(encoding)
    intake = casefiles.read_cases(content, "old.csv")
    assert intake.cases[0].address.text == value


def test_rows_in_another_encoding_are_rejected_not_the_file():
    """A row pasted in from an old system is rejected by its number; its neighbours are kept."""
    lines = delimited().encode("utf-8").split(b"\r\n")
    lines[2] = delimited().encode("cp1251").split(b"\r\n")[2]
    intake = casefiles.read_cases(b"\r\n".join(lines), "mixed.csv")
    assert [case.case_id for case in intake.cases] == ["101", "103"]
    assert [row.row for row in intake.rejected] == [3]
    assert "encoding" in str(intake.faults[0].message)
    assert all(fault.value == "" for fault in intake.faults)


def test_a_utf8_row_in_a_windows_1251_file_is_rejected():
    """The other way round, too: one UTF-8 row among four of Windows-1251."""
    lines = delimited().encode("cp1251").split(b"\r\n")
    lines[3] = delimited().encode("utf-8").split(b"\r\n")[3]
    intake = casefiles.read_cases(b"\r\n".join(lines), "mixed.csv")
    assert [case.case_id for case in intake.cases] == ["101", "102"]
    assert [row.row for row in intake.rejected] == [4]


def test_a_cell_over_several_lines_is_one_row():
    """Alt-Enter in a cell: rows are counted as the spreadsheet shows them."""
    text = delimited(rows=[[*ROWS[0][:5], "първи ред\nвтори ред\n\nтрети"], ROWS[1], ["104"]])
    intake = casefiles.read_cases(text.encode(), "list.csv")
    assert intake.cases[0].note == "първи ред втори ред трети"
    assert [row.row for row in intake.rejected] == [4]


def test_a_quotation_mark_left_open_costs_one_row():
    """An open mark must not swallow the rows after it: that would lose children in silence."""
    text = '№ на случая;Адрес\n1;ул. Алея 1\n2;"Ален мак 5\n3;ул. Бор 7\n4;ул. „Дъб“ "2"\n'
    intake = casefiles.read_cases(text.encode(), "list.csv")
    assert [case.case_id for case in intake.cases] == ["1", "3", "4"]
    assert [(row.row, "quotation" in str(row.faults[0].message)) for row in intake.rejected] == [
        (3, True)
    ]


def test_quotation_marks_inside_a_quoted_cell():
    """Careless programs do not double them; the row is read all the same."""
    text = '№ на случая;Адрес;Бележка\n1;"ж.к. "Дружба" бл. 1";"да"\n2;ул. Бор 7;\n'
    intake = casefiles.read_cases(text.encode(), "list.csv")
    assert [case.case_id for case in intake.cases] == ["1", "2"]
    assert "Дружба" in intake.cases[0].address.text


def test_one_column_with_commas_in_the_addresses():
    """A bare list of addresses is not torn apart at its commas."""
    text = "Адрес\nгр. Русе, ул. Борисова 5\nгр. Русе, ж.к. Дружба, бл. 2\n"
    intake = casefiles.read_cases(text.encode(), "list.csv")
    assert [case.address.text for case in intake.cases] == text.splitlines()[1:]


def test_a_separator_too_many_shifts_nothing_silently():
    """A row with more cells than headings has its values under wrong headings: rejected."""
    text = "№ на случая;Адрес\n1;ул. Бор; 7\n2;ул. Бор 8;;;\n"
    intake = casefiles.read_cases(text.encode(), "list.csv")
    assert [case.case_id for case in intake.cases] == ["2"]
    assert "more cells" in str(intake.faults[0].message)


def test_excel_sep_line():
    """Excel's own first line “sep=|” is obeyed and is not a row."""
    intake = casefiles.read_cases(f"sep=|\n{delimited('|')}".encode(), "list.csv")
    assert seen(intake) == EXPECTED


@pytest.mark.parametrize("make", [xlsx, ods])
def test_spreadsheets(make):
    """XLSX and ODS hold the same list."""
    assert seen(casefiles.read_cases(make([HEADINGS, *ROWS]), "list")) == EXPECTED


def test_title_rows_above_the_headings():
    """A letterhead, a title and an empty row stand above; row numbers are the sheet's."""
    rows = [["ОБЩИНА РУСЕ"], [], ["Списък на децата за посещение"], HEADINGS, *ROWS, ["104"]]
    intake = casefiles.read_cases(xlsx(rows, before=2), "list.xlsx")
    assert seen(intake) == EXPECTED
    assert [case.row for case in intake.cases] == [7, 8, 9]
    assert [row.row for row in intake.rejected] == [10]


def test_cells_that_are_numbers_dates_and_times():
    """Excel keeps 101 as 101.0, drops the zero an EGN begins with, and knows real dates."""
    intake = casefiles.read_cases(
        xlsx(
            [
                ["№ на случая", "ЕГН", "Телефон", "Адрес", "Срок", "Комплекти"],
                [101, 652123456, 888123456, "ул. Бор 7", date(2026, 9, 15), 2.0],
                [102, None, None, 15, time(17, 0), 1],
            ]
        ),
        "list.xlsx",
    )
    case = intake.cases[0]
    assert (case.case_id, case.national_id, case.phone) == ("101", "0652123456", "0888123456")
    assert (case.deadline, case.kits) == (date(2026, 9, 15), 2)
    assert [(fault.row, fault.field) for fault in intake.faults] == [(3, "Срок")]


def test_the_first_sheet_that_is_not_empty():
    """An empty first sheet is passed over; a second list is not read, and that is said."""
    book = Workbook()
    book.active.title = "Празен"
    sheet = book.create_sheet("Русе")
    for row in [HEADINGS, *ROWS]:
        sheet.append(row)
    book.create_sheet("Бяла")["A1"] = "още деца"
    out = io.BytesIO()
    book.save(out)
    intake = casefiles.read_cases(out.getvalue(), "list.xlsx")
    assert seen(intake) == EXPECTED
    assert [warning.field for warning in intake.warnings] == ["Бяла"]


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return out.getvalue()


def replaced(content: bytes, member: str, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        members = {name: package.read(name) for name in package.namelist()}
    return packed(members | {member: new})


GOOD = xlsx([HEADINGS, *ROWS])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "picture"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04 broken", "damaged"),
        (packed({"word/document.xml": b"<w/>"}), "Word"),
        (packed({"a.txt": b"a"}), "ZIP"),
        (packed({"xl/workbook.bin": b"a"}), "XLSB"),
        (GOOD[:-40], "damaged"),
        (replaced(GOOD, "xl/workbook.xml", b"<not xml"), "damaged"),
        (OLE + bytes(600), "damaged"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), "password"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b";;;;\n;;;;\n", "no rows"),
    ],
)
def test_what_is_no_list_gets_one_line(content, says):
    """Pictures, archives, locked and broken files: one fault that names the file and helps."""
    with pytest.raises(FileFault) as caught:
        casefiles.read_cases(content, "C:\\Users\\Иванова\\list.xlsx")
    assert len(caught.value.faults) == 1
    assert says in str(caught.value)
    assert str(caught.value).startswith("list.xlsx: ")
    assert "\n" not in str(caught.value)


def test_a_cell_in_the_last_corner_does_not_end_the_process():
    """5 kB that would ask for 50 GB as a full rectangle are refused before they are opened."""
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "Адрес", "далече"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(FileFault, match="far outside"):
        casefiles.read_cases(out.getvalue(), "bomb.xlsx")


def test_a_sheet_under_another_name_is_looked_at_too():
    """The book may keep its sheets anywhere; the corner cell is found there as well."""
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "Адрес", "далече"
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as package:
        members = {name: package.read(name) for name in package.namelist()}
    members["xl/elsewhere.xml"] = members.pop("xl/worksheets/sheet1.xml")
    links = "xl/_rels/workbook.xml.rels"
    members[links] = members[links].replace(b"worksheets/sheet1.xml", b"elsewhere.xml")
    with pytest.raises(FileFault, match="far outside"):
        casefiles.read_cases(packed(members), "bomb.xlsx")


def test_an_ods_without_a_manifest_is_refused_in_one_line():
    """A broken package is the user's trouble, not ours."""
    with zipfile.ZipFile(io.BytesIO(ods([["Адрес"], ["ул. Бор 7"]]))) as package:
        members = {name: package.read(name) for name in package.namelist()}
    del members["META-INF/manifest.xml"]
    with pytest.raises(FileFault, match="damaged"):
        casefiles.read_cases(packed(members), "list.ods")


def test_an_ods_with_repeated_cells_does_not_end_the_process():
    """The same in ODS: one cell repeated a thousand million times."""
    good = ods([["Адрес"], ["ул. Бор 7"]])
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        text = package.read("content.xml")
    bomb = text.replace(
        b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1000000">', 1
    ).replace(b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="1000" ', 1)
    with pytest.raises(FileFault, match="far outside"):
        casefiles.read_cases(replaced(good, "content.xml", bomb), "bomb.ods")


def test_a_zip_bomb_is_refused_by_its_unpacked_size(monkeypatch):
    """What unpacks to more than the limit is not unpacked."""
    monkeypatch.setattr("data.casefiles.workbooks.MOST_UNPACKED", 1_000)
    with pytest.raises(FileFault, match="unpacks"):
        casefiles.read_cases(GOOD, "bomb.xlsx")


def test_limits_of_bytes_and_rows(monkeypatch):
    """Too many bytes or rows: one line that says how many are read."""
    monkeypatch.setattr("data.casefiles.tables.MOST_ROWS", 2)
    with pytest.raises(FileFault, match="more than 2 rows"):
        casefiles.read_cases(delimited().encode(), "long.csv")
    monkeypatch.setattr("data.casefiles.tables.MOST_BYTES", 100)
    with pytest.raises(FileFault, match="at most"):
        casefiles.read_cases(delimited().encode(), "long.csv")


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("ул. Бор\x00 7", "control"),
        ("а" * 10_000, "characters in one cell"),
        ("а" * 200_000, "characters in one cell"),
        ("ул. ????????? 7", "lost"),
        ("ул. Бо\ufffd 7", "lost"),
    ],
)
def test_hostile_cells_cost_their_row(cell, says):
    """NUL bytes, endless cells, letters that were lost: that row, with its reason, and no other."""
    intake = casefiles.read_cases(
        delimited(rows=[ROWS[0], [*ROWS[1][:3], cell, "", ""], ROWS[2]]).encode(), "list.csv"
    )
    assert [case.case_id for case in intake.cases] == ["101", "103"]
    (fault,) = intake.faults
    assert (fault.row, fault.field, fault.value) == (3, "Адрес", "")
    assert says in str(fault.message)


HOSTILE = ["{{7*191}}", "{% x %}", "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "'; DROP"]


@pytest.mark.parametrize("make", [lambda rows: delimited(rows=rows[1:]).encode(), xlsx, ods])
def test_hostile_text_is_kept_literally(make):
    """Templates, tags and formulas are text. Escaping is the display's work."""
    rows = [
        HEADINGS,
        *([str(at), "Дете", "Русе", text, "", text] for at, text in enumerate(HOSTILE)),
    ]
    book = make(rows)
    if make is xlsx:
        # openpyxl would write a formula; a hostile file holds text.
        rows[4][3] = rows[4][5] = "+cmd"
        book = make(rows)
    intake = casefiles.read_cases(book, "list")
    assert [case.address.text for case in intake.cases] == [row[3] for row in rows[1:]]
    assert [case.note for case in intake.cases] == [row[5] for row in rows[1:]]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    """No file, however broken, raises anything but a fault of the input."""
    try:
        intake = casefiles.read_cases(content, "any.csv")
    except InputError:
        return
    assert len(intake.cases) + len(intake.rejected) == intake.rows_total


@given(st.data())
def test_any_damage_to_a_workbook_is_read_or_refused(data):
    """Bytes flipped or cut in a real XLSX never end in a crash."""
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(1, len(content)))
    with suppress(InputError):
        casefiles.read_cases(bytes(content[:end]), "any.xlsx")


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12),
                 min_size=2, max_size=2),
        max_size=8,
    ),
    st.sampled_from([";", ",", "\t", "|"]),
)  # fmt: skip
def test_no_row_of_a_delimited_file_is_lost(rows, mark):
    """Whatever the cells hold, every row that is not empty is accepted or rejected."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows([["Адрес", "Бележка"], *rows])
    intake = casefiles.read_cases(out.getvalue().encode(), "list.csv")
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert intake.rows_total == len(filled)
    assert len(intake.cases) + len(intake.rejected) == len(filled)


# Tables out


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_tables_written_are_read_back_without_formulas(ending):
    """What we write opens again, and no cell begins as a formula."""
    rows = [["=1+1", "@sum", "-5", 7, 1.5, None, date(2026, 8, 20), "a\x00b\ud800"]]
    content = casefiles.write_table(rows, [f"=h{n}" for n in range(8)], f"out.{ending}")
    table = casefiles.read_table(content, f"out.{ending}")
    texts = [str(cell) for cell in table.rows[0].cells]
    assert table.headings[0] == "'=h0"
    assert texts[:3] == ["'=1+1", "'@sum", "-5"]
    assert texts[7] == "a\ufffdb\ufffd"


def test_tables_are_written_as_csv_or_xlsx_only():
    """Another ending is a user's mistake, told in one line."""
    with pytest.raises(InputError, match="choose"):
        casefiles.write_table([], ["a"], "out.pdf")


def test_a_template_finds_its_own_heading_row():
    """With a template the heading row is the one with the template's headings."""
    template = Template({"Къде": "address", "Кой": "child"})
    text = "Адрес;Име;Телефон\nКъде;Кой;\nул. Бор 7;Ана;\n"
    (case,) = casefiles.read_cases(text.encode(), "list.csv", template=template).cases
    assert (case.address.text, case.child, case.row) == ("ул. Бор 7", "Ана", 3)


# Teams


TEAMS = """Екип;Община;Офис;Ширина;Дължина;Институции;Работно време;Начало;Край;Почивка;\
Работни дни;Придвижване;Комплекти;Заповед №;Дата на заповед
Русе-1;Русе;пл. Свобода 6;43,8486;25,9534;община, училище, АСП;;8:00;16:30;12:00-13:00 (30 мин);\
пн-пт;кола;30;РД-01-12;01.08.2026
Русе-2;Русе;пл. Свобода 6;43.8486;25.9534;МВР;;;;няма;1-6;пеша;;;
"""


def test_a_register_of_teams():
    """Teams with their office, hours, pause and order; what is missing has the usual value."""
    first, second = casefiles.read_teams(TEAMS.encode("cp1251"), "teams.csv")
    assert (first.team_id, first.municipality, first.lat) == ("Русе-1", "Русе", 43.8486)
    assert first.institutions == {"municipality", "school", "social"}
    assert (first.start, first.end) == (8 * 3600, 16 * 3600 + 1800)
    assert first.pause == Pause(12 * 3600, 12 * 3600 + 1800, 1800)
    assert (first.order_number, first.order_date) == ("РД-01-12", date(2026, 8, 1))
    assert (second.mode, second.pause, second.weekdays) == (Mode.WALK, None, frozenset(range(6)))
    assert second.start == 8 * 3600 + 1800


def test_every_fault_of_a_team_register_at_once():
    """A clerk fixes the register in one round."""
    text = (
        "team_id,name,municipality,lat,lon,start,end,mode,institutions\n"
        "1,A,Русе,91,25.9,8:00,7:00,rocket,NASA\n1,B,,43.8,,,,,\n"
    )
    with pytest.raises(InputError) as caught:
        casefiles.read_teams(text.encode(), "teams.csv")
    assert {(fault.row, fault.field) for fault in caught.value.faults} == {
        (2, "lat"), (2, "end"), (2, "mode"), (2, "institutions"),
        (3, "municipality"), (3, "lon"), (3, "team_id"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "сутрин"), ("start", "25:00"), ("start", "8:75"), ("pause", "кратка"),
        ("pause", "12:00-12:30 (90 мин)"), ("pause", "7:00-7:30"), ("weekdays", "17-19"),
        ("kit_capacity", "много"),
        ("order_date", "вчера"), ("lat", ""), ("team_id", ""), ("phone", "088\x00"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_a_team(field, value):
    """The fault names the row and the heading."""
    cells = {"team_id": "1", "municipality": "Русе", "lat": "43.8", "lon": "25.9"} | {field: value}
    text = f"{';'.join(cells)}\n{';'.join(cells.values())}\n"
    with pytest.raises(InputError) as caught:
        casefiles.read_teams(text.encode(), "teams.csv")
    assert [(fault.row, fault.field) for fault in caught.value.faults] == [(2, field)]


def test_hours_of_a_team_as_a_spreadsheet_keeps_them():
    """Times of day, fractions of a day, and a register without a team."""
    headings: list[object] = ["team_id", "Община", "lat", "lon", "start", "end", "Работни дни"]
    content = xlsx([headings, [7, "Русе", 43.8, 25.9, time(9, 30), 0.75, "1-3, 5"]])
    (team,) = casefiles.read_teams(content, "teams.xlsx")
    assert (team.team_id, team.name, team.start, team.end) == ("7", "7", 34_200, 64_800)
    assert team.weekdays == {0, 1, 2, 4}
    with pytest.raises(InputError, match="no team"):
        casefiles.read_teams("Екип;Община;lat;lon\n;;;\n".encode(), "teams.csv")


def test_a_team_register_without_its_columns():
    """Missing columns are named together, with the headings that were found."""
    with pytest.raises(InputError) as caught:
        casefiles.read_teams("Екип;Телефон\n1;2\n".encode(), "teams.csv")
    assert len(caught.value.faults) == 3
    assert "“Телефон”" in str(caught.value)


def test_a_team_register_with_kits_by_type_and_a_longest_day() -> None:
    """Twenty bags and ten uniforms a day, six and a half hours on the road at most."""
    text = (
        "Екип;Община;lat;lon;Комплекти по видове;Най-дълго работно време\n"
        "1;Русе;43.8;25.9;Раница: 20, 10 x форма;6:30\n2;Русе;43.8;25.9;;390 мин\n"
    )
    first, second = casefiles.read_teams(text.encode(), "teams.csv")
    assert first.kit_stock == (("раница", 20), ("форма", 10))
    assert first.most_work == second.most_work == 6 * 3600 + 1800
    assert second.kit_stock == ()


# Members


MEMBERS = """Екип;Име;Институция;Езици;Пол;Работни дни;Отсъства;Отпуск от;Отпуск до;Община
Русе-1;Ана К.;АСП;турски;ж;пн-ср;20.08.2026–21.08.2026, 24.08.2026;;;
екип  две;Иван П.;МВР;;мъж;;;2026-08-20;2026-08-24;
;Мая Д.;медиатор;ромски, клингонски;;;;;;община Русе
"""


def test_a_register_of_members() -> None:
    """Who they are, what they can do, when they cannot come; names stay out of their ids."""
    ana, ivan, maya = casefiles.read_members(MEMBERS.encode("utf-8"), "members.csv")
    assert ana.member == Member(
        "m2", "Ана К.", "social", frozenset({"tr"}), Sex.FEMALE, frozenset({0, 1, 2}),
        ((date(2026, 8, 20), date(2026, 8, 21)), (date(2026, 8, 24), date(2026, 8, 24))),
    )  # fmt: skip
    assert (ivan.member.sex, ivan.member.institution) == (Sex.MALE, "police")
    assert ivan.member.away == ((date(2026, 8, 20), date(2026, 8, 24)),)
    assert ivan.member.weekdays == ALL_WEEK
    assert (maya.team_id, maya.municipality, maya.row) == ("", "община Русе", 4)
    assert maya.member.languages == {"rom", "клингонски"}


def test_members_find_their_teams() -> None:
    """By number or name, whatever the spelling; who has no team is there for the municipality."""
    teams = (
        Team("Русе-1", "Екип едно", "RSE27", 25.9, 43.8, municipality="Русе"),
        Team("Русе-2", "Екип две", "RSE27", 25.9, 43.8, municipality="Русе"),
    )
    listed = casefiles.read_members(MEMBERS.encode("utf-8"), "members.csv")
    manned, pool = with_members(teams, listed)
    assert [[member.member_id for member in team.members] for team in manned] == [["m2"], ["m3"]]
    assert [member.member_id for member in pool["RSE27"]] == ["m4"]
    with pytest.raises(InputError) as caught:
        with_members((replace(teams[0], municipality=""),), listed, file="members.csv")
    assert [(fault.row, fault.field, fault.value) for fault in caught.value.faults] == [
        (3, "team", "екип две"), (4, "municipality", "община Русе"),
    ]  # fmt: skip


def test_every_fault_of_a_member_register_at_once_and_no_name_in_it() -> None:
    """A clerk fixes the register in one round; what is told may be printed and sent on."""
    text = (
        "Екип;№ на член;Име;Институция;Пол;Работни дни;Отсъства;Отпуск от;Отпуск до\n"
        ";7;Тайна;НАСА;х;17-19;вчера;;\n"
        "1;7;Тайна;МВР, АСП;ж;;24.08.2026–20.08.2026;20.08.2026;\n"
        "1;;;;;;;24.08.2026;20.08.2026\n"
        "1;9;Тай\x07на;МВР;;;20.08–21.08.2026;;22.08.2026\n"
    )
    with pytest.raises(InputError) as caught:
        casefiles.read_members(text.encode(), "members.csv")
    assert {(fault.row, fault.field) for fault in caught.value.faults} == {
        (2, "Институция"), (2, "Пол"), (2, "Работни дни"), (2, "Отсъства"), (2, "Екип"),
        (3, "Институция"), (3, "Отсъства"), (3, "Отпуск до"), (3, "№ на член"),
        (4, "Институция"), (4, "Име"), (4, "Отпуск до"),
        (5, "Име"), (5, "Отсъства"), (5, "Отпуск от"),
    }  # fmt: skip
    assert "Тай" not in str(caught.value)


@pytest.mark.parametrize(
    ("headings", "faults"),
    [
        ("Телефон", 3), ("Екип;Име", 1), ("Община;Име;Институция", 1), ("№ на член;Институция", 1),
    ],
)  # fmt: skip
def test_a_member_register_without_its_columns_or_rows(headings, faults) -> None:
    """Each missing column is named; a municipality does where no team is."""
    with pytest.raises(InputError) as caught:
        casefiles.read_members(f"{headings}\n".encode(), "members.csv")
    assert len(caught.value.faults) == faults


@pytest.mark.parametrize(
    "headings",
    ["Группа;ФИО;Учреждение;Языки;Пол;Отпуск с;Отпуск по",
     "Qrup;Ad soyad;Qurum;Dillər;Cins;Məzuniyyət",
     "Топ;Аты-жөні;Мекеме;Тілдер;Жынысы;Жұмыс күндері",
     "Team;Name;Institution;Speaks;Gender;Absent"],
)  # fmt: skip
def test_member_registers_of_other_languages(headings) -> None:
    """Russian, Azerbaijani, Kazakh and English headings, every one of them read."""
    assert MEMBER_TABLE.count(headings.split(";")) == headings.count(";") + 1


# Single steps


def test_addresses_in_and_places_out(tmp_path: Path):
    """Rows keep their order and number, doubles and blanks included; nothing is a formula."""
    content = 'id,address,settlement\n7,ул. Бор 7,Русе\n7,,\n=1,"a, b",\n'
    rows = lookups.read_addresses(content.encode(), "in.csv")
    assert rows == [
        ("7", Address("ул. Бор 7", settlement="Русе")),
        ("7", Address("")),
        ("=1", Address("a, b")),
    ]
    found = Place(Level.HOUSE, 25.95, 43.85, 0.9, 12.0, False, matched="=Русе, ул. Бор 7")
    lookups.write_places(
        tmp_path / "out.csv", [row[0] for row in rows], [found, Place(Level.NONE), found]
    )
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as out:
        lines = list(csv.DictReader(out))
    assert [line["id"] for line in lines] == ["7", "7", "'=1"]
    assert (float(lines[0]["lat"]), float(lines[0]["lon"])) == (43.85, 25.95)
    assert lines[0]["matched"] == "'=Русе, ул. Бор 7"
    assert lines[1]["lat"] == lines[1]["error_m"] == ""
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_points_in():
    """Points are (lon, lat) by id, and all that cannot be read is told at once."""
    assert lookups.read_points(b"id;lat;lon\na;43,8;25,9\n", "p.csv") == {"a": (25.9, 43.8)}
    with pytest.raises(InputError) as caught:
        lookups.read_points(b"id,lat,lon\na,1,2\na,1,2\nb,x,200\n", "p.csv")
    assert [(fault.row, fault.field) for fault in caught.value.faults] == [
        (3, "id"), (4, "lat"), (4, "lon"),
    ]  # fmt: skip
    with pytest.raises(InputError, match="lat"):
        lookups.read_points(b"id,x\n1,2\n", "p.csv")


def test_a_team_of_the_morning_gets_no_pause_at_noon():
    """The usual pause is only assumed where it fits into a team's hours."""
    text = "team_id,municipality,lat,lon,start,end\n1,Русе,43.8,25.9,8:00,12:00\n"
    (team,) = casefiles.read_teams(text.encode(), "teams.csv")
    assert team.pause is None


def test_a_plain_table_has_its_headings_first():
    """Without known headings the first row that is not empty has them."""
    table = casefiles.read_table(b"\n\na;b\n1;2\n", "x.csv")
    assert (table.headings, table.heading_row) == (("a", "b"), 3)
    assert table.rows == (Row(4, ("1", "2")),)
