"""Text from outside stays text in HTML, in templates, in scripts and in file names."""

from __future__ import annotations

import html
import json
import string

import jinja2
from hypothesis import given
from hypothesis import strategies as st

from maps.escape import MAX_TEXT, file_name, html_text, plain, script_data
from maps.offline import refuse_links

TEMPLATES = jinja2.Environment(autoescape=False)  # folium's own does not escape either


@given(st.text())
def test_html_shows_the_text_literally(text: str) -> None:
    """What a browser shows is the text on one line, whatever is in it."""
    assert html.unescape(html_text(text)) == plain(text)


@given(st.text(alphabet=st.sampled_from(list("{}%#<>&\"'`$\\a1\u2028"))))
def test_nothing_is_left_that_another_language_reads(text: str) -> None:
    """No sign survives that opens a tag, a quote, a template or a script's placeholder."""
    assert not set(html_text(text)) & set("<>\"'{}`$\\/")


@given(st.text(alphabet=st.sampled_from(list("{}%#7*1abc \u2028<"))))
def test_templates_do_not_run_what_passed(text: str) -> None:
    """Rendering the escaped text twice as a template, as folium does, changes nothing."""
    once = TEMPLATES.from_string(html_text(text)).render()
    assert TEMPLATES.from_string(once).render() == html_text(text)


@given(
    st.recursive(
        st.text() | st.integers(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(alphabet=string.ascii_letters), inner)
        ),
        max_leaves=8,
    )
)
def test_script_data_means_the_same_and_hides_everything(value: object) -> None:
    """Data for a script reads back equal, and holds no template, tag or line separator."""
    text = script_data(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&'`$\u2028\u2029")
    assert "{{" not in text
    assert "{%" not in text
    assert "{#" not in text


def test_a_text_that_looks_like_a_link_does_not_stop_the_page() -> None:
    """Pages refuse what would ask another host; words of a case that say so are only words."""
    words = "<img src=//x.example/a.png> url(//x.example) fetch('https://x.example')"
    refuse_links(html_text(words))
    refuse_links(script_data({"label": words}))


def test_a_very_long_cell_is_cut() -> None:
    """Ten thousand characters do not fill a map."""
    assert len(plain("я" * 10_000)) == MAX_TEXT


def test_file_names_are_clean_and_stay_apart() -> None:
    """A team id can neither leave its folder nor hide another team's file."""
    assert file_name("RSE-01") == "RSE-01"
    names = {file_name(text) for text in ("../../etc", "..\\..\\etc", "Екип 1", "Екип 2", "a" * 99)}
    assert len(names) == 5
    assert all(set(name) <= set(string.ascii_letters + string.digits + "-_") for name in names)
    assert all(len(name) <= 40 for name in names)
