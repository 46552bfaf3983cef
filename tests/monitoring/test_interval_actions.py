"""Another interval for one patient: what makes sense, how long it holds, and how it ends."""

from datetime import date, timedelta
from typing import Any

import pytest

from monitoring.actions import end_interval, override_interval
from monitoring.models import IntervalOverride
from monitoring.schedules import protocol_of
from monitoring.selectors import monitoring_of
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
IN_A_QUARTER = TODAY + timedelta(days=90)


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    patient = rows.a_patient(doctor)
    for drug in ("methotrexate", "ciclosporin", "hydroxychloroquine"):
        rows.a_course(patient, drug)
    return patient


def decide(by: Staff, patient: Patient, **changed: Any) -> IntervalOverride:
    said: dict[str, Any] = {
        "drug": "methotrexate",
        "interval_days": 42,
        "from_on": TODAY,
        "until": IN_A_QUARTER,
        "reason": " stable ",
    }
    return override_interval(by=by, patient_id=patient.pk, **said | changed)


def test_it_keeps_what_was_decided(doctor: Staff, patient: Patient) -> None:
    row = decide(doctor, patient, item="full_blood_count")
    assert (row.drug, row.item, row.interval_days, row.reason) == ("methotrexate", "full_blood_count", 42, "stable")
    assert (row.from_on, row.until, row.recorded_by) == (TODAY, IN_A_QUARTER, doctor)
    assert row.protocol_version == protocol_of(patient.clinic).version


def test_it_moves_the_next_date_and_the_finding_names_it(doctor: Staff, patient: Patient) -> None:
    for analyte in ("haemoglobin", "white_cells", "neutrophils", "platelets"):
        rows.a_result(patient, analyte, "5", TODAY - timedelta(days=7))

    def blood_count() -> Any:
        return next(each for each in monitoring_of(doctor, patient, TODAY).due if each.item == "full_blood_count")

    row = decide(doctor, patient, item="full_blood_count", interval_days=10)
    driver = next(each for each in (blood_count().driver, *blood_count().other_drivers) if each.drug == "methotrexate")
    assert (driver.override.kind, driver.override.id) == ("interval_override", str(row.pk))
    assert (driver.interval_days, driver.due_on) == (10, TODAY + timedelta(days=3))


def test_a_new_one_takes_the_place_of_the_old(doctor: Staff, patient: Patient) -> None:
    first = decide(doctor, patient)
    second = decide(doctor, patient, interval_days=56)
    first.refresh_from_db()
    assert second.replaces == first
    assert (first.superseded_at, first.superseded_by) == (second.recorded_at, doctor)
    assert list(IntervalOverride.objects.current()) == [second]
    decide(doctor, patient, item="full_blood_count")
    decide(doctor, patient, drug="")
    assert IntervalOverride.objects.current().count() == 3


def test_the_same_again_is_refused(doctor: Staff, patient: Patient) -> None:
    decide(doctor, patient)
    with pytest.raises(Refused, match="already recorded"):
        decide(doctor, patient)


