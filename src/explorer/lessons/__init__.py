"""Lessons: files that ask before they show, with answers computed from the cohort."""
