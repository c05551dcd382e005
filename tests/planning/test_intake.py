"""Case lists read: headings in five languages, cells as clerks type them, no row ever lost."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.errors import InputError
from planning.intake import CASES, FIELDS, Intake, Row, Template, find_heading_row, read_rows
from planning.intake.cells import (
    Unreadable,
    count_of,
    day_of,
    flag_of,
    institutions_of,
    kit_counts_of,
    kit_type_of,
    languages_of,
    priority_of,
    second_crew_of,
    sex_of,
    text_of,
)
from planning.intake.times import windows_of
from planning.intake.words import fold
from planning.model import ALL_WEEK, Category, Priority, Sex, Window
from planning.wire import dump, load

SAMPLE = [
    "№ на случая", "Име на детето", "ЕГН", "Община", "Населено място", "Адрес", "Телефон",
    "Училище", "Приоритет", "Удобно време", "Необходими институции", "Най-рано", "Срок",
    "Комплекти", "Език", "Чувствителен", "Бележка",
]  # fmt: skip


def intake(headings: list[str], *rows: list[object], template: Template | None = None) -> Intake:
    """Rows below `headings` in row 1."""
    numbered = [Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)]
    return read_rows(headings, numbered, template=template, file="list.csv")


def hm(hour: int, minute: int = 0) -> int:
    return hour * 3600 + minute * 60


# Headings


def test_the_sample_headings_all_have_a_field():
    """The list that the project ships is understood without a template."""
    read = intake(SAMPLE)
    assert read.unmapped == ()
    assert len(read.mapping.columns) == len(SAMPLE)


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("Iş nömrəsi;Uşağın adı;FİN;Rayon;Ünvan;Telefon;Məktəb;Təcililik;Son tarix",
         "case_id child national_id municipality address phone school priority deadline"),
        ("IS NOMRESI;USAGIN ADI;UNVAN;MEKTEB", "case_id child address school"),
        ("Іс нөмірі;Баланың аты-жөні;ЖСН;Аудан;Елді мекен;Мекенжайы;Мектеп;Мерзімі",
         "case_id child national_id municipality settlement address school deadline"),
        ("№ дела;ФИО ребёнка;ИИН;Район;Населённый пункт;Адрес проживания;Срочность;Удобное время",
         "case_id child national_id municipality settlement address priority windows"),
        ("Case ID;Child's name;Municipality;Town;Home address;Priority;Time window;Due date",
         "case_id child municipality settlement address priority windows deadline"),
        ("АДРЕС;Телефон за връзка;Трите имена", "address phone child"),
        ("Aдpeс;Тeлефон", "address phone"),  # Latin letters that look Cyrillic
        ("Адресс;Населено място;Приоретет", "address settlement priority"),
        ("Община;Район;Адрес", "municipality district address"),
    ],
)  # fmt: skip
def test_headings_of_five_languages_and_their_mistakes(headings, fields):
    """Azerbaijani with and without its letters, Kazakh, Russian, English, and misspelt ones."""
    columns = intake(headings.split(";")).columns
    assert sorted(columns.index, key=lambda name: columns.index[name]) == fields.split()


@pytest.mark.parametrize(
    "heading",
    ["Дата на раждане", "Име на майката", "Адрес на училището", "Клас", "Телефон на училището",
     "Дата", "Пол", "№", "№ по ред", "Doğum tarixi", "Имя матери"],
)  # fmt: skip
def test_headings_of_other_things_are_left_alone(heading):
    """A birthday is no deadline and a school's address is not the child's: better unread."""
    assert not CASES.field_of(heading)
    assert heading in intake(["Адрес", heading]).unmapped


@pytest.mark.parametrize(
    "heading",
    ["Опасности", "ВНИМАНИЕ", "Опасность", "Təhlükə", "Tehluke", "Қауіп", "Hazards", "Hazrds"],
)
def test_what_may_harm_the_crew_is_read(heading):
    """A column of its own in five languages, also misspelt; what it says enters no fault."""
    read = intake(["Адрес", heading, "Деца"], ["ул. 1", " зло\nкуче ", 1],
                  ["ул. 2", "брат с нож", "много"])  # fmt: skip
    assert [case.hazard for case in read.cases] == ["зло куче"]
    assert [fault.field for fault in read.faults] == ["Деца"]
    assert "нож" not in str(read.faults)


@pytest.mark.parametrize(
    "heading", ["Безопасност на движението", "Рисков ученик", "Заплаха от отпадане"]
)
def test_a_childs_own_risks_are_no_hazard_to_the_crew(heading):
    """They are left unread, as before."""
    assert not CASES.field_of(heading)


@pytest.mark.parametrize(
    ("heading", "cell", "categories"),
    [
        ("Категория", "многодетно семейство; сирак и в риск", "large_family orphan at_risk"),
        ("Социальная категория", "малообеспеченная, неполная", "low_income single_parent"),
        ("Kateqoriya", "ÇOXUŞAQLI AİLƏ / xüsusi ehtiyac", "large_family special_needs"),
        ("Санаты", "жетім | тәуекел тобы", "orphan at_risk"),
        ("Categories", "Low income", "low_income"),
        ("Categories", "няма", ""),
        ("Категории", None, ""),
    ],
)
def test_a_child_may_have_several_categories_of_need(heading, cell, categories):
    """In the words of five languages, apart by semicolons, commas, strokes or “and”."""
    (case,) = intake(["Адрес", heading], ["ул. 1", cell]).cases
    assert case.categories == {Category(each) for each in categories.split()}


def test_an_unknown_category_leaves_nobody_out():
    """The known ones count; the word itself may be a diagnosis, and no fault repeats it."""
    read = intake(["Адрес", "Категория"], ["ул. 1", "сирак; епилепсия"], ["ул. 2", "сирак"])
    assert [case.categories for case in read.cases] == [{Category.ORPHAN}, {Category.ORPHAN}]
    (told,) = read.warnings
    assert (told.row, told.field, told.value) == (2, "Категория", "")
    assert "епилепсия" not in str(told)


@pytest.mark.parametrize("headings", [["Име", "Телефон"], ["Нещо", ""], []])
def test_no_address_column(headings):
    """The message lists what was found and what is expected."""
    with pytest.raises(InputError) as caught:
        intake(headings)
    assert "Адрес" in str(caught.value)
    assert all(heading in str(caught.value) for heading in headings)


def test_two_address_columns_are_not_guessed_between():
    """Two columns that may both be it: the planner decides."""
    with pytest.raises(InputError, match="may both be the address"):
        intake(["Име", "Адрес", "Домашен адрес"])


def test_the_current_address_comes_before_the_permanent_one():
    """Children are looked for where they live now; an empty cell falls back on the other column."""
    read = intake(
        ["№ на случая", "Постоянен адрес", "Настоящ адрес"],
        ["1", "Русе, ул. Стара 1", "Русе, ул. Нова 2"],
        ["2", "Русе, ул. Стара 3", ""],
    )
    assert [case.address.text for case in read.cases] == ["Русе, ул. Нова 2", "Русе, ул. Стара 3"]


def test_an_address_in_several_columns():
    """Street, number, block, entrance and flat are put together in the list's own words."""
    read = intake(
        ["Град", "Улица", "Улица №", "Вх.", "Ет.", "Ап."],
        ["Русе", "ул. Борисова", 5.0, "Б", 3.0, "ап. 12"],
    )
    assert read.cases[0].address.settlement == "Русе"
    assert read.cases[0].address.text == "ул. Борисова, 5, Вх. Б, Ет. 3, ап. 12"


