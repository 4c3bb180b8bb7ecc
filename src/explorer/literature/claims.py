"""Each published figure beside what the definition in force gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from explorer.analysis.analyse import Analysis
from explorer.analysis.change import Change
from explorer.export.numbers import NONE, number, p_value, share
from explorer.reconstruction.facts import Fact, is_rebuilt_from_publication, published

ALPHA = 0.05


@dataclass(frozen=True)
class Here:
    """What the definition in force gives for a published figure.

    `agrees` is None where the published words are too loose to be right or wrong.
    """

    text: str
    agrees: bool | None


@dataclass(frozen=True)
class Claim:
    """A published figure, and the same figure here."""

    fact: Fact
    here: Here


def is_comparable(analysis: Analysis) -> bool:
    """Say whether results may stand beside the published ones: those of the rebuilt cohort, without additions."""
    invented = analysis.ledger.eligible & analysis.cohort.hypothetical
    return is_rebuilt_from_publication(analysis.cohort) and not invented.any()


def claims(analysis: Analysis) -> tuple[Claim, ...]:
    """Put every published figure beside its counterpart; empty for a cohort it does not speak about.

    Empty also where hypothetical additions are counted in: they are never compared with what was published.
    """
    if not is_comparable(analysis):
        return ()
    return tuple(Claim(fact, FIGURES[fact.id](analysis, fact)) for fact in published().facts)


def _patients(analysis: Analysis, fact: Fact) -> Here:
    return Here(f"{analysis.ledger.n} eligible", str(analysis.ledger.n) == fact.value)


def _window(analysis: Analysis, fact: Fact) -> Here:
    dates = analysis.facts.column("index_date")[analysis.ledger.eligible].dt.strftime("%Y-%m")
    if dates.empty:
        return Here(NONE, None)
    inside = bool((dates >= published().fact("window_start").value).all()) and bool(
        (dates <= published().fact("window_end").value).all()
    )
    return Here(f"index dates {dates.min()} to {dates.max()}", inside)


def _prior(analysis: Analysis, fact: Fact) -> Here:
    about = analysis.description
    rate = about.prior_drug_n / about.n if about.n else float("nan")
    return Here(share(about.prior_drug_n, about.n, rate), _prints(100 * rate, fact))


def _prescriptions(analysis: Analysis, fact: Fact) -> Here:
    given = analysis.facts.prescriptions(analysis.study.index_drug)[analysis.ledger.eligible]
    fewest = given.min() if len(given) else float("nan")
    return Here(f"fewest: {number(fewest, 0)}", bool(fewest >= float(fact.number)))


def _improved(analysis: Analysis, fact: Fact) -> Here:
    r = analysis.response
    return Here(share(r.n_responders, r.n_evaluable, r.rate), _prints(100 * r.rate, fact))


def _exposure(analysis: Analysis, fact: Fact) -> Here:
    median = analysis.description.prior_drug_exposure_median_days
    return Here(f"{number(median, 0)} days", _prints(median, fact))


def _mean(instrument: str, time: str) -> Callable[[Analysis, Fact], Here]:
    def figure(analysis: Analysis, fact: Fact) -> Here:
        row = _change(analysis, instrument)
        if row is None:
            return Here(NONE, None)
        if over_whoever_had_a_score(row):
            n = row.n_baseline if time == "baseline" else row.n_followup
            mean, who = getattr(row, f"available_{time}_mean"), f"n {n}, whoever had a score"
        else:
            mean, who = getattr(row, f"{time}_mean"), f"n {row.n_paired}, both scores"
        return Here(f"{number(mean, fact.decimals or 0)} ({who})", _prints(mean, fact))

    return figure


def over_whoever_had_a_score(row: Change) -> bool:
    """Say whether the printed means of a score are those over whoever had it, and not of those who had it twice."""
    return means_print(row, "available_") and not means_print(row, "")


def means_print(row: Change, whose: str) -> bool:
    """Say whether both means of one score, over the same kind of patients, are the printed ones.

    Parameters
    ----------
    whose : str
        `available_` for whoever had a score at each time, empty for the patients who had it at both.
    """
    facts = published_means(row.instrument)
    means = getattr(row, f"{whose}baseline_mean"), getattr(row, f"{whose}followup_mean")
    return facts is not None and all(_prints(mean, fact) for mean, fact in zip(means, facts, strict=True))


def published_means(instrument: str) -> tuple[Fact, Fact] | None:
    """Return the printed means of a score at baseline and at follow-up; None where none are printed."""
    printed = {fact.id: fact for fact in published().facts}
    before, after = (printed.get(f"{instrument.lower()}_{time}") for time in ("baseline", "follow_up"))
    return (before, after) if before and after else None


def _verdict(instrument: str) -> Callable[[Analysis, Fact], Here]:
    def figure(analysis: Analysis, fact: Fact) -> Here:
        row = _change(analysis, instrument)
        if row is None or row.p_t != row.p_t:
            return Here("no test", None)
        tests = (row.p_t, row.p_wilcoxon)
        agrees = max(tests) < ALPHA if fact.value == "significant" else min(tests) >= ALPHA
        return Here(f"paired t {p_value(row.p_t)}, Wilcoxon {p_value(row.p_wilcoxon)}", agrees)

    return figure


def _clear(analysis: Analysis, fact: Fact) -> Here:
    row = _change(analysis, "IGA")
    if row is None or row.n_followup == 0:
        return Here(NONE, None)
    k = int((analysis.facts.follow_up("IGA")[analysis.ledger.eligible] <= 1).sum())
    rates = {n: k / n for n in (row.n_followup, analysis.ledger.n)}
    n = next((n for n, rate in rates.items() if _prints(100 * rate, fact)), row.n_followup)
    return Here(share(k, n, rates[n]), _prints(100 * rates[n], fact))


def _report(item: str) -> Callable[[Analysis, Fact], Here]:
    def figure(analysis: Analysis, fact: Fact) -> Here:
        row = next((row for row in analysis.reports if row.item == item), None)
        return Here(share(row.n_yes, row.n_answered, row.rate) if row else NONE, None)

    return figure


def _conjunctivitis(analysis: Analysis, fact: Fact) -> Here:
    drug = analysis.study.index_drug
    n = sum(e.n_patients for e in analysis.safety.events if (e.drug, e.term) == (drug, "conjunctivitis"))
    return Here(f"{n} patients", None)


def _recurrent(analysis: Analysis, fact: Fact) -> Here:
    n = sum(row.recurred for row in analysis.safety.carry_over if row.term == "conjunctivitis")
    return Here(f"{n} patients", str(n) == fact.value)


def _resolved(analysis: Analysis, fact: Fact) -> Here:
    return Here("; ".join(f"{row.term}: {row.resolved}" for row in analysis.safety.carry_over) or NONE, None)


def _scores(analysis: Analysis, fact: Fact) -> Here:
    followed = [analysis.facts.follow_up(code)[analysis.ledger.eligible] for code in analysis.cohort.instruments]
    n = int(np.any(~np.isnan(followed), axis=0).sum()) if followed else 0
    return Here(
        f"{share(n, analysis.ledger.n, n / analysis.ledger.n)} with a score" if n else NONE, n == analysis.ledger.n
    )


FIGURES: MappingProxyType[str, Callable[[Analysis, Fact], Here]] = MappingProxyType(
    {
        "patients": _patients,
        "window_start": _window,
        "window_end": _window,
        "prior_dupilumab": _prior,
        "prescriptions": _prescriptions,
        "improved": _improved,
        "dupilumab_exposure": _exposure,
        "bsa_baseline": _mean("BSA", "baseline"),
        "bsa_follow_up": _mean("BSA", "followup"),
        "bsa_significance": _verdict("BSA"),
        "ppnrs_baseline": _mean("PPNRS", "baseline"),
        "ppnrs_follow_up": _mean("PPNRS", "followup"),
        "ppnrs_significance": _verdict("PPNRS"),
        "iga_baseline": _mean("IGA", "baseline"),
        "iga_follow_up": _mean("IGA", "followup"),
        "iga_significance": _verdict("IGA"),
        "iga_0_1": _clear,
        "less_topical": _report("less_topical"),
        "fewer_flares": _report("fewer_flares"),
        "conjunctivitis": _conjunctivitis,
        "conjunctivitis_recurrent": _recurrent,
        "events_resolved": _resolved,
        "follow_up_scores": _scores,
    }
)


def _prints(value: float, fact: Fact) -> bool:
    """Say whether a value, rounded as the source rounds it, is the printed figure."""
    return f"{value:.{fact.decimals}f}" == fact.value


def _change(analysis: Analysis, instrument: str) -> Change | None:
    return next((row for row in analysis.change if row.instrument == instrument), None)
