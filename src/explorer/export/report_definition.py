"""Cards about the question, the definition in force, what was looked at before it, and where the data come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.charts.headline import headline as answer_chart
from explorer.export.plain_words import answer, in_plain_words
from explorer.export.report_blocks import Block, Table, Words
from explorer.export.report_versions import versions
from explorer.literature.headline import headline, published_rate
from explorer.reconstruction.facts import is_rebuilt_from_publication, published
from explorer.study.estimand import estimand
from explorer.study.presets import default_for

UNRECORDED = "How many definitions were looked at before this one was not recorded."
NOT_STATED = "not stated"
FINGERPRINT = "Content fingerprint"


def question(analysis: Analysis) -> Iterator[Block]:
    """Ask, answer in a sentence, and give the headline figures."""
    study = analysis.study
    after = f" after {study.prior_drug}" if study.prior_drug else ""
    yield Words(f"Do patients improve on {study.index_drug}{after}? {answer(analysis)}")
    yield answer_chart(analysis, published_rate(analysis))
    rows = [(each.label, each.value, each.doubt) for each in headline(analysis)]
    yield Table("headline", "The figures that answer the question", _frame(rows, "Figure", "Value", "Doubt"))
    yield Words(in_plain_words(analysis))


def methods(analysis: Analysis) -> Iterator[Block]:
    """Give the Methods paragraph, the estimand, how it differs from the usual definition, and what to mind."""
    study, usual = analysis.study, default_for(analysis.cohort)
    yield Words(study.words())
    yield Table(
        "estimand",
        "The estimand (ICH E9(R1))",
        _frame(estimand(study).rows(), "Attribute", "Here"),
        f"Definition {study.fingerprint}.",
    )
    if differs := study.differences(usual):
        rows = [(each,) for each in differs]
        yield Table("differences", f"How this definition differs from “{usual.name}”", _frame(rows, "Difference"))
    yield from (Words(caution.text, remark=True) for caution in analysis.cautions)


def viewed(trail: Sequence[str]) -> Iterator[Block]:
    """Say which definitions were looked at before, and which one was fixed beforehand."""
    yield from (Words(line) for line in (trail or [UNRECORDED]))
    yield Words(
        "The more definitions are looked at, the likelier it is that one of them gives a striking figure by chance.",
        remark=True,
    )


def source(analysis: Analysis) -> Iterator[Block]:
    """Say where the data come from, what they cannot show, and which software was used."""
    yield Table("source", "The data", _frame(_about(analysis), "What", "Here"))
    yield from (Words(line) for line in _limits(analysis))
    yield from (Words(f"When the data were read: {warning}", remark=True) for warning in analysis.cohort.warnings)
    yield Table("software", "Software", _frame(versions(), "Package", "Version"))


def _about(analysis: Analysis) -> Iterator[tuple[str, str]]:
    cohort, about = analysis.cohort, analysis.cohort.metadata
    yield "Cohort", about.title
    yield "Source", about.source or NOT_STATED
    yield "Licence", about.licence or NOT_STATED
    yield "Tables", ", ".join(sorted(cohort.tables))
    yield FINGERPRINT, cohort.fingerprint
    if is_rebuilt_from_publication(cohort):
        yield "Publication", f"{published().source.citation}; {published().source.read}"


def _limits(analysis: Analysis) -> Iterator[str]:
    about = analysis.cohort.metadata
    if about.notes:
        yield about.notes
    if about.synthetic:
        yield "These data are synthetic. Results show what follows from the definitions, not what happens to patients."
    else:
        yield "The records were not made for this question: what was not written down is missing."
    yield (
        "There is no comparison group, so nothing here tells an effect of treatment from improvement that comes by itself."
    )


def _frame(rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns))
