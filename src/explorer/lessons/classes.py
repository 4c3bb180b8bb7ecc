"""Classes: the answers of learners who came by one link, without names, for some hours, in memory alone."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from explorer.errors import ExplorerError

Sure = Literal["guess", "fairly", "sure"]
SURE: tuple[Sure, ...] = ("guess", "fairly", "sure")

HOURS = 6
MOST_CLASSES, MOST_LEARNERS = 200, 500
FEWEST = 2
"""Answers from which a distribution is given: a single one would say who gave it."""
FULL = f"There are {MOST_CLASSES} classes open on this server, as many as it holds. Try again later."
GONE = f"This class is not open any more: answers are kept for {HOURS} hours, and gone when the server stops."


class ClassError(ExplorerError):
    """A class that cannot be opened or joined."""


@dataclass(frozen=True)
class Answer:
    """Which option was chosen (its place, from 0), and how sure the learner was."""

    option: int
    sure: Sure


@dataclass(frozen=True)
class Opened:
    """A new class: the code that learners join by, and the key that is the teacher's alone."""

    code: str
    key: str


@dataclass(frozen=True)
class Tally:
    """How a class answered one question.

    Attributes
    ----------
    counts : tuple of mapping of str to int
        Per option, answers by how sure they were.
    n : int
        Learners who answered.
    """

    counts: tuple[Mapping[Sure, int], ...]

    @property
    def n(self) -> int:
        """Learners who answered."""
        return sum(sum(each.values()) for each in self.counts)

    @property
    def enough(self) -> bool:
        """Whether the distribution may be shown."""
        return self.n >= FEWEST


Asked = Mapping[str, tuple[int, ...]]
"""The lessons of a class by their addresses, each with how many options its questions have."""


@dataclass
class _Class:
    key: str
    asked: Asked
    until: float
    answers: dict[tuple[str, int], dict[str, Answer]] = field(default_factory=dict)
    learners: set[str] = field(default_factory=set)


class Classes:
    """All classes of a server; safe to use from many sessions at once.

    Parameters
    ----------
    clock : callable
        Gives seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, _Class] = {}

    def open(self, asked: Asked) -> Opened:
        """Open a class.

        Raises
        ------
        ClassError
            Where the server holds no more.
        """
        with self._lock:
            self._forget()
            if len(self._held) >= MOST_CLASSES:
                raise ClassError(FULL)
            opened = Opened(secrets.token_urlsafe(9), secrets.token_urlsafe(24))
            self._held[opened.code] = _Class(opened.key, dict(asked), self._clock() + 3600 * HOURS)
            return opened

    def close(self, code: str, key: str) -> None:
        """Forget a class and its answers; only with the teacher's key."""
        with self._lock:
            if self._is_teacher(code, key):
                del self._held[code]

    def is_open(self, code: str) -> bool:
        """Say whether there is such a class."""
        with self._lock:
            self._forget()
            return code in self._held

    def is_teacher(self, code: str, key: str) -> bool:
        """Say whether a key is that of the class."""
        with self._lock:
            self._forget()
            return self._is_teacher(code, key)

    def lessons(self, code: str) -> tuple[str, ...]:
        """Return the addresses of the lessons of a class; none where it is not open."""
        with self._lock:
            self._forget()
            return tuple(self._held[code].asked) if code in self._held else ()

    def answer(self, code: str, learner: str, lesson: str, question: int, answer: Answer) -> None:
        """Count a learner's first answer to a question; any later one changes nothing.

        Raises
        ------
        ClassError
            Where the class is not open, is full, or was not asked this.
        """
        with self._lock:
            self._forget()
            held = self._held.get(code)
            if held is None:
                raise ClassError(GONE)
            _check(held.asked, lesson, question, answer)
            if learner not in held.learners and len(held.learners) >= MOST_LEARNERS:
                raise ClassError(f"This class is full: {MOST_LEARNERS} learners have answered. Yours was not counted.")
            held.learners.add(learner)
            held.answers.setdefault((lesson, question), {}).setdefault(learner, answer)

    def answers_of(self, code: str, learner: str) -> Mapping[tuple[str, int], Answer]:
        """Return what a learner has answered, by lesson and question; nothing for a mark that the class does not know."""
        with self._lock:
            self._forget()
            held = self._held[code].answers if code in self._held else {}
            return {asked: given[learner] for asked, given in held.items() if learner in given}

    def tally(self, code: str, lesson: str, question: int) -> Tally | None:
        """Count the answers to a question by option; None where the class is not open or was not asked it."""
        with self._lock:
            self._forget()
            held = self._held.get(code)
            if held is None or question >= len(held.asked.get(lesson, ())):
                return None
            answers = tuple(held.answers.get((lesson, question), {}).values())
            n_options = held.asked[lesson][question]
        return Tally(tuple(_by_sureness(answers, option) for option in range(n_options)))

    def _is_teacher(self, code: str, key: str) -> bool:
        held = self._held.get(code)
        # Compared as bytes, because a key from an address may hold any letter.
        return held is not None and secrets.compare_digest(held.key.encode(), key.encode())

    def _forget(self) -> None:
        now = self._clock()
        for code in [code for code, held in self._held.items() if held.until <= now]:
            del self._held[code]


def _check(asked: Asked, lesson: str, question: int, answer: Answer) -> None:
    options = asked.get(lesson, ())
    if not 0 <= question < len(options) or not 0 <= answer.option < options[question] or answer.sure not in SURE:
        raise ClassError("This class was not asked this question.")


def _by_sureness(answers: tuple[Answer, ...], option: int) -> Mapping[Sure, int]:
    return {sure: answers.count(Answer(option, sure)) for sure in SURE}
