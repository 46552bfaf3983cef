from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.protocol.definitions import ResultType
from monitoring.rules.findings import ThresholdFinding
from monitoring.rules.record import Result
from monitoring.rules.thresholds import flag, limited
from monitoring.rules.vocabulary import AlertGrade
from patients.rules.reasons import Truth
from tests.monitoring.rules.builders import protocol, result

RANK = list(AlertGrade)


def flags(one: Result, *others: Result, drugs: tuple[str, ...] = ()) -> tuple[ThresholdFinding, ...]:
    return flag(one, protocol(), others=others, drugs=drugs)


def rules(one: Result, *others: Result, drugs: tuple[str, ...] = ()) -> list[str]:
    return [found.rule_id for found in flags(one, *others, drugs=drugs) if found.truth is Truth.TRUE]


BANDS = [
    # analyte, quiet value, value that alerts, rule, drugs taken
    ("white_cells", "3.5", "3.4", "bsr_2017.white_cells", ()),
    ("neutrophils", "1.6", "1.59", "bsr_2017.neutrophils", ()),
    ("platelets", "140", "139", "bsr_2017.platelets", ()),
    ("eosinophils", "0.5", "0.51", "bsr_2017.eosinophils", ()),
    ("mcv", "105", "105.1", "bsr_2017.mcv", ()),
    ("egfr", "60", "59", "bsr_2017.egfr", ()),
    ("alt", "100", "101", "bsr_2017.alt", ()),
    ("ast", "100", "101", "bsr_2017.ast", ()),
    ("albumin", "30", "29.9", "bsr_2017.albumin", ()),
    *(
        (analyte, quiet, loud, rule, (drug,))
        for drug in ("leflunomide", "ciclosporin", "tacrolimus")
        for analyte, quiet, loud, rule in (
            ("systolic_blood_pressure", "140", "141", "bsr_2017.systolic"),
            ("diastolic_blood_pressure", "90", "91", "bsr_2017.diastolic"),
        )
    ),
    ("neutrophils", "0.5", "0.49", "severe.neutrophils", ()),
    ("platelets", "50", "49", "severe.platelets", ()),
    ("igg", "6", "5.9", "rituximab.igg_low", ("rituximab",)),
    ("iga", "0.07", "0.06", "normal_immunoglobulin.iga_low", ("normal_immunoglobulin",)),
    ("white_cells", "3.5", "3.49", "cyclophosphamide.white_cells", ("cyclophosphamide",)),
    ("neutrophils", "2.0", "1.99", "cyclophosphamide.neutrophils", ("cyclophosphamide",)),
    ("platelets", "100", "99", "cyclophosphamide.platelets", ("cyclophosphamide",)),
    ("neutrophils", "1.01", "1.0", "tocilizumab.neutrophils_hold", ("tocilizumab",)),
    ("neutrophils", "0.49", "0.5", "tocilizumab.neutrophils_hold", ("tocilizumab",)),
    ("neutrophils", "0.5", "0.49", "tocilizumab.neutrophils_stop", ("tocilizumab",)),
    ("platelets", "101", "100", "tocilizumab.platelets_hold", ("tocilizumab",)),
    ("platelets", "49", "50", "tocilizumab.platelets_hold", ("tocilizumab",)),
    ("platelets", "50", "49", "tocilizumab.platelets_stop", ("tocilizumab",)),
]


@pytest.mark.parametrize(("analyte", "quiet", "loud", "rule", "drugs"), BANDS)
def test_both_sides_of_each_limit(analyte: str, quiet: str, loud: str, rule: str, drugs: tuple[str, ...]) -> None:
    assert rule not in rules(result(analyte, 0, quiet), drugs=drugs)
    assert rule in rules(result(analyte, 0, loud), drugs=drugs)
    if drugs:
        assert rule not in rules(result(analyte, 0, loud), drugs=("methotrexate",))


