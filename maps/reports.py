"""Half-year and closing reports: released counts, school checks, and who stayed in school.

Nothing here computes a count of children: each number was released, and one that was not is a dot.
The closing report holds what everybody may be told, so that it may be read out and passed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maps.coverage_report import bars, book_of, line_said, printed, titled
from maps.coverage_words import (
    Told,
    area_name,
    area_table,
    cell,
    legend,
    result_table,
    said,
    share_said,
)
from maps.escape import plain
from planning.coverage import COLUMNS

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

    from maps.texts import Texts
    from planning.desk.reports import Report
    from planning.model import RegionInfo
    from planning.school_checks import Progress


def report_stem(report: Report, *, public: bool) -> str:
    """The file's name without its ending: which report, and the day of its numbers."""
    kind = "closing" if public else "half_year"
    return f"{kind}_report_{report.coverage.day.isoformat()}"


def report_title(texts: Texts, *, public: bool) -> str:
    """What the report is called."""
    return texts.t("Closing report") if public else texts.t("Half-year report")


def report_pdf(report: Report, *, region_info: RegionInfo, public: bool, texts: Texts) -> bytes:
    """The report as A4 pages: the whole campaign in words, then its tables."""
    return printed(
        _story(report, region_info, texts, public=public),
        report.coverage,
        region_info=region_info,
        title=report_title(texts, public=public),
        texts=texts,
    )


def report_xlsx(report: Report, *, public: bool, texts: Texts) -> bytes:
    """The same tables as a workbook, with what one has to know to read them."""
    notes = [report_title(texts, public=public), *in_words(report, texts), *_notes(report, texts)]
    return book_of(_tables(report, texts), notes, texts)


def in_words(report: Report, texts: Texts) -> list[str]:
    """The whole campaign in a few sentences; of a number that is not told nothing is said."""
    total = report.coverage.total
    lines = []
    if total.listed is not None:
        lines.append(texts.t("Children on the list: {count}.", count=said(total.listed, texts)))
    if total.visited is not None and total.listed is not None:
        words = texts.t("Visited, or closed by a call: {share}.", share=share_said(total, texts))
        lines.append(words)
    if total.resolved is not None:
        lines.append(
            texts.t("Cases that need no further visit: {count}.", count=said(total.resolved, texts))
        )
    checked = sum(each.progress.checked for each in report.schools)
    schools = sum(each.progress.schools for each in report.schools)
    if schools:
        lines.append(
            texts.t("Schools checked: {checked} of {schools}.", checked=checked, schools=schools)
        )
    return lines


def school_table(report: Report, texts: Texts) -> Told:
    """Schools checked by municipality, repeats apart, and the sum of all."""
    rows = [(each.name, *_checked(each.progress)) for each in report.schools]
    counts = [_checked(each.progress) for each in report.schools]
    sums = [sum(column) for column in zip(*counts, strict=True)]
    total = (area_name(report.coverage.total, texts), *sums)
    return Told(
        texts.t("School checks"),
        (texts.t("Area"), texts.t("Schools"), texts.t("Checked"), texts.t("Repeated checks")),
        (total, *sorted(rows)),
    )


def _checked(progress: Progress) -> tuple[int, int, int]:
    return progress.schools, progress.checked, progress.repeats


def retention_table(report: Report, texts: Texts) -> Told | None:
    """Who came back and stayed; None where none of it may be told."""
    shown = report.retention
    if shown is None:
        return None
    words = (
        texts.t("Children listed"),
        texts.t("Back in school"),
        texts.t("School asked after 30 days"),
        texts.t("Attending after 30 days"),
        texts.t("Attending after 90 days too"),
    )
    rows = (
        (label, cell(getattr(shown, column))) for label, column in zip(words, COLUMNS, strict=True)
    )
    title = texts.t("Back in school, and staying")
    return Told(title, (texts.t("The whole campaign"), texts.t("Children")), tuple(rows))


def _tables(report: Report, texts: Texts) -> Iterator[Told]:
    yield area_table(report.coverage, texts)
    if any(number is not None for number in report.coverage.total.results):
        yield result_table(report.coverage.total, texts)
    if report.schools:
        yield school_table(report, texts)
    if stayed := retention_table(report, texts):
        yield stayed


def _notes(report: Report, texts: Texts) -> list[str]:
    lines = legend(report.coverage, texts)
    if report.retention is None:
        lines.append(texts.t("Who came back to school and stayed is not told: too few children."))
    return lines


def _story(report: Report, info: RegionInfo, texts: Texts, *, public: bool) -> Iterator[Flowable]:
    campaign, coverage = report.campaign, report.coverage
    yield line_said(report_title(texts, public=public), size=17, bold=True)
    where = " · ".join(
        plain(each) for each in (campaign.name, campaign.school_year, info.name) if each
    )
    yield line_said(f"{where} · {texts.date(coverage.day)}", size=9)
    for line in in_words(report, texts):
        yield line_said(line, size=11)
    areas, *others = _tables(report, texts)
    yield from titled(areas, notes=_notes(report, texts))
    results = result_table(coverage.total, texts)
    for told in others:
        drawn = [bars(told)] if told == results else []
        yield from titled(told, above=drawn)
