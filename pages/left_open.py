"""What the paper leaves open: what each printed figure can be, what 100 reconstructions share, what the unknown could do."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.analysis.fragility import claims, fragility
from explorer.analysis.left_out import left_out_after_start
from explorer.analysis.missing_bounds import missing_bounds
from explorer.analysis.rates import counts_invented
from explorer.charts import bounds, ensemble, printed
from explorer.charts import left_out as left_out_charts
from explorer.errors import DefinitionError
from explorer.export.fragility import claims_in_words, fragility_rows
from explorer.literature.claims import is_comparable
from explorer.literature.doubts import Definitions, definitions
from explorer.literature.ensemble import TIGHT, Split, change_result, rate_results
from explorer.literature.reconciliation import percentages, reconciled
from explorer.reconstruction.facts import is_rebuilt_from_publication, published
from explorer.reconstruction.iga import not_significant, sizes
from explorer.reconstruction.printed import patients, shares_printing
from explorer.reconstruction.readings import is_a_reading
from explorer.study.words import listing
from explorer.ui import glossary, multiverse, show, state

GRADES = {1: "Whole", 2: "Half"}
SPLITS: dict[Split, str] = {"reading": "What counted as improved", "iga_mode": "Whose IGA means"}

GROUPED: dict[Split, str] = {
    "reading": "A threshold is BSA halved, itch down by 4 points, or IGA down to 1 or less; a report is fewer flares, less "
    "topical treatment or overall benefit; benefit is overall benefit alone.",
    "iga_mode": "The printed IGA means are of the patients with both grades, or of whoever had one at each time.",
}
"""What the groups of reconstructions assume."""


def three_doubts(analysis: Analysis) -> None:
    st.markdown("### Three doubts, kept apart")
    st.markdown(
        "**Sampling**: few patients. **Definition**: other choices as good as this one, here "
        f"{multiverse.called(multiverse.in_use())} of the Multiverse page. **Reporting**: what the paper does not say. "
        "They are doubts of different kinds, so they are neither added up nor ranked."
    )
    if imputes(analysis):
        return
    composite, in_force, *_ = rate_results(analysis, "reading")
    try:
        show.figure(ensemble.doubts(in_force, varied()), analysis)
    except DefinitionError as error:
        # More definitions around this study than are run: the rest of the page stands.
        st.info(show.plain(str(error)))
    if is_a_reading(analysis.study.response.rule) and composite.identified:
        st.markdown(
            f"Every reconstruction gives the printed {show.unbroken(composite.here.said)} by its own reading of “improved”. "
            "The paper does not say which reading is its own, so by this one rule they differ."
        )


def varied() -> Definitions | None:
    """Vary everything but the responder rule by the grid in use, as the marks on other pages do."""
    return definitions(multiverse.of_this_rule(), multiverse.called(multiverse.in_use()))


def imputes(analysis: Analysis) -> bool:
    """Say so where missing outcomes are imputed many times over, which is not done for every reconstruction."""
    if analysis.study.missing.kind != "multiple_imputation":
        return False
    st.info(
        "Multiple imputation is not run on every reconstruction. Choose another policy for unknown outcomes to see this."
    )
    return True


def reconciliation(_: Analysis) -> None:
    st.markdown("### What each printed figure can be")
    st.markdown("Counts are whole, so a printed figure fits only some counts of only some numbers of patients (GRIM).")
    rows = [(row.printed, row.gives_and_interval, row.known) for row in reconciled()]
    columns = ["Printed", "What could give it, and the interval it deserves", "What can be known"]
    show.small_table(pd.DataFrame(rows, columns=columns), alt="Published figures reconciled")
    st.caption(show.plain(f"Source: {published().source.citation}; {published().source.read}."))


def percentage_counts(analysis: Analysis) -> None:
    facts = {fact.id: fact for fact in percentages()}
    chosen = st.segmented_control(
        "Printed percentage",
        list(facts),
        default="iga_0_1",
        required=True,
        format_func=lambda name: f"{facts[name].value} %",
        key="open-percentage",
        persist_state="session",
        help="Every count of up to all patients that prints it, whatever the source says about its denominator.",
    )

    def counts():
        return printed.counts_printing(facts[chosen], shares_printing(facts[chosen].value, patients()))

    show.figure(show.whatever_the_rule(analysis, counts, "counts", chosen), analysis)


def iga(analysis: Analysis) -> None:
    st.markdown(f"### {iga_heading()}")
    st.markdown(
        "The total of whole grades is a whole number, so its mean takes few values. If both IGA means are of the same "
        "patients, hardly any number of patients fits; with the 14 % of the same patients, fewer still."
    )
    items = st.segmented_control(
        "Grades of the IGA",
        list(GRADES),
        default=1,
        required=True,
        format_func=GRADES.__getitem__,
        key="open-grades",
        persist_state="session",
        help="The scale has whole grades from 0 to 4. Some clinicians write half grades, and then more numbers fit.",
    )
    held = sizes(items)
    facts = (published().fact(name) for name in ("iga_baseline", "iga_follow_up", "iga_0_1"))

    def possible():
        return printed.possible_sizes(held, *facts)

    def needed():
        return printed.spread_needed([not_significant(size, items) for size in held if size.paired], patients())

    show.figure(show.whatever_the_rule(analysis, possible, "sizes", items), analysis)
    st.markdown("#### And the fall “did not reach significance”")
    show.figure(show.whatever_the_rule(analysis, needed, "spread", items), analysis)
    st.markdown(
        "If the two means are not of the same patients, none of this follows: then the means say nothing about the "
        "change of those who had both."
    )


def iga_heading() -> str:
    fits = [size for size in sizes() if size.paired]
    return f"The IGA means are of {listing([str(size.n) for size in fits], 'or')} patients, or not of the same ones"


def reconstructions(analysis: Analysis) -> None:
    st.markdown("### What 100 reconstructions share, and what they do not")
    st.markdown(
        "Each reconstruction gives every published figure. Bars reach from the lowest to the highest result among them; "
        "what lies between carries no weight, because how often a value occurs says only how they were made."
    )
    if imputes(analysis):
        return
    split = st.segmented_control(
        "Reconstructions grouped by",
        list(SPLITS),
        default="reading",
        required=True,
        format_func=SPLITS.__getitem__,
        key="open-split",
        persist_state="session",
        help="The source leaves both open, and each reconstruction settles them in one way.",
    )
    show.figure(ensemble.rates(rate_results(analysis, split)), analysis)
    score_changes(analysis, split)
    st.caption(
        f"{GROUPED[split]} Outer bounds: what no cohort with the printed figures can leave, by logic alone, where all but "
        f"the rule is as published and the {published().fact('improved').value} % is of all prior users; for changes, where "
        "both printed means are of the same patients. “Identified” is said only where they are at most "
        f"{100 * TIGHT:.0f} % as wide as the sampling interval."
    )


def score_changes(analysis: Analysis, split: Split) -> None:
    codes = list(analysis.cohort.instruments)
    code = st.segmented_control(
        "Score", codes, default=codes[0], required=True, key="open-score", persist_state="session"
    )

    def change():
        return ensemble.change(change_result(analysis, code, split), analysis.cohort.instruments[code])

    show.figure(show.whatever_the_rule(analysis, change, "over the draws", code, split), analysis)


def unknown(analysis: Analysis, line: int) -> None:
    held, invented = missing_bounds(analysis), counts_invented(analysis)
    if not held.n_unknown:
        st.markdown("### No outcome is unknown")
        return
    st.markdown(f"### The {held.n_unknown} unknown outcomes: every way they could have gone")
    show.figure(bounds.splits(held, line, invented), analysis)
    if not invented:
        st.markdown(show.plain(show.unbroken(claims_in_words(claims(analysis, held, line), line))))


def left_out(analysis: Analysis, line: int) -> None:
    held = left_out_after_start(analysis)
    st.markdown("### Those whom the entry rules left out")
    if not held.rules:
        st.info("This definition lets everybody in, whatever happened after the start, so nobody is left out so.")
        return
    st.markdown(
        show.plain(
            f"To enter, a patient needed {listing(held.rules)}. Whoever did badly at once may have had none of these and "
            "was never counted. No policy for missing outcomes brings them back."
        )
    )
    if held.n:
        st.markdown(show.plain(show.unbroken(left_out_charts.among_recorded(analysis, held))))
    elif is_rebuilt_from_publication(analysis.cohort):
        st.markdown("The source does not say how many there were, so the picture asks: what if there were so many?")
    else:
        st.markdown("This cohort records nobody who was left out so; the picture asks: what if there were so many?")
    show.figure(left_out_charts.left_out(analysis, held, line), analysis)


def hangs_on(analysis: Analysis, line: int) -> None:
    st.markdown("### How many outcomes the answer hangs on")
    held = fragility(analysis, line)
    if held is None:
        st.info("This needs patients whose outcome is counted as yes or no; here it is imputed, or nobody is counted.")
        return
    show.small_table(fragility_rows(held), alt="How few outcomes would have to differ")


def line_to_hold_against() -> int:
    return st.number_input(
        "Hold the rate against (%)",
        1,
        99,
        50,
        key="open-line",
        width=260,
        persist_state="session",
        help="The claim that is put to the test from here on: that so many percent responded, or more.",
    )


def every_cohort(analysis: Analysis) -> None:
    line = line_to_hold_against()
    unknown(analysis, line)
    if counts_invented(analysis):
        st.info("Hypothetical additions are counted in, so no claim about the rate is put to the test.")
        return
    left_out(analysis, line)
    hangs_on(analysis, line)


def why_not(analysis: Analysis) -> str:
    if is_rebuilt_from_publication(analysis.cohort):
        return "Hypothetical additions are counted in, so nothing is compared with the published figures or the reconstructions."
    return "The printed figures and the 100 reconstructions are of another cohort, so only what its own outcomes leave open is here."


def title() -> str:
    """Speak of the paper only where there is one."""
    return "What the paper leaves open" if is_rebuilt_from_publication(state.cohort()) else "What is left open"


ABOUT_THE_PAPER: tuple[Callable[[Analysis], None], ...] = (
    three_doubts,
    reconciliation,
    percentage_counts,
    iga,
    reconstructions,
)

with show.mistakes():
    shown = show.page(title(), "How much of the answer is known, and how much could be otherwise?")
    glossary.here("left_open")
    if is_comparable(shown):
        for section in ABOUT_THE_PAPER:
            section(shown)
    else:
        st.info(why_not(shown))
    every_cohort(shown)
