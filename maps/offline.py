"""A folium map as one HTML file that needs nothing else: no host, no folder beside it.

Leaflet comes from the package that ships it and is written into the page; folium's own links
(Leaflet, jQuery, Bootstrap, icon fonts) are left out, and whatever would still reach for another
address makes `render` raise. The page carries a content security policy that allows exactly the
scripts written here: should markup ever slip through the escaping, it stays markup.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

import folium
from branca.element import CssLink, Figure, JavascriptLink

from maps.escape import html_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLIUM_OWN = frozenset(name for name, _ in (*folium.Map.default_js, *folium.Map.default_css))
_IMAGE = re.compile(r"url\((images/[\w.-]+)\)")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_REACHES_OUT = re.compile(
    r"""(?ix)
    (?: \b(?:src|href|action|formaction|poster|data|srcset|background) \s*=\s* ["']?\s*
      | url\(\s*["']?\s* | @import\s+["']?\s*
      | \b(?:L\.tileLayer|fetch|import|open|XMLHttpRequest)[\w.]*\s*\(\s*["'`]\s* )
    ( (?:https?:)?//[^\s"'`)>]* )
    """
)


NOTHING = "'none'"


class OfflineMap(folium.Map):
    """A folium map without tiles and without links; its name is fixed, so bytes repeat."""

    def __init__(self) -> None:
        super().__init__(
            location=[0, 0],
            zoom_start=12,
            tiles=None,
            prefer_canvas=True,
            zoom_control=False,
            attribution_control=False,
            zoom_snap=0.25,
            max_zoom=19,
        )
        self.default_js, self.default_css = [], []
        self._id = "offline"


@cache
def _leaflet(name: str) -> str:
    return (files("js_lib_leaflet") / "static" / "js_lib_leaflet" / name).read_text("utf-8")


def _as_data_uri(found: re.Match[str]) -> str:
    picture = files("js_lib_leaflet") / "static" / "js_lib_leaflet" / found.group(1)
    return f"url(data:image/png;base64,{b64encode(picture.read_bytes()).decode()})"


@cache
def leaflet_css() -> str:
    """Leaflet's style sheet with its pictures inside; the rule for Internet Explorer goes."""
    css = _IMAGE.sub(_as_data_uri, _leaflet("leaflet.css"))
    return re.sub(r"behavior:\s*url\(#default#VML\);", "", css)


@cache
def leaflet_js() -> str:
    """Leaflet's script without the link to its source map.

    Its default attribution links to its makers; our maps set their own, as text.
    """
    code = re.sub(r"//# sourceMappingURL=\S*", "", _leaflet("leaflet.js"))
    return code.replace("https://leafletjs.com", "leafletjs.com")


@cache
def asset(name: str) -> str:
    """One of our own scripts or style sheets in `maps/assets`."""
    return (files("maps") / "assets" / name).read_text("utf-8")


@lru_cache(maxsize=64)
def refuse_links(html: str) -> None:
    """Raise when something in `html` would ask another host for anything.

    Remembered for the parts that all pages share: Leaflet alone takes longer to read than a map.

    Raises:
        RuntimeError: naming the first such address.
    """
    found = _REACHES_OUT.search(html)
    if found:
        raise RuntimeError(f"this page would ask another host: {found.group(1)[:80]}")


def _policy(scripts: Sequence[str]) -> str:
    hashes = [
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts
    ]
    return (
        f"default-src 'none'; script-src {' '.join(hashes or [NOTHING])}; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def page(
    *, title: str, language: str, body: str, styles: Sequence[str], scripts: Sequence[str] = ()
) -> str:
    """One HTML document. `body` is HTML that was escaped where it had to be.

    Raises:
        RuntimeError: the document would run a script that is not in `scripts`, or load anything.
    """
    if "<script" in body.lower() or any("</script" in script.lower() for script in scripts):
        raise RuntimeError("scripts belong into `scripts`, not between the words of a page")
    for part in (body, *styles, *scripts):
        refuse_links(part)
    return "".join(
        (
            f'<!DOCTYPE html>\n<html lang="{html_text(language)}">\n<head>\n',
            '<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            '<meta name="robots" content="noindex, nofollow">\n',
            f"<title>{html_text(title)}</title>\n",
            *(f"<style>{style}</style>\n" for style in styles),
            "</head>\n<body>\n",
            body,
            "\n",
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>\n",
        )
    )


def _own_header(figure: Figure) -> str:
    """What layers put into the page's head, without folium's links and its first meta tag."""
    return "".join(
        child.render()
        for name, child in figure.header._children.items()
        if name != "meta_http"
        and not (isinstance(child, JavascriptLink | CssLink) and name in _FOLIUM_OWN)
    )


def render(
    drawing: folium.Map,
    *,
    title: str,
    language: str,
    body: str = "{map}",
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
) -> str:
    """`drawing` and the words around it as one self-contained page.

    Args:
        drawing: any folium map whose layers need Leaflet only.
        title: plain text for the browser's tab.
        language: code for `<html lang>`.
        body: escaped HTML around the map; `{map}` marks the map's place.
        styles: further style sheets.
        scripts: further scripts, run after Leaflet and before the map's own.

    Raises:
        RuntimeError: a layer needs jQuery or would load something from another host.
    """
    figure = drawing.get_root()
    assert isinstance(figure, Figure), "a folium map stands in a figure"
    figure.render()
    header = _own_header(figure)
    own = figure.script.render()
    if "$(" in own:
        raise RuntimeError("a layer needs jQuery, which offline maps do not carry")
    if re.search(r"<link|<script\s", header):
        raise RuntimeError("a layer needs a file that no package of ours carries")
    return page(
        title=title,
        language=language,
        body=body.replace("{map}", figure.html.render()),
        styles=[leaflet_css(), *re.findall(r"(?s)<style>(.*?)</style>", header), *styles],
        scripts=[*_SCRIPT.findall(header), leaflet_js(), *scripts, own],
    )
