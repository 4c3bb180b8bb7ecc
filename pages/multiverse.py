"""Every defensible definition at once: the curve, which decision matters, and what would turn the answer."""

from collections import Counter

import numpy as np
import pandas as pd
import streamlit as st

from explorer.charts import brushed as stretch
from explorer.charts import curve as charts
from explorer.charts import influence as decisions
from explorer.charts.rules import rules
from explorer.errors import DefinitionError
from explorer.export.cautions import IN_GENERAL
from explorer.multiverse.brushed import brushed
from explorer.multiverse.curve import by_rule, change_curve, response_curve
from explorer.multiverse.estimates import share_of
from explorer.multiverse.flips import IntervalIncludes, PCrosses, RateBelow, exchanged, nearest_flip
from explorer.multiverse.floor import left_out
from explorer.multiverse.influence import influence
from explorer.multiverse.joint import READ_AS, joint_test
from explorer.ui import curves, glossary, grid_editor, guard, multiverse, show, state
from explorer.ui.controls import held

RATE = "rate"
THIS, ALL = "this rule", "all rules"
ADDITIONS = (
    "Hypothetical additions are counted in, under every definition that lets them in: figures are of patients and of "
    "invented ones together, without intervals, and no conclusion is put to the test."
)
NOT_THE_BEST = (
    "Read the curve as a whole. To choose a definition for what it gives, the highest rate above all, turns the rate into "
    "a product of the choice; choose for reasons that do not look at the result."
)
NOT_TESTED = (
    "For a change, the nearest flip is about its p value, and a joint test asks whether the whole curve could come from no "
    "change. This cohort is synthetic, so that both would test how it was made and not patients. With a cohort of patients, "
    "both stand here."
)


def what():
    """Let the reader choose what the curve is of; None for the response rate."""
    chosen = st.segmented_control(
        "Curve of",
        [RATE, *state.cohort().instruments],
        default=RATE,
        required=True,
        format_func=lambda name: "Response rate" if name == RATE else f"Change of {show.plain(name)}",
        key="multiverse-about",
        persist_state="session",
        help="The response rate, or the mean change of one score. A change does not depend on the responder rule.",
    )
    return None if chosen == RATE else chosen


def scope():
    """Let the reader look at the rule in force alone or at all, which are never ranked together."""
    return st.segmented_control(
        "Responder rules",
        [THIS, ALL],
        default=THIS,
        required=True,
        format_func=lambda name: "This rule" if name == THIS else "All rules, each by itself",
        key="multiverse-scope",
        persist_state="session",
        help="Different rules ask different questions: ranks compare within one rule.",
    )


# The curve


def in_short(curve):
    """Say where the definition in force stands and how far the curve goes; what is long stands below the picture."""
    if not multiverse.enough(curve):
        return
    place = multiverse.ranked(curve)
    heading = "The definition in force has no place on the curve" if place is None else multiverse.rank(place)
    st.markdown(f"### {show.plain(show.unbroken(heading))}")
    st.markdown(show.plain(show.unbroken(charts.spread(curve))))
    if place is None:
        st.info(show.plain(f"Nothing is ranked, for {multiverse.no_place(curve)}."))


def invented():
    """Say whether hypothetical additions may be counted in."""
    return state.study().hypothetical and bool(state.cohort().hypothetical.any())


def in_full(curve):
    """Say the rank in counts, what a rank is not, and what a curve is not for."""
    place = multiverse.ranked(curve)
    said = [] if place is None else [ranks(curve, place)]
    if curve.n_few:
        said.append(f"{left_out(curve.n_few, curve.whom)}.")
    st.markdown(show.plain(show.unbroken(" ".join(said))))
    if multiverse.enough(curve):
        st.caption(NOT_THE_BEST if place is None else f"{place.caution} {NOT_THE_BEST}")


def ranks(curve, place):
    """Say under how many definitions the figure is lower, the same and higher, of a change better and worse."""
    alike, figure = "with this responder rule", "the rate"
    sides = ("lower", place.n_lower), ("higher", place.n_higher)
    if curve.about is not None:
        alike, figure = f"of the change of {curve.about}", f"the mean change ({unit_of(curve).points})"
        better, worse = (place.n_lower, place.n_higher) if place.lower_is_better else (place.n_higher, place.n_lower)
        sides = ("better", better), ("worse", worse)
    (less, n_less), (more, n_more) = sides
    without = f" {place.n_without:,} more give no rate." if place.n_without else ""
    return (
        f"{charts.said(curve, curve.in_force)}: of the {place.n:,} definitions {alike}, {figure} is {less} in {n_less:,}, "
        f"the same in {place.n_same:,}, itself included, and {more} in {n_more:,}.{without}"
    )


