"""Which column of a list is which: the headings people use, and a template that remembers.

Headings are compared folded; what no table knows is compared letter by letter, and counts only when
it is close to one field and clearly farther from every other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from planning.errors import Fault, InputError
from planning.intake.words import by_word, fold
from planning.text import note, shorten

CLOSE = 88.0
"""Least similarity (0 to 100) of a misspelt heading: one wrong letter in eight."""

CLEAR = 6.0
"""How much closer the best field must be than the second best."""

HEADING_DEPTH = 30
"""A heading row stands within so many rows; titles and letterheads stand above it."""

Headings = Mapping[str, str]
"""Folded heading → field."""

CASE_HEADINGS: Headings = by_word(
    {
        "case_id": "№ на случая|номер на случая|номер на случай|случай №|случай|код на случая|"
        "ид на случая|ид|идентификатор|шифър|регистрационен номер|рег. №|номер дела|№ дела|"
        "номер случая|код случая|ид случая|iş nömrəsi|iş №|hadisə nömrəsi|hadisə №|"
        "müraciət nömrəsi|іс нөмірі|іс №|оқиға нөмірі|id|case id|case|case no|case number|case №|"
        "record id|reference|ref|ref no",
        "child": "име на детето|дете|име|имена|трите имена|имена на детето|име и фамилия|"
        "име и фамилия на детето|трите имена на детето|име на ученика|ученик|собствено име|"
        "имя|фио|ф.и.о.|имя ребенка|фио ребенка|ребенок|имя и фамилия|фио ученика|ученик фио|"
        "uşağın adı|uşaq|ad|adı|ad soyad|adı soyadı|soyad ad|soyadı adı|a.s.a.|asa|"
        "uşağın adı soyadı|şagird|şagirdin adı|баланың аты|баланың аты-жөні|аты-жөні|аты|бала|"
        "аты жөні тегі|оқушы|т.а.ә.|child|child name|name of child|child's name|name|full name|"
        "student|student name|pupil|first name",
        "middle_name": "презиме|бащино име|отчество|ata adı|atasının adı|әкесінің аты|"
        "middle name|father's name",
        "last_name": "фамилия|фамилно име|фамилия на детето|фамилия ребенка|soyad|soyadı|"
        "uşağın soyadı|тегі|баланың тегі|last name|surname|family name",
        "national_id": "егн|егн/лнч|лнч|егн на детето|единен граждански номер|иин|иин ребенка|"
        "жсн|баланың жсн|fin|fin kod|fin kodu|fərdi identifikasiya nömrəsi|şv №|"
        "national id|personal id|personal number|national number|id number",
        "municipality": "община|муниципалитет|муниципальный район|bələdiyyə|municipality",
        "rayon": "район|rayon|rayonu|аудан|ауданы",
        "province": "област|обл.|облыс|область|регион|vilayət|region|province|oblast",
        "district": "административен район|градски район|район на града|район в града|"
        "район города|şəhər rayonu|қала ауданы|city district|borough|district",
        "settlement": "населено място|нас. място|населеното място|град/село|гр./с.|град|село|"
        "населенный пункт|насел. пункт|город/село|город|yaşayış məntəqəsi|şəhər/kənd|şəhər|kənd|"
        "елді мекен|қала/ауыл|қала|ауыл|settlement|town|city|village|town/village|place|locality",
        "postcode": "пощенски код|пк|п.к.|почтовый индекс|индекс|poçt indeksi|poçt kodu|"
        "пошта индексі|индексі|postcode|postal code|zip|zip code",
        "address": "адрес|адрес на детето|адресът|домашен адрес|адрес по местоживеене|"
        "адрес за посещение|местоживеене|адрес проживания|место жительства|домашний адрес|"
        "адрес ребенка|ünvan|ünvanı|yaşayış ünvanı|uşağın ünvanı|ev ünvanı|мекенжай|мекенжайы|"
        "мекен-жайы|тұрғын мекенжайы|үй мекенжайы|баланың мекенжайы|address|home address|"
        "address of child|address text|visit address|street address",
        "current_address": "настоящ адрес|настоящ адрес на детето|фактически адрес|текущ адрес|"
        "фактический адрес|адрес фактического проживания|faktiki ünvan|нақты мекенжай|"
        "нақты мекенжайы|current address|actual address",
        "permanent_address": "постоянен адрес|постоянен адрес на детето|адрес по лична карта|"
        "адрес прописки|адрес регистрации|адрес по прописке|qeydiyyat ünvanı|qeydiyyat|"
        "тіркелген мекенжай|тіркелген мекенжайы|permanent address|registered address",
        "street": "улица|ул.|улица/ж.к.|ж.к./ул.|улица/бул.|бул./ул.|küçə|көше|көшесі|street|"
        "street name",
        "house": "улица №|№ на улица|номер на улица|номер на къща|дом|номер дома|ev|ev №|"
        "bina|үй|үй нөмірі|house|house no|house number|street number|street no",
        "block": "блок|бл.|бл|корпус|korpus|block",
        "entrance": "вход|вх.|подъезд|giriş|blok|кіреберіс|entrance",
        "floor": "етаж|ет.|этаж|mərtəbə|қабат|floor",
        "flat": "апартамент|ап.|квартира|кв.|mənzil|пәтер|flat|apartment|apt",
        "phone": "телефон|тел.|телефон за връзка|телефон на родител|телефон на родителя|gsm|"
        "мобилен телефон|телефонен номер|номер телефона|телефон родителей|telefon|telefon nömrəsi|"
        "əlaqə nömrəsi|əlaqə telefonu|телефоны|байланыс телефоны|телефон нөмірі|phone|"
        "phone number|telephone|mobile|contact phone|tel",
        "school": "училище|училище/дг|приемащо училище|последно училище|школа|məktəb|"
        "təhsil müəssisəsi|мектеп|мектебі|білім беру ұйымы|school|last school|school name",
        "children": "брой деца|деца|деца на адреса|брой на децата|количество детей|число детей|"
        "детей|uşaqların sayı|uşaq sayı|балалар саны|children|number of children|no of children",
        "priority": "приоритет|спешност|неотложност|приоритетность|срочность|prioritet|təcililik|"
        "басымдық|басымдығы|шұғылдығы|priority|urgency",
        "windows": "удобно време|удобен час|време за посещение|часове за посещение|"
        "кога са вкъщи|часови прозорец|удобное время|время посещения|время визита|uyğun vaxt|"
        "səfər vaxtı|ziyarət vaxtı|ыңғайлы уақыт|бару уақыты|time window|time windows|windows|"
        "window|visiting hours|convenient time|preferred time|available",
        "requires": "необходими институции|институции|необходима институция|участници|"
        "необходими участници|кой да присъства|необходимые учреждения|учреждения|участники|"
        "необходимые участники|ведомства|tələb olunan qurumlar|lazımi qurumlar|qurumlar|"
        "iştirakçılar|қажетті мекемелер|мекемелер|қатысушылар|required institutions|requires|"
        "institutions|required|must be present|participants",
        "earliest": "най-рано|най-ранна дата|не по-рано от|от дата|не ранее|не раньше|"
        "самое раннее|ən tez|ən erkən|ең ерте|ең ерте күні|earliest|earliest day|earliest date|"
        "not before|from date",
        "deadline": "срок|краен срок|до дата|крайна дата|срок до|крайний срок|son tarix|"
        "son müddət|müddət|мерзім|мерзімі|соңғы мерзім|deadline|due|due date|latest|not after",
        "day": "дата на посещение|ден на посещение|дата посещения|день посещения|"
        "səfər günü|səfər tarixi|бару күні|visit date|visit day|fixed day",
        "team_id": "екип|екип №|№ на екип|номер на екип|команда|группа|№ группы|группа охвата|"
        "qrup|əhatə qrupu|топ|қамту тобы|team|team id|team no|crew",
        "kits": "комплекти|брой комплекти|помощни комплекти|комплект|наборы|количество наборов|"
        "набор|dəst|dəstlər|dəst sayı|yardım dəsti|жиынтық|жиынтықтар|жиынтық саны|kits|kit|"
        "number of kits|packages",
        "kit_type": "вид комплект|вид на комплекта|вид комплекти|тип комплект|тип на комплекта|"
        "вид набора|тип набора|вид комплекта|тип комплекта|dəst növü|dəstin növü|жиынтық түрі|"
        "жиынтықтың түрі|kit type|type of kit|kind of kit|package type",
        "member_sex": "пол на посещаващия|пол на члена на екипа|член на екипа жена/мъж|"
        "посещение от жена/мъж|пол участника группы|пол сотрудника|пол посетителя|"
        "üzvün cinsi|qrup üzvünün cinsi|топ мүшесінің жынысы|мүшенің жынысы|"
        "sex of member|member sex|sex of visitor|visitor sex|woman or man",
        "second_crew": "втори екип|институции на втория екип|два екипа|вторая группа|две группы|"
        "учреждения второй группы|ikinci qrup|ikinci qrupun qurumları|iki qrup|екінші топ|"
        "екінші топтың мекемелері|екі топ|second crew|second team|two crews|two teams|"
        "institutions of second crew|institutions of second team",
        "language": "език|майчин език|език у дома|говорим език|язык|родной язык|язык общения|dil|"
        "ana dili|тіл|тілі|ана тілі|language|mother tongue|home language",
        "sensitive": "чувствителен|чувствителен случай|поверителен|поверително|"
        "чувствительный|конфиденциально|конфиденциальный|həssas|məxfi|сезімтал|құпия|sensitive|"
        "confidential|protected",
        "note": "бележка|бележки|забележка|забележки|коментар|допълнителна информация|"
        "примечание|примечания|комментарий|qeyd|qeydlər|ескерту|ескертпе|note|notes|remark|"
        "remarks|comment|comments",
        "hazard": "опасности|опасност|опасности на адреса|внимание|предупреждение|предупреждения|"
        "безопасност на екипа|опасность|опасности по адресу|осторожно|безопасность группы|təhlükə|"
        "təhlükələr|ünvanda təhlükə|ehtiyatlı olun|xəbərdarlıq|қауіп|қауіптер|қауіп-қатер|"
        "мекенжайдағы қауіп|абайлаңыз|hazard|hazards|danger|dangers|beware|warning|warnings|"
        "caution|crew safety",
        "categories": "категория|категории|категория на детето|категория на семейството|"
        "социална категория|уязвимост|уязвими групи|социальная категория|"
        "категория семьи|категория ребенка|уязвимость|kateqoriya|kateqoriyalar|sosial kateqoriya|"
        "həssaslıq kateqoriyası|санаты|санат|санаттар|әлеуметтік санаты|әлеуметтік санат|category|"
        "categories|social category|vulnerability|vulnerability category|"
        "vulnerability categories|categories of need",
        "": "№|№ по ред|пореден номер|пор. №|№ п/п|п/п|no|nr|n|sıra|sıra №|s/s|р/с|рет саны",
    }
)
"""Running numbers map to no field: they start anew on every page and so are no case ID."""

TEAM_HEADINGS: Headings = by_word(
    {
        "team_id": "№ на екип|екип №|номер на екип|код на екип|код|id|ид|team id|team no|team code|"
        "№ группы|номер группы|код группы|qrup №|qrup kodu|топ №|топ коды|топ нөмірі",
        "name": "екип|име|наименование|име на екип|име на екипа|название|группа|группа охвата|"
        "название группы|qrup|qrupun adı|əhatə qrupu|топ|топ атауы|қамту тобы|team|name|team name",
        "municipality": "община|муниципалитет|район|rayon|bələdiyyə|аудан|municipality|"
        "municipality name",
        "municipality_code": "код на община|код на общината|код района|код муниципалитета|"
        "rayon kodu|аудан коды|municipality code|екатте на община",
        "office": "офис|адрес на офиса|седалище|изходен адрес|тръгване от|адрес офиса|ofis|"
        "ofis ünvanı|кеңсе|кеңсе мекенжайы|office|office address|depot|start address",
        "lat": "lat|latitude|ширина|географска ширина|г. ш.|широта|enlik|ендік|office lat|y",
        "lon": "lon|lng|long|longitude|дължина|географска дължина|г. д.|долгота|uzunluq|бойлық|"
        "office lon|x",
        "institutions": "институции|институции в екипа|състав|участници|учреждения|состав|"
        "участники|qurumlar|tərkib|мекемелер|құрамы|institutions|members|composition",
        "languages": "езици|език|языки|язык|dillər|dil|тілдер|тіл|languages|language",
        "start": "начало|начало на работния ден|от час|начало дня|начало работы|başlanğıc|"
        "iş gününün əvvəli|басталуы|жұмыс басталуы|start|day start|from|starts",
        "end": "край|край на работния ден|до час|конец дня|конец работы|окончание|son|"
        "iş gününün sonu|аяқталуы|жұмыс аяқталуы|end|day end|to|ends",
        "weekdays": "работни дни|дни|дни от седмицата|рабочие дни|дни недели|iş günləri|günlər|"
        "жұмыс күндері|күндер|weekdays|days|working days",
        "pause": "почивка|обедна почивка|обед|перерыв|fasilə|nahar fasiləsi|үзіліс|түскі үзіліс|"
        "pause|break|lunch",
        "kit_capacity": "комплекти|капацитет|капацитет комплекти|вместимост|вместимость|наборы|"
        "tutum|dəst sayı|сыйымдылық|жиынтықтар|kit capacity|capacity|kits",
        "kit_stock": "комплекти по вид|комплекти по видове|наличност по вид|наличност по видове|"
        "наборы по видам|запас по видам|növlər üzrə dəstlər|növ üzrə dəstlər|"
        "түрлері бойынша жиынтықтар|"
        "kit stock|kits by type|stock by type|kits per type",
        "most_work": "най-дълго работно време|максимално работно време|най-много часове|"
        "часове на път|наибольшее рабочее время|максимальное рабочее время|часов в пути|"
        "ən uzun iş vaxtı|maksimum iş vaxtı|ең ұзақ жұмыс уақыты|жұмыс уақытының шегі|"
        "longest working time|maximum working time|most work|hours on the road|max hours",
        "mode": "начин на придвижване|придвижване|транспорт|способ передвижения|передвижение|"
        "nəqliyyat|hərəkət üsulu|көлік|жүру тәсілі|mode|travel mode|transport",
        "order_number": "заповед|заповед №|номер на заповед|№ на заповед|приказ|приказ №|"
        "номер приказа|əmr|əmr №|əmrin nömrəsi|бұйрық|бұйрық №|бұйрық нөмірі|order|order no|"
        "order number",
        "order_date": "дата на заповед|дата на заповедта|дата приказа|əmrin tarixi|бұйрық күні|"
        "order date|date of order",
        "phone": "телефон|тел.|телефон на екипа|telefon|phone|telephone|mobile",
    }
)

MEMBER_HEADINGS: Headings = by_word(
    {
        "member_id": "№ на член|номер на член|код на член|№ на служител|код|id|ид|member id|"
        "member no|"
        "номер участника|код участника|табельный номер|üzv №|üzvün nömrəsi|üzvün kodu|мүше №|"
        "мүшенің нөмірі|мүшенің коды|staff id|staff no",
        "name": "име|имена|име и фамилия|член|член на екипа|служител|трите имена|имя|фио|ф.и.о.|"
        "участник|участник группы|сотрудник|имя и фамилия|ad|adı|ad soyad|soyad ad|üzv|"
        "qrup üzvü|əməkdaş|аты|аты-жөні|мүше|топ мүшесі|қызметкер|name|full name|member|"
        "member name|team member|staff member",
        "team_id": "екип|екип №|№ на екип|номер на екип|код на екип|группа|№ группы|номер группы|"
        "код группы|группа охвата|qrup|qrup №|qrup kodu|əhatə qrupu|топ|топ №|топ нөмірі|топ коды|"
        "қамту тобы|team|team id|team no|team code|crew",
        "municipality": "община|муниципалитет|район|rayon|bələdiyyə|аудан|municipality|"
        "municipality name|код на община|код на общината|код района|код муниципалитета|rayon kodu|"
        "аудан коды|municipality code",
        "institution": "институция|учреждение|ведомство|организация|от институция|длъжност|"
        "должность|qurum|vəzifə|мекеме|лауазым|institution|organisation|organization|position",
        "languages": "езици|език|говори|языки|язык|владеет|dillər|dil|тілдер|тіл|languages|"
        "language|speaks",
        "sex": "пол|cins|cinsi|жыныс|жынысы|sex|gender",
        "weekdays": "работни дни|дни|дни от седмицата|на разположение|рабочие дни|дни недели|"
        "iş günləri|günlər|жұмыс күндері|күндер|weekdays|days|working days|available",
        "away": "отсъства|отсъствия|отпуск|отсутствует|отсутствия|отпуска|olmayacaq|məzuniyyət|"
        "жоқ күндері|демалыс|away|absent|absences|leave",
        "away_from": "отсъства от|отпуск от|отсъствие от|отсутствует с|отпуск с|"
        "məzuniyyət başlanğıcı|"
        "демалыс басталуы|away from|absent from|leave from",
        "away_to": "отсъства до|отпуск до|отсъствие до|отсутствует по|отпуск по|"
        "məzuniyyət sonu|демалыс аяқталуы|away to|absent to|leave to|away until|"
        "absent until|leave until",
        "declared": "декларация|декларация от|дата на декларация|дата на декларацията|"
        "декларация за поверителност|декларация за конфиденциалност|обязательство|"
        "обязательство о неразглашении|дата обязательства|неразглашение|məxfilik bəyannaməsi|"
        "bəyannamə|bəyannamənin tarixi|құпиялылық міндеттемесі|міндеттеме|міндеттеме күні|"
        "declaration|confidentiality|confidentiality declaration|declared|declaration date",
    }
)

ADDRESS_FIELDS = ("current_address", "address", "permanent_address")
"""A child is looked for where it lives now; the next column helps out where a cell is empty."""

PART_FIELDS = ("street", "house", "block", "entrance", "floor", "flat")
"""Columns of a split address, in the order in which people write them."""

_RAYON = "rayon"
"""Baku's and Karaganda's municipality, but a district of the city where an община stands by."""


class HeadingTable:
    """Headings of one kind of list, found by spelling or by likeness."""

    def __init__(self, fields: Headings) -> None:
        self._fields = fields
        self._known = list(fields)
        self.field_of = lru_cache(maxsize=4_096)(self._field_of)
        """Heading → field: "" for a column of no use, None when it is not known."""

    def _field_of(self, heading: str) -> str | None:
        folded = fold(heading)
        if folded in self._fields:
            return self._fields[folded]
        return self._nearest(folded) if 5 <= len(folded) <= 80 else None

    def _nearest(self, folded: str) -> str | None:
        found = process.extract(
            folded, self._known, scorer=fuzz.token_sort_ratio, score_cutoff=CLOSE - CLEAR, limit=12
        )
        best: dict[str, float] = {}
        for word, score, _ in found:
            name = self._fields[word]
            best[name] = max(score, best.get(name, 0.0))
        first, second, *_ = (*sorted(best.values(), reverse=True), 0.0, 0.0)
        if first < CLOSE or first - second < CLEAR:
            return None
        return max(best, key=lambda name: best[name])

    def count(self, cells: Sequence[str]) -> int:
        """How many different fields the texts of one row name, as headings."""
        return len({name for cell in cells if cell and (name := self.field_of(cell))})


CASES = HeadingTable(CASE_HEADINGS)
TEAMS = HeadingTable(TEAM_HEADINGS)
MEMBERS = HeadingTable(MEMBER_HEADINGS)

FIELDS = tuple(sorted({name for name in CASE_HEADINGS.values() if name and name != _RAYON}))
"""Fields a template may name."""


@dataclass(frozen=True, slots=True)
class Template:
    """How an office's lists are built; saved once and used for every later list."""

    columns: dict[str, str] = field(default_factory=dict)
    """Heading as the list spells it → field of a case, one of `FIELDS`."""
    institutions: dict[str, str] = field(default_factory=dict)
    """Further words of this office → institution code; codes may be new ones."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of one file holds which field."""

    index: dict[str, int]
    """Field → number of its column, from 0."""
    headings: tuple[str, ...]
    unmapped: tuple[str, ...] = ()
    """Headings of columns that are not read."""
    warnings: tuple[Fault, ...] = ()

    def heading(self, name: str) -> str:
        """The heading over field `name`; the name itself where no column holds it."""
        return self.headings[self.index[name]] if name in self.index else name

    def template(self, name: str = "") -> Template:
        """This mapping as a template to save."""
        return Template({self.headings[at]: field for field, at in self.index.items()}, name=name)


