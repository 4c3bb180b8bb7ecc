"""Each patient's change of one score: paired lines over days, a waterfall, and the distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.attrition import entering
from explorer.analysis.pairs import At, Bin, Bools, Pairs, bin_width, span
from explorer.analysis.pairs import distribution as changes
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import DIRECTIONS, FEWEST_PATIENTS, GREY, PURPLE, REFERENCE
from explorer.cohort.instruments import Instrument
from explorer.export.numbers import decimals, interval, number, share
from explorer.export.people import people, tally
from explorer.study.study import Study

SELECT = "pick"
BRIGHT, FAINT = 0.85, 0.16
KEPT = 128
"""Specifications kept of each chart: a few for every score of every cohort, as axes move by large steps only."""
BAR = 0.8
"""Width of a bar, of the room for one."""

Row = dict[str, Any]


def few(title: str, n: int, what: str) -> TooFew | None:
    """Say that a figure would be drawn from too few patients, where that is so."""
    if n >= FEWEST_PATIENTS:
        return None
    patients = "patient has" if n == 1 else "patients have"
    return TooFew(title, f"{n} {patients} both scores; {what} is drawn from {FEWEST_PATIENTS} on.")


def paths(
    analysis: Analysis,
    instrument: Instrument,
    both: Pairs,
    scores: pd.DataFrame | None,
    at: Sequence[At],
    chosen: str | None = None,
) -> Figure | TooFew:
    """Draw every patient's line from the score used as baseline to that used as follow-up, and the means.

    Parameters
    ----------
    scores : DataFrame, optional
        As `near_windows` gives them; None where they are too many to draw, so that quartiles stand for them.
    chosen : str, optional
        Identifier of the patient to bring out.
    """
    title = f"{instrument.code} of each patient, from baseline to follow-up"
    if (said := few(title, both.n, "the course of scores")) is not None:
        return said
    names = analysis.cohort.patients["patient_id"]
    rows = [*_windows(analysis.study, instrument), *_means(at)]
    if scores is None:
        rows += _boxes(at)
    else:
        rows += [*_lines(names, both, chosen), *_points(scores, both, chosen)]
    return Figure(
        name=f"change-paths-{instrument.code.lower()}",
        title=title,
        alt=_course(analysis, instrument, both, scores, at, chosen),
        spec=_paths_spec(instrument, span(analysis)),
        data=pd.DataFrame(rows, columns=PATH_COLUMNS),
        tabulate=lambda: _at_table(instrument, at) if scores is None else _path_table(instrument, scores, names, both),
        counts=_counts(analysis, both),
    )


def _counts(analysis: Analysis, both: Pairs) -> str:
    return f"{who(analysis, both)} with both scores"


def who(analysis: Analysis, both: Pairs) -> str:
    """Count the patients who have both scores, hypothetical additions apart."""
    return people(both.n, int(both.hypothetical.sum()), analysis.cohort)


PATH_COLUMNS = [
    *("kind", "patient_id", "use", "x", "x2", "y", "y2", "low", "high", "direction", "weight", "chosen", "label"),
]


def _axis(instrument: Instrument) -> str:
    return f"{instrument.code} ({instrument.unit})"


def _windows(study: Study, instrument: Instrument) -> list[Row]:
    low, high = instrument.range_min, instrument.range_max
    windows = {"baseline window": study.baseline, "follow-up window": study.follow_up}
    return [
        {"kind": "window", "x": window.from_day, "x2": window.to_day, "y": low, "y2": high, "label": name}
        for name, window in windows.items()
    ]


def _means(at: Sequence[At]) -> list[Row]:
    before, after = at
    line = {"kind": "mean line", "x": before.day, "x2": after.day, "y": before.mean, "y2": after.mean}
    points = [
        {"kind": "mean", "use": each.time, "x": each.day, "y": each.mean, "low": each.low, "high": each.high}
        for each in at
    ]
    return [line, *points]


def _boxes(at: Sequence[At]) -> list[Row]:
    return [
        {"kind": "box", "use": each.time, "x": each.day, "y": each.median, "low": each.q1, "high": each.q3}
        for each in at
    ]


def _lines(names: pd.Series, both: Pairs, chosen: str | None) -> list[Row]:
    columns = {
        "kind": np.where(both.hypothetical, "hollow line", "line"),
        "patient_id": names.to_numpy()[both.patient],
        "x": both.baseline_day,
        "x2": both.follow_up_day,
        "y": both.baseline,
        "y2": both.follow_up,
        "direction": both.direction(),
    }
    return _weighed(columns, chosen)


def _points(scores: pd.DataFrame, both: Pairs, chosen: str | None) -> list[Row]:
    paired, place = _places(scores, both)
    # The scores of an invented addition are hollow, as its line is dashed.
    filled = (scores["use"].isin(["baseline", "follow-up"]) & ~scores["hypothetical"]).to_numpy()
    columns = {
        "kind": np.select([filled & paired, filled], ["used", "unpaired"], "passed over"),
        "patient_id": scores["patient_id"].to_numpy(),
        "use": scores["use"].to_numpy(),
        "x": scores["day"].to_numpy(),
        "y": scores["score"].to_numpy(),
        "direction": np.where(paired, both.direction()[place], None),
    }
    return _weighed(columns, chosen)


def _places(scores: pd.DataFrame, both: Pairs) -> tuple[Any, Any]:
    """Say of each score whether its patient has both, and where that patient stands among those who have."""
    patient = scores["patient"].to_numpy()
    place = np.minimum(np.searchsorted(both.patient, patient), both.n - 1)
    return both.patient[place] == patient, place


def _weighed(columns: dict[str, Any], chosen: str | None) -> list[Row]:
    """Turn columns into rows, the chosen patient bright and the others faint; all bright when nobody is chosen."""
    picked = columns["patient_id"] == chosen
    held = columns | {"chosen": picked, "weight": np.where(picked | (not picked.any()), BRIGHT, FAINT)}
    return [dict(zip(held, row, strict=True)) for row in zip(*held.values(), strict=True)]


def _path_table(instrument: Instrument, scores: pd.DataFrame, names: pd.Series, both: Pairs) -> pd.DataFrame:
    unit = instrument.unit
    paired, place = _places(scores, both)
    passed = paired & (scores["use"] == "passed over").to_numpy()
    rows = pd.DataFrame(
        {
            "Patient": names.to_numpy()[both.patient],
            "Baseline (day)": both.baseline_day,
            f"Baseline ({unit})": both.baseline,
            "Follow-up (day)": both.follow_up_day,
            f"Follow-up ({unit})": both.follow_up,
            f"Change ({unit})": both.change,
            "Direction": both.direction(),
            "Scores passed over": np.bincount(place[passed], minlength=both.n),
        }
    )
    return _told_apart(rows, both.hypothetical)


def _told_apart(rows: pd.DataFrame, invented: Bools) -> pd.DataFrame:
    """Say in a column who is a hypothetical addition, where any is counted in."""
    return rows.assign(Hypothetical=np.where(invented, "yes", "no")) if invented.any() else rows


def _at_table(instrument: Instrument, at: Sequence[At]) -> pd.DataFrame:
    columns = ["Time", "Patients", "Mean day", "Mean", "Interval from", "Interval to", "Q1", "Median", "Q3"]
    rows = [(a.time, a.n, a.day, a.mean, a.low, a.high, a.q1, a.median, a.q3) for a in at]
    named = [f"{name} ({instrument.unit})" if place > 2 else name for place, name in enumerate(columns)]
    return pd.DataFrame(rows, columns=named)


def _course(
    analysis: Analysis,
    instrument: Instrument,
    both: Pairs,
    scores: pd.DataFrame | None,
    at: Sequence[At],
    chosen: str | None,
) -> str:
    places, confidence = decimals(instrument), analysis.study.confidence
    means = " and ".join(
        f"{number(each.mean, places)} at {each.time} ({interval(each.low, each.high, confidence, places)})"
        for each in at
    )
    said = f"In the {_counts(analysis, both)} the mean (diamonds) was {means}."
    if scores is None:
        return f"{said} Too many for a line each: bars span the middle half, ticks are medians."
    passed = int((scores["use"] == "passed over").sum())
    alone = scores[scores["use"].isin(["baseline", "follow-up"]) & ~scores["patient"].isin(both.patient)]
    said += f" Filled dots are the scores used; {passed} others in a window were passed over and are hollow."
    if len(alone):
        said += f" {alone['patient'].nunique()} patients have a score in one window only: grey, without a line."
    # As long with a patient as without, so that nothing below moves.
    return said + f" {f'Patient {chosen}' if (scores['patient_id'] == chosen).any() else 'No patient'} is brought out."


@lru_cache(maxsize=KEPT)
def _paths_spec(instrument: Instrument, days: tuple[float, float]) -> Spec:
    axis, scale = _axis(instrument), [instrument.range_min, instrument.range_max]
    x = alt.X("x:Q", title="Day (0: index date)", scale=alt.Scale(domain=list(days), nice=False))
    ticks = alt.Axis(tickMinStep=instrument.step or 0)
    y = alt.Y("y:Q", title=axis, scale=alt.Scale(domain=scale, nice=False), axis=ticks)
    faint = alt.Opacity("weight:Q", scale=None, legend=None)
    tooltip = [
        alt.Tooltip("patient_id:N", title="Patient"),
        alt.Tooltip("x:Q", title="Day"),
        alt.Tooltip("y:Q", title=axis),
        alt.Tooltip("use:N", title="Used as"),
    ]
    base = alt.Chart(height=430)

    def of(*kinds: str) -> alt.Chart:
        return base.transform_filter(alt.FieldOneOfPredicate(field="kind", oneOf=list(kinds)))

    window = of("window").mark_rect(color=GREY, opacity=0.13).encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
    name = of("window").transform_calculate(middle="(datum.x + datum.x2) / 2")
    label = name.mark_text(color=GREY, dy=-7, fontSize=11).encode(x="middle:Q", y="y2:Q", text="label:N")
    wide = alt.condition("datum.chosen", alt.value(3.5), alt.value(1.4))
    from_to = {"x": x, "x2": "x2:Q", "y": y, "y2": "y2:Q"}
    line = of("line").mark_rule().encode(**from_to, color=direction_colour(), opacity=faint, strokeWidth=wide)
    dashed = of("hollow line").mark_rule(strokeDash=[3, 3])
    hollow = dashed.encode(**from_to, color=direction_colour(), opacity=faint, strokeWidth=wide)
    passed = of("passed over").mark_point(filled=False, size=26, color=GREY, strokeWidth=1.2)
    alone = of("unpaired").mark_point(filled=True, size=30, color=GREY)
    used = of("used").mark_point(filled=True, size=46).encode(color=direction_colour())
    dots = [mark.encode(x=x, y=y, opacity=faint, tooltip=tooltip) for mark in (passed, alone, used)]
    return prepared(alt.layer(window, label, line, hollow, *dots, *_summary(of, x, y, axis)))


def _summary(of: Any, x: alt.X, y: alt.Y, axis: str) -> list[alt.Chart]:
    """Layers of the means with their intervals, and of the quartiles where there are too many lines."""
    tooltip = [
        alt.Tooltip("use:N", title="Mean at"),
        alt.Tooltip("y:Q", title=axis, format=".2f"),
        alt.Tooltip("low:Q", title="Interval from", format=".2f"),
        alt.Tooltip("high:Q", title="to", format=".2f"),
    ]
    box = of("box").mark_bar(width=26, color=GREY, opacity=0.5).encode(x=x, y="low:Q", y2="high:Q")
    median = of("box").mark_tick(thickness=2, width=26, color=GREY).encode(x=x, y=y)
    line = of("mean line").mark_rule(color=PURPLE, strokeWidth=3).encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
    bar = of("mean").mark_rule(color=PURPLE, strokeWidth=3).encode(x=x, y="low:Q", y2="high:Q")
    point = of("mean").mark_point(shape="diamond", filled=True, size=170, color=PURPLE, opacity=1)
    return [box, median, line, bar, point.encode(x=x, y=y, tooltip=tooltip)]


def direction_colour() -> alt.Color:
    """Colour by improved, same or worse, in this order everywhere."""
    return alt.Color("direction:N", **_by_direction())


def _outline() -> alt.Stroke:
    # A bar has no outline unless it is told its colour: an invented patient would be an empty gap.
    return alt.Stroke("direction:N", **_by_direction())


def _by_direction() -> dict[str, Any]:
    scale = alt.Scale(domain=list(DIRECTIONS), range=list(DIRECTIONS.values()))
    return {"title": None, "scale": scale, "legend": alt.Legend(orient="bottom")}


def waterfall(analysis: Analysis, instrument: Instrument, both: Pairs, chosen: str | None = None) -> Figure | TooFew:
    """Draw a bar per patient, the best change first, and the MCID; a click selects the patient."""
    title = f"{instrument.code}: change of each patient, best first"
    if (said := few(title, both.n, "a bar for each patient")) is not None:
        return said
    rows = _bars(analysis, both, chosen)
    end = headroom(both.n, n_entering(analysis))
    return Figure(
        name=f"change-waterfall-{instrument.code.lower()}",
        title=title,
        alt=_waterfall_words(analysis, instrument, both),
        spec=_waterfall_spec(_span(instrument), instrument.unit, end),
        data=pd.concat([rows, pd.DataFrame(_mcid(instrument))], ignore_index=True),
        tabulate=lambda: _told_apart(_waterfall_table(instrument, rows), rows["hypothetical"].to_numpy(bool)),
        counts=_counts(analysis, both),
        select=SELECT,
    )


def _bars(analysis: Analysis, both: Pairs, chosen: str | None) -> pd.DataFrame:
    order, rank = both.best_first(), np.arange(1, both.n + 1)
    names = analysis.cohort.patients["patient_id"].to_numpy()[both.patient[order]]
    return pd.DataFrame(
        {
            "kind": "patient",
            "rank": rank,
            "from": rank - BAR / 2,
            "to": rank + BAR / 2,
            "patient_id": names,
            "change": both.change[order],
            "baseline": both.baseline[order],
            "follow_up": both.follow_up[order],
            "direction": both.direction()[order],
            "hypothetical": both.hypothetical[order],
            "chosen": names == chosen,
        }
    )


def n_entering(analysis: Analysis) -> int:
    """Count whom the cohort holds, hypothetical additions only where the study counts them: so many could be drawn."""
    return int(entering(analysis.facts).sum())


def headroom(needed: float, most: int) -> float:
    """Return where an axis of counts ends: at the size of the cohort, halved as often as what is drawn still fits.

    So it stays where it is while a definition changes by a little, and no drawing takes less than half of it.

    Parameters
    ----------
    needed : float
        What has to fit.
    most : int
        Patients who could be drawn.
    """
    end = float(max(needed, most))
    while end >= 2 * max(needed, 1):
        end /= 2
    return end


def _span(instrument: Instrument) -> float:
    return instrument.range_max - instrument.range_min


def _mcid(instrument: Instrument) -> list[Row]:
    if instrument.mcid is None:
        return []
    sign = -1 if instrument.lower_is_better else 1
    return [{"kind": "mcid", "change": sign * instrument.mcid, "label": f"MCID {instrument.mcid:g}"}]


def _waterfall_words(analysis: Analysis, instrument: Instrument, both: Pairs) -> str:
    counts = {name: both.direction() == name for name in DIRECTIONS}
    said = tally(counts, both.hypothetical, who(analysis, both))
    return f"{said}. {mcid_words(analysis, instrument, both)}"


def mcid_words(analysis: Analysis, instrument: Instrument, both: Pairs) -> str:
    """Say how many improved by at least the smallest change that matters to a person, or that none was sourced."""
    if instrument.mcid is None:
        return f"No smallest important change (MCID) of {instrument.code} was found in a source, so no line is drawn."
    amount = f"{instrument.mcid:g} {instrument.unit}"
    what = f"improved by at least the smallest important change (MCID) of {amount}"
    return f"{tally({what: both.reaching(instrument.mcid)}, both.hypothetical, who(analysis, both))}."


def _waterfall_table(instrument: Instrument, rows: pd.DataFrame) -> pd.DataFrame:
    unit = instrument.unit
    named = {
        "patient_id": "Patient",
        "baseline": f"Baseline ({unit})",
        "follow_up": f"Follow-up ({unit})",
        "change": f"Change ({unit})",
        "direction": "Direction",
    }
    return rows[list(named)].rename(columns=named)


@lru_cache(maxsize=KEPT)
def _waterfall_spec(span: float, unit: str, end: float) -> Spec:
    y = alt.Y("change:Q", title=f"Change ({unit})", scale=alt.Scale(domain=[-span, span], nice=False))
    # The axis tells how many of the cohort are drawn.
    ranks = alt.Axis(tickMinStep=1, format="d", grid=False)
    places = alt.Scale(domain=[0.5, end + 0.5], nice=False)
    x = alt.X("from:Q", title="Patients, best first", axis=ranks, scale=places)
    middle = alt.X("rank:Q")
    tooltip = [alt.Tooltip("patient_id:N", title="Patient"), alt.Tooltip("change:Q", title=f"Change ({unit})")]
    tooltip += [alt.Tooltip("baseline:Q", title="Baseline"), alt.Tooltip("follow_up:Q", title="Follow-up")]
    base = alt.Chart(height=380)

    def of(kind: str) -> alt.Chart:
        return base.transform_filter(alt.FieldEqualPredicate(field="kind", equal=kind))

    pick = alt.selection_point(name=SELECT, fields=["patient_id"])
    bars = of("patient").mark_bar(strokeWidth=1, cursor="pointer").add_params(pick)
    bars = bars.encode(x=x, x2="to:Q", y=y, y2=alt.datum(0), tooltip=tooltip)
    bars = bars.encode(fillOpacity=_filled(), color=direction_colour(), stroke=_outline())
    zero = of("patient").transform_filter("datum.change == 0").mark_point(size=26, filled=True, color=GREY)
    zero = zero.encode(x=middle, y=y, tooltip=tooltip)
    marks = [
        _marker(of("patient"), middle, "datum.change <= 0", "triangle-down", -9),
        _marker(of("patient"), middle, "datum.change > 0", "triangle-up", 9),
    ]
    line = of("mcid").mark_rule(strokeDash=[5, 4], color=REFERENCE, strokeWidth=2)
    text = of("mcid").mark_text(color=REFERENCE, align="right", dy=9, fontSize=11)
    mcid = [line.encode(y=y), text.encode(x=alt.value("width"), y=y, text="label:N")]
    return prepared(alt.layer(bars, zero, *marks, *mcid))


def _filled() -> Any:
    """Leave bars of hypothetical additions hollow."""
    return alt.condition("datum.hypothetical", alt.value(0), alt.value(BRIGHT))


def _marker(patients: alt.Chart, x: alt.X, where: str, shape: str, offset: int) -> alt.Chart:
    """Point at the chosen patient's bar, from the side of 0 on which the bar is not."""
    chosen = patients.transform_filter("datum.chosen == true").transform_filter(where)
    pointed = chosen.mark_point(shape=shape, filled=True, size=110, color=PURPLE, opacity=1, yOffset=offset)
    marker: alt.Chart = pointed.encode(x=x, y=alt.YDatum(0))
    return marker


