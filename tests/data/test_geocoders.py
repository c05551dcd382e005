"""Geocoders of the office: where they may stand, and what becomes of whatever they answer."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from data import private_http
from data.geocoders import Nominatim, Photon, configured
from data.opening import locator_of
from data.private_http import PrivateServer, Unreachable
from planning.addresses.foreign import GeocoderUnreachable
from planning.errors import InputError
from planning.model import Address, Level
from tests.data.geocoder_standin import Standin, serve
from tests.towns import Town, crossing, riverside

DUNAV_3 = Address("гр. Речно, ул. „Дунав“ № 3, вх. Б, ап. 7")


@pytest.fixture(scope="module")
def town() -> Town:
    return riverside()


@pytest.fixture
def standin() -> Iterator[Standin]:
    with serve() as running:
        yield running


@pytest.fixture
def nominatim(standin: Standin, town: Town) -> Nominatim:
    return Nominatim(standin.url, town.gazetteer, town.areas)


@pytest.fixture
def photon(standin: Standin, town: Town) -> Photon:
    return Photon(standin.url, town.gazetteer, town.areas)


def door(lon: float, lat: float, number: str = "3", **more: object) -> dict[str, object]:
    """A house, as Nominatim 5.3 writes it in format jsonv2."""
    return {
        "place_id": 1, "osm_type": "node", "osm_id": 7, "lat": f"{lat:.7f}", "lon": f"{lon:.7f}",
        "category": "place", "type": "house", "place_rank": 30, "importance": 0.00000999,
        "addresstype": "place", "name": "", "display_name": f"{number}, Дунав, Речно",
        "address": {"house_number": number, "road": "Дунав", "town": "Речно"},
        "boundingbox": [str(lat - 1e-5), str(lat + 1e-5), str(lon - 1e-5), str(lon + 1e-5)],
    } | more  # fmt: skip


# What is asked, and what an answer is worth


def test_a_door_is_asked_for_without_its_flat(standin, nominatim):
    """A clerk's address goes out in the words Nominatim knows; who lives where in it does not."""
    standin.says([door(*crossing(1, 0))])
    place = nominatim.locate(DUNAV_3)
    assert standin.searches == ["ул дунав 3, речно"]
    assert (place.level, place.settlement, place.municipality) == (Level.HOUSE, "Речно", "Речно")
    assert (place.lon, place.lat) == pytest.approx(crossing(1, 0))
    assert (place.unit.entrance, place.unit.flat) == ("Б", "7")
    assert not place.needs_review
    assert "not measured" in place.explanation


def test_the_second_question_leaves_the_designator_out(standin, nominatim):
    """Nothing was found with "ул": the name alone may be what the map has."""
    assert nominatim.locate(DUNAV_3).level is Level.NONE
    assert standin.searches == ["ул дунав 3, речно", "дунав 3, речно"]


@pytest.mark.parametrize(
    ("text", "answer", "level", "doubt"),
    [
        ("гр. Речно, ул. Дунав 5", door(*crossing(1, 0)), Level.STREET, "does not have the number"),
        ("ул. Дунав 3", door(*crossing(1, 0)), Level.HOUSE, "does not name the settlement"),
        ("с. Хълм, ул. Дунав 3", door(*crossing(1, 0)), Level.HOUSE, "does not name"),
        (
            "гр. Речно, ул. Дунав 3",
            door(*crossing(1, 0), place_rank=26, type="residential", addresstype="road"),
            Level.STREET,
            "does not know the number",
        ),
        (
            "гр. Речно, ул. Дунав 3",
            door(*crossing(1, 0), place_rank=18, type="town", addresstype="town"),
            Level.SETTLEMENT,
            "neither house nor street",
        ),
    ],
)
def test_what_is_not_quite_it_goes_to_a_person(standin, nominatim, text, answer, level, doubt):
    """Another number, another village, a street instead of a door: shown, and not believed."""
    standin.says([answer])
    place = nominatim.locate(Address(text))
    assert (place.level, place.needs_review) == (level, True)
    assert doubt in place.explanation
    assert place.confidence <= 0.8


