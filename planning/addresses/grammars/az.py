"""Azerbaijan: designators behind the name (Nizami küçəsi 12), in Latin, ASCII and Cyrillic letters.

Sources: the OpenStreetMap names of Baku (name, name:ru); the rules of the address register
(presidential decree № 27 of 27 November 2008) for what bears an address; postcodes "AZ" and four
digits, 37NNNN until 1991 (Wikipedia, Postal codes in Azerbaijan); the Latin alphabet of 1991 and
the Cyrillic one of 1958, out of official use since 1 August 2001 and still typed (Rhind, Global
Sourcebook, grcdi.nl). Abbreviations, ASCII and Russian spellings are general knowledge.

Names are compared by sound in plain Latin letters: Əhmədli, Ahmadli, Ehmedli, Әһмәдли and Ахмедлы
are one name. ə is heard as a or e, so those two are one letter.
"""

from __future__ import annotations

from planning.addresses.grammar import ALTERNATIVE, Designator, Grammar, Part, Side
from planning.addresses.grammars import russian

_AFTER = Side.AFTER
_RATHER = Side.RATHER_AFTER

_PLACES = (
    Designator(
        Part.COUNTRY,
        ("azərbaycan", "azərbaycan respublikası", "azerbaycan", "azerbaijan", "азербайджан",
         "азәрбајҹан"),
    ),
    Designator(Part.POSTCODE, ("az", "аз", "indeks", "poçt indeksi")),
    Designator(Part.SETTLEMENT, ("şəhəri", "şəhər", "şəh.", "seher", "seheri", "sheheri", "sah.",
                                 "seh.", "шәһәри", "шәһәр", "inzibati ərazisi"), "town",
               _RATHER),
    Designator(Part.SETTLEMENT, ("ş.", "ш.", "sh."), "town", _RATHER, careful=True),
    Designator(
        Part.SETTLEMENT, ("kəndi", "kənd", "kendi", "kend", "кәнди", "кәнд"), "village", _RATHER
    ),
    Designator(Part.DISTRICT, ("rayonu", "rayon", "ray.", "r-nu", "r-n", "район", "рајону", "р-н"),
               side=_RATHER),
    Designator(Part.DISTRICT, ("r.",), side=_AFTER, careful=True),
)  # fmt: skip
_STREETS = (
    Designator(
        Part.STREET,
        ("küçəsi", "küçə", "küç.", "kucəsi", "kuçəsi", "kucesi", "kuce", "kuc.", "küc.", "kuchesi",
         "kuche", "kuch.", "kuchasi", "кучәси", "күчәси", "күчә", "күч."),
        "street", _RATHER,
    ),
    Designator(Part.STREET, ("k.",), "street", _AFTER, careful=True),
    Designator(Part.SETTLEMENT, ("k.",), "village", _AFTER, careful=True),
    Designator(
        Part.STREET,
        ("prospekti", "prospekt", "prosp.", "pr-ti", "pr-t", "pr.", "проспекти", "просп."),
        "avenue", _RATHER,
    ),
    Designator(Part.STREET, ("xiyabanı", "xiyaban", "xiyabani", "xiy."), "avenue", _RATHER),
    Designator(Part.STREET, ("döngəsi", "döngə", "dön.", "dongesi", "donge", "dön"), "lane",
               _RATHER),
    Designator(Part.STREET, ("dalanı", "dalan", "dal.", "dalani"), "dead end", _RATHER),
    Designator(Part.STREET, ("keçidi", "keçid", "kecidi", "kecid"), "passage", _RATHER),
    Designator(Part.STREET, ("şossesi", "şosse", "şos.", "sossesi", "shossesi", "shosse"), "road",
               _RATHER),
    Designator(Part.STREET, ("bulvarı", "bulvar", "bulvari"), "boulevard", _RATHER),
    Designator(Part.STREET, ("meydanı", "meydan", "meydani"), "square", _RATHER),
    Designator(
        Part.QUARTER,
        ("mikrorayonu", "mikrorayon", "mkr.", "mkr-n", "mik.", "mik-n", "m/r", "mk-n", "mikr.",
         "m-n", "м-н",
         "микрорајон", "микрорајону"),
        "estate", _RATHER,
    ),
    Designator(Part.QUARTER, ("yaşayış massivi", "massivi", "massiv", "yasayis massivi"), "estate",
               _RATHER),
    Designator(Part.QUARTER, ("sahəsi", "sahə", "sahesi"), "area", _RATHER),
    Designator(Part.QUARTER, ("kvartal", "məhəlləsi", "məhəllə", "mehelle"), "quarter", _RATHER),
    Designator(
        Part.SETTLEMENT,
        ("qəsəbəsi", "qəsəbə", "qəs.", "qsb.", "qesebesi", "qesebe", "qes.", "qəs-si", "гәсәбәси",
         "гәсәбә", "гәс.", "gesebesi", "qasabasi", "gasabasi", "gas.", "gəs.", "qas."),
        "village", _RATHER,
    ),
    Designator(Part.SETTLEMENT, ("q.",), "village", _AFTER, careful=True),
)  # fmt: skip
_DOORS = (
    Designator(Part.NUMBER, ("ev", "bina", "binası", "binasi", "ев", "бина", "saylı ev",
                             "saylı bina"), side=Side.EITHER),
    Designator(Part.NUMBER, ("nömrə", "nomre")),
    Designator(
        Part.NUMBER,
        ("nömrəli", "nömrəli ev", "nömrəli bina", "nomreli", "nomreli ev", "nomreli bina"),
        side=_AFTER,
    ),
    Designator(Part.NUMBER, ("b.",), careful=True),
    Designator(Part.FLAT, ("mənzil", "mən.", "mənz.", "mnz", "menzil", "men.", "menz.", "manzil",
                           "мәнзил"), side=Side.EITHER),
    Designator(Part.FLAT, ("m.", "м."), careful=True),
    Designator(Part.FLAT, ("kv.",)),
    Designator(Part.ENTRANCE, ("blok", "bl.", "giriş", "giris", "блок"), side=Side.EITHER),
    Designator(Part.FLOOR, ("mərtəbə", "mərt.", "mertebe", "mert."), side=Side.EITHER),
    Designator(Part.NOISE, ("və ya", "yaxud", "ve ya"), ALTERNATIVE),
    Designator(Part.NOISE, ("ünvan", "ünvanı", "unvan", "yaşayış yeri")),
    Designator(Part.NOISE, ("qeydiyyat ünvanı", "qeydiyyat", "qeydiyyatda olduğu ünvan",
                           "qeydiyyatda", "qeydiyyatdadır"),
               "permanent"),
    Designator(Part.NOISE, ("faktiki ünvan", "faktiki ünvanı", "faktiki yaşayış yeri", "faktiki",
                           "yaşayır", "yaşadığı ünvan", "faktiki yaşayır"),
               "current"),
)  # fmt: skip