def distribution(
    analysis: Analysis, instrument: Instrument, both: Pairs, mean: tuple[float, float, float]
) -> Figure | TooFew:
    """Draw how many patients changed by how much, the mean change with its interval, and the MCID.

    Parameters
    ----------
    mean : (float, float, float)
        Mean change and the limits of its interval, NaN where it is withheld.
    """
    title = f"{instrument.code}: how many patients changed by how much"
    if (said := few(title, both.n, "a distribution")) is not None:
        return said
    change, low, high = mean
    width, bins = bin_width(instrument), _binned(both, instrument)
    end = headroom(LABEL * max(map(_height, bins)), n_entering(analysis))
    rows = [*_stacked(bins, width), {"kind": "mean", "change": change, "low": low, "high": high}, *_mcid(instrument)]
    return Figure(
        name=f"change-distribution-{instrument.code.lower()}",
        title=title,
        alt=_distribution_words(instrument, both, bins, math.isfinite(low)),
        spec=_distribution_spec(instrument, width, end),
        data=pd.DataFrame(rows, columns=BIN_COLUMNS),
        tabulate=lambda: _bin_table(instrument, both, bins),
        counts=_counts(analysis, both),
    )


BIN_COLUMNS = [
    *("kind", "direction", "from", "to", "under", "over", "k", "hypothetical", "change", "low", "high", "label"),
]
LABEL = 1.12
"""How much higher than the highest bar the axis ends, which leaves room for the label of the MCID."""

