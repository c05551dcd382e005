"""Opens what an office's home folder keeps."""

from __future__ import annotations

from pathlib import Path

from data.geocoders import configured
from data.home import Home
from data.regions.pack import Region, open_region
from data.registry import SqlRegistry, open_registry
from planning import stores
from planning.addresses.geocoder import Geocoder
from planning.addresses.second_opinion import SecondOpinion
from planning.errors import RegionFault
from planning.text import shorten


def registry_of(home: Home) -> SqlRegistry:
    """The office's registry, made when missing and brought up to date."""
    home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return open_registry(home.registry, key_file=home.key_file)


def region_of(home: Home, name: str) -> Region:
    """A region pack of the office by its name.

    Raises:
        RegionFault: there is none of that name here, or it is damaged.
    """
    folder = home.region_folder(name)
    if not name or Path(name).name != name or not folder.is_dir():
        raise RegionFault(
            f"no region pack “{shorten(name)}” in the home folder; build it with "
            "`outreach.py region build --osm FILE --name NAME`"
        )
    return open_region(folder)


def locator_of(region: stores.Region, *, geocoder: str = "") -> SecondOpinion:
    """What finds addresses in a region: our own geocoder, and the office's own one behind it.

    Args:
        region: an opened pack.
        geocoder: URL of the office's own geocoder; by default the one of the settings, if any.

    Raises:
        InputError: the URL is none, or leads out of the office.
    """
    own = Geocoder(region.gazetteer, region.areas, region.confidence)
    return SecondOpinion(own, configured(region, url=geocoder))
