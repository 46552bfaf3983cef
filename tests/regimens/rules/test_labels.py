"""The facts behind a finding are named with the precision that they are known with."""

from dataclasses import replace

from patients.rules.vocabulary import ConditionKind, DatePrecision
from regimens.rules.record import Outcome
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind
from tests.regimens.rules.build import condition, course, milestone, on, record, stand


def test_partly_known_days_stay_partly_known() -> None:
    month = DatePrecision.MONTH
    judged = Outcome("1", on(30), OutcomeKind.INEFFECTIVE, precision=month)
    drug = replace(course("methotrexate", 0), outcomes=(judged,), start_precision=month)
    treatment = record(
        drug,
        conditions=[replace(condition(ConditionKind.SEVERE_DYSPHAGIA, 0), precision=month)],
        milestones=[replace(milestone(MilestoneKind.RELAPSE, 40), precision=month)],
    )

    findings = stand(treatment, 50)

    named = repr(findings.lines) + repr(findings.severity) + repr(findings.phase)
    assert "methotrexate from about " in named
    assert "methotrexate: ineffective, about " in named
    assert "severe dysphagia from about " in named
    assert "relapse, about " in named
