"""Recording results and putting items off."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from monitoring.actions import NewResult, record_results, snooze_item
from monitoring.models import Result, Snooze
from monitoring.protocol.load import load
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories.rows import a_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)
ALT = NewResult(analyte="alt", value=Decimal(30), unit="U/L", upper_limit=Decimal(40))


class TestResults:
    def record(self, by: Staff, patient: Patient, *values: NewResult, **changed: Any) -> list[Result]:
        return record_results(by=by, patient_id=patient.pk, values=values, **{"sampled_on": TODAY} | changed)

    def test_of_one_report_are_kept_as_said(self, nurse: Staff, patient: Patient) -> None:
        below = NewResult(analyte="crp", value=Decimal(5), comparator="<", unit="mg/L")
        words = NewResult(analyte="tpmt_activity", text=" normal ")
        self.record(nurse, patient, ALT, below, words, sampled_on=date(2026, 11, 2), received_on=TODAY, source="letter")
        alt, crp, tpmt = Result.objects.order_by("pk")
        assert (alt.value, alt.unit, alt.upper_limit, alt.comparator) == (Decimal(30), "U/L", Decimal(40), "")
        assert (crp.value, crp.comparator) == (Decimal(5), "<")
        assert (tpmt.value, tpmt.text, tpmt.unit) == (None, "normal", "")
        assert {(row.sampled_on, row.received_on, row.source) for row in (alt, crp, tpmt)} == {
            (date(2026, 11, 2), TODAY, "letter")
        }
        assert alt.recorded_by == nurse

    def test_are_saved_all_or_none(self, nurse: Staff, patient: Patient) -> None:
        with pytest.raises(Refused):
            self.record(nurse, patient, ALT, NewResult(analyte="albumin", value=Decimal(420), unit="g/L"))
        assert not Result.objects.exists()

    @pytest.mark.parametrize(
        ("new", "words"),
        [
            (NewResult(analyte="aura", value=Decimal(1)), "not a test of the monitoring protocol"),
            (NewResult(analyte="tpmt_activity", value=Decimal(1)), "in words, not as a number"),
            (NewResult(analyte="alt", value=Decimal(1), unit="g/L"), "unit must be one of"),
            (NewResult(analyte="alt", value=Decimal(1)), "unit must be one of"),
            (NewResult(analyte="haemoglobin", value=Decimal("13.2"), unit="g/L"), "check the decimal point"),
            (NewResult(analyte="haemoglobin", value=Decimal(261), unit="g/L"), "check the decimal point"),
        ],
    )
    def test_that_cannot_be_are_refused(self, nurse: Staff, patient: Patient, new: NewResult, words: str) -> None:
        with pytest.raises(Refused, match=words) as refused:
            self.record(nurse, patient, new)
        assert refused.value.field in (new.analyte, "analyte")

    @pytest.mark.parametrize(("value", "unit"), [("20", "g/L"), ("260", "g/L"), ("13.2", "g/dL")])
    def test_at_the_edge_or_in_another_unit_are_taken(
        self, nurse: Staff, patient: Patient, value: str, unit: str
    ) -> None:
        (row,) = self.record(nurse, patient, NewResult(analyte="haemoglobin", value=Decimal(value), unit=unit))
        assert (row.value, row.unit) == (Decimal(value), unit)

    @pytest.mark.parametrize("day", ["sampled_on", "received_on"])
    def test_of_tomorrow_are_refused(self, nurse: Staff, patient: Patient, day: str) -> None:
        with pytest.raises(Refused, match="in the future") as refused:
            self.record(nurse, patient, ALT, **{day: TOMORROW})
        assert refused.value.field == day

    def test_from_before_birth_are_refused(self, nurse: Staff, patient: Patient) -> None:
        assert patient.born is not None
        with pytest.raises(Refused, match="before the patient was born"):
            self.record(nurse, patient, ALT, sampled_on=date(patient.born.year - 1, 1, 1))

    def test_are_not_for_administrators_or_strangers(self, patient: Patient) -> None:
        with pytest.raises(NotAllowed):
            self.record(a_member(Role.ADMIN, patient.clinic, password=None), patient, ALT)
        with pytest.raises(NotFound):
            self.record(a_member(Role.DOCTOR, password=None), patient, ALT)


class TestPuttingOff:
    def put_off(self, by: Staff, patient: Patient, **changed: Any) -> Snooze:
        said = {"item": "full_blood_count", "until": date(2026, 12, 4), "reason": " away "}
        return snooze_item(by=by, patient_id=patient.pk, **said | changed)

    def test_keeps_who_until_when_and_why(self, nurse: Staff, patient: Patient) -> None:
        row = self.put_off(nurse, patient)
        assert (row.made_on, row.until, row.reason, row.recorded_by) == (TODAY, date(2026, 12, 4), "away", nurse)
        assert row.protocol_version == load().version

    def test_anew_supersedes_the_one_before(self, nurse: Staff, patient: Patient) -> None:
        first = self.put_off(nurse, patient)
        second = self.put_off(nurse, patient, until=TOMORROW)
        first.refresh_from_db()
        assert first.superseded_reason == "put off anew"
        assert Snooze.objects.get(superseded_at__isnull=True) == second

    @pytest.mark.parametrize("other", [{"item": "albumin"}, {"occasion": "2026-12-01"}])
    def test_of_another_item_or_occasion_stands_beside_it(
        self, nurse: Staff, patient: Patient, other: dict[str, str]
    ) -> None:
        self.put_off(nurse, patient)
        self.put_off(nurse, patient, **other)
        assert Snooze.objects.filter(superseded_at__isnull=True).count() == 2

    def test_of_an_unknown_item_is_refused(self, nurse: Staff, patient: Patient) -> None:
        with pytest.raises(Refused, match="not an item"):
            self.put_off(nurse, patient, item="aura")

    def test_is_not_for_administrators_or_strangers(self, patient: Patient) -> None:
        with pytest.raises(NotAllowed):
            self.put_off(a_member(Role.ADMIN, patient.clinic, password=None), patient)
        with pytest.raises(NotFound):
            self.put_off(a_member(Role.DOCTOR, password=None), patient)
