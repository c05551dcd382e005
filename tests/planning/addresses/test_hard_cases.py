"""The hard cases of Bulgarian lists, in the province of Речна (see conftest)."""

from __future__ import annotations

import pytest

from planning.addresses.geocoder import Geocoder
from planning.model import Address, Level

# (story, text, what the map calls it); all of them are sure enough to need no review.
FOUND = (
    ("the designator is glued to the name", "гр.Речна,ул.Липа 5", "Речна, ул. Липа 5"),
    ("there is no comma at all", "гр. Речна ул. Липа №5 вх.Б ет.2 ап.4", "Речна, ул. Липа 5"),
    ("the street comes first", "ул. Липа 5, гр. Речна", "Речна, ул. Липа 5"),
    ("nothing has a designator", "Речна, Липа 5", "Речна, ул. Липа 5"),
    ("town and street share a stretch", "Речна Липа 5", "Речна, ул. Липа 5"),
    ("the number is told by No", "гр. Речна, ул. Липа No 5", "Речна, ул. Липа 5"),
    ("the number is told by Ном.", "гр. Речна, ул. Липа Ном.5", "Речна, ул. Липа 5"),
    ("the number follows a comma", "гр. Речна, ул. Липа, 5", "Речна, ул. Липа 5"),
    ("street instead of boulevard", "гр. Речна, ул. Шипка 12", "Речна, бул. Шипка 12"),
    ("boulevard instead of street", "гр. Речна, бул. Липа 5", "Речна, ул. Липа 5"),
    ("province and city of one name", "Речна, бул. Шипка 12", "Речна, бул. Шипка 12"),
    (
        "the whole context is written out",
        "обл. Речна, общ. Речна, гр. Речна, п.к. 7000, ул. Липа 5",
        "Речна, ул. Липа 5",
    ),
    ("a postcode stands before the town", "7000 Речна, ул. Липа 5", "Речна, ул. Липа 5"),
    (
        "Roman numeral, Latin letters",
        "гр. Речна, ул. Княз Борис III № 5",
        "Речна, ул. Княз Борис III 5",
    ),
    (
        "Roman numeral, look-alikes",
        "гр. Речна, ул. Княз Борис ІІІ № 5",
        "Речна, ул. Княз Борис III 5",
    ),
    ("numeral as a digit", "гр. Речна, ул. Княз Борис 3, № 5", "Речна, ул. Княз Борис III 5"),
    ("ordinal as a digit", "гр. Речна, ул. 3-ти март 5", "Речна, ул. Трети март 5"),
    ("ordinal without hyphen", "гр. Речна, ул. 3ти март № 5", "Речна, ул. Трети март 5"),
    ("ordinal abbreviated", "гр. Речна, ул. Тр. март 5", "Речна, ул. Трети март 5"),
    ("first street", "гр. Речна, ул. 1-ва № 3", "Речна, ул. Първа 3"),
    ("a street that is a number", "гр. Речна, ул. 309 № 5", "Речна, ул. 309 5"),
    ("Latin C in a Cyrillic word", "гр. Речна, ул. Cливница 3", "Речна, ул. Сливница 3"),
    ("one initial", "гр. Речна, ул. Хр.Ботев 5", "Речна, ул. Христо Ботев 5"),
    ("two initials", "гр. Речна, ул. Г.С.Раковски 5", "Речна, ул. Георги Стойков Раковски 5"),
    (
        "an initial is left out",
        "гр. Речна, ул. Г. Раковски 5",
        "Речна, ул. Георги Стойков Раковски 5",
    ),
    ("the surname alone", "гр. Речна, ул. „Левски“ № 4", "Речна, ул. Васил Левски 4"),
    ("a title is abbreviated", "гр. Речна, ул. Ген. Гурко 2", "Речна, ул. Генерал Гурко 2"),
    ("a title is left out", "гр. Речна, ул. Гурко 2", "Речна, ул. Генерал Гурко 2"),
    (
        "saints are left out",
        "гр. Речна, ул. Кирил и Методий 8",
        "Речна, ул. Свети свети Кирил и Методий 8",
    ),
    (
        "saints are abbreviated",
        "гр. Речна, ул. Св.св. Кирил и Методий 8",
        "Речна, ул. Свети свети Кирил и Методий 8",
    ),
    ("quotes of every kind", "гр. Речна, ул. „Липа” № 5", "Речна, ул. Липа 5"),
    ("all capitals", "ГР. РЕЧНА, УЛ. „ХРИСТО БОТЕВ“ № 5", "Речна, ул. Христо Ботев 5"),
    ("Latin by law", "gr. Rechna, ul. Dryanovo 2", "Речна, ул. Дряново 2"),
    ("Latin initials", "Rechna, ul. Hr. Botev No 5", "Речна, ул. Христо Ботев 5"),
    ("digits for letters", "gr. Re4na, bul. 6ipka 12", "Речна, бул. Шипка 12"),
    ("q for я", "Rechna, ul. Drqnovo 2", "Речна, ул. Дряново 2"),
    ("y for ъ, c for ц", "Rechna, ul. Slivnica 3", "Речна, ул. Сливница 3"),
    ("designators in Latin by sound", "grad Rechna, bulevard Shipka 12", "Речна, бул. Шипка 12"),
    (
        "block, entrance and flat behind dashes",
        "гр. Речна, ж.к. Люлин 2, бл. 307-Б-12",
        "Речна, ж.к. Люлин 2 бл. 307",
    ),
    ("the floor follows its number", "гр. Речна, ул. Липа 5, 3 ет., ап. 7", "Речна, ул. Липа 5"),
    ("a line for each part", "гр. Речна\nул. Липа 5", "Речна, ул. Липа 5"),
    ("the town is said twice", "гр. Речна, ул. Липа 5, гр. Речна", "Речна, ул. Липа 5"),
    ("й and и", "гр. Речна, ул. Георги Стоиков Раковски 5",
     "Речна, ул. Георги Стойков Раковски 5"),
    ("a typing error", "гр. Речна, ул. Сливнца 3", "Речна, ул. Сливница 3"),
    ("two letters changed places", "гр. Речна, ул. Слвиница 3", "Речна, ул. Сливница 3"),
    ("a typing error in an ordinal", "гр. Речна, ул. Тртеи март 5", "Речна, ул. Трети март 5"),
    ("a name that is a typo of another one", "гр. Речна, ул. Роса 2", "Речна, ул. Роса 2"),
    ("an old name", "гр. Речна, ул. Комсомолска 4", "Речна, ул. Свобода 4"),
    ("a preposition inside a name", "гр. Речна, ул. Под игото 2", "Речна, ул. Под игото 2"),
    ("a street called like the country", "гр. Речна, ул. България 2", "Речна, ул. България 2"),
    ("the country ends the address", "ул. Липа 5, гр. Речна, България", "Речна, ул. Липа 5"),
    ("a street called like a designator", "гр. Речна, ул. Площад 4Б", "Речна, ул. Площад 4Б"),
    ("letter glued", "гр. Речна, ул. Липа 9б", "Речна, ул. Липа 9Б"),
    ("letter after a space", "гр. Речна, ул. Липа 9 Б", "Речна, ул. Липа 9Б"),
    ("letter after a hyphen", "гр. Речна, ул. Липа 9-Б", "Речна, ул. Липа 9Б"),
    ("letter in Latin by sound", "gr. Rechna, ul. Lipa 9b", "Речна, ул. Липа 9Б"),
    ("letter in Latin by look", "гр. Речна, ул. Липа 27A", "Речна, ул. Липа 27А"),
    ("a suffix that is not mapped", "гр. Речна, ул. Липа 5В", "Речна, ул. Липа 5"),
    ("a range, one of it mapped", "гр. Речна, бул. Шипка 20-22-24", "Речна, бул. Шипка 20-24"),
    ("a number inside a range", "гр. Речна, бул. Шипка 22", "Речна, бул. Шипка 20-24"),
    ("ж.к. and бл.", "гр. Речна, ж.к. Здравец, бл. 12, вх. А, ап. 3", "Речна, ж.к. Здравец бл. 12"),
    ("жк without comma", "гр.Речна жк Здравец бл.14 вх.А", "Речна, ж.к. Здравец блок 14"),
    ("ж/к and блок", "гр. Речна, ж/к Здравец блок 13", "Речна, ж.к. Здравец бл.13"),
    ("кв. is a quarter here", "гр. Речна, кв. Здравец, бл. 12", "Речна, ж.к. Здравец бл. 12"),
    (
        "a block tagged with its number only",
        "гр. Речна, ж.к. Здравец бл. 15",
        "Речна, ж.к. Здравец 15",
    ),
    ("numbered estate", "гр. Речна, ж.к. Люлин 2, бл. 307", "Речна, ж.к. Люлин 2 бл. 307"),
    ("numbered estate, Roman", "гр. Речна, ж.к. Люлин II бл. 307", "Речна, ж.к. Люлин 2 бл. 307"),
    ("numbered estate, hyphen", "гр. Речна, ж.к. Люлин-2 бл. 307", "Речна, ж.к. Люлин 2 бл. 307"),
    (
        "an estate whose name ends in a designator",
        "гр. Речна, ж.к. Студентски град бл. 5",
        "Речна, ж.к. Студентски град бл. 5",
    ),
    ("quarter and street together", "гр. Речна, кв. Здравец, ул. Липа 5", "Речна, ул. Липа 5"),
    (
        "an initial is not a village",
        "гр. Речна, ул. Г.С. Раковски 5",
        "Речна, ул. Георги Стойков Раковски 5",
    ),
    (
        "a village within the town's municipality",
        "общ. Речна, с. Върбица, ул. Дунав 3",
        "Върбица, ул. Дунав 3",
    ),
    (
        "кметство instead of the village",
        "общ. Речна, кметство Върбица, ул. Дунав 3",
        "Върбица, ул. Дунав 3",
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "matched"), [case[1:] for case in FOUND], ids=[c[0] for c in FOUND]
)
def test_finds_the_door_when(geocoder: Geocoder, text: str, matched: str) -> None:
    """A clerk's spelling leads to the one door it means, and needs no review."""
    place = geocoder.locate(Address(text))
    assert place.matched == matched
    assert place.level in (Level.HOUSE, Level.INTERPOLATED)
    assert not place.needs_review, place.explanation


