"""What our geocoder is compared to: queries cleaned as an engineer would, and two naive ways.

Cleaning, in the ways that were found to help Nominatim most: the cells are joined as "text,
settlement, municipality"; quotes, № and entrance, floor and flat are taken off; so are province,
municipality and district where the text names them, postcodes, and the words that stand before a
settlement, a street or a house; other abbreviations are written out. No name is corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from planning.addresses.gazetteer import Gazetteer
from planning.model import Address, LonLat

_UNIT = (
    r"(?:вх|ет|ап|вход|етаж|апартамент|подъезд|квартира|giriş|mərtəbə|mənzil|menzil|mən|men|m"
    r"|пәтер|патер|vh|et|ap)(?:\.\s*|\s+)\w{1,4}|кв(?:\.\s*|\s+)\d+|\d+[\s-]*(?:пәтер|патер)"
)
_ABOVE = (
    r"\w+\s(?:ауданы|облысы|область|обл\.)(?=[,;]|$)",
    r"(?:общ|обл)\.\s*[^,;]*?(?=[,;]|\s(?:гр|с|град|село|общ)\b|$)",
    r"(?:община|област)\s[^,;]*?(?=[,;]|\s(?:гр|с|град|село|общ)\b|$)",
    r"[^,;]*?\b(?:rayonu|r-nu|ray\.|r\.)\s*[,;]?",
    r"(?:р-н|район)\s[^,;]*[,;]?",
    r"(?:AZ\s?)?\d{4,6}(?=[,\s])",
    r"M\d\d[A-Z]\d[A-Z]\d",
)
_WORDS = (
    r"гр|град|с|село|г|гор|город|ş|şəh|şəhəri|seheri|s|seh|қ|қаласы|қ-сы|к-сы|каласы",
    r"ул|улица|бул|б-д|булевард|пл|площад|küçəsi|küç|kuc|kucesi|көшесі|к-сі|көш|кошеси",
    r"д|дом|ev|bina|b|үй|уй|nömrəli|saylı|nomreli|sayli|номер|ном|no|n",
)
_WRITTEN_OUT = (
    (r"бл", "блок"), (r"pr|prosp", "prospekti"), (r"qəs|qes", "qəsəbəsi"),
    (r"mkr|m-n|mikr", "mikrorayon"), (r"даңғ|д-лы", "даңғылы"), (r"пр-т|просп|пр", "проспект"),
    (r"мкр-н|мкр|м-н", "микрорайон"),
)  # fmt: skip


def _whole(pattern: str) -> re.Pattern[str]:
    """The pattern as a word, with its dot if it has one."""
    return re.compile(rf"(?<![\w-])(?:{pattern})(?:\.|(?![\w-]))", re.IGNORECASE)


_TAKEN_OFF = (
    re.compile("[\"'„“”«»№]"),
    re.compile(rf"(?<!\w)(?:{_UNIT})(?!\w)", re.IGNORECASE),
    *(re.compile(rf"(?<!\w)(?:{above})", re.IGNORECASE) for above in _ABOVE),
    re.compile(r"(?<=\d)-(?:үй|уй)(?!\w)", re.IGNORECASE),
    *map(_whole, _WORDS),
)
_REPLACED = tuple((_whole(short), long) for short, long in _WRITTEN_OUT)


def cleaned(address: Address, *, municipality: bool = True) -> str:
    """The address as one query for a search engine, with the municipality's column or without."""
    above = address.municipality if municipality else ""
    text = ", ".join(filter(None, (address.text, address.settlement, above)))
    for pattern in _TAKEN_OFF:
        text = pattern.sub(" ", text)
    for pattern, long in _REPLACED:
        text = pattern.sub(f"{long} ", text)
    parts = (" ".join(part.split()) for part in re.split("[,;]", text))
    return ", ".join(filter(None, parts))


class ExactMatch:
    """An address is found when its cleaned words are those of a settlement, street and number."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._known = {_words(line): at for line, at in _lines(gazetteer)}

    def search(self, addresses: Sequence[Address]) -> list[LonLat | None]:
        """The point of each, None where nothing equals it."""
        return [self._known.get(_words(_bare(address))) for address in addresses]


class FuzzyMatch:
    """rapidfuzz's token_set_ratio against every address of the region."""

    LEAST = 85.0
    """Score from which an answer counts, of 100."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._lines, self._points = zip(*_lines(gazetteer), strict=True)

    def search(self, addresses: Sequence[Address]) -> list[LonLat | None]:
        """The point of the likest line of each, None where none is like it."""
        return [self._likest(_bare(address)) for address in addresses]

    def _likest(self, query: str) -> LonLat | None:
        found = process.extractOne(
            query, self._lines, scorer=fuzz.token_set_ratio, score_cutoff=self.LEAST
        )
        return None if found is None else self._points[found[2]]


def _bare(address: Address) -> str:
    return cleaned(address, municipality=False).casefold()


def _words(line: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"\w+", line)))


def _lines(gazetteer: Gazetteer) -> Iterable[tuple[str, LonLat]]:
    """As "settlement, street number" every door, and every settlement by itself."""
    settlements = {each.code: each.name for each in gazetteer.settlements}
    streets = {each.street_id: each for each in gazetteer.streets}
    for door in gazetteer.numbers:
        street = streets[door.street_id]
        query = cleaned(
            Address(f"{street.name} {door.number}", settlements[street.settlement_code])
        )
        yield query.casefold(), (door.lon, door.lat)
    for settlement in gazetteer.settlements:
        yield settlement.name.casefold(), (settlement.lon, settlement.lat)
