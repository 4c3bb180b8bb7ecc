import altair as alt

from explorer.charts.figure import prepared

BARS = alt.Chart().mark_bar().encode(x=alt.X("a:Q"))


def test_a_mark_shows_no_columns_that_it_does_not_name():
    assert prepared(BARS)["mark"] == {"type": "bar", "tooltip": None, "aria": False}
    told = prepared(BARS.encode(tooltip=[alt.Tooltip("a:Q", title="Patients")]))
    assert told["encoding"]["tooltip"] == [{"field": "a", "type": "quantitative", "title": "Patients"}]
