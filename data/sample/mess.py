"""Addresses as clerks type them: the invented ones are as untidy as the real lists.

The shares follow 7,466 distinct real Bulgarian address strings: half carry "ул.", half "№", 53 %
straight quotes and 3.4 % others, 17 % an abbreviated or initial name, 2.9 % a Roman numeral in
Latin letters and 1.9 % in Cyrillic look-alikes, 0.4 % a word that mixes scripts, 3.6 % a letter
behind the number, and 59.6 % of the village addresses have no street at all. The constants below
are chances of a single stroke of the pen, so that the whole list comes out like that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.sample.doors import Door
from data.sample.facts import SettlementFact
from data.sample.naming import NamedStreet
from data.sample.world import World

if TYPE_CHECKING:
    import numpy as np

_LEAD = 0.95
_NUMBER_SIGN = 0.63
_QUOTES, _OTHER_QUOTES = 0.7, 0.042
_SHORT_NAME = 0.78
_NO_STREET = 0.67
_NO_STREET_NUMBER = 0.5
_ROMAN_ESTATE = 0.6
_LATIN_NUMERALS = 0.6
_MIXED_SCRIPT = 0.008
_CAPITALS = 0.05

_LOOK_ALIKES = str.maketrans("АВЕКМНОРСТХаеорсух", "ABEKMHOPCTXaeopcyx")
_CYRILLIC_NUMERALS = str.maketrans("IVX", "ІѴХ")
_ENTRANCES = "АБВГ"
_FIRST_NAMES = {
    "Христо": ("Хр.", "Хр."), "Георги": ("Г.", "Г."), "Стефан": ("Ст.", "Ст."),
    "Александър": ("Ал.", "Ал."), "Димитър": ("Д.", "Дим."), "Иван": ("Ив.", "И."),
    "Никола": ("Н.", "Ник."), "Генерал": ("Ген.", "ген."), "Капитан": ("Кап.", "кап."),
    "Братя": ("Бр.", "Братя"), "Свети": ("Св.", "св."), "Хаджи": ("Х.", "Хаджи"),
    "Цар": ("Цар", "Ц."), "Княз": ("Княз", "Кн."), "Хан": ("Хан", "Хан"),
    "Отец": ("Отец", "О."), "Баба": ("Баба", "Баба"), "Дядо": ("Дядо", "Дядо"),
}  # fmt: skip
"""How people shorten the first word of a name; others become an initial."""


@dataclass(frozen=True, slots=True)
class Written:
    """An address as it stands in the list."""

    text: str
    settlement: str
    """The column of its own; empty when the clerk left it to the address."""
    names: str
    """The best it can be found by: house, street, quarter, settlement or nothing."""


def even_lots(start: float) -> Iterator[float]:
    """Numbers in [0, 1) that fill every stretch of it evenly: steps by the golden ratio.

    So a list of a few hundred has its share of each rare trouble, where chance would miss some.
    """
    while True:
        start = (start + (math.sqrt(5) - 1) / 2) % 1
        yield start


@dataclass(frozen=True)
class Clerk:
    """Somebody who types addresses, with the habits of chance."""

    world: World
    random: np.random.Generator
    lots: Iterator[float]
    """Numbers in [0, 1) that decide which addresses get a flaw."""

    def chance(self, share: float) -> bool:
        """True in `share` of all cases."""
        return bool(self.random.random() < share)

    def pick(self, *choices: str) -> str:
        """One of the choices."""
        return choices[int(self.random.integers(len(choices)))]

    def write(self, door: Door) -> Written:
        """The address of a door, now and then a false or useless one."""
        fact = self.world.facts[door.place]
        flaw = self._flaw()
        core, names = flaw(door) if flaw else self._honest(door)
        column = self._settlement_column(fact)
        lead = self._settlement(fact) if not core or not column or self.chance(0.45) else ""
        text = (self.pick(", ", ", ", " ") if lead and core else "").join((lead, core))
        return Written(self._slip(self._surround(text, fact)), column, names)

    def _honest(self, door: Door) -> tuple[str, str]:
        """What is left of the address behind the settlement, and how precise that is."""
        fact = self.world.facts[door.place]
        if door.estate >= 0:
            return self._block(door) + self._unit(), "house"
        named = door.street >= 0 and not (fact.kind == "village" and self.chance(_NO_STREET))
        if named:
            return self._street(self.world.streets[door.street]) + self._number(
                door.number
            ), "house"
        if self.chance(_NO_STREET_NUMBER):
            found = "house" if door.street < 0 else "settlement"
            return self._number(door.number).strip(" ,"), found
        return "", "settlement"

    # --- what is wrong with some addresses --------------------------------------------------

    def _flaw(self) -> Callable[[Door], tuple[str, str]] | None:
        """One kind of trouble, for one address in nine."""
        flaws: tuple[tuple[float, Callable[[Door], tuple[str, str]]], ...] = (
            (0.012, self._service_address),
            (0.018, self._number_beyond),
            (0.010, self._no_such_street),
            (0.010, self._landmark),
            (0.007, self._two_addresses),
            (0.004, self._unknown),
            (0.015, self._swapped_kind),
            (0.018, self._misspelt),
            (0.012, self._in_latin),
            (0.012, self._old_name),
        )
        drawn = next(self.lots)
        for share, flaw in flaws:
            if drawn < share:
                return flaw
            drawn -= share
        return None

    def _service_address(self, door: Door) -> tuple[str, str]:
        hall = self.world.facts[door.place].municipality
        return self.pick("служебен адрес", f"служебен адрес, Община {hall}", "сл. адрес"), "nothing"

    def _number_beyond(self, door: Door) -> tuple[str, str]:
        """A number that the street never had."""
        if door.street < 0:
            return self._honest(door)
        number = str(int(self.random.integers(400, 900)))
        return self._street(self.world.streets[door.street]) + self._number(number), "street"

    def _no_such_street(self, door: Door) -> tuple[str, str]:
        """A street of another settlement only."""
        here = {s.name for s in self.world.streets if s.place == door.place}
        others = [s for s in self.world.streets if s.name is not None and s.name not in here]
        if not others:
            return self._honest(door)
        street = others[int(self.random.integers(len(others)))]
        return self._street(street) + self._number(door.number), "settlement"

    def _landmark(self, door: Door) -> tuple[str, str]:
        if door.estate >= 0:
            return self._block(door, near=True), "quarter"
        what = self.pick("до училището", "до магазина", "зад кметството", "последната къща вляво")
        return what, "settlement"

    def _two_addresses(self, door: Door) -> tuple[str, str]:
        """A registered address and a present one in one cell."""
        streets = [s for s in self.world.streets if s.place == door.place and s.name is not None]
        if not streets:
            return self._honest(door)
        street = streets[int(self.random.integers(len(streets)))]
        other = self._street(street) + self._number(str(int(self.random.integers(1, 40))))
        mine, names = self._honest(door)
        return self.pick(f"{mine} / {other}", f"{mine}; {other}"), names

    def _unknown(self, _door: Door) -> tuple[str, str]:
        return self.pick("адрес неизвестен", "неизвестен", "няма адрес"), "nothing"

    def _swapped_kind(self, door: Door) -> tuple[str, str]:
        """A street called a boulevard, or the other way round."""
        if door.street < 0:
            return self._honest(door)
        street = self.world.streets[door.street]
        wrong = "ул. " if street.designator == "бул." else "бул. "
        assert street.name is not None, "a door's street has a name"
        return f"{wrong}{street.name.name}{self._number(door.number)}", "house"

    def _misspelt(self, door: Door) -> tuple[str, str]:
        """A letter dropped, doubled or changed for its neighbour, but not the first."""
        if door.street < 0:
            return self._honest(door)
        street = self.world.streets[door.street]
        assert street.name is not None, "a door's street has a name"
        name = street.name.name
        at = int(self.random.integers(1, max(2, len(name) - 1)))
        wrong = self.pick(
            name[:at] + name[at + 1 :],
            name[: at + 1] + name[at:],
            name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
        )
        return f"{street.designator} {wrong}{self._number(door.number)}", "house"

    def _in_latin(self, door: Door) -> tuple[str, str]:
        """Romanised by the law."""
        if door.street < 0:
            return self._honest(door)
        street = self.world.streets[door.street]
        assert street.name is not None, "a door's street has a name"
        lead = "bul." if street.designator == "бул." else "ul."
        digits = "".join(ch for ch in door.number if ch.isdigit())
        place = self.world.facts[door.place].name_en
        letter = " A" if door.number[-1] == "А" else ""
        named = "house" if letter or door.number.isdigit() else "street"
        return f"{lead} {street.name.name_en} {digits}{letter}, {place}", named

    def _old_name(self, door: Door) -> tuple[str, str]:
        street = self.world.streets[door.street] if door.street >= 0 else None
        if street is None or street.name is None or not street.name.old_name:
            return self._honest(door)
        return f"{street.designator} {street.name.old_name}{self._number(door.number)}", "house"

    # --- pieces -----------------------------------------------------------------------------

    def _settlement_column(self, fact: SettlementFact) -> str:
        if self.chance(0.12):
            return ""
        return self.pick(fact.name, fact.name, fact.written)

    def _settlement(self, fact: SettlementFact) -> str:
        """гр. Русе, гр.Русе, град Русе; с. Николово."""
        if fact.kind == "town":
            return self.pick("гр. ", "гр.", "гр.", "град ", "гр ") + fact.name
        return self.pick("с. ", "с.", "с.", "село ", "с ") + fact.name

    def _surround(self, text: str, fact: SettlementFact) -> str:
        """Municipality, province or postcode around the address."""
        drawn = self.random.random()
        if drawn < 0.07:
            return f"{text}, {self.pick('общ. ', 'общ.', 'община ')}{fact.municipality}"
        if drawn < 0.10:
            return f"{self.pick('обл. Русе', 'обл.Русе', 'област Русе')}, {text}"
        if drawn < 0.13:
            return f"{fact.postcode} {text}"
        return text

    def _street(self, street: NamedStreet) -> str:
        short = {
            "ул.": ("ул. ", "ул.", "ул.", "ул. ", "ул ", "улица "),
            "бул.": ("бул. ", "бул.", "булевард "),
        }
        assert street.name is not None, "a door's street has a name"
        lead = self.pick(*short[street.designator]) if self.chance(_LEAD) else ""
        name = street.name.name
        if street.name.kind == "person" and self.chance(_SHORT_NAME):
            name = self._shortened(name)
        return lead + self._quoted(self._numerals(name))

    def _shortened(self, name: str) -> str:
        """Хр. Ботев, В.Левски, Г.С.Раковски."""
        *first, last = name.split()
        if not first or set(last) <= set("IVX"):
            return name
        gap = self.pick("", " ")
        short = [self.pick(*_FIRST_NAMES.get(word, (f"{word[0]}.",))) for word in first]
        return gap.join([*short, last]) if short[-1].endswith(".") else " ".join([*short, last])

    def _numerals(self, name: str) -> str:
        if not set(name.split()[-1]) <= set("IVX") or self.chance(_LATIN_NUMERALS):
            return name
        *rest, numeral = name.split()
        return " ".join([*rest, numeral.translate(_CYRILLIC_NUMERALS)])

    def _quoted(self, name: str) -> str:
        drawn = self.random.random()
        if drawn < _QUOTES:
            return f'"{name}"'
        if drawn < _QUOTES + _OTHER_QUOTES:
            return self.pick(f"„{name}“", f"„{name}”", f"“{name}”", f"«{name}»")
        return name

    def _number(self, number: str) -> str:
        if number[-1].isalpha():
            digits, letter = number[:-1], number[-1]
            number = self.pick(number, number, f"{digits} {letter}", f"{digits}-{letter.lower()}")
        if self.chance(_NUMBER_SIGN):
            return self.pick(" № ", " №", " №", "№") + number
        return self.pick(" ", " ", ", ", " No ") + number

    def _block(self, door: Door, *, near: bool = False) -> str:
        name = self.world.grown.estates[door.estate].name
        if name[-1].isdigit() and self.chance(_ROMAN_ESTATE):
            roman = self._numerals("x " + "I" * int(name[-1])).split()[1]
            name = f"{name[:-2]}{self.pick(' ', ' ', '-')}{roman}"
        lead = self.pick("ж.к. ", "ж.к.", "жк ", "ЖК ", "кв. ")
        how = self.pick("до ", "зад ", "срещу ") if near else ""
        block = how + self.pick("бл. ", "бл.", "блок ", "бл ") + door.number
        return f"{lead}{self._quoted(name)}{self.pick(', ', ' ')}{block}"

    def _unit(self) -> str:
        """вх. Б, ет. 3, ап. 14, as far as the list has it."""
        text = ""
        if self.chance(0.8):
            text += f"{self.pick(', ', ' ')}{self.pick('вх. ', 'вх.')}{self.pick(*_ENTRANCES)}"
        if self.chance(0.7):
            text += f"{self.pick(', ', ' ')}{self.pick('ет. ', 'ет.')}{self.random.integers(1, 9)}"
        flat = f"{self.pick(', ', ' ')}{self.pick('ап. ', 'ап.')}{self.random.integers(1, 49)}"
        return text + flat

    def _slip(self, text: str) -> str:
        """Capitals, a word in two scripts, or two blanks, now and then."""
        if self.chance(_CAPITALS):
            return text.upper()
        if self.chance(_MIXED_SCRIPT):
            words = text.split(" ")
            fit = [i for i, word in enumerate(words) if word[:1].translate(_LOOK_ALIKES) != word[:1]
                   and len(word) > 3]  # fmt: skip
            for at in fit[:1]:
                words[at] = words[at][0].translate(_LOOK_ALIKES) + words[at][1:]
            text = " ".join(words)
        return text.replace(" ", "  ", 1) if self.chance(0.02) else text