Stack = tuple[Bin, Bin]
"""Who changed by about as much: hypothetical additions second."""


def _binned(both: Pairs, instrument: Instrument) -> list[Stack]:
    usual, invented = (changes(both.only(who), instrument) for who in (~both.hypothetical, both.hypothetical))
    return list(zip(usual, invented, strict=True))


def _counts_of(each: Bin) -> tuple[int, int, int]:
    return each.n_improved, each.n_same, each.n_worse


def _height(stack: Stack) -> int:
    return sum(sum(_counts_of(each)) for each in stack)


def _bin_table(instrument: Instrument, both: Pairs, bins: Sequence[Stack]) -> pd.DataFrame:
    columns = [
        f"Change around ({instrument.unit})",
        *(name.capitalize() for name in DIRECTIONS),
        "Of these hypothetical",
    ]
    rows = [
        (usual.centre, *np.add(_counts_of(usual), _counts_of(invented)).tolist(), sum(_counts_of(invented)))
        for usual, invented in bins
        if _height((usual, invented))
    ]
    table = pd.DataFrame(rows, columns=columns)
    return table if both.hypothetical.any() else table.drop(columns=columns[-1])


def _stacked(bins: Sequence[Stack], width: float) -> list[Row]:
    rows = []
    for stack in bins:
        top = 0
        for each, hypothetical in zip(stack, (False, True), strict=True):
            edges = {"from": each.centre - width / 2, "to": each.centre + width / 2, "hypothetical": hypothetical}
            for name, k in zip(DIRECTIONS, _counts_of(each), strict=True):
                if k:
                    rows.append({"kind": "bin", "direction": name, **edges, "under": top, "over": top + k, "k": k})
                top += k
    return rows


