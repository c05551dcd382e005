"""Map tiles from a server of the office, for maps on the screen; without one our own roads do.

This service asks for them and hands them on: which streets somebody looks at is told to no other
host, and a browser asks nobody but us. Where such a server may stand is in `data.private_http`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from cachetools import TTLCache

from data.private_http import PrivateServer, Unreachable, Unreadable
from planning.errors import Fault, InputError

URL_SETTING = "OUTREACH_TILES_URL"
"""`http://host:port/…/{z}/{x}/{y}.png`, or https."""
HOSTS_SETTING = "OUTREACH_TILES_HOSTS"
"""Private hosts besides loopback, separated by commas."""
CERTIFICATE_SETTING = "OUTREACH_TILES_CERTIFICATE"
"""File of the authority that signed the server's certificate."""
CREDIT_SETTING = "OUTREACH_TILES_CREDIT"
"""Who made what is on the tiles, as their licence wants it named."""

MOST_ZOOM = 19
LARGEST_TILE = 1 << 20
_KEPT_BYTES, _KEPT_SECONDS = 64 << 20, 24 * 3600
_PICTURES = ("image/png", "image/jpeg", "image/webp")
_PLACES = ("{z}", "{x}", "{y}")


class OfficeTiles:
    """`maps.web.tiles.Tiles`: asks the office's server once a day for a tile."""

    def __init__(
        self,
        url: str,
        *,
        credit: str = "",
        allowed_hosts: Collection[str] = (),
        certificate: Path | None = None,
    ) -> None:
        """Checks where the server stands; nothing is asked yet.

        Args:
            url: with each of {z}, {x} and {y} once in its path.
            credit: plain text.
            allowed_hosts: private hosts of the office; without them loopback only.
            certificate: see `PrivateServer`.

        Raises:
            InputError: not such a URL, or the host is public, unknown or not on the list.
        """
        try:
            parts = urlsplit(url.strip())
        except ValueError:
            raise _no_tiles() from None
        if any(parts.path.count(each) != 1 for each in _PLACES):
            raise _no_tiles()
        self._path = parts.path.removeprefix("/")
        self.credit = credit
        self._server = PrivateServer(
            parts._replace(path="").geturl(), allowed_hosts=allowed_hosts, certificate=certificate,
            service="tiles", accepts=_PICTURES, longest=LARGEST_TILE,
        )  # fmt: skip
        self._kept: TTLCache[tuple[int, int, int], bytes] = TTLCache(
            _KEPT_BYTES, _KEPT_SECONDS, getsizeof=len
        )
        self._turn = Lock()

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """A picture; None where there is no such tile, or the server does not give it."""
        if not (0 <= zoom <= MOST_ZOOM and 0 <= column < 1 << zoom and 0 <= row < 1 << zoom):
            return None
        at = zoom, column, row
        with self._turn:
            kept = self._kept.get(at)
        if kept is not None:
            return kept
        path = self._path
        for place, number in zip(_PLACES, at, strict=True):
            path = path.replace(place, str(number))
        try:
            found = self._server.get(path, {})
        except (Unreachable, Unreadable):
            return None
        with self._turn:
            self._kept[at] = found
        return found


def _no_tiles() -> InputError:
    return InputError(
        Fault(
            "is no address of tiles; write it as http://127.0.0.1:8080/{z}/{x}/{y}.png",
            field=URL_SETTING,
        )
    )


def configured(environ: Mapping[str, str] = os.environ) -> OfficeTiles | None:
    """The tile server of the settings; None where they name none.

    Raises:
        InputError: it may not be asked, see `OfficeTiles`.
    """
    url = environ.get(URL_SETTING, "")
    if not url:
        return None
    certificate = environ.get(CERTIFICATE_SETTING)
    return OfficeTiles(
        url,
        credit=environ.get(CREDIT_SETTING, ""),
        allowed_hosts=[each for each in environ.get(HOSTS_SETTING, "").split(",") if each.strip()],
        certificate=Path(certificate).expanduser() if certificate else None,
    )
