"""Points with their reference system: PostGIS on PostgreSQL, EWKB in SQLite.

Only what is public lies in such a column, as schools do. A child's home is sealed with its case
(`data.registry.seal`) and never becomes a geometry that the database could read.
"""

from __future__ import annotations

from typing import Any

import shapely
from sqlalchemy import Dialect, LargeBinary, TypeDecorator
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine, UserDefinedType

from planning.model import LonLat

SRID = 4326


class PostgisPoint(UserDefinedType[Any]):
    """A column of PostGIS. It takes and gives EWKB in hexadecimal."""

    cache_ok = True

    def __init__(self, geometry_type: str = "POINT", srid: int = SRID) -> None:
        """As PostgreSQL tells it of a column: `geometry(Point,4326)`."""
        self.geometry_type = geometry_type
        self.srid = int(srid)

    def get_col_spec(self, **_: object) -> str:
        """The type in SQL."""
        return f"geometry({self.geometry_type},{self.srid})"


class Point(TypeDecorator[LonLat]):
    """(lon, lat) in degrees, EPSG:4326."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostGIS where there is one."""
        wanted = PostgisPoint() if dialect.name == "postgresql" else LargeBinary()
        return dialect.type_descriptor(wanted)

    def process_bind_param(self, value: LonLat | None, dialect: Dialect) -> str | bytes | None:
        """EWKB with its SRID."""
        if value is None:
            return None
        point = shapely.set_srid(shapely.Point(value), SRID)
        as_text = dialect.name == "postgresql"
        ewkb: str | bytes = shapely.to_wkb(point, hex=as_text, include_srid=True)
        return ewkb

    def process_result_value(self, value: str | bytes | None, _: Dialect) -> LonLat | None:
        """Back to degrees."""
        if value is None:
            return None
        ((lon, lat),) = shapely.get_coordinates(shapely.from_wkb(value)).tolist()
        return lon, lat


postgresql.base.ischema_names["geometry"] = (
    PostgisPoint  # else a look at the schema warns of a type it cannot name
)
