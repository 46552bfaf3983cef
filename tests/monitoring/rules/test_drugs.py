"""Every row of the per-drug tables: what is asked before the first dose, and when each thing comes round again."""

from datetime import date
from decimal import Decimal

import pytest

from monitoring.rules.record import Result
from patients.rules.record import Condition, Person
from patients.rules.vocabulary import ConditionKind, Sex
from regimens.rules.record import Course
from regimens.rules.vocabulary import Frequency, Route
from tests.monitoring.rules.builders import (
    BLOODS,
    after,
    bloods,
    course,
    done,
    dose,
    due_day,
    finding,
    findings,
    protocol,
    record,
    result,
    weight,
)

CONVENTIONAL = {
    *BLOODS,
    "height",
    "weight",
    "blood_pressure",
    "organ_disease_check",
    "pneumococcal_vaccine",
    "varicella_immunity",
    "shingles_vaccine",
    "influenza_vaccine",
}
BASELINES = {
    "azathioprine": CONVENTIONAL | {"tpmt", "hepatitis_b", "hiv"},
    "methotrexate": CONVENTIONAL | {"chest_imaging", "hepatitis_b", "hepatitis_c", "hiv"},
    "mycophenolate_mofetil": CONVENTIONAL | {"pregnancy_test"},
    "leflunomide": CONVENTIONAL,
    "ciclosporin": CONVENTIONAL
    | {"lipids", "potassium", "magnesium", "cervical_screening", "hepatitis_b", "hepatitis_c", "hiv"},
    "tacrolimus": CONVENTIONAL | {"ecg", "fasting_glucose", "clotting", "total_protein", "potassium"},
    "hydroxychloroquine": CONVENTIONAL,
    "folic_acid": set(),
    "rituximab": {
        *("full_blood_count", "kidney_function", "liver_enzymes", "crp", "immunoglobulins", "hepatitis_b_with_core"),
        *("hepatitis_c", "varicella_immunity", "hiv", "vaccines_before_rituximab", "rituximab_infusion"),
    },
    "cyclophosphamide": {
        *("full_blood_count", "kidney_function", "liver_enzymes", "urinalysis", "fertility_decision"),
        *("contraception_decision", "mesna_decision", "pneumocystis_decision"),
    },
    "tocilizumab": {"full_blood_count", "liver_enzymes", "lipids"},
    "abatacept": {"full_blood_count", "kidney_function", "liver_enzymes", "infection_screen"},
    "normal_immunoglobulin": {
        *("iga", "full_blood_count", "kidney_function", "liver_enzymes", "immunoglobulin_infusion"),
    },
    "prednisolone": {"blood_pressure", "weight", "height", "potassium", "glucose_or_hba1c", "eye_check"},
    "methylprednisolone": {"blood_pressure", "weight", "height", "potassium", "glucose_or_hba1c", "eye_check"},
    "methylprednisolone_sodium_succinate": {"blood_pressure", "weight", "potassium", "glucose_or_hba1c"},
}


def test_every_drug_has_its_row() -> None:
    assert set(BASELINES) == set(protocol().drugs)


@pytest.mark.parametrize("drug", sorted(BASELINES))
def test_what_is_due_on_the_day_of_the_first_dose(drug: str) -> None:
    one = course(drug, dose(0, "1"), route=Route.INTRAVENOUS if drug == "cyclophosphamide" else Route.NOT_RECORDED)
    found = findings(record(one), 0)
    assert {item.item for item in found.due if item.due_on == after(0)} == BASELINES[drug]


@pytest.mark.parametrize(
    ("item", "oldest_that_counts"),
    [
        ("full_blood_count", -90),
        ("kidney_function", -90),
        ("blood_pressure", -90),
        ("influenza_vaccine", -364),
        ("organ_disease_check", -364),
        ("chest_imaging", -364),
    ],
)
def test_a_baseline_result_counts_within_its_window(item: str, oldest_that_counts: int) -> None:
    def is_asked(day: int) -> bool:
        found = findings(record(course("methotrexate"), results=done(item, day)), 0).due
        return any(one.item == item and one.due_on == after(0) for one in found)

    assert is_asked(oldest_that_counts - 1)
    assert not is_asked(oldest_that_counts)
    assert not is_asked(0)


@pytest.mark.parametrize("item", ["tpmt", "hepatitis_b", "hiv", "pneumococcal_vaccine"])
def test_some_baseline_results_count_however_old(item: str) -> None:
    assert due_day(record(course("azathioprine")), item, 0) == 0
    assert due_day(record(course("azathioprine"), results=done(item, -4000)), item, 0) is None


def test_a_missing_baseline_is_overdue_until_done_late() -> None:
    one = course("azathioprine")
    found = finding(record(one), "tpmt", 10)
    assert found is not None
    assert found.days_overdue == 10
    assert due_day(record(one, results=done("tpmt", 9)), "tpmt", 10) is None


