"""How far each score moved, in whom, and how much of that would be expected without any treatment."""

import streamlit as st

from explorer.analysis import pairs
from explorer.analysis import regression_to_the_mean as rtm
from explorer.analysis.rates import counts_invented
from explorer.analysis.resampling import resample
from explorer.charts import change as charts
from explorer.charts.grades import grade_by_grade
from explorer.charts.regression_to_the_mean import regression
from explorer.charts.theme import FEWEST_PATIENTS, MOST_MARKS
from explorer.export import change as words
from explorer.export.numbers import decimals, number
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.limits import between
from explorer.study.truth import TRUE
from explorer.ui import glossary, reports, show
from explorer.ui.caching import kept

MOST_RESAMPLED = 5_000
BESIDE = 20  # marks that a chart of patients needs besides theirs
PICKS = {
    "worst": "the worst of several: such scores fall back further than is shown here",
    "best": "the best of several: such scores fall back less, or rise",
    "mean": "the mean of several: such a mean repeats itself better than one score",
}


def choose_score(cohort):
    codes = list(cohort.instruments)
    if st.session_state.get("change-score") not in codes:
        st.session_state["change-score"] = codes[0]
    return st.segmented_control(
        "Score",
        codes,
        required=True,
        key="change-score",
        persist_state="session",
        help="Everything below is about one score: "
        + "; ".join(show.plain(f"{code}, {each.name}") for code, each in cohort.instruments.items())
        + ".",
    )


def choose_patient(code, ids):
    """Bring out one patient, chosen in the list or by a click on a bar; the page of patients opens at the same."""
    held = st.session_state.get(f"chart-change-waterfall-{code.lower()}")
    clicked = held["selection"].get(charts.SELECT) if held else None
    picked = clicked[0]["patient_id"] if clicked else None
    if picked != st.session_state.get(f"change-clicked-{code}"):
        st.session_state[f"change-clicked-{code}"] = picked
        st.session_state["patient"] = picked or st.session_state.get("patient")
    chosen = st.session_state.get("patient")
    reports.put("change-patient", chosen if chosen in ids else None)
    listed, opened = st.columns([3, 1], vertical_alignment="bottom")
    listed.selectbox(
        "Bring out one patient",
        ids,
        index=None,
        placeholder="nobody: choose here, or click a bar of the waterfall",
        key="change-patient",
        on_change=keep_patient,
    )
    chosen = st.session_state["change-patient"]
    # Always there, so that nothing moves when a patient is chosen.
    said = f"Open patient {show.plain(chosen)}" if chosen else "Open the patients' page"
    opened.page_link("pages/patients.py", label=said, icon=":material/person_search:")
    return chosen


def keep_patient():
    if reports.moved("change-patient"):
        st.session_state["patient"] = st.session_state["change-patient"]


def each_patient(analysis, instrument, both):
    code = instrument.code
    drawable = pairs.n_scores(analysis, code) + both.n + BESIDE <= MOST_MARKS
    chosen = None
    if both.n >= FEWEST_PATIENTS and drawable:
        chosen = choose_patient(code, list(analysis.cohort.patients["patient_id"][analysis.ledger.eligible]))

    def paths():
        scores = pairs.near_windows(analysis, code) if drawable else None
        at = pairs.at_both_times(analysis, code, both)
        return charts.paths(analysis, instrument, both, scores, at, chosen)

    figure(analysis, paths, "paths", code, chosen)
    return chosen


def figure(analysis, draw, *asked):
    """Show a figure; none of them depends on the response rule, so each is kept while only that changes."""
    show.figure(show.whatever_the_rule(analysis, draw, *asked), analysis)


def each_change(analysis, instrument, both, row, chosen):
    code, mean = instrument.code, (row.mean_change, row.ci_low, row.ci_high)

    def spread():
        figure(analysis, lambda: charts.distribution(analysis, instrument, both, mean), "distribution", code)

    if both.n + BESIDE > MOST_MARKS:
        spread()
        said = charts.mcid_words(analysis, instrument, both)
        st.caption(f"With {charts.who(analysis, both)} a bar each could not be read. {said}")
        return
    left, right = st.columns(2)
    with left:
        figure(analysis, lambda: charts.waterfall(analysis, instrument, both, chosen), "waterfall", code, chosen)
    with right:
        spread()