def test_one_to_come_is_refused_and_ends_nothing(doctor: Staff, patient: Patient) -> None:
    """What happens until then, a dose increase say, was not known when it was decided."""
    decide(doctor, patient, interval_days=28)
    with pytest.raises(Refused, match="begins today or earlier"):
        decide(doctor, patient, from_on=TODAY + timedelta(days=1))
    assert IntervalOverride.objects.current().get().interval_days == 28


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"drug": "gold"}, "drug", "not a drug of the monitoring protocol"),
        ({"drug": "azathioprine"}, "drug", "No course of azathioprine"),
        ({"drug": "hydroxychloroquine"}, "item", "No tests are repeated together for hydroxychloroquine"),
        ({"item": "aura"}, "item", "“aura” is not repeated"),
        ({"item": "ciclosporin_trough"}, "item", "is not repeated at an interval for methotrexate"),
        ({"interval_days": 0}, "interval_days", "1 to 364 days"),
        ({"interval_days": -7}, "interval_days", "1 to 364 days"),
        ({"interval_days": 365}, "interval_days", "1 to 364 days"),
        ({"interval_days": 91}, "interval_days", "holds for 90 days only, so an interval of 91 days never comes"),
        ({"until": TODAY}, "until", "already over changes nothing"),
        ({"until": TODAY + timedelta(days=365)}, "until", "within 364 days, by 19-Nov-2027"),
        ({"from_on": TODAY + timedelta(days=1)}, "from_on", "begins today or earlier"),
        ({"from_on": date(1960, 1, 1)}, "from_on", "before the patient was born"),
        ({"reason": " "}, "reason", "Say why"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(
    doctor: Staff, patient: Patient, changed: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        decide(doctor, patient, **changed)
    assert refused.value.field == field
    assert not IntervalOverride.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"drug": "hydroxychloroquine", "item": "influenza_vaccine"},
        {"interval_days": 1},
        {"interval_days": 90},
        {"until": TODAY + timedelta(days=364), "interval_days": 364},
        {"until": TODAY + timedelta(days=1), "interval_days": 1},
        {"from_on": TODAY - timedelta(days=30)},
        {"drug": "", "item": "full_blood_count"},
    ],
)
def test_the_edges_are_taken(doctor: Staff, patient: Patient, changed: dict[str, Any]) -> None:
    assert decide(doctor, patient, **changed).pk


def test_a_level_is_not_asked_for_before_it_has_settled(doctor: Staff, patient: Patient) -> None:
    level = {"drug": "ciclosporin", "item": "ciclosporin_trough"}
    with pytest.raises(Refused, match="sooner than 5 days after a dose change a level has not settled"):
        decide(doctor, patient, interval_days=4, **level)
    assert decide(doctor, patient, interval_days=5, **level).interval_days == 5


def test_what_the_schedule_asks_anyway_is_no_decision(doctor: Staff, patient: Patient) -> None:
    protocol = protocol_of(patient.clinic)
    item, interval = next(
        (item, protocol.profiles[rule.profile].phases[0].interval_days)
        for rule in protocol.drugs["methotrexate"].repeat
        for item in rule.items
        if len(protocol.profiles[rule.profile].phases) == 1
    )
    until = TODAY + timedelta(days=364)
    with pytest.raises(Refused, match=f"asks for it every {interval} days anyway"):
        decide(doctor, patient, item=item, interval_days=interval, until=until)
    assert decide(doctor, patient, item=item, interval_days=interval - 1, until=until).pk


def test_only_a_doctor_decides_or_ends_it(doctor: Staff, patient: Patient) -> None:
    nurse = rows.a_member(Role.NURSE, patient.clinic, password=None)
    row = decide(doctor, patient, from_on=TODAY - timedelta(days=1))
    for who, error in ((nurse, NotAllowed), (rows.a_member(password=None), NotFound)):
        with pytest.raises(error):
            decide(who, patient)
        with pytest.raises(error):
            end_interval(by=who, override_id=row.pk, reason="worse")


class TestEnding:
    def test_the_schedule_holds_again_from_today(self, doctor: Staff, patient: Patient) -> None:
        old = decide(doctor, patient, from_on=TODAY - timedelta(days=30))
        new = end_interval(by=doctor, override_id=old.pk, reason=" abnormal result ")
        old.refresh_from_db()
        assert (new.from_on, new.until, new.reason, new.replaces) == (old.from_on, TODAY, "stable", old)
        assert old.superseded_reason == "abnormal result"
        assert new.interval_days == 42

    def test_one_that_is_over_or_new_is_refused(self, doctor: Staff, patient: Patient) -> None:
        over = rows.an_interval_override(patient, TODAY)
        new = decide(doctor, patient, item="full_blood_count")
        with pytest.raises(Refused, match="ended on 20-Nov-2026"):
            end_interval(by=doctor, override_id=over.pk, reason="worse")
        with pytest.raises(Refused, match="not held for a day yet"):
            end_interval(by=doctor, override_id=new.pk, reason="worse")

    def test_it_says_why(self, doctor: Staff, patient: Patient) -> None:
        old = decide(doctor, patient, from_on=TODAY - timedelta(days=30))
        with pytest.raises(Refused, match="Say why"):
            end_interval(by=doctor, override_id=old.pk, reason=" ")
        old.refresh_from_db()
        assert old.superseded_at is None
