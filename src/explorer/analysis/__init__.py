"""(cohort, study) -> results: pure functions from frozen values to frozen values."""
