"""How clerks in Baku type addresses: Azerbaijani, without its letters, in Russian, in old Cyrillic.

That designators follow the name, the ways to write settlement, house and flat, postcodes with
"AZ" and old ones of six digits, Cyrillic forms, and the loss of ə, ı, ş, ç, ğ are from published
lists and general knowledge; the shares are our reading.
"""

from __future__ import annotations

import random
import re

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
    lettered,
    roman,
    squeezed,
    with_typo,
)
from planning.model import Address

KEYBOARD = ("qüertyuiopöğ", "asdfghjklıə", "zxcvbnmçş")
"""The Azerbaijani Latin keyboard, AZS 072-91."""

_ASCII = str.maketrans("əıışçğöüƏIİŞÇĞÖÜ", "eiiscgouEIISCGOU")
_SIGNS = {"ş": "sh", "ç": "ch", "ə": "a", "x": "kh", "c": "j", "q": "g", "ğ": "gh", "ı": "i",
          "ö": "o", "ü": "u"}  # fmt: skip
"""As in passports and on signs for foreigners."""
_CYRILLIC = dict(zip("abcçdeəfgğhxıijkqlmnoöprsştuüvyz",
                     "абҹчдеәфҝғһхыижкглмноөпрсштуүвјз", strict=True))  # fmt: skip
"""The Azerbaijani Cyrillic alphabet of 1958 to 1991."""

_STREETS = {
    "küçəsi": {" küçəsi": 46, " küç.": 24, " küç": 8, " k.": 4, " küçə": 3, "": 9},
    "prospekti": {" prospekti": 50, " pr.": 22, " pr": 6, " prosp.": 10, " prospekt": 6, "": 6},
}
_ESTATES = {
    "mikrorayon": {" mikrorayon": 40, " mkr.": 18, " mkr": 12, " m-n": 8, " mikr.": 12,
                   " mikrorayonu": 10},
    "qəsəbəsi": {" qəsəbəsi": 40, " qəs.": 35, " qəs": 12, " qəsəbə": 3, "": 10},
}  # fmt: skip
_RAYONS = (
    "Binəqədi", "Xətai", "Nərimanov", "Nəsimi", "Nizami", "Səbail", "Sabunçu", "Suraxanı",
    "Yasamal",
)  # fmt: skip


def split(name: str) -> tuple[str, str]:
    """Designator and name: "Nizami küçəsi" → "küçəsi", "Nizami"."""
    bare, _, designator = name.rpartition(" ")
    return (designator, bare) if bare else ("", name)


def key(bare: str) -> str:
    """Alike for names that differ in marks, case or the letters that ASCII lacks."""
    plain = re.sub(r"[^\w\s-]", " ", _lowered(bare).translate(_ASCII))
    return " ".join(re.sub(r"(\d+)[- ]?c[iu]\b", r"\1", plain).split())


def _lowered(text: str) -> str:
    """Small letters as Azerbaijani pairs them: I and ı, İ and i."""
    return text.replace("I", "ı").replace("İ", "i").lower()


# In Azerbaijani ---------------------------------------------------------------------------------


def _name(spot: Spot, clerk: Clerk, book: Book) -> str:
    bare = book.bare(spot.street)
    if re.match(r"\d+-c", bare):
        return _microdistrict(bare, clerk)
    words = bare.split()
    if len(words) == 2 and words[0].isalpha() and len(book.sharing(spot, words[1])) <= 1:
        if clerk.slips("first name as initials", 0.17):
            return f"{words[0][0]}.{clerk.rng.choice(('', ' '))}{words[1]}"
        if clerk.slips("surname only", 0.02):
            return words[1]
        if clerk.slips("surname first", 0.02):
            return f"{words[1]} {words[0]}"
    return with_typo(bare, clerk, KEYBOARD, lambda typed: book.clear(spot, typed))


def _microdistrict(bare: str, clerk: Clerk) -> str:
    """As it is typed: "7-ci", "7", "VII", "7 ci"."""
    number = re.sub(r"\D.*", "", bare)
    if not clerk.slips("microdistrict's number written otherwise", 0.6):
        return bare
    return clerk.style({number: 50, roman(int(number)): 15, bare.replace("-", " "): 15,
                        bare.replace("-", ""): 20})  # fmt: skip


