"""Your data: files are brought, understood or told what is wrong, corrected, checked, and put in force for the visit."""

import json
import weakref
from dataclasses import replace

import pytest
import streamlit as st
from streamlit.runtime.caching import clear_session_data_cache, clear_session_resource_cache

from explorer.bundled import BUNDLED, bundled_cohort
from explorer.cohort.intake import take_in
from explorer.cohort.mapping import editing
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.mapping.sharing import from_link, to_link
from explorer.cohort.readers import read
from explorer.export import bundle as bundles
from explorer.study.presets import default_for
from explorer.study.sharing import to_link as study_link
from explorer.ui import your_data_preview
from explorer.ui.your_data import EXAMPLE, EXAMPLE_ABOUT, Draft
from tests.cohort.test_intake import FOLDER, packed
from tests.command import run
from tests.pages import app as pages
from tests.pages.app import open_page, tables
from tests.pages.cohorts import scores_only
from tests.pages.test_every_page import PAGES

ONE = b"id;start date;drug;EASI day 0;EASI week 16;E-mail\n1;2022-01-05;x;22,5;3,1;a@b.org\n2;2022-02-07;x;30,0;n.d.;c@d.org\n"


def words(app):
    """All text of the page as it is read, without the signs that keep it from being markup."""
    return "\n".join([pages.words(app), *(each.value for each in app.success)]).replace("\\", "")


def bring(app, *files):
    app.file_uploader[0].set_value([(name, content, "") for name, content in files]).run()
    return sound(app)


def sound(app):
    assert not app.exception, [error.message for error in app.exception]
    return app


def press(app, key):
    app.button(key=key).click().run()
    return sound(app)


def choose(app, key, value):
    app.selectbox(key=key).set_value(value).run()
    return sound(app)


def type_into(app, key, value):
    kind = app.text_input if isinstance(value, str) else app.number_input
    kind(key=key).set_value(value).run()
    return sound(app)


def example():
    return press(open_page("your_data"), "your-data-example")


def answered():
    """The example, every question answered and its two wrong columns corrected."""
    app = type_into(example(), "about-index-drug", "tralokinumab")
    app = choose(app, "column-0-1-role", "index_date")
    app = type_into(app, "visit-0-day", 170)
    app = type_into(app, "scale-WBI-range_max", 100.0)
    return choose(app, "scale-WBI-direction", "higher is better")


def prepared():
    """The same without a hand on a widget."""
    brought = take_in({"clinic.csv": EXAMPLE.read_bytes()})
    said = editing.with_about(brought.mapping, index_drug="tralokinumab", **EXAMPLE_ABOUT)
    said = editing.with_day(editing.with_role(said, "clinic.csv", "Start", "index_date"), "final", 170)
    app = open_page("your_data")
    app.session_state["draft"] = Draft(
        brought, editing.with_scale(said, "WBI", range_max=100, direction="higher is better")
    )
    return sound(app.run())


def held(app):
    return app.session_state["draft"]


def loaded(app):
    return app.session_state["cohort"]


def on(app, page):
    app.switch_page(f"pages/{page}.py").run()
    return sound(app)


def home(app):
    """Go to the first page, which a test runs with its sidebar."""
    app.switch_page("app.py").run()
    return sound(app)


# What is brought


def test_hypothetical_additions_of_the_cohort_in_use_are_counted_apart():
    held = bundled_cohort()
    invented = int(held.hypothetical.sum())
    said = f"{held.n_patients - invented} reconstructed + {invented} hypothetical"
    assert 0 < invented < held.n_patients
    assert said in words(open_page("your_data"))


def test_limits_formats_and_what_becomes_of_files_are_said_before_anything_is_sent():
    said = words(open_page("your_data"))
    for part in ("100 MB", "1,000,000 rows", "macros", "never written to disk", "SPSS", "Stata", "Parquet"):
        assert part in said


def test_a_sheet_without_a_question_can_be_used_at_once():
    app = bring(open_page("your_data"), ("clinic.csv", ONE))
    assert "Nothing is open" in words(app)
    app = press(app, "your-data-use")
    assert loaded(app).n_patients == 2
    assert "In use on every page: **clinic**, 2 patients" in words(app)
    assert "Reloading the page loses your data" in words(app)


