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
from explorer.multiverse.brushed import brushed
from explorer.multiverse.curve import by_rule, change_curve, response_curve
from explorer.multiverse.estimates import share_of
from explorer.multiverse.flips import IntervalIncludes, PCrosses, RateBelow, exchanged, nearest_flip
from explorer.multiverse.influence import influence
from explorer.multiverse.joint import READ_AS, joint_test
from explorer.ui import grid_editor, multiverse, show, state
from explorer.ui.controls import held

RATE = "rate"
THIS, ALL = "this rule", "all rules"
WHOLE = (0, 100)
MOST_FLIPS = 12
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


def in_words(curve, place):
    """Say what the curve shows in plain words, and what a rank is not."""
    st.markdown(f"### {show.plain(show.unbroken(multiverse.rank(place)))}")
    doubt = definition_and_sampling(curve)
    st.markdown(show.plain(show.unbroken(f"{place} {doubt}".strip())))
    st.caption(f"{place.caution} {NOT_THE_BEST}")


def definition_and_sampling(curve):
    """Set the spread over definitions beside the interval of the one in force: two doubts, not one."""
    unit = unit_of(curve)
    low, high = curve.low[curve.in_force], curve.high[curve.in_force]
    if np.isnan(low):
        return "No interval: hypothetical additions are counted in." if state.study().hypothetical else ""
    spread, wide = (
        f"{unit.factor * width:.{unit.decimals}f}" for width in (curve.value[-1] - curve.value[0], high - low)
    )
    return (
        f"So the choice of definition alone moves the {unit.name} over {spread} {unit.points}; sampling alone leaves "
        f"{wide} {unit.points} open (the interval under the definition in force). They are two doubts, not one."
    )


def unit_of(curve):
    instruments = curve.multiverse.cohort.instruments
    return decisions.RATE if curve.about is None else decisions.of_change(instruments[curve.about])


def token():
    """Tell what was drawn of one definition and grid from what was drawn of another."""
    return f"{state.study().fingerprint}-{multiverse.in_use().digest}"


def picked(key):
    """Put the definition that was clicked in force, unless the click was on an older drawing."""
    clicked = st.session_state[key]["selection"].get(charts.PICK)
    row, _, drawn = clicked[0]["pick"].partition(" ") if clicked else ("", "", "")
    if drawn == token():
        multiverse.put_in_force(multiverse.multiverse(), int(row), "multiverse-curve")


def clicked_or_dragged(key):
    """Follow a click, and look at the stretch that was dragged over."""
    picked(key)
    ends = st.session_state[key]["selection"].get(charts.BRUSH, {}).get("x")
    dragged = None if ends is None else tuple(round(100 * min(1, max(0, end))) for end in sorted(ends))
    # A click reports the stretch too: only a new one counts, so that the slider keeps what it was set to.
    if dragged != st.session_state.get("multiverse-dragged"):
        st.session_state["multiverse-dragged"] = dragged
        st.session_state["multiverse-part"] = WHOLE if dragged is None or dragged[0] == dragged[1] else dragged


def typed():
    """Draw the chart anew, without the stretch that was dragged: the slider says which one counts."""
    st.session_state["multiverse-dragged"] = None
    st.session_state["multiverse-drawn"] = st.session_state.get("multiverse-drawn", 0) + 1


def on(curve, places=slice(None)):
    """Say which definitions of the multiverse stand on the curve, or at some places of it."""
    held = np.zeros(len(curve.multiverse), bool)
    held[curve.rows[places]] = True
    return held


def the_curve(curve, analysis):
    part = st.session_state.setdefault("multiverse-part", WHOLE)
    key = f"multiverse-curve-{st.session_state.get('multiverse-drawn', 0)}"
    drawn = charts.curve(curve, token(), (part[0] / 100, part[1] / 100))
    show.figure(drawn, analysis, key, on_select=lambda: clicked_or_dragged(f"chart-{key}"))
    held.told("multiverse-curve")
    if multiverse.enough(curve):
        st.caption(
            "Click a definition to put it in force (Undo in the sidebar). Drag over a stretch to look at its options."
        )
        by_keyboard(curve)
        over_represented(curve, part, analysis)


