"""The demo cohort as records: the same each time, the right mix, and nothing that the database would refuse."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.findings import DueStatus
from monitoring.rules.schedule import evaluate as evaluate_monitoring
from patients.rules.nhs_number import is_valid
from patients.rules.vocabulary import ConditionKind, MrcGrade, PatientStatus, Sex, Subtype
from regimens.protocol.load import load as load_catalogue
from regimens.rules.record import Course
from regimens.rules.vocabulary import Frequency, OutcomeKind
from tracker.cohort.people import CohortPatient
from tracker.cohort.published import published_cohort
from tracker.cohort.synthetic import synthetic_cohort

CHECKOUT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
SIZE = 200
WEAK = (MrcGrade.ZERO, MrcGrade.ONE, MrcGrade.TWO, MrcGrade.THREE, MrcGrade.THREE_PLUS, MrcGrade.FOUR_MINUS)


@pytest.fixture(scope="module")
def cohort() -> list[CohortPatient]:
    return list(synthetic_cohort(20261122, SIZE, TODAY))


@pytest.fixture(scope="module")
def large() -> list[CohortPatient]:
    """Enough patients for what happens to one in some hundreds."""
    return list(synthetic_cohort(99, 600, TODAY))


@pytest.fixture(scope="module")
def odd() -> list[CohortPatient]:
    """A size that no share divides."""
    return list(synthetic_cohort(5, 61, TODAY))


def courses_of(patient: CohortPatient) -> tuple[Course, ...]:
    return patient.record.treatment.courses


def took(patient: CohortPatient, *drugs: str) -> bool:
    return any(course.drug in drugs and not course.never_given for course in courses_of(patient))


def share(cohort: list[CohortPatient], holds: Callable[[CohortPatient], bool]) -> float:
    return sum(holds(patient) for patient in cohort) / len(cohort)


def days_of(patient: CohortPatient) -> list[date]:
    """Every day on which something happened; planned taper steps are plans and lie ahead."""
    body, treatment = patient.record.treatment.patient, patient.record.treatment
    days = [entry.on for entry in (*body.weights, *body.heights, *body.assessments, *treatment.milestones)]
    days += [day for c in body.conditions for day in (c.from_on, c.to_on) if day]
    days += [result.sampled_on for result in patient.record.results]
    for course in treatment.courses:
        days += [course.start_on, *(dose.from_on for dose in course.doses), *(o.on for o in course.outcomes)]
        days += [infusion.first_on + timedelta(days=infusion.days - 1) for infusion in course.infusions]
        days += [course.stop_on] if course.stop_on else []
    return days


def digest(patients: Iterable[CohortPatient]) -> str:
    return sha256("".join(map(repr, patients)).encode()).hexdigest()


def digest_in_a_process(hash_seed: str) -> str:
    """The digest of a small cohort made elsewhere, where not one model has been loaded."""
    script = (
        "import sys; from tests.tracker.test_cohort import TODAY, digest, synthetic_cohort;"
        "print(digest(synthetic_cohort(7, 60, TODAY))); assert 'patients.models' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_same_seed_gives_the_same_bytes_in_any_process_and_without_the_models() -> None:
    here = digest(synthetic_cohort(7, 60, TODAY))
    assert digest_in_a_process("1") == digest_in_a_process("2") == here


def test_another_seed_gives_other_patients(cohort: list[CohortPatient]) -> None:
    other = list(synthetic_cohort(1, SIZE, TODAY))
    assert sum(a.record == b.record for a, b in zip(cohort, other, strict=True)) == 0


def test_another_day_moves_the_stories_as_a_whole() -> None:
    later = TODAY + timedelta(days=10)
    for now, then in zip(synthetic_cohort(3, 20, TODAY), synthetic_cohort(3, 20, later), strict=True):
        starts = [course.start_on + timedelta(days=10) for course in courses_of(now)]
        assert [course.start_on for course in courses_of(then)] == starts


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        (0.69, lambda p: p.record.treatment.patient.person.sex is Sex.FEMALE),
        (0.98, lambda p: took(p, "prednisolone")),
        (0.71, lambda p: took(p, "methotrexate")),
        (0.51, lambda p: took(p, "azathioprine")),
        (0.30, lambda p: any(c.kind is ConditionKind.ILD for c in p.record.treatment.patient.conditions)),
        (0.27, lambda p: any(a.severe_features for a in p.record.treatment.patient.assessments)),
        (0.16, lambda p: took(p, "normal_immunoglobulin")),
    ],
    ids=["women", "glucocorticoid", "methotrexate", "azathioprine", "ild", "severe", "immunoglobulin"],
)
def test_mix_is_as_wanted_to_the_nearest_patient(
    cohort: list[CohortPatient], odd: list[CohortPatient], expected: float, holds: Callable[[CohortPatient], bool]
) -> None:
    for patients in (cohort, odd):
        assert abs(share(patients, holds) - expected) <= 1.01 / len(patients)


def test_subtype_antibody_and_lungs_fit_together(cohort: list[CohortPatient]) -> None:
    subtypes = {
        "anti-Jo-1": {Subtype.ANTISYNTHETASE_SYNDROME},
        "anti-SRP": {Subtype.NECROTISING_MYOPATHY},
        "anti-HMGCR": {Subtype.NECROTISING_MYOPATHY},
        "anti-Mi-2": {Subtype.DERMATOMYOSITIS},
    }
    with_mda5 = []
    for patient in cohort:
        body = patient.record.treatment.patient
        positive = {a.name for a in body.autoantibodies if a.finding == "positive"}
        for name in positive & set(subtypes):
            assert body.person.subtype in subtypes[name]
        if "anti-MDA5" in positive:
            with_mda5.append(any(c.kind is ConditionKind.ILD for c in body.conditions))
        if body.person.subtype is Subtype.INCLUSION_BODY_MYOSITIS:
            assert not any(a.severe_features for a in body.assessments)
    assert sum(with_mda5) >= len(with_mda5) / 2 > 0
    assert {p.record.treatment.patient.person.subtype for p in cohort} >= set(Subtype) - {Subtype.NOT_RECORDED}


def test_non_severe_patients_never_have_strength_below_4(cohort: list[CohortPatient]) -> None:
    for patient in cohort:
        assessments = patient.record.treatment.patient.assessments
        if not any(a.severe_features for a in assessments):
            assert not [a.lowest_mrc for a in assessments if a.lowest_mrc in WEAK]


def test_identities_are_invented_and_their_numbers_belong_to_nobody(cohort: list[CohortPatient]) -> None:
    numbers = [patient.identity.nhs_number for patient in cohort if patient.identity.nhs_number]
    assert 0.9 * SIZE < len(numbers) < SIZE
    assert len(set(numbers)) == len(numbers)
    assert all(is_valid(number) and "9990000000" <= number <= "9999999999" for number in numbers)
    assert len({patient.identity.hospital_number for patient in cohort}) == SIZE


def test_a_second_cohort_shares_no_number_with_the_first(cohort: list[CohortPatient]) -> None:
    second = list(synthetic_cohort(9, 12, TODAY, first_number=SIZE + 1))
    for name in ("hospital_number", "nhs_number"):
        first_numbers = {getattr(p.identity, name) for p in cohort} - {""}
        assert not first_numbers & {getattr(p.identity, name) for p in second}


def test_nothing_happens_after_the_last_day_or_after_the_patient_left(large: list[CohortPatient]) -> None:
    for patient in large:
        person = patient.record.treatment.patient.person
        assert max(days_of(patient)) <= (person.status_on or TODAY) <= TODAY
        assert person.born is not None
        assert min(days_of(patient)) >= person.born


def test_whoever_left_has_a_reason_and_the_dead_take_nothing(cohort: list[CohortPatient]) -> None:
    statuses = Counter(p.record.treatment.patient.person.status for p in cohort)
    assert set(statuses) == set(PatientStatus) - {PatientStatus.MERGED}
    for patient in cohort:
        person = patient.record.treatment.patient.person
        assert bool(patient.status_reason) == (person.status is not PatientStatus.ACTIVE) == bool(person.status_on)
        if person.status is PatientStatus.DECEASED:
            assert all(course.stop_on or course.never_given for course in courses_of(patient))


def test_facts_about_the_body_are_as_the_database_wants_them(large: list[CohortPatient]) -> None:
    for patient in large:
        body = patient.record.treatment.patient
        assert all(condition.to_on is None or condition.to_on >= condition.from_on for condition in body.conditions)
        assert all(condition.description or "other" not in condition.kind for condition in body.conditions)
        for entry in body.assessments:
            assert not (entry.non_severe_confirmed and entry.severe_features)
            assert (entry.mmt is None) == (entry.mmt_maximum is None)
            assert entry.mmt is None or entry.mmt_maximum is None or 0 <= entry.mmt <= entry.mmt_maximum
            assert entry.haq is None or (0 <= entry.haq <= 3 and entry.haq * 8 == int(entry.haq * 8))
            globals_ = (entry.physician_global, entry.patient_global, entry.extramuscular_global)
            assert all(mark is None or 0 <= mark <= 10 for mark in globals_)
        weights = {weight.id: weight for weight in body.weights}
        assert all(15 <= weight.kilograms <= 250 for weight in weights.values())
        for infusion in (entry for course in courses_of(patient) for entry in course.infusions):
            assert (infusion.dosing_weight is None) == (infusion.dosing_weight_on is None)
            assert infusion.dosing_weight_on is None or infusion.dosing_weight_on <= infusion.first_on


def test_courses_are_as_the_database_wants_them(large: list[CohortPatient]) -> None:
    catalogue = load_catalogue().drugs
    for patient in (*large, *published_cohort(TODAY)):
        by_drug: dict[str, list[Course]] = {}
        for course in courses_of(patient):
            assert bool(course.drug) != bool(course.drug_text)
            assert not course.drug or course.role is catalogue[course.drug].role
            assert (course.stop_on is None) == (course.stop_reason is None)
            assert all(entry.from_on >= course.start_on for entry in course.doses)
            assert all(entry.on >= course.start_on for entry in course.outcomes)
            assert all(entry.first_on >= course.start_on for entry in course.infusions)
            assert len({entry.from_on for entry in course.doses}) == len(course.doses)
            assert len({step.on for step in course.taper}) == len(course.taper)
            assert course.stop_on is None or all(entry.from_on <= course.stop_on for entry in course.doses)
            if course.never_given:
                assert (course.doses, course.infusions, course.stop_on) == ((), (), None)
            else:
                by_drug.setdefault(course.drug or course.drug_text, []).append(course)
        for several in by_drug.values():
            several.sort(key=lambda course: course.start_on)
            for earlier, later in zip(several, several[1:], strict=False):
                assert earlier.stop_on is not None
                assert earlier.stop_on <= later.start_on


def test_failures_by_lack_of_effect_come_after_12_weeks(cohort: list[CohortPatient]) -> None:
    trials = [
        (outcome.on - course.start_on).days
        for patient in cohort
        for course in courses_of(patient)
        for outcome in course.outcomes
        if outcome.kind in (OutcomeKind.INEFFECTIVE, OutcomeKind.STEROID_DEPENDENT)
    ]
    assert len(trials) > 30
    assert min(trials) >= 84


def test_real_life_gaps_are_there_and_are_few(cohort: list[CohortPatient]) -> None:
    weekly = [c for p in cohort for c in courses_of(p) if c.drug == "methotrexate" and not c.never_given]
    without_folic_acid = [p for p in cohort if took(p, "methotrexate") and not took(p, "folic_acid")]
    assert 1 <= len(without_folic_acid) <= 30
    assert 1 <= sum(not any(dose.weekday for dose in course.doses) for course in weekly) <= 30
    assert [d.frequency for c in weekly for d in c.doses].count(Frequency.ONCE_DAILY) == 1
    assert 3 <= sum(not p.record.treatment.patient.weights for p in cohort) <= 25
    assert any(d.amount is None for p in cohort for c in courses_of(p) for d in c.doses)
    assert any(course.never_given for patient in cohort for course in courses_of(patient))
    troughs = [r for p in cohort for r in p.record.results if r.hours_after_dose is not None]
    valid = [r for r in troughs if r.hours_after_dose is not None and 11 <= r.hours_after_dose <= 13]
    assert 0 < len(troughs) - len(valid) < len(valid)


def test_every_result_is_one_that_the_protocol_knows(cohort: list[CohortPatient]) -> None:
    analytes = load_monitoring().analytes
    for patient in cohort:
        for result in patient.record.results:
            analyte = analytes[result.analyte]
            if result.value is None:
                assert result.text
                assert analyte.result_type == "text"
                continue
            assert result.unit == analyte.units[0]
            assert analyte.lowest is None or result.value >= analyte.lowest
            assert analyte.highest is None or result.value <= analyte.highest


def test_most_tests_are_in_date_and_some_are_late(cohort: list[CohortPatient]) -> None:
    protocol = load_monitoring()
    statuses = Counter(
        due.status
        for patient in cohort
        for due in evaluate_monitoring(patient.record, protocol, TODAY).due
        if due.item == "full_blood_count"
    )
    total = statuses.total()
    assert total > 100
    assert 0.55 <= statuses[DueStatus.NOT_DUE] / total <= 0.75
    assert 0.12 <= (statuses[DueStatus.DUE_SOON] + statuses[DueStatus.DUE]) / total <= 0.30
    assert 0.08 <= statuses[DueStatus.OVERDUE] / total <= 0.20