def test_a_name_in_three_columns():
    """Bulgarian lists part the name; Russian ones put the family name first."""
    read = intake(["Фамилия", "Имя", "Отчество", "Адрес"], ["Ким", "Анна", "Олеговна", "Степной-1"])
    assert read.cases[0].child == "Анна Олеговна Ким"


def test_a_column_that_comes_twice():
    """The second telephone is not read, and the planner is told."""
    read = intake(["Адрес", "Телефон", "Телефон"], ["ул. Бор 7", "1", "2"])
    assert read.cases[0].phone == "1"
    assert [warning.field for warning in read.warnings] == ["Телефон (2)"]
    assert read.unmapped == ("Телефон (2)",)


def test_the_heading_row_is_found():
    """The row with the most known headings, whatever titles stand above."""
    rows = [["Списък"], ["Адрес за връзка", ""], ["Име", "Адрес", "Срок"], ["Ана", "ул. 1", ""]]
    assert find_heading_row(rows, CASES.count) == 2
    assert find_heading_row([["a"], ["b"]], CASES.count) is None


# Templates


def test_a_template_is_saved_and_used_again():
    """What an office chose once holds for its later lists; its own words for institutions too."""
    template = Template(
        {"Къде живее": "address", "Кой идва": "requires"},
        {"РУО": "education", "Педсъветник": "school"},
    )
    again = load(Template, dump(template))
    assert again == template
    read = intake(["Кой идва", "КЪДЕ ЖИВЕЕ", "Адрес"], ["РУО, педсъветник", "ул. Бор 7", "друго"],
                  template=again)  # fmt: skip
    assert read.cases[0].requires == {"education", "school"}
    assert read.cases[0].address.text == "ул. Бор 7"
    assert read.unmapped == ("Адрес",)