# Plain Latin letters by sound. The dots of ö and ü are off before this (`tokens.lower`).
_LATIN = {
    "ş": "s", "ç": "c", "ğ": "g",
    "a": "e", "ə": "e", "ı": "i", "y": "i", "q": "g", "x": "h", "j": "c", "w": "v",
    "sh": "s", "ch": "c", "gh": "g", "kh": "h", "zh": "c", "dj": "c", "dzh": "c", "iy": "i",
    "yi": "i", "yı": "i", "ıy": "i", "ye": "e", "ya": "e", "yu": "u", "yo": "o",
}  # fmt: skip
_CYRILLIC = {
    "а": "e", "ә": "e", "б": "b", "в": "v", "г": "g", "ғ": "g", "ҝ": "g", "д": "d", "е": "e",
    "ё": "o", "ж": "c", "з": "z", "и": "i", "ы": "i", "й": "i", "ј": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "s", "ч": "c", "ҹ": "c", "ш": "s", "щ": "s",
    "ъ": "", "ь": "", "э": "e", "ю": "u", "я": "e", "дж": "c", "ий": "i", "ый": "i", "ия": "e",
    "ие": "ie", "ја": "e", "је": "e", "јә": "e", "ју": "u", "ји": "i",
}  # fmt: skip

# The twelve rayons of Baku as OpenStreetMap has them (May 2026), their Russian names, and
# Əzizbəyov, which Xəzər was called until 2010.
_BAKU = (
    "Binəqədi", "Nərimanov", "Nəsimi", "Nizami", "Pirallahı", "Qaradağ", "Sabunçu", "Səbail",
    "Səbayıl", "Suraxanı", "Xətai", "Xəzər", "Yasamal", "Əzizbəyov", "Бинагадинский",
    "Наримановский", "Насиминский", "Низаминский", "Пираллахинский", "Гарадагский", "Карадагский",
    "Сабунчинский", "Сабаильский", "Сураханский", "Хатаинский", "Хазарский", "Ясамальский",
    "Азизбековский",
)  # fmt: skip

GRAMMAR = Grammar(
    country="az",
    designators=(*_PLACES, *_STREETS, *_DOORS, *russian.DESIGNATORS),
    postcode_digits=(4, 6),
    towns=frozenset({"town"}),
    ordinals={
        "birinci": 1, "ikinci": 2, "üçüncü": 3, "dördüncü": 4, "beşinci": 5, "altıncı": 6,
        "yeddinci": 7, "səkkizinci": 8, "doqquzuncu": 9, "onuncu": 10,
    },
    ordinal_endings=russian.ORDINAL_ENDINGS
    | {"ci", "cı", "cu", "cü", "nci", "ncı", "ncu", "inci", "ıncı", "uncu", "si", "sı", "ҹи", "ҹы",
       "ҹу", "чи", "чы", "чу", "ji", "jy", "ju"},
    words={"мая": "may", "января": "yanvar", "апреля": "aprel", "сентября": "sentyabr",
           "akad": "akademik", "gen": "general", "prof": "professor"},
    titles=frozenset({"akademik", "general", "professor", "bəy", "bey", "xan", "adına", "имени",
                      "генерала", "академика", "şəhid"}),
    letters=_LATIN | _CYRILLIC,
    open_ends="aeiou",
    number_words=russian.NUMBER_WORDS | {"k": "к", "korp": "к", "korpus": "к"},
    flat_after_dash=True,
    city_districts={"Bakı": _BAKU},
    near=russian.NEAR | {"yaxınlığında", "yanında", "arxasında", "qarşısında"},
    corner=russian.CORNER | {"kəsişməsi", "kəsişməsində", "tini", "tinində"},
    links=russian.LINKS | {"və", "ilə"},
    institutions=russian.INSTITUTIONS
    | {"məktəb": "school", "məktəbi": "school", "məktəbin": "school", "uşaq": "kindergarten",
       "bağça": "kindergarten", "bağçası": "kindergarten", "polis": "police"},
    nothing=(*russian.NOTHING, "ünvan məlum deyil", "ünvanı yoxdur", "məlum deyil", "naməlum",
             "yoxdur"),
)  # fmt: skip
