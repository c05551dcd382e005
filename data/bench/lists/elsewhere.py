"""Moscow and Helsinki: countries whose clerks we do not serve, on maps that are real.

They keep the geocoder honest: nothing in it may be made for invented streets alone. All shares are
our reading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.bench.lists import russian
from data.bench.lists.country import Country
from data.bench.lists.truth import Names
from data.bench.lists.writing import (
    Book,
    Clerk,
    Listed,
    Sought,
    Spot,
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

# Moscow -----------------------------------------------------------------------------------------

_SHORT_WORDS = {
    "академика": ("акад.", "Ак.", "ак."), "большая": ("Б.", "Бол."), "малая": ("М.", "Мал."),
    "генерала": ("ген.",), "маршала": ("марш.",), "новая": ("Нов.",), "старая": ("Ст.",),
}  # fmt: skip


def _moscow_name(spot: Spot, clerk: Clerk, book: Book) -> str:
    bare = book.bare(spot.street)
    words = bare.split()
    for place, word in enumerate(words[:-1]):
        short = _SHORT_WORDS.get(word.casefold())
        if short and clerk.slips("word shortened", 0.5):
            words[place] = clerk.rng.choice(short)
    if re.match(r"\d+-", words[0]) and len(words) > 1:
        if clerk.slips("ordinal after the name", 0.25):
            words = [*words[1:], words[0]]
        elif clerk.slips("ordinal without its ending", 0.2):
            words[0] = words[0].split("-")[0]
    name = " ".join(words)
    if "ё" in name and clerk.slips("е for ё", 0.7):
        name = name.replace("ё", "е")
    return with_typo(name, clerk, russian.KEYBOARD, lambda typed: book.clear(spot, typed))


def _write_moscow(spot: Spot, clerk: Clerk, book: Book) -> Listed:
    points, level = house_or_street(spot, clerk)
    kind = book.split(spot.street.name)[0]
    rest = russian.designated(kind, _moscow_name(spot, clerk, book), clerk)
    if "no number" not in clerk.troubles:
        assert spot.door is not None
        house = re.sub(r" ?с(\d+)$", r" стр. \1", spot.door.number)
        house = russian.with_flat(russian.house(house, clerk), clerk, share=0.5)
        rest += clerk.style({", ": 75, " ": 25}) + house
    city = clerk.style({"г. ": 40, "г.": 22, "": 33, "город ": 5}) + spot.town.name
    if spot.door and spot.door.postcode and clerk.slips("postcode", 0.3):
        city = f"{spot.door.postcode}, {city}"
    settlement, text = laid_out(city, rest, clerk)
    if clerk.slips("no spaces", 0.05):
        text = squeezed(text)
    elif clerk.slips("Latin letters", 0.02):
        text = russian.romanised(text)
    address = Address(shouted_or_whispered(text, clerk), settlement)
    return Listed(address, Sought.PLACE, points, level, tuple(clerk.troubles))


def _invent_moscow(rng: random.Random) -> Names:
    name = invented_street(
        rng, ("жмыр", "гул", "дроб", "шав", "плот", "зык", "брюх"), ("овская", "инская", "ецкая")
    )
    return {"name": f"{name} улица"}


MOSCOW = Country(
    code="moscow",
    split=russian.split,
    key=russian.plain,
    write=_write_moscow,
    invent=_invent_moscow,
    hard=(
        "word shortened", "ordinal after the name", "ordinal without its ending", "е for ё",
        "building written otherwise", "letter set apart", "capitals", "small letters", "no spaces",
        "Latin letters", "no designator", "settlement at the end", "no number",
        "typo in the street",
    ),
    outside=("г. Тула", "Казань", "г. Пермь", "Сочи"),
    nothing=("", "-", "нет", "без адреса", "не проживает", "8 495 123-45-67", "у школы", "14"),
)  # fmt: skip


# Helsinki ---------------------------------------------------------------------------------------

_FINNISH_KEYBOARD = ("qwertyuiopå", "asdfghjklöä", "zxcvbnm")
_ASCII = str.maketrans("äöåÄÖÅ", "aoaAOA")


def _whole(name: str) -> tuple[str, str]:
    """A Finnish name carries its designator within: "Annankatu"."""
    return "", name


def _write_helsinki(spot: Spot, clerk: Clerk, book: Book) -> Listed:
    points, level = house_or_street(spot, clerk)
    city, name = spot.town.name, spot.street.name
    home = spot.town in book.towns
    if home and "sv" in spot.street.names and clerk.slips("Swedish form", 0.08):
        city, name = "Helsingfors", spot.street.names["sv"]
    elif re.search(r"(?:katu|tie)$", name) and clerk.slips("street word shortened", 0.12):
        name = re.sub(r"(k|t)(?:atu|ie)$", r"\1.", name)
    else:
        name = with_typo(name, clerk, _FINNISH_KEYBOARD, lambda typed: book.clear(spot, typed))
    rest = name
    if "no number" not in clerk.troubles:
        assert spot.door is not None
        rest = f"{name} {spot.door.number}"
        if clerk.slips("entrance, floor, flat", 0.4):
            rest += f" {clerk.rng.choice('ABC')} {clerk.rng.randint(1, 60)}"
    if spot.door and spot.door.postcode and clerk.slips("postcode", 0.6):
        city = f"{spot.door.postcode} {city}"
    settlement, text = laid_out(city, rest, clerk, at_the_end=0.8)
    if text != text.translate(_ASCII) and clerk.slips("without ä and ö", 0.2):
        text = text.translate(_ASCII)
    address = Address(shouted_or_whispered(text, clerk), settlement)
    return Listed(address, Sought.PLACE, points, level, tuple(clerk.troubles))


def _invent_helsinki(rng: random.Random) -> Names:
    name = invented_street(
        rng, ("hämy", "rötki", "pulja", "vonka", "sirpo", "kylmä"), ("nkatu", "ntie", "npolku")
    )
    return {"name": name}


HELSINKI = Country(
    code="helsinki",
    split=_whole,
    key=russian.plain,
    write=_write_helsinki,
    invent=_invent_helsinki,
    hard=(
        "Swedish form", "street word shortened", "without ä and ö", "capitals", "small letters",
        "postcode", "settlement at the end", "no number", "typo in the street",
    ),
    outside=("Turku", "Tampere", "Oulu", "Lahti"),
    nothing=("", "-", "ei osoitetta", "tuntematon", "ulkomailla", "050 123 4567", "koulun takana"),
)  # fmt: skip
