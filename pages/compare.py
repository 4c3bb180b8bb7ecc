"""Two definitions on the same patients: what differs, who is judged otherwise, and which change did it."""

import pandas as pd
import streamlit as st

from explorer.analysis.compare import became, compare, explanations, judged_once, parts_met
from explorer.charts.compare import agreement, rates, turned
from explorer.charts.counts import apart
from explorer.errors import DefinitionError
from explorer.export.numbers import interval, number, p_value, rate_interval
from explorer.export.people import responders
from explorer.study.availability import lacking
from explorer.study.study import Study
from explorer.ui import clicked, glossary, guard, show, state
from explorer.ui.tables import as_html

MOST_KEPT, MOST_LISTED = 10, 60


def choices():
    """Every study that can stand as B, by its name: presets, then studies kept or loaded."""
    cohort, named = state.cohort(), {}
    kept = [study for study in st.session_state.get("compare-kept", ()) if not lacking(study, cohort)]
    for study in (*state.presets().values(), *map(state.named, kept)):
        named[study.name if study.name not in named else f"{study.name} ({study.fingerprint})"] = study
    return named


def keep(study):
    """Put a study among those that can stand as B, and let it be B."""
    if not any(held.fingerprint == study.fingerprint for held in choices().values()):
        kept = st.session_state.get("compare-kept", ())
        st.session_state["compare-kept"] = (*kept, study)[-MOST_KEPT:]
    held = choices().items()
    st.session_state["compare-b"] = next(name for name, each in held if each.fingerprint == study.fingerprint)


def swap(b):
    """Put B in force; what was in force becomes B."""
    before = state.study()
    state.change(b)
    keep(before)


def load():
    """Read B from the file that was just given; what is wrong with it is said on the page."""
    st.session_state["compare-problem"] = None
    if (file := st.session_state["compare-file"]) is None:
        return
    try:
        study = Study.from_json(file.getvalue().decode("utf-8", errors="replace"))
        if lack := lacking(study, state.cohort()):
            raise DefinitionError("This cohort cannot be analysed so: the study " + "; ".join(lack) + ".")
        keep(state.named(study))
    except DefinitionError as error:
        st.session_state["compare-problem"] = str(error)


def choose_b(a):
    """Let the reader choose B; the first choice that differs from A until then. Returns its name and the study."""
    held = choices()
    if st.session_state.get("compare-b") not in held:
        others = [name for name, study in held.items() if study.fingerprint != a.fingerprint]
        st.session_state["compare-b"] = (others or list(held))[0]
    name = st.selectbox(
        "B, to compare with",
        list(held),
        list(held).index(st.session_state["compare-b"]),
        key="compare-b",
        persist_state="session",
        help="A is the definition in force. B is a preset, a definition you kept earlier, or one from a file.",
    )
    with st.container(horizontal=True):
        st.button("Swap A and B", on_click=swap, args=(held[name],), key="compare-swap", help="Puts B in force.")
        st.button(
            "Keep the definition in force as B",
            on_click=keep,
            args=(a,),
            key="compare-keep",
            help="Then change a control in the sidebar: A moves, B stays.",
        )
    more(name, held[name])
    return name, held[name]


def more(name, b):
    """Say B in full, take it from a file instead, and say what cannot be had here."""
    held = st.expander("B in words, or from a file", key="compare-more", on_change="rerun")
    if held.open:
        with held:
            st.caption(f"**{show.plain(name)}** · definition {b.fingerprint}")
            st.caption(show.plain(b.words()))
            not_on_offer()
            st.file_uploader(
                "Take B from a study saved as JSON", type="json", key="compare-file", on_change=load, max_upload_size=1
            )
    if problem := st.session_state.get("compare-problem"):
        st.error(show.plain(problem))


def not_on_offer():
    lines = [f"{each.preset.title}: {', '.join(each.lacking)}" for each in state.offers() if not each.computable]
    if lines:
        st.caption(show.plain(f"Not on offer for this cohort: {'; '.join(lines)}."))


def side_by_side(analysis, other, name):
    both = (analysis, other)
    rows = [
        ("Name", analysis.study.name, name),
        ("Eligible", *map(eligible, both)),
        ("Response counted among", *(str(each.response.n_among) for each in both)),
        ("Outcome unknown", *(str(each.response.n_unknown) for each in both)),
        ("Evaluable", *(str(each.response.n_evaluable) for each in both)),
        ("Responders", *map(responders, both)),
        ("Interval", *map(limits, both)),
    ]
    sides = as_html(("", "A, in force", "B"), rows, "A and B side by side")
    st.markdown(show.unbroken(sides), unsafe_allow_html=True)


def eligible(analysis):
    return apart(analysis.ledger.n, int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum()))


def limits(analysis):
    r = analysis.response
    return rate_interval(r.ci_low, r.ci_high, analysis.study.confidence)


