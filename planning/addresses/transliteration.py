"""Bulgarian names in Latin letters and back.

Source: Закон за транслитерацията (State Gazette 19/2009), articles 3-6: letter by letter with
щ→sht, ж→zh, ц→ts, ч→ch, ш→sh, ю→yu, я→ya, х→h, ъ→a, ь→y, and a final -ия → -ia. The name of the
country (Bulgaria) and historic exceptions are spelled as the map spells them.
"""

from __future__ import annotations

import re
from functools import lru_cache

BULGARIAN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a",
    "ь": "y", "ю": "yu", "я": "ya",
}  # fmt: skip

_FINAL_IYA = re.compile(r"ия\b")
_LATIN_UNITS = sorted(
    ((latin, cyrillic) for cyrillic, latin in BULGARIAN.items() if cyrillic not in "ъь"),
    key=lambda pair: -len(pair[0]),
)
_BACK = dict(_LATIN_UNITS)
_UNIT = re.compile("|".join(re.escape(latin) for latin, _ in _LATIN_UNITS))
_FINAL_IA = re.compile(r"ia\b")


@lru_cache(maxsize=4096)
def to_latin(text: str) -> str:
    """`text` in lower-case Latin letters as the law romanises it; other letters stay."""
    folded = _FINAL_IYA.sub("ia", text.casefold())
    return "".join(BULGARIAN.get(ch, ch) for ch in folded)


@lru_cache(maxsize=4096)
def to_cyrillic(text: str) -> str:
    """The likeliest lower-case Cyrillic spelling of law-conform Latin `text`.

    Not an inverse: ъ and а are both "a" in Latin, so the answer may have а where ъ stood. Compare
    romanised names (`to_latin` of both) where that matters.
    """
    folded = _FINAL_IA.sub("ия", text.casefold())
    return _UNIT.sub(lambda match: _BACK[match.group()], folded)
