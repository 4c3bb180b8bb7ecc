"""How few outcomes would have to differ for a verdict to turn.

Walsh and others (2014) turn non-events of one group into events, one after another, until Fisher's test is no longer
significant, and call their number the fragility index. The same walk serves any verdict on a count.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable


def fewest_changes(verdict: Callable[[int], Hashable], k: int, last: int) -> int | None:
    """Return how few outcomes must change for a verdict on their count to turn.

    Parameters
    ----------
    verdict : callable of int
        What is said of a count. On the way from `k` to `last` it turns once at most.
    k, last : int
        The count as it is, and the one furthest from it that is looked at, above or below.

    Returns
    -------
    int or None
        Changes needed, at least 1; None where the verdict stays to the end.
    """
    now = verdict(k)
    counts = range(k, last + 1) if last >= k else range(k, last - 1, -1)
    turned = bisect_left(counts, True, key=lambda count: verdict(count) != now)
    return turned if turned < len(counts) else None