def _where(spot: Spot, clerk: Clerk, book: Book) -> str:
    kind = split(spot.street.name)[0]
    name = _name(spot, clerk, book)
    if spot.street.estate:
        return name + clerk.style(_ESTATES.get(kind, {f" {kind}": 1}))
    if clerk.slips("designators swapped", 0.012):
        return name + (" pr." if kind == "küçəsi" else " küç.")
    designator = clerk.style(_STREETS.get(kind, {f" {kind}": 1}))
    if not designator:
        clerk.troubles["no designator"] = None
    elif clerk.slips("designator before the name", 0.06):
        return f"{designator.strip()} {name}"
    return name + designator


def _door(spot: Spot, clerk: Clerk) -> str:
    assert spot.door is not None
    number = spot.door.number
    if number[-1:].isalpha():
        clerk.troubles["letter after the number"] = None
        number = lettered(number, clerk)
    if clerk.slips("house word after the number", 0.03):
        return f"{number} {clerk.rng.choice(('nömrəli ev', 'saylı bina', 'nömrəli bina'))}"
    return clerk.style({"ev ": 22, "bina ": 20, "ev №": 4, "№ ": 4, "b. ": 3, "b.": 3,
                        "bina № ": 3, "": 40}) + number  # fmt: skip


def _flat(clerk: Clerk, *, estate: bool) -> str:
    if not clerk.slips("entrance, floor, flat", 0.8 if estate else 0.5):
        return ""
    rng = clerk.rng
    before = ""
    if rng.random() < 0.12:
        before = f"giriş {rng.randint(1, 6)}, mərtəbə {rng.randint(1, 12)}, "
    word = clerk.style({"mənzil ": 36, "m.": 24, "m. ": 10, "mən. ": 14, "mən.": 8, "m ": 8})
    return f"{before}{word}{rng.randint(1, 120)}"


def _city(clerk: Clerk) -> str:
    return clerk.style({"Bakı şəhəri": 36, "Bakı ş.": 28, "Bakı": 26, "Bakı şəh.": 10})


def _postcode(clerk: Clerk) -> str:
    """As "AZ1010", "AZ 1010", "1010", or of the six digits in use until 2005."""
    digits = f"{clerk.rng.randint(0, 99):02}"
    return clerk.style({f"AZ10{digits}": 55, f"AZ 10{digits}": 25, f"10{digits}": 12,
                        f"3700{digits}": 8})  # fmt: skip


def _rayon(spot: Spot, clerk: Clerk) -> str:
    """The city's district. The map has none: the same street is always said to lie in the same."""
    if not clerk.slips("district of the city", 0.3):
        return ""
    rayon = random.Random(spot.street.name).choice(_RAYONS)
    return rayon + clerk.style({" rayonu": 55, " r-nu": 12, " r.": 20, " ray.": 13})


def _azerbaijani(spot: Spot, clerk: Clerk, book: Book) -> tuple[str, str]:
    """Settlement and the rest, as typed."""
    where = _where(spot, clerk, book)
    parts = [_rayon(spot, clerk)]
    if "no number" in clerk.troubles:
        parts.append(where)
    else:
        gap = clerk.style({" ": 60, ", ": 40})
        parts += [f"{where}{gap}{_door(spot, clerk)}", _flat(clerk, estate=spot.street.estate)]
    rest = clerk.style({", ": 80, " ": 15, ",": 5}).join(part for part in parts if part)
    city = _city(clerk)
    plain = rest.translate(_ASCII)
    if plain != rest and clerk.slips("without the letters of Azerbaijani", 0.2):
        return city.translate(_ASCII), plain
    if clerk.slips("spelt for foreigners", 0.03):
        return "Baku", _by_letters(rest, _SIGNS)
    if clerk.slips("old Cyrillic", 0.03):
        return _by_letters(city, _CYRILLIC), _by_letters(rest, _CYRILLIC)
    if clerk.slips("capitals", 0.06):
        if clerk.rng.random() < 0.6:
            return city.replace("i", "İ").upper(), rest.replace("i", "İ").upper()
        return city.upper(), rest.upper()
    return city, rest


