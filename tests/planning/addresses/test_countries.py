"""A region over two borders: Dəniz in Azerbaijan, Көлді in Kazakhstan, Липово in Bulgaria.

Each has a handful of streets as its map names them; doors are twenty metres apart, streets 240 m.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from planning.addresses.countries import likely, split
from planning.addresses.gazetteer import (
    Gazetteer,
    HouseNumber,
    Municipality,
    Settlement,
    Street,
    StreetKind,
)
from planning.addresses.geocoder import Geocoder
from planning.addresses.grammars import az, kz
from planning.addresses.index import Index
from planning.addresses.keys import name_of
from planning.addresses.parse import Parsed, parse, readings
from planning.model import Address, Level, LonLat, Unit

Names = dict[str, tuple[str, ...]]


class Town(NamedTuple):
    """A town; `streets` and `quarters` with their other names."""

    name: str
    names: tuple[str, ...]
    at: LonLat
    streets: Names
    quarters: Names


# By country.
TOWNS = {
    "bg": Town("Липово", ("Lipovo",), (26.0, 43.8), {"ул. Низами": (), "ул. Гоголя": ()}, {}),
    "az": Town(
        "Dəniz",
        ("Дениз", "Daniz"),
        (49.8, 40.4),
        {
            "Nizami küçəsi": ("улица Низами",),
            "Heydər Əliyev prospekti": ("проспект Гейдара Алиева",),
            "Üzeyir Hacıbəyov küçəsi": ("улица Узеира Гаджибекова",),
            "Şamil Əzizbəyov küçəsi": (),
            "Xaqani küçəsi": ("улица Хагани",),
            "İstiqlaliyyət küçəsi": (),
            "28 May küçəsi": ("улица 28 Мая",),
            "Neftçilər prospekti": ("проспект Нефтяников",),
            "4-cü Müslüm Maqomayev küçəsi": (),
        },
        {"8-ci mikrorayon": (), "9-cu mikrorayon": (), "Əhmədli qəsəbəsi": ()},
    ),
    "kz": Town(
        "Көлді",
        ("Кольды", "Koldy"),
        (73.1, 49.8),
        {
            "улица Гоголя": ("Гоголь көшесі",),
            "улица Абая": (),
            "улица Зелинского": (),
            "улица Терешковой": (),
            "улица Жарокова": (),
            "улица Алихана Ермекова": (),
            "улица Кенесары": ("улица Комсомольская",),
            "проспект Бухар-Жырау": ("Бұқар жырау даңғылы", "Советский проспект"),
            "проспект Строителей": ("Құрылысшылар даңғылы",),
        },
        {"микрорайон Степной-1": ("Степной-1 ықшам ауданы",), "микрорайон 15": (),
         "микрорайон Кунгей": ("Күнгей ықшам ауданы",)},
    ),
}  # fmt: skip
NUMBERS = ("1", "5", "7", "11", "12", "15", "15/2", "15А", "29к2", "219")


def region() -> Gazetteer:
    """The three towns in one pack, Bulgaria's first."""
    streets: list[Street] = []
    numbers: list[HouseNumber] = []
    for code, town in TOWNS.items():
        lon, lat = town.at
        kinds = dict.fromkeys(town.streets, StreetKind.STREET)
        kinds |= dict.fromkeys(town.quarters, StreetKind.QUARTER)
        for row, (name, kind) in enumerate(kinds.items()):
            y = lat + row * 240 / 111_195
            others = (town.streets | town.quarters)[name]
            street = Street(len(streets), code, name, kind, lon, y, others, 200.0)
            streets.append(street)
            numbers += [
                HouseNumber(street.street_id, number, lon + at * 0.00025, y)
                for at, number in enumerate(NUMBERS)
            ]
    return Gazetteer(
        "bg",
        tuple(
            Municipality(code, town.name, town.names, country="" if code == "bg" else code)
            for code, town in TOWNS.items()
        ),
        tuple(
            Settlement(code, town.name, "town", code, *town.at, town.names, 50_000, 3_000.0)
            for code, town in TOWNS.items()
        ),
        tuple(streets),
        tuple(numbers),
    )