def numbers(analysis, instrument, row):
    confidence, n_scores = analysis.study.confidence, len(analysis.change)
    st.subheader("Estimates, then tests", help=glossary.term("Hodges-Lehmann"))
    rows = words.estimates(row, instrument, confidence, words.additions(analysis, instrument.code))
    show.small_table(rows, alt=f"Estimates of change of {instrument.code}")
    if counts_invented(analysis):
        st.caption("Hypothetical additions are counted in: they are invented, so intervals and p values are withheld.")
        return
    show.small_table(words.p_values(row, n_scores), alt=f"Tests of no change of {instrument.code}")
    made = words.made_so(analysis.cohort.metadata.synthetic, is_rebuilt_from_publication(analysis.cohort))
    st.caption(
        "A p value asks how surprising such a change would be if nothing had changed on average; it says nothing about "
        f"why it changed: there is no untreated group. {made}"
    )
    resampled(analysis, instrument, row)


def resampled(analysis, instrument, row):
    if row.n_paired < FEWEST_PATIENTS or analysis.ledger.n > MOST_RESAMPLED:
        return
    asked = (analysis.cohort.fingerprint, analysis.study.fingerprint)
    if st.button("Resample the patients", key="change-resample", help="Takes a moment: bootstrap and sign flips."):
        st.session_state["change-resampled"] = asked
    if st.session_state.get("change-resampled") != asked:
        return
    with st.spinner("Resampling"):
        found = drawn(analysis.cohort, *asked, analysis)
    ours = next(each for each in found if each.instrument == instrument.code)
    st.caption(show.plain(words.resampling(ours, instrument, analysis.study.confidence)))


@kept(50)
def drawn(_cohort, fingerprint, study, _analysis):
    return resample(_analysis)


def percent(analysis, instrument, row):
    st.subheader("As a percentage")
    show.figures_in_words(words.percentages(row, instrument, words.additions(analysis, instrument.code)))
    st.caption(f"These answer different questions and may differ widely. {words.WHY_NO_MEAN_PERCENT}")


def without_treatment(analysis, instrument, both):
    """The change to expect from regression to the mean, under assumptions that the reader makes."""
    code = instrument.code
    limits = rtm.severity_filter(analysis.study, code)
    st.subheader("How much would be expected without treatment?", help=glossary.term("Regression to the mean"))
    st.markdown(
        "People start a treatment when they are worse than usual, and on a later day are nearer to their usual again: "
        "regression to the mean. How large that is depends on two numbers that these patients, all treated, cannot give. "
        "**They are yours to assume; neither is estimated from these data.**"
    )
    mean, repeatability, spread = assumptions(instrument, limits)
    low, high = drawn_range(instrument)
    given = mean is not None and repeatability is not None
    everyone = rtm.observed(analysis, code)
    point = None
    if given and everyone.n:
        change = float(rtm.expected_change(rtm.pull(everyone.baseline_mean, mean), repeatability))
        point = (mean, repeatability, change)
        who = charts.who(analysis, both)
        said = words.expected_words(everyone, change, instrument, analysis.study.confidence, who)
        st.markdown(f"**{show.plain(said)}**")
    else:
        st.caption("Give both numbers to see the change expected under them; the grid shows every combination.")
    figure(
        analysis,
        lambda: regression(instrument, everyone, rtm.grid(everyone, low, high), point),
        "regression",
        code,
        low,
        high,
        point,
    )
    if limits is not None:
        within = both.only(between(both.baseline, limits.at_least, limits.at_most) == TRUE)
        behind_filter(analysis, instrument, within, limits, (mean, repeatability, spread), (low, high))
    small_print(analysis)


def assumptions(instrument, limits):
    low, high, code = instrument.range_min, instrument.range_max, instrument.code
    step = instrument.step if instrument.step and instrument.step < 1 else 0.1 if high - low <= 20 else 1.0
    scale = f"{code}-{low:g}-{high:g}"
    boxes = st.columns(2 if limits is None else 3)
    mean = boxes[0].number_input(
        f"Mean {code} of the untreated population",
        low,
        high,
        None,
        step,
        key=f"change-mean-{scale}",
        persist_state="session",
        placeholder="your assumption",
        help="The mean that people like these have over time without this treatment: from a registry, or the placebo "
        f"group of a trial at an unselected visit. In {instrument.unit}.",
    )
    repeatability = boxes[1].number_input(
        "Repeatability, 0 to 1",
        0.0,
        1.0,
        None,
        0.05,
        key=f"change-repeatability-{code}",
        persist_state="session",
        placeholder="your assumption",
        help="How strongly two scores of the same untreated person, as far apart as baseline and follow-up here, are "
        "correlated across people: 1 if each keeps the same score, 0 if one says nothing about the other. A test-retest "
        "study over days gives too high a value for weeks or months.",
    )
    spread = None
    if limits is not None:
        spread = boxes[2].number_input(
            "Standard deviation, untreated",
            0.01,
            high - low,
            None,
            step,
            key=f"change-sd-{scale}",
            persist_state="session",
            placeholder="your assumption",
            help="How much single scores differ between untreated people, measurement error included. Needed because a "
            f"filter on the baseline is on. In {instrument.unit}.",
        )
    return mean, repeatability, spread


