"""What a drug meets: other drugs, conditions and the present step of the pathway."""

from dataclasses import replace
from datetime import date

import pytest

from patients.rules.reasons import RuleKind, Truth
from patients.rules.vocabulary import ConditionKind, Subtype
from regimens.rules.guard_findings import GuardCode, GuardLevel
from regimens.rules.proposals import ChangeDose
from regimens.rules.record import Course
from regimens.rules.vocabulary import CourseRole, MilestoneKind, OutcomeKind, Route
from tests.regimens.rules.build import NON_SEVERE, SEVERE, condition, course, milestone, on, record
from tests.regimens.rules.guarding import COURSE, GRAM, TWICE, WEEKLY, amount, codes, said, start, the

C, WARN, NOTE = GuardCode, GuardLevel.WARN, GuardLevel.NOTE
PULSE, IMMUNOGLOBULIN, MYCOPHENOLATE = (
    "methylprednisolone_sodium_succinate",
    "normal_immunoglobulin",
    "mycophenolate_mofetil",
)
ONE = amount("50")


@pytest.mark.parametrize(
    ("drug", "kind", "expected"),
    [
        ("methotrexate", ConditionKind.PREGNANCY, C.WITHHELD),
        (MYCOPHENOLATE, ConditionKind.PREGNANCY, C.WITHHELD),
        ("cyclophosphamide", ConditionKind.PREGNANCY, C.WITHHELD),
        ("methotrexate", ConditionKind.INFECTION, C.CAUTION),
        ("azathioprine", ConditionKind.INFECTION, C.CAUTION),
        (MYCOPHENOLATE, ConditionKind.INFECTION, C.CAUTION),
        ("ciclosporin", ConditionKind.INFECTION, C.CAUTION),
        ("tacrolimus", ConditionKind.INFECTION, C.CAUTION),
        ("rituximab", ConditionKind.INFECTION, C.CAUTION),
        ("cyclophosphamide", ConditionKind.INFECTION, C.CAUTION),
        ("abatacept", ConditionKind.INFECTION, C.CAUTION),
        ("tocilizumab", ConditionKind.INFECTION, C.CAUTION),
        ("methotrexate", ConditionKind.ILD, C.CAUTION),
        ("methotrexate", ConditionKind.RAPIDLY_PROGRESSIVE_ILD, C.CAUTION),
        # Adverse effects that the published algorithm names, where the same organ is already ill.
        ("ciclosporin", ConditionKind.CHRONIC_KIDNEY_DISEASE, C.CAUTION),
        ("tacrolimus", ConditionKind.CHRONIC_KIDNEY_DISEASE, C.CAUTION),
        ("ciclosporin", ConditionKind.HYPERTENSION, C.CAUTION),
        ("tacrolimus", ConditionKind.HYPERTENSION, C.CAUTION),
        (IMMUNOGLOBULIN, ConditionKind.CHRONIC_KIDNEY_DISEASE, C.CAUTION),
        ("rituximab", ConditionKind.HEPATITIS_B, C.CAUTION),
    ],
)
def test_a_caution_names_its_condition_and_its_source(drug: str, kind: ConditionKind, expected: GuardCode) -> None:
    treatment = record(conditions=[condition(kind)], assessments=SEVERE)
    finding = the(said(start(drug, ONE), treatment), expected)
    assert finding.level is WARN
    assert [fact.id for fact in finding.facts] == [f"{kind.value}@0"]
    assert finding.reason.source
    quiet = {C.WITHHELD, C.CAUTION} & codes(said(start(drug, ONE), record(assessments=SEVERE)))
    assert quiet == set()


@pytest.mark.parametrize(
    ("drug", "kind"),
    [
        ("azathioprine", ConditionKind.PREGNANCY),
        ("ciclosporin", ConditionKind.PREGNANCY),
        ("azathioprine", ConditionKind.MALIGNANCY),
        ("rituximab", ConditionKind.MALIGNANCY),
    ],
)
def test_what_is_left_open_is_a_note(drug: str, kind: ConditionKind) -> None:
    finding = the(said(start(drug, ONE), record(conditions=[condition(kind)])), C.CAUTION)
    assert (finding.level, finding.reason.rule_id) == (NOTE, f"banner.{kind.value}")


@pytest.mark.parametrize("drug", ["prednisolone", IMMUNOGLOBULIN, "folic_acid"])
def test_pregnancy_says_nothing_of_these(drug: str) -> None:
    found = said(start(drug, amount("1")), record(conditions=[condition(ConditionKind.PREGNANCY)]))
    assert not {C.WITHHELD, C.CAUTION} & codes(found)


def test_conditions_count_on_the_day_of_the_dose() -> None:
    treatment = record(conditions=[condition(ConditionKind.PREGNANCY, 20, 40)], assessments=NON_SEVERE)
    for day, withheld in ((19, False), (20, True), (40, True), (41, False)):
        found = said(start("methotrexate", amount("7.5", WEEKLY, day=day)), treatment)
        assert (C.WITHHELD in codes(found)) is withheld