@pytest.fixture(scope="module")
def geocoder() -> Geocoder:
    """Finds addresses in all three towns."""
    return Geocoder(region())


# (what the map calls it, spellings that lead there without a person's help)
AZERBAIJAN = (
    (
        "Nizami küçəsi 12",
        "Dəniz şəhəri, Nizami küçəsi 12",
        "Dəniz ş., Nizami küç. 12, m. 5",
        "Dəniz şəhəri Nizami küçəsi ev 12 mənzil 5",
        "AZ1000, Dəniz, Nizami küçəsi, bina 12, blok 2, mərtəbə 3, mənzil 5",
        "Nizami küçəsi 12, Dəniz AZ 1000",
        "Dəniz ş., Mərkəz r-nu, Nizami k. 12",
        "Dəniz, küç. Nizami 12",
        "Deniz seheri, Nizami kucesi 12, menzil 5",
        "DƏNİZ ŞƏHƏRİ, NİZAMİ KÜÇƏSİ 12",
        "DENIZ SEHERI, NIZAMI KUCESI, EV 12",
        "Дәниз шәһәри, Низами күчәси 12",
        "г. Дениз, ул. Низами, д. 12, кв. 5",
        "Daniz, Nizami kuchasi 12",
        "12 saylı ev, Nizami küçəsi, Dəniz",
    ),
    (
        "Heydər Əliyev prospekti 7",
        "Dəniz, Heydar Aliyev prospekti 7",
        "Dəniz, H. Əliyev pr. 7",
        "Dəniz, Heyder Eliyev pr-ti 7",
        "Дениз, пр. Гейдара Алиева, 7",
    ),
    (
        "Üzeyir Hacıbəyov küçəsi 11",
        "Dəniz, Ü.Hacıbəyov küç. 11",
        "Daniz, Uzeyir Hajibeyov kuch. 11",
        "Dəniz, Uzeyir Haciboyov kuc. 11",
        "Дәниз, Үзејир Һаҹыбәјов күчәси 11",
    ),
    (
        "Şamil Əzizbəyov küçəsi 15А",
        "Dəniz, Shamil Azizbayov küç. 15a",
        "Дениз, ул. Шамиля Азизбейова 15а",
    ),
    ("Xaqani küçəsi 5", "Dəniz, Khagani kuchesi 5", "Daniz, Khaqani küç. 5"),
    (
        "İstiqlaliyyət küçəsi 5",
        "Dəniz, İSTİQLALİYYƏT KÜÇ. 5",
        "DENIZ, ISTIQLALIYYET KUC. 5",
        "Dəniz, ıstiqlaliyyət küç. 5",
    ),
    ("28 May küçəsi 5", "Dəniz ş. 28 May küç. 5", "Дениз, ул. 28 Мая, 5", "Dəniz, 28 may küç., 5"),
    ("Neftçilər prospekti 5", "Дениз, пр-т Нефтяников 5", "Deniz, Neftchilar pr. 5"),
    ("4-cü Müslüm Maqomayev küçəsi 5", "Dəniz, 4-cü Müslüm Maqomayev küç., ev 5"),
    (
        "8-ci mikrorayon 12",
        "Dəniz, 8-ci mikrorayon, ev 12",
        "Dəniz, 8-ci mkr, bina 12, mənzil 4",
        "Dəniz, mkr-n 8, ev 12",
        "Dəniz, 8 mkr, 12",
        "Дениз, 8-й мкр, дом 12, кв. 4",
        "Дениз, микрорайон 8, д. 12",
    ),
    (
        "Əhmədli qəsəbəsi 12",
        "Dəniz ş., Əhmədli qəs., ev 12",
        "Daniz, Ahmadli gasabasi 12",
        "Дениз, пос. Ахмедлы, д. 12",
    ),
)

