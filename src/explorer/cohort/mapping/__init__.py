"""From raw sheets to a cohort: what each column is, guessed with reasons, corrected by the user, saved and replayed."""
