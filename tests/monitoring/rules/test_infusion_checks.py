"""What goes before an infusion: how recent each item must be, what it showed, both sides of every limit."""

from typing import Any

import pytest

from monitoring.rules.infusion_checks import CheckState, InfusionCheck, checks_before
from monitoring.rules.record import Result
from regimens.rules.record import Course
from regimens.rules.vocabulary import Route
from tests.monitoring.rules.builders import after, course, done, infusion, protocol, record, result, weight

S = CheckState


def infused(drug: str, *days: int, route: Route = Route.INTRAVENOUS) -> Course:
    return course(drug, infusions=tuple(infusion(day) for day in days), route=route)


def checks(one: Course, results: list[Result], on: int, as_of: int, **known: Any) -> dict[str, InfusionCheck]:
    found = record(one, results=results, **known)
    return {check.item: check for check in checks_before(found, protocol(), one, after(on), after(as_of))}


def state(drug: str, item: str, sampled: int | None, on: int, as_of: int) -> CheckState:
    results = [] if sampled is None else done(item, sampled)
    return checks(infused(drug, 0), results, on, as_of)[item].state


@pytest.mark.parametrize(
    ("drug", "item", "sampled", "wanted"),
    [
        ("normal_immunoglobulin", "kidney_function", 14, S.DONE),
        ("normal_immunoglobulin", "kidney_function", 13, S.TOO_OLD),
        ("normal_immunoglobulin", "kidney_function", None, S.MISSING),
        ("normal_immunoglobulin", "iga", -2000, S.DONE),
        ("normal_immunoglobulin", "iga", None, S.MISSING),
        ("normal_immunoglobulin", "blood_pressure", 27, S.ON_THE_DAY),
        ("normal_immunoglobulin", "blood_pressure", 28, S.DONE),
        ("cyclophosphamide", "full_blood_count", 26, S.DONE),
        ("cyclophosphamide", "full_blood_count", 25, S.TOO_OLD),
        ("cyclophosphamide", "urinalysis", 26, S.DONE),
        ("cyclophosphamide", "urinalysis", 25, S.TOO_OLD),
        ("cyclophosphamide", "mesna_decision", -5, S.DONE),
        ("cyclophosphamide", "mesna_decision", None, S.MISSING),
        ("rituximab", "immunoglobulins", -14, S.DONE),
        ("rituximab", "immunoglobulins", -15, S.TOO_OLD),
        ("rituximab", "hepatitis_b_with_core", None, S.MISSING),
        ("tocilizumab", "liver_enzymes", -56, S.DONE),
        ("tocilizumab", "liver_enzymes", -57, S.TOO_OLD),
        ("tocilizumab", "lipids", -140, S.DONE),
        ("tocilizumab", "lipids", -141, S.TOO_OLD),
        ("abatacept", "full_blood_count", -140, S.DONE),
        ("abatacept", "full_blood_count", -141, S.TOO_OLD),
    ],
)
def test_how_recent_each_must_be(drug: str, item: str, sampled: int | None, wanted: CheckState) -> None:
    """For an infusion on day 28, seen on that day."""
    assert state(drug, item, sampled, 28, 28) is wanted


@pytest.mark.parametrize(("as_of", "wanted"), [(13, S.LATER), (14, S.MISSING)])
def test_before_its_window_nothing_is_missing_yet(as_of: int, wanted: CheckState) -> None:
    assert state("normal_immunoglobulin", "kidney_function", None, 28, as_of) is wanted


def test_a_day_that_has_passed_is_missing() -> None:
    assert state("normal_immunoglobulin", "blood_pressure", 27, 28, 29) is S.TOO_OLD


def test_what_was_sampled_later_is_not_seen() -> None:
    found = checks(infused("normal_immunoglobulin", 0), done("kidney_function", 21), 28, 20)
    assert found["kidney_function"].state is S.MISSING
    assert found["kidney_function"].values == ()


def test_a_weight_on_the_record_counts_and_is_shown() -> None:
    found = checks(infused("normal_immunoglobulin", 0), [], 28, 5, weights=(weight(0, "70.5"),))["weight"]
    assert (found.state, found.on) == (S.DONE, after(0))
    assert [value.shown for value in found.values] == ["70.5 kg"]


def test_each_value_of_the_day_is_shown() -> None:
    results = [result("white_cells", 27, "5.1"), result("neutrophils", 27, "3"), result("platelets", 27, "250")]
    found = checks(infused("cyclophosphamide", 0), [*results, result("haemoglobin", 27, "120")], 28, 28)
    assert len(found["full_blood_count"].values) == 4
    assert found["full_blood_count"].flags == ()
    assert not found["full_blood_count"].needs_action


@pytest.mark.parametrize(("value", "flagged"), [("1.9", True), ("2.0", False)])
def test_a_flagged_value_needs_action_however_recent(value: str, flagged: bool) -> None:
    results = [result("white_cells", 27, "5"), result("neutrophils", 27, value), result("platelets", 27, "250")]
    check = checks(infused("cyclophosphamide", 0), [*results, result("haemoglobin", 27, "120")], 28, 28)
    rules = [flag.rule_id for flag in check["full_blood_count"].flags]
    assert ("cyclophosphamide.neutrophils" in rules) is flagged
    assert check["full_blood_count"].state is S.DONE
    assert check["full_blood_count"].needs_action is flagged


@pytest.mark.parametrize(
    ("analyte", "value", "limit", "rule", "flagged"),
    [
        ("neutrophils", "1.9", None, "tocilizumab.start_neutrophils", True),
        ("neutrophils", "2.0", None, "tocilizumab.start_neutrophils", False),
        ("platelets", "99", None, "tocilizumab.start_platelets", True),
        ("platelets", "100", None, "tocilizumab.start_platelets", False),
        ("alt", "61", "40", "tocilizumab.start_alt", True),
        ("alt", "60", "40", "tocilizumab.start_alt", False),
        ("ast", "61", "40", "tocilizumab.start_ast", True),
        ("ast", "60", "40", "tocilizumab.start_ast", False),
    ],
)
def test_tocilizumab_is_not_begun_with_these(
    analyte: str, value: str, limit: str | None, rule: str, flagged: bool
) -> None:
    more = {"upper_limit": result("alt", 0, limit).value} if limit else {}
    count = [result(name, -1, "120") for name in ("white_cells", "haemoglobin")]
    usual = {"neutrophils": "4", "platelets": "250", "alt": "20", "ast": "20"} | {analyte: value}
    results = [*count, *(result(name, -1, each, **(more if name == analyte else {})) for name, each in usual.items())]
    before = checks(infused("tocilizumab"), results, 0, 0)
    said = {flag.rule_id for check in before.values() for flag in check.flags}
    assert (rule in said) is flagged
    given = checks(infused("tocilizumab", 0), results, 28, 28)
    assert rule not in {flag.rule_id for check in given.values() for flag in check.flags}


def test_a_drug_under_the_skin_or_by_mouth_has_no_list() -> None:
    assert checks(infused("tocilizumab", route=Route.SUBCUTANEOUS), [], 0, 0) == {}
    assert checks(infused("cyclophosphamide", route=Route.ORAL), [], 0, 0) == {}
    assert checks(infused("something else"), [], 0, 0) == {}


def test_every_check_says_what_it_rests_on() -> None:
    for drug in ("normal_immunoglobulin", "rituximab", "cyclophosphamide", "abatacept", "tocilizumab"):
        found = checks(infused(drug, 0), done("full_blood_count", 0), 28, 28)
        assert found
        for check in found.values():
            assert check.reason.source
            assert check.reason.predicates
