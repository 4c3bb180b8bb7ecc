"""Which days a score may come from, and which of several scores is used."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from explorer.study.frozen import Frozen, Whole, within

Pick = Literal["closest", "first", "last", "best", "worst", "mean"]
Day = Annotated[Whole, within(-40_000, 40_000, "a day")]


class Window(Frozen):
    """Days that count as baseline or as follow-up, both limits inclusive; day 0 is the index date.

    `target_day` is the day a score and a report should be near to; only `closest` cannot do without.
    """

    from_day: Day
    to_day: Day
    target_day: Day | None = None
    pick: Pick

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.from_day > self.to_day:
            raise ValueError(f"no day lies from {self.from_day} to {self.to_day}: swap from_day and to_day")
        if self.target_day is None and self.pick == "closest":
            raise ValueError("target_day is needed, and missing: pick 'closest' looks for the score nearest to it")
        if self.target_day is not None and not self.from_day <= self.target_day <= self.to_day:
            raise ValueError(
                f"target_day {self.target_day} is not allowed; it lies within the window, "
                f"from day {self.from_day} to day {self.to_day}"
            )
        return self

    @property
    def chosen(self) -> str:
        """Which score of several is used: "closest to day 90", "last"."""
        if self.pick == "closest":
            return f"closest to day {self.target_day}"
        return self.pick if self.target_day is None else f"{self.pick} (target day {self.target_day})"

    @property
    def days(self) -> str:
        """Which days count: "within days 30 to 120"."""
        return (
            f"within days {self.from_day} to {self.to_day}" if self.from_day < self.to_day else f"on day {self.to_day}"
        )

    def __str__(self) -> str:
        return f"{self.chosen} {self.days}"
