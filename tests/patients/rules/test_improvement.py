"""The Total Improvement Score, table by table: points, categories, ranges, and what one step is worth."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from patients.protocol.load import load
from patients.rules.improvement import ImprovementScore, NotComparable, improvement, points_between
from patients.rules.measures import measured
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, Measure, Population, ResponseCategory
from tests.factories import records

ADULT, JUVENILE = Population.ADULT, Population.JUVENILE
PROTOCOL = load()
D = Decimal

# Percent of the range → points: below and at each limit, and just above it.
PERCENTS = ("0", "5", "5.001", "15", "15.001", "25", "25.001", "40", "40.001", "100")
STRENGTH_PERCENTS = ("0", "2", "2.001", "10", "10.001", "20", "20.001", "30", "30.001", "100")
POINTS = {
    "physician_global": (PERCENTS, "0 0 7.5 7.5 15 15 17.5 17.5 20 20"),
    "patient_global": (PERCENTS, "0 0 2.5 2.5 5 5 7.5 7.5 10 10"),
    "haq": (PERCENTS, "0 0 5 5 7.5 7.5 7.5 7.5 10 10"),
    "extramuscular_global": (PERCENTS, "0 0 7.5 7.5 12.5 12.5 15 15 20 20"),
    "das": (PERCENTS, "0 0 7.5 7.5 12.5 12.5 15 15 20 20"),
    "mmt": (STRENGTH_PERCENTS, "0 0 10 10 20 20 27.5 27.5 32.5 32.5"),
    "enzymes": (PERCENTS, "0 0 2.5 2.5 5 5 7.5 7.5 7.5 7.5"),
    "cmas": (STRENGTH_PERCENTS, "0 0 10 10 20 20 27.5 27.5 32.5 32.5"),
}
BANDS = {measure: list(zip(percents, row.split(), strict=True)) for measure, (percents, row) in POINTS.items()}
ON_A_SCALE = sorted(set(POINTS) - {"enzymes"})
RANGES = {"physician_global": 10, "patient_global": 10, "haq": 3, "extramuscular_global": 10, "das": 20, "cmas": 52}
MULTIPLIERS = {
    EnzymeName.CK: 15,
    EnzymeName.ALDOLASE: 6,
    EnzymeName.LDH: 3,
    EnzymeName.AST: 3,
    EnzymeName.ALT: 3,
}  # fmt: skip


def enzyme(
    value: str, limit: str | None = "200", name: EnzymeName = EnzymeName.CK, unit: str = "U/L"
) -> tuple[Enzyme, ...]:
    return (Enzyme(name, D(value), unit, None if limit is None else D(limit)),)


def score(
    before: dict[str, Any] | Assessment, after: dict[str, Any] | Assessment, population: Population = JUVENILE
) -> ImprovementScore:
    found = outcome(before, after, population)
    assert isinstance(found, ImprovementScore), found
    return found


def outcome(
    before: dict[str, Any] | Assessment, after: dict[str, Any] | Assessment, population: Population = ADULT
) -> ImprovementScore | NotComparable:
    first, second = (each if isinstance(each, Assessment) else records.assessment(**each) for each in (before, after))
    return improvement(first, second, population, PROTOCOL)


def refusal(before: dict[str, Any], after: dict[str, Any], population: Population = ADULT) -> str:
    found = outcome(before, after, population)
    assert isinstance(found, NotComparable), found
    return "; ".join(found.problems)


def pair(measure: str, percent: str, form: int = 80) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two assessments with one measure improved by so many percent of its range."""
    if measure == "mmt":
        change = D(percent) * form / 100
        return {"mmt": D(0), "mmt_maximum": form}, {"mmt": change, "mmt_maximum": form}
    change = D(percent) * RANGES[measure] / 100
    if measure == "cmas":
        return {"cmas": D(0)}, {"cmas": change}
    return {measure: D(RANGES[measure])}, {measure: RANGES[measure] - change}


@pytest.mark.parametrize(
    ("measure", "percent", "points"),
    [(measure, percent, points) for measure in ON_A_SCALE for percent, points in BANDS[measure]],
)
def test_points_of_each_band(measure: str, percent: str, points: str) -> None:
    forms = (80, 150, 260) if measure == "mmt" else (80,)
    for form in forms:
        (component,) = score(*pair(measure, percent, form)).components
        assert component.measure == measure
        assert component.points == D(points)
        assert component.change_percent == round(D(percent), 2)


