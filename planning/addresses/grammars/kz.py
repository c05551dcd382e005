"""Kazakhstan: Kazakh words behind the name, Russian words before it, mixed at will.

Sources: the designators of the OpenStreetMap names of Karaganda (name:kk, name:ru); postcodes of
seven letters and digits, announced by Қазпошта in 2016 (zakon.kz 4773761), six digits before; the
Latin alphabet of Decree № 637 of 19 February 2018 and its draft of 2021. Abbreviations, Kazakh
typed on a Russian keyboard and informal Latin are general knowledge.

The districts of Karaganda: Казыбек би, and Әлихан Бөкейхан, called Октябрьский before (general
knowledge).

Names are compared in one alphabet, by sound and without case endings: Гоголь көшесі is улица
Гоголя, Қарағанды is Караганда and Qaraghandy. Trap: кв. is a flat here, "п. 5" a flat and "п.
Ботакара" a village, "15-20" house 15, flat 20.
"""

from __future__ import annotations

from planning.addresses.grammar import ALTERNATIVE, Designator, Grammar, Part, Side
from planning.addresses.grammars import russian

_PLACES = (
    Designator(
        Part.COUNTRY,
        ("қазақстан", "қазақстан республикасы", "қр", "казахстан", "республика казахстан", "рк",
         "qazaqstan", "kazakhstan"),
    ),
    Designator(Part.POSTCODE, ("пошта индексі",)),
    Designator(Part.PROVINCE, ("облысы", "oblysy"), side=Side.AFTER),
    Designator(Part.DISTRICT, ("ауданы", "ауд.", "audany"), side=Side.RATHER_AFTER),
    Designator(
        Part.SETTLEMENT, ("қаласы", "қ-сы", "к-сы", "каласы", "qalasy", "kalasy", "k-sy"), "town",
        Side.AFTER,
    ),
    Designator(Part.SETTLEMENT, ("қ.", "к.", "k."), "town", Side.RATHER_AFTER, careful=True),
    Designator(Part.SETTLEMENT, ("ауылы", "кенті", "auyly"), "village", Side.AFTER),
    Designator(Part.SETTLEMENT, ("а.",), "village", Side.AFTER, careful=True),
)  # fmt: skip
_STREETS = (
    Designator(
        Part.STREET,
        ("көшесі", "көш.", "к-сі", "кө.", "кошеси", "көшеcі", "кош.", "к-си", "koshesi",
         "kosh.", "k-si"),
        "street", Side.RATHER_AFTER,
    ),
    Designator(
        Part.STREET,
        ("даңғылы", "даң.", "даңғ.", "д-лы", "дангылы", "данғылы", "данг.", "дан.", "dangyly",
         "dangghyly", "dang.", "d-ly"),
        "avenue", Side.RATHER_AFTER,
    ),
    Designator(Part.STREET, ("к.", "k."), "street", Side.AFTER, careful=True),
    Designator(Part.STREET, ("тұйығы", "тұй.", "туйыгы"), "dead end", Side.RATHER_AFTER),
    Designator(Part.STREET, ("бұлвары", "бульвары", "булвары"), "boulevard", Side.AFTER),
    Designator(Part.STREET, ("тас жолы",), "road", Side.AFTER),
    Designator(Part.STREET, ("алаңы",), "square", Side.AFTER),
    Designator(
        Part.QUARTER,
        ("шағын ауданы", "шағын аудан", "ш.а.", "ш/а", "ықшам ауданы", "ықшам аудан", "ы.а.", "ы/а",
         "ықшамаудан", "ықшамауданы", "мөлтек ауданы", "м/а", "м.а.", "шагын ауданы", "ықш.",
         "мкр.", "м-ны", "мкр-ны", "m-ny", "shagyn audany", "yqsham audany"),
        "estate", Side.RATHER_AFTER,
    ),
    Designator(Part.QUARTER, ("уч. кв.", "учётный квартал", "учетный квартал"), "block of houses"),
    Designator(Part.QUARTER, ("орамы", "квартал", "кв-л"), "block of houses", Side.EITHER),
    Designator(Part.STREET, ("ul.", "ulitsa", "ulica"), "street", Side.EITHER),
    Designator(Part.STREET, ("pr.", "prospekt", "prosp.", "pr-t"), "avenue", Side.EITHER),
    Designator(Part.QUARTER, ("mkr.", "mikrorayon", "mkrn", "m-n"), "estate", Side.EITHER),
)  # fmt: skip
_DOORS = (
    Designator(
        Part.NUMBER, ("үй", "үйі", "уй", "ғимарат", "dom", "uy", "üy", "d."), side=Side.EITHER
    ),
    Designator(Part.FLAT, ("пәтер", "пәт.", "патер", "kv.", "kvartira", "pater"), side=Side.EITHER),
    Designator(Part.FLAT, ("п.",), careful=True),
    Designator(Part.ENTRANCE, ("кіреберіс", "кіреб.", "кіре беріс"), side=Side.EITHER),
    Designator(Part.FLOOR, ("қабат",), side=Side.EITHER),
    Designator(Part.NOISE, ("немесе",), ALTERNATIVE),
    Designator(Part.NOISE, ("мекенжайы", "мекен-жайы", "мекенжай", "тұрғылықты мекенжайы")),
    Designator(Part.NOISE, ("тіркелген мекенжайы", "тіркелген", "тіркеу мекенжайы"), "permanent"),
    Designator(Part.NOISE, ("нақты", "нақты мекенжайы", "нақты тұратын мекенжайы"), "current"),
    Designator(Part.SETTLEMENT, ("g.", "gor.", "gorod"), "town"),
)