def test_another_municipality_than_the_list_says_is_told(standin, nominatim):
    """The list's own column says Хълм; the answer lies in Речно."""
    standin.says([door(*crossing(1, 0))])
    place = nominatim.locate(Address("гр. Речно, ул. Дунав 3", municipality="Хълм"))
    assert place.needs_review
    assert place.contradiction is not None
    assert "another municipality" in str(place.contradiction)


def test_the_wide_box_of_a_long_street_is_its_error(standin, nominatim):
    """A street of two kilometres: its middle may be a kilometre from the door."""
    lon, lat = crossing(1, 0)
    box = [str(lat), str(lat), str(lon - 0.012), str(lon + 0.012)]
    standin.says([door(lon, lat, place_rank=26, addresstype="road", boundingbox=box)])
    place = nominatim.locate(Address("гр. Речно, ул. Дунав"))
    assert 900 < place.error_m < 1_000
    assert "may be far off" in place.explanation


@pytest.mark.parametrize(
    "text", ["", "  ", "адрес неизвестен", "🐛", "№ 5", "x" * 10_000, "служебен адрес"]
)
def test_what_is_no_address_is_not_asked_for(standin, nominatim, text):
    """An empty cell, an insect, a whole novel: no question goes out."""
    place = nominatim.locate(Address(text))
    assert (place.level, place.needs_review, standin.asked) == (Level.NONE, True, [])


def feature(lon: float, lat: float, **tags: object) -> dict[str, object]:
    """A place, as Photon's manual shows it."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"osm_key": "place", "osm_value": "house", "city": "Речно", **tags},
    }


def test_photon_says_the_same_in_its_own_shape(standin, photon):
    """The stand-in answers as Photon's manual says; no Photon was at hand to be asked."""
    standin.says({"features": [feature(*crossing(1, 0), street="Дунав", housenumber="3")]})
    place = photon.locate(DUNAV_3)
    assert standin.asked[0].startswith("/api?q=")
    assert "bbox=" in standin.asked[0]
    assert (place.level, place.settlement, place.needs_review) == (Level.HOUSE, "Речно", False)
    assert place.matched == "Дунав 3, Речно"


@pytest.mark.parametrize(
    ("tags", "level"),
    [
        ({"type": "street", "extent": [26.0, 43.81, 26.01, 43.8]}, Level.STREET),
        ({"type": "district"}, Level.QUARTER),
        ({"type": "city"}, Level.SETTLEMENT),
        ({"type": "county"}, Level.MUNICIPALITY),
        ({"type": "country"}, Level.NONE),
        ({"osm_key": "highway", "osm_value": "residential"}, Level.STREET),
        ({"osm_value": "village"}, Level.SETTLEMENT),
        ({"osm_key": "shop", "osm_value": "bakery"}, Level.NONE),
    ],
)
def test_photons_layers_are_our_levels(standin, photon, tags, level):
    """Layers of newer versions, OSM's keys of older ones."""
    standin.says({"features": [feature(*crossing(1, 0), **tags)]})
    assert photon.locate(Address("гр. Речно, ул. Дунав")).level is level


# Hostile answers

