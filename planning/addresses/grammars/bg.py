"""Bulgaria.

Sources: forms and shares seen in published Bulgarian address lists (docs/ names them; the
measured shares are 50 % "ул.", 49.5 % "№", 17 % abbreviated names, 2.9 % Roman numerals); Наредба
№ РД-02-20-9 and the civil registration law for service addresses (служебен адрес); Закон за
транслитерацията for the Latin forms. Forms marked (k) below are general knowledge.
"""

from __future__ import annotations

from planning.addresses.grammar import Designator, Grammar, Part
from planning.addresses.transliteration import BULGARIAN, to_latin

_DESIGNATORS = (
    Designator(Part.COUNTRY, ("българия", "република българия", "р.българия", "bulgaria")),
    Designator(Part.POSTCODE, ("п.к.", "пк", "пощ.код", "пощенски код", "p.k.", "pk")),
    Designator(Part.PROVINCE, ("обл.", "област", "обл-", "obl.", "oblast")),
    Designator(
        Part.MUNICIPALITY,
        ("общ.", "община", "об-на", "об-щина", "общ-на", "obsht.", "obsh.", "obshtina"),
    ),
    Designator(Part.DISTRICT, ("район", "р-н", "р-он", "рн", "rayon", "r-n", "raion")),
    Designator(Part.MAYORALTY, ("кметство", "кмет.", "кметство с.", "кметство село", "kmetstvo")),
    Designator(Part.MAYORALTY, ("км.",), careful=True),
    Designator(Part.SETTLEMENT, ("гр.", "град", "grad", "gr."), kind="town"),
    Designator(Part.SETTLEMENT, ("село", "selo"), kind="village"),
    Designator(Part.SETTLEMENT, ("с.", "s."), kind="village", careful=True),
    Designator(Part.STREET, ("ул.", "улица", "ул-", "ulitsa", "ul.", "ulica"), kind="street"),
    Designator(
        Part.STREET,
        ("бул.", "булевард", "бул-д", "б-д", "блвд.", "bul.", "bulevard", "blvd.", "boulevard"),
        kind="boulevard",
    ),
    Designator(Part.STREET, ("пл.", "площад", "пл-д", "pl.", "ploshtad"), kind="square"),
    Designator(Part.STREET, ("алея", "aleya"), kind="alley"),
    Designator(Part.STREET, ("шосе", "ш.", "shose"), kind="road", careful=True),
    Designator(Part.STREET, ("пасаж", "pasazh"), kind="passage"),
    Designator(
        Part.QUARTER,
        ("ж.к.", "жк", "ж/к", "ж-к", "ж.к-с", "жилищен комплекс", "к-с", "комплекс", "zh.k.", "zhk",
         "j.k.", "jk", "zh/k", "j/k", "g.k."),
        kind="estate",
    ),
    Designator(Part.QUARTER, ("кв.", "квартал", "кв-л", "kv.", "kvartal"), kind="quarter"),
    Designator(
        Part.QUARTER,
        ("м-т", "местност", "мест.", "м-ст", "в.з.", "вилна зона", "с.о.", "махала", "мах."),
        kind="locality",
    ),
    Designator(Part.BLOCK, ("бл.", "блок", "бл-", "bl.", "blok", "block")),
    Designator(Part.NUMBER, ("№", "no", "номер", "ном.", "nomer", "nom.", "n", "но")),
    Designator(Part.ENTRANCE, ("вх.", "вход", "вх-", "vh.", "vhod", "vx.", "entr.")),
    Designator(Part.FLOOR, ("ет.", "етаж", "ет-", "et.", "etazh", "etaj", "floor")),
    Designator(
        Part.FLAT,
        ("ап.", "апартамент", "апарт.", "ап-", "апт.", "ap.", "apt.", "apartament", "ателие"),
    ),
    Designator(
        Part.NOISE,
        ("адрес", "постоянен адрес", "настоящ адрес", "пост. адрес", "наст. адрес",
         "адрес по лична карта", "адресна регистрация", "address", "adres"),
    ),
)  # fmt: skip