def by_keyboard(curve):
    """Draw what does the same as clicking and dragging."""
    rank, part = st.columns(2, gap="large", vertical_alignment="bottom")
    with rank:
        held.number(
            "Definition in force, counted from the lowest",
            "multiverse-rank",
            None if curve.in_force is None else curve.in_force + 1,
            lambda now, place: curve.multiverse.listing.study(int(curve.rows[int(place) - 1])).replace(name=now.name),
            (1, len(curve)),
            whole=True,
            help="Another number puts that definition in force.",
        )
    part.slider(
        "Stretch to look at, from the lowest (0) to the highest (100)",
        *WHOLE,
        key="multiverse-part",
        persist_state="session",
        on_change=typed,
    )


def over_represented(curve, part, analysis):
    """Show which options are over-represented in a stretch of the curve."""
    if part == WHOLE:
        return
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
    """Return a caution as one of the definitions that carry it has it, the one in force if it does."""
    carrying = [place for place, each in enumerate(codes) if code in each]
    place = curve.in_force if curve.in_force in carrying else carrying[0]
    said = state.analysis(curve.multiverse.listing.study(int(curve.rows[place]))).cautions
    return next((caution.text for caution in said if caution.code == code), code.replace("_", " "))


def problems(found):
    """List why some definitions give no rate."""
    reasons = Counter(text or "No patient can be evaluated" for text in found.problem[~found.computed])
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
    values = m.response.rate if curve.about is None else m.change[curve.about].mean_change
    found, unit = influence(m.listing, values, None if everything else on(curve)), unit_of(curve)
    shares, spans = st.columns(2, gap="large")
    with shares:
        show.figure(decisions.shares(found, unit), analysis)
    with spans:
        show.figure(decisions.spans(found, m.listing, unit), analysis)
    show.figure(decisions.graph(found, m.listing, unit), analysis)


# The nearest flip


def flips(curve, everything):
    st.markdown("### The nearest flip: the fewest changed choices that turn a conclusion")
    conclusion = chosen_conclusion(curve)
    m = curve.multiverse
    found = nearest_flip(m, conclusion, None if everything else on(curve))
    if found is None:
        st.info("The conclusion cannot be judged under the definition in force.")
        return
    st.markdown(show.plain(show.unbroken(str(found))))
    held.told("multiverse-flip")
    for flip in found.flips[:MOST_FLIPS]:
        one_flip(m, conclusion, flip)
    if len(found.flips) > MOST_FLIPS:
        st.caption(f"And {len(found.flips) - MOST_FLIPS:,} more with as many changed choices.")


def one_flip(m, conclusion, flip):
    """Say what is changed, what it gives and which patients it costs; a button puts it in force."""
    moved = exchanged(m, conclusion, flip.row)
    words, button = st.columns([5, 1], vertical_alignment="center")
    words.markdown(show.plain(show.unbroken(f"{flip}: {len(moved.lost)} lost, {len(moved.gained)} gained")))
    button.button(
        "Put in force",
        key=f"multiverse-flip-{flip.row}",
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
    key = (token(), curve.about)
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
    curve = response_curve(found) if of is None else change_curve(found, of)
    if (place := multiverse.ranked(curve)) is not None:
        in_words(curve, place)
    if everything:
        drawn = rules(by_rule(found), token())
        show.figure(drawn, analysis, on_select=lambda: picked("chart-multiverse-rules"))
    the_curve(curve, analysis)
    cautions(curve)
    problems(found)
    real = not state.cohort().metadata.synthetic
    if multiverse.enough(curve):
        which_decision(curve, analysis, everything)
        if of is None or real:
            flips(curve, everything)
        else:
            st.markdown("### Nothing is tested here")
            st.info(NOT_TESTED)
    the_grid(found)
    if of is not None and real:
        joint(curve)