@pytest.mark.parametrize(
    ("value", "rule"),
    [("40", None), ("41", "reduce"), ("120", "reduce"), ("121", "hold"), ("200", "hold"), ("201", "stop")],
)
@pytest.mark.parametrize("enzyme", ["alt", "ast"])
def test_tocilizumab_in_multiples_of_the_upper_limit(enzyme: str, value: str, rule: str | None) -> None:
    one = result(enzyme, 0, value, upper_limit=Decimal(40))
    found = [name for name in rules(one, drugs=("tocilizumab",)) if name.startswith("tocilizumab")]
    assert found == ([] if rule is None else [f"tocilizumab.{enzyme}_{rule}"])


def test_without_its_upper_limit_a_multiple_cannot_be_told() -> None:
    found = [one for one in flags(result("alt", 0, "300"), drugs=("tocilizumab",)) if "tocilizumab" in one.rule_id]
    assert [one.truth for one in found] == [Truth.UNKNOWN] * 3
    assert "upper limit is not recorded" in found[0].text


@pytest.mark.parametrize(
    ("now", "earlier", "alerts"),
    [
        ("104", {-30: "80"}, False),
        ("104.1", {-30: "80"}, True),
        ("104.1", {-365: "80"}, True),
        ("104.1", {-366: "80"}, False),
        ("104.1", {0: "80"}, False),
        ("104.1", {5: "80"}, False),
        ("104.1", {}, False),
        ("120", {-300: "80", -30: "118"}, True),
        ("85", {-300: "80", -30: "60"}, True),
    ],
)
def test_creatinine_against_the_lowest_of_the_year_before(now: str, earlier: dict[int, str], alerts: bool) -> None:
    others = [result("creatinine", day, value, id=f"before-{day}") for day, value in earlier.items()]
    assert rules(result("creatinine", 0, now), *others) == (["bsr_2017.creatinine"] if alerts else [])


def test_creatinine_says_how_far_up() -> None:
    text = flags(result("creatinine", 0, "120"), result("creatinine", -30, "80"))[0].text
    assert "up 50% on the lowest of the 12 months before, 80 on 06-Dec-2025" in text


@pytest.mark.parametrize(
    ("words", "alerts"),
    [("negative", False), ("trace", False), ("+", False), ("1+", False), ("++", True), ("2+", True), ("+++", True)],
)
def test_urine_protein_from_two_pluses(words: str, alerts: bool) -> None:
    assert bool(rules(result("urine_protein", 0, text=words))) == alerts


def test_new_blood_in_the_urine_on_cyclophosphamide() -> None:
    one = result("urine_blood", 0, text="1+")
    assert rules(one, drugs=("cyclophosphamide",)) == ["cyclophosphamide.urine_blood"]
    assert rules(one) == []
    assert rules(result("urine_blood", 0, text="trace"), drugs=("cyclophosphamide",)) == []


@pytest.mark.parametrize(
    ("analyte", "rule"),
    [
        ("hepatitis_b_core_antibody", "infection.hepatitis_b_core"),
        ("hepatitis_b_surface_antigen", "infection.hepatitis_b_surface"),
        ("hepatitis_c_antibody", "infection.hepatitis_c"),
        ("hiv_test", "infection.hiv"),
    ],
)
def test_a_positive_infection_screen(analyte: str, rule: str) -> None:
    assert rules(result(analyte, 0, text="Positive")) == rules(result(analyte, 0, text="not  reactive ")) + [rule]
    (unsure,) = flags(result(analyte, 0, text="equivocal"))
    assert (unsure.truth, unsure.grade) == (Truth.UNKNOWN, AlertGrade.LOOK)


PREGNANCY_DRUGS = ("mycophenolate_mofetil", "methotrexate", "cyclophosphamide", "leflunomide")


@pytest.mark.parametrize("drug", [*PREGNANCY_DRUGS, "azathioprine", ""])
def test_a_positive_pregnancy_test_is_urgent_with_drugs_that_harm_the_child(drug: str) -> None:
    found = flags(result("pregnancy_test", 0, text="Positive"), drugs=(drug,))
    strictest = min((one.grade for one in found), key=RANK.index)
    assert strictest is (AlertGrade.URGENT if drug in PREGNANCY_DRUGS else AlertGrade.ACTION)
    assert not flags(result("pregnancy_test", 0, text="negative"), drugs=(drug,))


