"""A map is one file that asks nobody for anything."""

from __future__ import annotations

import folium
import pytest

from maps.offline import OfflineMap, leaflet_css, leaflet_js, page, refuse_links, render


def test_leaflet_is_inside_and_folium_links_are_not() -> None:
    """A plain folium map comes out whole, without a single link."""
    html = render(folium.Map(tiles=None), title="Русе", language="bg")
    assert leaflet_js() in html
    assert "<script src" not in html
    assert "<link" not in html
    assert '<html lang="bg">' in html
    assert "<title>Русе</title>" in html
    assert "width=device-width" in html


def test_leaflets_pictures_are_inside_its_style() -> None:
    """Nothing is left to fetch from a folder beside the page."""
    assert "url(images/" not in leaflet_css()
    assert leaflet_css().count("data:image/png;base64,") == 3
    assert "sourceMappingURL" not in leaflet_js()


def test_only_the_scripts_written_here_may_run() -> None:
    """The policy names them by their digests and allows nothing else."""
    html = page(title="t", language="en", body="<p>x</p>", styles=[], scripts=["let a = 1;"])
    policy = html.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "script-src 'none'" in page(title="t", language="en", body="", styles=[])


def test_a_tile_layer_is_refused() -> None:
    """A map with tiles would tell a stranger where the children are."""
    with pytest.raises(RuntimeError, match="would ask another host: https://tile"):
        render(folium.Map(), title="t", language="en")


def test_a_popup_that_needs_jquery_is_refused() -> None:
    """folium's popups run through jQuery and template literals; ours do not."""
    drawing = folium.Map(tiles=None)
    folium.Marker([0, 0], popup="x").add_to(drawing)
    with pytest.raises(RuntimeError, match="jQuery"):
        render(drawing, title="t", language="en")


def test_a_plugin_that_loads_its_script_is_refused() -> None:
    """A file that no dependency ships is not used."""
    drawing = folium.Map(tiles=None)
    drawing.get_root().header.add_child(
        folium.elements.JavascriptLink("https://cdn.example/x.js"), name="x"
    )
    with pytest.raises(RuntimeError, match="no package of ours carries"):
        render(drawing, title="t", language="en")


@pytest.mark.parametrize(
    "html",
    [
        "<img src=http://x.example/a.png>",
        "<img src='//x.example/a.png'>",
        '<a href="https://x.example/">',
        "<style>@import 'https://x.example/a.css'</style>",
        "<p style='background:url(https://x.example/a)'>",
        "L.tileLayer('https://x.example/{z}')",
        "fetch(`https://x.example`)",
    ],
)
def test_every_way_out_is_found(html: str) -> None:
    """Whatever would reach for another host is named."""
    with pytest.raises(RuntimeError, match=r"x\.example"):
        refuse_links(html)


def test_an_address_in_words_is_no_way_out() -> None:
    """Attribution may name a site as text."""
    refuse_links("<p>© OpenStreetMap contributors, https://www.openstreetmap.org/copyright</p>")


def test_a_script_between_the_words_is_refused() -> None:
    """Scripts come in by one door."""
    with pytest.raises(RuntimeError, match="scripts belong"):
        page(title="t", language="en", body="<ScRipt>1</script>", styles=[])
    with pytest.raises(RuntimeError, match="scripts belong"):
        page(title="t", language="en", body="", styles=[], scripts=["'</script>'"])


def test_the_same_map_has_the_same_bytes() -> None:
    """folium's random names do not reach our files."""
    first, second = (render(OfflineMap(), title="t", language="en") for _ in range(2))
    assert first == second
