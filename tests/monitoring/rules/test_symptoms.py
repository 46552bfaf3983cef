"""Symptoms told at a contact: which alert each raises, and the blood count that they make due."""

from dataclasses import replace
from typing import Any

import pytest

from monitoring.protocol.load import load
from monitoring.rules.alerts import evaluate_alerts
from monitoring.rules.findings import AlertFinding, DueFinding, DueStatus
from monitoring.rules.record import MonitoringRecord, SampleTaken, Snooze, SymptomsTold, Waiver
from monitoring.rules.schedule import evaluate
from monitoring.rules.symptoms import asks_for
from monitoring.rules.vocabulary import AlertGrade, Symptom
from patients.rules.vocabulary import DatePrecision
from regimens.rules.record import Course
from tests.monitoring.rules.builders import after, course, dose, protocol, record, result

COUNT = "full_blood_count"
DAY = 120
PRINTED = (Symptom.SORE_THROAT, Symptom.MOUTH_ULCERS, Symptom.BRUISING, Symptom.FEVER, Symptom.RASH)


def told(*symptoms: Symptom, day: int = DAY, identity: str = "7") -> SymptomsTold:
    return SymptomsTold(identity, after(day), symptoms)


def treated(*contacts: SymptomsTold, drug: str = "methotrexate", counted: int = 115, **more: Any) -> MonitoringRecord:
    """Somebody who has taken a drug for weeks and whose last count is of day `counted`."""
    analytes = ("white_cells", "neutrophils", "platelets", "haemoglobin")
    rows = [result(analyte, counted, "150" if analyte in analytes[2:] else "6") for analyte in analytes]
    taken = course(drug, dose(0, "15"), **more)
    return replace(record(taken, results=rows), symptoms_told=contacts)


def alerts(found: MonitoringRecord, day: int = DAY) -> list[AlertFinding]:
    return list(evaluate_alerts(found, protocol(), after(day)))


def count(found: MonitoringRecord, day: int = DAY) -> DueFinding:
    (due,) = (one for one in evaluate(found, protocol(), after(day)).due if one.item == COUNT)
    return due


def asked_at_once(found: MonitoringRecord, day: int) -> list[DueFinding]:
    """The counts that are due because of symptoms."""
    due = (one for one in evaluate(found, protocol(), after(day)).due if one.item == COUNT)
    return [one for one in due if any("asked for at once" in reason.text for reason in one.reasons)]


@pytest.mark.parametrize("symptom", list(Symptom))
def test_every_symptom_raises_an_alert_at_once(symptom: Symptom) -> None:
    (found,) = alerts(replace(record(), symptoms_told=(told(symptom),)))
    assert (found.subject, found.on) == ("contact:7", after(DAY))
    assert found.grade is (AlertGrade.URGENT if symptom in PRINTED else AlertGrade.ACTION)
    assert ("Urgent full blood count." in found.action) is (symptom in PRINTED)


def test_the_strictest_rule_leads_and_the_others_are_named_beside_it() -> None:
    symptoms = (Symptom.INFECTION, Symptom.FEVER, Symptom.SORE_THROAT)
    (found,) = alerts(replace(record(), symptoms_told=(told(*symptoms),)))
    assert found.rule_id == "bsr_2017.symptoms"
    assert found.text.startswith("Sore throat and fever told of on")
    assert [reason.text.split(" told")[0] for reason in found.further] == ["Infection"]
    assert found.action.startswith("Urgent full blood count. See the patient;")


@pytest.mark.parametrize(
    ("taken", "urgent"),
    [
        (course("methotrexate", start=DAY), True),
        (course("methotrexate", start=DAY + 1), False),
        (course("methotrexate", stop=DAY - 28), True),
        (course("methotrexate", stop=DAY - 29), False),
        (course("methotrexate", stop=0, never_given=True), False),
        (course("azathioprine"), False),
    ],
)
def test_breathlessness_is_urgent_while_methotrexate_may_be_the_cause(taken: Course, urgent: bool) -> None:
    (found,) = alerts(replace(record(taken), symptoms_told=(told(Symptom.BREATHLESSNESS),)))
    rule = "symptoms.breathlessness_on_methotrexate" if urgent else "symptoms.breathlessness"
    assert (found.rule_id, found.grade) == (rule, AlertGrade.URGENT if urgent else AlertGrade.ACTION)
    assert ("Possible pneumonitis" in found.action) is urgent


