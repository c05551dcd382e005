"""A stand-in for Overpass and Nominatim on loopback, answering from a real map file.

It understands the queries that osmnx and we write: tag filters, `(poly:'…')`, and recursion
downwards, which goes without saying unless `out` follows at once.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import osmium
import shapely

_QUERY = re.compile(r"(node|way|relation)((?:\[[^\]]*\])+)\(poly:'([^']*)'\)(;out;)?")
_FILTER = re.compile(r"""\[["']([^"']+)["'](?:(=|!~|~)["']([^"']*)["'])?\]""")


@dataclass
class Country:
    """All objects of a map file, as Overpass gives them, by type and id."""

    objects: dict[tuple[str, int], dict[str, Any]]

    @cached_property
    def tagged(self) -> dict[str, list[dict[str, Any]]]:
        by_kind: dict[str, list[dict[str, Any]]] = {"node": [], "way": [], "relation": []}
        for each in self.objects.values():
            if "tags" in each:
                by_kind[each["type"]].append(each)
        return by_kind

    @classmethod
    def read(cls, file: Path) -> Country:
        found = {}
        for each in osmium.FileProcessor(str(file)):
            kind = {"n": "node", "w": "way", "r": "relation"}[each.type_str()]
            record: dict[str, Any] = {"type": kind, "id": each.id}
            if len(each.tags):
                record["tags"] = {tag.k: tag.v for tag in each.tags}
            if kind == "node":
                record |= {"lat": each.location.lat, "lon": each.location.lon}
            elif kind == "way":
                record["nodes"] = [node.ref for node in each.nodes]
            else:
                names = {"n": "node", "w": "way", "r": "relation"}
                record["members"] = [
                    {"type": names[m.type], "ref": m.ref, "role": m.role} for m in each.members
                ]
            found[kind, each.id] = record
        return cls(found)

    def answer(self, query: str) -> list[dict[str, Any]]:
        found: dict[tuple[str, int], dict[str, Any]] = {}
        for kind, filters, poly, bare in _QUERY.findall(query):
            numbers = [float(number) for number in poly.split()]
            outline = shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True)))
            shapely.prepare(outline)
            wanted = _FILTER.findall(filters)
            for each in self.tagged[kind]:
                if _fits(each["tags"], wanted):
                    below = self.with_members(each)
                    if any(self._inside(one, outline) for one in below):
                        given = [each] if bare else below
                        found |= {(one["type"], one["id"]): one for one in given}
        return list(found.values())

    def with_members(self, each: dict[str, Any]) -> list[dict[str, Any]]:
        refs = [("node", ref) for ref in each.get("nodes", ())]
        refs += [(m["type"], m["ref"]) for m in each.get("members", ()) if m["type"] != "relation"]
        members = [self.objects[ref] for ref in refs if ref in self.objects]
        return [each, *(below for member in members for below in self.with_members(member))]

    def _inside(self, each: dict[str, Any], outline: shapely.Polygon) -> bool:
        return each["type"] == "node" and shapely.intersects_xy(outline, each["lon"], each["lat"])

    def outline(self, name: str) -> dict[str, Any] | None:
        """Nominatim's answer for the boundary called `name`."""
        for each in self.objects.values():
            tags = each.get("tags", {})
            if each["type"] == "relation" and tags.get("admin_level") and tags.get("name") == name:
                lines = [
                    shapely.LineString(
                        [(self.objects["node", ref]["lon"], self.objects["node", ref]["lat"])
                         for ref in self.objects["way", member["ref"]]["nodes"]]
                    )
                    for member in each["members"]
                    if member["type"] == "way"
                ]  # fmt: skip
                shape = shapely.union_all(shapely.polygonize(lines).geoms)
                west, south, east, north = shape.bounds
                return {
                    "place_id": 1, "osm_type": "relation", "osm_id": each["id"],
                    "lat": str(shape.centroid.y), "lon": str(shape.centroid.x),
                    "class": "boundary", "type": "administrative", "importance": 0.5,
                    "display_name": name, "name": name,
                    "boundingbox": [str(south), str(north), str(west), str(east)],
                    "geojson": json.loads(shapely.to_geojson(shape)),
                }  # fmt: skip
        return None


def _fits(tags: dict[str, str], wanted: list[tuple[str, str, str]]) -> bool:
    for key, how, value in wanted:
        if not how and key not in tags:
            return False
        if how == "=" and tags.get(key) != value:
            return False
        if how == "!~" and re.search(value, tags.get(key, "")) and key in tags:
            return False
    return True


@dataclass
class Standin:
    """The running server: what it was asked, and how it is told to behave."""

    country: Country
    url: str = ""
    asked: list[str] = field(default_factory=list)
    """Path and query, or path and body, of every request."""
    refusals: list[int] = field(default_factory=list)
    """Status codes to answer the next Overpass queries with, before data again."""

    def questions(self) -> list[str]:
        return [each for each in self.asked if not each.startswith("/api/status")]


@contextmanager
def serve(country: Country) -> Iterator[Standin]:
    """The stand-in on a free port of loopback."""
    standin = Standin(country)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            standin.asked.append(self.path)
            asked = urlparse(self.path)
            if asked.path == "/api/status":
                self._send(
                    "text/plain", "Connected as: 1\nCurrent time: now\nRate limit: 2\n\n2 slots"
                )
            else:
                found = country.outline(parse_qs(asked.query)["q"][0])
                self._send("application/json", json.dumps([found] if found else []))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            standin.asked.append(f"{self.path} {body}")
            if standin.refusals:
                self._send("text/html", "busy", standin.refusals.pop(0))
                return
            elements = country.answer(parse_qs(body)["data"][0])
            self._send("application/json", json.dumps({"elements": elements}))

        def _send(self, kind: str, text: str, status: int = 200) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    standin.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
