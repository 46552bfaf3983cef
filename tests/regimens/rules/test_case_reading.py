"""What becomes of each key of a case file, and each refusal word for word."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from patients.rules.record import Assessment, Autoantibody, Condition, Enzyme, Person, Weight
from patients.rules.vocabulary import (
    AntibodyFinding,
    ConditionKind,
    DatePrecision,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    SevereFeature,
    Sex,
    Subtype,
)
from regimens.protocol.load import load
from regimens.rules.case_values import CaseError
from regimens.rules.cases import EPOCH, Case, Checkpoint, parse_cases
from regimens.rules.record import Course, DosePeriod, Milestone, Outcome
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
    StopReason,
)

PROTOCOL = load()
D = Decimal


def whole() -> dict[str, Any]:
    """A case with every key."""
    return {
        "id": "c",
        "source": {"title": "A report", "url": "https://example.org/c", "year": 2018},
        "kind": "real published case",
        "dates": "month",
        "patient": {
            "age": 54.5,
            "sex": "F",
            "subtype": "polymyositis",
            "weight_kg": 64,
            "autoantibodies": ["anti-Jo-1", "anti-SRP (negative)"],
        },
        "conditions": [
            {"kind": "ild", "from_day": 10, "to_day": 40, "notes": "on CT"},
            {"kind": "pregnancy"},
        ],
        "assessments": [
            {
                "day": 3.9,
                "ck": "3200.5",
                "ck_upper_limit": 200,
                "fvc_percent": 71,
                "haq": 1.5,
                "physician_global": 6,
                "lowest_mrc": "4-",
                "lowest_mrc_group": "axial",
                "mmt8": "66/80",
                "severe_features": ["severe_weakness", "aspiration", "ILD", "severe weakness"],
                "notes": "first visit",
                "non_severe_confirmed": True,
            },
            {"day": 30, "mmt8": 81},
            {"day": 31, "mmt8": 80},
            {"day": 32, "mmt8": "100/150", "ck": 90},
            {"day": 33, "mmt8": "70/100", "severe_features": "myocarditis"},
        ],
        "milestones": [{"kind": "relapse", "day": 50, "notes": "flare"}],
        "courses": [
            {
                "drug": " Prednisone ",
                "dose": 60,
                "unit": "mg",
                "route": "PO",
                "frequency": "once daily then tapered",
                "start_day": 1,
                "stop_day": 20,
                "outcome": "ineffective",
                "outcome_day": 19,
                "reason": "no effect",
            },
        ],
        "outcome": "recovered",
        "expected": [
            {
                "as_of_day": 5,
                "line_reached": 1,
                "confidence": "medium",
                "reasoning": "why",
                "acceptable_alternatives": ["a", "b"],
            },
            {"as_of_day": 6.5},
        ],
    }


def read(**changed: Any) -> Case:
    (case,) = parse_cases([whole() | changed], PROTOCOL)
    return case


def course(**changed: Any) -> Course:
    row = {"drug": "methotrexate", "start_day": 0}
    return read(courses=[row | changed]).record.courses[0]


def assessment(**changed: Any) -> Assessment:
    return read(assessments=[{"day": 0} | changed]).record.patient.assessments[0]


def test_the_case_itself() -> None:
    case = read()
    assert (case.id, case.title, case.url) == ("c", "A report", "https://example.org/c")
    assert (case.kind, case.dates, case.ending, case.age) == ("real published case", "month", "recovered", D("54.5"))
    assert case.checkpoints[0] == Checkpoint(5, date(2001, 1, 6), "medium", whole()["expected"][0], "why", ("a", "b"))
    assert case.checkpoints[1] == Checkpoint(6, date(2001, 1, 7), "low", {"as_of_day": 6.5}, "", ())


def test_a_bare_case_is_empty() -> None:
    (case,) = parse_cases([{"id": "bare"}], PROTOCOL)
    assert (case.title, case.url, case.kind, case.dates, case.ending, case.age) == ("", "", "", "", "", None)
    patient = case.record.patient
    assert patient.person == Person("bare", None, Sex.NOT_RECORDED, Subtype.NOT_RECORDED)
    assert (patient.weights, patient.conditions, patient.autoantibodies, patient.assessments) == ((), (), (), ())
    assert (case.record.courses, case.record.milestones, case.checkpoints) == ((), (), ())


def test_the_patient() -> None:
    patient = read().record.patient
    assert patient.person == Person("c", date(1946, 7, 1), Sex.FEMALE, Subtype.POLYMYOSITIS)
    assert patient.weights == (Weight("c:weight", EPOCH, D(64)),)
    assert patient.autoantibodies == (
        Autoantibody("c:antibody:0", "anti-Jo-1", AntibodyFinding.POSITIVE),
        Autoantibody("c:antibody:1", "anti-SRP (negative)", AntibodyFinding.NEGATIVE),
    )
    assert patient.conditions == (
        Condition("c:conditions[0]", ConditionKind.ILD, date(2001, 1, 11), date(2001, 2, 10), "on CT"),
        Condition("c:conditions[1]", ConditionKind.PREGNANCY, EPOCH, None, ""),
    )
    assert read(patient={"weight_kg": 0}).record.patient.weights == ()
    assert [each.name for each in read(patient={"autoantibodies": "Mi-2"}).record.patient.autoantibodies] == ["Mi-2"]


@pytest.mark.parametrize(
    ("age", "born"),
    [
        (0, date(2001, 1, 1)),
        (0.09, date(2000, 12, 1)),
        (17.9, date(1983, 3, 1)),
        (17.99, date(1983, 2, 1)),
        (18, date(1983, 1, 1)),
        (130, date(1871, 1, 1)),
        (1.5, date(1999, 7, 1)),
    ],
)
def test_a_date_of_birth_that_gives_the_age(age: float, born: date) -> None:
    assert read(patient={"age": age}).record.patient.person.born == born


def test_a_date_of_birth_from_the_end_of_a_month() -> None:
    (case,) = parse_cases([{"id": "c", "patient": {"age": 1}}], PROTOCOL, date(2024, 3, 31))
    assert case.record.patient.person.born == date(2023, 3, 28)
    (case,) = parse_cases([{"id": "c", "patient": {"age": 0.25}}], PROTOCOL, date(2024, 3, 15))
    assert case.record.patient.person.born == date(2023, 12, 15)
    (case,) = parse_cases([{"id": "c", "patient": {"age": "0.17"}}], PROTOCOL, date(2024, 3, 15))
    assert case.record.patient.person.born == date(2024, 1, 15)


def test_the_assessments() -> None:
    first, *others = read().record.patient.assessments
    assert first == Assessment(
        id="c:assessments[0]",
        on=date(2001, 1, 4),
        physician_global=D(6),
        haq=D("1.5"),
        fvc_percent=D(71),
        mmt=D(66),
        mmt_maximum=80,
        enzymes=(Enzyme(EnzymeName.CK, D("3200.5"), "U/L", D(200)),),
        lowest_mrc=MrcGrade.FOUR_MINUS,
        lowest_mrc_group=MuscleGroup.AXIAL,
        severe_features=(SevereFeature.SEVERE_WEAKNESS, SevereFeature.OTHER_LIFE_THREATENING),
        non_severe_confirmed=True,
        precision=DatePrecision.ESTIMATED,
        notes="first visit; stated: aspiration; stated: ILD; stated: severe weakness",
    )
    assert [(each.mmt, each.mmt_maximum) for each in others] == [
        (D(81), 150),
        (D(80), None),
        (D(100), 150),
        (D(70), None),
    ]
    assert others[2].enzymes == (Enzyme(EnzymeName.CK, D(90), "U/L", None),)
    assert others[3].severe_features == (SevereFeature.MYOCARDITIS,)
    assert others[3].notes == ""
    assert (others[0].lowest_mrc, others[0].lowest_mrc_group) == (None, MuscleGroup.NOT_RECORDED)
    assert others[0].non_severe_confirmed is False
    assert assessment(non_severe_confirmed=1).non_severe_confirmed is False
    assert (assessment(mmt8=None).mmt, assessment(mmt8=None).mmt_maximum) == (None, None)
    assert (assessment(mmt8="200/260").mmt, assessment(mmt8="200/260").mmt_maximum) == (D(200), 260)
    assert (assessment(mmt8="60 / 80 ").mmt, assessment(mmt8="60 / 80 ").mmt_maximum) == (D(60), 80)


def test_the_treatment() -> None:
    record = read().record
    assert record.milestones == (Milestone("c:milestones[0]", date(2001, 2, 20), MilestoneKind.RELAPSE, "flare"),)
    assert record.courses == (
        Course(
            id="c:courses[0]",
            drug="prednisolone",
            start_on=date(2001, 1, 2),
            role=CourseRole.CORTICOSTEROID,
            drug_text="Prednisone",
            route=Route.ORAL,
            start_precision=DatePrecision.ESTIMATED,
            stop_on=date(2001, 1, 21),
            stop_reason=StopReason.INEFFECTIVE,
            note="no effect",
            doses=(
                DosePeriod(
                    "c:courses[0]:dose",
                    date(2001, 1, 2),
                    D(60),
                    DoseUnit.MILLIGRAM,
                    DoseBasis.FLAT,
                    Frequency.ONCE_DAILY,
                    "once daily then tapered",
                ),
            ),
            outcomes=(Outcome("c:courses[0]:outcome", date(2001, 1, 20), OutcomeKind.INEFFECTIVE, "no effect"),),
        ),
    )


@pytest.mark.parametrize(
    ("outcome", "stop_reason"),
    [
        ("completed", StopReason.PLANNED),
        ("remission", StopReason.REMISSION),
        ("ineffective", StopReason.INEFFECTIVE),
        ("steroid_dependent", StopReason.INEFFECTIVE),
        ("intolerant", StopReason.INTOLERANT),
        ("responded", StopReason.NOT_RECORDED),
        (None, StopReason.NOT_RECORDED),
    ],
)
def test_why_it_was_stopped(outcome: str | None, stop_reason: StopReason) -> None:
    assert course(outcome=outcome, stop_day=9).stop_reason is stop_reason
    assert course(outcome=outcome).stop_reason is None


def test_a_drug_never_given_is_judged_on_its_day_or_at_presentation() -> None:
    judged = course(start_day=None, never_given=True, outcome="declined", outcome_day=7, dose=5, unit="mg")
    assert (judged.start_on, judged.start_precision) == (date(2001, 1, 8), DatePrecision.ESTIMATED)
    assert (judged.never_given, judged.doses, judged.undated_outcome) == (True, (), None)
    assert [outcome.on for outcome in judged.outcomes] == [date(2001, 1, 8)]
    begun = course(start_day=4, never_given=True, outcome="contraindicated")
    assert (begun.start_on, [outcome.on for outcome in begun.outcomes]) == (date(2001, 1, 5), [date(2001, 1, 5)])
    nowhere = course(start_day=None, never_given=True, outcome="declined")
    assert (nowhere.start_on, nowhere.start_precision) == (EPOCH, DatePrecision.ESTIMATED)
    given = course(start_day=None, outcome="ineffective", outcome_day=7, never_given=1)
    assert (given.start_on, given.never_given, given.outcomes[0].on) == (EPOCH, False, date(2001, 1, 8))
    assert (given.start_precision, given.outcomes[0].reason) == (DatePrecision.ESTIMATED, "")


def test_a_judgement_without_a_day_is_kept_apart() -> None:
    assert course(outcome="intolerant").undated_outcome is OutcomeKind.INTOLERANT
    assert course(outcome="intolerant", stop_day=3).undated_outcome is None
    assert course(outcome="ongoing").undated_outcome is None
    assert course(note="x", reason="because").note == "because"


DOSES: list[tuple[dict[str, Any], tuple[Any, ...] | None]] = [
    ({}, None),
    ({"unit": "mg"}, None),
    (
        {"frequency": "twice daily"},
        (None, None, DoseBasis.FLAT, Frequency.TWICE_DAILY, "twice daily"),
    ),
    (
        {"dose": "0.5", "unit": "mg/kg/day"},
        (D("0.5"), DoseUnit.MILLIGRAM, DoseBasis.PER_KILOGRAM, Frequency.PER_DAY_TOTAL, ""),
    ),
    (
        {"dose": 2, "unit": "g/kg", "frequency": "by the month"},
        (D(2), DoseUnit.GRAM, DoseBasis.PER_KILOGRAM, Frequency.AS_TEXT, "by the month"),
    ),
    (
        {"dose": 2, "unit": "g/day", "frequency": "by the month"},
        (D(2), DoseUnit.GRAM, DoseBasis.FLAT, Frequency.PER_DAY_TOTAL, "by the month"),
    ),
    (
        {"dose": 2, "unit": "g/day", "frequency": "twice daily"},
        (D(2), DoseUnit.GRAM, DoseBasis.FLAT, Frequency.TWICE_DAILY, "twice daily"),
    ),
    (
        {"dose": "5-10", "unit": "mg", "frequency": "once daily"},
        (None, None, DoseBasis.FLAT, Frequency.ONCE_DAILY, "dose as printed: 5-10 mg; once daily"),
    ),
    (
        {"dose": 0, "unit": "mg/kg"},
        (None, None, DoseBasis.FLAT, Frequency.NOT_RECORDED, "dose as printed: 0 mg/kg"),
    ),
    (
        {"dose": "inf", "unit": "mg"},
        (None, None, DoseBasis.FLAT, Frequency.NOT_RECORDED, "dose as printed: inf mg"),
    ),
    ({"dose": 5}, (None, None, DoseBasis.FLAT, Frequency.NOT_RECORDED, "dose as printed: 5")),
]


@pytest.mark.parametrize(("given", "expected"), DOSES, ids=range(len(DOSES)))
def test_doses(given: dict[str, Any], expected: tuple[Any, ...] | None) -> None:
    doses = course(**given).doses
    if expected is None:
        assert doses == ()
    else:
        assert doses == (DosePeriod("c:courses[0]:dose", EPOCH, *expected),)


CONDITIONS = ", ".join(kind.value for kind in ConditionKind)
JUDGEMENTS = ", ".join(["ongoing", *(kind.value for kind in OutcomeKind)])
REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"source": []}, "key 'source': expected an object, found []"),
    ({"patient": "p"}, "key 'patient': expected an object, found 'p'"),
    ({"courses": {}}, "key 'courses': expected a list of objects"),
    ({"courses": ["x"]}, "key 'courses': expected a list of objects"),
    ({"patient": {"age": "x"}}, "key 'patient.age': expected a number, found 'x'"),
    ({"patient": {"age": True}}, "key 'patient.age': expected a number, found True"),
    ({"patient": {"age": "NaN"}}, "key 'patient.age': expected a number, found 'NaN'"),
    ({"patient": {"age": 131}}, "key 'patient.age': age 131 is out of range"),
    ({"patient": {"age": -1}}, "key 'patient.age': age -1 is out of range"),
    ({"patient": {"weight_kg": "x"}}, "key 'patient.weight_kg': expected a number, found 'x'"),
    ({"patient": {"autoantibodies": 5}}, "key 'patient.autoantibodies': expected a list, found 5"),
    (
        {"conditions": [{"kind": "gout"}]},
        f"key 'conditions[0].kind': unknown condition 'gout'; known are {CONDITIONS}",
    ),
    ({"conditions": [{}]}, f"key 'conditions[0].kind': unknown condition ''; known are {CONDITIONS}"),
    ({"conditions": [{"kind": "ild", "from_day": "x"}]}, "key 'conditions[0].from_day': expected a number, found 'x'"),
    ({"conditions": [{"kind": "ild", "to_day": "x"}]}, "key 'conditions[0].to_day': expected a number, found 'x'"),
    ({"assessments": [{}]}, "key 'assessments[0].day': the day is missing"),
    ({"assessments": [{"day": 0, "ck": "x"}]}, "key 'assessments[0].ck': expected a number, found 'x'"),
    (
        {"assessments": [{"day": 0, "ck_upper_limit": "x"}]},
        "key 'assessments[0].ck_upper_limit': expected a number, found 'x'",
    ),
    ({"assessments": [{"day": 0, "haq": "x"}]}, "key 'assessments[0].haq': expected a number, found 'x'"),
    ({"assessments": [{"day": 0, "mmt8": "x/80"}]}, "key 'assessments[0].mmt8': expected a number, found 'x'"),
    (
        {"assessments": [{"day": 0, "fvc_percent": "x"}]},
        "key 'assessments[0].fvc_percent': expected a number, found 'x'",
    ),
    (
        {"assessments": [{"day": 0, "physician_global": "x"}]},
        "key 'assessments[0].physician_global': expected a number, found 'x'",
    ),
    (
        {"assessments": [{"day": 0, "lowest_mrc": 9}]},
        "key 'assessments[0].lowest_mrc': not a strength grade from 0 to 5: 9",
    ),
    (
        {"assessments": [{"day": 0, "lowest_mrc_group": "arm"}]},
        "key 'assessments[0].lowest_mrc_group': unknown muscle group 'arm'",
    ),
    (
        {"assessments": [{"day": 0, "severe_features": 1}]},
        "key 'assessments[0].severe_features': expected a list, found 1",
    ),
    (
        {"milestones": [{"kind": "cure", "day": 1}]},
        "key 'milestones[0].kind': unknown milestone 'cure'; known are remission, remission_off_treatment, "
        "drug_free_remission, relapse",
    ),
    ({"milestones": [{"kind": "relapse"}]}, "key 'milestones[0].day': the day is missing"),
    ({"courses": [{"drug": " "}]}, "key 'courses[0].drug': the drug is missing"),
    (
        {"courses": [{"drug": "x", "outcome": "gone"}]},
        f"key 'courses[0].outcome': unknown outcome 'gone'; known are {JUDGEMENTS}",
    ),
    (
        {"courses": [{"drug": "x", "outcome_day": "x"}]},
        "key 'courses[0].outcome_day': expected a number, found 'x'",
    ),
    ({"courses": [{"drug": "x", "start_day": 60001}]}, "key 'courses[0].start_day': day 60001 is out of range"),
    ({"courses": [{"drug": "x", "stop_day": -60001}]}, "key 'courses[0].stop_day': day -60001 is out of range"),
    ({"expected": [{}]}, "key 'expected[0].as_of_day': the day is missing"),
    (
        {"expected": [{"as_of_day": 1, "acceptable_alternatives": 5}]},
        "key 'expected[0].acceptable_alternatives': expected a list, found 5",
    ),
]


@pytest.mark.parametrize(("changed", "message"), REFUSALS, ids=range(len(REFUSALS)))
def test_refusals(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(CaseError) as refused:
        parse_cases([whole() | changed], PROTOCOL)
    assert str(refused.value) == f"case 'c', {message}"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "the file must hold a list of cases"),
        ([{"id": "a"}, 5], "case number 2: expected an object"),
        ([{"id": "a"}, {"id": ""}], "case number 2: key 'id' is missing"),
        ([{"id": "a"}, {"id": "a"}], "case 'a': the id is used twice"),
    ],
)
def test_what_is_no_case(document: object, message: str) -> None:
    with pytest.raises(CaseError) as refused:
        parse_cases(document, PROTOCOL)
    assert str(refused.value) == message


@pytest.mark.parametrize("day", [60_000, -60_000])
def test_days_at_the_ends_of_the_calendar(day: int) -> None:
    assert (course(start_day=day).start_on - EPOCH).days == day
