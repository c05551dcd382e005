"""Other geocoders behind the same Protocol as our own: Nominatim and Photon, run by the office.

They are for whoever runs one already; nothing here is needed to find an address. Where they may
stand is in `data.private_http`; what their answers are worth is in `planning.addresses.foreign`.
Every string of an answer is hostile: its shape is checked here, it is escaped where it is shown.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from data.private_http import PrivateServer, Unreachable, Unreadable
from planning.addresses.foreign import Answer, GeocoderUnreachable, Judge
from planning.addresses.gazetteer import Gazetteer
from planning.model import Address, Level, Place
from planning.stores import Region

if TYPE_CHECKING:
    import geopandas as gpd

URL_SETTING = "OUTREACH_GEOCODER_URL"
"""`http://…` is a Nominatim, `photon+http://…` a Photon; https likewise."""
HOSTS_SETTING = "OUTREACH_GEOCODER_HOSTS"
"""Private hosts besides loopback, separated by commas."""
CERTIFICATE_SETTING = "OUTREACH_GEOCODER_CERTIFICATE"
"""File of the authority that signed the geocoder's certificate."""

MOST_ANSWERS = 5
PATIENCE = 3
"""So many answers in a row that cannot be read, and the geocoder counts as gone."""

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=2_000)]


class _Shape(BaseModel):
    """Part of an answer; what is not named here is not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class OtherGeocoder(ABC):
    """A `planning.addresses.geocoder.Locator` that asks a server of the office."""

    name: str
    """Of the software, as notes and messages say it."""
    path: str
    """Of its search, below the configured URL."""

    def __init__(
        self,
        url: str,
        gazetteer: Gazetteer,
        areas: gpd.GeoDataFrame,
        *,
        allowed_hosts: Collection[str] = (),
        certificate: Path | None = None,
    ) -> None:
        """Checks where the server stands; nothing is asked yet.

        Args:
            url: of the server, `http://host:port` or https.
            gazetteer: of the region; its grammars take addresses apart.
            areas: see `planning.areas.AREA_COLUMNS`; answers outside of them do not count.
            allowed_hosts: private hosts of the office; without them loopback only.
            certificate: see `PrivateServer`.

        Raises:
            InputError: the host is public, unknown or not on the list.
        """
        self._server = PrivateServer(url, allowed_hosts=allowed_hosts, certificate=certificate)
        self._judge = Judge(self.name, gazetteer, areas)
        self._bounds = [f"{degrees:.6f}" for degrees in areas.total_bounds]
        """west, south, east, north"""
        self._failures = 0
        self._gone: GeocoderUnreachable | None = None

    def locate(self, address: Address) -> Place:
        """The place of `address`. Any text has exactly one answer.

        Raises:
            GeocoderUnreachable: the server is gone; from then on every time, without asking it.
        """
        asked = self._judge.question(address)
        answers: list[Answer] = []
        for text in asked.texts:
            try:
                answers = self._answers(self._asked(self.path, self._question(text)))
            except (Unreadable, ValidationError):
                self._fail()
                return self._judge.unreadable()
            self._failures = 0
            if answers:
                break
        return self._judge.place(asked, answers)

    def check(self) -> None:
        """Asks the server whether it is there, and for nobody's address.

        Raises:
            GeocoderUnreachable: it is not, or it is something else.
        """
        try:
            self._asked("status", {"format": "json"})
        except Unreadable as error:
            raise self._unreachable(f"it is no {self.name}: {error}") from None

    @abstractmethod
    def _question(self, text: str) -> Mapping[str, str]:
        """Parameters of a search for `text` within the region."""

    @abstractmethod
    def _answers(self, body: bytes) -> list[Answer]:
        """What a search found, best first.

        Raises:
            ValidationError: it is not of the shape that was promised.
        """

    def _asked(self, path: str, params: Mapping[str, str]) -> bytes:
        if self._gone is not None:
            raise self._gone
        try:
            return self._server.get(path, params)
        except Unreachable as error:
            self._gone = self._unreachable(str(error))
        raise self._gone

    def _fail(self) -> None:
        self._failures += 1
        if self._failures >= PATIENCE:
            self._gone = self._unreachable(f"{PATIENCE} answers in a row cannot be read")

    def _unreachable(self, why: str) -> GeocoderUnreachable:
        """An error without a word of what was asked."""
        return GeocoderUnreachable(
            f"{self.name} at {self._server.name} cannot be asked: {why}; start it, or take "
            f"{URL_SETTING} away"
        )


# Nominatim


class _NominatimAnswer(_Shape):
    """One place of a list in format `jsonv2`."""

    lon: Longitude
    lat: Latitude
    type: Text = ""
    addresstype: Text = ""
    place_rank: int = Field(ge=0, le=30)
    display_name: Text = ""
    address: dict[Text, Text] = {}
    boundingbox: tuple[Latitude, Latitude, Longitude, Longitude] | None = None
    """south, north, west, east"""


_NOMINATIM = TypeAdapter(list[_NominatimAnswer])


class Nominatim(OtherGeocoder):
    """A Nominatim 5 of the office, asked by its `/search`."""

    name = "Nominatim"
    path = "search"

    def _question(self, text: str) -> Mapping[str, str]:
        return {
            "q": text,
            "format": "jsonv2",
            "addressdetails": "1",
            "layer": "address",
            "limit": str(MOST_ANSWERS),
            "viewbox": ",".join(self._bounds),
            "bounded": "1",
        }

    def _answers(self, body: bytes) -> list[Answer]:
        return [_of_nominatim(each) for each in _NOMINATIM.validate_json(body)[:MOST_ANSWERS]]


def _of_nominatim(found: _NominatimAnswer) -> Answer:
    box = None
    if found.boundingbox is not None:
        south, north, west, east = found.boundingbox
        box = (west, south, east, north)
    return Answer(
        found.lon,
        found.lat,
        _nominatim_level(found),
        number=found.address.get("house_number", ""),
        label=found.display_name,
        box=box,
    )


_KINDS = {
    Level.QUARTER: "suburb borough quarter neighbourhood city_district district residential "
    "city_block allotments industrial commercial retail subdivision",
    Level.SETTLEMENT: "city town village hamlet isolated_dwelling locality croft farm",
}
_LEVEL_OF = {kind: level for level, kinds in _KINDS.items() for kind in kinds.split()}
"""OSM's kinds of inhabited places that are smaller than a municipality."""