def test_the_folder_in_a_zip_needs_no_mapping():
    app = press(bring(open_page("your_data"), ("mine.zip", packed(FOLDER))), "your-data-use")
    assert loaded(app).fingerprint == read(BUNDLED).fingerprint
    assert app.session_state["mapping"] is None


def test_several_files_are_one_cohort():
    people = b"patient_id,index_date,drug\n1,2022-01-05,x\n2,2022-01-19,x\n"
    scores = b"patient_id,day,instrument,score\n1,0,EASI,20\n1,84,EASI,5\n2,0,EASI,30\n"
    app = bring(open_page("your_data"), ("people.csv", people), ("scores.csv", scores))
    assert held(app).seen.cohort.n_patients == 2
    app.selectbox(key="your-data-sheet").set_value("scores.csv").run()
    assert "**instrument**" in words(sound(app))


def test_what_was_sent_is_let_go_once_it_is_read():
    app = bring(open_page("your_data"), ("clinic.csv", ONE))
    assert app.file_uploader[0].value in (None, [])


# What cannot be used


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "0 bytes"),
        ("a.xlsx", b"PK\x03\x04 no more", "damaged"),
        ("a.csv", b"id,EASI\n1,2,3\n", "row 2"),
        ("a.zip", packed({"cohort.toml": b"title = 3"}), "cohort.toml"),
    ],
)
def test_a_file_that_cannot_be_read_costs_nothing_that_was_there(name, content, says):
    app = press(bring(open_page("your_data"), ("clinic.csv", ONE)), "your-data-use")
    before, cohort = held(app), loaded(app)
    app = bring(app, (name, content))
    assert says in words(app)
    assert (held(app), loaded(app)) == (before, cohort)


def test_a_cohort_with_nothing_to_analyse_is_not_put_in_force():
    bare = packed(
        {
            "cohort.toml": b'title="a"\nsynthetic=true\nindex_drug="x"\n',
            "patients.csv": b"patient_id,index_date\n1,2022-01-01\n",
            "assessments.csv": b"patient_id,day,instrument,score\n",
        }
    )
    app = press(bring(open_page("your_data"), ("a.zip", bare)), "your-data-use")
    assert "neither scores nor reports" in words(app)
    assert "definition be52e17c880f" in words(app)


def test_cells_that_cannot_be_used_are_listed_by_their_place_and_nothing_is_used():
    rows = "".join(f"{at};2022-02-07;x;{at},5\n" for at in range(2, 9))
    wrong = f"id;start date;drug;EASI day 0\n1;2022-01-05;x;lots\n{rows}".encode()
    app = bring(open_page("your_data"), ("clinic.csv", wrong))
    (problems,) = (table for table in tables(app) if "Where" in table)
    assert problems["Where"].tolist() == ["clinic.csv, row 2, column EASI day 0"]
    assert "'lots' is not a number" in problems.iloc[0, 1]
    assert app.button(key="your-data-use").disabled


# What only the visitor can say


def test_what_is_open_is_named_and_goes_with_its_answer():
    app = example()
    assert "Still open: the index drug; the index date; the day of 1 visit; which way WBI is better." in words(
        app
    ).replace("\\", "")
    assert app.button(key="your-data-use").disabled


def test_the_answers_make_the_cohort():
    app = answered()
    assert "Nothing is open" in words(app)
    assert held(app).mapping == held(prepared()).mapping
    app = press(app, "your-data-use")
    cohort = loaded(app)
    assert (cohort.n_patients, cohort.metadata.index_drug) == (24, "tralokinumab")
    assert set(cohort.scores("EASI").day) == {0, 112, 170}
    assert not cohort.instruments["WBI"].lower_is_better
    # 24 rows of the file; its cells for week 16 hold one n.d. and one nothing, of itch one -99 at each visit.
    assert (len(cohort.scores("EASI").score), len(cohort.scores("PPNRS").score)) == (3 * 24 - 3, 2 * 24 - 2)
    assert "Synthetic data, not patients." in words(app)


def test_an_answer_that_cannot_be_is_refused_beside_its_widget():
    app = type_into(example(), "scale-WBI-range_max", -5.0)
    assert "not above range_min" in words(app)
    assert held(app).mapping.instruments[0].range_max > 0


