"""Questions to a server inside the office, and to no other.

What is asked here is personal, an address or which streets somebody looks at, so the code and not
only a setting keeps it in: a host is loopback
or on the office's own list, every address its name stands for must be loopback or private, and the
address that was checked is the one that is called for ever after, whatever the name says later.
No proxy, password file or redirect of anybody leads elsewhere, and no text that was asked reaches
an error or a log.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from planning.errors import Fault, InputError

LONGEST_ANSWER = 256 * 1024
"""Bytes, where nothing else is said. Five places of Nominatim take 5 kB."""
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 15.0
"""For a whole answer; a search that Nominatim itself gives up takes ten seconds."""

_LOOPBACK = [ipaddress.ip_network(each) for each in ("127.0.0.0/8", "::1/128")]
_PRIVATE = [
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]
"""RFC 1918 and RFC 4193. Link-local addresses are no hosts of an office: 169.254.169.254 is where
clouds keep their keys."""

JSON = ("application/json", "application/geo+json")

_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(Exception):
    """Nothing answers there. Says why, never what was asked."""


class Unreadable(Exception):
    """It answered, but not this: an error, another type, too much, too slowly."""


class PrivateServer:
    """One server of the office, by the address that was checked."""

    def __init__(
        self,
        url: str,
        *,
        allowed_hosts: Collection[str] = (),
        certificate: Path | None = None,
        service: str = "geocoder",
        accepts: Sequence[str] = JSON,
        longest: int = LONGEST_ANSWER,
    ) -> None:
        """Looks the host up and checks it; nothing is sent.

        Args:
            url: `http://host:port/path` or https.
            allowed_hosts: names or addresses of private hosts, compared as they are written.
            certificate: the authority that signed the server's certificate; by default public ones.
            service: what it is to the office, as its settings name it.
            accepts: media types of its answers.
            longest: bytes of an answer.

        Raises:
            InputError: not such a URL, a host that is not allowed, a public address behind it, or
                no such certificate.
        """
        parts = _checked_url(url, service)
        if certificate is not None and not certificate.is_file():
            raise _refused(
                service, "has no such certificate file; check its path", certificate.name
            )
        host = str(parts.hostname)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        pinned = _checked_host(
            service, host, port, {each.strip().casefold() for each in allowed_hosts}
        )
        self.name = f"{_bracketed(host)}:{port}"
        """The host and port as they were configured, for messages."""
        self._base = f"{parts.scheme}://{_bracketed(str(pinned))}:{port}{parts.path.rstrip('/')}"
        self._accepts, self._longest = accepts, longest
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(certificate) if certificate else True
        self._session.headers.update(
            {
                "Host": self.name,
                "Accept": ", ".join(accepts),
                "Accept-Encoding": "identity",
                "User-Agent": "outreach",
            }
        )
        self._session.mount("https://", _NamedHost(host))
        # It writes every path with its query at level DEBUG: those are addresses of children.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

    def get(self, path: str, params: Mapping[str, str]) -> bytes:
        """The document that answers a question.

        Raises:
            Unreachable: nobody answers.
            Unreadable: the answer is of no type that is accepted, or of no reasonable size.
        """
        try:
            return self._asked(path, params)
        except Unreachable:
            # The server may have closed a line that was kept open, just as we took it up again.
            return self._asked(path, params)

    def _asked(self, path: str, params: Mapping[str, str]) -> bytes:
        deadline = time.monotonic() + ANSWER_SECONDS
        try:
            answer = self._session.get(
                f"{self._base}/{path}",
                params=dict(params),
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            )
        except requests.exceptions.SSLError:
            raise Unreachable("its certificate is not trusted") from None
        except requests.ConnectionError:
            raise Unreachable("it does not answer") from None
        except requests.RequestException as error:
            raise Unreadable(type(error).__name__) from None
        with answer:
            return _body(answer, deadline, self._accepts, self._longest)


def _body(
    answer: requests.Response, deadline: float, accepts: Sequence[str], longest: int
) -> bytes:
    """The document, read in pieces: neither its size nor its speed is believed."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if answer.status_code != requests.codes.ok:
        raise Unreadable(f"status {answer.status_code}")
    if kind not in accepts or answer.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreadable("another type than was asked for")
    body = bytearray()
    try:
        # What has come, and not until so many bytes have: that may take for ever.
        while piece := answer.raw.read1(8192, decode_content=False):
            body += piece
            if len(body) > longest or time.monotonic() > deadline:
                raise Unreadable("too much, or too slowly")
    except (HTTPError, OSError) as error:
        raise Unreadable(type(error).__name__) from None
    return bytes(body)


class _NamedHost(HTTPAdapter):
    """HTTPS to the address that was checked, with the certificate of the name."""

    def __init__(self, host: str) -> None:
        self._host = host
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **settings: object
    ) -> None:
        """As requests calls it: every connection asks for the name and expects it."""
        names = {"server_hostname": self._host, "assert_hostname": self._host}
        super().init_poolmanager(connections, maxsize, block, **settings, **names)


# Hosts


def _checked_url(url: str, service: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        well_formed = bool(
            parts.scheme in ("http", "https")
            and parts.hostname
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        well_formed = False
    if not well_formed:
        raise _refused(service, "is no URL; write it as http://127.0.0.1:8088")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _refused(service, "holds more than host, port and path; leave the rest out")
    return parts


def _checked_host(service: str, host: str, port: int, allowed: Collection[str]) -> _Ip:
    """The one address to call.

    A host that is not on the list is not even looked up, unless it is this machine.
    """
    if host not in allowed and host != "localhost" and not _is_in(host, _LOOPBACK):
        raise _refused(
            service,
            "names neither this machine nor a host of the office's list; add it to "
            f"OUTREACH_{service.upper()}_HOSTS if it stands in your own network",
            host,
        )
    wanted = [*_LOOPBACK, *_PRIVATE] if host in allowed else _LOOPBACK
    ips = _addresses(service, host, port)
    if not ips or not all(_is_in(ip, wanted) for ip in ips):
        raise _refused(
            service, "is a public address: addresses of children are never sent there", host
        )
    return _unmapped(ipaddress.ip_address(ips[0]))


def _addresses(service: str, host: str, port: int) -> list[str]:
    """Every address that a name stands for; a written address is its own."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refused(service, "is not known in this network; check its name", host) from None
    return [str(each[4][0]).partition("%")[0] for each in found]


def _is_in(text: str, networks: Collection[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        ip = _unmapped(ipaddress.ip_address(text))
    except ValueError:
        return False
    return any(ip.version == network.version and ip in network for network in networks)


def _unmapped(ip: _Ip) -> _Ip:
    """`::ffff:8.8.8.8` is 8.8.8.8."""
    return (ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None) or ip


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _refused(service: str, message: str, host: str = "") -> InputError:
    return InputError(Fault(message, field=service, value=host))
