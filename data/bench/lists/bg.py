"""How Bulgarian clerks type addresses.

Shares with a source were measured on 7,466 distinct address strings of real Bulgarian lists: "ул."
50 %, "№" 49.5 %, straight quotes 53 %, other quotes 3.4 %, abbreviated or initial names 17 %,
Roman numerals 2.9 % in Latin letters and 1.9 % in Cyrillic look-alikes, mixed scripts 0.4 %,
letters after the number 3.6 %, and 59.6 % of village addresses without any street. The other
shares are our reading of such lists.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.bench.lists.country import Country
from data.bench.lists.truth import Names, Town
from data.bench.lists.writing import (
    CYRILLIC_TWINS,
    NOT_TOLD_APART,
    Book,
    Clerk,
    Listed,
    Sought,
    Spot,
    house_or_street,
    invented_street,
    lettered,
    misspelt,
    mixed_scripts,
    plain_number,
    roman,
    shouted_or_whispered,
    squeezed,
    with_typo,
)
from planning.model import Address, Level

if TYPE_CHECKING:
    import random

BDS = (",уеишщксдзц;", "ьяаожгтнвмч", "юйъэфхпрлб")
PHONETIC = ("чявертъуиопшщ", "асдфгхйкл", "зьцжбнм")
"""The two keyboards in use, БДС 5237 and phonetic."""

_LATIN = {
    **dict(zip("абвгдезийклмнопрстуфхъь", "abvgdeziyklmnoprstufhay", strict=True)),
    "ю": "yu", "я": "ya", "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht",
}  # fmt: skip
"""Transliteration Act of 2009, article 6; a final "ия" becomes "ia" (article 5)."""

_TITLES = {
    "генерал": ("ген.", "Ген.", "ген"),
    "полковник": ("полк.", "Полк."),
    "капитан": ("кап.", "к-н", "Кап."),
    "майор": ("м-р", "майор"),
    "професор": ("проф.", "Проф."),
    "академик": ("акад.", "Акад."),
    "доктор": ("д-р", "Д-р", "др."),
    "отец": ("о.", "О."),
    "свети": ("св.", "Св."),
    "света": ("св.", "Св."),
    "братя": ("бр.", "Бр."),
    "екзарх": ("екз.",),
    "патриарх": ("патр.",),
    "инженер": ("инж.",),
}
_FIRST_NAMES = {
    "христо": "Хр.", "димитър": "Д.", "георги": "Г.", "стефан": "Ст.", "александър": "Ал.",
    "константин": "К.", "никола": "Н.", "тодор": "Т.", "панайот": "П.", "филип": "Ф.",
    "кирил": "К.", "йордан": "Й.", "атанас": "Ат.", "захари": "З.", "любен": "Л.", "петко": "П.",
    "петър": "П.", "ангел": "А.", "васил": "В.", "иван": "Ив.", "андрей": "А.", "цанко": "Ц.",
}  # fmt: skip

_ORDINALS = (
    "първ", "втор", "трет", "четвърт", "пет", "шест", "седм", "осм", "девет", "десет",
    "единадесет", "дванадесет", "тринадесет", "четиринадесет", "петнадесет", "шестнадесет",
    "седемнадесет", "осемнадесет", "деветнадесет", "двадесет",
)  # fmt: skip
"""First to twentieth, without their endings."""
_LATIN_NUMERALS = str.maketrans("і", "i")
"""Maps, too, write rulers' numerals in look-alikes."""
_RULERS = {"I": ("1", "Първи"), "II": ("2", "Втори"), "III": ("3", "Трети")}
_TENS = {"двадесет": 20, "тридесет": 30, "четиридесет": 40, "петдесет": 50}
_TAILS = {1: "в", 2: "р", 7: "м", 8: "м"}
"""Consonant of an ordinal's ending: 1-ва, 2-ра, 7-ма; "т" for the others."""


def split(name: str) -> tuple[str, str]:
    """Designator and name: "ул. Липник" → "ул.", "Липник"."""
    designator, _, bare = name.partition(" ")
    return (designator, bare) if bare else ("", name)


