"""Every checkpoint of the project's case files."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from regimens.protocol.load import load
from regimens.rules.cases import EPOCH, CaseError, parse_cases
from regimens.rules.record import Course
from regimens.rules.replay import Replayed, replay
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, OutcomeKind

CASES = Path(__file__).parents[2] / "cases"
PROTOCOL = load()


def read(name: str) -> Any:
    return json.loads((CASES / name).read_text(encoding="utf-8"))


def checkpoints(name: str) -> list[Any]:
    replayed = replay(parse_cases(read(name), PROTOCOL), PROTOCOL)
    return [pytest.param(one, id=f"{one.case.id}-day-{one.checkpoint.as_of_day}") for one in replayed]


@pytest.mark.parametrize("one", checkpoints("published.json"))
def test_published_checkpoint(one: Replayed) -> None:
    if one.checkpoint.confidence != "low":
        assert one.differs == (), (one.expected, one.computed)
    assert one.findings.next_step.reasons


@pytest.mark.parametrize("one", checkpoints("readings.json"))
def test_checkpoint_of_a_reading(one: Replayed) -> None:
    assert one.differs == (), (one.expected, one.computed)


def test_every_reading_has_a_checkpoint() -> None:
    held = {number for case in read("readings.json") if case["expected"] for number in case["readings"]}
    assert held == {reading.number for reading in PROTOCOL.file.readings} == set(range(1, 42))


def minimal(**course: Any) -> list[dict[str, Any]]:
    given = {"drug": "methotrexate", "start_day": 0, **course}
    return [{"id": "one", "patient": {}, "courses": [given], "expected": [{"as_of_day": 5}]}]


def only_course(document: object) -> Course:
    return parse_cases(document, PROTOCOL)[0].record.courses[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcome": "vanished"}, r"case 'one', key 'courses\[0\]\.outcome': unknown outcome 'vanished'"),
        ({"start_day": "soon"}, r"case 'one', key 'courses\[0\]\.start_day': expected a number"),
        ({"start_day": True}, r"key 'courses\[0\]\.start_day'"),
        ({"stop_day": 10**9}, r"key 'courses\[0\]\.stop_day': day 1000000000 is out of range"),
        ({"drug": None}, r"key 'courses\[0\]\.drug': the drug is missing"),
    ],
)
def test_a_course_that_cannot_be_read_names_case_and_key(change: dict[str, Any], message: str) -> None:
    with pytest.raises(CaseError, match=message):
        parse_cases(minimal(**change), PROTOCOL)


@pytest.mark.parametrize(
    ("key", "rows", "message"),
    [
        ("milestones", [{"day": 1, "kind": "party"}], "unknown milestone 'party'"),
        ("milestones", [{"kind": "relapse"}], "the day is missing"),
        ("conditions", [{"kind": "gout", "from_day": 0}], "unknown condition 'gout'"),
        ("assessments", [{"day": 0, "lowest_mrc": 6}], "not a strength grade"),
        ("assessments", [{"day": 0, "lowest_mrc_group": "tail"}], "unknown muscle group"),
        ("assessments", "none", "expected a list of objects"),
        ("expected", [{}], "the day is missing"),
    ],
)
def test_other_rows_that_cannot_be_read(key: str, rows: object, message: str) -> None:
    document = minimal()
    document[0][key] = rows
    with pytest.raises(CaseError, match=f"case 'one', key '{key}.*{message}"):
        parse_cases(document, PROTOCOL)


def test_a_file_that_is_no_list_and_an_id_used_twice() -> None:
    with pytest.raises(CaseError, match="list of cases"):
        parse_cases({}, PROTOCOL)
    with pytest.raises(CaseError, match="used twice"):
        parse_cases(minimal() + minimal(), PROTOCOL)
    with pytest.raises(CaseError, match="key 'id' is missing"):
        parse_cases([{}], PROTOCOL)


def test_missing_keys_load_and_stay_missing() -> None:
    case = parse_cases(minimal(), PROTOCOL)[0]
    assert case.record.patient.person.born is None
    assert case.record.courses[0].doses == ()
    assert replay((case,), PROTOCOL)[0].differs == ()


def test_a_judgement_takes_its_own_day_then_the_stop_then_none() -> None:
    own = only_course(minimal(outcome="ineffective", outcome_day=30, stop_day=60))
    stop = only_course(minimal(outcome="ineffective", stop_day=60))
    neither = only_course(minimal(outcome="ineffective"))
    assert [(outcome.on - EPOCH).days for outcome in own.outcomes] == [30]
    assert [(outcome.on - EPOCH).days for outcome in stop.outcomes] == [60]
    assert neither.outcomes == ()
    assert neither.undated_outcome is OutcomeKind.INEFFECTIVE
    assert only_course(minimal(outcome="ongoing")).undated_outcome is None


def test_doses_as_printed() -> None:
    weekly = only_course(minimal(dose=0.3, unit="mg/kg", frequency="once weekly")).doses[0]
    assert (str(weekly.amount), weekly.unit, weekly.basis) == ("0.3", DoseUnit.MILLIGRAM, DoseBasis.PER_KILOGRAM)
    assert weekly.frequency is Frequency.ONCE_WEEKLY
    strange = only_course(minimal(dose="5-10", unit="tablets", frequency=None)).doses[0]
    assert (strange.amount, strange.unit, strange.frequency_text) == (None, None, "dose as printed: 5-10 tablets")
    assert only_course(minimal(dose=3, unit="g/day")).doses[0].frequency is Frequency.PER_DAY_TOTAL


def test_drug_words() -> None:
    assert only_course(minimal(drug="IVIG")).drug == "normal_immunoglobulin"
    assert only_course(minimal(drug="Prednisone")).drug == "prednisolone"
    assert only_course(minimal(drug="cyclosporine A")).drug == "ciclosporin"
    assert only_course(minimal(drug="methylprednisolone", route="IV")).drug == "methylprednisolone_sodium_succinate"
    assert only_course(minimal(drug="methylprednisolone", route="oral")).drug == "methylprednisolone"
    outside = only_course(minimal(drug="JAK inhibitor"))
    assert (outside.drug, outside.drug_text, outside.role) == ("", "JAK inhibitor", CourseRole.OUTSIDE_PATHWAY)
    assert only_course(minimal(drug="dexamethasone")).role is CourseRole.CORTICOSTEROID


@pytest.mark.parametrize(("age", "minor"), [(17, True), (17.9, True), (18, False), (0, True)])
def test_the_age_at_presentation_is_kept(age: float, minor: bool) -> None:
    document = minimal()
    document[0]["patient"] = {"age": age}
    document[0]["expected"] = [{"as_of_day": 0}]
    findings = replay(parse_cases(document, PROTOCOL), PROTOCOL)[0].findings
    assert ("notice.child" in {reason.rule_id for reason in findings.notices}) is minor


def test_differences_are_named_and_only_high_ones_fail() -> None:
    document = deepcopy(read("published.json"))[:1]
    document[0]["expected"][0]["line_reached"] = 3
    document[0]["expected"][1]["next_options"] = ["abatacept"]
    medium, high, _ = replay(parse_cases(document, PROTOCOL), PROTOCOL)
    assert (medium.differs, medium.fails) == (("line_reached",), False)
    assert (high.differs, high.fails) == (("next_options",), True)


def test_a_null_expectation_is_not_scored_and_sets_have_no_order() -> None:
    document = deepcopy(read("published.json"))[:1]
    row = document[0]["expected"][2]
    row["severity"] = None
    row["failed_drugs"].reverse()
    row["next_options"] = ["abatacept", "rituximab + cyclophosphamide"]
    assert replay(parse_cases(document, PROTOCOL), PROTOCOL)[2].differs == ()
