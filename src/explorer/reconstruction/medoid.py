"""Which draw stands for the others where only one can be shown: the one nearest to all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from explorer.reconstruction.as_published import INSTRUMENTS, eligible_patients, improved


def medoid(draws: dict[int, dict[str, pd.DataFrame]], manifest: pd.DataFrame) -> int:
    """Name the medoid of the draws with the `mid` reading and available-case IGA means.

    Parameters
    ----------
    draws : dict of int to tables
    manifest : DataFrame
        One row per draw.

    Returns
    -------
    int
        The draw with the smallest summed distance to the others, over key outputs in standard
        deviations; the lowest number where several are as near.
    """
    fit = (manifest["reading"] == "mid") & (manifest["iga_mode"] == "available")
    outputs = pd.DataFrame({draw: key_outputs(draws[draw]) for draw in manifest.loc[fit, "draw"]}).T
    spread = outputs.std(ddof=0)
    standard = (outputs / spread.where(spread > 0)).dropna(axis=1).to_numpy()
    distance = np.abs(standard[:, None] - standard[None]).sum(axis=(1, 2))
    return int(outputs.index[distance.argmin()])


def key_outputs(tables: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Compute what readers will look at and the source does not fix.

    Parameters
    ----------
    tables : dict of str to DataFrame
        The five tables of one draw.

    Returns
    -------
    dict of str to float
        Shares are of patients with both scores.
    """
    wide = eligible_patients(tables)
    pairs = {each: wide[[f"{each}_before", f"{each}_after"]].dropna() for each in INSTRUMENTS}
    fall = {each: pair.iloc[:, 0] - pair.iloc[:, 1] for each, pair in pairs.items()}
    responders = improved(wide, "mid")
    return {
        **{f"{each} paired": len(pair) for each, pair in pairs.items()},
        **{f"{each} sd of change": float(each_fall.std()) for each, each_fall in fall.items()},
        **_shares(pairs, fall),
        "improved, thr": float(improved(wide, "thr").mean()),
        "improved, any": float(improved(wide, "any").mean()),
        "flares among improved": float(wide.loc[responders, "fewer_flares"].mean()),
        "exposure contrast": _contrast(responders, wide["exposure"]),
        "three prescriptions": float((wide["prescriptions"] >= 3).mean()),
    }


def _shares(pairs: dict[str, pd.DataFrame], fall: dict[str, pd.Series]) -> dict[str, float]:
    bsa = 100 * fall["BSA"] / pairs["BSA"]["BSA_before"]
    iga = pairs["IGA"]
    shares = {
        "BSA-50": bsa >= 50,
        "BSA-75": bsa >= 75,
        "itch down 3": fall["PPNRS"] >= 3,
        "itch down 4": fall["PPNRS"] >= 4,
        "IGA 0/1 and down 2": (iga["IGA_after"] <= 1) & (fall["IGA"] >= 2),
        "IGA down 1": fall["IGA"] >= 1,
        "IGA worse": fall["IGA"] < 0,
        "IGA 3 or more at baseline": iga["IGA_before"] >= 3,
    }
    return {name: float(met.mean()) for name, met in shares.items()}


def _contrast(responders: pd.Series, exposure: pd.Series) -> float:
    """Return the difference in share improved between longer and shorter dupilumab exposure."""
    longer = exposure >= exposure.median()
    return float(responders[longer].mean() - responders[exposure.notna() & ~longer].mean())
