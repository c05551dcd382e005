"""Planner: the case list handed back in the form it came in, and the two reports."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from maps.pages.frame import choose, faults_told, heading, plain
from maps.reports import in_words, report_pdf, report_stem, report_title, report_xlsx
from maps.texts import Texts
from maps.texts.words import CATEGORIES, FIELDS, SCHOOL_ANSWERS
from planning.desk import Desk
from planning.desk.reports import CaseExport, ListForm
from planning.model import Campaign, Result

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MIME = {"xlsx": _XLSX, "csv": "text/csv"}


def page(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """What leaves the office."""
    heading(texts.t("Reports and lists"), texts, campaign)
    with faults_told(texts):
        reports, categories, lists = st.tabs(
            [texts.t("Reports"), texts.t("By category of need"), texts.t("Case list")]
        )
        with reports:
            _reports(desk, campaign, texts)
        with categories:
            _by_category(desk, campaign, texts)
        with lists:
            _lists(desk, campaign, texts)


# --- reports --------------------------------------------------------------------------------


def _reports(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    public = choose(
        texts.t("Report"), [False, True], texts, key="report_kind", width=420,
        said=lambda each: report_title(texts, public=each),
    )  # fmt: skip
    st.caption(
        texts.t("For everybody: it may be read out and passed on.")
        if public
        else texts.t("For the ministry and the partners; not for publication.")
    )
    if not st.button(texts.t("Make the report"), type="primary"):
        return
    report = desk.report(campaign.campaign_id, public=public)
    info = desk.region(campaign).info
    for line in in_words(report, texts):
        st.markdown(plain(line))
    stem = report_stem(report, public=public)
    with st.container(horizontal=True):
        st.download_button(
            "PDF", report_pdf(report, region_info=info, public=public, texts=texts),
            file_name=f"{stem}.pdf", mime="application/pdf", on_click="ignore", key="report_pdf",
        )  # fmt: skip
        st.download_button(
            "XLSX", report_xlsx(report, public=public, texts=texts), file_name=f"{stem}.xlsx",
            mime=_XLSX, on_click="ignore", key="report_xlsx",
        )  # fmt: skip


# --- by category of need --------------------------------------------------------------------


def _by_category(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    """Counted only when asked: it opens every case."""
    st.caption(
        texts.t(
            "Exact numbers, for you alone: a category with few children tells who they are. No "
            "report has them. A child counts in each of its categories."
        )
    )
    if not st.button(texts.t("Count by category")):
        return
    rows = desk.counts_by_category(campaign.campaign_id)
    none = texts.t("no category known")
    # A plain table: that of `st.dataframe` has a button to take it away as a file.
    st.table(
        pd.DataFrame(
            {
                texts.t("Category"): [
                    texts.t(CATEGORIES[each.category]) if each.category else none for each in rows
                ],
                texts.t("Children listed"): [each.listed for each in rows],
                texts.t("Visited"): [each.visited for each in rows],
                texts.t("Resolved"): [each.resolved for each in rows],
            }
        ).set_index(texts.t("Category"))
    )


# --- the case list --------------------------------------------------------------------------


def _lists(desk: Desk, campaign: Campaign, texts: Texts) -> None:
    forms = desk.list_forms(campaign.campaign_id)
    if not forms:
        st.info(texts.t("Import a case list first: it goes out in the form it came in."))
        return
    st.caption(
        texts.t(
            "What was imported and not changed goes out cell by cell, columns that are not read "
            "here too. Sensitive cases are never on an export."
        )
    )
    with st.form("export", border=True):
        form = st.selectbox(
            texts.t("Form of the list"), forms, format_func=lambda each: _form_said(each, texts)
        )
        own = texts.t("the office’s own system")
        names = {each.institution_id: each.name for each in desk.receivers()}
        receiver = st.selectbox(
            texts.t("For whom"),
            ["", *names],
            format_func=lambda each: names.get(each, own),
            help=texts.t("Institutions that an agreement binds to this office today."),
        )
        results = st.checkbox(texts.t("Add what was found: result, visits, attendance"))
        kind = st.radio(texts.t("Kind of file"), list(_MIME), format_func=str.upper,
                        horizontal=True)  # fmt: skip
        made = st.form_submit_button(texts.t("Make the list"), type="primary")
    if made and form is not None and receiver is not None:
        _list_made(
            desk.export_cases(
                campaign.campaign_id, form.number, f"cases_{form.number}.{kind}",
                receiver=receiver, words=result_words(texts) if results else None,
            ),
            texts,
        )  # fmt: skip


def _form_said(form: ListForm, texts: Texts) -> str:
    name = form.form.template.name or ", ".join(form.form.headings[:3])
    return f"{name} · {texts.n('{count} case', '{count} cases', form.cases)}"


def _list_made(made: CaseExport, texts: Texts) -> None:
    """Says what is in the file before anybody takes it."""
    with st.container(border=True):
        st.markdown(plain(texts.n("{count} case", "{count} cases", made.cases)))
        columns = ", ".join(each for each in made.columns if each)
        st.caption(plain(texts.t("Columns: {columns}", columns=columns)))
        if made.sensitive_left_out:
            st.caption(
                texts.n(
                    "{count} sensitive case is not in it.",
                    "{count} sensitive cases are not in it.",
                    made.sensitive_left_out,
                )
            )
        for field, count in made.lost:
            said = texts.field(field) if field in FIELDS else texts.t("the whole case")
            st.warning(
                plain(
                    texts.t("This form has no column that holds: {field} ({count})", field=said,
                            count=count)
                )
            )  # fmt: skip
        ending = made.file_name.rsplit(".", 1)[-1]
        st.download_button(
            texts.t("Download"), made.content, file_name=made.file_name, mime=_MIME[ending],
            on_click="ignore", icon=":material/download:", key="export_file",
        )  # fmt: skip


def result_words(texts: Texts) -> Mapping[str, str]:
    """What the result columns and the codes in them are called."""
    return {
        "result": texts.t("Last result"),
        "result_day": texts.t("Day of the result"),
        "visits": texts.t("Visits made"),
        "status": texts.t("Status"),
        "back_on": texts.t("In school again since"),
        "attendance": texts.t("Attendance"),
        "open": texts.t("open"),
        "resolved": texts.t("resolved"),
        **{result: texts.result(result) for result in Result},
        **{f"school:{answer}": texts.t(said) for answer, said in SCHOOL_ANSWERS.items()},
    }
