"""Addresses as clerks type them: the invented ones are as untidy as the real lists.

Shares follow 7,466 real Bulgarian address strings (see `docs/addresses.md` for the measurement):
half carry "ул.", half "№", 17 % an abbreviated or initial name, 53 % straight quotes, 3.4 % other
quotes, 0.4 % a word that mixes scripts, and 60 % of village addresses have no street at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.sample.doors import Door, NamedStreet
from data.sample.facts import SettlementFact
from data.sample.streets import Estate

if TYPE_CHECKING:
    import numpy as np

_LOOK_ALIKES = str.maketrans("АВЕКМНОРСТХаеорсух", "ABEKMHOPCTXaeopcyx")
_ENTRANCES = "АБВГ"


@dataclass(frozen=True, slots=True)
class Clerk:
    """Somebody who types addresses, with the habits of chance."""

    random: np.random.Generator

    def chance(self, share: float) -> bool:
        """True in `share` of all cases."""
        return bool(self.random.random() < share)

    def pick(self, *choices: str) -> str:
        """One of the choices."""
        return choices[int(self.random.integers(len(choices)))]

    def write(
        self,
        door: Door,
        fact: SettlementFact,
        street: NamedStreet | None,
        estate: Estate | None,
    ) -> str:
        """The address of a door."""
        parts = [self.settlement(fact)] if self.chance(0.62) or fact.kind == "village" else []
        if estate is not None:
            parts.append(self._estate(door, estate))
        elif street is not None and not (fact.kind == "village" and self.chance(0.596)):
            parts.append(self._street(street) + self._number(door.number))
        elif self.chance(0.6):
            parts.append(self._number(door.number).strip())
        text = self.pick(", ", ", ", ", ", " ").join(parts)
        if self.chance(0.06):
            text += f", общ. {fact.municipality}"
        return text.upper() if self.chance(0.04) else self._slip(text)

    def settlement(self, fact: SettlementFact) -> str:
        """гр. Русе, гр.Русе, град Русе; с. Николово."""
        if fact.kind == "town":
            return self.pick("гр. ", "гр.", "град ", "гр ") + fact.name
        return self.pick("с. ", "с.", "село ", "с ") + fact.name

    def _street(self, street: NamedStreet) -> str:
        short = {"ул.": ("ул. ", "ул.", "ул ", "улица "), "бул.": ("бул. ", "бул.", "булевард ")}
        lead = self.pick(*short[street.designator]) if self.chance(0.72) else ""
        name = street.name.name
        words = name.split()
        if street.name.kind == "person" and len(words) == 2 and self.chance(0.3):
            name = f"{words[0][: self.random.integers(1, 4)]}.{self.pick('', ' ')}{words[1]}"
        if self.chance(0.03) and street.name.old_name:
            name = street.name.old_name
        quoted = self.random.random()
        if quoted < 0.53:
            return f'{lead}"{name}"'
        if quoted < 0.564:
            return f"{lead}„{name}“"
        return f"{lead}{name}"

    def _number(self, number: str) -> str:
        if number[-1].isalpha():
            number = self.pick(number, f"{number[:-1]} {number[-1]}", f"{number[:-1]}-{number[-1]}")
        return self.pick(" № ", " №", " №", " ", " ", ", ") + number

    def _estate(self, door: Door, estate: Estate) -> str:
        name = estate.name
        if name[-1].isdigit() and self.chance(0.35):
            digit = int(name[-1])
            roman = "I" * digit if self.chance(0.6) else "І" * digit  # Latin, or Cyrillic і
            name = f"{name[:-2]}{self.pick(' ', '-')}{roman}"
        lead = self.pick("ж.к. ", "ж.к.", "жк ", "ЖК ", "кв. ")
        name = f'"{name}"' if self.chance(0.5) else name
        text = f"{lead}{name}{self.pick(', ', ' ')}{self.pick('бл. ', 'бл.', 'блок ')}{door.number}"
        if self.chance(0.8):
            text += f"{self.pick(', ', ' ')}{self.pick('вх. ', 'вх.')}{self.pick(*_ENTRANCES)}"
        if self.chance(0.7):
            text += f"{self.pick(', ', ' ')}ет. {self.random.integers(1, 9)}"
        return (
            text + f"{self.pick(', ', ' ')}{self.pick('ап. ', 'ап.')}{self.random.integers(1, 49)}"
        )

    def _slip(self, text: str) -> str:
        """A word in two scripts, or two blanks, now and then."""
        if self.chance(0.012):
            words = text.split(" ")
            at = int(self.random.integers(len(words)))
            words[at] = words[at][:1].translate(_LOOK_ALIKES) + words[at][1:]
            text = " ".join(words)
        return text.replace(" ", "  ", 1) if self.chance(0.02) else text