def _by_letters(text: str, table: dict[str, str]) -> str:
    def letter(ch: str) -> str:
        other = table.get(_lowered(ch), ch)
        return other.capitalize() if ch.isupper() else other

    words = re.split(r"\b([IVX]+)\b", text)
    # Every second piece is a Roman numeral, which is the same in all alphabets.
    words[::2] = ["".join(map(letter, word)) for word in words[::2]]
    return "".join(words)


# In Russian -------------------------------------------------------------------------------------


def _russian(spot: Spot, clerk: Clerk) -> tuple[str, str]:
    assert spot.door is not None
    kind, bare = russian.split(spot.street.names["ru"])
    where = russian.designated(kind, bare, clerk)
    city = clerk.style({"г. Баку": 45, "г.Баку": 25, "Баку": 25, "гор. Баку": 5})
    if "no number" in clerk.troubles:
        return city, where
    number = russian.with_flat(russian.house(spot.door.number, clerk), clerk, share=0.5)
    return city, where + clerk.style({", ": 70, " ": 30}) + number


# Whole lines ------------------------------------------------------------------------------------


def write(spot: Spot, clerk: Clerk, book: Book) -> Listed:
    """One address in a street or estate."""
    points, level = house_or_street(spot, clerk)
    if "ru" in spot.street.names and clerk.slips("Russian form", 0.08):
        city, rest = _russian(spot, clerk)
    else:
        city, rest = _azerbaijani(spot, clerk, book)
    if spot.town not in book.towns:
        city = spot.town.name
    settlement, text = laid_out(city, rest, clerk)
    postcode = _postcode(clerk) if clerk.slips("postcode", 0.15) else ""
    if postcode and not settlement:
        text, postcode = f"{postcode}, {text}", ""
    if clerk.slips("no spaces", 0.05):
        text = squeezed(text)
    address = Address(text, settlement, postcode=postcode)
    return Listed(address, Sought.PLACE, points, level, tuple(clerk.troubles))


_SYLLABLES = (
    "zür", "məl", "tov", "gən", "dəl", "şüv", "fır", "köz", "haq", "bəx", "tün", "vəl", "çib",
)  # fmt: skip


def invent(rng: random.Random) -> Names:
    """A street's name as a map would spell it, that Baku has not."""
    name = invented_street(rng, _SYLLABLES, ("zadə", "lıyev", "oğlu", "bəyli", "ət", "an"))
    first = rng.choice(("", "", "Tofiq ", "Zöhrə ", "Pərviz "))
    return {"name": f"{first}{name} {rng.choice(('küçəsi', 'küçəsi', 'prospekti'))}"}


AZERBAIJAN = Country(
    code="az",
    split=split,
    key=key,
    write=write,
    invent=invent,
    hard=(
        "designator before the name", "designators swapped", "without the letters of Azerbaijani",
        "Russian form", "old Cyrillic", "spelt for foreigners", "capitals", "postcode",
        "district of the city", "microdistrict's number written otherwise", "letter set apart",
        "first name as initials", "surname first", "surname only", "house word after the number",
        "typo in the street", "no spaces", "settlement at the end", "no number", "no designator",
    ),
    both=("{one}; {other}", "{one} / {other}", "qeydiyyat: {one}, faktiki: {other}"),
    outside=("Gəncə", "Sumqayıt", "Lənkəran", "Şəki", "Mingəçevir", "Naxçıvan", "Quba"),
    nothing=(
        "", "-", "yoxdur", "ünvan yoxdur", "ünvanı məlum deyil", "naməlum", "xaricdə", "Rusiya",
        "Türkiyə", "050 123 45 67", "12", "qohumlarının yanında", "bazarın yanı",
        "məktəbin arxası", "metronun yanında", "köçüb", "yataqxana", "məcburi köçkün",
    ),
)  # fmt: skip
