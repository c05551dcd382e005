"""The list of a region's schools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from planning.errors import Fault, InputError
from planning.intake.cells import latitude_of, longitude_of
from planning.intake.headings import HeadingTable
from planning.intake.register import RegisterRow, filled, register_of
from planning.intake.rows import Row
from planning.intake.words import bare_municipality, by_word
from planning.model import LonLat
from planning.partners import School
from planning.text import note, shorten

SCHOOLS = HeadingTable(
    by_word(
        {
            "school_id": "код|код на училището|код по админ|код по неиспуо|нейспуо|id|school id|"
            "school code|код школы|код организации|məktəbin kodu|мектеп коды|№",
            "name": "училище|име на училището|училище/дг|наименование|наименование на училището|"
            "институция|школа|название школы|наименование школы|организация образования|məktəb|"
            "məktəbin adı|təhsil müəssisəsi|мектеп|мектептің атауы|білім беру ұйымы|school|"
            "school name|name",
            "municipality": "община|код на община|муниципалитет|район|rayon|rayonu|bələdiyyə|аудан|"
            "ауданы|municipality|municipality code",
            "lat": "ширина|географска ширина|широта|enlik|ендік|lat|latitude",
            "lon": "дължина|географска дължина|долгота|uzunluq|бойлық|lon|lng|longitude",
        }
    )
)

_WANTED = {
    "name": note("the school's name (“Училище”, “School”)"),
    "municipality": note("its municipality (“Община”, “Municipality”)"),
}


@dataclass(frozen=True, slots=True)
class ListedSchool:
    """A school as a list has it."""

    school: School
    """Its municipality's code is what the list states, a name or a code."""
    row: int


def read_school_rows(
    headings: Sequence[str], rows: Iterable[Row], *, file: str = ""
) -> tuple[ListedSchool, ...]:
    """Schools of a list with `headings` over `rows`.

    A school needs a name and a municipality; one without a code has its name for one. Where only
    one of latitude and longitude stands, the row is refused.

    Raises:
        InputError: every fault of every row.
    """
    register = register_of(headings, SCHOOLS, file=file, instead={"school_id": "name"})
    faults = register.missing(_WANTED)
    found: dict[str, ListedSchool] = {}
    for row in filled(rows) if not faults else ():
        reader = _SchoolReader(row, register)
        school = reader.school()
        if school.school_id in found:
            reader.refuse(note("this school stands in an earlier row already"), "school_id")
        faults += reader.faults
        found[school.school_id] = ListedSchool(school, reader.number)
    if not found and not faults:
        faults.append(Fault(note("no school stands below the headings"), file=file))
    if faults:
        raise InputError(faults)
    return tuple(found.values())


class _SchoolReader(RegisterRow):
    """One row on its way to a school."""

    def school(self) -> School:
        """The row's school; worthless when there are `faults`."""
        name = self.text("name")
        if not name:
            self.refuse(note("the school has no name"), "name")
        if not self.text("municipality"):
            self.refuse(note("the school has no municipality"), "municipality")
        return School(
            self.text("school_id") or name, name, self.text("municipality"), self._point()
        )

    def _point(self) -> LonLat | None:
        lat, lon = self.text("lat"), self.text("lon")
        if not lat and not lon:
            return None
        if not (lat and lon):
            self.refuse(note("a place needs latitude and longitude"), "lon" if lat else "lat")
            return None
        return self.parsed("lon", longitude_of, 0.0), self.parsed("lat", latitude_of, 0.0)


def in_region(
    listed: Iterable[ListedSchool], municipalities: Mapping[str, str], *, file: str = ""
) -> tuple[School, ...]:
    """The schools with the codes of their municipalities.

    Args:
        listed: as the list has them.
        municipalities: every name and code of the region's municipalities → code.
        file: for the faults.

    Raises:
        InputError: one fault for every school whose municipality the region does not have.
    """
    known = {bare_municipality(name): code for name, code in municipalities.items()}
    schools, faults = [], []
    for each in listed:
        code = known.get(bare_municipality(each.school.municipality_code))
        if code is None:
            stated = shorten(each.school.municipality_code)
            faults.append(
                Fault(note("the region has no such municipality; correct it"), file=file,
                      row=each.row, field="municipality", value=stated)
            )  # fmt: skip
        else:
            school = each.school
            schools.append(School(school.school_id, school.name, code, school.point))
    if faults:
        raise InputError(faults)
    return tuple(schools)