KAZAKHSTAN = (
    (
        "улица Гоголя 15",
        "Көлді қаласы, Гоголь көшесі, 15-үй, 7-пәтер",
        "Көлді қ., Гоголь көш. 15 үй 7 пәтер",
        "Көлді қаласы Гоголь көшесі үй 15 пәтер 7",
        "г. Кольды, ул. Гоголя, д. 15, кв. 7",
        "г.Кольды ул.Гоголя 15-7",
        "Кольды, Гоголя 15",
        "Кольды, ул. Гоголь, 15",
        "г. Кольды Гоголь көшесі 15",
        "100000, г. Кольды, р-н имени Казыбек би, ул. Гоголя, 15, под. 2, 3 этаж, кв. 17",
        "A15G7D2, Көлді қ., Гоголь к-сі, 15, п. 7",
        "Koldy, ul. Gogolya 15, kv. 5",
        "Köldi qalasy, Gogol köshesi 15",
        "Г. КОЛЬДЫ, УЛ. ГОГОЛЯ, Д. 15",
        "Қазақстан, Көлді, Гоголь көшесі 15",
    ),
    ("улица Гоголя 15/2", "Кольды, ул. Гоголя 15/2, кв. 5", "Көлді, Гоголь көшесі 15/2-үй"),
    ("улица Гоголя 29к2", "Кольды, ул. Гоголя, 29, корп. 2", "Кольды, Гоголя 29 к2 кв 3"),
    ("улица Гоголя 219", "Кольды, ул. Гоголя, дом 219", "Көлді, Гоголь көшесі, 219-үй"),
    ("улица Абая 5", "Көлді, Абай көшесі 5", "Koldy, Abay koshesi 5", "Кольды, ул. Абай 5"),
    ("улица Зелинского 5", "Кольды, ул. Зелинский 5", "Көлді, Зелинский көшесі 5"),
    ("улица Терешковой 5", "Кольды, ул. Терешкова 5"),
    ("улица Жарокова 219", "Көлді, Жароков көшесі 219", "Koldy, Zharokov koshesi 219"),
    (
        "улица Алихана Ермекова 5",
        "Көлді, Әлихан Ермеков көшесі 5",
        "Кольды, ул. А. Ермекова 5",
        "Кольды, улица Ермекова 5",
    ),
    ("улица Кенесары 5", "Кольды, ул. Комсомольская 5"),
    (
        "проспект Бухар-Жырау 5",
        "Көлді, Бұқар жырау даңғылы 5",
        "Колди, Букар жырау дангылы 5",
        "Кольды, пр. Бухар Жырау 5",
        "Кольды, Советский проспект, 5",
        "Köldi, Buqar jyrau dańǵyly 5",
    ),
    ("проспект Строителей 5", "Көлді, Құрылысшылар даң. 5", "Колди, Курылысшылар д-лы 5"),
    (
        "микрорайон Степной-1 7",
        "г. Кольды, мкр. Степной-1, д. 7, кв. 5",
        "г. Кольды, м-н Степной 1, дом 7",
        "Кольды, Степной-І, 7",
        "Көлді, Степной-1 ықшам ауданы, 7-үй",
        "Көлді, Степной-1 ш/а, 7",
        "Кольды, Степной 1 мкр, 7",
        "Кольды, мкр Степной 1-7",
    ),
    ("микрорайон 15 7", "Кольды, 15 мкр, дом 7", "Кольды, мкр 15-7", "Көлді, 15 ықшам ауданы 7"),
    ("микрорайон Кунгей 11", "Кольды, мкр. Кунгей 11-12", "Көлді, Күнгей ы.а. 11 үй"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("matched", "text"),
    [(case[0], text) for case in (*AZERBAIJAN, *KAZAKHSTAN) for text in case[1:]],
)
def test_finds_the_door_in_every_spelling(geocoder: Geocoder, matched: str, text: str) -> None:
    """Local, ASCII, Cyrillic and Russian: one door, though the pack holds three countries."""
    place = geocoder.locate(Address(text))
    assert place.matched.partition(", ")[2].casefold() == matched.casefold(), place.explanation
    assert place.level is Level.HOUSE
    assert place.municipality_code in ("az", "kz")


def first_number(parsed: Parsed) -> str:
    """The house number of an Azerbaijani or Kazakh address."""
    stretches = (*parsed.streets, *parsed.quarters)
    likeliest = [readings(stretch, kz.GRAMMAR)[0].number for stretch in stretches]
    return next(filter(None, (parsed.number, *likeliest)), "")


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("Абай көшесі, 15-үй, 7-пәтер", "15", Unit(flat="7")),
        ("Абай көшесі 15 үй 7 пәтер", "15", Unit(flat="7")),
        ("Абай көшесі үй 15 пәтер 7", "15", Unit(flat="7")),
        ("Абай көшесі 15, 2-кіреберіс, 3-қабат, 7-пәтер", "15", Unit("2", "3", "7")),
        ("ул. Абая 15-20", "15", Unit(flat="20")),
        ("ул. Абая, д. 15а-20", "15а", Unit(flat="20")),
        ("ул. Абая, 15/2, кв. 20", "15/2", Unit(flat="20")),
        ("ул. Абая, 29 корп. 2, под. 1, эт. 3, оф. 5", "29к2", Unit("1", "3", "5")),
        ("мкр. Степной-1, участок 15", "15", Unit()),
    ],
)
def test_reads_kazakh_numbers(text: str, number: str, unit: Unit) -> None:
    """Words before and after their number; what follows a dash is a flat."""
    parsed = parse(f"Көлді қ., {text}", kz.GRAMMAR)
    assert (first_number(parsed), parsed.unit) == (number, unit)


