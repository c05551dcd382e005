"""How clerks in Karaganda type addresses: in Russian and in Kazakh, often mixed.

"дом 219" and "219-үй", 15/4, 12а, кв. = пәтер, м-н = ықшам ауданы, Russian genitives beside Kazakh
nominatives, letter-digit postcodes and renamed streets were seen in published lists; the shares are
our reading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.bench.lists import russian
from data.bench.lists.country import Country
from data.bench.lists.truth import Names, Street
from data.bench.lists.writing import (
    Book,
    Clerk,
    Listed,
    Sought,
    Spot,
    clearly,
    house_or_street,
    invented_street,
    laid_out,
    shouted_or_whispered,
    squeezed,
    with_typo,
)
from planning.model import Address

if TYPE_CHECKING:
    import random

KEYBOARD = (*russian.KEYBOARD, "әіңғүұқөһ")
"""The Kazakh keyboard: ЙЦУКЕН with the Kazakh letters in the row of digits."""

_RUSSIAN_LETTERS = str.maketrans("әғқңөұүһіӘҒҚҢӨҰҮҺІ", "агкноуухиАГКНОУУХИ")
"""What is typed where the keyboard has no Kazakh letters."""
_STREETS = {
    "көшесі": {" көшесі": 58, " к-сі": 22, " көш.": 10, " к.": 6, " көшесi": 4},
    "даңғылы": {" даңғылы": 66, " даңғ.": 18, " д-лы": 8, " дан.": 8},
    "ауданы": {" ықшам ауданы": 50, " ы/а": 10, " ш/а": 14, " шағын ауданы": 16, " м-ны": 10},
}
_DISTRICTS = ("р-н им. Казыбек би", "район им. Казыбек би", "Октябрьский район", "Октябрьский р-н")
_DISTRICTS_KAZAKH = ("Қазыбек би ауданы", "Әлихан Бөкейхан ауданы", "Қазыбек би ат. ауданы")


def split(name: str) -> tuple[str, str]:
    """Designator and name: "улица Абая" → "улица", "Абая". The map's main names are Russian."""
    return russian.split(name)


def _kazakh_split(name: str) -> tuple[str, str]:
    """Of a Kazakh name: "Абай көшесі" → "көшесі", "Абай"; "15 ықшам ауданы" → "ауданы", "15"."""
    bare, _, designator = name.replace(" ықшам ауданы", " ауданы").rpartition(" ")
    return designator, bare


def _kazakh_bare(street: Street) -> str:
    return _kazakh_split(street.names.get("kk", ""))[1]


# Names ------------------------------------------------------------------------------------------


def _name(spot: Spot, clerk: Clerk, book: Book) -> str:
    bare = book.bare(spot.street)
    first, _, surname = bare.rpartition(" ")
    if first and first.isalpha():
        if clerk.slips("first name as initials", 0.35):
            return f"{first[0]}.{clerk.rng.choice(('', ' '))}{surname}"
        if clerk.slips("surname only", 0.1):
            return surname
    if "-" in bare and clerk.slips("hyphen left out", 0.5):
        return bare.replace("-", clerk.rng.choice((" ", " ", "")))
    nominative = _kazakh_bare(spot.street).translate(_RUSSIAN_LETTERS)
    if bare == nominative + "а" and clerk.slips("nominative in Russian", 0.06):
        return nominative
    return with_typo(bare, clerk, russian.KEYBOARD, lambda typed: book.clear(spot, typed))


def _kazakh_name(spot: Spot, clerk: Clerk) -> str:
    bare = _kazakh_bare(spot.street)
    first, _, surname = bare.rpartition(" ")
    if first and first.isalpha() and clerk.slips("first name as initials", 0.35):
        return f"{first[0]}.{clerk.rng.choice(('', ' '))}{surname}"
    if re.search(r"(?:ов|ев|ин)$", bare) and clerk.slips("genitive in Kazakh", 0.1):
        return bare + "а"
    others = {_kazakh_bare(street) for street in spot.town.streets} - {"", bare}
    return with_typo(bare, clerk, KEYBOARD, lambda typed: clearly(typed, bare, others))


def _microdistrict(bare: str, clerk: Clerk) -> str:
    """As it is typed: "Степной-1", "Степной 1", "Степной1"."""
    if re.search(r"\D-\d", bare) and clerk.slips("microdistrict's number joined otherwise", 0.5):
        return bare.replace("-", clerk.rng.choice((" ", " ", " - ", "")))
    return bare


# In Russian -------------------------------------------------------------------------------------


def _russian(spot: Spot, clerk: Clerk, book: Book) -> tuple[str, str]:
    """Settlement and the rest, as typed."""
    kind, bare = russian.split(spot.street.name)
    beside = ""
    if "old" in spot.street.names and clerk.slips("old name", 0.4):
        now = bare
        kind, bare = russian.split(spot.street.names["old"])
        if clerk.rng.random() < 0.3:
            beside = f" ({clerk.rng.choice(('ныне ', 'сейчас ', ''))}{now})"
    elif spot.street.estate:
        bare = _microdistrict(bare, clerk)
    else:
        bare = _name(spot, clerk, book)
    where = russian.designated(kind, bare, clerk)
    if bare.isdigit() and (where == bare or clerk.slips("number before мкр", 0.4)):
        where = bare + clerk.style({" мкр": 40, " мкр.": 20, "-й микрорайон": 20, " м-н": 20})
    rest = where + beside
    if "no number" not in clerk.troubles:
        share = 0.8 if spot.street.estate else 0.5
        assert spot.door is not None
        house = russian.with_flat(russian.house(spot.door.number, clerk), clerk, share=share)
        rest += clerk.style({", ": 60, " ": 40}) + house
    if clerk.slips("district of the city", 0.12):
        rest = f"{clerk.rng.choice(_DISTRICTS)}, {rest}"
    name = spot.town.names.get("ru", spot.town.name)
    city = clerk.style({"г. ": 38, "г.": 26, "г ": 4, "гор. ": 3, "город ": 3, "": 26}) + name
    if clerk.slips("province in the text", 0.12):
        city = clerk.style({"Карагандинская обл., ": 60, "Карагандинская область, ": 40}) + city
    return city, rest


