"""Two definitions on the same patients: what differs, who is judged otherwise, and which change did it."""

from functools import partial

import pandas as pd
import streamlit as st

from explorer.analysis.compare import became, compare, explanations, judged_once, parts_met
from explorer.charts.compare import agreement, rates
from explorer.errors import DefinitionError
from explorer.export.numbers import interval, number, p_value, rate_interval, share
from explorer.study.availability import lacking
from explorer.study.presets import default_for, offered
from explorer.study.study import Study
from explorer.ui import show, state

MOST_KEPT = 10


def choices():
    """Every study that can stand as B, by what the list calls it: presets, then studies kept or loaded."""
    cohort = state.cohort()
    named = {offer.preset.title: offer.preset.study for offer in offered(cohort) if offer.computable}
    if not named:
        named["The starting point for this cohort"] = default_for(cohort)
    kept = st.session_state.get("compare-kept", ())
    named |= {f"Kept: {name(study)}": study for study in kept if not lacking(study, cohort)}
    return named


def name(study):
    return f"{study.name} ({study.fingerprint})"


def keep(study):
    """Put a study among those that can stand as B, and let it be B."""
    same = [title for title, held in choices().items() if held == study]
    if not same:
        kept = st.session_state.get("compare-kept", ())
        st.session_state["compare-kept"] = (*kept, study)[-MOST_KEPT:]
    st.session_state["compare-b"] = same[0] if same else f"Kept: {name(study)}"


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
        keep(study)
    except DefinitionError as error:
        st.session_state["compare-problem"] = str(error)


def choose_b(a):
    """Let the reader choose B; the first choice that differs from A until then."""
    held = choices()
    if st.session_state.get("compare-b") not in held:
        others = [title for title, study in held.items() if study.fingerprint != a.fingerprint]
        st.session_state["compare-b"] = (others or list(held))[0]
    chosen = st.selectbox(
        "B, to compare with",
        list(held),
        key="compare-b",
        persist_state="session",
        help="A is the definition in force. B is a preset, a definition you kept earlier, or one from a file.",
    )
    b = held[chosen]
    with st.container(horizontal=True):
        st.button("Swap A and B", on_click=swap, args=(b,), key="compare-swap", help="Puts B in force.")
        st.button(
            "Keep the definition in force as B",
            on_click=keep,
            args=(a,),
            key="compare-keep",
            help="Then change a control in the sidebar: A moves, B stays.",
        )
    more(b)
    return b


def more(b):
    """Say B in full, take it from a file instead, and say what cannot be had here."""
    held = st.expander("B in words, or from a file", key="compare-more", on_change="rerun")
    if held.open:
        with held:
            st.caption(f"**{show.plain(b.name)}** · definition {b.fingerprint}")
            st.caption(show.plain(b.words()))
            not_on_offer()
            st.file_uploader(
                "Take B from a study saved as JSON", type="json", key="compare-file", on_change=load, max_upload_size=1
            )
    if problem := st.session_state.get("compare-problem"):
        st.error(show.plain(problem))


def not_on_offer():
    lines = [
        f"{each.preset.title}: {', '.join(each.lacking)}" for each in offered(state.cohort()) if not each.computable
    ]
    if lines:
        st.caption(show.plain(f"Not on offer for this cohort: {'; '.join(lines)}."))


def side_by_side(a, b):
    rows = [
        ("Name", *(each.study.name for each in (a, b))),
        ("Eligible", *map(eligible, (a, b))),
        ("Response counted among", *(str(each.response.n_among) for each in (a, b))),
        ("Outcome unknown", *(str(each.response.n_unknown) for each in (a, b))),
        ("Evaluable", *(str(each.response.n_evaluable) for each in (a, b))),
        ("Responders", *map(responders, (a, b))),
        ("Interval", *map(limits, (a, b))),
    ]
    show.small_table(pd.DataFrame(rows, columns=["", "A, in force", "B"]), alt="A and B side by side")


def eligible(analysis):
    invented = int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
    return f"{analysis.ledger.n - invented} + {invented} hypothetical" if invented else str(analysis.ledger.n)


def responders(analysis):
    r = analysis.response
    return share(r.n_responders, r.n_evaluable, r.rate)


def limits(analysis):
    r = analysis.response
    return rate_interval(r.ci_low, r.ci_high, analysis.study.confidence)