def test_a_pregnancy_test_in_other_words_is_never_clear() -> None:
    found = flags(result("pregnancy_test", 0, text="repeat advised"), drugs=("methotrexate",))
    assert {(one.truth, one.grade) for one in found} == {
        (Truth.UNKNOWN, AlertGrade.ACTION),
        (Truth.UNKNOWN, AlertGrade.LOOK),
    }


@pytest.mark.parametrize(
    ("words", "grade"),
    [
        ("Deficient", AlertGrade.URGENT),
        ("low activity", AlertGrade.URGENT),
        ("poor metaboliser", AlertGrade.URGENT),
        ("intermediate", AlertGrade.ACTION),
        ("heterozygous", AlertGrade.ACTION),
        ("normal activity", None),
        ("high", None),
        ("12 units, see comment", AlertGrade.ACTION),
        ("not low", AlertGrade.ACTION),
    ],
)
@pytest.mark.parametrize("analyte", ["tpmt_activity", "tpmt_genotype"])
def test_little_or_no_tpmt_asks_for_action_before_and_with_azathioprine(
    analyte: str, words: str, grade: AlertGrade | None
) -> None:
    for drugs in ((), ("azathioprine",)):
        found = flags(result(analyte, 0, text=words), drugs=drugs)
        assert min((one.grade for one in found), key=RANK.index, default=None) is grade


@pytest.mark.parametrize(
    ("analyte", "loud", "drug", "rule", "days"),
    [
        ("neutrophils", "1.9", "cyclophosphamide", "cyclophosphamide.neutrophils", 84),
        ("urine_blood", "1+", "cyclophosphamide", "cyclophosphamide.urine_blood", 3650),
        ("igg", "5", "rituximab", "rituximab.igg_low", 364),
        ("platelets", "90", "tocilizumab", "tocilizumab.platelets_hold", 28),
        ("systolic_blood_pressure", "150", "leflunomide", "bsr_2017.systolic", 730),
        ("systolic_blood_pressure", "150", "ciclosporin", "bsr_2017.systolic", 28),
        ("pregnancy_test", "positive", "methotrexate", "pregnancy.positive_with_drug", 168),
        ("pregnancy_test", "positive", "mycophenolate_mofetil", "pregnancy.positive_with_drug", 42),
    ],
)
def test_a_drugs_own_limits_hold_for_some_days_after_its_stop(
    analyte: str, loud: str, drug: str, rule: str, days: int
) -> None:
    words = protocol().analytes[analyte].result_type is ResultType.TEXT
    one = result(analyte, 0, text=loud) if words else result(analyte, 0, loud)
    for after_stop, holds in ((0, True), (days, True), (days + 1, False)):
        found = [each for each in flag(one, protocol(), stopped={drug: after_stop}) if each.rule_id == rule]
        assert bool(found) is holds
        assert all(any("stopped" in caveat.text for caveat in each.caveats) for each in found)


# analyte, value, words, drugs, values before, whether any limit of the protocol speaks about it
LIMITED = [
    ("platelets", "250", "", (), (), True),
    ("ck", "9000", "", (), (), False),
    ("haemoglobin", "60", "", (), (), False),
    ("igg", "3", "", (), (), False),
    ("igg", "9", "", ("rituximab",), (), True),
    ("creatinine", "80", "", (), (), False),
    ("creatinine", "80", "", (), ("78",), True),
    ("chest_x_ray", None, "new opacity", (), (), False),
    ("hiv_test", None, "negative", (), (), True),
    ("urine_blood", None, "+++", (), (), False),
    ("urine_blood", None, "nil", ("cyclophosphamide",), (), True),
]


