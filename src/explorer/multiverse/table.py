"""The results of a multiverse as one table, a row per study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.multiverse.decisions import MissingDecision
from explorer.multiverse.listing import Listing
from explorer.multiverse.more import more
from explorer.multiverse.run import Multiverse
from explorer.multiverse.texts import fingerprints, study_texts

NOBODY = "no patient can be evaluated"
"""Why a study that can be computed has no rate."""


def table(multiverse: Multiverse, statistics: Sequence[str] = ()) -> pd.DataFrame:
    """Return the studies and what they give, in the order of the listing.

    Parameters
    ----------
    multiverse : Multiverse
    statistics : sequence of str
        Further columns, as `explorer.multiverse.more` has them.

    Returns
    -------
    DataFrame
        `study` (its JSON) and `fingerprint`; a column per decision, holding the label of the option and empty where
        the decision does not arise; the keys of `explorer analyse --format json`: those of the response bare, those of
        the change of a score led by the instrument (`BSA_mean_change`, in points); `bound_low` and `bound_high`;
        `cautions` (codes with a space between); `problem` (why there is no rate, else empty); the patients left after
        each eligibility criterion (`remaining_...`, missing where a study has no such criterion). Rates are 0 to 1,
        counts whole numbers, and what could not be computed is missing.
    """
    listing = multiverse.listing
    columns: dict[str, object] = {"study": _texts(study_texts(listing)), "fingerprint": _texts(fingerprints(listing))}
    results = dict(_results(multiverse)) | more(multiverse, statistics)
    columns |= dict(_decisions(listing, taken={*columns, *results}))
    return pd.DataFrame(columns | results)


def _decisions(listing: Listing, taken: set[str]) -> Iterator[tuple[str, pd.Series]]:
    for place, decision in enumerate(listing.grid.decisions):
        labels = np.array([*listing.labels(place), ""], object)
        yield _free(decision.name, taken), _texts(labels[listing.choices[:, place]])


def _free(name: str, taken: set[str]) -> str:
    """Return a decision's name, which must not hide a column of results."""
    return f"{name} (decision)" if name in taken or name.startswith("remaining_") else name


def _results(multiverse: Multiverse) -> Iterator[tuple[str, object]]:
    fractions = _imputes(multiverse.listing)
    for each in fields(multiverse.response):
        values = getattr(multiverse.response, each.name)
        yield each.name, _counts(values) if each.name.startswith("n_") and not fractions else values
    for code, change in multiverse.change.items():
        for each in fields(change):
            values = getattr(change, each.name)
            yield f"{code}_{each.name}", _counts(values) if each.name.startswith("n_") else values
    yield "cautions", _texts(multiverse.cautions)
    yield "problem", _texts(_reasons(multiverse))
    for name, values in multiverse.remaining.items():
        yield name, _counts(values)


def _imputes(listing: Listing) -> bool:
    """Say whether counts of responders may be means over imputations, in any study of the grid."""
    policies = [each.options for each in listing.grid.decisions if isinstance(each, MissingDecision)]
    kinds = {option.missing.kind for options in policies for option in options} or {listing.grid.base.missing.kind}
    return "multiple_imputation" in kinds


def _reasons(multiverse: Multiverse) -> npt.NDArray[np.object_]:
    unexplained = ~multiverse.computed & (multiverse.problem == "")
    return np.where(unexplained, NOBODY, multiverse.problem)


def _counts(values: npt.NDArray[np.float64]) -> pd.Series:
    """Return counts as whole numbers, missing where there is none."""
    return pd.Series(values).astype("Int64")


def _texts(values: object) -> pd.Series:
    return pd.Series(values, dtype="str")