def drawn_range(instrument):
    low, high = instrument.range_min, instrument.range_max
    held = st.slider(
        "Untreated means drawn",
        low,
        high,
        (low, high),
        instrument.step or (high - low) / 100,
        key=f"change-range-{instrument.code}-{low:g}-{high:g}",
        persist_state="session",
        help="The part of the scale that the grid shows; it changes nothing else.",
    )
    return held if held[0] < held[1] else (low, high)


def behind_filter(analysis, instrument, within, limits, assumed, drawn):
    """The form for patients chosen by a limit on their baseline, which needs no baseline of theirs at all."""
    mean, repeatability, spread = assumed
    st.markdown(f"**A filter on severity is on.** {show.plain(words.filtered(limits, instrument))}")
    if spread is None:
        st.caption(
            "A filter picks people by a score far from their usual, so more of it regresses. Give the standard deviation "
            "of untreated scores to see how much: the excess over the mean then follows from the limit alone."
        )
        return
    kept = rtm.observed(analysis, instrument.code, limits)
    point = None
    if mean is not None and repeatability is not None and kept.n:
        pulled = rtm.pull_of_selection(mean, spread, limits.at_least, limits.at_most)
        change = float(rtm.expected_change(pulled, repeatability))
        point = (mean, repeatability, change)
        who = charts.who(analysis, within)
        said = words.expected_words(kept, change, instrument, analysis.study.confidence, who)
        st.markdown(f"**{show.plain(said)}**")
        expected = f"{number(mean - float(pulled), decimals(instrument))} expected from the limit"
        seen = number(kept.baseline_mean, decimals(instrument))
        st.caption(f"Their mean baseline: {expected}, {seen} observed. Far apart, your assumptions do not fit them.")
    grid = rtm.grid_of_selection(kept, limits, spread, *drawn)
    chosen = f"with {words.limit_words(limits, instrument)}"
    show.figure(regression(instrument, kept, grid, point, chosen), analysis)


def small_print(analysis):
    pick = PICKS.get(analysis.study.baseline.pick)
    drawn = f" Baseline is here {pick}." if pick else ""
    st.caption(
        "Expected change = (1 - repeatability) x (untreated mean - mean baseline); behind a filter the mean baseline is "
        "that of a normal distribution beyond the limit (Davis 1976, Am J Epidemiol 104:493; Barnett 2005, Int J "
        "Epidemiol 34:215). Assumed: one score at each time, a population whose mean does not drift, and scores related "
        f"linearly; on a short or skewed scale that is rough. It leaves out season, other treatments and time.{drawn}"
    )


with show.mistakes():
    analysis = show.page(
        "Score change",
        "How far did each score move from baseline to follow-up, in whom, and how much would be expected anyway?",
    )
    if not analysis.cohort.instruments:
        st.info("This cohort has no scores. This page needs the table of assessments: patient, day, instrument, score.")
        st.stop()
    instrument = analysis.cohort.instruments[choose_score(analysis.cohort)]
    row = next(each for each in analysis.change if each.instrument == instrument.code)
    both = pairs.pairs(analysis, instrument.code)
    who = charts.who(analysis, both)
    said = words.headline(row, instrument, analysis.study.confidence, who)
    st.markdown(f"### {show.plain(show.unbroken(said))}")
    st.markdown(show.unbroken(words.directions(both, who)))
    glossary.here("change")
    chosen = each_patient(analysis, instrument, both)
    if both.n >= FEWEST_PATIENTS:
        each_change(analysis, instrument, both, row, chosen)
        if row.grades is not None:
            show.figure(grade_by_grade(instrument, row.grades), analysis)
    if row.n_paired:
        numbers(analysis, instrument, row)
        percent(analysis, instrument, row)
    if both.n >= FEWEST_PATIENTS:
        without_treatment(analysis, instrument, both)