@pytest.mark.parametrize("measure", ON_A_SCALE)
def test_worsening_gives_nothing_and_is_never_negative(measure: str) -> None:
    better, worse = pair(measure, "50")
    (component,) = score(worse, better).components
    assert component.points == 0
    assert component.change_percent == -50


@pytest.mark.parametrize("name", EnzymeName)
@pytest.mark.parametrize(("percent", "points"), BANDS["enzymes"])
def test_points_of_enzymes_over_their_multiple_of_the_upper_limit(name: EnzymeName, percent: str, points: str) -> None:
    limit = D("37")
    span = limit * MULTIPLIERS[name]
    before = {"enzymes": (Enzyme(name, span, "U/L", limit),)}
    after = {"enzymes": (Enzyme(name, span - span * D(percent) / 100, "U/L", limit),)}
    (component,) = score(before, after).components
    assert (component.measure, component.enzyme, component.points) == (Measure.ENZYMES, name, D(points))
    assert component.scale == span


STEPS = [
    *((f"mmt/{form}", form, change, percent, points)
      for form, rows in {
          80: "1 1.25 0, 2 2.5 10, 8 10 10, 9 11.25 20, 16 20 20, 17 21.25 27.5, 24 30 27.5, 25 31.25 32.5",
          150: "3 2 0, 4 2.67 10, 15 10 10, 16 10.67 20, 30 20 20, 31 20.67 27.5, 45 30 27.5, 46 30.67 32.5",
          260: "5 1.92 0, 6 2.31 10, 26 10 10, 27 10.38 20, 52 20 20, 53 20.38 27.5, 78 30 27.5, 79 30.38 32.5",
      }.items()
      for change, percent, points in (row.split() for row in rows.split(", "))),
    *((measure, 0, *row.split())
      for measure, rows in {
          "haq": "0.125 4.17 0, 0.25 8.33 5, 0.5 16.67 7.5, 0.75 25 7.5, 0.875 29.17 7.5, 1.25 41.67 10",
          "physician_global": "0.5 5 0, 0.6 6 7.5, 1.5 15 7.5, 1.6 16 15, 2.5 25 15, 4.0 40 17.5, 4.1 41 20",
          "ck": "150 5 0, 151 5.03 2.5, 450 15 2.5, 750 25 5, 751 25.03 7.5",
          "cmas": (
              "1 1.92 0, 2 3.85 10, 5 9.62 10, 6 11.54 20, "
              "10 19.23 20, 11 21.15 27.5, 15 28.85 27.5, 16 30.77 32.5"
          ),
          "das": "1 5 0, 2 10 7.5, 3 15 7.5, 4 20 12.5, 6 30 15, 8 40 15, 9 45 20",
      }.items()
      for row in rows.split(", ")),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "form", "change", "percent", "points"), STEPS)
def test_what_one_step_is_worth(measure: str, form: int, change: str, percent: str, points: str) -> None:
    by = D(change)
    if form:
        before, after = ({"mmt": value, "mmt_maximum": form} for value in (D(20), 20 + by))
    elif measure == "cmas":
        before, after = {"cmas": D(20)}, {"cmas": 20 + by}
    elif measure == "ck":
        before, after = {"enzymes": enzyme("4200")}, {"enzymes": enzyme(str(4200 - by))}
    else:
        start = D(RANGES[measure])
        before, after = {measure: start}, {measure: start - by}
    (component,) = score(before, after).components
    assert component.points == D(points)
    assert component.change_percent == D(percent)


FULL = {
    "physician_global": D("7"),
    "patient_global": D("6.5"),
    "mmt": D("52"),
    "mmt_maximum": 80,
    "haq": D("1.75"),
    "enzymes": enzyme("4200"),
    "extramuscular_global": D("4"),
}


def improved_by_points(wanted: str) -> dict[str, Any]:
    """A follow-up of FULL with exactly this many points."""
    for physician in "7", "6.4", "5.4", "4.4", "2.9":
        for patient in "6.5", "5.9", "4.9", "3.9", "2.4":
            for strength in "52", "54", "61", "69", "77":
                for function in "1.75", "1.5", "1.25", "0.5":
                    after = FULL | {
                        "physician_global": D(physician),
                        "patient_global": D(patient),
                        "mmt": D(strength),
                        "haq": D(function),
                    }
                    if score(FULL, after, ADULT).points == D(wanted):
                        return after
    raise AssertionError(wanted)


