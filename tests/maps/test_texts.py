"""The interface speaks five languages, and each is complete."""

from __future__ import annotations

import ast
import datetime
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from maps.texts import LANGUAGES, translator, words
from maps.texts.catalogue import po_entries, read_po
from planning.errors import InputError
from planning.model import Priority, Reason, Unit, Window
from planning.text import note

ROOT = Path(__file__).resolve().parents[2]
MARKS = {"# reviewed: seen in a public document", "# needs review"}


def said_in(file: Path) -> set[tuple[str, ...]]:
    """Messages that a module passes to `t` and `n`, or tells as a `note`."""
    found: set[tuple[str, ...]] = set()
    for call in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        count = {"t": 1, "n": 2, "note": 1}.get(name, 0)
        texts = [arg.value for arg in call.args[:count] if isinstance(arg, ast.Constant)]
        if count and len(texts) == count:
            found.add(tuple(texts))
    return found


@cache
def notes() -> frozenset[tuple[str, ...]]:
    """Everything that planning tells as a `note`."""
    return frozenset().union(*(said_in(file) for file in (ROOT / "planning").rglob("*.py")))


def catalogue(language: str) -> str:
    return (files("maps.texts") / f"{language}.po").read_text("utf-8")


OTHERS = [each for each in LANGUAGES if each != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_word(language: str) -> None:
    """Nothing on a map, a print or a page is left in English, codes and reasons included."""
    folders = ("maps", "planning", "data")
    sources = [ROOT / "app.py", *(file for each in folders for file in (ROOT / each).rglob("*.py"))]
    asked = set().union(*(said_in(file) for file in sources))
    asked |= {(word,) for word in words.EVERY}
    said = po_entries(catalogue(language))
    assert len(notes()) > 100
    assert sorted(each for each in asked if not all(said.get(each, ("",)))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_number_has_its_form(language: str) -> None:
    """As many forms as the language counts, and none forgotten."""
    text = catalogue(language)
    (count,) = re.findall(r"nplurals=(\d)", text)
    several = {ids: said for ids, said in po_entries(text).items() if len(ids) == 2}
    assert several
    assert {len(said) for said in several.values()} == {int(count)}


@pytest.mark.parametrize("language", OTHERS)
def test_notes_join_to_one_sentence(language: str) -> None:
    """Notes are parts of a sentence: none ends with a full stop of its own."""
    said = po_entries(catalogue(language))
    assert [each for each in notes() if said[each][0].endswith((".", ";", " "))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_says_how_sure_it_is(language: str) -> None:
    """A native speaker finds what waits for review."""
    text = catalogue(language)
    blocks = [block for block in text.split("\n\n") if 'msgid ""' not in block]
    assert blocks
    assert {block.strip().splitlines()[0] for block in blocks} <= MARKS


@pytest.mark.parametrize("language", OTHERS)
def test_translations_fill_the_same_gaps(language: str) -> None:
    """A translation that forgets or invents a {name} would break a page."""
    for ids, said in po_entries(catalogue(language)).items():
        if ids != ("",):
            gaps = set(re.findall(r"{\w+}", ids[-1]))
            assert all(set(re.findall(r"{\w+}", each)) == gaps for each in said), ids


def test_a_sentence_begins_as_its_language_writes() -> None:
    """Azerbaijani i and ı are two letters: the capital of the first keeps its dot."""
    begun = [translator(code).capital(word) for code, word in
             (("az", "ilkin"), ("az", "ığdır"), ("bg", "изборът"), ("en", "it"))]  # fmt: skip
    assert begun == ["İlkin", "Iğdır", "Изборът", "It"]
    assert translator("az").said(note("in the evening")).startswith("A")
    assert translator("en").capital("") == ""


def test_vocabulary_of_the_field() -> None:
    """The words that the ministries themselves use."""
    assert translator("bg").t("unenrolled child") == "необхванато дете"
    assert translator("az").t("hotline") == "qaynar xətt"
    assert translator("kk").t("at risk") == "тәуекел тобы"
    assert translator("ru").t("round") == "подворовый обход"


def test_nothing_said_is_nothing_shown() -> None:
    """A job that has not reported yet must not show the catalogue's own head."""
    assert translator("bg").t("") == ""


def test_what_is_not_translated_shows_in_english() -> None:
    """Never a blank."""
    assert translator("kk").t("not a message of ours") == "not a message of ours"


def test_plurals_follow_the_language() -> None:
    """1 дете, 3 деца; a rule of its own counts 21 as one."""
    bulgarian = translator("bg")
    assert bulgarian.n("{count} child", "{count} children", 1) == "1 дете"
    assert bulgarian.n("{count} child", "{count} children", 3) == "3 деца"
    russian = translator("ru")
    said = [russian.n("{count} child", "{count} children", count) for count in (1, 3, 11, 21)]
    assert said == ["1 ребёнок", "3 ребёнка", "11 детей", "21 ребёнок"]
    forms = read_po(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n%10!=1 || n%100==11);\\n"\n'
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "один"\nmsgstr[1] "много"\n'
    )
    said = [forms.ngettext("a", "b", count) for count in (1, 2, 21, 11)]
    assert said == ["один", "много", "один", "много"]


def test_hostile_values_are_not_formats() -> None:
    """Braces in a value stay braces."""
    assert translator("en").t("case: {ids}", ids="{0.__class__}") == "case: {0.__class__}"


def test_times_and_distances() -> None:
    """As the country writes them."""
    bulgarian, english = translator("bg"), translator("en")
    assert english.time(9 * 3600 + 5 * 60 + 59) == "09:05"
    assert bulgarian.date(datetime.date(2026, 8, 20)) == "четвъртък, 20.08.2026"
    assert bulgarian.distance(12_340) == "12,3 км"
    assert english.distance(851.7) == "852 m"
    assert english.distance(3_077_000) == "3\u202f077 km"
    assert english.duration(7_500) == "2 h 05 min"
    assert english.duration(90) == "2 min"


def test_words_for_codes() -> None:
    """Codes of the model have words; a code of the office's own stays as it is."""
    english = translator("en")
    assert all(english.reason(reason) for reason in Reason)
    assert english.priority(Priority.URGENT) == "urgent"
    assert english.institutions({"police", "църква"}) == "police, църква"
    assert english.unit(Unit("А", "", "12")) == "entr. А, apt. 12"


def test_hours_are_told_as_people_say_them() -> None:
    """Cut at five in the afternoon they end “until 17:00”, not at 16:59 or before 23:59."""
    english = translator("en")
    noon, five, midnight = 12 * 3600, 17 * 3600, 24 * 3600
    said = {
        Window(32_400, noon, frozenset({0, 4})): "Mon, Fri 09:00–12:00",
        Window(0, five - 1): "until 17:00",
        Window(five, midnight - 1): "from 17:00",
        Window(noon, midnight, frozenset({5})): "Sat from 12:00",
        Window(noon, five - 1): "12:00–17:00",
        Window(0, midnight - 1, frozenset({2})): "Wed 00:00–24:00",
    }
    assert {window: english.window(window) for window in said} == said


def test_a_remedy_in_every_language() -> None:
    """The same notes: days, institutions and the sex of a member in the reader's words."""
    told = (
        note("with {institutions} in team {team}", institutions="police, social", team="3"),
        note("team {team} on {day} at {clock}", team="3", day="2026-08-20", clock="09:40"),
        note("visit {visit} needs a {sex} member, and team {team} has none on {day}",
             visit="7", sex="female", team="3", day="2026-08-20"),
    )  # fmt: skip
    assert translator("bg").said(*told[:2]) == (
        "С представител на МВР, социално подпомагане в екип 3; "
        "екип 3: 09:40 ч., четвъртък, 20.08.2026."
    )
    for language in LANGUAGES:
        texts = translator(language)
        said = texts.said(*told)
        assert texts.institution("police") in said
        assert texts.date(datetime.date(2026, 8, 20)) in said
        assert texts.t("female") in said
        assert "2026-08-20" not in said
        assert not said.endswith("..")


def test_an_unknown_language_is_told() -> None:
    """One line, with the choices."""
    with pytest.raises(InputError, match="choose bg, en, az, kk, ru"):
        translator("xx")


def test_a_broken_catalogue_names_its_line() -> None:
    """A translator finds the place."""
    for broken in ("msgstr_oops", "msgstr nothing", "whatever", "msgid"):
        with pytest.raises(ValueError, match="line 2"):
            read_po(f'msgid "a"\n{broken}\n')
