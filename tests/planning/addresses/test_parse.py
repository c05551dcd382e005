"""The steps that take an address apart, one by one."""

from __future__ import annotations

import pytest

from planning.addresses.grammar import ALTERNATIVE, Designator, Grammar, Part, Side
from planning.addresses.grammars import az, bg, for_country, generic, kz
from planning.addresses.keys import door_of, name_of
from planning.addresses.parse import Parsed, Stretch, institution, parse, readings
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
        ("ет. 2-ри", Unit(floor="2")),
        ("вх. А 3 ет. ап.5", Unit("А", "3", "5")),
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
        ("ул. 27-ми юли, 5", "5"),
        ("ул. Липа 5 / ", "5"),
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
    assert [(r.name.literal, r.number) for r in readings(quarter, BG)] == [
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
        ("Търговище", "Targovishte"),
        ("Търговище", "Tyrgovishte"),
        ("Дряново", "Drianovo"),
        ("София", "Sofiq"),
        ("Жълта", "Jalta"),
        ("Цар Ивайло", "Car Ivailo"),
        ("Възход", "Vazhod"),
        ("Първа", "Purva"),
    ],
)
def test_two_spellings_have_one_key(one: str, other: str) -> None:
    """What a clerk and a map spell differently is one name, in whichever alphabet."""
    first = name_of(one, BG).key
    assert first == name_of(other.removesuffix(" улица"), BG).key
    assert first


def test_names_that_sound_different_stay_apart() -> None:
    """Роза and Роса are two streets, Липа and Лъка too."""
    pairs = (("Роза", "Роса"), ("Липа", "Лъка"), ("Шипка", "Сипка"), ("Яна", "Ана"))
    for one, other in pairs:
        assert name_of(one, BG).key != name_of(other, BG).key


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("Ruse, ul. 6ipka 6", "shipka 6"),
        ("Ruse, ul. 6ipka 6a", "shipka 6 а"),
        ("Ruse, ul. Vi6negrad 4", "vishnegrad 4"),
        ("Ruse, ul. Dobroti4 23", "dobrotich 23"),
        ("Ruse, ul. Vito6a 4", "vitosha 4"),
        ("Ruse, ul. Lipa 4a", "lipa 4 а"),
        ("Ruse, ul. Lipa 4, bl4 vh6 et4 ap46", "lipa 4"),
    ],
)
def test_digits_stand_for_letters_in_latin(text: str, street: str) -> None:
    """4 is ч and 6 is ш for whoever types without Cyrillic, but not in a number."""
    assert words(read(text).streets) == [street]


@pytest.mark.parametrize(
    ("text", "unit", "block"),
    [
        ("бл. 305-Б-12", Unit("Б", "", "12"), "305"),
        ("блок 305/Б/12", Unit("Б", "", "12"), "305"),
        ("бл.305 вх.Б ап.12", Unit("Б", "", "12"), "305"),
    ],
)
def test_a_block_may_have_entrance_and_flat_behind_dashes(
    text: str, unit: Unit, block: str
) -> None:
    """305-Б-12 is a block, an entrance and a flat."""
    parsed = read(f"гр. Русе, ж.к. Дружба, {text}")
    assert (parsed.unit, parsed.block) == (unit, block)
    in_name = read(f"гр. Русе, ж.к. Дружба {text.split()[-1]}") if "-" in text else parsed
    assert in_name.unit == unit


def test_a_corner_is_two_streets_and_one_address() -> None:
    """ "ъгъла на ул. Липа и ул. Шипка": neither is a second address."""
    for text in (
        "гр. Русе, ъгъла на ул. Липа и ул. Шипка",
        "гр. Русе, ъгъл на Липа и Шипка",
        "гр. Русе, ъгъл с ул. Липа, ъгъл с Шипка",
    ):
        parsed = read(text)
        assert words(parsed.corner) == ["липа", "шипка"], text
        assert not parsed.others
        assert not parsed.streets
    parsed = read("гр. Русе, ул. Липа 5, ъгъла с ул. Шипка")
    assert words(parsed.streets) == ["липа 5"]
    assert words(parsed.corner) == ["шипка"]
    assert not parsed.others