HOSTILE = {
    "HTML": b"<html><script>alert(1)</script>",
    "no JSON": b"[{",
    "another shape": b'{"error": "Unable to geocode"}',
    "a number": b"7",
    "deep": b"[" * 100_000,
    "wrong types": json.dumps([door(26.0, 43.8) | {"lat": ["43.8"]}]).encode(),
    "NaN": b'[{"lat": NaN, "lon": 26, "place_rank": 30}]',
    "NaN as text": json.dumps([door(26.0, 43.8) | {"lat": "nan"}]).encode(),
    "infinite": b'[{"lat": 1e999, "lon": 26, "place_rank": 30}]',
    "off the globe": json.dumps([door(26.0, 43.8) | {"lat": "143"}]).encode(),
    "nowhere": b'[{"place_rank": 30}]',
    "not UTF-8": b'[{"display_name": "\xff\xfe"}]',
    "huge": b"[" + b" " * private_http.LONGEST_ANSWER + b"]",
    "a long name": json.dumps([door(26.0, 43.8, display_name="x" * 100_000)]).encode(),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_is_no_place(standin, nominatim, photon, body):
    """Whatever stands at that port: no place, a reason in words, and nothing is raised."""
    standin.body = body
    for geocoder in (nominatim, photon):
        place = geocoder.locate(DUNAV_3)
        assert (place.level, place.lon, place.needs_review) == (Level.NONE, None, True)
        assert "cannot be read" in place.explanation


@pytest.mark.parametrize("point", [(43.8, 26.0), (23.3, 42.7), (0.0, 0.0), (26.05, 43.8)])
def test_an_answer_elsewhere_is_no_place(standin, nominatim, point):
    """Swapped coordinates, Sofia, the Gulf of Guinea, the next town: outside of this region."""
    standin.says([door(*point)])
    place = nominatim.locate(DUNAV_3)
    assert (place.level, place.candidates) == (Level.NONE, ())
    assert "outside of this region" in place.explanation


def test_hostile_words_are_cut_and_stay_on_one_line(standin, nominatim):
    """A display name with line breaks and code in it is a label, however long it is."""
    standin.says([door(*crossing(1, 0), display_name="{{7*191}}\n\x00<img>\u202e" + "я" * 1_500)])
    label = nominatim.locate(DUNAV_3).matched
    assert label.startswith("{{7*191}} <img>я")
    assert len(label) <= 160


def test_a_packed_answer_is_not_unpacked(standin, nominatim):
    """A kilobyte that would unpack to a gigabyte is refused by its header."""
    standin.body = gzip.compress(json.dumps([door(*crossing(1, 0))]).encode())
    standin.headers = {"Content-Encoding": "gzip"}
    assert nominatim.locate(DUNAV_3).level is Level.NONE


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(standin, nominatim, status):
    """The server sends us to another host: nobody goes there."""
    with serve() as elsewhere:
        elsewhere.says([door(*crossing(1, 0))])
        standin.status, standin.headers = status, {"Location": f"{elsewhere.url}/search"}
        assert nominatim.locate(DUNAV_3).level is Level.NONE
        assert not elsewhere.asked
    assert len(standin.asked) == 1


def test_a_dribbling_server_is_left(standin, nominatim, monkeypatch):
    """It sends a byte now and then, each in time: the answer as a whole has its time, too."""
    monkeypatch.setattr(private_http, "ANSWER_SECONDS", 0.3)
    standin.says([door(*crossing(1, 0))])
    standin.pause = 0.02
    assert nominatim.locate(DUNAV_3).level is Level.NONE
    assert 0 < standin.sent < len(standin.body)


def test_a_cut_off_answer_is_no_place(standin, nominatim):
    """The server dies in the middle of what it promised."""
    standin.says([door(*crossing(1, 0))])
    standin.headers = {"Content-Length": str(len(standin.body) + 10), "Connection": "close"}
    assert nominatim.locate(DUNAV_3).level is Level.NONE


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*sorted(door(1, 1)), "features", "geometry"]), inner)
    ),
    max_leaves=12,
)


spoilt_doors = st.lists(
    st.dictionaries(st.sampled_from(sorted(door(1, 1))), json_values).map(
        lambda spoilt: door(*crossing(1, 0)) | spoilt
    )
)


@given(document=json_values | spoilt_doors)
def test_any_answer_gives_one_place(town, document):
    """Whatever JSON comes back: one place, inside of the region or none."""
    for kind in (Nominatim, Photon):
        geocoder = kind("http://127.0.0.1:9", town.gazetteer, town.areas)
        body = json.dumps(document).encode("utf-8", "surrogatepass")
        geocoder._server.get = lambda *_, body=body: body
        place = geocoder.locate(DUNAV_3)
        assert (place.lon is None) == (place.level is Level.NONE)
        assert place.level is Level.NONE or place.municipality_code in ("RVS01", "HLM01")


