"""Everywhere without a table of its own: Latin and Russian street words, numbers after or before.

Enough for maps that users bring from Liechtenstein, Germany, Finland, France or Russia; general
knowledge, checked on the OpenStreetMap files named in docs/.
"""

from __future__ import annotations

from planning.addresses.grammar import Designator, Grammar, Part, Side

RUSSIAN = (
    Designator(Part.COUNTRY, ("россия", "рф", "российская федерация")),
    Designator(Part.PROVINCE, ("обл.", "область"), side=Side.EITHER),
    Designator(Part.MUNICIPALITY, ("р-н", "район"), side=Side.EITHER),
    Designator(Part.SETTLEMENT, ("гор.", "город"), kind="town"),
    Designator(Part.SETTLEMENT, ("г.",), kind="town", careful=True),
    Designator(
        Part.SETTLEMENT, ("село", "пос.", "посёлок", "поселок", "дер.", "деревня"), "village"
    ),
    Designator(Part.SETTLEMENT, ("с.", "п."), kind="village", careful=True),
    Designator(Part.STREET, ("ул.", "улица"), kind="street", side=Side.EITHER),
    Designator(Part.STREET, ("пр-т", "просп.", "проспект", "пр-кт"), "avenue", Side.EITHER),
    Designator(Part.STREET, ("пер.", "переулок"), kind="lane", side=Side.EITHER),
    Designator(Part.STREET, ("проезд", "пр-д"), kind="drive", side=Side.EITHER),
    Designator(Part.STREET, ("бул.", "б-р", "бульвар"), kind="boulevard", side=Side.EITHER),
    Designator(Part.STREET, ("наб.", "набережная"), kind="embankment", side=Side.EITHER),
    Designator(Part.STREET, ("пл.", "площадь"), kind="square", side=Side.EITHER),
    Designator(Part.STREET, ("шоссе", "ш."), kind="road", side=Side.EITHER, careful=True),
    Designator(Part.QUARTER, ("мкр.", "мкрн", "м-н", "мкр-н", "микрорайон"), "estate", Side.EITHER),
    Designator(Part.NUMBER, ("д.", "дом", "№", "no")),
    Designator(Part.ENTRANCE, ("подъезд", "под.")),
    Designator(Part.FLOOR, ("эт.", "этаж")),
    Designator(Part.FLAT, ("кв.", "квартира")),
)
"""Also the Russian half of Kazakhstan. Here кв. is a flat; in Bulgaria it is a quarter."""

_LATIN = (
    Designator(Part.STREET, ("rue",), kind="rue"),
    Designator(Part.STREET, ("avenue", "av."), kind="avenue", side=Side.EITHER),
    Designator(Part.STREET, ("boulevard", "bd", "blvd."), kind="boulevard", side=Side.EITHER),
    Designator(Part.STREET, ("street", "st."), kind="street", side=Side.AFTER),
    Designator(Part.STREET, ("carrer",), kind="carrer"),
    Designator(Part.FLAT, ("flat", "apt.", "whg.")),
    Designator(Part.NUMBER, ("n°", "nr.")),
)

NUMBER_WORDS = {"к": "к", "корп": "к", "корпус": "к", "с": "с", "стр": "с", "строение": "с"}

GRAMMAR = Grammar(
    country="",
    designators=(*RUSSIAN, *_LATIN),
    postcode_digits=(4, 5, 6),
    towns=frozenset({"town"}),
    words={"st": "sankt", "sct": "sankt"},
    endings={"str": "strasse"},
    letters={"ё": "е", "ə": "e", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"},
    number_words=NUMBER_WORDS,
    number_first=True,
    ordinal_endings=frozenset({"й", "я", "е", "го", "ый", "ая", "ой", "er", "ere", "eme", "th"}),
    near=frozenset({"около", "возле", "напротив", "gegenüber"}),
    nothing=("адрес неизвестен", "без адреса", "нет адреса", "неизвестен", "unknown", "no address"),
    alternatives=frozenset({"или", "oder", "or"}),
)
