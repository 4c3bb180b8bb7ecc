"""Published studies beside the cohort that is loaded."""