def unit_of(curve):
    instruments = curve.multiverse.cohort.instruments
    return decisions.RATE if curve.about is None else decisions.of_change(instruments[curve.about])


def on(curve, places=slice(None)):
    """Say which definitions of the multiverse stand on the curve, or at some places of it."""
    held = np.zeros(len(curve.multiverse), bool)
    held[curve.rows[places]] = True
    return held


def asked(curve):
    """Say which definitions ask the question of the curve, those of too few patients among them."""
    held = on(curve)
    held[curve.few] = True
    return held


def over_represented(curve, part, analysis):
    """Show which options are over-represented in a stretch of the curve."""
    first, last = (round(end / 100 * len(curve)) for end in part)
    listing = curve.multiverse.listing
    found = brushed(listing, on(curve, slice(first, last)), on(curve))
    show.figure(stretch.options(found, listing, last - first, len(curve)), analysis)


# What to mind


def cautions(curve):
    """Count the definitions on the curve that carry a caution, and say which."""
    codes = [text.split() for text in curve.multiverse.cautions[curve.rows]]
    n = sum(map(bool, codes))
    if not n:
        return
    part = st.expander(
        f"Cautions: {share_of(n, len(codes))} of these definitions carry one",
        key="multiverse-cautions",
        on_change="rerun",
    )
    if part.open:
        counts = Counter(code for each in codes for code in each).most_common()
        rows = [(about(curve, codes, code), share_of(k, len(codes))) for code, k in counts]
        with part:
            show.small_table(
                pd.DataFrame(rows, columns=["Caution", "Definitions"]), alt="Cautions and how many carry them"
            )


def about(curve, codes, code):
    """Return a caution: in general words where it has numbers of one definition, else as a definition has it."""
    if code in IN_GENERAL:
        return IN_GENERAL[code]
    place = next(place for place, each in enumerate(codes) if code in each)
    said = state.analysis(curve.multiverse.listing.study(int(curve.rows[place]))).cautions
    return next((caution.text for caution in said if caution.code == code), code.replace("_", " "))


def problems(found):
    """List why some definitions give no rate."""
    reasons = Counter(multiverse.why_not(found, row) for row in np.flatnonzero(~found.computed).tolist())
    if not reasons:
        return
    n = sum(reasons.values())
    part = st.expander(
        f"Not computed: {share_of(n, len(found))} of all definitions", key="multiverse-problems", on_change="rerun"
    )
    if part.open:
        rows = pd.DataFrame(reasons.most_common(), columns=["Why", "Definitions"])
        with part:
            show.small_table(rows, alt="Why definitions give no rate")


# Which decision matters


def which_decision(curve, analysis, everything):
    st.markdown("### Which decision matters")
    m = curve.multiverse
    values, n = m.estimates(curve.about)
    found, unit = influence(m.listing, values, None if everything else asked(curve), n), unit_of(curve)
    if found.n_few:
        st.caption(f"{left_out(found.n_few, curve.whom)} of these shares.")
    shares, spans = st.columns(2, gap="large")
    with shares:
        show.figure(decisions.shares(found, unit), analysis)
    with spans:
        show.figure(decisions.spans(found, m.listing, unit), analysis)
    show.figure(decisions.graph(found, m.listing, unit), analysis)


# The nearest flip


def flips(curve, everything):
    st.markdown(
        "### The nearest flip: the fewest changed choices that turn a conclusion", help=glossary.term("Nearest flip")
    )
    conclusion = chosen_conclusion(curve)
    m = curve.multiverse
    found = nearest_flip(m, conclusion, None if everything else asked(curve))
    if found is None:
        st.info("The conclusion cannot be judged under the definition in force.")
        return
    st.markdown(show.plain(show.unbroken(str(found))))
    held.told("multiverse-flip")
    if found.flips:
        show.small_table(flips_table(m, conclusion, found.flips), alt="The nearest flips")
        put_in_force(m, found.flips)