@pytest.mark.parametrize(
    ("population", "points", "category"),
    [
        (ADULT, "17.5", "none"), (ADULT, "20", "minimal"), (ADULT, "37.5", "minimal"), (ADULT, "40", "moderate"),
        (ADULT, "57.5", "moderate"), (ADULT, "60", "major"),
        (JUVENILE, "27.5", "none"), (JUVENILE, "30", "minimal"), (JUVENILE, "42.5", "minimal"),
        (JUVENILE, "45", "moderate"), (JUVENILE, "67.5", "moderate"), (JUVENILE, "70", "major"),
        (ADULT, "0", "none"), (JUVENILE, "0", "none"),
    ],
)  # fmt: skip
def test_categories_begin_at_their_cut_offs(population: Population, points: str, category: str) -> None:
    found = score(FULL, improved_by_points(points), population)
    assert (found.points, found.category) == (D(points), category)
    assert not found.partial
    assert found.sufficient
    assert found.category_words == ResponseCategory(category).label


def test_everything_recovered_is_one_hundred() -> None:
    worst = {
        "physician_global": D(10), "patient_global": D(10), "mmt": D(0), "mmt_maximum": 260, "haq": D(3),
        "enzymes": enzyme("9000"), "extramuscular_global": D(10),
    }  # fmt: skip
    best = {
        "physician_global": D(0), "patient_global": D(0), "mmt": D(260), "mmt_maximum": 260, "haq": D(0),
        "enzymes": enzyme("160"), "extramuscular_global": D(0),
    }  # fmt: skip
    found = score(worst, best)
    assert (found.points, found.ceiling) == (100, 100)
    assert score(best, worst).points == 0
    assert score(best, worst).ceiling == D("2.5")  # what a normal enzyme has left


# Pairs of values in tenths of a cm that lie 5, 15, 25 or 40 % apart and that binary floating point puts above that.
FLOAT_TRAPS = [
    (before, after)
    for before in range(101)
    for after in range(before)
    if before - after in (5, 15, 25, 40) and (before / 10 - after / 10) / 10 * 100 > before - after
]


def test_there_are_twenty_six_pairs_that_floats_get_wrong() -> None:
    assert len(FLOAT_TRAPS) == 26
    assert (83, 68) in FLOAT_TRAPS


@pytest.mark.parametrize(("before", "after"), FLOAT_TRAPS)
def test_pairs_that_floats_get_wrong_stay_in_the_lower_band(before: int, after: int) -> None:
    right = {5: "0", 15: "7.5", 25: "15", 40: "17.5"}[before - after]
    found = score({"physician_global": D(before) / 10}, {"physician_global": D(after) / 10})
    assert found.components[0].points == D(right)


def test_the_patient_who_would_move_from_minimal_to_moderate() -> None:
    """8.3 to 6.8 cm on all three scales gives 17.5 points, with floats 32.5; the other measures bring 17.5."""
    before = FULL | dict.fromkeys(("physician_global", "patient_global", "extramuscular_global"), D("8.3"))
    after = before | dict.fromkeys(("physician_global", "patient_global", "extramuscular_global"), D("6.8"))
    after |= {"mmt": D("54"), "enzymes": enzyme("3900"), "haq": D("1.5")}
    found = score(before, after, ADULT)
    assert (found.points, found.category) == (35, "minimal")


@pytest.mark.parametrize(
    "measure", ["physician_global", "patient_global", "mmt", "haq", "enzymes", "extramuscular_global"]
)
@pytest.mark.parametrize("side", ["baseline", "follow_up", "both"])
def test_a_missing_measure_makes_a_lower_bound(measure: str, side: str) -> None:
    before, after = dict(FULL), improved_by_points("70")
    whole = score(before, after)
    for values in {"baseline": (before,), "follow_up": (after,), "both": (before, after)}[side]:
        del values[measure]
        if measure == "mmt":
            del values["mmt_maximum"]
    found = score(before, after)
    assert found.partial
    assert found.missing == (measure,)
    assert found.points <= whole.points
    assert found.points_words.startswith("at least ")
    assert len(found.components) == 5
    assert found.reason.rule_id == "improvement_partial"
    assert found.sufficient is (measure not in ("physician_global", "mmt"))
    if not found.sufficient:
        assert found.category_words == "no category: too little was measured"
        assert any("draw no conclusion" in note for note in found.notes)


def test_missing_measures_are_listed_in_order() -> None:
    found = score({"haq": D(2)}, {"haq": D(2)})
    assert found.missing == ("physician_global", "patient_global", "mmt", "enzymes", "extramuscular_global")
    assert found.category_words == "no category: too little was measured"
    assert (found.points, found.ceiling, found.sufficient) == (0, 10, False)