def the_same_patients(found, a, b):
    """Show who is judged otherwise, by how much the shares differ, and who is judged under one definition only."""
    st.markdown(show.unbroken(f"### {turned(found)} of the patients judged under both change verdict"))
    clicked.offer(show.figure(agreement(found, a, b), a), "a dot")
    lines = [*difference(found), *judged_under_one(found)]
    if lines:
        st.markdown(show.unbroken("\n\n".join(lines)))
    if found.table.n and not found.withheld:
        tests(found)


def difference(found):
    table, shares = found.table, found.newcombe
    if not table.n:
        return
    if found.withheld:
        yield ":small[Hypothetical additions are counted in: intervals and p values are withheld.]"
        return
    yield (
        f"A minus B, of the patients judged under both: **{100 * table.difference:+.0f} percentage points** "
        f"({table.first}/{table.n} against {table.second}/{table.n}), {points(shares, found.confidence)} (Newcombe)."
    )


def points(difference, confidence):
    return interval(100 * difference.low, 100 * difference.high, confidence, 0)


def judged_under_one(found):
    for side, other, counts in zip("AB", "BA", judged_once(found), strict=True):
        if counts:
            why = ", ".join(f"{n} {standing}" for standing, n in counts.items())
            yield f":small[Judged under {side} only, so not among them: {sum(counts.values())} (under {other}: {why}).]"


def tests(found):
    """Offer agreement and McNemar's test, which are computed when asked for."""
    held = st.expander("Agreement beyond chance, and McNemar's test", key="compare-tests", on_change="rerun")
    if not held.open:
        return
    confidence, kappa = found.confidence, found.agreement
    agreed = f"{number(kappa.estimate, 2)}, {interval(kappa.low, min(1.0, kappa.high), confidence, 2)}"
    if kappa.estimate != kappa.estimate:
        agreed = "not defined, because one of the definitions judges everybody alike"
    with held:
        st.markdown(
            show.unbroken(
                f"Cohen's kappa: {agreed}. Difference by Tango's score method: {points(found.tango, confidence)}. "
                f"McNemar, exact: {p_value(found.p_exact)}."
            )
        )
        st.caption(
            "McNemar asks whether as many change one way as the other. Where one definition is stricter in every "
            "part, all must change the same way, and a small p says nothing new." + synthetic()
        )


def synthetic():
    if not state.cohort().metadata.synthetic:
        return ""
    return " This cohort is synthetic: interval and p value describe it, not patients."


def what_differs(found, a, b):
    """Show each difference with how many patients it explains, and the patients themselves."""
    together = [("", "Only several together", str(found.n_together))] if found.n_together else []
    rows = [(str(place), change.words, alone(change)) for place, change in enumerate(found.changes, start=1)]
    columns = ["", "B, seen from A", f"Explains alone, of {len(found.changed)} who change"]
    parts = [
        "### What differs, and whom it changes",
        as_html(columns, rows + together, "Differences of B from A"),
        f":small[{ALONE}]",
    ]
    listed, few = who_changes(found, a, b), 0 < len(found.changed) <= MOST_LISTED
    if few:
        parts.append(as_html(listed, zip(*listed.values(), strict=True), WHO))
    # One element: a browser draws it faster than four.
    st.markdown(show.unbroken("\n\n".join(parts)), unsafe_allow_html=True)
    if len(found.changed) > MOST_LISTED:
        show.table(pd.DataFrame(listed), WHO)


def alone(change):
    return str(change.n_explained) if change.possible else "cannot be made alone"


ALONE = (
    "Each difference is made alone to A: it explains a patient who then already stands as under B. "
    "Two differences can each explain the same patient."
)
WHO = "Patients who stand differently under A and under B, with the change that explains it"


def who_changes(found, a, b):
    before, after = became(found)
    ids = a.facts.column("patient_id").to_numpy(object)[found.changed]
    columns = {"Patient": ids, "Under A": before, "Under B": after, "Explained by": explanations(found)}
    met = {f"Parts met under {side}": parts_met(each, found.changed) for side, each in (("A", a), ("B", b))}
    return columns | met


with show.mistakes():
    analysis = show.page(
        "Compare two definitions", "If response had been defined otherwise, who would have been judged otherwise?"
    )
    clicked.choose("compare-agreement")
    name, b = choose_b(analysis.study)
    if analysis.study.fingerprint == b.fingerprint:
        st.info("A and B are the same definition. Choose another B, or change a control in the sidebar: B stays.")
        st.stop()
    guard.look(b)
    other = state.analysis(b)
    found = compare(analysis, other)
    st.markdown(show.unbroken(f"### {responders(analysis)} under A, {responders(other)} under B"))
    show.figure(rates(analysis, other), analysis)
    glossary.here("compare")
    side_by_side(analysis, other, name)
    the_same_patients(found, analysis, other)
    what_differs(found, analysis, other)
