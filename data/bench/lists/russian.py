"""How addresses are typed in Russian: in Kazakhstan, in Moscow, and at times in Baku.

Designators before the name or after an adjective, "дом 219", 15/4, 12а, 29к2 and корп. 2 were seen
in published lists; the shares are our reading.
"""

from __future__ import annotations

import re

from data.bench.lists.writing import Clerk

KEYBOARD = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
"""ЙЦУКЕН."""

_LATIN = {
    **dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True)),
    **dict(zip("іғқңөұүәһ", "igknouuah", strict=True)),
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "",
    "ю": "yu", "я": "ya",
}  # fmt: skip
"""As passports of Kazakhstan and Russia had it before 2014, without apostrophes."""

DESIGNATORS = {
    "улица": {"ул. ": 48, "ул.": 22, "ул ": 6, "улица ": 12, "": 12},
    "проспект": {"пр. ": 24, "пр-т ": 24, "пр.": 14, "проспект ": 16, "просп. ": 12, "": 10},
    "микрорайон": {"мкр. ": 18, "мкр ": 22, "м-н ": 20, "мкр.": 10, "м-н. ": 2, "микрорайон ": 12,
                   "мкр-н ": 8, "": 8},
    "переулок": {"пер. ": 60, "пер.": 25, "переулок ": 15},
    "проезд": {"пр-д ": 40, "проезд ": 50, "пр. ": 10},
    "площадь": {"пл. ": 70, "площадь ": 30},
    "бульвар": {"б-р ": 60, "бульвар ": 40},
    "шоссе": {"шоссе ": 70, "ш. ": 30},
    "набережная": {"наб. ": 70, "набережная ": 30},
    "тупик": {"тупик ": 60, "туп. ": 40},
}  # fmt: skip


def split(name: str) -> tuple[str, str]:
    """Designator and name, wherever in it that stands; "" where there is none."""
    words = name.split()
    for place in (0, len(words) - 1):
        if len(words) > 1 and words[place].casefold() in DESIGNATORS:
            return words[place].casefold(), " ".join(words[:place] + words[place + 1 :])
    inside = [word for word in words if word.casefold() in DESIGNATORS]
    if inside:
        return inside[0].casefold(), " ".join(word for word in words if word != inside[0])
    return "", name


def plain(bare: str) -> str:
    """Alike for names that differ in case, marks or ё."""
    return " ".join(re.sub(r"[^\w\s]", " ", bare.casefold().replace("ё", "е")).split())


def designated(kind: str, name: str, clerk: Clerk) -> str:
    """The name with its designator, as typed: before it, after an adjective at times."""
    designator = clerk.style(DESIGNATORS.get(kind, {f"{kind} ".lstrip(): 1}))
    if not designator:
        clerk.troubles["no designator"] = None
    if designator and re.search(r"(?:ая|ий|ый|ой)$", name) and clerk.rng.random() < 0.4:
        return f"{name} {designator.strip()}"
    return designator + name


def romanised(text: str) -> str:
    """In Latin letters, letter by letter."""

    def latin(ch: str) -> str:
        other = _LATIN.get(ch.lower(), ch)
        return other.capitalize() if ch.isupper() else other

    return "".join(map(latin, text.replace("№", "No")))


def house(number: str, clerk: Clerk) -> str:
    """As "д. 5", "дом 5", "5"; 15/2 as "15 корп. 2", 12а as "12 А"."""
    fraction = re.fullmatch(r"(\d+)/(\d+)", number)
    block = re.fullmatch(r"(\d+\w?) ?к ?(\d+)", number)
    letter = re.fullmatch(r"(\d+) ?([^\W\d_])", number)
    if fraction and clerk.slips("fraction written otherwise", 0.3):
        first, second = fraction.groups()
        number = clerk.style({f"{first} корп. {second}": 30, f"{first}к{second}": 25,
                              f"{first} корпус {second}": 15, f"{first} к.{second}": 15,
                              f"{first} / {second}": 15})  # fmt: skip
    elif block and clerk.slips("building written otherwise", 0.6):
        first, second = block.groups()
        number = clerk.style({f"{first} корп. {second}": 35, f"{first}, корп. {second}": 20,
                              f"{first} к. {second}": 20, f"{first}/{second}": 10,
                              f"{first} корпус {second}": 15})  # fmt: skip
    elif letter and clerk.slips("letter set apart", 0.5):
        digits, sign = letter.groups()
        number = (
            digits
            + clerk.rng.choice((" ", "-", "", " - "))
            + clerk.rng.choice((sign.upper(), sign.lower()))
        )
    return clerk.style({"д. ": 24, "д.": 22, "дом ": 14, "дом № ": 3, "д ": 4, "№ ": 2,
                        "": 31}) + number  # fmt: skip


def flat(clerk: Clerk, *, share: float) -> str:
    """As "кв. 12": in Russian кв. is the flat, never the quarter."""
    if not clerk.slips("entrance, floor, flat", share):
        return ""
    number = clerk.rng.randint(1, 140)
    before = f"подъезд {clerk.rng.randint(1, 6)}, " if clerk.rng.random() < 0.06 else ""
    return before + clerk.style({"кв. ": 42, "кв.": 38, "кв ": 14, "квартира ": 6}) + str(number)


def with_flat(number: str, clerk: Clerk, *, share: float) -> str:
    """House and flat: "д. 5, кв. 12", or "5-12" as is said and typed in short."""
    if re.fullmatch(r"\d+", number) and clerk.slips("house-flat", 0.06):
        return f"{number}-{clerk.rng.randint(20, 140)}"
    rest = flat(clerk, share=share)
    return number + (clerk.style({", ": 70, " ": 25, ",": 5}) + rest if rest else "")