def test_the_order_of_dates_is_asked_where_none_tells_and_all_that_was_unclear_is_listed():
    dated = b"id,start date,drug,EASI day 0\n1,02/03/2022,x,3\n2,03/04/2022,x,4\n"
    app = bring(open_page("your_data"), ("a.csv", dated))
    assert "day and month could be mixed up" in words(app)
    app = choose(app, "mapping-dates", "mdy")
    assert held(app).seen.cohort.patients["index_date"].dt.month.tolist() == [2, 3]


def test_dates_that_cannot_be_told_keep_the_order_to_be_said_until_it_is():
    mixed = ONE.replace(b"2022-01-05", b"05/01/2022").replace(b"2022-02-07", b"07/02/2022")
    app = open_page("your_data")
    brought = take_in({"clinic.csv": mixed})
    # As if the guess had not asked: the problems of the files are enough.
    app.session_state["draft"] = Draft(replace(brought, guess=None), brought.mapping)
    app = sound(app.run())
    assert "in which order dates are written" in words(app)
    app = choose(app, "mapping-dates", "dmy")
    assert "Nothing is open" in words(app)
    assert list(held(app).seen.cohort.patients["index_date"].dt.month) == [1, 2]


def test_one_date_may_stand_for_all():
    app = bring(open_page("your_data"), ("a.csv", b"id,drug,EASI day 0\n1,x,3\n2,x,4\n"))
    app.date_input(key="about-index-date").set_value("2020-01-01").run()
    assert str(sound(app).session_state["draft"].seen.cohort.patients["index_date"].iloc[0]) == "2020-01-01 00:00:00"


def test_rows_may_be_patients():
    app = bring(open_page("your_data"), ("a.csv", b"start date,drug,EASI day 0\n2022-01-01,x,3\n2022-01-02,x,4\n"))
    assert app.toggle(key="sheet-0-rows").value
    app.toggle(key="sheet-0-rows").set_value(False).run()
    assert "no column says which patient" in str(held(sound(app)).seen.problems)


def test_of_many_unknown_scores_one_is_asked_at_a_time_and_all_can_be_left_out():
    heads = ",".join(f"lab{letter} day 0,lab{letter} day 28" for letter in "abcdef")
    rows = "".join(f"{at},2022-01-0{at},x,{','.join(['3,4'] * 6)},2\n" for at in (1, 2))
    app = bring(open_page("your_data"), ("a.csv", f"id,start date,drug,{heads},EASI day 0\n{rows}".encode()))
    assert "which way 6 scores are better" in words(app)
    assert app.selectbox(key="scale-chosen").options == [f"LAB{letter}" for letter in "ABCDEF"]
    app = press(app, "scales-out")
    assert "Nothing is open" in words(app)
    assert list(held(app).seen.cohort.instruments) == ["EASI"]


def test_a_new_score_is_described_and_can_be_chosen_at_once():
    app = bring(open_page("your_data"), ("a.csv", b"id,start date,drug,joy\n1,2022-01-01,x,3\n2,2022-01-02,x,4\n"))
    app.session_state["new-score"] = True
    app.run()
    app.text_input(key="new-score-code").set_value("JOY")
    app.number_input(key="new-score-high").set_value(10.0)
    app.selectbox(key="new-score-way").set_value("higher is better")
    (submit,) = (button for button in app.button if button.label == "Add the score")
    submit.click().run()
    app = choose(sound(app), "column-0-3-role", "score")
    app.session_state["column-0-3-details"] = True
    app.run()
    choose(app, "column-0-3-instrument", "JOY")
    choose(app, "column-0-3-when", "day")
    instrument = held(app).seen.cohort.instruments["JOY"]
    assert (instrument.range_min, instrument.range_max, instrument.lower_is_better) == (0, 10, False)


def test_a_new_score_without_a_range_is_refused():
    app = example()
    app.session_state["new-score"] = True
    app.run()
    app.text_input(key="new-score-code").set_value("JOY")
    (submit,) = (button for button in app.button if button.label == "Add the score")
    submit.click().run()
    assert "range_max" in words(sound(app))


# Columns


def test_every_column_says_why_and_shows_what_it_holds():
    said = words(example())
    for part in (
        "'wk 16' is day 112",
        "09.10.2023, 23.01.2023",
        "24/24 filled",
        "missing: -99",
        "looks like phone numbers",
    ):
        assert part in said


