"""What a dose that is being typed comes to, and that the words beside it are the dose guard's own."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.rules.record import Weight
from regimens.rules.dose_words import DoseAbout, DoseWorkedOut, dose_worked_out
from regimens.rules.guard import guard
from regimens.rules.guard_findings import GuardCode, GuardLevel
from regimens.rules.proposals import ChangeDose, StartDrug
from regimens.rules.record import DosePeriod, TreatmentRecord
from regimens.rules.vocabulary import DoseUnit, Frequency, Route
from tests.regimens.rules.build import PROTOCOL, course, on, record
from tests.regimens.rules.guarding import DAILY, GRAM, MICROGRAM, PER_KG, PER_M2, TWICE, WEEKLY, amount, start
from tests.regimens.rules.strategies import days, records
from tests.regimens.rules.test_guard_properties import proposals

WEIGHT = Weight("w", on(0), Decimal(70))
CURRENT = PROTOCOL.file.guard.weight_current_days


def weighed(*weights: Weight) -> TreatmentRecord:
    known = record()
    return replace(known, patient=replace(known.patient, weights=weights))


def worked(drug: str, dose: DosePeriod, known: TreatmentRecord | None = None) -> DoseWorkedOut:
    found = dose_worked_out(known or weighed(WEIGHT), PROTOCOL, start(drug, dose, route=Route.NOT_RECORDED), on(10))
    assert found is not None
    return found


def line(found: DoseWorkedOut, about: DoseAbout) -> str:
    return next(each.text for each in found.lines if each.about is about).replace("\u00a0", " ")


def is_known(found: DoseWorkedOut, about: DoseAbout) -> bool:
    return next(each.known for each in found.lines if each.about is about)


def has(found: DoseWorkedOut, about: DoseAbout) -> bool:
    return any(each.about is about for each in found.lines)


def test_a_flat_dose_is_told_by_weight_a_day_and_a_week() -> None:
    found = worked("prednisolone", amount("35", DAILY))
    assert line(found, DoseAbout.DOSE) == "35 mg, once a day."
    assert line(found, DoseAbout.BY_WEIGHT) == "0.5 mg/kg each time, with 70 kg of 01-Jan-2024."
    assert line(found, DoseAbout.A_DAY) == "35 mg (0.5 mg/kg) a day."
    assert line(found, DoseAbout.A_WEEK) == "245 mg (3.5 mg/kg) a week."


def test_a_dose_per_kilogram_is_told_as_an_amount() -> None:
    found = worked("prednisolone", amount("0.5", DAILY, basis=PER_KG))
    assert line(found, DoseAbout.BY_WEIGHT) == "35 mg each time, with 70 kg of 01-Jan-2024."
    assert line(found, DoseAbout.A_WEEK) == "245 mg (3.5 mg/kg) a week."


@pytest.mark.parametrize(
    ("frequency", "day", "week"),
    [
        (Frequency.ONCE_DAILY, "10 mg a day", "70 mg a week"),
        (Frequency.TWICE_DAILY, "20 mg a day", "140 mg a week"),
        (Frequency.THREE_TIMES_DAILY, "30 mg a day", "210 mg a week"),
        (Frequency.PER_DAY_TOTAL, "10 mg a day", "70 mg a week"),
        (Frequency.ALTERNATE_DAYS, "5 mg a day on average", "35 mg a week on average"),
        (Frequency.ONCE_WEEKLY, "", "10 mg a week, all of it on Monday"),
        (Frequency.EVERY_2_WEEKS, "", "5 mg a week on average"),
        (Frequency.EVERY_4_WEEKS, "", "2.5 mg a week on average"),
    ],
)
def test_each_frequency_adds_up(frequency: Frequency, day: str, week: str) -> None:
    found = worked("tacrolimus", amount("10", frequency), weighed())
    assert has(found, DoseAbout.A_DAY) is bool(day)
    if day:
        assert line(found, DoseAbout.A_DAY) == f"{day}."
    assert line(found, DoseAbout.A_WEEK) == f"{week}."


@pytest.mark.parametrize("frequency", [Frequency.PER_COURSE, Frequency.SINGLE])
def test_a_dose_in_all_has_no_week(frequency: Frequency) -> None:
    found = worked("rituximab", amount("1", frequency, GRAM))
    assert "no week can be added up" in line(found, DoseAbout.IN_ALL)
    assert not has(found, DoseAbout.A_WEEK)


@pytest.mark.parametrize(
    ("frequency", "words"), [(Frequency.NOT_RECORDED, "is not recorded"), (Frequency.AS_TEXT, "is described in words")]
)
def test_an_unknown_frequency_is_said(frequency: Frequency, words: str) -> None:
    found = worked("azathioprine", amount("50", frequency))
    assert words in line(found, DoseAbout.A_WEEK)
    assert not is_known(found, DoseAbout.A_WEEK)
    assert not has(found, DoseAbout.A_DAY)


def test_without_a_weight_that_is_said_and_nothing_is_guessed() -> None:
    found = worked("azathioprine", amount("50"), weighed())
    said = "No weight is recorded on or before 11-Jan-2024: mg/kg cannot be worked out."
    assert line(found, DoseAbout.BY_WEIGHT) == said
    assert not is_known(found, DoseAbout.BY_WEIGHT)
    assert line(found, DoseAbout.A_DAY) == "50 mg a day."
    per_kilogram = worked("azathioprine", amount("1", basis=PER_KG), weighed())
    assert "mg cannot be worked out" in line(per_kilogram, DoseAbout.BY_WEIGHT)
    assert line(per_kilogram, DoseAbout.A_DAY) == "1 mg/kg a day."


def test_a_weight_of_a_later_day_is_not_used() -> None:
    found = worked("azathioprine", amount("50"), weighed(Weight("w", on(11), Decimal(70))))
    assert not is_known(found, DoseAbout.BY_WEIGHT)


@pytest.mark.parametrize(("age", "old"), [(CURRENT, False), (CURRENT + 1, True)])
def test_an_old_weight_is_said_to_be_old(age: int, old: bool) -> None:
    found = worked("azathioprine", amount("50"), weighed(Weight("w", on(10 - age), Decimal(70))))
    assert (f"({age} days ago, more than {CURRENT}: weigh again)" in line(found, DoseAbout.BY_WEIGHT)) is old


def test_a_body_surface_is_not_made_up() -> None:
    found = worked("cyclophosphamide", amount("600", basis=PER_M2))
    assert "No body surface is kept here" in line(found, DoseAbout.BY_WEIGHT)
    assert not is_known(found, DoseAbout.BY_WEIGHT)


def test_what_is_not_all_of_a_quotient_says_about() -> None:
    assert line(worked("methotrexate", amount("15", WEEKLY)), DoseAbout.BY_WEIGHT).startswith("about 0.214 mg/kg")


def test_grams_by_weight_that_would_begin_with_zeros_are_told_in_milligrams() -> None:
    found = worked("mycophenolate_mofetil", amount("1", TWICE, GRAM))
    assert line(found, DoseAbout.BY_WEIGHT).startswith("about 14.3 mg/kg each time")
    assert line(worked("normal_immunoglobulin", amount("70", unit=GRAM)), DoseAbout.BY_WEIGHT).startswith("1 g/kg")


def test_the_typed_unit_is_kept() -> None:
    assert line(worked("tacrolimus", amount("500", TWICE, MICROGRAM), weighed()), DoseAbout.A_DAY) == (
        "1000 micrograms a day."
    )


def test_no_amount_says_so() -> None:
    found = worked("azathioprine", amount(None))
    assert [each.known for each in found.lines] == [False]
    assert "nothing can be worked out" in found.lines[0].text


def test_weekly_methotrexate_names_its_day_or_that_it_is_not_recorded() -> None:
    assert line(worked("methotrexate", amount("7.5", WEEKLY)), DoseAbout.DOSE) == "7.5 mg, once a week, on Monday."
    found = worked("methotrexate", amount("7.5", WEEKLY, weekday=None))
    assert line(found, DoseAbout.DOSE) == "7.5 mg, once a week, weekday not recorded."
    assert "weekday not recorded" in line(found, DoseAbout.A_WEEK)


def test_daily_methotrexate_is_warned_about_by_the_guards_own_stop() -> None:
    found = worked("methotrexate", amount("10", DAILY))
    stop = found.said[0]
    assert (stop.code, stop.level) == (GuardCode.METHOTREXATE_NOT_WEEKLY, GuardLevel.STOP)
    assert "once a week, never more often" in stop.text


@pytest.mark.parametrize(("milligrams", "within"), [("50", True), ("50.1", False), ("25", True), ("24.9", False)])
def test_within_is_said_only_within_what_is_printed(milligrams: str, within: bool) -> None:
    printed = line(worked("azathioprine", amount(milligrams)), DoseAbout.PRINTED)
    assert ("This dose is within that." in printed) is within


def test_the_printed_limit_per_kilogram_is_worked_out_for_this_patient() -> None:
    printed = line(worked("azathioprine", amount("50")), DoseAbout.PRINTED)
    assert "2 mg/kg a day is 140 mg with 70 kg" in printed
    assert "140 mg" not in line(worked("azathioprine", amount("50"), weighed()), DoseAbout.PRINTED)


def test_without_a_weight_a_limit_per_kilogram_is_not_said_to_be_kept() -> None:
    assert "within" not in line(worked("azathioprine", amount("50"), weighed()), DoseAbout.PRINTED)


def test_no_adult_dose_is_shown_for_a_child() -> None:
    known = weighed(WEIGHT)
    young = replace(known, patient=replace(known.patient, person=replace(known.patient.person, born=date(2014, 1, 1))))
    found = worked("azathioprine", amount("50"), young)
    assert not has(found, DoseAbout.PRINTED)


def test_a_drug_outside_the_catalogue_has_nothing_to_compare_with() -> None:
    found = worked("tofacitinib", amount("5", TWICE))
    assert "not in the catalogue" in line(found, DoseAbout.PRINTED)
    assert not is_known(found, DoseAbout.PRINTED)


def test_a_course_that_is_not_in_the_record_gives_nothing() -> None:
    change = ChangeDose(course="elsewhere", on=on(10), dose=amount("5"))
    assert dose_worked_out(weighed(WEIGHT), PROTOCOL, change, on(10)) is None


def test_a_change_is_told_as_a_start_is() -> None:
    known = replace(weighed(WEIGHT), courses=(course("prednisolone"),))
    change = ChangeDose(course="prednisolone@0", on=on(10), dose=amount("35"))
    found = dose_worked_out(known, PROTOCOL, change, on(10))
    assert found is not None
    assert line(found, DoseAbout.A_WEEK) == "245 mg (3.5 mg/kg) a week."


@settings(max_examples=200, deadline=None)
@given(known=records, data=st.data(), as_of=days)
def test_it_never_raises_and_says_nothing_of_its_own(known: TreatmentRecord, data: st.DataObject, as_of: date) -> None:
    """Each message beside the dose is one that the guard says of the same proposal."""
    proposal = data.draw(proposals(known))
    found = dose_worked_out(known, PROTOCOL, proposal, as_of)
    if found is None:
        assert isinstance(proposal, ChangeDose)
        return
    assert set(found.said) <= set(guard(known, PROTOCOL, proposal, as_of))
    assert all(each.text for each in found.lines)


@settings(max_examples=100, deadline=None)
@given(
    milligrams=st.decimals("0.5", "5000", places=1),
    kilograms=st.decimals("20", "200", places=1),
    frequency=st.sampled_from(Frequency),
)
def test_a_flat_dose_and_the_same_by_weight_come_to_the_same(
    milligrams: Decimal, kilograms: Decimal, frequency: Frequency
) -> None:
    known = weighed(Weight("w", on(0), kilograms))
    flat = DosePeriod("", on(10), milligrams * kilograms, DoseUnit.MILLIGRAM, frequency=frequency)
    relative = replace(flat, amount=milligrams, basis=PER_KG)
    one, other = (worked("tacrolimus", dose, known) for dose in (flat, relative))
    for about in (DoseAbout.A_DAY, DoseAbout.A_WEEK):
        assert has(one, about) is has(other, about)
        if has(one, about) and is_known(one, about):
            assert line(one, about).split(" mg")[0] == line(other, about).split(" mg")[0]


def test_a_start_is_taken_as_it_is_proposed() -> None:
    proposal = start("azathioprine", amount("50"))
    assert isinstance(proposal, StartDrug)
    assert dose_worked_out(weighed(WEIGHT), PROTOCOL, proposal, on(10)) is not None