def flips_table(m, conclusion, flips):
    """Say of each flip what it changes, what it gives, and which patients it costs."""
    rows = []
    exchanges = exchanged(m, conclusion, [flip.row for flip in flips])
    for place, (flip, moved) in enumerate(zip(flips, exchanges, strict=True), start=1):
        brought = f" (with {'; '.join(flip.brought)})" if flip.brought else ""
        exchange = f"{len(moved.lost)} lost, {len(moved.gained)} gained"
        rows.append((place, "; ".join(flip.changes) + brought, str(flip.found), exchange))
    return pd.DataFrame(rows, columns=["", "Changed choice", "Gives", "Patients in the denominator"])


def put_in_force(m, flips):
    """Offer to put each flip in force, by its number in the table."""
    with st.container(horizontal=True):
        for place, flip in enumerate(flips, start=1):
            st.button(
                f"Put {place} in force",
                key=f"multiverse-flip-{flip.row}",
                help="; ".join(flip.changes),
                on_click=multiverse.put_in_force,
                args=(m, flip.row, "multiverse-flip"),
            )


def chosen_conclusion(curve):
    """Let the reader state the conclusion that is to be turned; of a change it is about p."""
    if curve.about is not None:
        return PCrosses(curve.about)
    kind, value = st.columns(2, gap="large", vertical_alignment="bottom")
    with kind:
        asked = st.segmented_control(
            "Conclusion",
            ["rate", "interval"],
            default="rate",
            required=True,
            format_func=lambda name: "The rate is below" if name == "rate" else "The interval includes",
            key="multiverse-conclusion",
            persist_state="session",
        )
    line = value.slider("Percent", 5, 95, 50, step=5, key="multiverse-line", persist_state="session")
    return RateBelow(line / 100) if asked == "rate" else IntervalIncludes(line / 100)


# The joint test


def joint(curve):
    st.markdown("### Could the whole curve come from no change at all?")
    key = (state.cohort().fingerprint, state.study().fingerprint, multiverse.in_use().digest, curve.about)
    if st.session_state.get("multiverse-joint", (None,))[0] != key:
        st.session_state["multiverse-joint"] = (key, tested(curve))
    found = st.session_state["multiverse-joint"][1]
    if isinstance(found, str):
        st.info(show.plain(found))
        return
    st.markdown(show.plain(show.unbroken(str(found))))
    st.caption(READ_AS)


def tested(curve):
    """Run the joint test with its progress shown; in words, why it cannot be run."""
    bar = st.progress(0.0, "Signs are flipped")
    try:
        for found in joint_test(curve.multiverse, curve.about):
            bar.progress(found.done / found.of, f"{found.done:,} of {found.of:,} sign patterns")
    except DefinitionError as error:
        found = str(error)
    bar.empty()
    return found


def the_grid(found):
    st.markdown("### The grid")
    options = st.expander("Options, their reasons and sources", key="multiverse-options", on_change="rerun")
    if options.open:
        with options:
            grid_editor.editor()
    grid_editor.files(found)


with show.mistakes():
    analysis = show.page(
        "Multiverse", "How far does the answer depend on choices that could as well have been made otherwise?"
    )
    with st.container(horizontal=True, gap="medium"):
        grid_editor.sizes()
        of = what()
        everything = of is None and scope() == ALL
    found = multiverse.multiverse()
    guard.look_at_many(len(found))
    curve = response_curve(found) if of is None else change_curve(found, of)
    in_short(curve)
    glossary.here("multiverse")
    if invented():
        st.warning(ADDITIONS, icon=":material/science:")
    if everything:
        drawn = rules(by_rule(found), curves.token())
        show.figure(drawn, analysis, on_select=lambda: curves.picked("chart-multiverse-rules"))
    part = curves.draw(curve, analysis)
    in_full(curve)
    if part != curves.WHOLE:
        over_represented(curve, part, analysis)
    cautions(curve)
    problems(found)
    real = not state.cohort().metadata.synthetic
    if multiverse.enough(curve):
        which_decision(curve, analysis, everything)
        if invented():
            st.markdown("### Nothing is tested here")
            st.info("Hypothetical additions are counted in, so no conclusion is put to the test.")
        elif of is None or real:
            flips(curve, everything)
        else:
            st.markdown("### Nothing is tested here")
            st.info(NOT_TESTED)
    the_grid(found)
    if of is not None and real:
        joint(curve)
