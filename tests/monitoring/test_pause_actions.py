"""Pausing monitoring: it always ends, it is one at a time for a drug, and resuming keeps what was said."""

from datetime import date, timedelta
from typing import Any

import pytest

from monitoring.actions import pause_monitoring, resume_monitoring
from monitoring.models import Pause
from monitoring.rules.findings import DueStatus, ItemKind
from monitoring.selectors import monitoring_of
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
IN_THREE_WEEKS = TODAY + timedelta(days=21)


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    patient = rows.a_patient(nurse)
    rows.a_course(patient, "methotrexate", dose="15")
    return patient


def pause(by: Staff, patient: Patient, **changed: Any) -> Pause:
    said: dict[str, Any] = {"drug": "methotrexate", "until": IN_THREE_WEEKS, "reason": " in hospital "}
    return pause_monitoring(by=by, patient_id=patient.pk, **said | changed)


class TestPausing:
    def test_keeps_which_drug_until_when_and_why(self, nurse: Staff, patient: Patient) -> None:
        row = pause(nurse, patient)
        assert (row.drug, row.from_on, row.until, row.reason) == ("methotrexate", TODAY, IN_THREE_WEEKS, "in hospital")
        assert (row.ended_on, row.recorded_by) == (None, nurse)

    def test_the_tests_are_not_asked_for_until_it_ends(self, nurse: Staff, patient: Patient) -> None:
        asked = [due for due in monitoring_of(nurse, patient, TODAY).due if due.kind is not ItemKind.ACTION]
        assert asked
        pause(nurse, patient)
        for day, paused in ((IN_THREE_WEEKS - timedelta(days=1), True), (IN_THREE_WEEKS, False)):
            found = {due.item: due for due in monitoring_of(nurse, patient, day).due}
            standings = {found[due.item].status is DueStatus.PAUSED for due in asked}
            assert standings == {paused}

    @pytest.mark.parametrize(
        ("changed", "field", "words"),
        [
            ({"until": TODAY}, "until", "already over changes nothing"),
            ({"until": TODAY + timedelta(days=184)}, "until", "183 days at most, until 22-May-2027"),
            (
                {"from_on": TODAY - timedelta(days=10), "until": TODAY + timedelta(days=174)},
                "until",
                "183 days at most, until 12-May-2027",
            ),
            ({"from_on": IN_THREE_WEEKS}, "until", "ends after it begins"),
            ({"from_on": date(1960, 1, 1)}, "from_on", "before the patient was born"),
            ({"reason": " "}, "reason", "Say why"),
            ({"drug": "azathioprine"}, "drug", "No course of azathioprine"),
            ({"drug": "gold"}, "drug", "not a drug of the monitoring protocol"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, nurse: Staff, patient: Patient, changed: dict[str, Any], field: str, words: str
    ) -> None:
        with pytest.raises(Refused, match=words) as refused:
            pause(nurse, patient, **changed)
        assert refused.value.field == field
        assert not Pause.objects.exists()

    @pytest.mark.parametrize(
        "changed",
        [
            {"until": TODAY + timedelta(days=1)},
            {"until": TODAY + timedelta(days=183)},
            {"from_on": TODAY - timedelta(days=10), "until": TODAY + timedelta(days=173)},
            {"from_on": TODAY + timedelta(days=10)},
        ],
    )
    def test_the_edges_are_taken(self, patient: Patient, changed: dict[str, Any]) -> None:
        doctor = rows.a_member(Role.DOCTOR, patient.clinic, password=None)
        assert pause(doctor, patient, **changed).pk

    def test_one_at_a_time_for_a_drug(self, nurse: Staff, patient: Patient) -> None:
        pause(nurse, patient)
        with pytest.raises(Refused, match="already paused, 20-Nov-2026 until 11-Dec-2026: in hospital"):
            pause(nurse, patient, until=TODAY + timedelta(days=60))
        assert pause(nurse, patient, drug="").pk

    def test_after_one_whose_time_is_over_that_one_is_written_down_as_ended(
        self, nurse: Staff, patient: Patient
    ) -> None:
        old = rows.a_pause(patient, TODAY, drug="methotrexate", from_on=TODAY - timedelta(days=20))
        new = pause(nurse, patient)
        old.refresh_from_db()
        ended = Pause.objects.get(replaces=old)
        assert (ended.ended_on, ended.end_reason) == (TODAY, "ended as planned")
        assert list(Pause.objects.current().order_by("pk")) == [ended, new]

    def test_it_does_not_begin_within_the_one_before(self, nurse: Staff, patient: Patient) -> None:
        rows.a_pause(patient, TODAY, drug="methotrexate", from_on=TODAY - timedelta(days=20))
        with pytest.raises(Refused, match="lasted until 20-Nov-2026") as refused:
            pause(nurse, patient, from_on=TODAY - timedelta(days=1))
        assert refused.value.field == "from_on"

    def test_is_not_for_administrators_or_strangers(self, patient: Patient) -> None:
        with pytest.raises(NotAllowed):
            pause(rows.a_member(Role.ADMIN, patient.clinic, password=None), patient)
        with pytest.raises(NotFound):
            pause(rows.a_member(password=None), patient)


class TestResuming:
    def test_is_a_new_row_in_its_place(self, nurse: Staff, patient: Patient) -> None:
        old = pause(nurse, patient, from_on=TODAY - timedelta(days=5))
        new = resume_monitoring(by=nurse, pause_id=old.pk, reason=" discharged ", on=TODAY - timedelta(days=1))
        old.refresh_from_db()
        assert (new.ended_on, new.end_reason, new.replaces) == (TODAY - timedelta(days=1), "discharged", old)
        assert (new.from_on, new.until, new.reason) == (old.from_on, old.until, old.reason)
        assert (old.superseded_at, old.superseded_reason) == (new.recorded_at, "discharged")

    def test_the_tests_are_asked_for_again(self, nurse: Staff, patient: Patient) -> None:
        row = pause(nurse, patient)
        resume_monitoring(by=nurse, pause_id=row.pk, reason="discharged")
        assert DueStatus.PAUSED not in {due.status for due in monitoring_of(nurse, patient, TODAY).due}
        assert pause(nurse, patient).pk  # and it can be paused again

    @pytest.mark.parametrize(
        ("on", "words"),
        [(TODAY + timedelta(days=1), "in the future"), (TODAY - timedelta(days=6), "began on 15-Nov-2026")],
    )
    def test_the_day_lies_within_the_pause(self, nurse: Staff, patient: Patient, on: date, words: str) -> None:
        row = pause(nurse, patient, from_on=TODAY - timedelta(days=5))
        with pytest.raises(Refused, match=words) as refused:
            resume_monitoring(by=nurse, pause_id=row.pk, reason="discharged", on=on)
        assert refused.value.field == "on"

    def test_a_pause_that_is_over_ended_or_to_come_is_not_resumed(self, nurse: Staff, patient: Patient) -> None:
        over = rows.a_pause(patient, TODAY)
        with pytest.raises(Refused, match="ended on 20-Nov-2026"):
            resume_monitoring(by=nurse, pause_id=over.pk, reason="discharged")
        ended = rows.a_pause(
            patient, IN_THREE_WEEKS, drug="methotrexate", ended_on=date(2026, 2, 1), end_reason="discharged"
        )
        with pytest.raises(Refused, match="ended on 01-Feb-2026"):
            resume_monitoring(by=nurse, pause_id=ended.pk, reason="discharged")
        ahead = pause(nurse, patient, from_on=TODAY + timedelta(days=1))
        with pytest.raises(Refused, match="begins on 21-Nov-2026 only"):
            resume_monitoring(by=nurse, pause_id=ahead.pk, reason="discharged")

    def test_it_says_why_and_is_done_once(self, nurse: Staff, patient: Patient) -> None:
        row = pause(nurse, patient)
        with pytest.raises(Refused, match="Say why") as refused:
            resume_monitoring(by=nurse, pause_id=row.pk, reason=" ")
        assert refused.value.field == "reason"
        resume_monitoring(by=nurse, pause_id=row.pk, reason="discharged")
        with pytest.raises(NotFound, match="already replaced or withdrawn"):
            resume_monitoring(by=nurse, pause_id=row.pk, reason="discharged")

    def test_another_clinics_is_not_found(self, nurse: Staff, patient: Patient) -> None:
        row = pause(nurse, patient)
        with pytest.raises(NotFound):
            resume_monitoring(by=rows.a_member(password=None), pause_id=row.pk, reason="discharged")