_UNITS = {
    "първ": 1, "втор": 2, "трет": 3, "четвърт": 4, "пет": 5, "шест": 6, "седм": 7, "осм": 8,
    "девет": 9, "десет": 10, "единадесет": 11, "единайсет": 11, "дванадесет": 12, "дванайсет": 12,
    "тринадесет": 13, "тринайсет": 13, "четиринадесет": 14, "четиринайсет": 14, "петнадесет": 15,
    "петнайсет": 15, "шестнадесет": 16, "шестнайсет": 16, "седемнадесет": 17, "седемнайсет": 17,
    "осемнадесет": 18, "осемнайсет": 18, "деветнадесет": 19, "деветнайсет": 19, "двадесет": 20,
    "двайсет": 20, "тридесет": 30, "трийсет": 30, "четиридесет": 40, "четирийсет": 40,
    "петдесет": 50, "шестдесет": 60, "шейсет": 60, "седемдесет": 70, "осемдесет": 80,
    "деветдесет": 90,
}  # fmt: skip
_TENS = {stem: n for stem, n in _UNITS.items() if n >= 20}
_ORDINALS = {stem + ending: n for stem, n in _UNITS.items() for ending in "иао"}

_TITLES = {
    "свети", "генерал", "професор", "академик", "полковник", "подполковник", "капитан", "инженер",
    "архитект", "майор", "поручик", "архимандрит", "митрополит", "епископ", "доктор", "др", "отец",
    "поп", "даскал", "sveti", "general", "profesor", "doktor", "dr", "kapitan", "otets",
}  # fmt: skip
_ENDINGS = {consonant + vowel for consonant in "врмтн" for vowel in "аио"}
_NEAR = {
    "до", "зад", "срещу", "пред", "край", "близо", "между", "при", "ъгъл", "ъгъла", "над", "под",
}  # fmt: skip

GRAMMAR = Grammar(
    country="bg",
    designators=_DESIGNATORS,
    postcode_digits=(4,),
    towns=frozenset({"town"}),
    ordinals=_ORDINALS | {to_latin(word): n for word, n in _ORDINALS.items()},
    tens=_TENS | {to_latin(word): n for word, n in _TENS.items()},
    ordinal_endings=frozenset(_ENDINGS | {to_latin(ending) for ending in _ENDINGS}),
    conjunctions=frozenset({"и", "i"}),
    words={
        "бр": "братя", "св": "свети", "света": "свети", "свв": "свети", "ген": "генерал",
        "проф": "професор", "акад": "академик", "полк": "полковник", "подп": "подполковник",
        "кап": "капитан", "инж": "инженер", "арх": "архитект", "архим": "архимандрит",
        "митр": "митрополит", "еп": "епископ", "sv": "sveti", "gen": "general",
        "prof": "profesor", "br": "bratya",
    },
    titles=frozenset(_TITLES),
    letters={"ё": "е", "ѝ": "и", "ы": "и", "э": "е", "і": "и"},
    romanised=BULGARIAN,
    number_sounds={
        "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "e": "е", "z": "з", "i": "и", "k": "к",
    },
    near=frozenset(_NEAR | {"do", "zad", "sreshtu", "pred", "kray"}),
    nothing=(
        "адрес неизвестен", "неизвестен адрес", "няма адрес", "без адрес", "адресът е неизвестен",
        "адреса е неизвестен", "неизвестен", "няма данни", "без постоянен адрес", "не е известен",
        "без данни", "няма", "липсва", "непознат адрес",
    ),
    service=(
        "служебен адрес", "служ адрес", "служ адр", "служебен адр", "сл адрес",
        "адрес на кметството", "адрес на кметство", "адреса на кметството",
        "адрес на общината", "адрес на община", "адреса на общината", "адреса на община",
        "служебна регистрация", "служебно регистриран", "в сградата на кметството",
        "сграда на кметството", "сградата на общината", "sluzheben adres",
    ),
    alternatives=frozenset({"или", "ili"}),
)  # fmt: skip