def what_differs(found):
    together = [("", "Only several together", str(found.n_together))] if found.n_together else []
    rows = [(str(place), change.words, alone(change)) for place, change in enumerate(found.changes, start=1)]
    columns = ["", "B, seen from A", f"Explains alone, of {len(found.changed)} who change"]
    show.small_table(pd.DataFrame(rows + together, columns=columns), alt="Differences of B from A")
    st.caption(
        "Each difference is made alone to A: it explains a patient who then already stands as under B. "
        "Two differences can each explain the same patient."
    )


def alone(change):
    return str(change.n_explained) if change.possible else "cannot be made alone"


def in_numbers(found, confidence):
    table = found.table
    if not table.n:
        return
    points = "A minus B, of the patients judged under both: "
    points += f"**{100 * table.difference:+.0f} percentage points** "
    points += f"({table.first}/{table.n} against {table.second}/{table.n}"
    st.markdown(
        points + ")" + ("." if found.withheld else f", {percentage_points(found.newcombe, confidence)} (Newcombe).")
    )
    if found.withheld:
        st.caption("Hypothetical additions are counted in: intervals and p values are withheld.")
        return
    kappa = found.agreement
    agreed = f"Cohen's kappa {number(kappa.estimate, 2)}, {interval(kappa.low, min(1.0, kappa.high), confidence, 2)}"
    tango = f"difference by Tango's score method: {percentage_points(found.tango, confidence)}"
    st.caption(f"{agreed}; {tango}; McNemar, exact: {p_value(found.p_exact)}.")
    st.caption(
        "McNemar asks whether as many change one way as the other. Where one definition is stricter in every part, "
        "all must change the same way, and a small p says nothing new." + synthetic()
    )


def synthetic():
    if not state.cohort().metadata.synthetic:
        return ""
    return " This cohort is synthetic: interval and p value describe the reconstruction, not patients."


def percentage_points(difference, confidence):
    return interval(100 * difference.low, 100 * difference.high, confidence, 0)


def judged_under_one(found):
    for side, other, counts in zip("AB", "BA", judged_once(found), strict=True):
        if counts:
            why = ", ".join(f"{n} {standing}" for standing, n in counts.items())
            st.caption(
                f"Judged under {side} only, so not in this table: {sum(counts.values())} (under {other}: {why})."
            )


def select(ids, key):
    if rows := st.session_state[key]["selection"]["rows"]:
        st.session_state["patient"] = ids[rows[0]]


def who_changes(found, a, b):
    before, after = became(found)
    ids = list(a.cohort.patients["patient_id"].iloc[found.changed])
    rows = pd.DataFrame(
        {
            "Patient": ids,
            "Under A": before,
            "Under B": after,
            "Explained by": explanations(found),
            "Parts met under A": parts_met(a, found.changed),
            "Parts met under B": parts_met(b, found.changed),
        }
    )
    key = f"compare-changed-{a.study.fingerprint}-{b.study.fingerprint}"
    lazy = len(rows) >= show.LAZY_FROM
    st.dataframe(
        rows,
        hide_index=True,
        alt="Patients who stand differently under A and under B, with the change that explains it",
        key=key,
        on_select="ignore" if lazy else partial(select, ids, key),
        selection_mode="single-row",
        lazy=lazy,
        column_config={name: st.column_config.TextColumn(width="medium") for name in rows.columns[3:]},
    )
    if st.session_state.get("patient") in ids:
        chosen = show.plain(st.session_state["patient"])
        st.page_link("pages/patients.py", label=f"See {chosen} rule by rule", icon=":material/person_search:")
    else:
        st.caption("Click the box before a row to choose that patient for the page Patients.")


with show.mistakes():
    analysis = show.page(
        "Compare two definitions", "If response had been defined otherwise, who would have been judged otherwise?"
    )
    a, b = analysis.study, choose_b(analysis.study)
    if a.fingerprint == b.fingerprint:
        st.info("A and B are the same definition. Choose another B, or change a control in the sidebar: B stays.")
        st.stop()
    other, found = state.analysis(b), compare(analysis.cohort, a, b)
    st.markdown(f"### {responders(analysis)} under A, {responders(other)} under B")
    show.figure(rates(analysis, other), analysis)
    side_by_side(analysis, other)
    st.markdown(f"### {found.n_turned} of the {found.table.n} patients judged under both change verdict")
    show.figure(agreement(found, a, b), analysis)
    in_numbers(found, a.confidence)
    judged_under_one(found)
    st.markdown("### What differs, and whom it changes")
    what_differs(found)
    if len(found.changed):
        who_changes(found, analysis, other)
