"""Settings for all tests."""

import os

from hypothesis import settings

# A slow machine must not fail a law; what CI runs must be the same every time it runs.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