# One alphabet: Kazakh letters as they are typed on a Russian keyboard, then Latin by sound.
_CYRILLIC = {
    "ә": "а", "і": "и", "ї": "и", "ң": "н", "ғ": "г", "ү": "у", "ұ": "у", "қ": "к", "ө": "о",
    "һ": "х", "ё": "е", "й": "и", "ы": "и", "э": "е", "ю": "иу", "я": "иа", "ий": "и", "ия": "иа",
    "ый": "и", "ь": "", "ъ": "", "щ": "ш", "дж": "ж", "ье": "е", "ау": "ау", "әу": "ау",
    "нн": "н", "сс": "с", "нг": "н",
}  # fmt: skip
_LATIN = {
    "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "e": "е", "z": "з", "i": "и", "k": "к",
    "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у",
    "f": "ф", "h": "х", "y": "и", "j": "ж", "q": "к", "w": "у", "c": "ц", "x": "кс", "ə": "а",
    "ı": "и", "zh": "ж", "sh": "ш", "ch": "ч", "shch": "ш", "kh": "х", "gh": "г", "ts": "ц",
    "ş": "ш", "ç": "ч", "ğ": "г",
    "dzh": "ж", "ya": "иа", "ia": "иа", "ja": "иа", "yu": "иу", "iu": "иу", "ye": "е", "yo": "е",
    "ng": "н", "iy": "и", "iya": "иа", "yi": "и", "oe": "о", "ae": "а",
}  # fmt: skip

# Russian adjectives of the regions that are called after a town or river.
_PROVINCES = {
    "карагандинская": "қарағанды", "алматинская": "алматы", "акмолинская": "ақмола",
    "актюбинская": "ақтөбе", "атырауская": "атырау", "жамбылская": "жамбыл",
    "жамбыльская": "жамбыл", "костанайская": "қостанай", "кызылординская": "қызылорда",
    "мангистауская": "маңғыстау", "мангыстауская": "маңғыстау", "павлодарская": "павлодар",
    "туркестанская": "түркістан", "абайская": "абай", "жетысуская": "жетісу",
    "улытауская": "ұлытау",
}  # fmt: skip

GRAMMAR = Grammar(
    country="kz",
    designators=(*_PLACES, *_STREETS, *_DOORS, *russian.DESIGNATORS),
    postcode_digits=(6,),
    postcode_pattern=r"\b[A-ZА-Я]\d\d[A-ZА-Я]\d[A-ZА-Я]\d\b",
    towns=frozenset({"town"}),
    ordinals={
        "бірінші": 1, "екінші": 2, "үшінші": 3, "төртінші": 4, "бесінші": 5, "алтыншы": 6,
        "жетінші": 7, "сегізінші": 8, "тоғызыншы": 9, "оныншы": 10, "первая": 1, "вторая": 2,
        "третья": 3, "четвёртая": 4, "пятая": 5, "шестая": 6, "седьмая": 7, "восьмая": 8,
        "девятая": 9, "десятая": 10,
    },
    ordinal_endings=russian.ORDINAL_ENDINGS | {"ші", "шы", "ини", "інші", "ншы", "нші"},
    words=russian.WORDS | _PROVINCES,
    titles=russian.TITLES | {"атындағы", "ат", "батыр", "генерал", "академик", "профессор"},
    letters=_CYRILLIC | _LATIN,
    endings=russian.CASES,
    open_ends=russian.VOWELS,
    number_sounds={"a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "k": "к"},
    number_words=russian.NUMBER_WORDS | {"блок": "б", "бл": "б"},
    flat_after_dash=True,
    city_districts={
        "Қарағанды": (
            "Қазыбек би", "имени Қазыбек би", "им. Қазыбек би", "Қазыбек би атындағы",
            "Казыбекбийский", "Әлихан Бөкейхан", "имени Әлихан Бөкейхан", "им. Әлихан Бөкейхан",
            "Әлихан Бөкейханов", "Әлихан Бөкейхан атындағы", "Октябрьский", "Октябрь",
        ),
    },
    near=russian.NEAR | {"қасында", "жанында"},
    corner=russian.CORNER | {"қиылысы", "қиылысында", "бұрышы"},
    links=russian.LINKS | {"мен", "және"},
    institutions=russian.INSTITUTIONS
    | {"мектеп": "school", "мектебі": "school", "балабақша": "kindergarten",
       "балабақшасы": "kindergarten", "әкімдігі": "townhall", "полициясы": "police"},
    nothing=(*russian.NOTHING, "мекенжайы белгісіз", "белгісіз", "мекенжайы жоқ", "жоқ"),
)  # fmt: skip