def test_columns_that_identify_patients_are_named_and_neither_kept_nor_shown():
    app = bring(open_page("your_data"), ("clinic.csv", ONE))
    said = words(app)
    assert "Not kept, because they look as if they identify patients: E-mail (e-mail addresses)." in said.replace(
        "\\", ""
    )
    assert "a@b.org" not in said
    assert "E-mail" not in held(app).seen.cohort.patients
    app = choose(app, "column-0-5-role", "covariate")
    assert "Kept by your choice" in words(app)


def test_details_of_a_column_are_changed():
    app = example()
    app.session_state["column-0-6-details"] = True
    app.run()
    choose(app, "column-0-6-when", "day")
    type_into(app, "column-0-6-day", -7)
    type_into(app, "column-0-6-missing", "27.4, 30.2")
    column = held(app).mapping.sheets["clinic.csv"].columns["EASI base"]
    assert (column.day, column.missing) == (-7, ("27.4", "30.2"))


def test_what_words_stand_for_is_said_in_lines():
    coded = b"id,start date,drug,sex,EASI day 0\n1,2022-01-01,x,1,3\n2,2022-01-02,x,2,4\n"
    app = choose(bring(open_page("your_data"), ("a.csv", coded)), "column-0-3-role", "sex")
    app.session_state["column-0-3-details"] = True
    app.run()
    app.text_area(key="column-0-3-words").set_value("1 = male\n2 = female").run()
    assert held(sound(app)).seen.cohort.patients["sex"].tolist() == ["male", "female"]


def test_many_columns_are_shown_a_part_at_a_time():
    names = ",".join(f"c{at}" for at in range(60))
    app = bring(open_page("your_data"), ("a.csv", f"id,{names}\n1,{','.join(['3'] * 60)}\n".encode()))
    assert "**c23**" in words(app)
    assert "**c24**" not in words(app)
    part = app.selectbox(key="your-data-part")
    part.set_value(part.options[2] if isinstance(part.options[2], range) else range(50, 61)).run()
    assert "**c59**" in words(sound(app))


# What becomes of it


def test_the_tables_are_counted_and_their_first_rows_shown():
    app = prepared()
    assert "patients: 24; scores: 162; answers: 24" in words(app)
    first = next(table for table in tables(app) if "sex" in table)
    assert first["index_date"].iloc[0] == "2023-10-09"
    assert first["sex"].iloc[:3].tolist() == ["male", "male", "female"]


def test_what_is_left_out_and_repaired_is_counted_with_rows():
    app = prepared()
    app.session_state["lost-dropped"] = True
    app.run()
    (left,) = (frame.value for frame in sound(app).dataframe if "How many" in frame.value)
    phone = left[left["Column"] == "Phone"].iloc[0]
    assert phone["How many"] == 24
    final = left[left["Column"] == "EASI final"].iloc[0]
    assert (final["How many"], final["Rows"]) == (1, "18")


def test_findings_point_to_cells():
    rows = "\n".join(f"{at},2022-01-01,x,{5 * (1 + at % 19)}" for at in range(30))
    app = bring(open_page("your_data"), ("a.csv", f"id,start date,drug,BSA day 0\n{rows}\n".encode()))
    assert "30/30 scores of BSA end in 0 or 5" in words(app)
    app.session_state["finding-0"] = True
    app.run()
    (cells,) = (frame.value for frame in sound(app).dataframe if "In the file" in frame.value)
    assert cells.iloc[0].tolist() == ["a.csv", 2, "BSA day 0", "5"]


def test_oddities_of_many_patients_are_looked_for_when_asked(monkeypatch):
    monkeypatch.setattr(your_data_preview, "MOST_JUDGED_LIVE", 1)
    app = bring(open_page("your_data"), ("clinic.csv", ONE))
    assert "Nothing odd was found" not in words(app)
    app = press(app, "look")
    assert "Nothing odd was found" in words(app)
    assert "Nothing odd was found" in words(app.run())


# The mapping as a file


def mapping_file(app):
    return held(app).mapping.to_json()


def test_the_saved_mapping_replayed_by_the_command_line_gives_the_same_cohort(tmp_path):
    app = press(prepared(), "your-data-use")
    (tmp_path / "m.json").write_text(mapping_file(app), encoding="utf-8")
    assert run("convert", str(EXAMPLE), str(tmp_path / "out"), "--mapping", str(tmp_path / "m.json")).code == 0
    assert read(tmp_path / "out").fingerprint == loaded(app).fingerprint