# (story, text, level, a word of the explanation)
DOUBTED = (
    ("no text at all", "", Level.NONE, "no address"),
    ("the list says so", "адрес неизвестен", Level.NONE, "the list says"),
    ("the list says so, with a town", "гр. Речна, адрес неизвестен", Level.SETTLEMENT, "unknown"),
    ("dashes only", "---", Level.NONE, "no address"),
    ("digits only", "0888 123 456", Level.NONE, "no settlement"),
    ("a street of another settlement", "гр. Речна, ул. Кестен 2", Level.SETTLEMENT, "николово"),
    ("a street nobody has", "гр. Речна, ул. Синя 2", Level.SETTLEMENT, "no such street"),
    (
        "a street nobody has, in a quarter",
        "гр. Речна, ж.к. Здравец, ул. Синя 2",
        Level.QUARTER,
        "no such street",
    ),
    ("a block nobody has", "гр. Речна, ж.к. Здравец, бл. 99", Level.QUARTER, "block"),
    ("several estates of that name", "гр. Речна, ж.к. Дружба, бл. 1", Level.HOUSE, "2 streets"),
    ("a block without its estate", "гр. Речна, бл. 307", Level.HOUSE, "estate"),
    ("beside a block", "гр. Речна, до бл. 13", Level.STREET, "beside"),
    ("behind a block", "гр. Речна, зад блок 307", Level.STREET, "beside"),
    ("beside a school", "гр. Речна, срещу училище Отец Паисий", Level.STREET, "landmark"),
    ("beside another school", "гр. Речна, до училище Христо Ботев", Level.SETTLEMENT, "landmark"),
    ("beside a school, by its name", "гр. Речна, срещу ОУ Отец Паисий", Level.STREET, "паисий"),
    (
        "two addresses in one town",
        "гр. Речна, ул. Липа 5; ул. Шипка 3",
        Level.SETTLEMENT,
        "two addresses",
    ),
    (
        "two addresses in two towns",
        "гр. Речна, ул. Липа 5 или гр. Горна, ул. Черна 1",
        Level.NONE,
        "two addresses",
    ),
    ("two numbers in one street", "гр. Речна, ул. Липа 5 или 7", Level.SETTLEMENT, "two addresses"),
    (
        "permanent and current",
        "постоянен адрес: гр. Речна, ул. Липа 5, настоящ адрес: гр. Горна, ул. Черна 1",
        Level.NONE,
        "two addresses",
    ),
    ("another title", "гр. Речна, ул. Проф. Гурко 2", Level.HOUSE, "title"),
    ("a town only", "гр. Речна", Level.SETTLEMENT, "no street"),
    ("a village of two municipalities", "с. Върбица", Level.NONE, "several places"),
    ("a town that is not here", "гр. Варна, ул. Липа 5", Level.NONE, "варна"),
    ("a street without a town", "ул. Дунав 3", Level.HOUSE, "no settlement is named"),
    ("a street of two towns without a town", "ул. Липа 5", Level.NONE, "no settlement"),
    ("the municipality alone", "общ. Горна", Level.MUNICIPALITY, "only the municipality"),
    (
        "nearly a street that is a street elsewhere",
        "гр. Горна, ул. Незабравка 1",
        Level.HOUSE,
        "another settlement",
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "level", "word"), [case[1:] for case in DOUBTED], ids=[case[0] for case in DOUBTED]
)
def test_says_what_is_doubtful_about(
    geocoder: Geocoder, text: str, level: Level, word: str
) -> None:
    """What cannot be decided goes to a person, with the reason in words."""
    place = geocoder.locate(Address(text))
    assert place.needs_review
    assert place.level is level
    assert word in place.explanation.casefold()


