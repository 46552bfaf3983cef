"""Possible remission: each of the three held for long enough, with both sides of each threshold."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, MrcGrade
from regimens.rules.findings import PathwayFindings, Prompt
from regimens.rules.record import Course, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import MilestoneKind, PromptCode
from tests.regimens.rules.build import course, dose, milestone, on, record, stand

HELD = 26 * 7


def well(
    day: int = 50,
    ck: str = "200",
    limit: str | None = "200",
    mmt: str | None = "80",
    grade: MrcGrade | None = None,
) -> Assessment:
    return Assessment(
        f"well@{day}",
        on(day),
        enzymes=(Enzyme(EnzymeName.CK, Decimal(ck), "U/L", None if limit is None else Decimal(limit)),),
        mmt=None if mmt is None else Decimal(mmt),
        mmt_maximum=None if mmt is None else 80,
        lowest_mrc=grade,
    )


def asked(findings: PathwayFindings) -> list[Prompt]:
    return [prompt for prompt in findings.prompts if prompt.code is PromptCode.POSSIBLE_REMISSION]


def on_prednisolone(milligrams: str, *rows: Assessment) -> TreatmentRecord:
    return record(course("prednisolone", doses=[dose(milligrams)]), assessments=rows)


@pytest.mark.parametrize(
    ("latest", "prednisolone", "prompted"),
    [
        ({}, "4.9", True),
        ({}, "5", False),
        ({"ck": "201"}, "4.9", False),
        ({"limit": None}, "4.9", False),
        ({"mmt": "79"}, "4.9", False),
        ({"mmt": None}, "4.9", False),  # the strength taken before is too long ago
        ({"mmt": None, "grade": MrcGrade.FIVE}, "4.9", True),
        ({"mmt": None, "grade": MrcGrade.FIVE_MINUS}, "4.9", False),
        ({"grade": MrcGrade.FIVE}, "4.9", True),
        ({"mmt": "79", "grade": MrcGrade.FIVE}, "4.9", False),
        ({"grade": MrcGrade.THREE}, "4.9", False),
    ],
)
def test_all_three_hold_today(latest: dict[str, Any], prednisolone: str, prompted: bool) -> None:
    rows = (well(50), well(150, **latest))
    assert bool(asked(stand(on_prednisolone(prednisolone, *rows), 50 + HELD))) is prompted


def test_they_have_held_for_the_whole_span() -> None:
    treatment = on_prednisolone("4", well(50), well(150))
    assert not asked(stand(treatment, 50 + HELD - 1))
    (prompt,) = asked(stand(treatment, 50 + HELD))
    assert (prompt.subject, {fact.id for fact in prompt.facts}) == ("", {"well@50"})


def test_why_not_yet_counts_the_weeks() -> None:
    texts = [each.text for each in stand(on_prednisolone("4", well(50)), 50 + 70).next_step.why_not_yet]
    assert texts == [
        "possible remission: CK within its upper limit needs 26 weeks; has 10",
        "possible remission: strength normal needs 26 weeks; has 10",
    ]
    assert stand(on_prednisolone("5", well(50)), 50 + 70).next_step.why_not_yet == ()


@pytest.mark.parametrize("spoilt", [{"ck": "201"}, {"mmt": "79"}, {"limit": None}])
def test_one_value_between_breaks_the_span(spoilt: dict[str, Any]) -> None:
    rows = (well(50), well(100, **spoilt), well(150))
    treatment = on_prednisolone("4", *rows)
    assert not asked(stand(treatment, 149 + HELD))
    assert asked(stand(replace_rows(treatment, *rows, well(200)), 150 + HELD))


def replace_rows(treatment: TreatmentRecord, *rows: Assessment) -> TreatmentRecord:
    return replace(treatment, patient=replace(treatment.patient, assessments=rows))


def test_a_measurement_too_long_ago_does_not_speak_for_today() -> None:
    treatment = on_prednisolone("4", well(50), well(150))
    assert asked(stand(treatment, 150 + HELD - 1))
    assert not asked(stand(treatment, 150 + HELD))


def steroids(*courses: Course) -> PathwayFindings:
    return stand(record(*courses, assessments=[well(0), well(150)]), HELD)


@pytest.mark.parametrize(
    ("courses", "prompted"),
    [
        ((course("methotrexate"),), True),
        ((course("prednisolone"),), False),  # dose not recorded
        ((course("prednisolone", doses=[dose("10"), dose("4", day=1)]),), False),
        ((course("prednisolone", -10, doses=[dose("10", day=-10), dose("4")]),), True),
        ((course("prednisolone", 0, 30), course("methotrexate")), False),
        ((course("prednisolone", -30, 0, doses=[dose("40", day=-30)]), course("methotrexate")), True),
        ((course("prednisolone", -30, 1, doses=[dose("40", day=-30)]), course("methotrexate")), False),
        # Together 5 mg and more: 2.5 mg prednisolone with 2 mg methylprednisolone, which counts 1.25 times.
        ((course("prednisolone", doses=[dose("2.5")]), course("methylprednisolone", doses=[dose("2")])), False),
        ((course("prednisolone", doses=[dose("2.4")]), course("methylprednisolone", doses=[dose("2")])), True),
        ((course("methylprednisolone_sodium_succinate"), course("methotrexate")), False),
        ((course("methylprednisolone_sodium_succinate", -9, 0), course("methotrexate")), True),
        ((course("methylprednisolone_sodium_succinate", -9, 1), course("methotrexate")), False),
    ],
)
def test_corticosteroid_low_throughout(courses: tuple[Course, ...], prompted: bool) -> None:
    assert bool(asked(steroids(*courses))) is prompted


def test_a_taper_step_sets_the_dose_from_its_day() -> None:
    def tapering(day: int) -> Course:
        return replace(
            course("prednisolone", -60, doses=[dose("40", day=-60)]), taper=(TaperStep("t", on(day), Decimal("2.5")),)
        )

    (prompt,) = asked(steroids(tapering(0)))
    assert ("taper_step", "t") in {(fact.kind, fact.id) for fact in prompt.facts}
    assert not asked(steroids(tapering(1)))


def test_untreated_patients_are_not_asked_about() -> None:
    assert not asked(stand(record(assessments=[well(0), well(150)]), HELD))


def test_remission_is_never_switched_by_itself() -> None:
    findings = stand(on_prednisolone("4", well(50), well(150)), 50 + HELD)
    assert asked(findings)
    assert findings.phase.phase.value == "induction"


def test_after_a_relapse_only_what_came_since_counts() -> None:
    treatment = replace(on_prednisolone("4", well(0), well(150)), milestones=(milestone(MilestoneKind.RELAPSE, 1),))
    assert not asked(stand(treatment, HELD))


def test_drug_free_remission_rests_on_the_milestone_and_what_was_taken() -> None:
    treatment = record(course("prednisolone", 0, 20), milestones=[milestone(MilestoneKind.REMISSION, 10)])
    (prompt,) = asked(stand(treatment, 30))
    assert prompt.reason.rule_id == "prompt.drug_free_remission"
    assert {(fact.kind, fact.id) for fact in prompt.facts} == {
        ("milestone", "remission@10"),
        ("course", "prednisolone@0"),
    }