def test_the_guess_can_be_saved_as_a_template():
    """Reading with the saved guess gives what the guess gave."""
    row = ["1", "Ана", "", "Русе", "Русе", "ул. Бор 7"]
    guessed = intake(SAMPLE, row)
    assert intake(SAMPLE, row, template=guessed.mapping).cases == guessed.cases


def test_a_template_that_does_not_fit():
    """Missing columns, unknown fields and doubles are told at once: nothing is dropped silently."""
    template = Template(
        {"Адрес": "address", "Няма": "sensitive", "Име": "colour", "Дом": "address"}
    )
    with pytest.raises(InputError) as caught:
        intake(["Адрес", "Име", "Дом"], template=template)
    told = str(caught.value)
    assert len(caught.value.faults) == 3
    assert "Няма" in told
    assert "colour" in told
    assert "address" in FIELDS


# Cells


@pytest.mark.parametrize(
    ("cell", "text"),
    [(101.0, "101"), (101, "101"), (1.5, "1.5"), (None, ""), (True, "yes"),
     (" a \n b\u00a0", "a b"),
     (date(2026, 8, 20), "2026-08-20"), (datetime(2026, 8, 20), "2026-08-20"),  # noqa: DTZ001
     (time(17, 5), "17:05"), ("a\u00adb\u200b", "ab")],
)  # fmt: skip
def test_text(cell, text):
    """A number is not a decimal fraction, and invisible characters are dropped."""
    assert text_of(cell) == text


@pytest.mark.parametrize(
    "cell",
    ["2026-08-20", "20.08.2026", "20.8.26", "20/08/2026 г.", "20 - 08 - 2026", "до 20.08.2026 г.",
     "20 август 2026 г.", "20 avqust 2026", "20 тамыз 2026 ж.", "20 августа 2026", "20 Aug 2026",
     46254, 46254.0, date(2026, 8, 20), "2026-08-20 00:00:00"],
)  # fmt: skip
def test_dates(cell):
    """All of these are the twentieth of August."""
    assert day_of(cell) == date(2026, 8, 20)


@pytest.mark.parametrize(
    "cell", ["вчера", "15.09", "31.02.2026", "20.08.1926", 7, "20.08.2026 21.08.2026", "20.13.2026"]
)
def test_dates_that_are_none(cell):
    """No guess where a date is incomplete, impossible or of another century."""
    with pytest.raises(Unreadable):
        day_of(cell)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("17:00-19:30", [("17:00", "19:30", "1234567")]),
        ("17.00 – 19.30 ч.", [("17:00", "19:30", "1234567")]),
        ("пн-пт 17:00-19:00; сб 10:00-13:00",
         [("17:00", "19:00", "12345"), ("10:00", "13:00", "6")]),
        ("пон., ср. и пет. 17-19", [("17:00", "19:00", "135")]),
        ("от понеделник до петък от 17 до 19 часа", [("17:00", "19:00", "12345")]),
        ("17-19 пн, 10-12 сб", [("17:00", "19:00", "1"), ("10:00", "12:00", "6")]),
        ("с 17:00 до 19:00 по будням", [("17:00", "19:00", "12345")]),
        ("сб-пн 10-12", [("10:00", "12:00", "167")]),
        ("след 17:00", [("17:00", "24:00", "1234567")]),
        ("до 12 ч.", [("00:00", "12:00", "1234567")]),
        ("делник след 17:30, събота 10-13", [("17:30", "24:00", "12345"), ("10:00", "13:00", "6")]),
        ("8-12 / 13-17", [("08:00", "12:00", "1234567"), ("13:00", "17:00", "1234567")]),
        ("сутрин", [("08:00", "12:00", "1234567")]),
        ("пн и ср", [("00:00", "24:00", "13")]),
        ("bazar ertəsi-cümə 17:00-19:00", [("17:00", "19:00", "12345")]),
        ("çərşənbə axşamı 10-12", [("10:00", "12:00", "2")]),
        ("17:00-dan sonra", [("17:00", "24:00", "1234567")]),
        ("saat 12:00-a qədər", [("00:00", "12:00", "1234567")]),
        ("дүйсенбі-жұма 17:00-ден 19:00-ге дейін", [("17:00", "19:00", "12345")]),
        ("сағат 17-ден кейін", [("17:00", "24:00", "1234567")]),
        ("после 17:00", [("17:00", "24:00", "1234567")]),
        ("weekdays after 5 h", [("05:00", "24:00", "12345")]),
        ("по всяко време", []), ("", []), ("няма", []),
    ],
)  # fmt: skip
def test_times_somebody_is_at_home(text, windows):
    """Five languages, their abbreviations and case endings."""
    expected = [
        Window(_seconds(start), _seconds(end), frozenset(int(day) - 1 for day in days))
        for start, end, days in windows
    ]
    assert list(windows_of(text)) == expected