def find_heading_row(
    rows: Sequence[Sequence[str]], known: Callable[[Sequence[str]], int]
) -> int | None:
    """Index of the row that holds the headings: the one with the most known ones.

    `known` counts the headings of a row. None when no row has any.
    """
    counts = [known(row) for row in rows[:HEADING_DEPTH]]
    return counts.index(max(counts)) if counts and max(counts) > 0 else None


def distinct(headings: Sequence[str]) -> tuple[str, ...]:
    """`headings` with a number behind every repeated one: templates name columns by heading."""
    seen: dict[str, int] = {}
    names = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        names.append(f"{heading} ({seen[heading]})" if heading and seen[heading] > 1 else heading)
    return tuple(names)


def map_columns(
    headings: Sequence[str], *, template: Template | None = None, file: str = ""
) -> Columns:
    """Which column of a case list holds which field, by `template` or by the headings' words.

    Raises:
        InputError: no address column, or two that may be it; a template that does not fit.
    """
    names = distinct([shorten(heading, 200) for heading in headings])
    columns = _by_template(names, template, file) if template else _by_words(names, file)
    if not any(name in columns.index for name in (*ADDRESS_FIELDS, "street", "settlement")):
        raise InputError(
            Fault(
                note(
                    "no column holds the address; headings found: {headings}; expected one "
                    "like “Адрес”, “Ünvan”, “Мекенжай” or “Address”: rename it or choose it "
                    "in a template",
                    headings=_listed(names),
                ),
                file=file,
            )
        )
    return columns


