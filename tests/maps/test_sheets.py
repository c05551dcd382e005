"""Paper does as well as a phone: everything a team needs, in its own letters."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace

import pypdf
import pytest

from maps.sheets import all_sheets, make_sheet, print_sheets, team_sheet
from maps.texts import LANGUAGES, translator
from planning.model import Result, Stop

ALPHABETS = "ЩщЮюЯяЪъЙй ƏəĞğİıŞşÇçÖöÜü ӘәҒғҚқҢңӨөҰұҮүҺһІі"


def pages(content: bytes) -> list[str]:
    """Text of every page, white space folded."""
    return [
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages
    ]


def printed(town, texts, **more) -> bytes:
    return team_sheet(
        more.pop("route", town.route),
        more.pop("visits", town.plan),
        team=more.pop("team", town.team),
        region_info=more.pop("info", town.info),
        basemap=town.basemap,
        texts=texts,
        **more,
    )


def longer(town, count: int):
    """Riverside's route with its first visit again and again."""
    first = town.plan.visits[0]
    visits = [replace(first, visit_id=f"w{at}", label=f"ул. Дълга {at}") for at in range(count)]
    stops = tuple(Stop(f"w{at}", 32_400, 32_400, 33_600) for at in range(count))
    return replace(town.route, stops=stops, legs=()), visits


def test_a_sheet_has_everything_for_the_day(town) -> None:
    """Head, table, boxes to tick, footer, in Bulgarian."""
    text = " ".join(pages(printed(town, translator("bg"))))
    for part in (
        "Екип 1", "четвъртък, 20.08.2026", "заповед № РД-01-1 / 01.08.2026", "6 спирки",
        "ул. Шипка 1", "вх. А, ет. 3, ап. 11", "трябва да присъства: социално",
        "вкъщи: 09:00–12:00", "няма никого", "отказ", "бележки:", "! неотложен",
        "Образец, измислен", "Поверително", "подпис:", "стр. 1 / ",
    ):  # fmt: skip
        assert part in text, part


ELSEWHERE = "Door and what to bring: on the team's phone page, or ask the planner"


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_sensitive_visit_paper_says_when_and_with_whom(town, language, large) -> None:
    """Its door is on the phone page; whoever finds the sheet learns of nobody."""
    texts = translator(language)
    text = " ".join(pages(printed(town, texts, large=large)))
    assert text.count(texts.t(ELSEWHERE)) == 1
    assert texts.time(town.route.stops[4].start) in text
    who = texts.t("must be there: {who}", who=texts.institutions({"social"}))
    assert text.count(who) == len(town.route.stops)
    assert "ул. Шипка 4" in text
    for secret in ("ул. Шипка 5", "C-5", "зло куче 5", texts.unit(town.plan.visits[4].unit)):
        assert secret not in text
    assert text.count(f"! {texts.t('urgent')}") == 1


def test_no_line_and_no_mark_on_paper_leads_to_a_sensitive_door(town) -> None:
    """Wherever it is: moved across the town, with the ways to it, it prints the same bytes."""
    sheet = make_sheet(town.route, town.plan, team=town.team, basemap=town.basemap)
    assert [bool(leg.line) for leg in sheet.route.legs] == [True] * 4 + [False] * 2 + [True]
    east, north = 0.4, 0.3
    visits = list(town.plan.visits)
    visits[4] = replace(visits[4], lon=visits[4].lon + east, lat=visits[4].lat + north)
    legs = list(town.route.legs)
    for at, ends in ((4, slice(1, None)), (5, slice(None, -1))):
        moved = [(lon + east, lat + north) for lon, lat in legs[at].line[ends]]
        legs[at] = replace(legs[at], line=tuple(moved))
    moved_route = replace(town.route, legs=tuple(legs))
    texts = translator("bg")
    assert printed(town, texts, visits=visits, route=moved_route) == printed(town, texts)


def test_a_day_of_sensitive_visits_only_still_prints(town, english) -> None:
    """A map of the office's surroundings, and the list."""
    visits = [replace(visit, sensitive=True) for visit in town.plan.visits]
    text = " ".join(pages(printed(town, english, visits=visits)))
    assert text.count(ELSEWHERE) == len(visits)
    assert "Шипка" not in text