def _seconds(text: str) -> int:
    return hm(int(text[:2]), int(text[3:]))


@pytest.mark.parametrize(
    "cell",
    ["17:00", "19-17", "25:00-26:00", "9,15-12,15", "кога да е", "вечер след 18", "пн 17-19, ср",
     "{{7*7}}", "10:75-11:00", time(17, 0), 0.5, "5 pm - 7 pm", "17:00-19:00 освен пн"],
)  # fmt: skip
def test_times_that_are_unclear_are_refused(cell):
    """A guessed window sends a crew to a closed door."""
    with pytest.raises(Unreadable):
        windows_of(cell)


@given(st.text(alphabet="пнсбвт0123456789:.-,; отдослч", max_size=25))
def test_any_time_text_is_read_into_sound_windows_or_refused(text):
    """Whatever is typed, a window that comes out begins before it ends, on some day."""
    try:
        windows = windows_of(text)
    except Unreadable:
        return
    assert all(0 <= w.start < w.end <= 86_400 and w.weekdays <= ALL_WEEK for w in windows)
    assert all(w.weekdays for w in windows)


@pytest.mark.parametrize(
    ("words", "priority"),
    [("неотложен НЕОТЛОЖНО təxirəsalınmaz TECILI шұғыл срочно urgent", Priority.URGENT),
     ("висок Висока yüksək жоғары высокий high", Priority.HIGH),
     ("нормален adi қалыпты обычный normal нисък", Priority.NORMAL)],
)  # fmt: skip
def test_priorities(words, priority):
    """Each language's word, in any case, with or without its letters."""
    assert {priority_of(word) for word in words.split()} == {priority}
    assert priority_of("") is Priority.NORMAL


@pytest.mark.parametrize("cell", ["1", 2, "много", "!!!1"])
def test_a_numbered_priority_is_refused(cell):
    """Whether 1 is the first or the least is anybody's guess."""
    with pytest.raises(Unreadable):
        priority_of(cell)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("АСП, МВР и медиатор", "social police mediator"),
        ("Отдел „Закрила на детето“", "social"),
        ("община/училище", "municipality school"),
        ("sosial və polis", "social police"),
        ("әлеуметтік қорғау, жергілікті полиция", "social police"),
        ("соцзащита; врач", "social health"),
        ("social+police", "social police"),
        ("няма", ""), ("-", ""), ("", ""),
    ],
)  # fmt: skip
def test_institutions(cell, codes):
    """Codes from the words of five languages."""
    assert institutions_of(cell) == frozenset(codes.split())


def test_an_unknown_institution_is_a_fault_that_names_the_known_ones():
    """Ignoring it would send a crew without the one who must be there."""
    with pytest.raises(Unreadable, match=r"РУО.*mediator.*social"):
        institutions_of("РУО, МВР")


