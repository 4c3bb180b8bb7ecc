"""From scenarios to solved cores: 49 patients' scores and reports that meet every published figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from explorer.errors import ExplorerError
from explorer.reconstruction.chains import BLOCK, Bools, Chains
from explorer.reconstruction.facts import published
from explorer.reconstruction.realism import Floats, Ints, Realism, draw_realism
from explorer.reconstruction.scenario import (
    CHAIN_SEED,
    PATIENTS,
    SCENARIO_SEED,
    Scenario,
    allocate,
    draw_recorded,
    draw_scenario,
    improvement,
)
from explorer.reconstruction.significance import paired_p_values

ANNEAL, HARD, CHUNKS, ATTEMPTS, RETRY_CHAINS = 9_000, 21_000, 20, 6, 64
NO_WORSE = 1e6
LEVEL = 0.05


@dataclass(frozen=True)
class Core:
    """One solved draw, before any day is put to it.

    Parameters
    ----------
    scenario, model
        What the draw assumes.
    scores : array of int, shape (49, 6)
        BSA, PP-NRS and IGA at baseline and follow-up, also where they were not recorded.
    recorded : array of bool, shape (49, 6)
    yes : array of bool, shape (49, 3)
        Fewer flares, less topical treatment, overall benefit.
    prior : array of bool, shape (49,)
        Who used dupilumab before.
    """

    scenario: Scenario
    model: Realism
    scores: Ints
    recorded: Bools
    yes: Bools
    prior: Bools

    @property
    def improved(self) -> Bools:
        """Who improved in the draw's own reading."""
        paired = self.recorded[:, 0::2] & self.recorded[:, 1::2]
        return improvement(self.scores, self.yes, paired, np.array(self.scenario.reading))


def sample(draws: int, seed: int, report: Callable[[str], object] = lambda _: None) -> list[Core]:
    """Solve one scenario per draw.

    Every draw has its own seed. A scenario that its chain leaves unsolved is tried again with more chains,
    never replaced: dropping the hard ones would leave out what is least like the others.

    Parameters
    ----------
    draws : int
        How many cores, at least 1.
    seed : int
        Not negative.
    report : callable
        Told, in a sentence, how far it is.

    Returns
    -------
    list of Core, one per draw

    Raises
    ------
    ExplorerError
        When a scenario stays unsolved.
    """
    scenarios = [
        draw_scenario(np.random.default_rng([seed, SCENARIO_SEED, draw]), *choice)
        for draw, choice in enumerate(allocate(draws))
    ]
    solved: dict[int, Core] = {}
    for attempt in range(ATTEMPTS):
        left = [draw for draw in range(draws) if draw not in solved]
        copies = 1 if attempt == 0 else -(-RETRY_CHAINS // len(left))
        chains = [(draw, copy) for draw in left for copy in range(copies)]
        solved |= _solve({draw: scenarios[draw] for draw in left}, chains, [seed, CHAIN_SEED, attempt])
        report(f"{len(solved)} of {draws} cohorts found")
        if len(solved) == draws:
            return [solved[draw] for draw in range(draws)]
    raise ExplorerError(f"{draws - len(solved)} of {draws} scenarios found no cohort. Try another --seed.")


def _solve(scenarios: dict[int, Scenario], chains: list[tuple[int, int]], seed: list[int]) -> dict[int, Core]:
    """Run chains until each of the scenarios is solved or its chains are spent; return those solved."""
    generators = [np.random.default_rng([*seed, draw, copy]) for draw, copy in chains]
    tried = [scenarios[draw] for draw, _ in chains]
    models = [draw_realism(generator) for generator in generators]
    recorded = np.stack([draw_recorded(rng, each) for rng, each in zip(generators, tried, strict=True)])
    walk = Chains(tried, models, recorded, generators)
    walk.walk(schedule())
    solved: dict[int, Core] = {}
    for _ in range(CHUNKS):
        for at in np.flatnonzero(walk.met):
            draw = chains[at][0]
            core = _core(generators[at], tried[at], models[at], walk.rows[at], recorded[at])
            if draw not in solved and _significance_as_published(core):
                solved[draw] = core
        if len(solved) == len(scenarios):
            break
        walk.walk(np.full(BLOCK, NO_WORSE))
    return solved


def schedule() -> Floats:
    """Return the penalty at each step: rising while the chains look around, then so high that nothing gets worse."""
    return np.concatenate([np.geomspace(0.3, 60, ANNEAL), np.full(HARD, NO_WORSE)])


def _core(rng: np.random.Generator, scenario: Scenario, model: Realism, rows: Ints, recorded: Bools) -> Core:
    """Take a chain's state as a core, choosing who never used dupilumab.

    Were the 24 counted among 47 fixed patients, improvement would pile up in the two left out; so the
    chain counts over all 49, who are exchangeable, and the two are chosen here.
    """
    everyone = Core(scenario, model, rows[:, :6].copy(), recorded, rows[:, 6:] > 0, np.ones(PATIENTS, bool))
    improved = everyone.improved
    naive = PATIENTS - published().counts("C2")[0]
    chosen = [
        rng.choice(np.flatnonzero(improved), scenario.naive_improved, replace=False),
        rng.choice(np.flatnonzero(~improved), naive - scenario.naive_improved, replace=False),
    ]
    everyone.prior[np.concatenate(chosen)] = False
    return everyone


def _significance_as_published(core: Core) -> bool:
    """Say whether BSA and PP-NRS differ, and IGA does not, by every test the source may have used."""
    bsa, itch, iga = (_p_values(core, column) for column in (0, 2, 4))
    if core.scenario.iga_mode == "available":
        before, after = (core.scores[core.recorded[:, column], column] for column in (4, 5))
        iga.append(float(stats.ttest_ind(before, after, equal_var=False).pvalue))
    return max(bsa + itch) < LEVEL <= min(iga)


def _p_values(core: Core, column: int) -> list[float]:
    both = core.recorded[:, column] & core.recorded[:, column + 1]
    change = core.scores[both, column + 1] - core.scores[both, column]
    return list(paired_p_values(change).values())
