"""Which lists there are: for each country the map they are made on. Read a map once, make many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from data.bench.lists.az import AZERBAIJAN
from data.bench.lists.bg import BULGARIA
from data.bench.lists.country import Country
from data.bench.lists.elsewhere import HELSINKI, MOSCOW
from data.bench.lists.kz import KAZAKHSTAN
from data.bench.lists.making import make_list
from data.bench.lists.truth import Town, read_truth
from data.bench.lists.writing import Book, Listed
from data.regions.countries import country_at

FIVE_REGIONS = Path("modelled/five-regions.osm.pbf")
"""Under the folder of map data, as are the others."""


class Purpose(StrEnum):
    """What a list is for. Lists of different purposes have no seed in common."""

    JUDGING = "judging"
    CALIBRATION = "calibration"


@dataclass(frozen=True)
class Source:
    """A map that lists are made on."""

    file: Path
    countries: tuple[Country, ...]
    register: tuple[Path, ...] = ()
    """Official settlements of these countries."""
    city: str = ""
    """The city all its doors lie in, where the map is too small for a boundary."""


SOURCES = (
    Source(
        FIVE_REGIONS,
        (BULGARIA, AZERBAIJAN, KAZAKHSTAN),
        register=(Path("bulgaria/ek_atte.json"), Path("bulgaria/settlements_loc.csv")),
    ),
    Source(Path("osm/moscow.osm.gz"), (MOSCOW,), city="Москва"),
    Source(Path("osm/helsinki.osm.pbf"), (HELSINKI,), city="Helsinki"),
)


def make_lists(
    geodata: Path, source: Source, *, seed: int, size: int, purpose: Purpose = Purpose.JUDGING
) -> Mapping[str, tuple[Listed, ...]]:
    """Country → about `size` addresses on the map of `source` in the folder `geodata`."""
    register = [geodata / file for file in source.register]
    towns = read_truth(geodata / source.file, city=source.city, register=register)
    return {
        country.code: make_list(
            Book(_of(country, towns, source), split=country.split, key=country.key),
            country,
            seed=f"{purpose} {seed}",
            size=size,
        )
        for country in source.countries
    }


def _of(country: Country, towns: tuple[Town, ...], source: Source) -> tuple[Town, ...]:
    if len(source.countries) == 1:
        return towns
    return tuple(town for town in towns if country_at(*town.at) == country.code)