def _nominatim_level(found: _NominatimAnswer) -> Level:
    """By the kind of place, else by its rank, which counts from the country (4) to the door (30).

    Source: Nominatim's manual, "Place ranking".
    """
    if found.type == "houses":
        return Level.INTERPOLATED
    if found.place_rank >= 28:
        return Level.HOUSE
    if found.place_rank >= 26:
        return Level.STREET
    if found.addresstype in _LEVEL_OF:
        return _LEVEL_OF[found.addresstype]
    if found.place_rank >= 21:
        return Level.QUARTER
    if found.place_rank >= 17:
        return Level.SETTLEMENT
    return Level.MUNICIPALITY if found.place_rank >= 10 else Level.NONE


# Photon


class _PhotonPoint(_Shape):
    coordinates: tuple[Longitude, Latitude]


class _PhotonTags(_Shape):
    type: Text = ""
    osm_key: Text = ""
    osm_value: Text = ""
    name: Text = ""
    street: Text = ""
    housenumber: Text = ""
    city: Text = ""
    county: Text = ""
    extent: tuple[Longitude, Latitude, Longitude, Latitude] | None = None
    """west, north, east, south"""


class _PhotonFeature(_Shape):
    geometry: _PhotonPoint
    properties: _PhotonTags


class _PhotonAnswer(_Shape):
    features: list[_PhotonFeature]


_PHOTON_LEVELS = {
    "house": Level.HOUSE,
    "street": Level.STREET,
    "locality": Level.QUARTER,
    "district": Level.QUARTER,
    "city": Level.SETTLEMENT,
    "county": Level.MUNICIPALITY,
}


class Photon(OtherGeocoder):
    """A Photon of the office, asked by its `/api`. Source: docs/api-v1.md of komoot/photon."""

    name = "Photon"
    path = "api"

    def _question(self, text: str) -> Mapping[str, str]:
        return {"q": text, "limit": str(MOST_ANSWERS), "bbox": ",".join(self._bounds)}

    def _answers(self, body: bytes) -> list[Answer]:
        found = _PhotonAnswer.model_validate_json(body).features
        return [_of_photon(each) for each in found[:MOST_ANSWERS]]


def _of_photon(found: _PhotonFeature) -> Answer:
    tags = found.properties
    lon, lat = found.geometry.coordinates
    box = None
    if tags.extent is not None:
        west, north, east, south = tags.extent
        box = (west, south, east, north)
    street = " ".join(filter(None, (tags.street or tags.name, tags.housenumber)))
    label = ", ".join(dict.fromkeys(filter(None, (street, tags.city, tags.county))))
    return Answer(lon, lat, _photon_level(tags), number=tags.housenumber, label=label, box=box)


def _photon_level(tags: _PhotonTags) -> Level:
    """By the layer that newer versions name, else by OSM's own key."""
    if tags.type:
        return _PHOTON_LEVELS.get(tags.type, Level.NONE)
    if tags.housenumber:
        return Level.HOUSE
    if tags.osm_key == "highway":
        return Level.STREET
    return _LEVEL_OF.get(tags.osm_value, Level.NONE) if tags.osm_key == "place" else Level.NONE


# The office's own


def configured(
    region: Region, *, url: str = "", environ: Mapping[str, str] = os.environ
) -> OtherGeocoder | None:
    """The geocoder of `url`, else of the settings; None where neither names one.

    Raises:
        InputError: it may not be asked, see `PrivateServer`.
    """
    url = url or environ.get(URL_SETTING, "")
    if not url:
        return None
    certificate = environ.get(CERTIFICATE_SETTING)
    kind = Photon if url.startswith("photon+") else Nominatim
    return kind(
        url.removeprefix("photon+"),
        region.gazetteer,
        region.areas,
        allowed_hosts=[each for each in environ.get(HOSTS_SETTING, "").split(",") if each.strip()],
        certificate=Path(certificate).expanduser() if certificate else None,
    )