def key(bare: str) -> str:
    """Alike for names that mean the same: case, marks and ordinals do not count."""
    words = _words(re.sub(r"[^\w\s]", " ", bare.casefold().translate(_LATIN_NUMERALS)))
    return " ".join(_ordinal_number(word) or word for word in words if word not in _ENDINGS)


def _words(bare: str) -> list[str]:
    """The words of a name; "двадесет и шеста" is one."""
    return [found[0] for found in re.finditer(rf"\b(?:{'|'.join(_TENS)}) и \w+|\S+", bare, re.I)]


_ENDINGS = frozenset({"ви", "ва", "ри", "ра", "ти", "та", "ми", "ма"})


def _ordinal_number(word: str) -> str:
    """Its digits: "трета" → "3"; empty for another word."""
    tens, _, unit = word.rpartition(" и ")
    for number, stem in enumerate(_ORDINALS, 1):
        if unit in (stem + "а", stem + "и"):
            return str(number + _TENS.get(tens, 0))
    found = re.fullmatch(r"(\d+)-?(?:" + "|".join(_ENDINGS) + ")", word)
    return found[1] if found else ""


# Names ------------------------------------------------------------------------------------------


def _name(spot: Spot, clerk: Clerk, book: Book) -> str:
    bare = book.bare(spot.street)
    if book.near_twin(spot):
        # It must be taken at its letters: nothing in this name may be written otherwise.
        clerk.troubles["one letter from another street"] = None
        return bare
    bare = _numbers_written(bare, clerk)
    bare = _shortened(bare, spot, clerk, book)
    keyboard = clerk.rng.choice((BDS, PHONETIC))
    return with_typo(bare, clerk, keyboard, lambda typed: book.clear(spot, typed))


def _numbers_written(bare: str, clerk: Clerk) -> str:
    """Ordinals as words, digits or Roman numerals; estates with their number written otherwise."""
    words = _words(bare)
    for place, word in enumerate(words):
        number = _ordinal_number(word.casefold())
        if number:
            feminine = word[-1] == "а"
            words[place] = _ordinal(int(number), clerk, word, feminine=feminine)
        elif word in _RULERS and place:
            words[place] = _ruler(word, clerk)
        elif re.fullmatch(r"\d{1,2}", word) and place:
            return _estate_number(" ".join(words[:place]), int(word), clerk)
    return " ".join(words)


def _ordinal(number: int, clerk: Clerk, word: str, *, feminine: bool) -> str:
    last = number % 10 if number > len(_ORDINALS) else number
    ending = _TAILS.get(last, "т") + ("а" if feminine else "и")
    if number > len(_ORDINALS):
        return clerk.rng.choice((word, f"{number}-{ending}", f"{number}{ending}", str(number)))
    if clerk.slips("ordinal: Roman, Latin", 0.10):
        return roman(number) + clerk.rng.choice(("", "-" + ending))
    twin = roman(number).translate(CYRILLIC_TWINS)
    if twin != roman(number) and clerk.slips("ordinal: Roman, look-alike", 0.07):
        return twin + clerk.rng.choice(("", "-" + ending))
    if word[0].isdigit():
        if clerk.slips("ordinal: as a word", 0.3):
            return _ORDINALS[number - 1].capitalize() + ending[-1]
        return clerk.rng.choice((word, f"{number}-{ending}", f"{number}{ending}", str(number)))
    if clerk.slips("ordinal: as digits", 0.35):
        return clerk.rng.choice((f"{number}-{ending}", f"{number}{ending}", str(number)))
    return word


def _ruler(numeral: str, clerk: Clerk) -> str:
    """The numeral after a ruler's name: III, the same in Cyrillic look-alikes, 3, Трети."""
    if clerk.slips("ruler's numeral in look-alikes", 0.2):
        return numeral.translate(CYRILLIC_TWINS)
    if clerk.slips("ruler's numeral in digits or as a word", 0.3):
        return clerk.rng.choice(_RULERS[numeral])
    return numeral


