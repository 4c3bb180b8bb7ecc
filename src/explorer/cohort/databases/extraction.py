"""A cohort out of an OMOP database: each question is put to the database, and only its answer crosses."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import pandas as pd

from explorer.cohort.databases import conditions, drawing, people, scores
from explorer.cohort.databases.cdm import Cdm
from explorer.cohort.databases.concepts import names_of
from explorer.cohort.databases.courses import courses
from explorer.cohort.databases.crossing import Crossing, Fetched
from explorer.cohort.databases.extract import Extract
from explorer.cohort.databases.scores import Wanted
from explorer.cohort.databases.wanted import LookedUp, look_up
from explorer.cohort.findings import shown
from explorer.cohort.readers.limits import refusal
from explorer.cohort.tables import Cohort, Metadata, build

CONCEPTS_SHOWN = 5
FILES = {"treatments": "drug_exposure", "assessments": "measurement", "adverse_events": "condition_occurrence"}


@dataclass(frozen=True)
class Extraction:
    """A cohort taken out of a database.

    Attributes
    ----------
    cohort : Cohort
    notes : tuple of str
        What was taken, left out or taken for something, with counts.
    fetched : tuple of Fetched
        Every query that was run and how many rows came back.
    """

    cohort: Cohort
    notes: tuple[str, ...]
    fetched: tuple[Fetched, ...]


def extract_cohort(cdm: Cdm, crossing: Crossing, extract: Extract) -> Extraction:
    """Take a cohort out of an OMOP database.

    Parameters
    ----------
    cdm : Cdm
    crossing : Crossing
        Runs the queries.
    extract : Extract

    Raises
    ------
    CohortError
        Where a concept is unknown, nobody took the index drug, no score was recorded, or a table breaks a rule of the
        cohort folder.
    """
    return _Extracting(cdm, crossing, extract).cohort()


class _Extracting:
    """One extraction under way."""

    def __init__(self, cdm: Cdm, crossing: Crossing, extract: Extract) -> None:
        self._cdm, self._crossing, self._extract = cdm, crossing, extract
        with crossing.told():
            self._found: LookedUp = look_up(cdm, crossing, extract)
            self._people = people.exposed(cdm, self._found.drugs[extract.index_drug.name], extract)
        self._notes: list[str] = []

    def cohort(self) -> Extraction:
        patients = self._patients()
        who = patients["patient_id"]
        spans = self._courses()
        tables = {
            "patients": self._with_covariates(patients).reset_index(drop=True),
            "treatments": drawing.treatments(spans, who, self._extract, self._notes),
            "assessments": self._assessments(who),
        }
        if self._extract.adverse_events:
            tables["adverse_events"] = self._events(spans, who)
        files = {"patients": "person"} | FILES
        own = {code: self._extract.known[code] for code in self._extract.scores}
        cohort = build(self._metadata(), tables, own, {table: f"{self._cdm.name}, {files[table]}" for table in tables})
        return Extraction(cohort, tuple(self._notes), tuple(self._crossing.fetched))

    def _fetch(self, what: str, rows: ir.Table) -> pd.DataFrame:
        return self._crossing.fetch(what, rows)

    def _patients(self) -> pd.DataFrame:
        rows = self._fetch("people", people.described(self._cdm, self._people))
        if rows.empty:
            drug = self._extract.index_drug
            what = f"nobody was exposed to {shown(drug.name)} ({len(self._found.drugs[drug.name])} concepts looked for)"
            remedy = (
                "Name the products too, by id or under 'containing'; `--save-extract` lists the drugs that people took."
            )
            raise refusal(self._cdm.name, what, remedy)
        self._note_drugs()
        self._race = rows.set_index("person_id")
        return drawing.patients(rows, self._extract, self._notes)

    def _note_drugs(self) -> None:
        """Say which concepts stood for which drug, so that a wrong or forgotten one is seen."""
        exposure = self._cdm["drug_exposure"]
        every = sorted({concept for drug in self._found.drugs.values() for concept in drug})
        taken = exposure.filter(exposure.drug_concept_id.isin(every)).semi_join(self._people, "person_id")
        counts = taken.group_by("drug_concept_id").aggregate(n=taken.person_id.nunique())
        frame = self._fetch("people by drug concept", counts)
        by_concept = {int(code): int(n) for code, n in zip(frame["drug_concept_id"], frame["n"], strict=True)}
        named = names_of(self._cdm, self._crossing, by_concept)
        for drug, concepts in self._found.drugs.items():
            met = sorted((code for code in concepts if code in by_concept), key=lambda code: -by_concept[code])
            most = [f"{code} {shown(named.get(code, '?'))} ({by_concept[code]})" for code in met[:CONCEPTS_SHOWN]]
            listed = f": {', '.join(most)}{', ...' if len(met) > CONCEPTS_SHOWN else ''}" if met else ""
            self._notes.append(f"{drug}: {len(met)} of {len(concepts)} concepts were met (people){listed}.")
        if "concept_ancestor" not in self._cdm:
            self._notes.append("There is no 'concept_ancestor': only the concepts themselves were looked for.")

    def _courses(self) -> pd.DataFrame:
        drugs = tuple(self._found.drugs.values())
        return self._fetch("courses", courses(self._cdm, self._people, drugs, self._extract.gap_days))

    def _values(self, wanted: dict[str, Wanted], what: str) -> pd.DataFrame:
        with self._crossing.told():
            rows = scores.sifted(self._cdm, self._people, wanted, self._extract)
        if rows is None:
            remedy = "An OMOP database has both; name the schema under cdm_schema."
            raise refusal(self._cdm.name, "there is neither 'measurement' nor 'observation'", remedy)
        fates = self._fetch(f"fates of {what}", scores.fates(rows))
        units = names_of(self._cdm, self._crossing, (int(unit) for unit in fates["unit"].dropna().unique()))
        drawing.note_fates(fates, wanted, units, self._cdm.name, self._notes)
        days = self._fetch(what, scores.by_day(rows))
        return drawing.values(days, wanted, self._extract, self._cdm.name, self._notes)

    def _assessments(self, who: pd.Series) -> pd.DataFrame:
        found = self._values(dict(self._found.scores), "scores")
        if found.empty:
            what = f"none of the scores was recorded for the {len(who)} people who took the index drug"
            remedy = "`--save-extract` lists what was measured of them; widen days_before and days_after."
            raise refusal(self._cdm.name, what, remedy)
        return drawing.assessments(found, who, self._extract, self._cdm.name, self._notes)

    def _with_covariates(self, patients: pd.DataFrame) -> pd.DataFrame:
        columns: dict[str, pd.Series] = {}
        for name, concepts in self._found.conditions.items():
            met = self._fetch(f"covariate {name}", conditions.had_before(self._cdm, self._people, concepts))
            columns[name] = pd.Series(patients.index.isin(met["person_id"]), index=patients.index)
        if self._found.measured:
            found = self._values(dict(self._found.measured), "measured covariates")
            columns |= {name: drawing.last_values(found, name).reindex(patients.index) for name in self._found.measured}
        columns |= {name: self._named(each.person) for name, each in self._extract.covariates.items() if each.person}
        return patients.assign(**columns)

    def _named(self, kind: str) -> pd.Series:
        """Return race or ethnicity by the name of its concept; concept 0 is not known."""
        given = self._race[f"{kind}_concept_id"].astype("Int64")
        concept = given.mask(given == 0)
        named = names_of(self._cdm, self._crossing, (int(code) for code in concept.dropna().unique()))
        return concept.map(lambda code: named.get(code, f"concept {code}"), na_action="ignore").astype("str")

    def _events(self, spans: pd.DataFrame, who: pd.Series) -> pd.DataFrame:
        terms = tuple(self._found.terms.values())
        rows = self._fetch("events", conditions.events(self._cdm, self._people, terms, self._extract))
        return drawing.adverse_events(rows, spans, who, self._extract, self._notes)

    def _metadata(self) -> Metadata:
        extract = self._extract
        return Metadata(
            title=extract.title,
            synthetic=extract.synthetic,
            source=extract.source or f"OMOP database {self._cdm.name}",
            licence=extract.licence,
            index_drug=extract.index_drug.name,
            prior_drug=extract.prior_drug.name if extract.prior_drug else None,
            notes=extract.notes,
        )
