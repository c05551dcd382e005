"""The steps that take an address apart, one by one."""

from __future__ import annotations

import pytest

from planning.addresses.grammars import az, bg, for_country, generic, kz
from planning.addresses.keys import door_of, name_of
from planning.addresses.parse import Parsed, Stretch, parse, readings
from planning.addresses.tokens import LONGEST, clean, tokens_of
from planning.addresses.transliteration import to_cyrillic, to_latin
from planning.model import Unit

BG = bg.GRAMMAR


def words(stretches: list[Stretch]) -> list[str]:
    """Stretches as plain text."""
    return [" ".join(token.text for token in stretch.tokens) for stretch in stretches]


def read(text: str) -> Parsed:
    """A Bulgarian address, taken apart."""
    return parse(text, BG)


def test_cleans_quotes_dashes_and_mixed_alphabets() -> None:
    """0.4 % of real addresses have a word of two alphabets, 3 % a numeral in look-alikes."""
    assert clean("ул. „Cливница“ № 5–7") == "ул.  Сливница  № 5-7"
    assert clean("Борис ІII") == "Борис III"
    assert clean("a\u00adb\u200bc\x00") == "abc"
    assert clean("Bahnhofstraße") == "Bahnhofstraße"


def test_reads_no_further_than_any_address_goes() -> None:
    """A pasted letter is not searched for streets."""
    parsed = read("ул. Липа 5 " * 900)
    assert parsed.too_long
    assert len(parsed.text) <= LONGEST


def test_full_stops_end_words() -> None:
    """Half of all addresses have no space after "ул."."""
    assert [token.text for token in tokens_of("гр.русе,ул.липа")] == [
        "гр",
        "русе",
        ",",
        "ул",
        "липа",
    ]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("вх.Б,ет.3,ап.15", Unit("Б", "3", "15")),
        ("вх Б ет 3 ап 15", Unit("Б", "3", "15")),
        ("вход 2 етаж 5 апартамент 4А", Unit("2", "5", "4А")),
        ("ет. VI", Unit(floor="6")),
        ("етаж трети", Unit(floor="3")),
        ("ап. № 7", Unit(flat="7")),
        ("vh. B, et. 1, ap. 2", Unit("B", "1", "2")),
        ("", Unit()),
    ],
)
def test_takes_the_unit_off(text: str, unit: Unit) -> None:
    """Entrance, floor and flat never reach the street."""
    parsed = read(f"гр. Русе, ул. Липа 5, {text}")
    assert parsed.unit == unit
    assert words(parsed.streets) == ["липа 5"]


def test_takes_the_context_off() -> None:
    """Province, municipality, postcode and district say which town, not where in it."""
    parsed = read("обл. Русе, общ. Бяла, п.к. 7100, гр. Бяла, р-н Север, ул. Липа 5")
    assert words(parsed.provinces) == ["русе"]
    assert words(parsed.municipalities) == ["бяла"]
    assert words(parsed.settlements) == ["бяла"]
    assert words(parsed.districts) == ["север"]
    assert parsed.postcode == "7100"
    assert not parsed.plains


def test_a_name_may_hold_a_designator() -> None:
    """Ново село, Студентски град, Под игото and България are names."""
    assert words(read("с. Ново село, ул. Липа 1").settlements) == ["ново село"]
    assert words(read("с.Ново село общ.Русе").settlements) == ["ново село"]
    assert words(read("ж.к. Студентски град бл. 5").quarters) == ["студентски град"]
    assert words(read("ул. Под игото 3").streets) == ["под игото 3"]
    assert words(read("бул. България 3").streets) == ["българия 3"]
    assert words(read("ул. П. С. Захариев 2").streets) == ["п с захариев 2"]


def test_one_kv_is_a_quarter_and_another_a_flat() -> None:
    """The trap between countries: кв. is квартал in Bulgaria, квартира in Kazakhstan."""
    assert words(read("кв. 5, ул. Липа 1").quarters) == ["5"]
    kazakh = parse("ул. Ерубаева 15, кв. 5", kz.GRAMMAR)
    assert kazakh.unit == Unit(flat="5")
    assert not kazakh.quarters


