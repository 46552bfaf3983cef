"""Each service audit on both sides of its limits, what it leaves out, and what it cannot judge."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from monitoring.rules.audit_findings import AlertEvent, AlertHistory, AuditOutcome, median_days, percentage
from monitoring.rules.record import (
    IntervalOverride,
    MonitoringRecord,
    Pause,
    Result,
    RiskAssessment,
    SampleTaken,
    SharedCare,
    Waiver,
)
from monitoring.rules.vocabulary import AlertGrade, AlertStepKind, MonitoredBy, RiskTier
from patients.rules.record import Assessment, Enzyme, Person
from patients.rules.vocabulary import DatePrecision, EnzymeName, PatientStatus, Sex, Subtype
from regimens.rules.record import Outcome, Review
from regimens.rules.vocabulary import CourseRole, OutcomeKind, PromptCode, ReviewAnswer
from tests.monitoring.rules.audit_builders import judged, only, outcomes
from tests.monitoring.rules.builders import START, after, bloods, course, done, dose, protocol, record

MET, NOT_MET = AuditOutcome.MET, AuditOutcome.NOT_MET
EXCLUDED, UNJUDGED = AuditOutcome.EXCLUDED, AuditOutcome.UNJUDGED
GRACE = 3  # days, of the schedule
METHOTREXATE = course("methotrexate", dose(0, "15"))


def baseline_of(drug: str, day: int) -> list[Result]:
    """Everything that a drug asks for before its first dose."""
    return [
        row
        for item in dict.fromkeys(item for rule in protocol().drugs[drug].baseline for item in rule.items)
        for row in done(item, day)
    ]


class TestBaseline:
    def test_everything_there_on_the_day_of_the_start_is_met(self) -> None:
        for day in (-1, 0):
            assert (
                only(
                    judged(
                        "baseline_before_first_dose", record(METHOTREXATE, results=baseline_of("methotrexate", day)), 30
                    )
                ).outcome
                is MET
            )

    def test_what_came_a_day_later_was_missing(self) -> None:
        rows = [
            replace(row, sampled_on=after(1)) if row.analyte == "hiv_test" else row
            for row in baseline_of("methotrexate", 0)
        ]
        found = only(judged("baseline_before_first_dose", record(METHOTREXATE, results=rows), 30))
        assert found.outcome is NOT_MET
        assert found.reason.text == "missing on 05-Jan-2026: HIV"
        assert found.decided_on == START

    @pytest.mark.parametrize(("day", "outcome"), [(-90, MET), (-91, NOT_MET)])
    def test_how_old_it_may_be_is_the_schedules_own_rule(self, day: int, outcome: AuditOutcome) -> None:
        rows = [
            replace(row, sampled_on=after(day)) if row.analyte == "albumin" else row
            for row in baseline_of("methotrexate", -1)
        ]
        assert only(judged("baseline_before_first_dose", record(METHOTREXATE, results=rows), 30)).outcome is outcome

    @pytest.mark.parametrize(("since", "until", "count"), [(0, 10, 1), (1, 10, 0), (-5, 0, 1), (-5, -1, 0)])
    def test_only_courses_begun_in_the_period(self, since: int, until: int, count: int) -> None:
        assert len(judged("baseline_before_first_dose", record(METHOTREXATE), until, since=since)) == count

    def test_what_is_excluded_and_what_cannot_be_judged(self) -> None:
        folic = course("folic_acid", id="folic", role=CourseRole.OUTSIDE_PATHWAY)
        unknown = course("", id="trial", drug_text="a trial drug", start=1)
        vague = course("methotrexate", id="vague", start=2, start_precision=DatePrecision.MONTH)
        declined = course("azathioprine", id="declined", start=3, never_given=True)
        found = judged("baseline_before_first_dose", record(folic, unknown, vague, declined), 30)
        assert [(one.outcome, one.why) for one in found] == [
            (EXCLUDED, "the drug asks for no baseline screen"),
            (EXCLUDED, "the drug is outside the catalogue"),
            (UNJUDGED, "the day of the start is not known exactly"),
        ]

    def test_nobody_knows_whether_it_applies(self) -> None:
        drug = course("mycophenolate_mofetil", dose(0, "1000"))
        rows = [row for row in baseline_of("mycophenolate_mofetil", 0) if row.analyte != "pregnancy_test"]
        person = Person("p1", sex=Sex.FEMALE)
        found = only(judged("baseline_before_first_dose", record(drug, results=rows, person=person), 30))
        assert (found.outcome, found.why) == (UNJUDGED, "not known whether what is missing applies to the patient")


class TestTestsInDate:
    @pytest.mark.parametrize(("day", "outcome"), [(14 + GRACE, MET), (14 + GRACE + 1, NOT_MET)])
    def test_overdue_is_what_the_schedule_calls_so(self, day: int, outcome: AuditOutcome) -> None:
        found = only(judged("tests_in_date", record(METHOTREXATE, results=bloods(0)), day))
        assert found.outcome is outcome

    def test_it_names_what_is_overdue_and_since_when(self) -> None:
        rows = [row for row in bloods(0, 14) if not (row.analyte == "albumin" and row.sampled_on == after(14))]
        found = only(judged("tests_in_date", record(METHOTREXATE, results=rows), 20))
        assert found.reason.text == "overdue since 19-Jan-2026: albumin"
        assert found.decided_on == after(14)

    def test_elsewhere_or_on_its_way_cannot_be_judged(self) -> None:
        care = SharedCare("1", START, "methotrexate", MonitoredBy.GP)
        found = only(judged("tests_in_date", record(METHOTREXATE, results=bloods(0), shared_care=(care,)), 30))
        assert (found.outcome, "another service" in found.why) == (UNJUDGED, True)
        samples = tuple(
            SampleTaken(item, item, after(29), after(40))
            for item in ("full_blood_count", "kidney_function", "liver_enzymes", "albumin")
        )
        found = only(judged("tests_in_date", record(METHOTREXATE, results=bloods(0), samples_taken=samples), 30))
        assert (found.outcome, "on its way" in found.why) == (UNJUDGED, True)

    def test_paused_left_or_without_a_drug_is_excluded(self) -> None:
        pause = Pause("1", after(1), after(60), "infection")
        items = ("full_blood_count", "kidney_function", "liver_enzymes", "albumin")
        waivers = tuple(Waiver(item, item, after(10), "frail", until=after(60)) for item in items)
        gone = Person("p1", status=PatientStatus.DISCHARGED, status_on=after(20))
        cases = [
            (
                record(METHOTREXATE, results=bloods(0), pauses=(pause,)),
                "monitoring is paused for everything that is asked",
            ),
            (record(METHOTREXATE, person=gone), "no longer under care"),
            (record(), "no drug taken asks for such a test"),
            (record(METHOTREXATE, results=baseline_of("methotrexate", 0), waivers=waivers), "recorded as not needed"),
        ]
        for case, why in cases:
            found = only(judged("tests_in_date", case, 30))
            assert (found.outcome, found.why) == (EXCLUDED, why)

    def test_as_of_an_earlier_day_a_patient_who_left_later_counts(self) -> None:
        gone = Person("p1", status=PatientStatus.DISCHARGED, status_on=after(20))
        assert (
            only(judged("tests_in_date", record(METHOTREXATE, results=bloods(0), person=gone), 19)).outcome is NOT_MET
        )


class TestIntervals:
    @pytest.mark.parametrize(("day", "outcome"), [(14 + GRACE, MET), (14 + GRACE + 1, NOT_MET)])
    def test_a_look_ends_its_interval_in_time_or_late(self, day: int, outcome: AuditOutcome) -> None:
        found = [
            one
            for one in judged("intervals_kept", record(METHOTREXATE, results=bloods(-1, day)), day)
            if one.key.startswith("albumin")
        ]
        assert outcomes(tuple(found)) == [outcome]
        assert found[0].days == (0 if outcome is MET else GRACE + 1)

    def test_a_look_on_the_day_of_the_start_ends_none(self) -> None:
        twice = record(METHOTREXATE, results=[*bloods(-1), *bloods(0)])
        assert judged("intervals_kept", twice, 10) == ()
        assert judged("intervals_kept", record(METHOTREXATE, results=bloods(-1)), 10) == ()

    def test_what_is_overdue_on_the_last_day_counts_once_and_before_that_not(self) -> None:
        case = record(METHOTREXATE, results=bloods(-1))
        assert judged("intervals_kept", case, 14 + GRACE) == ()
        found = judged("intervals_kept", case, 14 + GRACE + 1)
        assert outcomes(found) == [NOT_MET] * 4

    def test_each_interval_is_judged_by_its_own_phase(self) -> None:
        found = judged("intervals_kept", record(METHOTREXATE, results=bloods(-1, 14, 28, 42, 70, 98, 126, 210)), 210)
        assert outcomes(found) == [MET] * 28

    def test_a_pause_excludes_and_a_baseline_test_is_no_interval(self) -> None:
        pause = Pause("1", after(1), after(60), "infection")
        case = record(METHOTREXATE, results=bloods(-1, 40), pauses=(pause,))
        assert {one.why for one in judged("intervals_kept", case, 40)} == {"monitoring was paused"}
        first = judged("intervals_kept", record(course("hydroxychloroquine"), results=done("albumin", 5)), 10)
        assert {(one.outcome, one.why) for one in first} == {(EXCLUDED, "asked for once, not at an interval")}

    @pytest.mark.parametrize(("day", "outcome"), [(14 + GRACE, MET), (14 + GRACE + 1, NOT_MET)])
    def test_no_baseline_test_hides_that_the_first_interval_was_missed(self, day: int, outcome: AuditOutcome) -> None:
        looked = judged("intervals_kept", record(METHOTREXATE, results=bloods(day)), day)
        assert outcomes(looked) == [outcome] * 4

    def test_a_patient_who_was_never_tested_is_counted(self) -> None:
        assert judged("intervals_kept", record(METHOTREXATE), 14 + GRACE) == ()
        assert outcomes(judged("intervals_kept", record(METHOTREXATE), 14 + GRACE + 1)) == [NOT_MET] * 4
        assert only(judged("patients_with_intervals_kept", record(METHOTREXATE), 300)).outcome is NOT_MET

    @pytest.mark.parametrize(("begun", "outcome"), [(14 + GRACE + 1, EXCLUDED), (14 + GRACE + 2, NOT_MET)])
    def test_a_pause_begun_when_it_is_overdue_already_excuses_nothing(self, begun: int, outcome: AuditOutcome) -> None:
        pause = Pause("1", after(begun), after(90), "infection")
        open_still = record(METHOTREXATE, results=bloods(-1), pauses=(pause,))
        assert outcomes(judged("intervals_kept", open_still, 50)) == [outcome] * 4
        looked = record(METHOTREXATE, results=bloods(-1, 50), pauses=(pause,))
        assert outcomes(judged("intervals_kept", looked, 50)) == [outcome] * 4

    @pytest.mark.parametrize(("day", "outcome"), [(60 + GRACE, EXCLUDED), (60 + GRACE + 1, NOT_MET)])
    def test_after_a_pause_the_days_of_grace_are_left(self, day: int, outcome: AuditOutcome) -> None:
        pauses = (Pause("1", after(1), after(40), "infection"), Pause("2", after(40), after(60), "infection"))
        looked = record(METHOTREXATE, results=bloods(-1, day), pauses=pauses)
        assert outcomes(judged("intervals_kept", looked, day)) == [outcome] * 4
        open_still = record(METHOTREXATE, results=bloods(-1), pauses=pauses)
        assert outcomes(judged("intervals_kept", open_still, day)) == [outcome] * 4

    @pytest.mark.parametrize(("taken", "outcome"), [(14 + GRACE, UNJUDGED), (14 + GRACE + 1, NOT_MET)])
    def test_a_sample_on_its_way_that_was_taken_late_is_late(self, taken: int, outcome: AuditOutcome) -> None:
        items = ("full_blood_count", "kidney_function", "liver_enzymes", "albumin")
        samples = tuple(SampleTaken(item, item, after(taken), after(40)) for item in items)
        case = record(METHOTREXATE, results=bloods(-1), samples_taken=samples)
        assert outcomes(judged("intervals_kept", case, 30)) == [outcome] * 4
        care = (SharedCare("1", START, "", MonitoredBy.GP),)
        elsewhere = record(METHOTREXATE, results=bloods(-1), samples_taken=samples, shared_care=care)
        assert outcomes(judged("intervals_kept", elsewhere, 30)) == [UNJUDGED] * 4

    @pytest.mark.parametrize(("day", "count"), [(14 + GRACE + 1, 0), (14 + GRACE + 2, 4)])
    def test_what_was_overdue_until_it_was_no_longer_asked_for_was_missed(self, day: int, count: int) -> None:
        items = ("full_blood_count", "kidney_function", "liver_enzymes", "albumin")
        stopped = record(course("methotrexate", dose(0, "15"), stop=day), results=bloods(-1))
        died = Person("p1", status=PatientStatus.DECEASED, status_on=after(day))
        left = record(METHOTREXATE, results=bloods(-1), person=died)
        waivers = tuple(Waiver(item, item, after(day), "frail", until=after(400)) for item in items)
        not_needed = record(METHOTREXATE, results=bloods(-1), waivers=waivers)
        wider = IntervalOverride("1", after(day), after(400), 84, "stable")
        decided = record(METHOTREXATE, results=bloods(-1), overrides=(wider,))
        for case in (stopped, left, not_needed, decided):
            found = judged("intervals_kept", case, 60)
            assert outcomes(found) == [NOT_MET] * count
            assert all("when it was no longer asked for" in one.reason.text for one in found)
            assert judged("intervals_kept", case, 60, since=day + 1) == ()
            by_patient = only(judged("patients_with_intervals_kept", case, 60))
            assert by_patient.outcome is (NOT_MET if count else EXCLUDED)

    def test_by_patient_one_missed_is_enough(self) -> None:
        kept = record(METHOTREXATE, results=bloods(-1, 14, 28))
        assert only(judged("patients_with_intervals_kept", kept, 28)).outcome is MET
        missed = record(METHOTREXATE, results=[*bloods(-1, 14), *done("albumin", 34)])
        found = only(judged("patients_with_intervals_kept", missed, 28 + GRACE + 3))
        assert found.outcome is NOT_MET
        assert only(judged("patients_with_intervals_kept", record(METHOTREXATE), 10)).outcome is EXCLUDED


class TestItemInDate:
    def a_reviewed(self, *days: int) -> MonitoringRecord:
        old = course("methotrexate", dose(-800, "15"), start=-800)
        risk = tuple(RiskAssessment(str(day), after(day), RiskTier.LOW) for day in days)
        return record(old, risk=risk)

    @pytest.mark.parametrize(
        ("day", "outcome"), [(1000 - 364, MET), (1000 - 364 - 28, MET), (1000 - 364 - 29, NOT_MET)]
    )
    def test_a_review_holds_a_year_with_its_days_of_grace(self, day: int, outcome: AuditOutcome) -> None:
        assert only(judged("risk_reviewed_yearly", self.a_reviewed(day), 1000)).outcome is outcome

    def test_never_reviewed(self) -> None:
        assert only(judged("risk_reviewed_yearly", self.a_reviewed(), 300)).why == "not overdue yet"
        assert only(judged("risk_reviewed_yearly", self.a_reviewed(), 1000)).outcome is NOT_MET

    def test_an_old_review_before_the_rule_was_adopted_is_neither_met_nor_missed(self) -> None:
        assert only(judged("risk_reviewed_yearly", self.a_reviewed(-500), 300)).why == "not overdue yet"

    def test_a_vaccine_for_good_and_each_year(self) -> None:
        rows = [*done("pneumococcal_vaccine", -3000), *done("influenza_vaccine", -10)]
        case = record(METHOTREXATE, results=rows)
        assert only(judged("pneumococcal_vaccine", case, 500)).outcome is MET
        assert only(judged("influenza_vaccine", case, 364 + 28)).outcome is MET
        assert only(judged("influenza_vaccine", case, 364 + 29)).outcome is NOT_MET
        assert only(judged("influenza_vaccine", record(), 10)).why == "no drug taken asks for it"

    @pytest.mark.parametrize(("until", "judged_then"), [(28, False), (29, True)])
    def test_before_the_first_would_be_overdue_nobody_counts_done_or_not(self, until: int, judged_then: bool) -> None:
        """Else an audit shows 100 % for a year: who did it early, without those who have not done it yet."""
        first_review = (date(2026, 11, 22) - START).days + 84
        cases = [
            ("influenza_vaccine", record(METHOTREXATE, results=done("influenza_vaccine", -10)), MET, until),
            ("influenza_vaccine", record(METHOTREXATE), NOT_MET, until),
            ("risk_reviewed_yearly", self.a_reviewed(first_review - 80), MET, first_review + until),
            ("risk_reviewed_yearly", self.a_reviewed(), NOT_MET, first_review + until),
        ]
        for identity, case, outcome, end in cases:
            found = only(judged(identity, case, end))
            assert (found.outcome, found.why) == ((outcome, "") if judged_then else (EXCLUDED, "not overdue yet"))

    def test_not_needed_is_excluded(self) -> None:
        waiver = Waiver("1", "pneumococcal_vaccine", START, "allergy")
        assert (
            only(judged("pneumococcal_vaccine", record(METHOTREXATE, waivers=(waiver,)), 30)).why
            == "recorded as not needed"
        )


class TestAlerts:
    def alert(self, *events: AlertEvent, grade: AlertGrade = AlertGrade.ACTION) -> tuple[AlertHistory, ...]:
        return (AlertHistory("1", "platelets", grade, after(10), (AlertEvent(after(10), "opened", False), *events)),)

    @pytest.mark.parametrize(("day", "outcome"), [(10, MET), (17, MET), (18, NOT_MET)])
    @pytest.mark.parametrize("kind", [AlertStepKind.ACTED, AlertStepKind.CLOSED])
    def test_seven_days_are_in_time(self, day: int, outcome: AuditOutcome, kind: AlertStepKind) -> None:
        alerts = self.alert(AlertEvent(after(day), kind, True))
        found = only(judged("abnormal_result_acted_on", record(), 20, alerts=alerts))
        assert (found.outcome, found.days) == (outcome, day - 10)

    @pytest.mark.parametrize(("as_of", "outcome"), [(17, EXCLUDED), (18, NOT_MET)])
    def test_nothing_decided(self, as_of: int, outcome: AuditOutcome) -> None:
        alerts = self.alert(
            AlertEvent(after(11), AlertStepKind.ACKNOWLEDGED, True), AlertEvent(after(19), AlertStepKind.ACTED, True)
        )
        assert only(judged("abnormal_result_acted_on", record(), 15, as_of=as_of, alerts=alerts)).outcome is outcome

    @pytest.mark.parametrize(("day", "outcome"), [(17, EXCLUDED), (18, NOT_MET)])
    def test_the_software_closing_it_excuses_nothing_once_the_time_is_over(
        self, day: int, outcome: AuditOutcome
    ) -> None:
        alerts = self.alert(AlertEvent(after(day), AlertStepKind.CLOSED, False))
        found = only(judged("abnormal_result_acted_on", record(), 30, alerts=alerts))
        assert (found.outcome, "closed by the software" in found.reason.text) == (outcome, True)

    def test_the_software_closing_it_excludes_unless_it_was_opened_again(self) -> None:
        closed = AlertEvent(after(11), AlertStepKind.CLOSED, False)
        again = AlertEvent(after(12), AlertStepKind.REOPENED, False)
        assert only(judged("abnormal_result_acted_on", record(), 30, alerts=self.alert(closed))).outcome is EXCLUDED
        assert (
            only(judged("abnormal_result_acted_on", record(), 30, alerts=self.alert(closed, again))).outcome is NOT_MET
        )

    def test_what_is_only_looked_at_is_no_unit(self) -> None:
        assert judged("abnormal_result_acted_on", record(), 30, alerts=self.alert(grade=AlertGrade.LOOK)) == ()


class TestExposure:
    def steroid(self, *doses: Any, **more: Any) -> Any:
        return course("prednisolone", *doses, role=CourseRole.CORTICOSTEROID, **more)

    @pytest.mark.parametrize(("amount", "days", "count"), [("20", 28, 1), ("20", 27, 0), ("19.5", 28, 0)])
    def test_dose_and_length_are_those_of_the_schedule(self, amount: str, days: int, count: int) -> None:
        drug = self.steroid(dose(0, amount), dose(days, "5"))
        assert len(judged("pneumocystis_decision", record(drug), 100)) == count

    @pytest.mark.parametrize(
        ("day", "outcome"), [(-28, MET), (-29, NOT_MET), (28 + GRACE, MET), (28 + GRACE + 1, NOT_MET)]
    )
    def test_decided_before_it_was_overdue(self, day: int, outcome: AuditOutcome) -> None:
        case = record(self.steroid(dose(0, "20")), results=done("pneumocystis_decision", day))
        assert only(judged("pneumocystis_decision", case, 100)).outcome is outcome

    @pytest.mark.parametrize(("as_of", "outcome"), [(28 + GRACE, EXCLUDED), (28 + GRACE + 1, NOT_MET)])
    def test_not_decided(self, as_of: int, outcome: AuditOutcome) -> None:
        case = record(self.steroid(dose(0, "20")), results=done("pneumocystis_decision", 60))
        assert only(judged("pneumocystis_decision", case, 30, as_of=as_of)).outcome is outcome

    def test_only_what_was_reached_in_the_period(self) -> None:
        case = record(self.steroid(dose(0, "20")))
        assert judged("pneumocystis_decision", case, 27) == ()
        assert len(judged("pneumocystis_decision", case, 28, since=28)) == 1
        assert judged("pneumocystis_decision", case, 100, since=29) == ()

    def test_a_dose_not_recorded_cannot_be_judged(self) -> None:
        case = record(self.steroid(dose(0, "20"), dose(10, None)), results=done("pneumocystis_decision", 5))
        assert only(judged("pneumocystis_decision", case, 100)).outcome is UNJUDGED

    def test_bone_plan_and_card(self) -> None:
        drug = self.steroid(dose(0, "7.5"))
        rows = [*done("bone_plan", 84), *done("emergency_card", -900)]
        assert only(judged("bone_plan", record(drug, results=rows), 100)).outcome is MET
        assert only(judged("steroid_card", record(drug, results=rows), 100)).outcome is MET
        assert judged("bone_plan", record(self.steroid(dose(0, "7"))), 100) == ()

    def test_gone_before_it_was_asked_or_not_needed(self) -> None:
        gone = Person("p1", status=PatientStatus.DECEASED, status_on=after(28))
        assert (
            only(judged("pneumocystis_decision", record(self.steroid(dose(0, "20")), person=gone), 100)).why
            == "no longer under care"
        )
        waiver = Waiver("1", "pneumocystis_decision", after(28), "allergy")
        found = only(judged("pneumocystis_decision", record(self.steroid(dose(0, "20")), waivers=(waiver,)), 100))
        assert found.why == "recorded as not needed"

    @pytest.mark.parametrize(("day", "outcome"), [(28 + GRACE, EXCLUDED), (28 + GRACE + 1, NOT_MET)])
    def test_not_needed_or_gone_counts_up_to_the_day_on_which_it_is_overdue(
        self, day: int, outcome: AuditOutcome
    ) -> None:
        waiver = Waiver("1", "pneumocystis_decision", after(day), "allergy")
        drug = self.steroid(dose(0, "20"))
        assert only(judged("pneumocystis_decision", record(drug, waivers=(waiver,)), 100)).outcome is outcome
        gone = Person("p1", status=PatientStatus.DECEASED, status_on=after(day))
        assert only(judged("pneumocystis_decision", record(drug, person=gone), 100)).outcome is outcome
        in_time = record(drug, person=gone, results=done("pneumocystis_decision", 28))
        assert only(judged("pneumocystis_decision", in_time, 100)).outcome is MET


def six(day: int, **changes: Any) -> Assessment:
    values: dict[str, Any] = {
        "physician_global": Decimal(3), "patient_global": Decimal(4), "mmt": Decimal(140), "mmt_maximum": 150,
        "haq": Decimal(1), "extramuscular_global": Decimal(2), "enzymes": (Enzyme(EnzymeName.CK, Decimal(900)),),
    }  # fmt: skip
    return Assessment(f"a{day}", after(day), **{**values, **changes})


def assessed(*assessments: Assessment, subtype: Subtype = Subtype.DERMATOMYOSITIS) -> MonitoringRecord:
    case = record(METHOTREXATE)
    patient = replace(case.treatment.patient, assessments=assessments)
    patient = replace(patient, person=replace(patient.person, subtype=subtype))
    return replace(case, treatment=replace(case.treatment, patient=patient))


class TestActivity:
    @pytest.mark.parametrize(
        "absent", ["physician_global", "patient_global", "mmt", "mmt_maximum", "haq", "extramuscular_global", "enzymes"]
    )
    def test_any_one_missing_is_not_met(self, absent: str) -> None:
        assert only(judged("six_measures", assessed(six(5)), 10)).outcome is MET
        without = six(5, **{absent: () if absent == "enzymes" else None})
        found = only(judged("six_measures", assessed(without), 10))
        assert (found.outcome, found.reason.text.startswith("missing: ")) == (NOT_MET, True)

    def test_childrens_measures_stand_for_two_in_juvenile_disease_only(self) -> None:
        child = six(5, mmt=None, mmt_maximum=None, extramuscular_global=None, cmas=Decimal(40), das=Decimal(3))
        assert (
            only(judged("six_measures", assessed(child, subtype=Subtype.JUVENILE_DERMATOMYOSITIS), 10)).outcome is MET
        )
        assert only(judged("six_measures", assessed(child), 10)).outcome is NOT_MET

    @pytest.mark.parametrize(("last", "outcome"), [(218, MET), (217, NOT_MET)])
    def test_no_gap_longer_than_26_weeks(self, last: int, outcome: AuditOutcome) -> None:
        case = assessed(six(0), six(100), six(last))
        assert only(judged("six_measures_six_monthly", case, 400, since=200)).outcome is outcome

    def test_a_gap_that_ended_before_the_period_does_not_count(self) -> None:
        case = assessed(six(300), six(400))
        assert only(judged("six_measures_six_monthly", case, 420, since=301)).outcome is MET
        assert only(judged("six_measures_six_monthly", case, 420, since=300)).outcome is NOT_MET

    @pytest.mark.parametrize(("day", "outcome"), [(181, EXCLUDED), (182, MET), (183, NOT_MET)])
    def test_begun_too_short_a_time_ago(self, day: int, outcome: AuditOutcome) -> None:
        assert only(judged("six_measures_six_monthly", assessed(), day)).outcome is outcome


class TestQuestions:
    def asked(self, *reviews: Review) -> MonitoringRecord:
        """Methotrexate at its target dose: after 12 weeks the pathway asks whether it has worked."""
        case = assessed(six(-1), six(60))
        return replace(case, treatment=replace(case.treatment, reviews=reviews))

    def review(
        self, day: int, identity: str = "1", answer: ReviewAnswer = ReviewAnswer.REJECTED, **more: Any
    ) -> Review:
        return Review(
            identity, after(day), PromptCode.ADEQUATE_TRIAL, "course:course-methotrexate", "x", answer, **more
        )

    def put_on(self) -> int:
        (found,) = [
            one for one in judged("questions_answered", self.asked(), 200, as_of=200) if "adequate_trial" in one.key
        ]
        return (date.fromisoformat(found.key.rpartition(":")[2]) - START).days

    def test_it_is_found_on_the_first_day_on_which_the_pathway_puts_it(self) -> None:
        assert self.put_on() == 84

    @pytest.mark.parametrize(("wait", "outcome"), [(0, MET), (28, MET), (29, NOT_MET)])
    @pytest.mark.parametrize("answer", list(ReviewAnswer))
    def test_answered_in_28_days(self, wait: int, outcome: AuditOutcome, answer: ReviewAnswer) -> None:
        case = self.asked(self.review(84 + wait, answer=answer, until=after(300)))
        found = [one for one in judged("questions_answered", case, 90, as_of=200) if "adequate_trial" in one.key]
        assert [(one.outcome, one.days) for one in found] == [(outcome, wait)]

    @pytest.mark.parametrize(("as_of", "outcome"), [(84 + 28, EXCLUDED), (84 + 29, NOT_MET)])
    def test_not_answered_yet(self, as_of: int, outcome: AuditOutcome) -> None:
        case = self.asked(self.review(150))
        found = [one for one in judged("questions_answered", case, 90, as_of=as_of) if "adequate_trial" in one.key]
        assert outcomes(tuple(found)) == [outcome]

    def test_put_before_the_period_is_no_unit(self) -> None:
        assert not [
            one for one in judged("questions_answered", self.asked(), 200, since=85) if "adequate_trial" in one.key
        ]

    def test_accepted_on_the_day_it_arose(self) -> None:
        case = self.asked(self.review(50, answer=ReviewAnswer.ACCEPTED, outcome="7"))
        found = [one for one in judged("questions_answered", case, 60) if "adequate_trial" in one.key]
        assert [(one.outcome, one.days) for one in found] == [(MET, 0)]

    def dated_back(self, answered: int, effect: int) -> MonitoringRecord:
        case = self.asked(self.review(answered, answer=ReviewAnswer.ACCEPTED, outcome="7"))
        judged_as = Outcome("7", after(effect), OutcomeKind.INEFFECTIVE)
        drug = replace(METHOTREXATE, outcomes=(judged_as,))
        return replace(case, treatment=replace(case.treatment, courses=(drug,)))

    @pytest.mark.parametrize(("answered", "outcome"), [(112, MET), (113, NOT_MET), (170, NOT_MET)])
    def test_an_outcome_dated_back_does_not_make_a_late_answer_early(
        self, answered: int, outcome: AuditOutcome
    ) -> None:
        found = judged("questions_answered", self.dated_back(answered, 90), 200)
        mine = [(one.outcome, one.days) for one in found if "adequate_trial" in one.key]
        assert mine == [(outcome, answered - 84)]

    def test_an_outcome_dated_before_the_question_arose_cannot_be_judged(self) -> None:
        for effect in (84, 50):
            found = judged("questions_answered", self.dated_back(150, effect), 200)
            mine = [(one.outcome, one.why) for one in found if "adequate_trial" in one.key]
            assert mine == [(UNJUDGED, "since when the question was put is not known any more")]

    def test_an_answer_to_a_question_that_is_gone_cannot_be_judged(self) -> None:
        found = [
            one for one in judged("questions_answered", self.asked(self.review(50)), 60) if "adequate_trial" in one.key
        ]
        assert outcomes(tuple(found)) == [UNJUDGED]


class TestSharedCare:
    def test_recorded_or_not_for_each_drug(self) -> None:
        drugs = (METHOTREXATE, course("azathioprine", id="aza"), course("folic_acid", id="folic"))
        care = SharedCare("1", after(5), "methotrexate", MonitoredBy.US)
        found = judged("shared_care_recorded", record(*drugs, shared_care=(care,)), 10)
        assert [(one.unit, one.outcome) for one in found] == [
            ("azathioprine", NOT_MET),
            ("folic acid", EXCLUDED),
            ("methotrexate", MET),
        ]
        assert judged("shared_care_recorded", record(*drugs, shared_care=(care,)), 4)[2].outcome is NOT_MET

    def test_said_for_every_drug_it_holds_for_each(self) -> None:
        care = SharedCare("1", START, "", MonitoredBy.GP)
        assert only(judged("shared_care_recorded", record(METHOTREXATE, shared_care=(care,)), 10)).outcome is MET


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (0, 0, None),
        (0, 3, "0"),
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (1, 2000, "0.1"),
        (1, 2001, "0.1"),  # not none
        (1999, 2000, "99.9"),  # not all
        (1999, 2001, "99.9"),
        (0, 2001, "0"),
        (2000, 2000, "100"),
        (7, 8, "87.5"),
        (5, 5, "100"),
    ],
)
def test_percentages_are_exact_with_half_rounded_up(numerator: int, denominator: int, percent: str | None) -> None:
    assert percentage(numerator, denominator) == (None if percent is None else Decimal(percent))


@pytest.mark.parametrize(
    ("days", "median"), [((), None), ((4,), "4"), ((1, 9), "5"), ((9, 1, 2), "2"), ((1, 2), "1.5")]
)
def test_the_median_of_days(days: tuple[int, ...], median: str | None) -> None:
    assert median_days(days) == (None if median is None else Decimal(median))


def test_a_period_that_has_not_begun_by_as_of_has_no_units() -> None:
    assert judged("tests_in_date", record(METHOTREXATE), 30, since=20, as_of=19) == ()
