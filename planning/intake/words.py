"""Words a case list uses, in the five languages of its readers. Data, not code.

Every word is compared after `fold`, so that "TƏCİLİ", "tecili" and "Təcili" are one word.
Domain words are those of public documents of the field; the rest is everyday language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from planning.model import ALL_WEEK, Category, Priority, Sex

Value = TypeVar("Value")

_LATIN_IN_CYRILLIC = str.maketrans("aceopxykmhtb", "асеорхукмнтв")
_AZERBAIJANI = str.maketrans("əığşçöü", "eigscou")
_KAZAKH = str.maketrans("қғңұүөәіһё", "кгнууоаихе")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_WORD = re.compile(r"[^\W_]+")


def _fold_word(word: str) -> str:
    if _CYRILLIC.search(word):
        return word.translate(_LATIN_IN_CYRILLIC).translate(_KAZAKH)
    return word.translate(_AZERBAIJANI)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """`text` for comparing words: lower case, no punctuation, letters that people swap made equal.

    Latin look-alikes inside a Cyrillic word become Cyrillic; Azerbaijani and Kazakh letters become
    the ones that are typed where a keyboard lacks them; № becomes "no".
    """
    text = unicodedata.normalize("NFC", text).replace("İ", "i").replace("№", " no ")
    return " ".join(_fold_word(word) for word in _WORD.findall(text.casefold()))


def by_word(entries: Mapping[Value, str]) -> dict[str, Value]:
    """Value → "word|word" turned into folded word → value. No word may mean two things."""
    table: dict[str, Value] = {}
    for value, words in entries.items():
        for word in map(fold, words.split("|")):
            assert table.setdefault(word, value) == value, f"“{word}” means two things"
    return table


PRIORITIES: dict[str, Priority] = by_word(
    {
        Priority.URGENT: "неотложен|неотложно|неотложна|неотложни|спешен|спешно|спешна|незабавно|"
        "закрила|защита|təcili|təxirəsalınmaz|təcili müdafiə|шұғыл|кезек күттірмейтін|"
        "срочно|срочный|срочная|неотложный|экстренно|экстренный|urgent|protection|emergency",
        Priority.HIGH: "висок|висока|високо|важен|важно|повишен|yüksək|vacib|önəmli|жоғары|маңызды|"
        "высокий|высокая|важный|важно|повышенный|high|important",
        Priority.NORMAL: "нормален|нормална|нормално|обикновен|обичаен|среден|нисък|"
        "обычный|обычная|средний|низкий|нормальный|adi|normal|orta|aşağı|қалыпты|орташа|төмен|кәдімгі|"
        "medium|low|ordinary|routine|няма|нет|нету|yox|жоқ|none",
    }
)

YES_NO: dict[str, bool] = by_word(
    {
        True: "да|иә|ия|bəli|hə|yes|y|true|1|x|х|v|есть|има|бар|var|истина|вярно",
        False: "не|нет|жоқ|xeyr|yox|no|n|false|0|няма|лъжа|ложь",
    }
)
"""What a planner types into a yes/no column; signs without letters are in `YES_SIGNS`."""

YES_SIGNS = frozenset("+✓✔☑√")
NO_SIGNS = frozenset("-–—☐")

NOTHING = frozenset(fold(word) for word in ("няма", "нет", "не", "жоқ", "yox", "none", "no", "n/a"))
"""What is typed into a cell to say that there is nothing to say."""

INSTITUTIONS: dict[str, str] = by_word(
    {
        "school": "school|училище|детска градина|дг|оу|су|учител|класен ръководител|директор|"
        "педагогически съветник|školа|школа|учитель|детский сад|məktəb|müəllim|uşaq bağçası|"
        "мектеп|мұғалім|балабақша|teacher|kindergarten",
        "municipality": "municipality|община|общината|общинска администрация|кмет|кметство|"
        "кметски наместник|район|акимат|муниципалитет|администрация|bələdiyyə|icra hakimiyyəti|"
        "әкімдік|әкім|mayor|city hall",
        "social": "social|социално подпомагане|социални|асп|дсп|агенция за социално подпомагане|"
        "дирекция социално подпомагане|закрила на детето|отдел закрила на детето|озд|"
        "социален работник|соцзащита|социальная защита|социальная служба|социальный работник|"
        "опека|органы опеки|sosial|sosial xidmətlər agentliyi|sosial xidmət|sosial işçi|"
        "әлеуметтік қорғау|әлеуметтік қызмет|әлеуметтік қызметкер|social services|social worker|"
        "social assistance|child protection",
        "police": "police|полиция|мвр|рпу|ру на мвр|дпс|детска педагогическа стая|"
        "инспектор дпс|полицай|участковый|инспектор пдн|пдн|polis|"
        "жергілікті полиция|полицей|учаскелік|police officer",
        "mediator": "mediator|медиатор|образователен медиатор|здравен медиатор|медиатор ромски|"
        "mediatorlar|vasitəçi|делдал|education mediator",
        "health": "health|здраве|здравеопазване|лекар|личен лекар|рзи|медицинска сестра|"
        "здравоохранение|врач|поликлиника|медсестра|səhiyyə|həkim|poliklinika|"
        "денсаулық сақтау|денсаулық|дәрігер|емхана|doctor|nurse|health service",
    }
)
"""Word → code of the institution whose member must be present."""

CATEGORIES: dict[str, Category] = by_word(
    {
        Category.LOW_INCOME: "low income|low income family|poor|нисък доход|ниски доходи|"
        "с ниски доходи|семейство с ниски доходи|нискодоходно|нискодоходно семейство|бедност|"
        "малообеспеченная|малообеспеченный|малообеспеченные|малообеспеченная семья|"
        "из малообеспеченной семьи|малоимущая|малоимущие|aztəminatlı|az təminatlı|"
        "aztəminatlı ailə|az təminatlı ailə|аз қамтылған|аз қамтылған отбасы|"
        "табысы төмен|табысы төмен отбасы",
        Category.LARGE_FAMILY: "large family|many children|многодетно|многодетно семейство|"
        "многодетна|многодетна майка|многодетная|многодетный|многодетные|многодетная семья|"
        "из многодетной семьи|çoxuşaqlı|çox uşaqlı|çoxuşaqlı ailə|çox uşaqlı ailə|көпбалалы|"
        "көп балалы|көпбалалы отбасы|көп балалы отбасы",
        Category.SINGLE_PARENT: "single parent|single parent family|one parent|single mother|"
        "самотен родител|самотна майка|самотен баща|един родител|еднородителско семейство|"
        "непълно семейство|неполная|неполная семья|из неполной семьи|мать одиночка|"
        "отец одиночка|tək valideyn|tək valideynli|tək valideynli ailə|natamam ailə|tək ana|"
        "толық емес|толық емес отбасы|жалғызбасты ана|жалғыз басты ана",
        Category.SPECIAL_NEEDS: "special needs|special educational needs|sen|disability|"
        "специални нужди|соп|специални образователни потребности|специални потребности|"
        "дете с увреждания|с увреждания|увреждане|дете със соп|со специальными потребностями|"
        "особые потребности|особые образовательные потребности|ооп|инвалид|ребенок инвалид|"
        "ребёнок инвалид|инвалидность|с инвалидностью|xüsusi ehtiyac|xüsusi ehtiyaclı|"
        "xüsusi qayğıya ehtiyacı olan|əlillik|əlilliyi olan|ерекше қажеттілік|"
        "ерекше қажеттіліктер|ерекше білім беру қажеттіліктері|ерекше білімді қажет ететін|"
        "мүгедек|мүгедектік|мүгедектігі бар",
        Category.ORPHAN: "orphan|orphaned|without parental care|сирак|сираче|кръгъл сирак|"
        "полусирак|дете без родителска грижа|без родителска грижа|сирота|сироты|круглая сирота|"
        "без попечения родителей|оставшийся без попечения родителей|дети сироты|yetim|"
        "valideyn himayəsindən məhrum|жетім|жетім бала|ата анасының қамқорлығынсыз",
        Category.AT_RISK: "at risk|risk|risk group|в риск|риск|дете в риск|рискова група|"
        "в риск от отпадане|группа риска|в группе риска|риска|в зоне риска|risk qrupu|"
        "risk qrupunda|riskli|тәуекел тобы|тәуекел тобында|тәуекел",
    }
)
"""Word → why a child may need more help."""

LANGUAGES: dict[str, str] = by_word(
    {
        "bg": "bg|bul|български|болгарский|bolqar|bulgarian",
        "tr": "tr|tur|турски|турецкий|türk|türkcə|түрік|turkish",
        "rom": "rom|ромски|цигански|цыганский|romani|roma",
        "az": "az|aze|азербайджански|азербайджанский|azərbaycan|azərbaycanca|azerbaijani",
        "kk": "kk|kaz|казахски|казахский|qazax|қазақ|қазақша|kazakh",
        "ru": "ru|rus|руски|русский|rus dili|орыс|орысша|russian",
        "en": "en|eng|английски|английский|ingilis|ағылшын|english",
        "uk": "uk|ukr|украински|украинский|ukrayna|украин|ukrainian",
        "ar": "ar|арабски|арабский|ərəb|араб|arabic",
        "ro": "ro|румънски|влашки|румынский|rumın|румын|romanian",
        "uz": "uz|узбекски|узбекский|özbək|өзбек|uzbek",
        "ka": "ka|грузински|грузинский|gürcü|грузин|georgian",
        "fa": "fa|персийски|персидский|fars|парсы|persian|farsi|dari",
    }
)

SEXES: dict[str, Sex] = by_word(
    {
        Sex.FEMALE: "ж|жена|женски|женщина|женский|жен|qadın|qadin|әйел|f|w|female|woman",
        Sex.MALE: "м|мъж|мъжки|мужчина|мужской|муж|kişi|ер|ер адам|ер кісі|m|male|man",
    }
)

ANY_SEX = frozenset(
    fold(word) for word in ("без значение", "не важно", "неважно", "fərqi yoxdur", "бәрібір", "any")
)

_WORKDAYS = frozenset(range(5))

WEEKDAYS: dict[str, frozenset[int]] = by_word(
    {
        frozenset({0}): "понеделник|пон|пн|пнд|понедельник|bazar ertəsi|be|b e|дүйсенбі|дс|дүй|"
        "monday|mon|mo",
        frozenset({1}): "вторник|вт|втр|çərşənbə axşamı|сейсенбі|сс|сей|tuesday|tue|tu",
        frozenset({2}): "сряда|ср|среда|çərşənbə|сәрсенбі|сәр|wednesday|wed|we",
        frozenset({3}): "четвъртък|чет|чт|четвер|четверг|cümə axşamı|бейсенбі|бс|бей|"
        "thursday|thu|th",
        frozenset({4}): "петък|пет|пт|пятница|cümə|жұма|жм|friday|fri|fr",
        frozenset({5}): "събота|съб|сб|суббота|şənbə|сенбі|сен|saturday|sat|sa",
        frozenset({6}): "неделя|нед|нд|вс|воскресенье|bazar|жексенбі|жс|sunday|sun|su",
        _WORKDAYS: "делник|делници|делнични дни|делничен ден|работни дни|работен ден|раб дни|будни|"
        "будние|рабочие дни|по будням|в будни|iş günü|iş günləri|жұмыс күні|жұмыс күндері|weekday|"
        "weekdays|workdays|working days",
        frozenset(
            {5, 6}
        ): "уикенд|почивни дни|почивен ден|събота и неделя|съботно неделни|выходные|"
        "по выходным|həftə sonu|istirahət günü|демалыс|демалыс күндері|weekend|weekends",
        ALL_WEEK: "всеки ден|ежедневно|каждый день|hər gün|күн сайын|күнделікті|every day|daily",
    }
)
"""Day or group of days → weekdays, 0 = Monday.