def test_one_letter_stands_for_two_things() -> None:
    """ "п. 5" is a flat and "п. Ботакара" a village; "m. 5" a flat, "k. 5" a street's number."""
    flat = parse("ул. Абая 15, п. 5", kz.GRAMMAR)
    village = parse("п. Ботакара, ул. Абая 15", kz.GRAMMAR)
    assert (flat.unit.flat, flat.settlements) == ("5", [])
    assert (village.unit.flat, village.settlements[0].tokens[0].text) == ("", "ботакара")
    street = parse("Maştağa k., Nizami k. 5, m. 7", az.GRAMMAR)
    assert [s.tokens[0].text for s in street.settlements] == ["maştağa"]
    assert [s.tokens[0].text for s in street.streets] == ["nizami"]
    assert street.unit.flat == "7"


def test_initials_are_no_designators() -> None:
    """M.K. Atatürk: the K is no village, M. Ə. Rəsulzadə has no flat."""
    for text, name in (
        ("M.K. Atatürk pr. 5", "m k ataturk"),
        ("M.Ə.Rəsulzadə küç. 5", "rəsulzadə"),
    ):
        parsed = parse(f"Dəniz ş., {text}", az.GRAMMAR)
        assert not parsed.unit.flat
        assert len(parsed.settlements) == 1
        assert name in " ".join(token.text for token in parsed.streets[0].tokens)