SCHEDULES: list[tuple[str, str, list[int]]] = [
    *(
        (drug, item, [0, 14, 28, 42, 70, 98, 126, 210, 294])
        for drug in ("azathioprine", "methotrexate")
        for item in BLOODS
    ),
    ("mycophenolate_mofetil", "full_blood_count", [0, 14, 28, 42, 70, 98, 126, 210]),
    *(("leflunomide", item, [0, 14, 28, 42, 70, 98, 126, 210]) for item in (*BLOODS, "blood_pressure", "weight")),
    *(
        (drug, item, [0, 14, 28, 42, 70, 98, 126, 154, 182])
        for drug in ("ciclosporin", "tacrolimus")
        for item in (*BLOODS, "blood_pressure", "glucose")
    ),
    ("ciclosporin", "ciclosporin_trough", [0, 7, 35, 63]),
    ("tacrolimus", "tacrolimus_trough", [0, 7, 35, 63]),
    ("rituximab", "cd19", [0, 168, 336]),
    ("abatacept", "full_blood_count", [0, 84, 168, 336, 504]),
    ("abatacept", "kidney_function", [0, 84, 168, 336]),
    ("abatacept", "liver_enzymes", [0, 84, 168, 336]),
    ("tocilizumab", "liver_enzymes", [0, 28, 56, 84, 112, 140, 168, 252, 336]),
    ("tocilizumab", "full_blood_count", [0, 28, 56]),
    ("tocilizumab", "lipids", [0, 28, 196, 364]),
    ("methotrexate", "influenza_vaccine", [0, 364, 728]),
    *((steroid, "glucose_or_hba1c", [0, 28, 112, 196]) for steroid in ("prednisolone", "methylprednisolone")),
    ("prednisolone", "blood_pressure", [0, 28, 112, 196]),
    ("prednisolone", "lipids", [0, 28, 196, 364]),
    ("prednisolone", "potassium", [0, 28, 196, 364]),
    ("prednisolone", "eye_check", [0, 168, 336]),
]


@pytest.mark.parametrize(("drug", "item", "expected"), SCHEDULES)
def test_done_on_time_the_next_comes_on(drug: str, item: str, expected: list[int]) -> None:
    one = course(drug, dose(0, "10", Frequency.TWICE_DAILY), route=Route.INTRAVENOUS)
    days = [0]
    results: list[Result] = [*_looked_at(item, -3), *_looked_at(item, 0)]
    while len(days) < len(expected):
        due = due_day(record(one, results=results), item, days[-1])
        assert due is not None
        days.append(due)
        results += _looked_at(item, due)
    assert days == expected


def _looked_at(item: str, day: int) -> list[Result]:
    if item.endswith("_trough"):
        if day <= 0:
            return []
        return [result(protocol().items[item].satisfied_by[0][0], day, "8", hours_after_dose=Decimal(12))]
    return done(item, day)


def test_a_dose_increase_brings_the_bloods_nearer_and_a_decrease_does_not() -> None:
    weekly = Frequency.ONCE_WEEKLY
    results = bloods(0, 14, 28, 42, 70, 98, 126)
    raised = course("methotrexate", dose(0, "10", weekly), dose(140, "15", weekly))
    lowered = course("methotrexate", dose(0, "15", weekly), dose(140, "10", weekly))
    unknown = course("methotrexate", dose(0, "15", weekly), dose(140, None))
    assert due_day(record(raised, results=results), "full_blood_count", 139) == 210
    assert due_day(record(raised, results=results), "full_blood_count", 140) == 154
    assert due_day(record(lowered, results=results), "full_blood_count", 140) == 210
    assert due_day(record(unknown, results=results), "full_blood_count", 140) == 154
    found = finding(record(unknown, results=results), "full_blood_count", 140)
    assert found is not None
    assert "cannot be told" in found.driver.reason.text


def test_a_baseline_sample_before_the_start_does_not_begin_the_schedule() -> None:
    assert due_day(record(course("methotrexate"), results=bloods(-20)), "full_blood_count", 3) == 14


def test_a_haemoglobin_alone_is_no_blood_count_and_the_panel_is() -> None:
    one = course("methotrexate")
    alone = [result("haemoglobin", 14, "130")]
    panel = [result("full_blood_count", 14)]
    scattered = [result(cell, 13 + n, "5") for n, cell in enumerate(("white_cells", "neutrophils", "platelets"))]
    assert due_day(record(one, results=[*bloods(0), *alone]), "full_blood_count", 15) == 14
    assert due_day(record(one, results=[*bloods(0), *scattered]), "full_blood_count", 15) == 14
    assert due_day(record(one, results=[*bloods(0), *panel]), "full_blood_count", 15) == 28


@pytest.mark.parametrize("enzyme", ["alt", "ast"])
def test_either_liver_enzyme_will_do(enzyme: str) -> None:
    assert due_day(record(course("methotrexate"), results=[result(enzyme, 0, "30")]), "liver_enzymes", 1) == 14


@pytest.mark.parametrize("test", ["creatinine", "egfr"])
def test_creatinine_or_egfr_will_do(test: str) -> None:
    assert due_day(record(course("methotrexate"), results=[result(test, 0, "70")]), "kidney_function", 1) == 14