def _by_template(names: tuple[str, ...], template: Template, file: str) -> Columns:
    at = {fold(name): index for index, name in reversed(list(enumerate(names))) if name}
    faults = [
        Fault(note("the template “{name}” expects this column; choose another template, or "
                   "rename a column; headings found: {headings}", headings=_listed(names),
                   name=template.name), file=file, field=heading)
        for heading in template.columns
        if fold(heading) not in at
    ]  # fmt: skip
    faults += [
        Fault(note("the template maps this column to “{name}”, which is no field; fields are: "
                   "{fields}", name=name, fields=", ".join(FIELDS)), file=file, field=heading)
        for heading, name in template.columns.items()
        if name not in FIELDS
    ]  # fmt: skip
    chosen = list(template.columns.values())
    faults += [
        Fault(
            note("the template maps more than one column to “{name}”: keep one", name=name),
            file=file,
        )
        for name in FIELDS
        if chosen.count(name) > 1
    ]
    if faults:
        raise InputError(faults)
    index = {name: at[fold(heading)] for heading, name in template.columns.items()}
    return Columns(index, names, _unread(names, index))


def _by_words(names: tuple[str, ...], file: str) -> Columns:
    index: dict[str, int] = {}
    warnings = []
    for at, name in enumerate(names):
        found = CASES.field_of(name.rsplit(" (", 1)[0] if name.endswith(")") else name) or (
            CASES.field_of(name)
        )
        if not found:
            continue
        if found in index and found in ADDRESS_FIELDS:
            raise InputError(
                Fault(
                    note(
                        "“{column}” and “{name}” may both be the address: rename one of "
                        "them or choose the column in a template; headings found: {headings}",
                        headings=_listed(names),
                        column=names[index[found]],
                        name=name,
                    ),
                    file=file,
                )
            )
        if found in index:
            warnings.append(
                Fault(note("not read: “{column}” is taken for the same field",
                           column=names[index[found]]), file=file, field=name)
            )  # fmt: skip
        else:
            index[found] = at
    if _RAYON in index:
        at = index.pop(_RAYON)
        index.setdefault("district" if "municipality" in index else "municipality", at)
    return Columns(index, names, _unread(names, index), tuple(warnings))


def _unread(names: tuple[str, ...], index: dict[str, int]) -> tuple[str, ...]:
    read = set(index.values())
    return tuple(name for at, name in enumerate(names) if name and at not in read)


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{shorten(name, 40)}”" for name in names if name]
    return ", ".join(shown[:40]) + (" …" if len(shown) > 40 else "") if shown else "–"