def test_what_all_rules_say_together_fits_into_an_alert() -> None:
    (found,) = alerts(treated(told(*Symptom)))
    assert len(found.action) <= 300


@pytest.mark.parametrize("symptom", list(Symptom))
@pytest.mark.parametrize("drug", ["methotrexate", "azathioprine", "mycophenolate_mofetil", "cyclophosphamide"])
def test_on_a_drug_that_can_harm_the_marrow_a_count_is_due_the_same_day(drug: str, symptom: Symptom) -> None:
    found = [
        one for one in evaluate(treated(told(symptom), drug=drug), protocol(), after(DAY)).due if one.item == COUNT
    ]
    now = [one for one in found if one.due_on == after(DAY) and one.status is DueStatus.DUE]
    assert bool(now) is (symptom is not Symptom.BREATHLESSNESS)
    words = f"asked for at once: {symptom.label} told of on"
    assert all(any(words in reason.text for reason in one.reasons) for one in now)


def test_nothing_is_due_before_the_day_and_nothing_for_a_drug_without_counts() -> None:
    assert count(treated(told(Symptom.FEVER, day=DAY + 1))).due_on > after(DAY)
    alone = replace(record(course("prednisolone", dose(0, "20"))), symptoms_told=(told(Symptom.FEVER),))
    assert not [one for one in evaluate(alone, protocol(), after(DAY)).due if one.item == COUNT]


def test_the_drugs_are_those_that_ask_for_counts_again_and_again() -> None:
    asking = {drug.id for drug in load().drugs.values() if asks_for(drug, COUNT)}
    assert asking >= {"methotrexate", "azathioprine", "mycophenolate_mofetil", "leflunomide", "ciclosporin"}
    assert asking >= {"tacrolimus", "cyclophosphamide", "rituximab", "tocilizumab"}
    assert not asking & {"prednisolone", "hydroxychloroquine", "folic_acid", "methylprednisolone"}


@pytest.mark.parametrize(("counted", "answered"), [(DAY - 1, False), (DAY, True), (DAY + 1, True)])
def test_a_sample_of_that_day_or_later_answers_it(counted: int, answered: bool) -> None:
    due = count(treated(told(Symptom.FEVER), counted=counted), DAY + 2)
    assert (due.due_on > after(DAY + 2)) is answered


def test_told_before_the_drug_was_begun_it_asks_no_more_than_the_start_does() -> None:
    due = count(treated(told(Symptom.FEVER, day=100), start=101, counted=99), 101)
    assert not any("asked for at once" in reason.text for reason in due.reasons)


@pytest.mark.parametrize(("made", "holds"), [(DAY - 1, False), (DAY, True)])
def test_what_was_decided_before_they_were_told_hides_nothing(made: int, holds: bool) -> None:
    found = treated(told(Symptom.FEVER), counted=20)  # overdue anyway: that demand must not stand for this one
    later = after(DAY + 5)
    for more in (
        {"snoozes": (Snooze(COUNT, after(made), later, "next visit"),)},
        {"waivers": (Waiver("w", COUNT, after(made), "done elsewhere", until=later),)},
        {"samples_taken": (SampleTaken("s", COUNT, after(made), later),)},
    ):
        kept = [
            one
            for one in evaluate(replace(found, **more), protocol(), after(DAY)).due
            if one.item == COUNT and one.status in (DueStatus.DUE, DueStatus.OVERDUE)
        ]
        assert bool(kept) is not holds, more