def test_a_village_without_streets_needs_no_review(geocoder: Geocoder) -> None:
    """Six village addresses in ten have no street; a small village is found by walking it."""
    numbered = geocoder.locate(Address("с. Николово № 25"))
    assert numbered.level is Level.SETTLEMENT
    assert not numbered.needs_review
    assert "no such number" in numbered.explanation
    place = geocoder.locate(Address("с. Ново село, общ. Речна"))
    assert place.level is Level.SETTLEMENT
    assert place.error_m == 600.0
    assert not place.needs_review
    assert place.door == ""


def test_flags_service_addresses_and_still_says_which(geocoder: Geocoder) -> None:
    """Registered at the town hall: never routed to silently."""
    for text in (
        "Служебен адрес, с. Ново село",
        "с. Ново село, служ. адр.",
        "с. Ново село, адрес на кметството",
        "гр. Речна, ул. Липа 5 (служебен адрес)",
    ):
        place = geocoder.locate(Address(text))
        assert place.service_address, text
        assert place.needs_review, text
        assert place.settlement in ("Ново село", "Речна"), text
    assert not geocoder.locate(Address("гр. Речна, ул. Липа 5")).service_address


def test_offers_the_same_street_elsewhere_as_a_candidate(geocoder: Geocoder) -> None:
    """The reviewer sees the settlement that was named first, then where such a street is."""
    place = geocoder.locate(Address("гр. Речна, ул. Кестен 2"))
    assert [candidate.label for candidate in place.candidates] == [
        "Речна",
        "Николово, ул. Кестен 2",
    ]
    assert place.settlement_code == "10001"