def _estate_number(estate: str, number: int, clerk: Clerk) -> str:
    if clerk.slips("estate: Roman, Latin", 0.15):
        return f"{estate} {roman(number)}"
    twin = roman(number).translate(CYRILLIC_TWINS)
    if twin != roman(number) and clerk.slips("estate: Roman, look-alike", 0.12):
        return f"{estate} {twin}"
    if clerk.slips("estate: number joined", 0.25):
        return estate + clerk.rng.choice(("-", " - ", "")) + str(number)
    return f"{estate} {number}"


def _shortened(bare: str, spot: Spot, clerk: Clerk, book: Book) -> str:
    words = bare.split()
    for place, word in enumerate(words[:-1]):
        short = _TITLES.get(word.casefold())
        if short and clerk.slips("title shortened", 0.65):
            words[place] = clerk.rng.choice(short)
    if "и" in words:
        return " ".join(words)
    first = next((i for i, w in enumerate(words[:-1]) if w.casefold() in _FIRST_NAMES), None)
    if first is not None and _alone_with_initial(spot, book):
        if clerk.slips("first name as initials", 0.55):
            word = words[first]
            words[first] = clerk.rng.choice((_FIRST_NAMES[word.casefold()], f"{word[0]}."))
            if first + 2 < len(words) and clerk.rng.random() < 0.5:
                words[first + 1] = f"{words[first + 1][0]}."
            if clerk.rng.random() < 0.4:
                return re.sub(r"\.\s+", ".", " ".join(words))
        elif _alone_with_surname(spot, book) and clerk.slips("surname only", 0.02):
            return words[-1]
    return " ".join(words)


def _alone_with_initial(spot: Spot, book: Book) -> bool:
    """No other street of the town has this surname with a first name of the same letter."""
    *before, surname = book.bare(spot.street).split()
    letters = {word[0] for word in before}
    alike = (words for words in book.sharing(spot, surname) if words[-1] == surname)
    return sum(any(word[0] in letters for word in words[:-1]) for words in alike) <= 1


def _alone_with_surname(spot: Spot, book: Book) -> bool:
    return len(book.sharing(spot, book.bare(spot.street).split()[-1])) <= 1


def _quoted(name: str, clerk: Clerk) -> str:
    if clerk.slips("quotes: straight", 0.62):
        return f'"{name}"'
    if clerk.slips("quotes: others", 0.10):
        left, right = clerk.rng.choice(("„“", "„”", "“”", "«»", "''"))
        return f"{left}{name}{right}"
    return name


# Street, estate, number, flat -------------------------------------------------------------------

_DESIGNATORS = {
    "ул.": {"ул. ": 50, "ул.": 18, "ул ": 7, "улица ": 7, "Ул. ": 2, "": 16},
    "бул.": {"бул. ": 60, "бул.": 20, "бул ": 5, "булевард ": 8, "б-д ": 2, "": 5},
    "пл.": {"пл. ": 65, "пл.": 20, "площад ": 15},
}
_ESTATES = {"ж.к. ": 34, "жк ": 16, "ж.к.": 18, "жк. ": 5, "ж. к. ": 4, "кв. ": 12, "кв.": 5, "": 6}
_BLOCKS = {"бл. ": 40, "бл.": 35, "блок ": 12, "бл ": 7, "Бл. ": 3, "блок № ": 3}


def _street(spot: Spot, clerk: Clerk, book: Book) -> str:
    real = split(spot.street.name)[0]
    name = _name(spot, clerk, book)
    if not book.lone(spot):
        clerk.troubles["two streets of one name, told apart by the designator"] = None
        return f"{real} {_quoted(name, clerk)}"
    if real == "ул." and clerk.slips("designators swapped", 0.012):
        return clerk.rng.choice(("бул. ", "бул.")) + _quoted(name, clerk)
    if real == "бул." and clerk.slips("designators swapped", 0.25):
        return clerk.rng.choice(("ул. ", "ул.")) + _quoted(name, clerk)
    designator = clerk.style(_DESIGNATORS.get(real, {f"{real} ": 1}))
    if name.isdigit():
        # "с. Батин, 2 № 9" would say nothing to anybody.
        designator = designator or f"{real} "
    if not designator:
        clerk.troubles["no designator"] = None
    return designator + _quoted(name, clerk)


