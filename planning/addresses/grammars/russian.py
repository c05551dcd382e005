"""Russian words of an address, for every country where people write Russian.

Sources: the abbreviations of Приказ Минфина России № 171н (05.11.2015, the list of address elements
and their short forms); "корп.", "стр." and what stands before or after a name as the maps and lists
have them. Forms marked (k) are general knowledge.

Here кв. is a flat; in Bulgaria it is a quarter.
"""

from __future__ import annotations

from planning.addresses.grammar import ALTERNATIVE, Designator, Part, Side

_PLACES = (
    Designator(Part.COUNTRY, ("россия", "рф", "российская федерация")),
    Designator(Part.POSTCODE, ("индекс", "почтовый индекс")),
    Designator(Part.PROVINCE, ("обл.", "область"), side=Side.EITHER),
    Designator(Part.DISTRICT, ("р-н", "район", "рн"), side=Side.EITHER),
    Designator(Part.SETTLEMENT, ("гор.", "город"), kind="town"),
    Designator(Part.SETTLEMENT, ("г.",), kind="town", careful=True),
    Designator(
        Part.SETTLEMENT,
        ("село", "пос.", "посёлок", "поселок", "пгт", "дер.", "деревня", "аул", "станция", "ст."),
        "village",
    ),
    Designator(Part.SETTLEMENT, ("с.", "п."), kind="village", careful=True),
)
_STREETS = (
    Designator(Part.STREET, ("ул.", "улица", "ул-"), kind="street", side=Side.EITHER),
    Designator(
        Part.STREET, ("пр-т", "просп.", "проспект", "пр-кт", "пр.", "п-т"), "avenue", Side.EITHER
    ),
    Designator(Part.STREET, ("пер.", "переулок", "пер-к"), kind="lane", side=Side.EITHER),
    Designator(Part.STREET, ("проезд", "пр-д"), kind="drive", side=Side.EITHER),
    Designator(Part.STREET, ("бул.", "б-р", "бульвар"), kind="boulevard", side=Side.EITHER),
    Designator(Part.STREET, ("наб.", "набережная"), kind="embankment", side=Side.EITHER),
    Designator(Part.STREET, ("пл.", "площадь"), kind="square", side=Side.EITHER),
    Designator(Part.STREET, ("туп.", "тупик"), kind="dead end", side=Side.EITHER),
    Designator(Part.STREET, ("шоссе",), kind="road", side=Side.EITHER),
    Designator(Part.STREET, ("ш.",), kind="road", side=Side.EITHER, careful=True),
)
_ESTATE = Designator(
    Part.QUARTER, ("мкр.", "мкрн", "м-н", "мкр-н", "м-он", "микрорайон"), "estate", Side.EITHER
)
_DOORS = (
    Designator(Part.NUMBER, ("дом", "№", "no", "n", "участок", "уч.")),
    Designator(Part.NUMBER, ("д.",), careful=True),
    Designator(Part.SETTLEMENT, ("д.",), kind="village", careful=True),
    Designator(Part.ENTRANCE, ("подъезд", "под.", "подьезд"), side=Side.EITHER),
    Designator(Part.FLOOR, ("эт.", "этаж"), side=Side.EITHER),
    Designator(Part.FLAT, ("кв.", "квартира", "офис", "оф.", "комн.", "комната", "ком.")),
)
_NOISE = (
    Designator(Part.NOISE, ("или", "либо"), ALTERNATIVE),
    Designator(Part.NOISE, ("адрес", "по адресу")),
    Designator(
        Part.NOISE,
        ("адрес прописки", "прописка", "прописан", "адрес регистрации", "зарегистрирован",
         "место жительства по прописке"),
        kind="permanent",
    ),
    Designator(
        Part.NOISE,
        ("фактический адрес", "факт. адрес", "фактически", "факт.", "фактически проживает",
         "проживает", "проживает по адресу", "живёт", "живет", "временно"),
        kind="current",
    ),
)  # fmt: skip

DESIGNATORS = (*_PLACES, *_STREETS, _ESTATE, *_DOORS, *_NOISE)

NUMBER_WORDS = {
    "к": "к", "корп": "к", "корпус": "к", "с": "с", "стр": "с", "строение": "с",
}  # fmt: skip
ORDINAL_ENDINGS = frozenset({"й", "я", "е", "го", "му", "ый", "ая", "ой", "ий", "ти", "ое", "ои"})
NEAR = frozenset(
    {"около", "возле", "напротив", "рядом", "за", "перед", "позади", "недалеко", "вблизи"}
)
CORNER = frozenset({"угол", "угла", "углу"})
LINKS = frozenset({"и", "с", "со", "на"})
INSTITUTIONS = {
    "школа": "school", "школы": "school", "школой": "school", "школе": "school", "сш": "school",
    "гимназия": "school", "гимназии": "school", "лицей": "school", "лицея": "school",
    "детсад": "kindergarten", "детсада": "kindergarten", "садик": "kindergarten",
    "садика": "kindergarten", "акимат": "townhall", "акимата": "townhall", "полиция": "police",
    "полиции": "police",
}  # fmt: skip
NOTHING = (
    "адрес неизвестен", "без адреса", "нет адреса", "неизвестен", "нет данных", "не известен",
    "неизвестно", "не указан", "адрес не указан", "бомж", "без определенного места жительства",
)  # fmt: skip
WORDS = {
    "ген": "генерал", "акад": "академик", "проф": "профессор", "св": "святой", "бр": "братья",
}  # fmt: skip
TITLES = frozenset(
    {"имени", "им", "генерала", "академика", "профессора", "маршала", "героя", "космонавта"}
)

# Cases: Гоголя, Гоголь; Зелинского, Зелинский; Терешковой, Терешкова. `VOWELS` fall after these.
CASES = {"ого": "", "его": ""}
VOWELS = "аеиоу"