def test_both_addresses_of_a_cell_are_candidates(geocoder: Geocoder) -> None:
    """Two addresses in a cell: a person chooses between them."""
    place = geocoder.locate(Address("гр. Речна, ул. Липа 5; гр. Горна, ул. Черна 1"))
    assert [c.label for c in place.candidates] == ["Речна, ул. Липа 5", "Горна, ул. Черна 1"]
    assert place.lon is None


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("гр. Речна, ж.кЗдравец бл. 12", "Речна, ж.к. Здравец бл. 12"),
        ("гр. Речна, ж/кЗдравец, бл.13", "Речна, ж.к. Здравец бл.13"),
        ("гр. Речна, у-ца Липа 5", "Речна, ул. Липа 5"),
        ("общ.Речна гр Речна ул. Липа 5", "Речна, ул. Липа 5"),
        ("общ. Речна село Върбица ул. Дунав 3", "Върбица, ул. Дунав 3"),
        ("Речна 7000 Липа5", "Речна, ул. Липа 5"),
    ],
)
def test_hasty_typing_is_read(geocoder: Geocoder, text: str, matched: str) -> None:
    """Spaces, dots and commas are missing where a clerk was in a hurry."""
    place = geocoder.locate(Address(text))
    assert (place.matched, place.needs_review) == (matched, False)


@pytest.mark.parametrize(
    "text",
    [
        "гр. Речна, Липа 5, Незабравка 2",
        "гр. Речна, ул. Липа 5, Незабравка 2",
        "гр. Речна, Липа 5 и Незабравка 2",
        "гр. Речна, ул. Липа 5, временно ул. Незабравка 2",
    ],
)
def test_two_doors_far_apart_are_two_addresses(geocoder: Geocoder, text: str) -> None:
    """Nothing but the map tells that both names are streets: both are candidates."""
    place = geocoder.locate(Address(text))
    assert (place.level, place.needs_review) == (Level.SETTLEMENT, True)
    labels = {candidate.label for candidate in place.candidates}
    assert labels == {"Речна, ул. Липа 5", "Речна, ул. Незабравка 2"}
    assert "two addresses" in place.explanation


def test_a_quarter_without_its_number_is_not_the_square_of_that_name(geocoder: Geocoder) -> None:
    """ж.к. Дружба is Дружба 1 or 2; both have a block 1, so a person decides."""
    assert geocoder.locate(Address("гр. Речна, ж.к. Дружба, бл. 1")).needs_review


def test_signs_that_are_no_digits_are_not_an_answer_of_the_list(geocoder: Geocoder) -> None:
    """A lone "½" says nothing; only words can say that there is no address."""
    assert "says nothing of a place" in geocoder.locate(Address("½")).explanation
    assert "says that there is no address" in geocoder.locate(Address("няма")).explanation