def test_postcodes_of_every_kind() -> None:
    """Four digits with AZ, six of old, and seven letters and digits."""
    for text in ("AZ1000, Dəniz", "AZ 1000 Dəniz", "Dəniz AZ-1000", "Дениз, индекс 1000"):
        assert parse(text, az.GRAMMAR).postcode == "1000"
    assert parse("Дениз 370000", az.GRAMMAR).postcode == "370000"
    assert parse("A15G7D2, Көлді", kz.GRAMMAR).postcode == "A15G7D2"
    assert parse("100000 Көлді", kz.GRAMMAR).postcode == "100000"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Əhmədli", "Ahmadli"), ("Əhmədli", "Ehmedli"), ("Əhmədli", "Әһмәдли"),
        ("Əhmədli", "Ахмедлы"), ("Biləcəri", "Биляджары"), ("Yeni Günəşli", "Ени Гюнешли"),
        ("İSMAYIL", "ismayıl"), ("Şıxov", "Shikhov"), ("Çıraq", "Chirag"),
    ],
)  # fmt: skip
def test_azerbaijani_names_have_one_key(one: str, other: str) -> None:
    """Latin, ASCII, English habits, Cyrillic and Russian: by sound they are one name."""
    assert name_of(one, az.GRAMMAR).key == name_of(other, az.GRAMMAR).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Қарағанды", "Караганда"), ("Қарағанды", "Qaraghandy"), ("Қарағанды", "Qarağandy"),
        ("Әуезов", "Ауэзова"), ("Мұқанов", "Муканова"), ("Тәттімбет", "Таттимбета"),
        ("Сәкен", "Saken"), ("Шахтёров", "Shakhterov"), ("Тiлеуғабыл", "Тілеуғабыл"),
        ("Карагандинская область", "Қарағанды облысы"),
    ],
)  # fmt: skip
def test_kazakh_and_russian_names_have_one_key(one: str, other: str) -> None:
    """Letters typed on a Russian keyboard, genitives, and three Latin alphabets."""
    assert name_of(one, kz.GRAMMAR).key == name_of(other, kz.GRAMMAR).key


def test_a_pack_is_split_by_country() -> None:
    """Each country's names, doors and towns go to its own part; nothing is lost or doubled."""
    whole = region()
    parts = split(whole)
    assert [part.country for part in parts] == ["bg", "az", "kz"]
    assert [len(part.settlements) for part in parts] == [1, 1, 1]
    for name in ("municipalities", "settlements", "streets", "numbers"):
        assert sum(len(getattr(part, name)) for part in parts) == len(getattr(whole, name))
    assert split(parts[0]) == (parts[0],)


@pytest.mark.parametrize(
    ("address", "countries"),
    [
        (Address("Dəniz, Nizami küçəsi 5"), ["az"]),
        (Address("ул. Гоголя 5, Дениз"), ["az"]),
        (Address("ул. Гоголя 5", "Кольды"), ["kz"]),
        (Address("ул. Гоголя 5", municipality="Липово"), ["bg"]),
        (Address("ул. Гоголя 5, РК"), ["kz"]),
        (Address("ул. Кольды 5, гр. Липово"), ["bg", "kz"]),
        (Address("ул. Гоголя 5"), ["bg", "az", "kz"]),
        (Address(""), ["bg", "az", "kz"]),
    ],
)
def test_an_address_goes_to_the_countries_it_names(address: Address, countries: list[str]) -> None:
    """By its places, or its country's name; an address that names neither goes to all."""
    indexes = [Index(part) for part in split(region())]
    assert [index.gazetteer.country for index in likely(address, indexes)] == countries