# In Kazakh --------------------------------------------------------------------------------------


def _kazakh(spot: Spot, clerk: Clerk) -> tuple[str, str]:
    designator, bare = _kazakh_split(spot.street.names["kk"])
    bare = _microdistrict(bare, clerk) if spot.street.estate else _kazakh_name(spot, clerk)
    where = bare + clerk.style(_STREETS.get(designator, {f" {designator}": 1}))
    parts = [where]
    if "no number" not in clerk.troubles:
        assert spot.door is not None
        number = spot.door.number
        parts.append(clerk.style({f"{number}-үй": 26, f"{number} үй": 26, f"үй {number}": 10,
                                  f"№{number} үй": 4, f"№ {number}": 4, number: 30}))  # fmt: skip
        if clerk.slips("entrance, floor, flat", 0.5):
            flat = clerk.rng.randint(1, 140)
            parts.append(clerk.style({f"{flat}-пәтер": 40, f"{flat} пәтер": 40, f"пәтер {flat}": 10,
                                      f"кв. {flat}": 10}))  # fmt: skip
    if clerk.slips("district of the city", 0.12):
        parts.insert(0, clerk.rng.choice(_DISTRICTS_KAZAKH))
    rest = clerk.style({", ": 75, " ": 25}).join(parts)
    city = clerk.style({"Қарағанды қаласы": 34, "Қарағанды қ.": 36, "Қарағанды қ-сы": 12,
                        "Қарағанды": 18})  # fmt: skip
    if clerk.slips("province in the text", 0.12):
        city = f"Қарағанды {clerk.rng.choice(('облысы', 'обл.'))}, {city}"
    plain = rest.translate(_RUSSIAN_LETTERS)
    if plain != rest and clerk.slips("without the letters of Kazakh", 0.2):
        return city.translate(_RUSSIAN_LETTERS), plain
    return city, rest


# Whole lines ------------------------------------------------------------------------------------


def write(spot: Spot, clerk: Clerk, book: Book) -> Listed:
    """One address in a street or microdistrict."""
    points, level = house_or_street(spot, clerk)
    if "kk" in spot.street.names and clerk.slips("Kazakh", 0.35):
        city, rest = _kazakh(spot, clerk)
    else:
        city, rest = _russian(spot, clerk, book)
    if spot.town not in book.towns:
        city = spot.town.name
    settlement, text = laid_out(city, rest, clerk)
    postcode = _postcode(clerk) if clerk.slips("postcode", 0.1) else ""
    if postcode and not settlement:
        text, postcode = f"{postcode}, {text}", ""
    address = Address(_typed(text, clerk), settlement, postcode=postcode)
    return Listed(address, Sought.PLACE, points, level, tuple(clerk.troubles))


def _postcode(clerk: Clerk) -> str:
    """Six digits, or letters and digits as since 2016."""
    old = f"1000{clerk.rng.randint(0, 99):02}"
    return clerk.style({old: 70, "M01A2C4": 15, "M02H7T1": 15})


def _typed(text: str, clerk: Clerk) -> str:
    if clerk.slips("no spaces", 0.05):
        text = squeezed(text)
    if clerk.slips("Latin letters", 0.02):
        return russian.romanised(text)
    return shouted_or_whispered(text, clerk)


_SYLLABLES = ("шүр", "жал", "мұр", "бақ", "тоң", "кел", "сыр", "дәу", "ырғ", "бөл", "қын")


def invent(rng: random.Random) -> Names:
    """A street as a map would spell it, that Karaganda has not."""
    body = invented_street(rng, _SYLLABLES, ("баев", "беков", "мұратов", "ғалиев"))
    first = rng.choice(("", "", "Ерлан ", "Мұрат "))
    russian_name = (first + body).translate(_RUSSIAN_LETTERS)
    return {"name": f"улица {russian_name}а", "kk": f"{first}{body} көшесі"}


KAZAKHSTAN = Country(
    code="kz",
    split=split,
    key=russian.plain,
    write=write,
    invent=invent,
    hard=(
        "Kazakh", "without the letters of Kazakh", "genitive in Kazakh", "nominative in Russian",
        "microdistrict's number joined otherwise", "number before мкр", "hyphen left out",
        "fraction written otherwise", "letter set apart", "house-flat", "old name",
        "first name as initials", "surname only", "province in the text", "district of the city",
        "postcode", "no designator", "capitals", "small letters", "no spaces", "Latin letters",
        "settlement at the end", "typo in the street", "no number",
    ),
    both=("{one}; {other}", "{one} / {other}", "прописка: {one}, факт. {other}"),
    outside=("г. Алматы", "г. Астана", "Темиртау", "г. Шахтинск", "Балқаш қ.", "Жезқазған"),
    nothing=(
        "", "-", "нет", "нет адреса", "без адреса", "адрес неизвестен", "не установлен", "белгісіз",
        "мекенжайы жоқ", "в России", "Ресейде", "8 701 123 45 67", "55", "у бабушки", "дачи",
        "за школой", "напротив магазина", "мектептің артында", "выбыли", "общежитие",
    ),
)  # fmt: skip