def test_small_cells():
    """Yes and no, counts and languages."""
    assert [flag_of(cell) for cell in ("да", "Иә", "bəli", "YES", "x", "✓", 1, True)] == [True] * 8
    assert [flag_of(cell) for cell in ("не", "жоқ", "xeyr", "", "-", None, 0)] == [False] * 7
    assert count_of("2,0", least=0, most=9) == 2
    assert count_of("", least=1, most=9) is None
    assert languages_of("турски, ромски") == (frozenset({"tr", "rom"}), ())
    assert languages_of("клингонски") == (frozenset(), ("клингонски",))
    for parse, cell in ((flag_of, "може би"), (lambda c: count_of(c, least=1, most=30), 0)):
        with pytest.raises(Unreadable):
            parse(cell)


def test_folding_makes_swapped_letters_equal():
    """TƏCİLİ is tecili; Қала is Кала; a Latin C in Cливница is Cyrillic."""
    assert fold("TƏCİLİ") == fold("tecili")
    assert fold("Қарағанды") == fold("Караганды")
    assert fold("Cливница") == fold("Сливница")
    assert fold("№ на-случая ") == "no на случая"


@pytest.mark.parametrize(
    ("cell", "counts"),
    [
        ("раница: 20; форма 10", (("раница", 20), ("форма", 10))),
        ("20 x Раница, 5 форма", (("раница", 20), ("форма", 5))),
        ("раница 1 клас: 3", (("раница 1 клас", 3),)),
        ("box 20", (("box", 20),)),
        ("рюкзак – 0", (("рюкзак", 0),)),
        ("", None),
        (None, None),
    ],
)
def test_kits_by_type(cell, counts):
    """How many of what, the way people note it; a bare number says nothing about types."""
    assert kit_counts_of(cell, most=100) == counts


@pytest.mark.parametrize("cell", [20, "раница", "раница: много", "раница: 101", "форма 1; Форма 2"])
def test_kits_that_cannot_be_told_by_type(cell):
    """Refused with an example of how to write them."""
    with pytest.raises(Unreadable, match="write раница"):
        kit_counts_of(cell, most=100)


def test_whom_a_family_asks_for():
    """A woman, in five languages; a second crew by a yes or by its institutions."""
    assert {sex_of(cell) for cell in ("жена", "Ж", "qadın", "әйел", "женский", "F")} == {Sex.FEMALE}
    assert sex_of("мъж") is Sex.MALE
    assert [sex_of(cell) for cell in ("", None, "няма", "без значение")] == [None] * 4
    assert second_crew_of("да") == frozenset()
    assert second_crew_of("МВР; АСП") == {"police", "social"}
    assert [second_crew_of(cell) for cell in ("", None, "не")] == [None] * 3
    assert (kit_type_of(" Раница "), kit_type_of("няма"), kit_type_of(None)) == ("раница", "", "")
    for parse, cell in ((sex_of, "?х"), (second_crew_of, "НАСА")):
        with pytest.raises(Unreadable):
            parse(cell)


# Rows


@pytest.mark.parametrize(
    "headings",
    ["Вид комплект;Пол на посещаващия;Втори екип", "Тип набора;Пол сотрудника;Вторая группа",
     "Dəst növü;Üzvün cinsi;İkinci qrup", "Жиынтық түрі;Мүшенің жынысы;Екінші топ",
     "Kit type;Sex of member;Second crew"],
)  # fmt: skip
def test_what_a_visit_needs_besides(headings):
    """Kits by type, who must come, and with whom: columns in five languages."""
    read = intake(["Адрес", *headings.split(";")], ["ул. 1", "Раница", "жена", "МВР"],
                  ["ул. 2", "", "", ""], ["ул. 3", "", "пет", "може би"])  # fmt: skip
    first, second = read.cases
    assert (first.kit_type, first.member_sex, first.second_crew) == (
        "раница", Sex.FEMALE, {"police"},
    )  # fmt: skip
    assert (second.kit_type, second.member_sex, second.second_crew) == ("", None, None)
    assert [fault.field for fault in read.faults] == headings.split(";")[1:]