def test_other_countries_have_designators_on_either_side() -> None:
    """Nizami küçəsi, улица Арбат, Аргуновская улица, Ерубаев көшесі."""
    assert words(parse("Bakı, Nizami küçəsi 12", az.GRAMMAR).streets) == ["nizami 12"]
    assert words(parse("Москва, улица Арбат, 12", generic.GRAMMAR).streets) == ["арбат"]
    assert words(parse("Москва, Аргуновская улица, 6", generic.GRAMMAR).streets) == ["аргуновская"]
    assert words(parse("Ерубаев көшесі 15", kz.GRAMMAR).streets) == ["ерубаев 15"]
    assert for_country("li") is generic.GRAMMAR


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ул. Липа 13 А", "13а"),
        ("ул. Липа 14-а", "14а"),
        ("ул. Липа 2-4-6", "2-4-6"),
        ("ул. Липа 15/4", "15/4"),
        ("ул. Липа № 9Б", "9б"),
        ("ул. Липа, № 9 Б, ет. 2", "9б"),
        ("ул. Липа 007", "7"),
        ("ул. Трети март 5", "5"),
        ("ул. 3-ти март 5", "5"),
        ("ул. 309 № 5", "5"),
    ],
)
def test_reads_the_house_number(text: str, number: str) -> None:
    """Letters, ranges and fractions in every spelling."""
    parsed = read(text)
    found = parsed.number or readings(parsed.streets[0], BG)[0].number
    assert found == number


def test_a_name_that_ends_in_a_number_is_read_both_ways() -> None:
    """Люлин 2 may be the estate, or block 2 of Люлин: the map decides."""
    quarter = read("ж.к. Люлин 2").quarters[0]
    assert [(r.name.key, r.number) for r in readings(quarter, BG)] == [
        ("люлин 2", ""),
        ("люлин", "2"),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ул. Първа", "1-ва улица"),
        ("Трети март", "3-ти март"),
        ("Двадесет и пета", "25-та"),
        ("Люлин II", "Люлин-2"),
        ("Княз Борис ІІІ", "Княз Борис 3"),
        ("Св. Кирил и Методий", "Свети Кирил Методий"),
        ("ген. Гурко", "Генерал Гурко"),
    ],
)
def test_two_spellings_have_one_key(one: str, other: str) -> None:
    """What a clerk and a map spell differently is one name."""
    first = name_of(one, BG).key
    assert first == name_of(other.removesuffix(" улица"), BG).key
    assert first


def test_map_numbers_are_read_under_every_tagging() -> None:
    """Blocks stand as "бл. 12", "бл.12", "блок 12" or "12"."""
    assert {door_of(text, BG).text for text in ("бл. 12", "бл.12", "блок 12", "12")} == {"12"}
    assert door_of("бл. 12", BG).block
    assert door_of("2-4", BG).last == 4
    assert door_of("27A", BG) == door_of("27А", BG)
    assert door_of("36 с9", generic.GRAMMAR) == door_of(
        "36, стр. 9".replace(",", ""), generic.GRAMMAR
    )
    assert door_of("бл. А", BG).base is None
    assert door_of("9" * 5000, BG).base is None


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Дряново", "dryanovo"),
        ("Търговище", "targovishte"),
        ("София", "sofia"),
        ("Мария Луиза", "maria luiza"),
        ("Щръклево", "shtraklevo"),
        ("Цар Ивайло", "tsar ivaylo"),
        ("Кюстендил", "kyustendil"),
    ],
)
def test_romanises_by_law(cyrillic: str, latin: str) -> None:
    """Generic transliterators get Дряново wrong."""
    assert to_latin(cyrillic) == latin


def test_reads_law_conform_latin_back() -> None:
    """ъ is lost on the way: both а and ъ are a."""
    assert to_cyrillic("Sofia") == "софия"
    assert to_cyrillic("Shtraklevo") == "щраклево"
    assert to_latin(to_cyrillic("dryanovo")) == "dryanovo"