def _distribution_words(instrument: Instrument, both: Pairs, bins: Sequence[Stack], given: bool) -> str:
    width, (usual, invented) = bin_width(instrument), max(bins, key=_height)
    n, added = (sum(_counts_of(each)) for each in (usual, invented))
    held = f"{n} + {added} hypothetical" if both.hypothetical.any() else share(n, both.n, n / both.n)
    step = f"Bars are {width:g} {instrument.unit} wide" if width != instrument.step else "One bar for each step"
    hollow = " Hypothetical additions are hollow." if both.hypothetical.any() else ""
    return (
        f"{step}; the most frequent change lies around {usual.centre:g}, in {held}.{hollow} "
        f"The line is the mean change{', the band its interval' if given else '; its interval is withheld'}."
    )


@lru_cache(maxsize=KEPT)
def _distribution_spec(instrument: Instrument, width: float, end: float) -> Spec:
    better, most = "below" if instrument.lower_is_better else "above", _span(instrument) + width / 2
    scale = alt.Scale(domain=[-most, most], nice=False)
    title = f"Change ({instrument.unit}); {better} 0 is better"
    x = alt.X("from:Q", title=title, scale=scale, axis=alt.Axis(tickMinStep=width))
    here = alt.X("change:Q", scale=scale)
    y = alt.Y(
        "under:Q",
        title="Patients",
        scale=alt.Scale(domain=[0, end], nice=False),
        axis=alt.Axis(tickMinStep=1, format="d"),
    )
    tooltip = [alt.Tooltip("from:Q", title="From"), alt.Tooltip("to:Q", title="to")]
    tooltip += [alt.Tooltip("k:Q", title="Patients"), alt.Tooltip("direction:N", title="Direction")]
    base = alt.Chart(height=380)
    mean = base.transform_filter("datum.kind == 'mean'")
    band = mean.mark_rect(color=PURPLE, opacity=0.18).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    bars = base.transform_filter("datum.kind == 'bin'").mark_bar(strokeWidth=1)
    bars = bars.encode(x=x, x2="to:Q", y=y, y2="over:Q", color=direction_colour(), tooltip=tooltip)
    bars = bars.encode(fillOpacity=_filled(), stroke=_outline())
    line = mean.mark_rule(color=PURPLE, strokeWidth=2.5).encode(x=here)
    mcid = base.transform_filter("datum.kind == 'mcid'")
    rule = mcid.mark_rule(strokeDash=[5, 4], color=REFERENCE, strokeWidth=2).encode(x=here)
    text = mcid.mark_text(color=REFERENCE, align="right", dx=-4, dy=7, fontSize=11)
    return prepared(alt.layer(band, bars, line, rule, text.encode(x=here, y=alt.value(0), text="label:N")))