def test_a_whole_row():
    """Every column of the sample list ends in its field."""
    read = intake(
        SAMPLE,
        ["РС-7", "Мария Петрова", "0652123456", "Русе", "Русе", "ул. Борисова 5", "0888 123 456",
         "ОУ „Васил Левски“", "неотложен", "пн-пт 17:00-19:00", "АСП, МВР", "20.08.2026",
         "15.09.2026", 2.0, "турски", "да", "звъни два пъти"],
    )  # fmt: skip
    (case,) = read.cases
    assert (case.case_id, case.row, case.child) == ("РС-7", 2, "Мария Петрова")
    assert (case.national_id, case.phone) == ("0652123456", "0888 123 456")
    assert (case.address.municipality, case.address.settlement) == ("Русе", "Русе")
    assert (case.priority, case.requires) == (Priority.URGENT, {"social", "police"})
    assert case.windows == (Window(hm(17), hm(19), frozenset(range(5))),)
    assert (case.earliest, case.deadline) == (date(2026, 8, 20), date(2026, 9, 15))
    assert (case.kits, case.language, case.sensitive) == (2, "tr", True)
    assert (case.school, case.note) == ("ОУ „Васил Левски“", "звъни два пъти")


def test_all_faults_of_all_rows_in_one_pass():
    """A clerk gets every wrong cell of the list at once, by row and heading."""
    bad = [
        "1",
        "Ана",
        "",
        "",
        "",
        "",
        "",
        "",
        "1",
        "17:00",
        "НАСА",
        "вчера",
        "x",
        101,
        "",
        "може би",
    ]
    read = intake(SAMPLE, bad, ["2", "Ива", "", "", "Русе"], bad)
    assert [case.case_id for case in read.cases] == ["2"]
    assert [row.row for row in read.rejected] == [2, 4]
    assert {fault.field for fault in read.rejected[0].faults} == {
        "Адрес", "Приоритет", "Удобно време", "Необходими институции", "Най-рано", "Срок",
        "Комплекти", "Чувствителен",
    }  # fmt: skip
    assert all(fault.file == "list.csv" for fault in read.faults)


def test_no_personal_value_enters_a_fault():
    """Faults are printed, logged and sent on: names, IDs, phones and addresses are not in them."""
    secret = "Тайна\x07Именова"
    read = intake(SAMPLE, *([secret if at == bad else "ул. 1" for at in range(8)]
                            for bad in (1, 2, 4, 5, 6, 7)))  # fmt: skip
    assert len(read.rejected) == 6
    assert all("Тайна" not in str(fault) and not fault.value for fault in read.faults)


def test_a_national_id_in_the_wrong_column_is_not_repeated():
    """Shifted cells put IDs under harmless headings; long numbers are never echoed."""
    read = intake(["Адрес", "Приоритет", "Комплекти"], ["ул. 1", "0652123456", "0888 123 456"])
    assert [fault.value for fault in read.faults] == ["", ""]


def test_ids_that_are_missing_are_made_and_stay_the_same():
    """The same row of the same list has the same ID tomorrow; another row never has it."""
    rows = [["Ана", "ул. 1"], ["Ана", "ул. 1"], ["Ива", "ул. 2"]]
    first, again = intake(["Име", "Адрес"], *rows), intake(["Име", "Адрес"], *rows)
    ids = [case.case_id for case in first.cases]
    assert ids == [case.case_id for case in again.cases]
    assert len(set(ids)) == 3
    assert "Ана" not in "".join(ids)


def test_a_case_id_that_comes_twice():
    """The later row is rejected and names the first; both are accounted for."""
    read = intake(["№ на случая", "Адрес"], ["7", "ул. 1"], [7.0, "ул. 2"], ["8", "ул. 3"])
    assert [case.address.text for case in read.cases] == ["ул. 1", "ул. 3"]
    (fault,) = read.faults
    assert (fault.row, fault.field, fault.value) == (3, "№ на случая", "7")
    assert "row 2" in str(fault.message)


def test_probable_duplicates_are_shown_not_dropped():
    """One national ID, or one name at one address, is probably one child: the planner decides."""
    read = intake(
        ["№ на случая", "Име", "ЕГН", "Адрес"],
        ["1", "Ана Колева", "0652123456", "ул. Бор 7"],
        ["2", "А. Колева", "652123456", "ул. Дъб 8"],
        ["3", "Колева Ана", "", "УЛ. БОР, 7"],
        ["4", "Ана", "0", "ул. Бор 7"],
        ["5", "Ана", "0", "ул. Бор 7"],
    )
    assert len(read.cases) == 5
    assert [(group.case_ids, group.why) for group in read.duplicates] == [
        (("1", "2"), "national ID"),
        (("1", "3"), "name and address"),
    ]
    assert [warning.row for warning in read.warnings] == [3, 4]
    assert "Колева" not in "".join(map(str, read.warnings))