def test_a_saved_mapping_takes_the_place_of_the_guess():
    saved = mapping_file(prepared())
    app = example()
    app.file_uploader[-1].set_value(("m.json", saved.encode(), "application/json")).run()
    assert held(sound(app)).mapping == Mapping.from_json(saved)


@pytest.mark.parametrize(("content", "says"), [(b"{}", "about"), (b"\xff", "not text in UTF-8"), (b"[", "m.json")])
def test_a_file_that_is_no_mapping_leaves_the_one_in_use(content, says):
    app = example()
    before = held(app)
    app.file_uploader[-1].set_value(("m.json", content, "application/json")).run()
    assert says in words(sound(app))
    assert held(app) is before


# In force for the visit


def test_all_pages_are_about_the_own_cohort_until_the_way_back_is_taken_and_nothing_of_it_outlives_the_visit():
    app = open_page("overview")
    for page in PAGES:  # what was chosen there about one cohort must do no harm to another
        on(app, page)
    app = press(bring(on(app, "your_data"), ("clinic.csv", ONE)), "your-data-use")
    assert app.session_state["study"] == default_for(loaded(app))
    for page in PAGES:
        assert "ynthetic" not in words(on(app, page)) or page in ABOUT_OTHER_DATA, page
    assert "your cohort clinic" in words(on(app, "response"))
    cohort, draft = weakref.ref(loaded(app)), weakref.ref(held(app))
    app = press(press(on(app, "your_data"), "your-data-back"), "your-data-discard")
    assert "definition be52e17c880f" in words(on(app, "response"))
    assert "your cohort" not in words(app)
    forget_session()
    del app
    open_page("overview")
    assert (cohort(), draft()) == (None, None)


ABOUT_OTHER_DATA = ("evidence", "learn", "your_data")
"""Pages that name the bundled cohort or the example, whatever cohort is loaded."""


def forget_session():
    """Do what the server does with the results of a session that has ended."""
    session = "test session id"  # of every AppTest
    clear_session_resource_cache(session)
    clear_session_data_cache(session)


def test_history_begins_anew_and_what_was_viewed_is_found_again():
    app = open_page("overview")
    app.session_state["history"] = ((app.session_state["study"], "As published"),)
    viewed = app.session_state["viewed"]
    app = press(bring(on(app, "your_data"), ("clinic.csv", ONE)), "your-data-use")
    assert app.session_state["history"] == ()
    own = home(app).session_state["viewed"]
    assert [name for name, _ in own.definitions] == [default_for(loaded(app)).fingerprint]
    app = press(on(app, "your_data"), "your-data-back")
    assert home(app).session_state["viewed"] == viewed
    app = press(on(app, "your_data"), "your-data-use")
    assert home(app).session_state["viewed"] == own


def test_files_are_put_away_and_the_cohort_stays():
    app = press(press(bring(open_page("your_data"), ("clinic.csv", ONE)), "your-data-use"), "your-data-discard")
    assert held(app) is None
    assert loaded(app).n_patients == 2


# The link


def link_of(app):
    return {name: app.query_params[name] for name in ("study", "cohort", "mapping") if name in app.query_params}


def value(found):
    return found[0] if isinstance(found, list) else found


def test_the_address_holds_definition_cohort_and_mapping_and_no_patient():
    app = home(press(bring(open_page("your_data"), ("clinic.csv", ONE)), "your-data-use"))
    link = link_of(app)
    assert value(link["cohort"]) == loaded(app).fingerprint
    assert "a@b.org" not in from_link(value(link["mapping"])).to_json()
    app = home(press(on(app, "your_data"), "your-data-back"))
    assert link_of(app) == {}


def by_link(cohort, mapping, study=None):
    from tests.pages.app import ROOT, AppTest

    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.query_params["cohort"] = cohort
    app.query_params["mapping"] = mapping
    if study is not None:
        app.query_params["study"] = study_link(study)
    return sound(app.run())


