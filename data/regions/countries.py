"""What OSM's admin_level means from country to country, and where the countries are.

Source: the OpenStreetMap wiki's table of admin_level by country
(https://wiki.openstreetmap.org/wiki/Tag:boundary%3Dadministrative), checked against real files.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Levels:
    """admin_level values by meaning, the preferred one first.

    A later municipal level counts only where no earlier one covers the land: a German city that
    is its own district has level 6 and no level 8.
    """

    municipality: tuple[int, ...] = (8, 7, 6)
    district: tuple[int, ...] = (9, 10)
    settlement: tuple[int, ...] = ()
    province: tuple[int, ...] = (4, 6)


ELSEWHERE = Levels()

LEVELS: dict[str, Levels] = {
    # община 7, район 9, землище 8, област 6
    "bg": Levels((7,), (9, 10), (8,), (6,)),
    # rayon or city of the republic 5; Baku's rayons are 7: districts of one city
    "az": Levels((5, 4), (7, 6), (8,), (4,)),
    # аудан or city of the oblast 6, city districts 7, ауылдық округ 8
    "kz": Levels((6, 4), (7,), (8,), (4,)),
    "ru": Levels((8, 6), (9, 10), (), (4,)),
    "de": Levels((8, 6), (9, 10), (), (4,)),
    "at": Levels((8, 6), (9, 10), (), (4,)),
    "ch": Levels((8,), (9, 10), (), (4,)),
    "li": Levels((8,), (9, 10), (), (6,)),
    "fi": Levels((8,), (9, 10), (), (6,)),
    "fr": Levels((8,), (9, 10), (), (6,)),
    "it": Levels((8,), (9, 10), (), (6,)),
    "es": Levels((8,), (9, 10), (), (6,)),
    "ad": Levels((7,), (8, 9), (), ()),
    "mc": Levels((8, 2), (10,), (), ()),
    "ro": Levels((4,), (8,), (), (4,)),
    "rs": Levels((7, 8), (9,), (), (6,)),
    "tr": Levels((6,), (8,), (), (4,)),
    "gr": Levels((7,), (8,), (), (5,)),
    "mk": Levels((7,), (8,), (), ()),
    "kg": Levels((6,), (8,), (), (4,)),
    "uz": Levels((6,), (8,), (), (4,)),
    "ge": Levels((6,), (8,), (), (4,)),
}

BOXES: tuple[tuple[str, tuple[float, float, float, float]], ...] = (
    ("mc", (7.40, 43.72, 7.44, 43.76)),
    ("li", (9.47, 47.04, 9.64, 47.28)),
    ("ad", (1.41, 42.42, 1.79, 42.66)),
    ("az", (44.76, 38.38, 50.63, 41.92)),
    ("bg", (22.35, 41.23, 28.62, 44.22)),
    ("fi", (20.5, 59.7, 31.6, 70.1)),
    ("de", (5.86, 47.27, 15.05, 55.06)),
    ("kz", (46.49, 40.56, 87.32, 55.45)),
    ("ru", (27.3, 41.18, 180.0, 81.9)),
)
"""Country, (west, south, east, north): a last resort where no tag names the country."""


CODES = frozenset(
    {
        "ad", "ae", "af", "ag", "ai", "al", "am", "ao", "aq", "ar", "as", "at", "au", "aw", "ax",
        "az", "ba", "bb", "bd", "be", "bf", "bg", "bh", "bi", "bj", "bl", "bm", "bn", "bo", "bq",
        "br", "bs", "bt", "bv", "bw", "by", "bz", "ca", "cc", "cd", "cf", "cg", "ch", "ci", "ck",
        "cl", "cm", "cn", "co", "cr", "cu", "cv", "cw", "cx", "cy", "cz", "de", "dj", "dk", "dm",
        "do", "dz", "ec", "ee", "eg", "eh", "er", "es", "et", "fi", "fj", "fk", "fm", "fo", "fr",
        "ga", "gb", "gd", "ge", "gf", "gg", "gh", "gi", "gl", "gm", "gn", "gp", "gq", "gr", "gs",
        "gt", "gu", "gw", "gy", "hk", "hm", "hn", "hr", "ht", "hu", "id", "ie", "il", "im", "in",
        "io", "iq", "ir", "is", "it", "je", "jm", "jo", "jp", "ke", "kg", "kh", "ki", "km", "kn",
        "kp", "kr", "kw", "ky", "kz", "la", "lb", "lc", "li", "lk", "lr", "ls", "lt", "lu", "lv",
        "ly", "ma", "mc", "md", "me", "mf", "mg", "mh", "mk", "ml", "mm", "mn", "mo", "mp", "mq",
        "mr", "ms", "mt", "mu", "mv", "mw", "mx", "my", "mz", "na", "nc", "ne", "nf", "ng", "ni",
        "nl", "no", "np", "nr", "nu", "nz", "om", "pa", "pe", "pf", "pg", "ph", "pk", "pl", "pm",
        "pn", "pr", "ps", "pt", "pw", "py", "qa", "re", "ro", "rs", "ru", "rw", "sa", "sb", "sc",
        "sd", "se", "sg", "sh", "si", "sj", "sk", "sl", "sm", "sn", "so", "sr", "ss", "st", "sv",
        "sx", "sy", "sz", "tc", "td", "tf", "tg", "th", "tj", "tk", "tl", "tm", "tn", "to", "tr",
        "tt", "tv", "tw", "tz", "ua", "ug", "um", "us", "uy", "uz", "va", "vc", "ve", "vg", "vi",
        "vn", "vu", "wf", "ws", "ye", "yt", "za", "zm", "zw", "xk",
    }
)  # fmt: skip
"""Countries by ISO 3166-1 alpha-2, in lower case, and Kosovo's user-assigned xk, which maps use."""


def levels_of(country: str) -> Levels:
    """The admin_level table of `country` (ISO 3166 alpha-2, lower case)."""
    return LEVELS.get(country, ELSEWHERE)


def country_at(lon: float, lat: float) -> str:
    """The country whose box holds the point, small ones first; empty when none does."""
    for country, (west, south, east, north) in BOXES:
        if west <= lon <= east and south <= lat <= north:
            return country
    return ""
