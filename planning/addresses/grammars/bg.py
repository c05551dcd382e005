"""Bulgaria.

Sources: forms and shares seen in published Bulgarian address lists (docs/ names them; the
measured shares are 50 % "ул.", 49.5 % "№", 17 % abbreviated names, 2.9 % Roman numerals); Наредба
№ РД-02-20-9 and the civil registration law for service addresses (служебен адрес); Закон за
транслитерацията for the Latin forms. Forms marked (k) below are general knowledge.
"""

from __future__ import annotations

from planning.addresses.grammar import ALTERNATIVE, Designator, Grammar, Part, Side
from planning.addresses.transliteration import BULGARIAN

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
    Designator(
        Part.STREET,
        ("ул.", "улица", "ул-", "у-ца", "ул-ца", "ulitsa", "ul.", "ulica", "u-tsa", "u-ca"),
        kind="street",
    ),
    Designator(
        Part.STREET,
        ("бул.", "булевард", "бул-д", "б-д", "б-р", "блвд.", "bul.", "bulevard", "blvd.",
         "boulevard"),
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
    Designator(
        Part.FLOOR, ("ет.", "етаж", "ет-", "et.", "etazh", "etaj", "floor"), side=Side.EITHER
    ),
    Designator(
        Part.FLAT,
        ("ап.", "апартамент", "апарт.", "ап-", "апт.", "ap.", "apt.", "apartament", "ателие"),
    ),
    Designator(Part.NOISE, ("адрес", "адрес по лична карта", "адресна регистрация", "address",
                            "adres")),
    Designator(Part.NOISE, ("или", "ili"), ALTERNATIVE),
    Designator(
        Part.NOISE,
        ("постоянен адрес", "пост. адрес", "постоянен", "пост.", "postoyanen adres"),
        kind="permanent",
    ),
    Designator(
        Part.NOISE,
        ("настоящ адрес", "наст. адрес", "настоящ", "наст.", "nastoyasht adres", "временно",
         "временен адрес", "временно на", "живее", "живее на"),
        kind="current",
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
_ORDINALS |= {word.replace("ъ", "у"): n for word, n in _ORDINALS.items()}  # "purva"

_TITLES = {
    "свети", "генерал", "професор", "академик", "полковник", "подполковник", "капитан", "инженер",
    "архитект", "майор", "поручик", "архимандрит", "митрополит", "епископ", "доктор", "др", "отец",
    "поп", "даскал",
}  # fmt: skip
_ORDINAL_ENDINGS = {consonant + vowel for consonant in "врмтн" for vowel in "аио"}
_LATIN_ORDINAL_ENDINGS = {consonant + vowel for consonant in "vwrmtn" for vowel in "aio"}
_NEAR = {
    "до", "зад", "срещу", "пред", "край", "близо", "между", "при", "над", "под", "непосредствено",
}  # fmt: skip

# By sound: й, ь and и; я, иа and a typed ya or ia; what the law romanises alike (ъ and а, тс and ц,
# зх and ж).
_SOUNDS = {
    "ё": "е", "ѝ": "и", "ы": "и", "э": "е", "і": "и", "й": "и", "ь": "и", "ъ": "а", "ю": "иу",
    "я": "иа", "ия": "иа", "ий": "и", "шт": "щ", "тс": "ц", "зх": "ж", "сх": "ш",
}  # fmt: skip
_LATIN = {
    latin: _SOUNDS.get(letter, letter) for letter, latin in BULGARIAN.items() if letter not in "ъь"
}
# What people type instead of the law's letters: general knowledge of "шльокавица" (k).
_INFORMAL = {
    "ia": "иа", "iya": "иа", "iia": "иа", "iq": "иа", "iy": "и", "iu": "иу", "j": "ж", "dzh": "дж",
    "tz": "ц",
    "c": "ц", "ck": "ц", "w": "в", "q": "иа", "x": "х", "lex": "лекс", "max": "макс", "sht": "щ",
    "ŭ": "а", "ă": "а",
}  # fmt: skip
_CONSONANTS = {
    latin: letter for latin, letter in (_LATIN | {"w": "в", "c": "ц", "j": "ж"}).items()
    if letter in set("бвгджзклмнпрстфхцчшщ")
}  # fmt: skip
# A "y" behind a consonant is ъ (Tyrnovo) unless a vowel follows (Byala).
_MIDDLE_Y = {latin + "y": letter + "а" for latin, letter in _CONSONANTS.items()} | {
    latin + "y" + vowel: letter + "и" + sound
    for latin, letter in _CONSONANTS.items()
    for vowel, sound in (("a", "а"), ("u", "у"), ("o", "о"), ("e", "е"), ("i", ""))
}

GRAMMAR = Grammar(
    country="bg",
    designators=_DESIGNATORS,
    postcode_digits=(4,),
    towns=frozenset({"town"}),
    ordinals=_ORDINALS,
    tens=_TENS,
    ordinal_endings=frozenset(_ORDINAL_ENDINGS | _LATIN_ORDINAL_ENDINGS),
    conjunctions=frozenset({"и"}),
    words={
        # София-град is also called София (столица).
        "столица": "град", "др": "доктор",
        "бр": "братя", "св": "свети", "света": "свети", "свв": "свети", "ген": "генерал",
        "проф": "професор", "акад": "академик", "полк": "полковник", "подп": "подполковник",
        "кап": "капитан", "инж": "инженер", "арх": "архитект", "архим": "архимандрит",
        "митр": "митрополит", "еп": "епископ",
    },
    titles=frozenset(_TITLES),
    letters=_SOUNDS | _LATIN | _INFORMAL | _MIDDLE_Y,
    digit_letters={"4": "ch", "6": "sh"},
    number_sounds={
        "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "e": "е", "z": "з", "i": "и", "k": "к",
    },
    near=frozenset(_NEAR | {"do", "zad", "sreshtu", "pred", "kray"}),
    corner=frozenset({"ъгъл", "ъгъла", "ъг", "ugal", "agal"}),
    links=frozenset({"на", "и", "с", "със", "между", "na", "i", "s"}),
    institutions={
        "училище": "school", "училището": "school", "уч": "school", "школото": "school",
        "гимназия": "school", "гимназията": "school", "детска": "kindergarten",
        "градина": "kindergarten", "градината": "kindergarten", "дг": "kindergarten",
        "кметството": "townhall", "кметство": "townhall", "общината": "townhall",
        "полицията": "police", "участъкът": "police", "рпу": "police",
    },
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
)  # fmt: skip