def test_no_sheet_holds_personal_data(town, english) -> None:
    """No child's name, ID, phone or note on paper."""
    text = " ".join(pages(printed(town, english)))
    for case in town.cases:
        for secret in (case.child, case.national_id, case.phone, case.note):
            assert secret not in text


@pytest.mark.parametrize("large", [False, True])
def test_a_hazard_is_the_first_that_is_read_of_a_stop(town, english, large) -> None:
    """A black mark and a word before the address."""
    text = " ".join(pages(printed(town, english, large=large)))
    for number in (1, 6):
        assert f"⚠ Beware: зло куче {number} ул. Шипка {number}" in text


def test_a_long_hazard_has_twice_the_lines_and_an_end(town, english) -> None:
    """What several families told of one door is read to the end; a novel is not."""
    route, visits = longer(town, 3)
    told = "; ".join(f"стълбището е неосветено {number}" for number in range(8))
    visits[0] = replace(visits[0], hazards=(("C-1", told),))
    visits[1] = replace(visits[1], hazards=(("C-1", "Ж" * 10_000),))
    text = " ".join(pages(printed(town, english, route=route, visits=visits)))
    assert "неосветено 7 ул. Дълга 0" in text
    assert "Ж… ул. Дълга 1" in text
    assert "ул. Дълга 2" in text


def test_every_letter_of_the_five_languages_is_in_the_font(town, english) -> None:
    """Extracted by two programs, the letters come back."""
    visits = [replace(visit, label=ALPHABETS) for visit in town.plan.visits]
    content = printed(town, english, visits=visits)
    assert ALPHABETS in pages(content)[0]
    fonts = {
        str(font.get_object()["/BaseFont"])
        for font in pypdf.PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"].values()
    }
    assert any("DejaVuSans" in font for font in fonts)
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("no pdftotext on this machine: install poppler-utils")
    done = subprocess.run([tool, "-", "-"], input=content, capture_output=True, check=True)
    assert ALPHABETS in " ".join(done.stdout.decode().split())


def test_a_long_day_breaks_over_pages_with_its_head_repeated(town, english) -> None:
    """Forty stops: none lost, none twice, every page headed and counted."""
    route, visits = longer(town, 40)
    said = pages(printed(town, english, route=route, visits=visits))
    assert len(said) > 3
    for number, text in enumerate(said, start=1):
        assert f"page {number} / {len(said)}" in text
        assert "Екип 1" in text
        assert "who and when" in text
    whole = " ".join(said)
    assert all(whole.count(f"ул. Дълга {at} ") == 1 for at in range(40))


def test_a_monstrous_address_does_not_push_the_others_off_the_page(town, english) -> None:
    """Ten thousand characters take five lines."""
    route, visits = longer(town, 3)
    visits[1] = replace(visits[1], label="Ж" * 10_000)
    said = pages(printed(town, english, route=route, visits=visits))
    assert len(said) == 1
    assert "ул. Дълга 2" in said[0]


def test_the_same_plan_prints_the_same_bytes(town, english) -> None:
    """No clock and no chance in a sheet."""
    assert printed(town, english) == printed(town, english)


def test_all_sheets_in_one_file(town, english) -> None:
    """The same pages, one team and day after the other."""
    later = replace(town.route, day=town.route.day.replace(day=21), shift_id="RSE-01@2026-08-21")
    empty = replace(later, stops=(), legs=())
    plan = replace(town.plan, routes=(later, town.route, empty))
    content = all_sheets(
        plan, teams=[town.team], region_info=town.info, basemap=town.basemap, texts=english
    )
    said = pages(content)
    one = len(pages(printed(town, english)))
    assert len(said) == 2 * one
    assert "Thursday, 20.08.2026" in said[0]
    assert "Friday, 21.08.2026" in said[one]


def test_the_code_can_be_read(town, english) -> None:
    """The QR code holds the reference given, by default the shift's id and nothing personal."""
    sheet = make_sheet(town.route, town.plan, team=town.team, basemap=town.basemap)
    assert sheet.reference == "outreach:RSE-01@2026-08-20"
    given = make_sheet(
        town.route, town.plan, team=town.team, basemap=town.basemap, reference="outreach:other"
    )
    assert given.reference == "outreach:other"
    assert print_sheets([sheet], region_info=town.info, texts=english) != print_sheets(
        [given], region_info=town.info, texts=english
    )


