"""From published figures to patient-level cohorts that reproduce them, and the checks that they do."""