def test_a_dose_change_is_cautioned_as_well() -> None:
    treatment = record(course("methotrexate", 0), conditions=[condition(ConditionKind.PREGNANCY)])
    change = ChangeDose(course="methotrexate@0", on=on(10), dose=amount("10", WEEKLY))
    finding = the(said(change, treatment), C.WITHHELD)
    assert finding.reason.kind is RuleKind.SAFETY_RULE
    assert {fact.kind for fact in finding.facts} == {"course", "condition"}


@pytest.mark.parametrize(
    ("running", "drug", "expected"),
    [
        ("ciclosporin", "tacrolimus", C.SAME_CLASS),
        ("tacrolimus", "ciclosporin", C.SAME_CLASS),
        ("prednisolone", "methylprednisolone", C.SAME_CLASS),
        ("prednisolone", "prednisolone", C.SAME_DRUG),
        ("prednisolone", PULSE, None),
        (PULSE, "prednisolone", None),
        ("methotrexate", "azathioprine", None),
        ("rituximab", "cyclophosphamide", None),
    ],
)
def test_the_same_treatment_twice(running: str, drug: str, expected: GuardCode | None) -> None:
    found = said(start(drug, ONE), record(course(running, 0), assessments=SEVERE))
    assert codes(found, WARN) & {C.SAME_CLASS, C.SAME_DRUG} == ({expected} if expected else set())


@pytest.mark.parametrize(("stop", "double"), [(None, True), (11, True), (10, False)])
def test_what_has_stopped_by_the_day_is_no_duplicate(stop: int | None, double: bool) -> None:
    found = said(start("tacrolimus", ONE), record(course("ciclosporin", 0, stop)))
    assert (C.SAME_CLASS in codes(found)) is double


def test_what_begins_later_or_was_never_given() -> None:
    assert C.SAME_CLASS in codes(said(start("tacrolimus", ONE), record(course("ciclosporin", 30))))
    assert C.SAME_CLASS not in codes(said(start("tacrolimus", ONE), record(course("ciclosporin", 0, never_given=True))))


def test_a_cream_is_no_second_calcineurin_inhibitor() -> None:
    assert C.SAME_CLASS not in codes(
        said(start("ciclosporin", ONE), record(course("tacrolimus", 0, route=Route.TOPICAL)))
    )


def test_a_corticosteroid_outside_the_catalogue_is_one_by_mouth_as_well() -> None:
    outside = course("", 0, text="Dexamethasone", role=CourseRole.OUTSIDE_PATHWAY)
    assert C.SAME_CLASS in codes(said(start("prednisolone", ONE), record(outside)))
    assert C.SAME_CLASS in codes(said(start("dexamethasone", ONE), record(course("prednisolone", 0))))


def test_a_catalogue_drug_in_words_is_the_same_drug() -> None:
    in_words = course("", 0, text="AZA", role=CourseRole.OUTSIDE_PATHWAY)
    assert C.SAME_DRUG in codes(said(start("azathioprine", ONE), record(in_words)))


def test_a_dose_change_does_not_repeat_what_the_start_said() -> None:
    treatment = record(course("ciclosporin", 0), course("tacrolimus", 5), assessments=NON_SEVERE)
    change = ChangeDose(course="tacrolimus@5", on=on(10), dose=amount("3", TWICE))
    assert not {C.SAME_CLASS, C.NOT_AN_OPTION} & codes(said(change, treatment))


@pytest.mark.parametrize(
    ("running", "drug", "expected"),
    [
        ("methotrexate", "ciclosporin", C.NAMED_COMBINATION),
        ("ciclosporin", "methotrexate", C.NAMED_COMBINATION),
        ("methotrexate", MYCOPHENOLATE, C.NAMED_COMBINATION),
        ("azathioprine", MYCOPHENOLATE, C.NAMED_COMBINATION),
        ("azathioprine", "methotrexate", C.TWO_OF_LINE_1),
        ("azathioprine", "ciclosporin", None),
        ("tacrolimus", "methotrexate", None),
        ("tacrolimus", MYCOPHENOLATE, None),
    ],
)
def test_named_pairs_are_noted(running: str, drug: str, expected: GuardCode | None) -> None:
    found = said(start(drug, ONE), record(course(running, 0), assessments=NON_SEVERE))
    pairs = {C.NAMED_COMBINATION, C.TWO_OF_LINE_1} & codes(found, NOTE)
    assert pairs == ({expected} if expected else set())


def test_a_named_pair_belongs_to_remission() -> None:
    outside = record(course("methotrexate", 0), assessments=NON_SEVERE)
    assert "not outside remission" in the(said(start("ciclosporin", ONE), outside), C.NAMED_COMBINATION).text
    inside = replace(outside, milestones=(milestone(MilestoneKind.REMISSION, 5),))
    assert "not outside remission" not in the(said(start("ciclosporin", ONE), inside), C.NAMED_COMBINATION).text


