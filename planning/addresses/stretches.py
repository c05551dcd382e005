"""An address cut into stretches: words that belong together, and what they are about.

A designator, a separator or a preposition begins a stretch. A designator's name stands before or
behind it, its number too: "ул. Гоголя 15", "Гоголь көшесі, 15-үй".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planning.addresses.grammar import BREAK, Designator, Grammar, Part, Side
from planning.addresses.keys import (
    designator_at,
    designators_at,
    ordinal_size,
    roman,
    take_number,
)
from planning.addresses.tokens import Token

UNITS = {Part.ENTRANCE, Part.FLOOR, Part.FLAT}
_DOORS = {Part.BLOCK, Part.NUMBER}
_AREAS = {Part.PROVINCE, Part.MUNICIPALITY, Part.DISTRICT, Part.MAYORALTY, Part.SETTLEMENT}
"""Parts that no house number belongs to."""
_SINGLE = {*UNITS, Part.BLOCK, Part.NUMBER, Part.POSTCODE}
"""Parts that take one value only; what follows them belongs to something else."""
NUMBERED = {Part.STREET, Part.QUARTER, Part.PLAIN}
"""Parts that a number after them belongs to."""
_SKIPPED = {Part.COUNTRY, Part.NOISE}
"""Words that say nothing about the place within a region."""


@dataclass(slots=True)
class Stretch:
    """Words that belong together, and what they are about."""

    part: Part
    kind: str = ""
    tokens: tuple[Token, ...] = ()
    number: str = ""
    """A house number that stood in it with a designator of its own ("№ 5")."""
    near: bool = False
    """Follows "до", "зад", …: it is beside the place, not the place."""
    typed: tuple[Token, ...] = ()
    """Its designator."""
    after: bool = False
    """Its designator stands behind it: words at its beginning may name the town."""
    corner: bool = False
    """Follows "ъгъл": one of two streets that cross."""


def cut(tokens: Sequence[Token], grammar: Grammar) -> list[Stretch]:
    """The stretches of `tokens`, in their order."""
    return _Cutter(tokens, grammar).cut()


class _Cutter:
    """Walks over the tokens once and keeps the stretch that is open."""

    def __init__(self, tokens: Sequence[Token], grammar: Grammar) -> None:
        self.tokens = tokens
        self.grammar = grammar
        self.done: list[Stretch] = []
        self.part = Part.PLAIN
        self.kind = ""
        self.open: list[Token] = []
        self.number = ""
        self.near = False
        self.corner = False
        self.after = False
        self.typed: tuple[Token, ...] = ()

    def cut(self) -> list[Stretch]:
        at = 0
        while at < len(self.tokens):
            at = self._step(at)
        self._close()
        return self.done

    def _step(self, at: int) -> int:
        token = self.tokens[at]
        if self._is_break(at):
            return self._another(at + 1, BREAK)
        if token.text in ",;":
            self._close()
            self.near = self.corner = False
            return at + 1
        if token.text in self.grammar.corner:
            self._close()
            self.near, self.corner = False, True
            return at + 1
        if self.corner and not self.open and token.text in self.grammar.links:
            return at + 1
        if token.text in self.grammar.near and self._may_close_landmark(at):
            self.near = True
            self._close()
            self.near = False
            return at + 1
        if token.text in self.grammar.near and self._may_open_landmark(at):
            self._close()
            self.near = True
            return at + 1
        for designator, size in designators_at(self.tokens, at, self.grammar):
            end = self._explained(designator, at, size)
            if end is not None:
                return end
        if self.after and not self._continues_number(token):
            self._close()
        self.open.append(token)
        return at + 1

    def _is_break(self, at: int) -> bool:
        """A semicolon, a slash between spaces or an "и" after a number, with words behind it."""
        token = self.tokens[at]
        if at + 1 >= len(self.tokens):
            return False
        after = self.tokens[at + 1]
        if token.text in self.grammar.links and self.open and self.open[-1].number:
            # "Липа 6 и Шипка 12", but "və ya" is a mark of its own.
            return after.word and designator_at(self.tokens, at, self.grammar) is None
        if token.text not in ";/":
            return False
        name = after.word or ordinal_size(self.tokens[at + 1 :], self.grammar) > 0
        return name and (token.text == ";" or not (token.glued or after.glued))

    def _explained(self, designator: Designator, at: int, size: int) -> int | None:
        """Takes the designator at token `at` as one; where it ends, or None: it is none here."""
        if designator.part in _SINGLE:
            return self._single(designator, at, size)
        side = self._side(at, size, designator)
        if side is Side.AFTER:
            return self._named(designator, at, at + size)
        return self._begin(designator, at, size) if side is Side.BEFORE else None

    def _another(self, end: int, kind: str) -> int:
        """Leaves a mark that another address may begin here."""
        self._close()
        self.near = self.corner = False
        self.done.append(Stretch(Part.NOISE, kind))
        return end

    def _may_close_landmark(self, at: int) -> bool:
        """A postposition ends what the place is beside: "məktəbin yanında"."""
        ends = at + 1 == len(self.tokens) or self.tokens[at + 1].text in ",;"
        numbered = any(token.number for token in self.open)
        return ends and bool(self.open) and self.part is Part.PLAIN and not numbered

    def _may_open_landmark(self, at: int) -> bool:
        """A preposition is part of a name right after its designator: ул. Под игото."""
        if at + 1 >= len(self.tokens) or self.near or self.corner or self.tokens[at].dotted:
            return False
        return bool(self.open) or self.part is Part.PLAIN

    # Designators of names ---------------------------------------------------------------------

    def _side(self, at: int, size: int, designator: Designator) -> Side | None:
        """Where the name of the designator at token `at` stands; None: it is no designator."""
        after = self.tokens[at + size] if at + size < len(self.tokens) else None
        last = self.tokens[at + size - 1]
        follows = after is not None and (
            after.word and designator_at(self.tokens, at + size, self.grammar) is None
        )
        side = designator.side
        behind = side is not Side.BEFORE and self._may_follow(designator, last, at + size)
        if behind and (side is not Side.EITHER or not follows):
            return Side.AFTER
        if side is Side.AFTER:
            return None
        if designator.careful and not self._stands_alone(last, after):
            return None
        if designator.part is Part.NOISE and designator.kind:
            return Side.BEFORE
        if designator.part in _SKIPPED:
            # "България" ends an address, or is what a street is called.
            names = self.part is not Part.PLAIN and not self.open
            numbered = after is not None and (after.number or self._is_number_mark(at + size))
            return None if names or numbered else Side.BEFORE
        if after is None or after.text in ",;":
            return None
        if designator.part is Part.SETTLEMENT and not last.dotted and self.open:
            # The last word of a name: "с. Ново село общ. Русе", "Студентски град бл. 5".
            named = self.part is Part.SETTLEMENT or not follows
            return None if named else Side.BEFORE
        if designator.part is self.part and not self.open and not after.word:
            return None  # ул. Площад 4
        return Side.BEFORE

    def _may_follow(self, designator: Designator, last: Token, end: int) -> bool:
        """The open words may be the name of a designator that stands behind its name."""
        open_name = self.part is Part.PLAIN or self._borrowed(designator)
        if not self.open or not (open_name or self._is_initial(designator)):
            return False
        if not any(token.word for token in self.open):
            digits = [token.number for token in self.open if token.text != "-"]
            return designator.part is Part.QUARTER and digits == [True]  # 8 мкр, 15-мкр
        if not designator.careful:
            return True
        # "М.К. Ататюрк": an initial. "Nizami k. 5" is a street, "Maştağa k." a village.
        fits = self._is_numbered(end) or designator.part is not Part.STREET
        return fits and last.dotted and not self.open[-1].dotted

    def _is_numbered(self, at: int) -> bool:
        """A house number stands at token `at`, or behind a comma or "№" there."""
        ahead = [token for token in self.tokens[at : at + 3] if token.text not in ",№"]
        return bool(ahead) and ahead[0].number

    def _is_initial(self, designator: Designator) -> bool:
        """A "Ş." was taken for a town (şəhər), but its words turn out to be a street's name."""
        return (
            designator.part in (Part.STREET, Part.QUARTER)
            and self.part in _AREAS
            and len(self.typed) == 1
            and len(self.typed[0].text) == 1
        )

    def _borrowed(self, designator: Designator) -> int:
        """Words of an open place name that belong to the designator behind them instead.

        "г. Караганда Ерубаев көшесі": all but the first. 0 where there is nothing to borrow.
        """
        fits = self.part in _AREAS and designator.part is not self.part
        return len(self.open) - 1 if fits and designator.part not in _SKIPPED else 0

    def _named(self, designator: Designator, start: int, end: int) -> int:
        """Takes the open words as the name of the designator behind them."""
        borrowed = self._borrowed(designator)
        if self._is_initial(designator):
            self.open = [*self.typed, *self.open]
            self.typed, self.part = (), Part.PLAIN
        elif borrowed:
            name = self.open[-borrowed:]
            del self.open[-borrowed:]
            self._close()
            self.open = name
        self.part, self.kind, self.after = designator.part, designator.kind, True
        self.typed = tuple(self.tokens[start:end])
        if self.part is Part.SETTLEMENT:
            end = self._village_number(end)
        if self.part in _AREAS:
            self._close()
        return end

    def _village_number(self, at: int) -> int:
        """Takes the number of a house that has no street: "Ulacalı kəndi 25"."""
        if at == len(self.tokens) or not self.tokens[at].number:
            return at
        number, end = take_number(self.tokens, at, self.grammar)
        after = self.tokens[end].text if end < len(self.tokens) else ","
        found = designator_at(self.tokens, end, self.grammar) if after not in ",;" else None
        ends = after in ",;" or (found is not None and found[0].part in _SINGLE)
        if not ends or (len(number) in self.grammar.postcode_digits and number.isdecimal()):
            return at
        self.number = number
        return end

    def _continues_number(self, token: Token) -> bool:
        """Part of the number behind a name that is complete: the а of "Абай көшесі 15 а"."""
        before = self.open[-1]
        if not token.word:
            return True
        if not (before.number or before.text in "-/"):
            return False
        grammar = self.grammar
        return (
            len(token.text) == 1
            or token.text in grammar.number_words
            or token.text in grammar.ordinal_endings
        )

    def _is_number_mark(self, at: int) -> bool:
        found = designator_at(self.tokens, at, self.grammar)
        return found is not None and found[0].part is Part.NUMBER

    def _stands_alone(self, last: Token, after: Token | None) -> bool:
        """A "с." that is a village, not an initial (ул. П. С. Захариев) and not a house letter."""
        if after is None or not after.word:
            return False
        if not any(token.word for token in self.open):
            return self.part is Part.PLAIN
        return last.dotted and not self.open[-1].dotted

    def _begin(self, designator: Designator, start: int, size: int) -> int:
        """Opens a stretch after the designator."""
        at = start + size
        if designator.part in _SKIPPED:
            if designator.kind:
                return self._another(at, designator.kind)
            self._close()
            return at
        # "14-й проезд Марьиной Рощи": the ordinal is the beginning of the name.
        ordinal = self.open if self.part is Part.PLAIN and self._is_ordinal() else []
        number = self._number_first() if designator.part is Part.STREET else ""
        if ordinal or number:
            self.open = []
        self._close()
        self.open, self.number = ordinal, number
        self.part, self.kind = designator.part, designator.kind
        self.typed = tuple(self.tokens[start:at])
        return self._skip_marks(at)

    def _number_first(self) -> str:
        """The number that opens "12 Rue Grimaldi"; "" where the country does not write so."""
        if not self.grammar.number_first or self.part is not Part.PLAIN:
            return ""
        start, number = self._open_number()
        return number if start == 0 else ""

    def _is_ordinal(self) -> bool:
        return bool(self.open) and ordinal_size(self.open, self.grammar) == len(self.open)

    # Designators of one value -----------------------------------------------------------------

    def _single(self, designator: Designator, at: int, size: int) -> int | None:
        """Takes the value beside the designator of a number, block, flat and the like."""
        first = self._skip_marks(at + size)
        value, end = self._value(designator.part, first)
        if designator.side is not Side.BEFORE:
            start, before = self._open_number()
            if before and self._reads_back(at, first, value):
                del self.open[start:]
                return self._put(designator.part, [Token(before, False, False)], at + size)
        if not value or (designator.careful and not self.tokens[first].number):
            return None
        return self._put(designator.part, self.tokens[first:end], self._ordinal_end(end), value)

    def _ordinal_end(self, at: int) -> int:
        """Past the "-ри" of "ет. 2-ри"."""
        ends = [token.text for token in self.tokens[at : at + 2]]
        if ends[:1] == ["-"] and ends[-1] in self.grammar.ordinal_endings:
            return at + 2
        return at

    def _reads_back(self, at: int, end: int, after: str) -> bool:
        """True for the үй of "15-үй", "15 үй 7 пәтер"; False for that of "үй 15 пәтер 7".

        A number stands before it; `after` is the value that token `end` begins.
        """
        if self.tokens[at - 1].text == "-":
            return True
        if after and not self.tokens[end].number:
            return False
        while end < len(self.tokens) and self.tokens[end].number:
            end = self._skip_marks(end + 1)
            if end == len(self.tokens):
                return False
            found = designator_at(self.tokens, end, self.grammar)
            if found is None or found[0].part not in _SINGLE or found[0].side is Side.BEFORE:
                return False
            end += found[1]
        return True

    def _open_number(self) -> tuple[int, str]:
        """Where the house number begins that the open words end with, and itself; -1: nowhere.

        The ending of an ordinal is no part of it: the "й" of "3-й этаж".
        """
        size = len(self.open)
        while size and (
            self.open[size - 1].text == "-"
            or (size > 1 and self.open[size - 1].text in self.grammar.ordinal_endings)
        ):
            size -= 1
        tokens = self.open[:size]
        for start in range(max(size - 5, 0), size):
            if tokens[start].number:
                number, end = take_number(tokens, start, self.grammar)
                if end == size:
                    return start, number
        return -1, ""

    def _put(self, part: Part, tokens: Sequence[Token], end: int, value: str = "") -> int:
        """Files the value that `tokens` hold, with the entrance and flat it may end in."""
        kept, unit = _unit_tail(tokens, self.grammar) if part in _DOORS else (len(tokens), [])
        if unit:
            value, _ = take_number(tokens[:kept], 0, self.grammar)
        value = value or tokens[0].text
        if part is Part.NUMBER and self.part in NUMBERED and self.open and not self.number:
            self.number = value
            self._close()
        else:
            self._close()
            self.done.append(Stretch(part, "", (Token(value, False, False),), near=self.near))
        self.done += unit
        return end

    def _skip_marks(self, at: int) -> int:
        """Past the hyphen of "бл-5" and the sign of "ev № 5", "ev N 5"."""
        while at < len(self.tokens) and (self.tokens[at].text in "-№" or self._is_number_sign(at)):
            at += 1
        return at

    def _is_number_sign(self, at: int) -> bool:
        """An N or No before a number."""
        after = at + 1
        return (
            self.tokens[at].text in ("n", "no")
            and after < len(self.tokens)
            and self.tokens[after].number
        )

    def _value(self, part: Part, at: int) -> tuple[str, int]:
        """A number, a letter or a short word after the designator of a unit, block or number."""
        if at >= len(self.tokens):
            return "", at
        token = self.tokens[at]
        if token.number:
            if part is Part.POSTCODE:
                return token.text, at + 1
            return take_number(self.tokens, at, self.grammar)
        if part in (Part.NUMBER, Part.POSTCODE) or not token.word:
            return "", at
        if len(token.text) > 1 and designator_at(self.tokens, at, self.grammar) is not None:
            return "", at
        value = roman(token)
        folded = self.grammar.fold(token.text)
        if part is Part.FLOOR and (value or folded in self.grammar.ordinals):
            return str(value or self.grammar.ordinals[folded]), at + 1
        if len(token.text) <= 2 or (part is Part.FLOOR and len(token.text) < 10):
            return token.text, at + 1
        return "", at

    def _close(self) -> None:
        if self.open:
            self._file()
        self.part, self.kind, self.open, self.number, self.typed = Part.PLAIN, "", [], "", ()
        self.after = False

    def _file(self) -> None:
        """Puts the open stretch to those that are done, and the unit at its end behind it."""
        while self.open and self.open[-1].text in "-/":
            self.open.pop()
        unit = self._take_unit() if self.part in NUMBERED and not self.number else []
        if any(t.word or t.number for t in self.open):
            self.done.append(
                Stretch(
                    self.part,
                    self.kind,
                    tuple(self.open),
                    self.number,
                    self.near,
                    self.typed,
                    self.after,
                    self.corner and self.part in (Part.STREET, Part.PLAIN),
                )
            )
        self.done += unit

    def _take_unit(self) -> list[Stretch]:
        """Takes entrance and flat off the end of the open words."""
        kept, unit = _unit_tail(self.open, self.grammar)
        numbered = any(token.number for token in self.open[: kept - 1])
        if self.part is Part.QUARTER and len(unit) == 1 and not numbered:
            return []  # "мкр. Гульдер 1-15" or "мкр. Кунгей 11-12": see `readings`
        del self.open[kept:]
        return unit