def _door(spot: Spot, clerk: Clerk) -> str:
    assert spot.door is not None
    number = plain_number(spot.door.number).upper()
    if number[-1:].isalpha():
        clerk.troubles["letter after the number"] = None
        number = lettered(number, clerk)
    elif clerk.slips("letter that is not mapped", 0.012):
        number += clerk.rng.choice(("", "-", " ")) + clerk.rng.choice("ГДЕгд")
    elif number.isdigit() and clerk.slips("several numbers", 0.012):
        start = int(number)
        number = f"{start}-{start + 2}" + clerk.rng.choice(("", f"-{start + 4}"))
    if clerk.slips("№", 0.79):
        return clerk.style({"№ ": 40, "№": 40, "No ": 5, "N ": 4, "N": 3, "номер ": 4, "Ном. ": 2,
                            "No": 2}) + number  # fmt: skip
    return number


def _estate(spot: Spot, clerk: Clerk, book: Book) -> str:
    designator = clerk.style(_ESTATES)
    if clerk.slips("кв. for an estate", 0.0):
        designator = "кв. "
    if designator.startswith("кв"):
        clerk.troubles["кв. for an estate"] = None
    return designator + _quoted(_name(spot, clerk, book), clerk)


def _block(spot: Spot, clerk: Clerk) -> str:
    assert spot.door is not None
    number = lettered(plain_number(spot.door.number).upper(), clerk)
    if clerk.slips("block without a word for it", 0.06):
        return clerk.rng.choice(("", "№ ")) + number
    if clerk.slips("beside a block", 0.01):
        beside = clerk.rng.choice(("до", "зад", "срещу", "пред", "до"))
        return f"{beside} {clerk.rng.choice(('бл. ', 'блок ', 'бл.'))}{number}"
    return clerk.style(_BLOCKS) + number


def _flat(clerk: Clerk, *, estate: bool) -> str:
    if not clerk.slips("entrance, floor, flat", 0.88 if estate else 0.25):
        return ""
    rng = clerk.rng
    dot = clerk.style({". ": 40, ".": 50, " ": 10})
    entrance = f"вх{dot}{rng.choice(('А', 'Б', 'В', 'Г', '1', '2', '3', 'A', 'B'))}"
    floor, flat = f"ет{dot}{rng.randint(1, 9)}", f"ап{dot}{rng.randint(1, 90)}"
    if rng.random() < 0.05:
        entrance, floor, flat = (
            f"вход {rng.choice('АБВ')}", f"етаж {rng.randint(1, 9)}",
            f"апартамент {rng.randint(1, 60)}",
        )  # fmt: skip
    parts = [entrance, floor, flat] if estate else [floor, flat]
    kept = [part for part in parts if rng.random() < 0.8] or [flat]
    return clerk.style({", ": 55, " ": 35, "; ": 2, ",": 8}).join(kept)


# Settlement and what is above it ----------------------------------------------------------------


def _settlement(town: Town, clerk: Clerk) -> str:
    name = town.name
    if len(name) > 5 and clerk.slips("typo in the settlement", 0.02):
        name, slip = misspelt(name, clerk.rng, clerk.rng.choice((BDS, PHONETIC)))
        clerk.troubles[slip] = None
    word = "с" if town.kind == "village" else "гр"
    long = "село" if town.kind == "village" else "град"
    shares = {f"{word}. ": 45, f"{word}.": 35, f"{word} ": 3, f"{long} ": 4, "": 13}
    if town.kind == "village":
        shares[""] = 4
    return clerk.style(shares) + name


def _province(town: Town, clerk: Clerk) -> str:
    """The capital's province has two names in use."""
    if town.province != "София (столица)":
        return town.province
    return clerk.rng.choice((town.province, "София-град", "София-град"))


def _above(town: Town, clerk: Clerk) -> list[str]:
    """Province and municipality, as words."""
    parts = []
    if town.province and clerk.slips("province in the text", 0.2):
        word = clerk.style({"обл. ": 55, "обл.": 30, "област ": 15})
        parts.append(word + _province(town, clerk))
    if town.municipality and clerk.slips("municipality in the text", 0.22):
        parts.append(clerk.style({"общ. ": 55, "общ.": 30, "община ": 15}) + town.municipality)
    return parts