def test_a_lower_bound_has_its_category_at_least() -> None:
    before = {name: FULL[name] for name in ("physician_global", "mmt", "mmt_maximum")}
    found = score(before, {"physician_global": D(2), "mmt": D(80), "mmt_maximum": 80}, ADULT)
    assert (found.points, found.sufficient) == (D("52.5"), True)
    assert (found.points_words, found.category_words) == ("at least 52.5 of 100", "at least moderate response")


def test_nothing_in_common_is_no_score() -> None:
    assert "no measure" in refusal({"haq": D(2)}, {"physician_global": D(2)})
    assert "no measure" in refusal({}, {})


def test_another_form_of_the_muscle_test_is_refused() -> None:
    problem = refusal({"mmt": D(60), "mmt_maximum": 80, "haq": D(2)}, {"mmt": D(120), "mmt_maximum": 150, "haq": D(1)})
    assert "different forms, out of 80 and out of 150" in problem


def test_a_total_without_its_form_counts_as_missing() -> None:
    found = score({"mmt": D(60), "haq": D(2)}, {"mmt": D(70), "mmt_maximum": 80, "haq": D(1)})
    assert "mmt" in found.missing


def test_a_form_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="maximum of 100"):
        outcome({"mmt": D(60), "mmt_maximum": 100}, {})


@pytest.mark.parametrize(("form", "groups"), [(80, 8), (150, 15), (260, 26)])
def test_the_maxima_of_the_forms_are_ten_for_each_group(form: int, groups: int) -> None:
    """MMT8 one side: 8 groups. Both sides: neck once and 7 twice. MMT24: 2 axial, 8 proximal and 4 distal twice."""
    assert PROTOCOL.scales[form].maximum == form == groups * 10


@pytest.mark.parametrize(
    ("strength", "form", "most"),
    [("78", 80, "10"), ("80", 80, "0"), ("79", 80, "0"), ("72", 80, "10"), ("71", 80, "20"), ("55", 80, "32.5"),
     ("56", 80, "27.5"), ("147", 150, "0"), ("146", 150, "10")],
)  # fmt: skip
def test_the_ceiling_of_strength(strength: str, form: int, most: str) -> None:
    (component,) = score(
        {"mmt": D(strength), "mmt_maximum": form}, {"mmt": D(strength), "mmt_maximum": form}
    ).components
    assert component.most_points == D(most)


@pytest.mark.parametrize(
    ("value", "most"), [("150", "0"), ("151", "2.5"), ("450", "2.5"), ("451", "5"), ("750", "5"), ("751", "7.5")]
)
def test_the_ceiling_of_a_nearly_normal_enzyme(value: str, most: str) -> None:
    (component,) = score({"enzymes": enzyme(value)}, {"enzymes": enzyme(value)}).components
    assert component.most_points == D(most)


def test_the_reason_names_every_component_and_both_assessments() -> None:
    before, after = records.assessment(**FULL), records.assessment(day=90, **improved_by_points("40"))
    found = score(before, after, ADULT)
    assert found.reason.protocol_version == PROTOCOL.version
    assert [fact.id for fact in found.reason.predicates[0].facts] == [before.id, after.id]
    assert len(found.reason.predicates) == 6
    assert {predicate.truth for predicate in found.reason.predicates} == {"true", "false"}


def test_change_is_shown_with_two_decimals_and_compared_without_rounding() -> None:
    """5 cm to 4.499999 cm is 5.00001 %: shown as 5, and above the limit all the same."""
    found = score({"physician_global": D(5)}, {"physician_global": D("4.499999")})
    (component,) = found.components
    assert (component.change_percent, component.points) == (5, D("7.5"))
    finer = score({"physician_global": D(5)}, {"physician_global": D("4.49999999999")}).components[0]
    assert finer.points == D("7.5")
    assert score({"physician_global": D(5)}, {"physician_global": D("4.50000000001")}).components[0].points == 0


def test_the_short_way_to_a_score_gives_the_same() -> None:
    before, after = records.assessment(**FULL), records.assessment(**improved_by_points("60"))
    short = points_between(measured(before, PROTOCOL), measured(after, PROTOCOL), ADULT, PROTOCOL)
    assert short is not None
    assert (Fraction(short.tenths, 10), short.category) == (60, "major")
    other_form = records.assessment(**FULL | {"mmt_maximum": 150})
    assert points_between(measured(before, PROTOCOL), measured(other_form, PROTOCOL), ADULT, PROTOCOL) is None
    nothing = measured(records.assessment(), PROTOCOL)
    assert points_between(nothing, nothing, ADULT, PROTOCOL) is None