@given(
    text=st.text(max_size=300), settlement=st.text(max_size=40), municipality=st.text(max_size=40)
)
def test_any_text_can_be_asked_for(town, text, settlement, municipality):
    """Whatever stands in the list's cells, it becomes a question that HTTP can carry, or none."""
    geocoder = Nominatim("http://127.0.0.1:9", town.gazetteer, town.areas)
    geocoder._server.get = lambda _path, params: (params["q"].encode("utf-8"), b"[]")[1]
    place = geocoder.locate(Address(text, settlement=settlement, municipality=municipality))
    assert place.level is Level.NONE


# A server that is not there


def test_a_server_that_is_gone_is_told_once(town):
    """Nothing listens there: an error of its own kind, and a list that is located all the same."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    gone = Nominatim(url, town.gazetteer, town.areas)
    for _ in range(2):
        with pytest.raises(GeocoderUnreachable, match="does not answer") as caught:
            gone.locate(DUNAV_3)
        assert "Дунав" not in str(caught.value)
        assert "дунав" not in repr(caught.value.__context__)
    second = locator_of(town, geocoder=url)
    places = [second.locate(Address(f"гр. Речно, ул. Няма {at}")) for at in range(20)]
    assert {place.level for place in places} == {Level.SETTLEMENT}
    assert isinstance(second.fault, GeocoderUnreachable)
    assert second.unasked == 20


def test_a_server_that_only_fails_is_left_after_three_times(standin, nominatim):
    """Every search ends in status 500: after the third nobody waits for the fourth."""
    standin.status = 500
    for _ in range(3):
        assert nominatim.locate(DUNAV_3).level is Level.NONE
    with pytest.raises(GeocoderUnreachable, match="in a row"):
        nominatim.locate(DUNAV_3)
    assert len(standin.asked) == 3


def test_no_address_gets_into_a_log(standin, nominatim, caplog):
    """The administrator logs everything: still no word of what was asked."""
    caplog.set_level(logging.DEBUG)
    nominatim.locate(DUNAV_3)
    standin.status = 500
    nominatim.locate(DUNAV_3)
    assert standin.asked
    assert "%D0" not in caplog.text
    assert "дунав" not in caplog.text.casefold()


# Where it may stand


@pytest.mark.parametrize(
    "url",
    [
        "http://nominatim.openstreetmap.org",
        "https://photon.komoot.io",
        "http://8.8.8.8",
        "http://10.0.0.7:8080",
        "http://169.254.169.254",
        "http://0.0.0.0:8080",
        "http://2130706433",
        "http://0x7f.1",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://[::ffff:8.8.8.8]",
        "http://[fd00::7]",
    ],
)
def test_a_host_outside_is_refused_before_it_is_looked_up(town, url):
    """Public, private or disguised: what is not on the office's list is not even resolved."""
    with pytest.raises(InputError, match="OUTREACH_GEOCODER_HOSTS"):
        Nominatim(url, town.gazetteer, town.areas)