_SOFIA_DISTRICTS = (
    "Люлин", "Младост", "Надежда", "Овча купел", "Студентски", "Красна поляна",
)  # fmt: skip
"""Districts of Sofia whose estates bear their name."""


def _district(spot: Spot, clerk: Clerk) -> str:
    """The district of Sofia that an estate lies in, at times."""
    mine = (name for name in _SOFIA_DISTRICTS if f" {name}" in spot.street.name)
    district = next(mine, "") if spot.town.name == "София" and spot.street.estate else ""
    if not district or not clerk.slips("district of the city", 0.2):
        return ""
    return clerk.rng.choice(("р-н ", "район ", "р-н ")) + district


def _lines(town: Town, rest: list[str], clerk: Clerk, *, told_apart: bool) -> Address:
    """The cells: everything in one, or the settlement and more in columns of their own."""
    rest = [part for part in rest if part]
    columns = clerk.slips("settlement in its own column", 0.4) and bool(rest)
    municipality = province = ""
    if columns:
        municipality = town.municipality if clerk.rng.random() < 0.65 else ""
        province = _province(town, clerk) if clerk.rng.random() < 0.4 else ""
    if told_apart and not municipality:
        columns = columns or clerk.rng.random() < 0.5
        if columns:
            municipality = town.municipality
    settlement = _settlement(town, clerk) if columns else ""
    head = [] if columns else [*_above(town, clerk), _settlement(town, clerk)]
    if told_apart and not municipality and not any(town.municipality in part for part in head[:-1]):
        head.insert(0, f"общ. {town.municipality}")
    postcode = town.postcode if clerk.slips("postcode", 0.06) else ""
    if postcode and not columns:
        head[-1], postcode = f"{postcode} {head[-1]}", ""
    tail = bool(head) and bool(rest) and clerk.slips("settlement at the end", 0.07)
    parts = [*rest, *reversed(head)] if tail else [*head, *rest]
    text = clerk.style({", ": 80, " ": 12, ",": 5, "; ": 3}).join(parts)
    if municipality and clerk.slips("words in the other columns", 0.15):
        municipality, province = f"общ. {municipality}", f"обл. {province}" if province else ""
    return Address(_typed(text, clerk), settlement, municipality, province, postcode=postcode)


def _typed(text: str, clerk: Clerk) -> str:
    """What the typing does to the whole line."""
    if clerk.slips("no spaces", 0.06):
        text = squeezed(text)
    elif clerk.slips("odd spaces", 0.05):
        text = re.sub(r", ", clerk.rng.choice(("  ", " , ", ",  ")), text) + " "
    if clerk.slips("Latin by law", 0.012):
        return _romanised(text)
    if clerk.slips("Latin letter in a Cyrillic word", 0.006):
        return mixed_scripts(text, clerk.rng)
    return shouted_or_whispered(text, clerk)


def _romanised(text: str) -> str:
    def letters(word: re.Match[str]) -> str:
        low = word[0].lower()
        latin = "".join(_LATIN.get(ch, ch) for ch in re.sub(r"ия$", "иа", low))
        return latin.capitalize() if word[0][0].isupper() else latin

    return re.sub(r"[^\W\d_]+", letters, text.replace("№", "No"))


# Whole lines ------------------------------------------------------------------------------------


def write(spot: Spot, clerk: Clerk, book: Book) -> Listed:
    """One address in a street or estate."""
    namesakes = book.namesakes(spot.town)
    estate = spot.street.estate
    where = _estate(spot, clerk, book) if estate else _street(spot, clerk, book)
    points, level = house_or_street(spot, clerk)
    number = ""
    if "no number" not in clerk.troubles:
        number = _block(spot, clerk) if estate else _door(spot, clerk)
    if "several numbers" in clerk.troubles:
        points = _neighbours(spot)
    gap = clerk.style({" ": 60, ", ": 40} if estate else {" ": 80, ", ": 15, "": 5})
    gap = gap if not where[-1:].isalnum() else gap or " "
    rest = [_district(spot, clerk), f"{where}{gap}{number}" if number else where]
    if number:
        rest.append(_flat(clerk, estate=estate))
    if namesakes:
        clerk.troubles["same-named settlements, municipality given"] = None
    address = _lines(spot.town, rest, clerk, told_apart=namesakes)
    return Listed(address, Sought.PLACE, points, level, tuple(clerk.troubles))


