"""The synthetic patients themselves."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from monitoring.rules.record import MonitoringRecord
from patients.rules.record import PatientRecord, Person
from patients.rules.vocabulary import PatientStatus, Sex, Subtype
from regimens.rules.record import TreatmentRecord
from tracker.cohort.assessments import MuscleEnzymes, write_assessments
from tracker.cohort.body import write_body, write_conditions
from tracker.cohort.chart import Activity, Chart
from tracker.cohort.people import CohortPatient, nhs_numbers_of_nobody, synthetic_identity
from tracker.cohort.plan import plan_story
from tracker.cohort.profile import Profile, deal_profiles
from tracker.cohort.treatment import write_treatment
from tracker.cohort.visits import write_results

_AGES = {
    Subtype.JUVENILE_DERMATOMYOSITIS: (4, 15, 9),
    Subtype.INCLUSION_BODY_MYOSITIS: (52, 78, 65),
    Subtype.OVERLAP_MYOSITIS: (19, 72, 44),
}
_USUAL_AGES = (20, 80, 54)
_STATUS_REASONS = {
    PatientStatus.DECEASED: ("respiratory failure", "pneumonia", "malignancy", "cause not known to the clinic"),
    PatientStatus.TRANSFERRED: ("moved to another region", "care passed to the regional myositis centre"),
    PatientStatus.DISCHARGED: ("remission off treatment, back to the general practitioner", "no treatment needed"),
}


def synthetic_cohort(seed: int, size: int, today: date, first_number: int = 1) -> Iterator[CohortPatient]:
    """`size` invented patients as they stand on `today`; the same arguments give the same patients, byte for byte.

    Each patient has a random source of their own, so a change to one story leaves the others as they were.
    """
    profiles = deal_profiles(_random(f"{seed}"), size, first_number)
    nhs_numbers = nhs_numbers_of_nobody()
    for _ in range(first_number - 1):
        next(nhs_numbers)
    for profile in profiles:
        yield _patient(_random(f"{seed}/{profile.number}"), profile, next(nhs_numbers), today)


def _random(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - invented patients, no secret


def _patient(rng: Random, profile: Profile, nhs_number: str, today: date) -> CohortPatient:
    chart = _open_chart(rng, profile, today)
    activity = Activity(chart)
    enzymes = MuscleEnzymes(chart, activity)
    write_body(chart)
    write_treatment(chart)
    write_conditions(chart)
    write_assessments(chart, activity, enzymes)
    write_results(chart, activity, enzymes)
    left = profile.status is not PatientStatus.ACTIVE
    return CohortPatient(
        identity=synthetic_identity(rng, profile.number, nhs_number),
        record=_record(chart, left),
        status_reason=rng.choice(_STATUS_REASONS[profile.status]) if left else "",
    )


def _open_chart(rng: Random, profile: Profile, today: date) -> Chart:
    plan = plan_story(rng, profile)
    # Who is no longer under care left some time ago, and nothing is known after that.
    gone = 0 if profile.status is PatientStatus.ACTIVE else rng.randint(15, 420)
    until = today - timedelta(days=gone)
    begin = until - timedelta(days=plan.length)
    youngest, oldest, usual = _AGES.get(profile.subtype, _USUAL_AGES)
    age = rng.triangular(youngest, oldest, usual)
    kilograms, centimetres = _build(rng, profile, age)
    return Chart(
        profile=profile,
        plan=plan,
        rng=rng,
        begin=begin,
        until=until,
        born=begin - timedelta(days=round(age * 365.25)),
        kilograms=kilograms,
        centimetres=centimetres,
    )


def _build(rng: Random, profile: Profile, age: float) -> tuple[Decimal, Decimal]:
    """Weight in kg and height in cm, both to one decimal at most."""
    if age < 16:
        return Decimal(round(8 + 2.9 * age + rng.uniform(-3, 5))), Decimal(round(80 + 5.8 * age + rng.uniform(-5, 5)))
    centimetres = rng.gauss(163, 6) if profile.sex is Sex.FEMALE else rng.gauss(176, 7)
    body_mass_index = min(max(rng.gauss(27, 4.5), 18), 42)
    tenths = round(body_mass_index * (centimetres / 100) ** 2 * 10)
    return Decimal(tenths) / 10, Decimal(round(centimetres))


def _record(chart: Chart, left: bool) -> MonitoringRecord:
    profile = chart.profile
    person = Person(
        id=f"synthetic-{profile.number}",
        born=chart.born,
        sex=profile.sex,
        subtype=profile.subtype,
        status=profile.status,
        status_on=chart.until if left else None,
    )
    patient = PatientRecord(
        person=person,
        weights=tuple(chart.weights),
        heights=tuple(chart.heights),
        conditions=tuple(chart.conditions),
        autoantibodies=tuple(chart.autoantibodies),
        assessments=tuple(chart.assessments),
    )
    return MonitoringRecord(
        treatment=TreatmentRecord(patient, tuple(chart.courses), tuple(chart.milestones)),
        results=tuple(chart.results),
    )