def test_a_street_of_two_countries_goes_to_a_person(geocoder: Geocoder) -> None:
    """ "ул. Гоголя 5" alone is a door in two countries."""
    place = geocoder.locate(Address("ул. Гоголя 5"))
    assert place.needs_review
    assert geocoder.locate(Address("ул. Гоголя 5, гр. Липово")).municipality_code == "bg"
    assert geocoder.locate(Address("ул. Гоголя 5, г. Кольды")).municipality_code == "kz"


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("Dəniz ş., Nizami küç. ev N 12", "Dəniz, Nizami küçəsi 12"),
        ("Dəniz ş., Nizami küçəsi N12, m. 5", "Dəniz, Nizami küçəsi 12"),
        ("Xaqani k., ev N 5, Dəniz", "Dəniz, Xaqani küçəsi 5"),
        ("Dəniz, Əhmədli q., b. 5", "Dəniz, Əhmədli qəsəbəsi 5"),
        ("Əhmədli qəsəbəsi, ev 5", "Dəniz, Əhmədli qəsəbəsi 5"),
        ("Əhmədli qəsəbəsi, bina 5, Dəniz şəhəri", "Dəniz, Əhmədli qəsəbəsi 5"),
        ("Dəniz, 8-ci mikr., 11 nömrəli bina, m 6", "Dəniz, 8-ci mikrorayon 11"),
        ("Dəniz, Nizami küçəsi 5, məktəbin yanında", "Dəniz, Nizami küçəsi 5"),
        ("г. Көлді, 15-мкр 12", "Көлді, микрорайон 15 12"),
    ],
)
def test_how_clerks_of_baku_and_karaganda_write_a_number(
    geocoder: Geocoder, text: str, matched: str
) -> None:
    """Signs before the number, one-letter designators, a town behind its quarter."""
    place = geocoder.locate(Address(text))
    assert (place.matched, place.needs_review) == (matched, False)


@pytest.mark.parametrize(
    "text",
    [
        "г. Көлді, микрорайон Кунгей 5, ул. Гоголя 11",
        "г. Көлді, микрорайон Степной-1 5 / улица Гоголя 11",
        "прописка: г. Көлді, Степной-1 ықшам ауданы 5, факт. г. Көлді, м-н 15 д. 12",
        "г. Көлді, Гоголя 15 и Терешковой 11",
        "Dəniz ş., 8-ci mikrorayon 11 / 9-cu mikrorayon 12",
        "qeydiyyatda: Dəniz, 8-ci mikrorayon 5, yaşayır: Dəniz, Xaqani küç. 5",
        "Dəniz, Nizami küç 5; Əhmədli qəs. ev 11",
        "Dəniz, Nizami küç 5 və ya 8-ci mikrorayon 11",
        "тіркелген: г. Көлді, микрорайон Кунгей 5, нақты: микрорайон 15 12",
        "г. Көлді, микрорайон Степной-1, д. 5 кв. 7 / м-н Кунгей д. 11 кв.139",
    ],
)
def test_a_microdistrict_and_a_street_with_numbers_are_two_addresses(
    geocoder: Geocoder, text: str
) -> None:
    """Each has a door of its own on the map, far from the other's."""
    place = geocoder.locate(Address(text))
    assert (place.level, place.needs_review) == (Level.SETTLEMENT, True)
    assert len(place.candidates) == 2


def one_city(country: str, name: str) -> Geocoder:
    """A region of one city with Nizami's street, its doors 5 and 12."""
    city = Settlement("1", name, "city", "m", 49.9, 40.4, (), 2_000_000, 9_000.0)
    street = Street(0, "1", "Nizami küçəsi", StreetKind.STREET, 49.9, 40.4, (), 300.0)
    numbers = tuple(HouseNumber(0, n, 49.9, 40.4) for n in ("5", "12"))
    return Geocoder(Gazetteer(country, (), (city,), (street,), numbers))


def test_a_district_of_another_city_is_not_this_city() -> None:
    """Quba has a Nizami street too; Xətai is one of Baku's own districts."""
    baku = one_city("az", "Bakı")
    assert not baku.locate(Address("Xətai rayonu, Nizami küçəsi 5")).needs_review
    place = baku.locate(Address("Quba rayonu, Nizami küçəsi 5"))
    assert place.needs_review
    assert "no such district" in place.explanation
    assert not one_city("az", "Gəncə").locate(Address("Quba rayonu, Nizami küç. 5")).needs_review


def test_a_name_alone_may_be_a_town_elsewhere() -> None:
    """ "Nizami" is a street of Baku and a district; nothing says which."""
    baku = one_city("az", "Bakı")
    assert baku.locate(Address("Nizami")).needs_review
    assert not baku.locate(Address("Nizami 5")).needs_review