@pytest.mark.parametrize(
    ("others", "truth"),
    [
        ([], Truth.UNKNOWN),
        ([course("folic_acid", 0, 5)], Truth.FALSE),
        ([course("folic_acid", 0, never_given=True)], Truth.FALSE),
        ([course("folic_acid", 0)], None),
        ([course("", 0, text="folic acid", role=CourseRole.SUPPORTIVE)], None),
    ],
)
def test_folic_acid_is_missed_beside_methotrexate(others: list[Course], truth: Truth | None) -> None:
    found = said(start("methotrexate", amount("7.5", WEEKLY)), record(*others))
    if truth is None:
        assert C.FOLIC_ACID not in codes(found)
    else:
        assert the(found, C.FOLIC_ACID).reason.predicates[0].truth is truth


def test_folic_acid_is_not_missed_beside_anything_else() -> None:
    assert C.FOLIC_ACID not in codes(said(start("azathioprine", ONE)))


@pytest.mark.parametrize(
    ("drug", "severe", "noted"),
    [
        # Where severe and non-severe differ.
        (MYCOPHENOLATE, True, False),
        (MYCOPHENOLATE, False, True),
        (PULSE, True, False),
        (PULSE, False, True),
        ("methotrexate", True, False),
        ("azathioprine", False, False),
        ("tocilizumab", True, True),
        ("ciclosporin", False, True),
        ("leflunomide", True, True),
        ("prednisolone", False, False),
    ],
)
def test_a_drug_outside_the_step_is_noted(drug: str, severe: bool, noted: bool) -> None:
    found = said(start(drug, ONE), record(assessments=SEVERE if severe else NON_SEVERE))
    assert (C.NOT_AN_OPTION in codes(found, NOTE)) is noted


@pytest.mark.parametrize(("severe", "noted"), [(True, True), (False, False)])
def test_abatacept_at_line_3_is_for_non_severe_disease(severe: bool, noted: bool) -> None:
    failed = [
        course("methotrexate", 0, 50, outcomes=[(40, OutcomeKind.INEFFECTIVE)]),
        course("ciclosporin", 50, 90, outcomes=[(80, OutcomeKind.INEFFECTIVE)]),
    ]
    treatment = record(*failed, assessments=SEVERE if severe else NON_SEVERE)
    found = said(start("abatacept", amount("500", day=100)), treatment)
    assert (C.NOT_AN_OPTION in codes(found)) is noted


def test_inclusion_body_myositis_is_outside_the_pathway() -> None:
    finding = the(said(start("azathioprine", ONE), record(subtype=Subtype.INCLUSION_BODY_MYOSITIS)), C.NOT_AN_OPTION)
    assert finding.reason.rule_id == "scope.inclusion_body_myositis"


@pytest.mark.parametrize(
    ("kind", "beside", "noted"),
    [
        (None, None, True),
        (None, "methotrexate", False),
        (None, "prednisolone", True),
        (ConditionKind.PREGNANCY, None, False),
        (ConditionKind.INFECTION, None, False),
        (ConditionKind.MALIGNANCY, None, False),
        (ConditionKind.DIABETES, None, True),
    ],
)
def test_immunoglobulin_alone_is_for_pregnancy_infection_or_malignancy(
    kind: ConditionKind | None, beside: str | None, noted: bool
) -> None:
    treatment = record(
        *([course(beside, 0)] if beside else []),
        conditions=[condition(kind)] if kind else [],
        assessments=SEVERE,
    )
    found = said(start(IMMUNOGLOBULIN, amount("140", COURSE, GRAM)), treatment)
    assert (C.IMMUNOGLOBULIN_ALONE in codes(found, NOTE)) is noted


def test_a_drug_outside_the_catalogue_says_that_nothing_is_checked() -> None:
    finding = the(said(start("tofacitinib", ONE)), C.NOT_CHECKED)
    assert finding.text == "tofacitinib: not in the catalogue: doses and company cannot be checked"


def test_a_message_keeps_its_fingerprint_and_loses_it_with_its_words() -> None:
    first, again = (the(said(start("azathioprine", amount("150"))), C.ABOVE_RANGE) for _ in range(2))
    other = the(said(start("azathioprine", amount("160"))), C.ABOVE_RANGE)
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_a_person_long_dead_or_unborn_does_not_trouble_it() -> None:
    assert said(start("azathioprine", ONE), record(born=date(2030, 1, 1)))


def test_pregnancy_is_said_of_leflunomide_although_it_is_outside_the_pathway() -> None:
    pregnant = record(assessments=NON_SEVERE, conditions=[condition(ConditionKind.PREGNANCY)])
    found = the(said(start("leflunomide", amount("10")), pregnant), C.CAUTION)
    assert found.level is WARN
    assert found.text.endswith("pregnancy: contraindicated; ask a specialist")
    assert C.CAUTION not in codes(said(start("leflunomide", amount("10"))))
