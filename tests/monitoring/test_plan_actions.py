"""Risk, shared care and target ranges: who decides, what is refused, what is kept."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from monitoring import actions
from monitoring.models import RiskAssessment, SharedCare, TargetRange
from monitoring.rules.vocabulary import MonitoredBy, RiskTier
from monitoring.schedules import protocol_of
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    patient = rows.a_patient(doctor)
    rows.a_course(patient, "methotrexate")
    return patient


@pytest.fixture
def nurse(patient: Patient) -> Staff:
    return rows.a_member(Role.NURSE, patient.clinic, password=None)


class TestJudgingTheRisk:
    def judge(self, by: Staff, patient: Patient, **changed: Any) -> RiskAssessment:
        said: dict[str, Any] = {"on": TODAY, "tier": RiskTier.HIGH, "factors": " alcohol "}
        return actions.assess_risk(by=by, patient_id=patient.pk, **said | changed)

    def test_keeps_the_tier_the_factors_and_the_protocol(self, doctor: Staff, patient: Patient) -> None:
        row = self.judge(doctor, patient)
        assert (row.on, row.tier, row.factors, row.recorded_by) == (TODAY, "high", "alcohol", doctor)
        assert row.protocol_version == protocol_of(patient.clinic).version

    @pytest.mark.parametrize("tier", [RiskTier.LOW, RiskTier.HIGH])
    def test_any_tier_but_the_standard_says_what_it_rests_on(
        self, doctor: Staff, patient: Patient, tier: RiskTier
    ) -> None:
        with pytest.raises(Refused, match=f"what makes this {tier.label}") as refused:
            self.judge(doctor, patient, tier=tier, factors=" ")
        assert refused.value.field == "factors"
        assert self.judge(doctor, patient, tier=RiskTier.STANDARD, factors="").factors == ""

    def test_is_not_of_tomorrow_and_not_from_before_birth(self, doctor: Staff, patient: Patient) -> None:
        with pytest.raises(Refused, match="in the future"):
            self.judge(doctor, patient, on=TOMORROW)
        with pytest.raises(Refused, match="before the patient was born"):
            self.judge(doctor, patient, on=date(1960, 1, 1))

    def test_is_one_a_day(self, doctor: Staff, patient: Patient) -> None:
        self.judge(doctor, patient)
        with pytest.raises(Refused, match="already recorded for that day"):
            self.judge(doctor, patient, tier=RiskTier.LOW)
        assert RiskAssessment.objects.count() == 1

    def test_is_a_doctors(self, nurse: Staff, patient: Patient) -> None:
        with pytest.raises(NotAllowed):
            self.judge(nurse, patient)
        with pytest.raises(NotFound):
            self.judge(rows.a_member(password=None), patient)


class TestSharingCare:
    def share(self, by: Staff, patient: Patient, **changed: Any) -> SharedCare:
        said: dict[str, Any] = {"from_on": TODAY, "monitored_by": MonitoredBy.GP, "provider": " Oak Lane "}
        return actions.share_care(by=by, patient_id=patient.pk, **said | changed)

    def test_keeps_who_from_when(self, nurse: Staff, patient: Patient) -> None:
        row = self.share(nurse, patient, drug="methotrexate", note="letter of today")
        assert (row.drug, row.monitored_by, row.provider, row.note) == (
            "methotrexate", "gp", "Oak Lane", "letter of today",
        )  # fmt: skip

    def test_somebody_else_is_named(self, nurse: Staff, patient: Patient) -> None:
        for who in (MonitoredBy.GP, MonitoredBy.OTHER):
            with pytest.raises(Refused, match="Name the practice or service") as refused:
                self.share(nurse, patient, monitored_by=who, provider=" ")
            assert refused.value.field == "provider"
        assert self.share(nurse, patient, monitored_by=MonitoredBy.US, provider="").provider == ""

    def test_is_once_for_a_drug_and_a_day(self, nurse: Staff, patient: Patient) -> None:
        self.share(nurse, patient)
        with pytest.raises(Refused, match="already recorded from that day"):
            self.share(nurse, patient, provider="Elm Road")
        self.share(nurse, patient, drug="methotrexate")
        self.share(nurse, patient, from_on=TOMORROW)
        assert SharedCare.objects.count() == 3

    def test_may_begin_up_to_a_year_ahead(self, nurse: Staff, patient: Patient) -> None:
        with pytest.raises(Refused, match="more than a year ahead"):
            self.share(nurse, patient, from_on=TODAY + timedelta(days=365))
        self.share(nurse, patient, from_on=TODAY + timedelta(days=364))

    @pytest.mark.parametrize(
        ("drug", "words"),
        [
            ("gold", "not a drug of the monitoring protocol"),
            ("folic_acid", "asks for nothing"),
            ("azathioprine", "No course of azathioprine is recorded"),
        ],
    )
    def test_is_for_a_monitored_drug_that_was_given(
        self, nurse: Staff, patient: Patient, drug: str, words: str
    ) -> None:
        rows.a_course(patient, "folic_acid")
        rows.a_course(patient, "azathioprine", never_given=True)
        with pytest.raises(Refused, match=words) as refused:
            self.share(nurse, patient, drug=drug)
        assert refused.value.field == "drug"

    def test_is_not_for_administrators_or_strangers(self, patient: Patient) -> None:
        with pytest.raises(NotAllowed):
            self.share(rows.a_member(Role.ADMIN, patient.clinic, password=None), patient)
        with pytest.raises(NotFound):
            self.share(rows.a_member(password=None), patient)


class TestTargetRanges:
    def set(self, by: Staff, patient: Patient, **changed: Any) -> TargetRange:
        said: dict[str, Any] = {
            "analyte": "ciclosporin_level",
            "from_on": TODAY,
            "low": Decimal(100),
            "high": Decimal(150),
            "unit": "ng/mL",
        }
        return actions.set_target_range(by=by, patient_id=patient.pk, **said | changed)

    def test_keep_both_ends_and_the_unit(self, doctor: Staff, patient: Patient) -> None:
        row = self.set(doctor, patient, unit="ug/L", reason=" interstitial lung disease ")
        assert (row.low, row.high, row.unit, row.reason) == (100, 150, "ug/L", "interstitial lung disease")

    def test_are_for_drug_levels_only(self, doctor: Staff, patient: Patient) -> None:
        for analyte in ("alt", "aura"):
            with pytest.raises(Refused, match="for a drug level only: ciclosporin level, tacrolimus level") as refused:
                self.set(doctor, patient, analyte=analyte)
            assert refused.value.field == "analyte"

    def test_are_in_the_analytes_own_unit(self, doctor: Staff, patient: Patient) -> None:
        with pytest.raises(Refused, match="unit must be one of ng/mL") as refused:
            self.set(doctor, patient, unit="mg/L")
        assert refused.value.field == "unit"

    def test_have_the_lower_end_below_the_upper(self, doctor: Staff, patient: Patient) -> None:
        for high in (Decimal(100), Decimal(99)):
            with pytest.raises(Refused, match="above the lower one"):
                self.set(doctor, patient, high=high)
        assert self.set(doctor, patient, high=Decimal(101)).high == 101

    def test_lie_within_what_the_analyte_can_be(
        self, doctor: Staff, patient: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        protocol = protocol_of(patient.clinic)
        bounded = replace(protocol.analytes["ciclosporin_level"], lowest=Decimal(10), highest=Decimal(2000))
        analytes = {**protocol.analytes, "ciclosporin_level": bounded}
        monkeypatch.setattr("monitoring.actions.plan.protocol_of", lambda clinic: replace(protocol, analytes=analytes))
        for field, value in (("low", Decimal("9.99")), ("high", Decimal("2000.01"))):
            with pytest.raises(Refused, match="cannot be right. Expected 10 to 2000 ng/mL") as refused:
                self.set(doctor, patient, **{field: value})
            assert refused.value.field == field
        row = self.set(doctor, patient, low=Decimal(10), high=Decimal(2000))
        assert (row.low, row.high) == (10, 2000)

    def test_are_a_doctors(self, nurse: Staff, patient: Patient) -> None:
        with pytest.raises(NotAllowed):
            self.set(nurse, patient)
        with pytest.raises(NotFound):
            self.set(rows.a_member(password=None), patient)


class TestTakingBack:
    @pytest.mark.parametrize("kind", ["risk_assessment", "interval_override", "target_range"])
    def test_a_doctors_decision_is_a_doctors(self, doctor: Staff, nurse: Staff, patient: Patient, kind: str) -> None:
        row = {
            "risk_assessment": rows.a_risk_assessment,
            "interval_override": lambda who: rows.an_interval_override(who, TOMORROW),
            "target_range": rows.a_target_range,
        }[kind](patient)
        withdraw = getattr(actions, f"withdraw_{kind}")
        with pytest.raises(NotAllowed):
            withdraw(by=nurse, entry_id=row.pk, reason="wrong patient")
        with pytest.raises(NotFound):
            withdraw(by=rows.a_member(password=None), entry_id=row.pk, reason="wrong patient")
        withdraw(by=doctor, entry_id=row.pk, reason=" wrong patient ")
        row.refresh_from_db()
        assert (row.superseded_by, row.superseded_reason) == (doctor, "wrong patient")
        with pytest.raises(NotFound, match="already replaced or withdrawn"):
            withdraw(by=doctor, entry_id=row.pk, reason="again")

    def test_a_nurse_takes_back_a_pause_and_shared_care(self, nurse: Staff, patient: Patient) -> None:
        pause, care = rows.a_pause(patient, TOMORROW), rows.shared_care(patient)
        actions.withdraw_pause(by=nurse, entry_id=pause.pk, reason="wrong patient")
        actions.withdraw_shared_care(by=nurse, entry_id=care.pk, reason="wrong patient")
        for row in (pause, care):
            row.refresh_from_db()
            assert row.superseded_by == nurse