def _unit_tail(tokens: Sequence[Token], grammar: Grammar) -> tuple[int, list[Stretch]]:
    """How many of `tokens` are left without the entrance and flat they end in, and those.

    "305-Б-12" is block, entrance and flat anywhere; "12 A 5" where the grammar says that a flat
    follows the letter, "15-20" where it says that one follows the dash.
    """
    size = len(tokens)
    if size < 3 or not tokens[-1].number:
        return size, []
    flat = Stretch(Part.FLAT, tokens=(tokens[-1],))
    ending = "".join(map(shape, tokens[-5:]))
    if ending in ("9-a-9", "9/a/9"):
        return size - 4, [Stretch(Part.ENTRANCE, tokens=(tokens[-3],)), flat]
    numbered = tokens[-2].text in grammar.number_words
    if grammar.flat_after_letter and ending.endswith("9a9") and not numbered:
        return size - 1, [Stretch(Part.ENTRANCE, tokens=(tokens[-2],)), flat]
    dashed = grammar.flat_after_dash and ending.endswith(("9-9", "9a-9"))
    return (size - 2, [flat]) if dashed and not ending.endswith("-9-9") else (size, [])


def shape(token: Token) -> str:
    """A number as 9, a letter as a, a word as w, marks as they are."""
    if token.number:
        return "9"
    if token.word:
        return "a" if len(token.text) == 1 else "w"
    return token.text
