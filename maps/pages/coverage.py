"""Municipality: how far the campaign has come, without giving any child away."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from maps.basemap import Basemap
from maps.charts import bars_html, time_line, time_line_svg
from maps.coverage_report import (
    coverage_csv,
    coverage_pdf,
    coverage_png,
    coverage_xlsx,
    file_stem,
)
from maps.coverage_words import (
    Told,
    area_name,
    area_table,
    columns_said,
    legend,
    level_said,
    pace_table,
    percent,
    result_table,
    said,
    table_rows,
    year_table,
)
from maps.layers import coverage_map
from maps.pages.frame import choose, faults_told, heading, plain, show_map
from maps.texts import Texts
from planning.areas import DISTRICT, MUNICIPALITY, SETTLEMENT, parted
from planning.desk import Desk
from planning.desk.counts import Coverage
from planning.disclosure import ShownCount
from planning.model import Campaign
from planning.stores import Region


def page(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    """Map, table, pace and reasons: the same released counts everywhere, in files, too."""
    heading(texts.t("Coverage"), texts, campaign)
    with faults_told(texts):
        _show(desk, campaign, texts, basemap)


def _show(desk: Desk, campaign: Campaign, texts: Texts, basemap: Basemap) -> None:
    region = desk.region(campaign)
    by = _level(region, texts)
    coverage = desk.coverage(campaign.campaign_id, by=by)
    _figures(coverage.total, texts)
    show_map(
        coverage_map(region.areas, coverage, region_info=region.info, basemap=basemap, texts=texts),
        height=560,
        name=texts.t("Map of coverage"),
    )
    _legend(coverage, texts)
    _table(area_table(coverage, texts))
    _one_area(coverage, texts)
    if years := year_table(coverage, texts):
        st.subheader(years.title, anchor=False)
        _table(years)
    _files(desk, campaign, by, region, texts)


def _level(region: Region, texts: Texts) -> str:
    """By what the areas are told; only levels that the region has."""
    there = {area.level for area in parted(region.areas)}
    levels = [each for each in (MUNICIPALITY, SETTLEMENT, DISTRICT) if each in there]
    return str(
        st.segmented_control(
            texts.t("By"),
            levels or [MUNICIPALITY],
            default=(levels or [MUNICIPALITY])[0],
            format_func=lambda each: level_said(each, texts),
            label_visibility="collapsed",
            required=True,
            key="coverage_by",
            persist_state="session",
        )
    )


def _figures(total: ShownCount, texts: Texts) -> None:
    words = columns_said(texts)
    shown = (
        (words["listed"], said(total.listed, texts)),
        (words["planned"], said(total.planned, texts)),
        (words["visited"], f"{said(total.visited, texts)} ({percent(total)})"),
        (words["resolved"], said(total.resolved, texts)),
    )
    with st.container(horizontal=True):
        for label, value in shown:
            st.metric(label, value, width=150)


def _legend(coverage: Coverage, texts: Texts) -> None:
    with st.container(border=True):
        st.markdown("  \n".join(plain(line) for line in legend(coverage, texts)))


def _table(told: Told) -> None:
    st.dataframe(
        pd.DataFrame([[str(it) for it in row] for row in told.rows], columns=list(told.headings)),
        hide_index=True,
        width="stretch",
        column_config={
            told.headings[0]: st.column_config.TextColumn(pinned=True, width=170),
            **{
                column: st.column_config.TextColumn(alignment="right")
                for column in told.headings[1:]
            },
        },
    )


def _one_area(coverage: Coverage, texts: Texts) -> None:
    """The pace and the results of the whole, or of an area that is chosen."""
    rows = {row.area_code: row for row in table_rows(coverage, texts)}
    st.subheader(texts.t("Pace and what was found"), anchor=False)
    code = choose(
        texts.t("Area"),
        list(rows),
        texts,
        key="coverage_area",
        said=lambda each: area_name(rows[each], texts),
        width=420,
    )
    row = rows[code]
    left, right = st.columns(2, gap="large")
    with left:
        _pace(row, texts)
    with right:
        if any(number is not None for number in row.results):
            st.html(bars_html(result_table(row, texts)))
        else:
            st.info(texts.t("What was found is suppressed: too few children."))


def _pace(row: ShownCount, texts: Texts) -> None:
    if not row.pace:
        st.info(texts.t("The pace is suppressed: too few children."))
        return
    told = pace_table(row, texts)
    title = f"{told.title}: {area_name(row, texts)}"
    st.image(time_line_svg(time_line(row.pace, texts)), width="stretch", alt=title)
    with st.expander(texts.t("The same as a table")):
        _table(told)


def _files(desk: Desk, campaign: Campaign, by: str, region: Region, texts: Texts) -> None:
    """Files to pass on; they hold what was released, a coordinator's too."""
    st.subheader(texts.t("Files"), anchor=False)
    coverage = desk.coverage(campaign.campaign_id, by=by, exact=False)
    st.caption(
        texts.t(
            "All four hold the released numbers only, with the explanation of what is suppressed. "
            "A coordinator’s exact numbers are not in them."
        )
    )
    drawn = partial(coverage_png, coverage, region.areas, region_info=region.info, texts=texts)
    report = partial(
        coverage_pdf, coverage, region.areas, region_info=region.info, title=campaign.name,
        texts=texts,
    )  # fmt: skip
    kinds = (
        ("PDF", "pdf", "application/pdf", report),
        ("PNG", "png", "image/png", drawn),
        ("XLSX", "xlsx", _XLSX, partial(coverage_xlsx, coverage, texts)),
        ("CSV", "csv", "text/csv", partial(coverage_csv, coverage, texts)),
    )
    with st.container(horizontal=True):
        for label, ending, mime, made in kinds:
            st.download_button(
                label,
                data=made,
                file_name=f"{file_stem(coverage)}.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"coverage_{ending}",
            )


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
