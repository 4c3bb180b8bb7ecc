"""512 specifications by the package specification_curve; runs in an environment of its own, prints JSON."""

import contextlib
import io
import json
import time

import numpy as np
import pandas as pd
import specification_curve as specy

PATIENTS, CONTROLS = 49, 11


def main() -> None:
    """Fit two outcomes with every set of eight controls, as the package is meant to be used."""
    rng = np.random.default_rng(0)
    before = rng.normal(60, 10, PATIENTS).clip(20, 100)
    after = (before * rng.normal(0.65, 0.2, PATIENTS)).clip(0, 100)
    controls = [f"c{number}" for number in range(CONTROLS)]
    frame = pd.DataFrame({"points": before - after, "share": (before - after) / before, "before": before})
    frame[controls] = rng.normal(size=(PATIENTS, CONTROLS))
    curve = specy.SpecificationCurve(frame, y_endog=["points", "share"], x_exog=["before"], controls=controls)
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        curve.fit()
    took = time.perf_counter() - start
    print(json.dumps({"studies": len(curve.df_r), "ms": 1000 * took}))


if __name__ == "__main__":
    main()
