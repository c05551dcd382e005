"""Words of the interface in the user's language.

English is the key. Catalogues are gettext .po files beside this module, edited with any gettext
tool; they are read as text when first needed, so no compiled file stands in the tree. A missing
translation shows the English words, never a blank.

In the catalogues `# reviewed: seen in a public document` and `# needs review` say how sure a
translation is.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from maps.texts import words
from maps.texts.catalogue import read_po
from planning.errors import Fault, InputError
from planning.model import (
    Category,
    Level,
    Priority,
    Reason,
    Result,
    Role,
    Sex,
    Unit,
    Unserved,
    Window,
)
from planning.text import SPOKEN, Note, sentence

LANGUAGE_NAMES = {
    "bg": "Български",
    "en": "English",
    "az": "Azərbaycanca",
    "kk": "Қазақша",
    "ru": "Русский",
}
"""Every language by code, named as its speakers name it."""

LANGUAGES = tuple(LANGUAGE_NAMES)


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything that is said in one language."""

    language: str
    translations: NullTranslations

    def t(self, message: str, **values: object) -> str:
        """`message` in this language, its `{names}` filled with `values`, which stay as they are.

        Values may be hostile: only the catalogue's text is a format, and the result is plain text
        that still has to be escaped.
        """
        # The empty message is the catalogue's own head.
        said = self.translations.gettext(message) if message else ""
        return said.format_map(values) if values else said

    def n(self, singular: str, plural: str, count: int, **values: object) -> str:
        """The right form for `count`, which fills `{count}`."""
        return self.translations.ngettext(singular, plural, count).format_map(
            {"count": count, **values}
        )

    def said(self, *notes: Note) -> str:
        """What the planning said in parts, as one sentence of this language."""
        return sentence(map(self.part, notes), capital=self.capital)

    def part(self, note: Note) -> str:
        """One of them as it stands within a sentence."""
        return self.t(
            note.template, **{name: self._spoken(name, value) for name, value in note.values}
        )

    def capital(self, text: str) -> str:
        """`text` with a capital letter at its head; Azerbaijani has two letters i."""
        first = "İ" if self.language == "az" and text[:1] == "i" else text[:1].upper()
        return first + text[1:]

    def _spoken(self, name: str, value: str) -> str:
        """A value of a note: see `planning.text.SPOKEN`."""
        if name not in SPOKEN:
            return value
        if name == "what":
            return self.t(value)
        if name == "level":
            return self.level(Level(value))
        if name == "sex":
            return ", ".join(self.t(words.SEXES[Sex(sex)]) for sex in value.split(", "))
        if name == "institutions":
            return self.institutions(value.split(", "))
        return self.date(datetime.date.fromisoformat(value))

    def why(self, unserved: Unserved) -> str:
        """The reason why nobody is sent, and the rule in words."""
        said = self.reason(unserved.reason)
        return f"{said}: {self.said(*unserved.because)}" if unserved.because else said

    def date(self, day: datetime.date) -> str:
        """Thursday, 20.08.2026."""
        return f"{self.t(words.WEEKDAYS[day.weekday()])}, {day:%d.%m.%Y}"

    def short_date(self, day: datetime.date) -> str:
        """20.08."""
        return f"{day:%d.%m.}"

    def time(self, seconds: int) -> str:
        """Seconds after midnight as 09:05, to the minute before."""
        return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"

    def duration(self, seconds: float) -> str:
        """2 h 05 min."""
        hours, minutes = divmod(round(seconds / 60), 60)
        if not hours:
            return self.t("{minutes} min", minutes=minutes)
        return self.t("{hours} h {minutes} min", hours=hours, minutes=f"{minutes:02d}")

    def distance(self, metres: float) -> str:
        """850 m, 12.4 km, 3 077 km; with the language's decimal sign."""
        if metres < 950:
            return self.t("{metres} m", metres=f"{metres:.0f}")
        return self.t(
            "{kilometres} km",
            kilometres=self.number(metres / 1000, places=1 if metres < 99_950 else 0),
        )

    def number(self, value: float, *, places: int = 0) -> str:
        """`value` with the language's decimal sign and narrow spaces between thousands."""
        text = f"{value:,.{places}f}".replace(",", "\u202f")
        return text if self.language == "en" else text.replace(".", ",")

    def role(self, role: Role) -> str:
        """Planner, coordinator, …"""
        return self.t(words.ROLES[role])

    def reason(self, reason: Reason) -> str:
        """Why a visit is not made."""
        return self.t(words.REASONS[reason])

    def result(self, result: Result) -> str:
        """What a crew found at the door."""
        return self.t(words.RESULTS[result])

    def level(self, level: Level) -> str:
        """How precisely an address was found."""
        return self.t(words.LEVELS[level])

    def priority(self, priority: Priority) -> str:
        """How much a visit matters."""
        return self.t(words.PRIORITIES[priority])

    def institution(self, code: str) -> str:
        """An institution by its code; a code of the office's own is shown as it is."""
        known = words.INSTITUTIONS.get(code.lower())
        return self.t(known) if known else code

    def field(self, name: str) -> str:
        """What a column of a case list holds."""
        return self.t(words.FIELDS[name])

    def institutions(self, codes: Iterable[str]) -> str:
        """Several institutions in a fixed order."""
        return ", ".join(self.institution(code) for code in sorted(codes))

    def categories(self, categories: Iterable[Category]) -> str:
        """Why a child may need more help, in a fixed order."""
        return ", ".join(self.t(words.CATEGORIES[each]) for each in sorted(categories))

    def languages(self, codes: Iterable[str]) -> str:
        """Several languages by their codes, in a fixed order; an unknown code as it is."""
        return ", ".join(self.t(words.LANGUAGES.get(code, code)) for code in sorted(codes))

    def unit(self, unit: Unit) -> str:
        """Entrance, floor and flat, as far as they are known."""
        parts = (
            (unit.entrance, "entr. {value}"),
            (unit.floor, "fl. {value}"),
            (unit.flat, "apt. {value}"),
        )
        return ", ".join(self.t(said, value=value) for value, said in parts if value)

    def window(self, window: Window) -> str:
        """09:00–12:00, until 17:00 or from 17:00, with weekdays unless it is every one.

        A window that is cut off before the next part of the day ends a second before it.
        """
        start, end = self.time(window.start), self.time(window.end + (window.end % 60 == 59))
        hours = f"{start}–{end}"
        if end == "24:00" and window.start:
            hours = self.t("from {time}", time=start)
        elif not window.start and end != "24:00":
            hours = self.t("until {time}", time=end)
        if len(window.weekdays) == 7:
            return hours
        days = ", ".join(self.t(words.WEEKDAYS_SHORT[day]) for day in sorted(window.weekdays))
        return f"{days} {hours}"


def words_of(fault: Fault, texts: Texts) -> str:
    """What is wrong and what to do next, without where it is; the values stay as they are."""
    message = fault.message
    return texts.part(message) if isinstance(message, Note) else texts.t(message)


@cache
def translator(language: str) -> Texts:
    """The texts of `language`, one of `LANGUAGES`.

    Raises:
        InputError: there is no such language.
    """
    if language not in LANGUAGES:
        raise InputError(f"there is no language “{language[:20]}”; choose {', '.join(LANGUAGES)}")
    if language == "en":
        return Texts(language, NullTranslations())
    return Texts(language, catalogue(language))


@cache
def catalogue(language: str) -> GNUTranslations:
    """The catalogue of `language`, read from its .po file."""
    return read_po((files("maps.texts") / f"{language}.po").read_text("utf-8"))