@pytest.mark.parametrize(
    "address",
    ["служебен адрес", "Русе, Служ. адрес", "сл. адрес на общината", "СЛУЖЕБЕН АДРЕС пл. Свобода 6",
     "служебный адрес", "xidməti ünvan"],
)  # fmt: skip
def test_service_addresses_are_flagged(address):
    """Nobody lives at a municipal service address."""
    assert intake(["Адрес"], [address]).cases[0].service_address


def test_an_ordinary_address_is_no_service_address():
    """A street of that sound, or a note about work, is none."""
    read = intake(["Адрес", "Бележка"], ["ул. Служебна 3", "майката е на служба"], ["сл. 5", ""])
    assert not any(case.service_address for case in read.cases)


def test_dates_that_contradict_each_other():
    """A deadline before the earliest day, a fixed day outside both."""
    read = intake(
        ["Адрес", "Най-рано", "Срок", "Дата на посещение"],
        ["ул. 1", "20.08.2026", "19.08.2026", ""],
        ["ул. 1", "20.08.2026", "25.08.2026", "26.08.2026"],
        ["ул. 1", "", "25.08.2026", "25.08.2026"],
    )
    assert [fault.field for fault in read.faults] == ["Срок", "Дата на посещение"]
    assert read.cases[0].day == date(2026, 8, 25)


def test_empty_rows_and_repeated_headings():
    """Empty rows between others are counted; headings printed on every page are no cases."""
    read = intake(["Име", "Адрес"], ["Ана", "ул. 1"], ["", None], ["Име", "Адрес"], [], ["", " "])
    assert (len(read.cases), len(read.rejected), read.rows_total) == (1, 1, 2)
    assert read.empty_rows == 1
    assert "headings" in str(read.faults[0].message)


def test_a_settlement_alone_is_an_address():
    """Six of ten village addresses have no street at all."""
    read = intake(["Населено място", "Адрес"], ["с. Ботров", ""], ["", ""], ["", "x"], ["", "\t"])
    assert [case.address.settlement for case in read.cases] == ["с. Ботров", ""]
    assert read.rows_total == 2


def test_ids_that_a_spreadsheet_destroyed():
    """6.5E+09 was an ID once: it is not kept as if it were one, and the planner is told."""
    read = intake(["ЕГН", "Телефон", "Адрес"], ["6,52E+09", "8.88E+08", "ул. 1"])
    assert (read.cases[0].national_id, read.cases[0].phone) == ("", "")
    assert [warning.field for warning in read.warnings] == ["ЕГН", "Телефон"]


CELLS = st.one_of(
    st.none(), st.text(max_size=15), st.integers(), st.floats(), st.booleans(), st.dates(),
    st.times(), st.datetimes(), st.timedeltas(),
    st.sampled_from(["да", "17-19", "20.08.2026", "АСП", "висок", "ул. Бор 7", "служебен адрес"]),
)  # fmt: skip


@given(st.lists(st.lists(CELLS, max_size=len(SAMPLE)), max_size=6))
def test_accepted_and_rejected_are_all_rows(rows):
    """Whatever the cells hold, no row is lost, none is counted twice, and IDs are unique."""
    read = intake(SAMPLE, *rows)
    filled = [
        number
        for number, cells in enumerate(rows, 2)
        if any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in cells)
    ]
    got = [case.row for case in read.cases] + [row.row for row in read.rejected]
    assert sorted(got) == filled
    assert read.rows_total == len(filled)
    assert len({case.case_id for case in read.cases}) == len(read.cases)
    assert all(row.faults for row in read.rejected)


def test_a_case_id_too_long_to_keep_is_refused_in_its_row():
    """One overlong ID does not keep the rest of the list out."""
    read = intake(["id", "address"], ["c1", "ул. Роза 1"], ["c" * 201, "ул. Роза 2"])
    assert [case.case_id for case in read.cases] == ["c1"]
    ((fault,),) = (row.faults for row in read.rejected)
    assert (fault.row, fault.field) == (3, "id")
    assert "200 characters" in str(fault.message)