Azerbaijani one-letter forms (Ç, C) are left out: without their marks they are two days at once.
"""

DAY_PARTS: dict[str, tuple[int, int]] = by_word(
    {
        (8 * 3600, 12 * 3600): "сутрин|сутринта|преди обед|преди обяд|предиобед|утром|утро|"
        "до обеда|səhər|günortadan əvvəl|таңертең|түске дейін|morning|mornings",
        (12 * 3600, 17 * 3600): "следобед|след обед|след обяд|обед|днем|после обеда|günorta|"
        "günortadan sonra|түстен кейін|күндіз|afternoon|afternoons|noon",
        (17 * 3600, 20 * 3600): "вечер|вечерта|привечер|вечером|axşam|axşamlar|кешке|кеш|"
        "evening|evenings",
    }
)
"""Part of the day → the seconds after midnight between which a visit may begin."""

ANY_TIME = frozenset(
    fold(word)
    for word in (
        "по всяко време", "всяко време", "цял ден", "целия ден", "без значение", "любое время",
        "в любое время", "весь день", "istənilən vaxt", "hər vaxt", "bütün gün", "кез келген уақыт",
        "кез келген уақытта", "күні бойы", "any time", "anytime", "all day", "any",
    )
)  # fmt: skip

AFTER = frozenset(
    fold(word) for word in ("след", "после", "sonra", "кейін", "соң", "after", "не по рано от")
)
BEFORE = frozenset(
    fold(word) for word in ("до", "преди", "qədər", "dək", "kimi", "əvvəl", "дейін", "шейін",
                            "before", "until", "till", "to", "by")
)  # fmt: skip
BETWEEN = frozenset(fold(word) for word in ("от", "с", "between", "from", "между", "saat", "сағат"))
TIME_NOISE = frozenset(
    fold(word)
    for word in (
        "ч", "час", "часа", "часов", "h", "hrs", "в", "и", "по", "at", "and", "və", "және",
        "на", "във", "the", "on", "само", "только", "only", "дни", "күні", "günü", "günləri", "мин",
        "dan", "dən", "den", "a", "ə", "e", "ya", "yə", "da", "də", "ден", "дан", "тен",
        "тан", "нен", "нан", "ге", "ға", "ке", "қа", "де", "да", "те", "та",
    )
)  # fmt: skip
"""Words and case endings around a time that add nothing to it."""

DATE_NOISE = TIME_NOISE | BEFORE | AFTER | BETWEEN | frozenset(
    fold(word) for word in ("г", "год", "година", "года", "ж", "жыл", "il", "срок")
)  # fmt: skip

MONTHS: dict[str, int] = by_word(
    {
        1: "януари|ян|январь|января|янв|yanvar|қаңтар|january|jan",
        2: "февруари|фев|февраль|февраля|fevral|ақпан|february|feb",
        3: "март|мар|марта|mart|наурыз|march|mar",
        4: "април|апр|апрель|апреля|aprel|сәуір|april|apr",
        5: "май|мая|may|мамыр",
        6: "юни|юн|июнь|июня|iyun|маусым|june|jun",
        7: "юли|юл|июль|июля|iyul|шілде|july|jul",
        8: "август|авг|августа|avqust|тамыз|august|aug",
        9: "септември|септ|сеп|сентябрь|сентября|сен|sentyabr|қыркүйек|september|sept|sep",
        10: "октомври|окт|октябрь|октября|oktyabr|қазан|october|oct",
        11: "ноември|ное|ноябрь|ноября|noyabr|қараша|november|nov",
        12: "декември|дек|декабрь|декабря|dekabr|желтоқсан|december|dec",
    }
)

MODES = by_word(
    {
        "drive": "drive|car|auto|кола|с кола|автомобил|автомобиль|на машине|машина|maşın|maşınla|"
        "көлік|көлікпен",
        "walk": "walk|foot|on foot|пеш|пеша|пешком|пешак|piyada|жаяу",
        "park": "park|park and walk|park & walk|drive and walk|car and foot|кола и пеша|"
        "с кола и пеша|автомобил и пеша|машина и пешком|на машине и пешком|maşın və piyada|"
        "maşınla və piyada|көлік және жаяу|көлікпен және жаяу",
    }
)

_MUNICIPALITY_WORDS = frozenset(
    fold(word)
    for word in ("община", "общ", "rayonu", "rayon", "ауданы", "аудан", "район", "municipality")
)


def bare_municipality(name: str) -> str:
    """A municipality's name for comparing: folded, without the word for municipality."""
    words = fold(name).split()
    return " ".join(word for word in words if word not in _MUNICIPALITY_WORDS) or " ".join(words)


SERVICE_ADDRESS = re.compile(
    r"\bсл(?:уж(?:ебен|ебния|ебный)?)?\s?\.?\s?адрес|\bслужебна регистрация|"
    r"\bxidməti ünvan|\bxidmeti unvan|қызметтік мекен|\bservice address",
    re.IGNORECASE,
)
"""A registration at the municipality's own address, where nobody lives (служебен адрес)."""