@pytest.mark.parametrize(
    "text",
    [
        "гр. Русе, ул. Липа 5; ул. Шипка 3",
        "гр. Русе, ул. Липа 5 / ул. Шипка 3",
        "гр. Русе, ул. Липа 5\nгр. Бяла, ул. Шипка 3",
        "гр. Русе, ул. Липа 5 или 7",
        "постоянен адрес: гр. Русе, ул. Липа 5, настоящ адрес: гр. Бяла, ул. Шипка 3",
        "пост. адрес с. Николово, наст. адрес с. Басарбово",
        "с. Николово, с. Басарбово",
        "гр. Русе, ул. Липа 5, настоящ адрес с. Басарбово",
    ],
)
def test_sees_the_second_address_of_a_cell(text: str) -> None:
    """Two addresses are never read as one."""
    assert len(read(text).others) == 1


@pytest.mark.parametrize(
    "text",
    [
        "гр. Русе, ул. Липа 5, постоянен адрес",
        "настоящ адрес: гр. Русе, ул. Липа 5",
        "гр. Русе, с. Николово, ул. Липа 5",
        "гр. Русе, ул. Липа 5, гр. Русе",
        "ул. Липа 5\nгр. Русе",
    ],
)
def test_one_address_said_at_length_stays_one(text: str) -> None:
    """A heading, a town said twice, or two lines are no second address."""
    parsed = read(text)
    assert not parsed.others
    assert words(parsed.streets) == ["липа 5"]


def test_says_which_institution_a_landmark_is() -> None:
    """ "срещу училището" names no school, but its kind."""
    landmark = read("с. Николово, срещу училището").landmarks[0]
    assert institution(landmark, BG) == "school"
    assert institution(read("с. Николово, до чешмата").landmarks[0], BG) == ""


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("Москва, ул. Ленина, д. 5, корп. 2, стр. 1", "5к2с1", Unit()),
        ("Москва, ул. Ленина 5к2с1, кв. 7", "5к2с1", Unit(flat="7")),
        ("Москва, ул. Ленина, 5, 2 подъезд, 3-й этаж", "5", Unit("2", "3")),
        ("Mannerheimintie 12 A 5, 00100 Helsinki", "12a", Unit("A", "", "5")),
        ("00100 Helsinki, Mannerheimintie 12 A", "12a", Unit()),
        ("12 Rue Grimaldi, Monaco", "12", Unit()),
        ("Hauptstr. 5a, 69115 Heidelberg", "5a", Unit()),
    ],
)
def test_reads_numbers_of_other_countries(text: str, number: str, unit: Unit) -> None:
    """Buildings within buildings in Moscow, a staircase and a flat in Helsinki."""
    parsed = parse(text, generic.GRAMMAR)
    likeliest = [readings(s, generic.GRAMMAR)[0].number for s in (*parsed.streets, *parsed.plains)]
    assert number in (parsed.number, *likeliest)
    assert parsed.unit == unit


def test_a_country_is_one_table() -> None:
    """docs/addresses.md, "Adding a country": Estonia in a few lines reads an address."""
    estonia = Grammar(
        country="ee",
        designators=(
            Designator(Part.PROVINCE, ("maakond",), side=Side.AFTER),
            Designator(Part.SETTLEMENT, ("linn",), kind="town", side=Side.AFTER),
            Designator(Part.STREET, ("tänav", "tn"), kind="street", side=Side.AFTER),
            Designator(Part.STREET, ("puiestee", "pst"), kind="avenue", side=Side.AFTER),
            Designator(Part.FLAT, ("krt.",)),
            Designator(Part.NOISE, ("või",), ALTERNATIVE),
        ),
        postcode_digits=(5,),
        towns=frozenset({"town"}),
        letters={"õ": "o", "š": "s", "ž": "z", "sh": "s", "zh": "z"},
        flat_after_dash=True,
    )
    parsed = parse("Tartu linn, Šokolaadi tn 12a-7, 50409", estonia)
    assert words(parsed.settlements) == ["tartu"]
    assert readings(parsed.streets[0], estonia)[0].number == "12a"
    assert parsed.unit == Unit(flat="7")
    assert parsed.postcode == "50409"
    assert name_of("Shokolaadi tänav", estonia) == name_of("Sokolaadi tn", estonia)._replace(
        literal="shokolaadi"
    )


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
