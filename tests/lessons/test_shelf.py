"""A broken lesson says file, line and why; the others stay."""

import pytest

from explorer.bundled import bundled_cohort
from explorer.lessons.expression import LessonError
from explorer.lessons.key import key, reached, unfit
from explorer.lessons.quantities import FUNCTIONS, results
from explorer.lessons.shelf import FOLDER, read_folder, read_lesson, shelf
from explorer.lessons.wording import FORMS
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.ui.lesson_figures import FIGURES
from tests.pages.cohorts import HARD

FILE = "01-drawn.md"
WHOLE = """+++
schema = 1
title = "Drawn"
about = "For a test."
minutes = 5
study = "as-published"
rests_on = "published"
sources = ["https://doi.org/10.1136/bmj.n71"]
notes = "None."

[studies.observed]
from = "as-published"
missing = {kind = "observed"}

[[questions]]
ask = "How many?"

[[questions.options]]
text = "Many"
holds = "response.n_evaluable == 47"
feedback = "Yes."

[[questions.options]]
text = "Few"
holds = "response.n_evaluable < 47"
feedback = '''
No:
holds = "this stands within a text and is no field"
'''

[questions.reveal]
text = "{response:share}"

[goal]
text = "Fewer than half."
holds = "response.rate < 0.5"
now = "{response:share}"
reached = "Well."
study = "bsa-50"
+++
A vignette.
"""


def line(text, part):
    return next(number for number, each in enumerate(text.split("\n"), 1) if part in each)


def test_a_whole_lesson_is_read():
    lesson = read_lesson(FILE, WHOLE)
    assert (lesson.slug, lesson.title, lesson.vignette) == ("drawn", "Drawn", "A vignette.")
    assert lesson.studies["observed"] == AS_PUBLISHED.replace(missing="observed")
    seen = results(lesson, bundled_cohort())
    assert key(lesson, 0, seen) == 0
    assert not reached(lesson, seen)
    assert reached(lesson, seen.by(PRESETS["bsa-50"].study))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes = 5", "minutes = 'five'", "minutes: "),
        ("minutes = 5", "minuts = 5", "minuts: Extra inputs"),
        ('title = "Drawn"', 'titel = "Drawn"', "title: Field required"),
        ("response.n_evaluable < 47", "response.n_evaluable << 47", "not allowed"),
        ("response.n_evaluable == 47", "(response.n_evaluable == 47", "cannot be read"),
        ("https://doi.org/10.1136/bmj.n71", "javascript:alert(1)", "is no address"),
        ('kind = "observed"', 'kind = "guessed"', "guessed"),
        ('from = "as-published"', 'from = "as-printed"', "no preset 'as-printed'"),
        ('text = "{response:share}"', 'text = "{response:shar}"', "no way to write"),
        ('rests_on = "published"', 'rests_on = "belief"', "rests_on"),
        ("schema = 1", "schema = 2", "schema"),
        ("minutes = 5", "minutes = ", "no TOML"),
        ('title = "Drawn"', 'title = "Drawn"\nslug = "other"', "'slug' is not written"),
    ],
)
def test_a_broken_lesson_says_line_and_why(old, new, said):
    text = WHOLE.replace(old, new)
    with pytest.raises(LessonError) as caught:
        read_lesson(FILE, text)
    assert said in str(caught.value)
    # A field that is missing has no line; a study is named by the line of its table.
    where = "[studies.observed]" if new.startswith(("kind", "from")) else new.splitlines()[-1]
    number = 1 if "titel" in new else line(text, where)
    assert f"{FILE}, line {number}" in str(caught.value)


@pytest.mark.parametrize("text", ["", "# Heading\n", "+++\ntitle = 'x'\n", "\n+++\n+++\n"])
def test_a_file_without_a_header_says_how_it_begins_and_ends(text):
    with pytest.raises(LessonError, match=r"01-drawn\.md, line 1: .*\+\+\+"):
        read_lesson(FILE, text)


@pytest.mark.parametrize("name", ["drawn.md", "1-drawn.md", "01-Drawn.md", "01-.md", "01-a b.md"])
def test_a_file_is_called_by_number_and_address(name):
    with pytest.raises(LessonError, match="01-which-denominator"):
        read_lesson(name, WHOLE)


def test_a_header_may_be_written_on_windows():
    assert read_lesson(FILE, "\ufeff" + WHOLE.replace("\n", "\r\n")).slug == "drawn"


def test_two_options_that_hold_or_none_are_refused_with_their_line():
    both = WHOLE.replace("response.n_evaluable < 47", "response.n_evaluable > 1")
    none = WHOLE.replace("response.n_evaluable == 47", "response.n_evaluable == 46")
    for text, said in ((both, "options 1 and 2 hold"), (none, "no option holds")):
        lesson = read_lesson(FILE, text)
        with pytest.raises(LessonError, match=rf"line {line(text, '[[questions.options]]') - 3}.*{said}"):
            key(lesson, 0, results(lesson, bundled_cohort()))


def test_an_unknown_quantity_is_said_with_its_line():
    text = WHOLE.replace("response.n_evaluable < 47", "response.n_evaluble < 47")
    with pytest.raises(LessonError, match=rf"{FILE}, line {line(text, 'n_evaluble')}: .*Perhaps: n_evaluable"):
        key(lesson := read_lesson(FILE, text), 0, results(lesson, bundled_cohort()))


def test_a_broken_file_leaves_the_others_alone(tmp_path):
    (tmp_path / "01-drawn.md").write_text(WHOLE, "utf-8")
    (tmp_path / "02-drawn.md").write_text(WHOLE, "utf-8")
    (tmp_path / "03-broken.md").write_text("nothing", "utf-8")
    (tmp_path / "04-binary.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "notes.md").write_text("no lesson", "utf-8")
    held = read_folder(tmp_path)
    assert list(held.lessons) == ["drawn"]
    assert [problem.split(":")[0].split(",")[0] for problem in held.broken] == [
        "02-drawn.md",
        "03-broken.md",
        "04-binary.md",
    ]


def test_a_sequence_leaves_out_what_there_is_not():
    first, second, *_ = shelf().lessons
    assert [each.slug for each in shelf().named(f"{second}, {first},{second},nothing")] == [second, first]


def test_a_lesson_on_the_published_cohort_is_not_offered_for_another():
    lesson = read_lesson(FILE, WHOLE)
    assert "another one is loaded" in unfit(lesson, HARD["scores only"]())
    general = read_lesson(FILE, WHOLE.replace("minutes", 'needs = "any cohort"\nminutes'))
    assert "cannot be computed here" in unfit(general, HARD["scores only"]())
    assert unfit(general, bundled_cohort()) == ""


def test_the_folder_holds_what_the_documentation_shows():
    shown = (FOLDER.parents[1] / "docs" / "lessons.md").read_text("utf-8").split("```")[1].strip("\n")
    assert read_lesson(FILE, shown).questions


def test_the_documentation_names_everything_a_lesson_may_use():
    documented = (FOLDER.parents[1] / "docs" / "lessons.md").read_text("utf-8")
    for name in FUNCTIONS:
        assert f"`{name}(" in documented, name
    for name in (*FIGURES, *FORMS.keys() - {"plain"}):
        assert f"`{name}" in documented or f":{name}}}" in documented, name