@pytest.mark.parametrize(("analyte", "value", "text", "drugs", "before", "is_limited"), LIMITED)
def test_what_no_limit_speaks_about_is_told_apart(
    analyte: str, value: str | None, text: str, drugs: tuple[str, ...], before: tuple[str, ...], is_limited: bool
) -> None:
    others = [result(analyte, -30, each, id="before") for each in before]
    one = result(analyte, 0, value, text=text)
    assert limited(one, protocol(), others=others, drugs=drugs) is is_limited


# What a value of albumin before says about one below 30: whether it fell.
@pytest.mark.parametrize(
    ("before", "now", "grade"),
    [
        ({}, "29.9", AlertGrade.ACTION),
        ({-30: "30"}, "29.9", AlertGrade.ACTION),
        ({-30: "29.9"}, "29.9", AlertGrade.LOOK),
        ({-30: "29.9"}, "27", AlertGrade.LOOK),
        ({-30: "29.9"}, "26.9", AlertGrade.ACTION),
        ({-365: "35", -30: "25"}, "26", AlertGrade.ACTION),
        ({-366: "35", -30: "25"}, "26", AlertGrade.LOOK),
        ({5: "35", -30: "25"}, "26", AlertGrade.LOOK),
    ],
)
def test_low_albumin_asks_for_action_when_it_fell(before: dict[int, str], now: str, grade: AlertGrade) -> None:
    others = [result("albumin", day, value, id=f"before-{day}") for day, value in before.items()]
    (found,) = flags(result("albumin", 0, now), *others)
    assert (found.truth, found.grade) == (Truth.TRUE, grade)


@pytest.mark.parametrize(
    ("analyte", "value", "drugs", "grade"),
    [
        ("white_cells", "3.4", (), AlertGrade.ACTION),
        ("neutrophils", "0.5", (), AlertGrade.ACTION),
        ("neutrophils", "0.49", (), AlertGrade.URGENT),
        ("platelets", "50", (), AlertGrade.ACTION),
        ("platelets", "49", (), AlertGrade.URGENT),
        ("mcv", "106", (), AlertGrade.LOOK),
        ("neutrophils", "0.49", ("tocilizumab",), AlertGrade.URGENT),
    ],
)
def test_the_strictest_band_gives_the_grade(
    analyte: str, value: str, drugs: tuple[str, ...], grade: AlertGrade
) -> None:
    assert min((one.grade for one in flags(result(analyte, 0, value), drugs=drugs)), key=RANK.index) is grade


def test_what_cannot_be_told_counts_one_grade_lower() -> None:
    found = {one.rule_id: one.grade for one in flags(result("neutrophils", 0, "0.3", unit=""))}
    assert found == {"bsr_2017.neutrophils": AlertGrade.LOOK, "severe.neutrophils": AlertGrade.ACTION}


@given(
    st.sampled_from(["white_cells", "neutrophils", "platelets", "egfr", "albumin"]),
    st.decimals("0.01", "140", places=2),
    st.decimals("0", "1", places=3),
    st.sampled_from([(), ("tocilizumab",), ("cyclophosphamide",)]),
)
def test_a_lower_value_never_loses_its_alert(
    analyte: str, value: Decimal, part: Decimal, drugs: tuple[str, ...]
) -> None:
    before, worse = (flags(result(analyte, 0, str(one)), drugs=drugs) for one in (value, value * part))
    known = protocol().analytes[analyte]
    # What cannot be is a slip of the finger, shown one grade lower.
    is_possible = (known.lowest or 0) <= value * part and (known.highest is None or value <= known.highest)
    if before and is_possible:
        assert min(RANK.index(one.grade) for one in worse) <= min(RANK.index(one.grade) for one in before)