def test_a_link_to_an_own_cohort_says_that_it_must_be_loaded_again_and_keeps_study_and_mapping():
    first = press(prepared(), "your-data-use")
    cohort, draft = loaded(first), held(first)
    study = default_for(cohort).replace(name="Mine", confidence=0.9)
    app = by_link(cohort.fingerprint, draft.link, study)
    assert "load its file again on the page Your data" in words(app)
    assert "definition be52e17c880f" in words(app)
    assert set(link_of(app)) == {"study", "cohort", "mapping"}
    app = bring(on(app, "your_data"), ("clinic.csv", EXAMPLE.read_bytes()))
    assert "Nothing is open" in words(app)
    app = press(app, "your-data-use")
    assert loaded(app).fingerprint == cohort.fingerprint
    assert app.session_state["study"] == study
    assert "load its file again" not in words(app)


def test_other_data_under_the_same_link_are_said_to_be_others():
    own = scores_only()
    app = on(by_link(own.fingerprint, "1.nonsense", default_for(own)), "your_data")
    assert "The mapping of the link could not be read" in words(app)
    app = press(bring(app, ("clinic.csv", ONE)), "your-data-use")
    said = words(app)
    assert "not the data that the link was made on" in said
    assert "could not be honoured" in said
    assert loaded(app).n_patients == 2


def test_an_own_cohort_of_a_link_can_be_given_up():
    app = on(by_link("0123456789ab", to_link(Mapping.from_dict(json.loads(MINIMAL)), ())), "your_data")
    app = home(press(app, "your-data-forgo"))
    assert "load its file again" not in words(app)
    assert link_of(app) == {}


def link_to_one(**columns):
    """A link to a mapping of the sheet `ONE`, with some of its columns said otherwise."""
    said = take_in({"clinic.csv": ONE}).mapping
    for name, role in columns.items():
        said = editing.with_role(said, "clinic.csv", name.replace("_", "-"), role)
    return to_link(said, ())


def test_a_link_keeps_no_identifier_until_the_reader_says_so():
    app = on(by_link("0123456789ab", link_to_one(E_mail="covariate")), "your_data")
    app = bring(app, ("clinic.csv", ONE))
    said = words(app)
    assert "Kept by the link, though they look as if they identify patients: E-mail (e-mail addresses)" in said
    assert "by your choice" not in said
    assert "E-mail" not in held(app).seen.cohort.patients
    assert "Kept by your choice" in words(choose(app, "column-0-5-role", "covariate"))


def test_what_a_link_says_is_not_called_the_readers_word():
    app = on(by_link("0123456789ab", link_to_one(drug="covariate")), "your_data")
    app = bring(app, ("clinic.csv", ONE))
    assert "As the link says." in words(app)
    assert "As you said." not in words(app)
    said = words(press(app, "your-data-forgo"))
    assert "As the link says." not in said
    assert held(app).mapping == held(app).brought.mapping


def test_a_link_of_another_file_is_not_forced_on_this_one():
    app = on(by_link("0123456789ab", link_to_one()), "your_data")
    other = b"id;start date;drug;PP-NRS day 0;PP-NRS week 16\n1;2022-01-05;x;8;3\n2;2022-02-07;x;9;4\n"
    app = bring(app, ("other.csv", other))
    assert "The link was made on another file: it reads columns that are not here (“EASI day 0”" in words(app)
    assert held(app).mapping == held(app).brought.mapping
    assert "made on another file" not in words(press(app, "your-data-forgo"))


def test_cells_that_are_not_shown_are_not_quoted_by_problems_either():
    phones = (
        ONE.replace(b"E-mail", b"Phone").replace(b"a@b.org", b"=+43 664 1 'x' 2").replace(b"c@d.org", b"=+43 664 2")
    )
    app = choose(bring(open_page("your_data"), ("clinic.csv", phones)), "column-0-5-role", "covariate")
    said = words(app)
    assert "a cell that is not shown here begins like a spreadsheet formula" in said
    assert "664" not in said


MINIMAL = '{"about": {"title": "a", "index_drug": "x"}, "sheets": {}}'


# What is taken away


def test_the_bundle_of_results_holds_the_mapping(monkeypatch):
    offered, made = {}, []
    app = press(bring(open_page("your_data"), ("clinic.csv", ONE)), "your-data-use")
    monkeypatch.setattr(bundles, "bundle", lambda *parts: made.append(parts))
    monkeypatch.setattr(st, "download_button", lambda label, data, *rest, **more: offered.update({label: data}))
    on(app, "report")
    offered["All results (ZIP)"]()
    assert Mapping.from_json(made[0][2]) == app.session_state["mapping"]