def test_two_contacts_ask_once_since_the_first_and_are_answered_after_the_last() -> None:
    both = (told(Symptom.FEVER, day=DAY - 4, identity="1"), told(Symptom.INFECTION, day=DAY, identity="2"))
    due = count(treated(*both, counted=DAY - 5))
    assert due.due_on == after(DAY - 4)
    assert due.driver.not_before == after(DAY)
    assert count(treated(*both, counted=DAY - 2)).due_on == after(DAY)
    assert count(treated(*both, counted=DAY)).due_on > after(DAY)


def test_the_order_of_contacts_has_no_meaning() -> None:
    both = (told(Symptom.FEVER, day=DAY - 4, identity="1"), told(Symptom.RASH, day=DAY, identity="2"))
    assert count(treated(*both, counted=90)) == count(treated(*reversed(both), counted=90))


@pytest.mark.parametrize("drug", ["methotrexate", "azathioprine", "leflunomide", "rituximab"])
@pytest.mark.parametrize("symptom", [Symptom.FEVER, Symptom.INFECTION])
def test_a_stop_of_the_drug_takes_the_count_away_only_after_the_days_of_the_rule(drug: str, symptom: Symptom) -> None:
    (days,) = {rule.after_stop_days for rule in protocol().symptoms if symptom in rule.symptoms}
    assert days is not None
    for since, asked in ((0, True), (days, True), (days + 1, False)):
        stopped = treated(told(symptom, day=200), drug=drug, counted=199, stop=200 - since)
        assert [one.due_on for one in asked_at_once(stopped, 201)] == [after(200)] * asked, since


def test_the_reason_says_when_the_drug_was_stopped_and_why_it_is_still_asked_for() -> None:
    stopped = treated(told(Symptom.FEVER), stop=DAY - 10, stop_precision=DatePrecision.MONTH)
    (due,) = asked_at_once(stopped, DAY)
    assert due.driver.reason.text == (
        "asked for at once: fever told of on 05-May-2026; methotrexate was stopped on about Apr-2026 and may be the "
        "cause: asked for up to 24 weeks after a stop"
    )
    assert [[fact.kind for fact in each.facts] for each in due.driver.reason.predicates] == [["contact"], ["course"]]
    (quiet,) = evaluate(stopped, protocol(), after(DAY)).quiet_reasons
    assert "only what is asked for after its stop is still due" in quiet.text


@pytest.mark.parametrize(("counted", "answered"), [(DAY - 1, False), (DAY, True)])
def test_a_drug_that_is_stopped_because_of_the_symptoms_still_asks_until_a_sample(counted: int, answered: bool) -> None:
    stopped = treated(told(Symptom.FEVER), counted=counted, stop=DAY + 1)
    for day in (DAY + 1, DAY + 400):
        assert bool(asked_at_once(stopped, day)) is not answered, day


@pytest.mark.parametrize(
    ("drug", "more"),
    [
        ("prednisolone", {"stop": DAY - 1}),
        ("methotrexate", {"stop": DAY - 1, "never_given": True}),
        ("methotrexate", {"start": DAY + 1, "stop": DAY + 2}),
    ],
)
def test_a_drug_that_cannot_be_the_cause_asks_for_nothing_once_stopped(drug: str, more: dict[str, Any]) -> None:
    assert not asked_at_once(treated(told(Symptom.FEVER), drug=drug, **more), DAY + 5)


@pytest.mark.parametrize(("told_on", "asking"), [(DAY - 1, "first"), (DAY, "second")])
@pytest.mark.parametrize("drug", ["azathioprine", "methotrexate"])
def test_what_a_drug_that_is_taken_now_asks_for_is_not_asked_for_by_a_stopped_one_too(
    drug: str, told_on: int, asking: str
) -> None:
    courses = (course("azathioprine", id="first", stop=DAY - 5), course(drug, start=DAY, id="second"))
    for both in (courses, courses[::-1]):
        found = replace(record(*both), symptoms_told=(told(Symptom.FEVER, day=told_on),))
        due = [one for one in evaluate(found, protocol(), after(DAY + 1)).due if one.item == COUNT]
        drivers = [driver for one in due for driver in (one.driver, *one.other_drivers)]
        assert [one.course.id for one in drivers if "asked for at once" in one.reason.text] == [asking]