@pytest.mark.parametrize(
    "url",
    [
        "", "127.0.0.1:8080", "ftp://127.0.0.1", "file:///etc/passwd", "http://", "http://[::1",
        "http://127.0.0.1:99999", "http://user:secret@127.0.0.1", "http://127.0.0.1/?q=",
        "http://127.0.0.1/#x",
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused(town, url):
    """Typing mistakes and passwords in the URL: one line, without the password."""
    with pytest.raises(InputError) as caught:
        PrivateServer(url)
    assert len(caught.value.faults) == 1
    assert "secret" not in str(caught.value)


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """What names stand for in this network, changed as the test likes."""
    known: dict[str, list[str]] = {}

    def lookup(host, port, *_, **__):
        if host not in known:
            raise socket.gaierror
        family = {False: socket.AF_INET, True: socket.AF_INET6}
        return [(family[":" in ip], 1, 6, "", (ip, port)) for ip in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return known


@pytest.mark.parametrize(
    ("addresses", "allowed"),
    [
        (["10.1.2.3"], True),
        (["192.168.0.5", "fd00::5"], True),
        (["127.0.0.1"], True),
        (["8.8.8.8"], False),
        (["10.1.2.3", "8.8.8.8"], False),
        (["169.254.169.254"], False),
        (["100.64.0.1"], False),
        (["::ffff:8.8.8.8"], False),
        (["2001:4860:4860::8888"], False),
        (["0.0.0.0"], False),
    ],
)
def test_a_listed_name_must_stand_for_private_addresses_only(names, addresses, allowed):
    """The list says the name is ours; a public address behind it is refused all the same."""
    names["geo.office"] = addresses
    if allowed:
        assert PrivateServer("http://geo.office:8080", allowed_hosts=["geo.office"])
    else:
        with pytest.raises(InputError, match="public address"):
            PrivateServer("http://geo.office:8080", allowed_hosts=["Geo.Office"])


def test_a_name_that_changes_later_changes_nothing(standin, names):
    """DNS rebinding: the address that was checked is the one that is called."""
    port = standin.url.rpartition(":")[2]
    names["geo.office"] = ["127.0.0.1"]
    server = PrivateServer(f"http://geo.office:{port}", allowed_hosts=["geo.office"])
    names["geo.office"] = ["8.8.8.8"]
    names["127.0.0.1"] = ["127.0.0.1"]
    assert server.get("search", {"q": "x"}) == b"[]"
    assert standin.hosts == [f"geo.office:{port}"]


def test_an_unknown_name_is_told(names):
    """The machine was renamed last week."""
    with pytest.raises(InputError, match="not known in this network"):
        PrivateServer("http://geo.office", allowed_hosts=["geo.office"])


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for `name`, and the file of the authority that says so: itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the office")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, both = folder / "authority.pem", folder / "server.pem"
    plain = serialization.NoEncryption()
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem.write_bytes(certificate.public_bytes(encoding))
    both.write_bytes(pem.read_bytes() + key.private_bytes(encoding, kind, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, pem


@pytest.mark.parametrize(("name", "trusted"), [("geo.office", True), ("other.office", False)])
def test_a_certificate_is_checked_for_the_name(tmp_path, names, name, trusted):
    """The address that is called is pinned, the name in the certificate counts all the same."""
    names |= {"geo.office": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"]}
    context, authority = certified(tmp_path, name)
    with serve(context) as standin:
        url = f"https://geo.office:{standin.url.rpartition(':')[2]}"
        known = PrivateServer(url, allowed_hosts=["geo.office"], certificate=authority)
        stranger = PrivateServer(url, allowed_hosts=["geo.office"])
        with pytest.raises(Unreachable, match="certificate"):
            stranger.get("search", {"q": "x"})
        if trusted:
            assert known.get("search", {"q": "x"}) == b"[]"
        else:
            with pytest.raises(Unreachable, match="certificate"):
                known.get("search", {"q": "x"})


def test_no_proxy_of_the_environment_is_used(standin, nominatim, monkeypatch):
    """The office's proxy would see every address."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    nominatim.locate(DUNAV_3)
    assert standin.asked


@pytest.mark.parametrize("host", ["nominatim.openstreetmap.org", "8.8.8.8"])
def test_a_public_geocoder_is_refused_before_any_address_is_read(town, host):
    """Somebody sets the public server: one line, and nothing has left the machine."""
    with pytest.raises(InputError) as caught:
        locator_of(town, geocoder=f"https://{host}")
    assert len(caught.value.faults) == 1
    assert host in str(caught.value)


def test_without_a_geocoder_of_its_own_an_office_has_ours(town):
    """The usual case: nothing is configured and nobody is asked."""
    place = locator_of(town).locate(DUNAV_3)
    assert (place.level, place.needs_review) == (Level.HOUSE, False)


def test_the_settings_choose_the_geocoder(town):
    """Nothing set, nothing asked; the URL says which software stands there."""
    assert configured(town, environ={}) is None
    url = "http://127.0.0.1:8088"
    assert isinstance(configured(town, environ={"OUTREACH_GEOCODER_URL": url}), Nominatim)
    assert isinstance(configured(town, url=f"photon+{url}", environ={}), Photon)
    hosts = {"OUTREACH_GEOCODER_URL": "http://10.9.9.9", "OUTREACH_GEOCODER_HOSTS": "a, 10.9.9.9"}
    assert isinstance(configured(town, environ=hosts), Nominatim)