def test_words_do_not_answer_a_number_that_is_asked_for() -> None:
    clotted = result("albumin", 14, text="sample haemolysed")
    empty = result("retinal_screening", 14, text="")
    assert due_day(record(course("methotrexate"), results=[*bloods(0), clotted]), "albumin", 15) == 14
    assert due_day(record(course("methotrexate"), results=[*bloods(0), empty]), "albumin", 15) == 14


def test_a_weight_on_the_patients_record_counts() -> None:
    found = record(course("leflunomide"), weights=(weight(0, "70"),))
    assert due_day(found, "weight", 1) == 14


@pytest.mark.parametrize(
    ("person", "asked"),
    [
        (Person("p", date(1990, 1, 1), Sex.FEMALE), True),
        (Person("p", date(1990, 1, 1), Sex.MALE), False),
        (Person("p", None, Sex.FEMALE), True),
        (Person("p", None, Sex.NOT_RECORDED), True),
        (Person("p", date(1970, 1, 5), Sex.FEMALE), False),
        (Person("p", date(1970, 1, 6), Sex.FEMALE), True),
        (Person("p", date(2014, 1, 5), Sex.FEMALE), True),
        (Person("p", date(2014, 1, 6), Sex.FEMALE), False),
    ],
)
def test_who_is_asked_for_a_pregnancy_test(person: Person, asked: bool) -> None:
    found = finding(record(course("mycophenolate_mofetil"), person=person), "pregnancy_test", 0)
    assert (found is not None) == asked
    if found is not None and person.born is None:
        assert found.reasons[0].predicates[0].text == "sex or age is not recorded: asked to be safe"


@pytest.mark.parametrize(
    ("days", "asked"), [([-8], True), ([-8, -1], True), ([-8, 0], False), ([-29, -8], True), ([-28, -8], False)]
)
def test_two_pregnancy_tests_eight_days_apart(days: list[int], asked: bool) -> None:
    results = [result("pregnancy_test", day) for day in days]
    found = due_day(record(course("mycophenolate_mofetil"), results=results), "pregnancy_test", 0)
    assert (found == 0) == asked


@pytest.mark.parametrize(("days", "due"), [([-3], 0), ([-3, -3], 0), ([-3, -2], 14)])
def test_ciclosporin_wants_creatinine_on_two_days_before_the_start(days: list[int], due: int) -> None:
    results = [result("creatinine", day, "70", id=f"c{n}") for n, day in enumerate(days)]
    assert due_day(record(course("ciclosporin"), results=results), "kidney_function", 0) == due


def test_ciclosporin_lipids_again_at_one_month() -> None:
    one = course("ciclosporin")
    assert due_day(record(one, results=done("lipids", -5)), "lipids", 1) == 28
    assert due_day(record(one, results=[*done("lipids", -5), *done("lipids", 13)]), "lipids", 14) == 28
    assert due_day(record(one, results=[*done("lipids", -5), *done("lipids", 14)]), "lipids", 14) is None


@pytest.mark.parametrize(
    ("amount", "egfr", "condition", "due"),
    [
        ("350", "60", False, 1820),
        ("350.1", "60", False, 364),
        ("350", "59.9", False, 364),
        ("350", "60", True, 364),
        (None, "60", False, 364),
        ("350", None, False, 364),
    ],
)
def test_eye_screening_for_hydroxychloroquine(amount: str | None, egfr: str | None, condition: bool, due: int) -> None:
    one = course("hydroxychloroquine", dose(0, amount))
    results = [] if egfr is None else [result("egfr", 0, egfr)]
    disease = Condition("c", ConditionKind.CHRONIC_KIDNEY_DISEASE, after(-10)) if condition else None
    found = record(one, results=results, weights=(weight(0, "70"),), conditions=(disease,) if disease else ())
    assert due_day(found, "eye_screening", 10) == due
    assert due_day(found, "full_blood_count", 10) == 0  # the baseline, which nothing follows


def test_eye_screening_repeats_yearly_and_not_before_its_time() -> None:
    one = course("hydroxychloroquine", dose(0, "200"))
    safe = [result("egfr", 0, "90")]
    seen = [*safe, result("retinal_screening", 1830)]
    early = [*safe, result("retinal_screening", 30)]
    weights = (weight(0, "70"),)
    assert due_day(record(one, results=seen, weights=weights), "eye_screening", 1900) == 1830 + 364
    assert due_day(record(one, results=early, weights=weights), "eye_screening", 40) == 1820


def test_hydroxychloroquine_has_no_routine_bloods() -> None:
    one: Course = course("hydroxychloroquine", dose(0, "200"))
    asked = {item.item for item in findings(record(one, results=bloods(0)), 400).due}
    assert not asked & set(BLOODS)


def test_folic_acid_says_why_it_asks_for_nothing() -> None:
    found = findings(record(course("folic_acid")), 100)
    assert found.due == ()
    assert "methotrexate" in found.quiet_reasons[0].text