def _neighbours(spot: Spot) -> tuple[tuple[float, float], ...]:
    """The door and those of the next two numbers of its side: a range means any of them."""
    assert spot.door is not None
    first = int(re.sub(r"\D.*", "", plain_number(spot.door.number)))
    wanted = {str(first), str(first + 2), str(first + 4)}
    return tuple(d.at for d in spot.street.doors if plain_number(d.number) in wanted)


def write_town(town: Town, clerk: Clerk, book: Book) -> Listed:
    """A village without a street: the village itself is all that is said."""
    clerk.troubles["village without a street"] = None
    namesakes = book.namesakes(town)
    rest = []
    if clerk.slips("village and number, no street", 0.15):
        rest = [f"№ {clerk.rng.randint(1, 120)}"]
    if book.namesakes(town, of_its_kind=True) and clerk.slips(NOT_TOLD_APART, 0.0):
        address = Address(f"{_settlement(town, clerk)} {' '.join(rest)}".strip())
    else:
        if namesakes:
            clerk.troubles["same-named settlements, municipality given"] = None
        address = _lines(town, rest, clerk, told_apart=namesakes)
    return Listed(address, Sought.PLACE, (town.at,), Level.SETTLEMENT, tuple(clerk.troubles))


_SYLLABLES = (
    "дръ", "мо", "жав", "тър", "гли", "пуш", "зве", "бой", "кур", "ляс", "шум", "рож", "дъл",
    "вир", "цер", "кло",
)  # fmt: skip


def invent(rng: random.Random) -> Names:
    """A street's name as a map would spell it, that no Bulgarian town has."""
    name = invented_street(rng, _SYLLABLES, ("ков", "лийски", "манов", "янски", "шница", "енец"))
    first = rng.choice(("", "", "Хрисим ", "Генерал ", "Доктор ", "Иван ", "Цвета "))
    return {"name": f"{rng.choice(('ул.', 'ул.', 'ул.', 'бул.'))} {first}{name}"}


BULGARIA = Country(
    code="bg",
    split=split,
    key=key,
    write=write,
    write_town=write_town,
    invent=invent,
    share_of_towns=0.18,
    weights={"city": 0.6, "town": 0.2, "village": 0.2},
    hard=(
        "designators swapped", "province in the text", "ordinal: Roman, Latin",
        "ordinal: Roman, look-alike", "ruler's numeral in look-alikes",
        "ruler's numeral in digits or as a word", "estate: Roman, Latin",
        "estate: Roman, look-alike",
        "estate: number joined", "Latin letter in a Cyrillic word", "кв. for an estate",
        "block without a word for it", "beside a block", "letter set apart",
        "letter that is not mapped", "several numbers", "capitals", "quotes: others",
        "Latin by law", "no spaces", "title shortened", "first name as initials", "surname only",
        "ordinal: as digits", "ordinal: as a word", "typo in the street", "typo in the settlement",
        "one letter from another street", "same-named settlements, municipality given",
        "two streets of one name, told apart by the designator", "settlement at the end",
        "no number", "postcode", "district of the city", "words in the other columns",
    ),
    both=("{one}; {other}", "{one} / {other}", "{one} или {other}", "пост. {one}, наст. {other}"),
    outside=("Варна", "Пловдив", "Бургас", "Стара Загора", "Видин", "Плевен", "Добрич", "Смолян"),
    nothing=(
        "", "-", "?", "няма", "няма адрес", "без адрес", "неизвестен", "неизв.", "не е посочен",
        "в чужбина", "Германия", "Испания, Валенсия", "не живее тук", "служебен адрес",
        "0888 123 456", "123", "…", "заминали", "при баба си", "до магазина", "зад училището",
        "до автогарата", "срещу църквата", "последната къща", "ромска махала", "вилна зона",
    ),
)  # fmt: skip
