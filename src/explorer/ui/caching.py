"""Results that are kept: those on the bundled cohort for everybody, those on a visitor's own for that visit alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import streamlit as st

from explorer.bundled import bundled_cohort
from explorer.cohort.tables import Cohort

Computes = TypeVar("Computes", bound=Callable[..., Any])


def kept(most: int) -> Callable[[Computes], Computes]:
    """Keep the last results of a function of a cohort.

    The function's first parameter is the cohort, named with an underscore: its fingerprint, which follows it, tells
    cohorts apart. What was computed from an uploaded cohort holds its patients, so that it is kept within the session
    of its visitor and goes with it.

    Parameters
    ----------
    most : int
        How many results are kept, of everybody together and of each visitor.
    """

    def decorate(compute: Computes) -> Computes:
        shared = st.cache_resource(max_entries=most, show_spinner=False)(compute)
        own = st.cache_resource(max_entries=most, show_spinner=False, scope="session")(compute)

        @wraps(compute)
        def found(cohort: Cohort, *args: Any) -> Any:
            return (shared if cohort is bundled_cohort() else own)(cohort, *args)

        return cast("Computes", found)

    return decorate