def test_hostile_text_is_printed_as_it_stands(hostile_town, english) -> None:
    """Paper knows no markup: nothing breaks, no annotation and no script gets in."""
    content = printed(hostile_town, english)
    assert "{{7*191}}" in " ".join(pages(content))
    assert "1337" not in " ".join(pages(content))
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert all("/Annots" not in page for page in reader.pages)
    assert b"/JavaScript" not in content
    assert b"/OpenAction" not in content


@pytest.mark.parametrize("language", LANGUAGES)
def test_large_print_says_the_same(town, language) -> None:
    """Whoever reads small print badly is told no less, in any language: no word is cut."""
    texts = translator(language)
    usual, large = (
        " ".join(unnumbered(printed(town, texts, large=large), texts)).split()
        for large in (False, True)
    )
    heads = {*texts.t("what we found").split(), *texts.t("who and when").split()}
    bars = {word for metres in (100, 200, 500) for word in texts.distance(metres).split()}
    assert set(usual) - set(large) - heads - bars == set()
    assert not [word for word in [*usual, *large] if word.endswith("…")]


def unnumbered(content: bytes, texts) -> list[str]:
    """Text of every page without the page's number."""
    said = pages(content)
    return [
        text.replace(texts.t("page {page}", page=f"{number} / {len(said)}"), "")
        for number, text in enumerate(said, start=1)
    ]


def test_large_print_is_large(town, english) -> None:
    """The words at the door and the boxes to tick, not only the heads."""
    sizes = type_sizes(printed(town, english, large=True))
    for said in ("ул. Шипка 1", "must be there", "case: C-1"):
        assert min(size for text, size in sizes if said in text) >= 16
    for result in Result:
        assert min(size for text, size in sizes if english.result(result) in text) >= 14


def test_in_large_print_no_stop_is_cut_in_two(town, english) -> None:
    """Door, note line and every box of a stop stand on one page, also where much is to be said."""
    route, visits = longer(town, 9)
    visits = [replace(visit, label=f"{visit.label} {'дума ' * 90}") for visit in visits]
    said = pages(printed(town, english, route=route, visits=visits, large=True))
    for text in said:
        stops = text.count("ул. Дълга")
        assert text.count("notes:") == stops
        assert all(text.count(english.result(result)) == stops for result in Result)
    assert sum(text.count("ул. Дълга") for text in said) == 9


def test_a_large_printed_page_is_not_left_half_empty(town, english) -> None:
    """The first stop stands below the map, which gives way; what is left over is the map's."""
    for words in (1, 30, 60, 90):
        route, visits = longer(town, 2)
        visits = [replace(visit, label=f"{visit.label} {'дума ' * words}") for visit in visits]
        content = printed(town, english, route=route, visits=visits, large=True)
        assert "ул. Дълга 0" in pages(content)[0]
        assert empty_above_the_foot(content) < 60


def empty_above_the_foot(content: bytes) -> float:
    """Millimetres of white on the first page, between its last words or lines and the foot."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    heights = [(text, y) for text, _, y in placed(reader.pages[0])]
    foot = next(y for text, y in heights if text.startswith("Confidential"))
    return (min(y for _, y in heights if y > foot) - foot) * 25.4 / 72


@pytest.mark.parametrize("large", [False, True])
def test_nothing_is_printed_over_the_foot(town, english, large) -> None:
    """The lowest word of a full page stands above the line that says whose paper this is."""
    route, visits = longer(town, 30)
    content = printed(town, english, route=route, visits=visits, large=large)
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        heights = {text: y for text, _, y in placed(page)}
        foot = next(y for text, y in heights.items() if text.startswith("Confidential"))
        above = [y for text, y in heights.items() if text in map(english.result, Result)]
        assert min(above, default=foot + 1) > foot


def placed(page) -> list[tuple[str, float, float]]:
    """(text, size, height above the lower edge) of everything written on a page."""
    found = []

    def visit(text, _cm, matrix, _font, size) -> None:
        if text.strip():
            found.append((text.strip(), size, matrix[5]))

    page.extract_text(visitor_text=visit)
    return found


def type_sizes(content: bytes) -> list[tuple[str, float]]:
    """(text, size in points) of everything written."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    return [(text, size) for page in reader.pages for text, size, _ in placed(page)]
