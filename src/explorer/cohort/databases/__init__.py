"""Cohorts out of databases in the OMOP common data model: one code for every engine that ibis speaks to."""
