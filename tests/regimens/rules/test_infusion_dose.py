"""A cycle's dose from a dated weight: the three weights, what is missing, what is said about the weight."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules.record import PatientRecord
from patients.rules.vocabulary import Sex
from regimens.protocol.load import load
from regimens.rules.infusion_dose import Missing, WorkedDose, difference_percent, worked_dose
from regimens.rules.record import Infusion, InfusionPlan
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, WeightBasis
from tests.factories.records import height, infusion, on, patient, person, weight

SETTINGS = load().catalogue.infusions


def plan(basis: WeightBasis = WeightBasis.ACTUAL, **fields: Any) -> InfusionPlan:
    """2 g/kg over 2 days, in vials of 5 g and 10 g."""
    usual: dict[str, Any] = {
        "interval_days": 28,
        "days_per_cycle": 2,
        "amount_per_kilogram": Decimal(2),
        "unit": DoseUnit.GRAM,
        "vial_sizes": (Decimal(5), Decimal(10)),
    }
    return InfusionPlan("plan", InfusionAnchor.LAST_GIVEN, weight_basis=basis, **{**usual, **fields})


def somebody(kilograms: str | None = "70", centimetres: str | None = "165", **who: Any) -> PatientRecord:
    return patient(
        person=person(**who),
        weights=() if kilograms is None else (weight(kilograms, 0),),
        heights=() if centimetres is None else (height(centimetres, 0),),
    )


def worked(
    basis: WeightBasis, known: PatientRecord, day: int = 10, last: Infusion | None = None, **fields: Any
) -> WorkedDose:
    return worked_dose(plan(basis, **fields), known, on(day), SETTINGS, last)


def kilograms(found: WorkedDose) -> Decimal | None:
    return found.weight.kilograms if found.weight else None


def test_the_whole_calculation_in_words() -> None:
    found = worked(WeightBasis.ACTUAL, somebody("69.7"))
    assert (found.wanted, found.amount, found.days) == (Decimal("139.4"), Decimal(140), (Decimal(70), Decimal(70)))
    assert [step.replace("\u00a0", " ") for step in found.steps] == [
        "Weight 69.7 kg, measured 05-Jan-2026 (10 days ago).",
        "2 g/kg × 69.7 kg = 139.4 g.",
        "In whole vials 140 g = 14 × 10 g, wanted 139.4 g, +0.4 %, that is 2.01 g/kg.",
        "Over 2 consecutive days: 70 g, 70 g.",
    ]
    assert found.warnings == ()
    assert found.summary.replace("\u00a0", " ") == (
        "Planned dose 140 g = 14 × 10 g, over 2 consecutive days, from 69.7 kg (weighed 05-Jan-2026, 10 days ago)."
    )


@pytest.mark.parametrize(
    ("sex", "centimetres", "ideal"),
    [
        (Sex.FEMALE, "152.4", "45.5"),
        (Sex.MALE, "152.4", "50"),
        (Sex.FEMALE, "165.1", "57"),  # 65 inches: 45.5 + 5 x 2.3
        (Sex.MALE, "177.8", "73"),  # 70 inches: 50 + 10 x 2.3
    ],
)
def test_the_ideal_weight_is_devines(sex: Sex, centimetres: str, ideal: str) -> None:
    assert kilograms(worked(WeightBasis.IDEAL, somebody("90", centimetres, sex=sex))) == Decimal(ideal)


@pytest.mark.parametrize(
    ("weighs", "used"),
    [
        ("81.7", "81.7"),  # BMI 29.9: actual
        ("81.8", "66.9"),  # BMI 30.0: 57 + 0.4 x 24.8
        ("100", "74.2"),
    ],
)
def test_the_adjusted_weight_from_a_bmi_of_30(weighs: str, used: str) -> None:
    assert kilograms(worked(WeightBasis.ADJUSTED, somebody(weighs, "165.1"))) == Decimal(used)


def test_never_more_than_the_actual_weight() -> None:
    found = worked(WeightBasis.IDEAL, somebody("50", "177.8", sex=Sex.MALE))
    assert kilograms(found) == Decimal(50)
    assert any("above the actual weight" in step for step in found.steps)


@pytest.mark.parametrize(
    ("basis", "known", "missing"),
    [
        (WeightBasis.ACTUAL, somebody(None), Missing.NO_WEIGHT),
        (WeightBasis.ACTUAL, somebody("0"), Missing.NO_WEIGHT),
        (WeightBasis.ACTUAL, somebody("NaN"), Missing.NO_WEIGHT),
        (WeightBasis.IDEAL, somebody(centimetres=None), Missing.NO_HEIGHT),
        (WeightBasis.ADJUSTED, somebody(centimetres=None), Missing.NO_HEIGHT),
        (WeightBasis.IDEAL, somebody(sex=Sex.NOT_RECORDED), Missing.NO_SEX),
        (WeightBasis.IDEAL, somebody(sex=Sex.INDETERMINATE), Missing.NO_SEX),
        (WeightBasis.IDEAL, somebody(born=None), Missing.NO_AGE),
        (WeightBasis.IDEAL, somebody(born=date(2008, 1, 16)), Missing.MINOR),
        (WeightBasis.ADJUSTED, somebody("100", sex=Sex.NOT_RECORDED), Missing.NO_SEX),
    ],
)
def test_what_is_not_known_gives_no_amount_and_says_why(
    basis: WeightBasis, known: PatientRecord, missing: Missing
) -> None:
    found = worked(basis, known)
    assert (found.amount, found.days, found.missing) == (None, (), missing)
    assert "no amount is given" in found.summary


def test_both_sides_of_where_the_ideal_weight_begins() -> None:
    assert "152.4" in worked(WeightBasis.IDEAL, somebody(centimetres="152.3")).missing
    assert worked(WeightBasis.IDEAL, somebody(centimetres="152.4")).missing == ""
    assert worked(WeightBasis.IDEAL, somebody("90", born=date(2008, 1, 15))).missing == ""


def test_the_actual_weight_needs_neither_height_nor_sex() -> None:
    found = worked(WeightBasis.ACTUAL, somebody(centimetres=None, sex=Sex.NOT_RECORDED, born=None))
    assert found.amount == Decimal(140)


def test_a_high_bmi_is_said_beside_the_actual_weight() -> None:
    assert any("BMI 30" in text for text in worked(WeightBasis.ACTUAL, somebody("81.8", "165.1")).warnings)
    assert worked(WeightBasis.ACTUAL, somebody("81.7", "165.1")).warnings == ()


@pytest.mark.parametrize(("day", "said"), [(84, False), (85, True)])
def test_a_weight_is_old_after_84_days(day: int, said: bool) -> None:
    warnings = worked(WeightBasis.ACTUAL, somebody(), day).warnings
    assert any("days old" in text for text in warnings) is said


@pytest.mark.parametrize(
    ("before", "said"), [("63.64", False), ("63.63", True), ("77.77", False), ("77.78", True), ("70", False)]
)
def test_a_change_of_more_than_ten_percent_since_the_last_infusion_is_said(before: str, said: bool) -> None:
    last = infusion(0, dosing_weight=Decimal(before), dosing_weight_on=on(0))
    warnings = worked(WeightBasis.ACTUAL, somebody(), last=last).warnings
    assert any("differs" in text for text in warnings) is said
    assert worked(WeightBasis.ACTUAL, somebody(), last=infusion(0)).warnings == ()


def test_only_what_was_measured_by_the_day_counts() -> None:
    known = replace(somebody(), weights=(weight("70", 0), weight("90", 11)))
    assert kilograms(worked(WeightBasis.ACTUAL, known)) == Decimal(70)
    assert kilograms(worked(WeightBasis.ACTUAL, known, 11)) == Decimal(90)


def test_a_flat_amount_needs_no_weight() -> None:
    found = worked(WeightBasis.ACTUAL, somebody(None), amount=Decimal(60), amount_per_kilogram=None)
    assert (found.amount, found.weight) == (Decimal(60), None)


def test_without_vial_sizes_nothing_is_rounded() -> None:
    found = worked(WeightBasis.ACTUAL, somebody("69.7"), vial_sizes=())
    assert (found.amount, found.days) == (Decimal("139.4"), ())
    assert any("Not rounded" in step for step in found.steps)


def test_vials_that_do_not_fit_the_days_are_said() -> None:
    found = worked(WeightBasis.ACTUAL, somebody("10"), vial_sizes=(Decimal(10),), days_per_cycle=5)
    assert found.amount == Decimal(20)
    assert found.rounded is None
    assert any("cannot be given" in text for text in found.warnings)


def test_no_dose_in_the_plan_is_said() -> None:
    assert worked(WeightBasis.ACTUAL, somebody(), amount_per_kilogram=None).missing == Missing.NO_DOSE
    assert worked(WeightBasis.ACTUAL, somebody(), unit=None).missing == Missing.NO_DOSE


@pytest.mark.parametrize(("total", "percent"), [("70", "0.9"), ("65", "-6.3"), ("69.4", "0")])
def test_the_difference_in_percent(total: str, percent: str) -> None:
    assert difference_percent(Decimal(total), Decimal("69.4")) == Decimal(percent)


@given(
    st.decimals(min_value="20", max_value="250", places=1),
    st.decimals(min_value="120", max_value="220", places=1),
    st.sampled_from(WeightBasis),
    st.sampled_from([Sex.FEMALE, Sex.MALE]),
)
def test_the_dosing_weight_never_exceeds_the_actual_one(
    weighs: Decimal, tall: Decimal, basis: WeightBasis, sex: Sex
) -> None:
    found = worked(basis, somebody(str(weighs), str(tall), sex=sex))
    used = kilograms(found)
    assert (used is None) is bool(found.missing)
    if used is not None:
        assert 0 < used <= weighs
        assert found.wanted == 2 * used
        assert found.amount is not None
        assert sum(found.days) == found.amount