@pytest.mark.parametrize(
    ("comparator", "value", "truth"),
    [
        ("<", "3.5", Truth.TRUE),
        ("<=", "3.5", Truth.UNKNOWN),
        ("<", "4", Truth.UNKNOWN),
        (">", "3.5", None),
        (">=", "3.5", None),
        (">", "3", Truth.UNKNOWN),
        ("", "3.5", None),
    ],
)
def test_a_bound_is_not_a_number(comparator: str, value: str, truth: Truth | None) -> None:
    found = flags(result("white_cells", 0, value, comparator=comparator))
    assert [one.truth for one in found] == ([] if truth is None else [truth])


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "why"),
    [
        ("white_cells", "2", "", "its unit is not recorded"),
        ("white_cells", "2", "g/L", "the unit 'g/L' is not one that can be compared"),
        ("creatinine", "1.1", "umol/L", "outside what is possible"),
    ],
)
def test_what_cannot_be_compared_is_shown(analyte: str, value: str, unit: str, why: str) -> None:
    found = flags(result(analyte, 0, value, unit=unit))
    assert [one.truth for one in found] == [Truth.UNKNOWN]
    assert why in found[0].text


def test_units_are_converted_exactly() -> None:
    assert rules(result("albumin", 0, "3.0", unit="g/dL")) == []
    assert rules(result("albumin", 0, "2.9", unit="g/dL")) == ["bsr_2017.albumin"]
    assert rules(result("alt", 0, "1.6", unit="ukat/L")) == []
    assert rules(result("alt", 0, "1.7", unit="ukat/L")) == ["bsr_2017.alt"]


@pytest.mark.parametrize(
    ("ck", "upper_limit", "day", "text"),
    [
        ("201", "200", 28, "May be muscle"),
        ("200", "200", 28, "muscle is a less likely cause"),
        ("201", "200", 29, "cannot be told from liver"),
        ("201", "200", -29, "cannot be told from liver"),
        ("201", None, 0, "cannot be told from liver"),
        (None, None, 0, "cannot be told from liver"),
    ],
)
@pytest.mark.parametrize("enzyme", ["alt", "ast"])
def test_a_liver_enzyme_alert_is_shown_with_the_muscle_enzyme_and_never_hidden(
    enzyme: str, ck: str | None, upper_limit: str | None, day: int, text: str
) -> None:
    limit = None if upper_limit is None else Decimal(upper_limit)
    others = [] if ck is None else [result("ck", day, ck, upper_limit=limit)]
    found = flags(result(enzyme, 0, "150"), *others)
    assert [one.truth for one in found] == [Truth.TRUE]
    assert text in found[0].caveats[0].text


def test_other_results_have_no_muscle_caveat() -> None:
    assert flags(result("albumin", 0, "20"))[0].caveats == ()


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "1E+500"])
def test_no_number_raises(value: str) -> None:
    others = (result("creatinine", -5, value), result("creatinine", -6, "80"))
    for analyte in ("alt", "creatinine"):
        found = flags(result(analyte, 0, value, upper_limit=Decimal(value)), *others, drugs=("tocilizumab",))
        assert all(one.truth is Truth.UNKNOWN for one in found)


def test_an_analyte_not_known_is_not_flagged() -> None:
    assert flags(result("no such analyte", 0, "5")) == ()


def test_the_finding_names_result_rule_and_action() -> None:
    found = flags(result("white_cells", 0, "3.4"))[0]
    assert found.text == "white cells 3.4 ×10⁹/L: below 3.5 ×10⁹/L"
    assert found.result.id == "white_cells-0"
    assert found.action.startswith("Consider pausing")
    assert found.reason.source.startswith("BSR/BHPR 2017")


@pytest.mark.parametrize(
    ("analyte", "value", "said"),
    [
        ("neutrophils", "500", None),
        ("neutrophils", "1200", "outside what is possible"),
        ("white_cells", "3500", "outside what is possible"),
        ("platelets", "3000", None),
        ("platelets", "90000", "outside what is possible"),
        ("alt", "0", None),
        ("alt", "-1", "below 0"),
    ],
)
def test_a_number_that_cannot_be_is_never_passed_as_fine(analyte: str, value: str, said: str | None) -> None:
    found = flag(result(analyte, 0, value), protocol())
    assert {(one.truth, said in one.text) for one in found if said} == ({(Truth.UNKNOWN, True)} if said else set())
    assert bool(found) == (said is not None)
