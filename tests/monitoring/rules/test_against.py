"""What speaks against starting or raising a drug: open alerts and overdue monitoring, and nothing that is held."""

from dataclasses import replace
from datetime import date

import pytest

from monitoring.rules.against import OpenAlert, against_findings
from monitoring.rules.findings import DriverFinding, DueFinding, DueStatus, ItemKind
from monitoring.rules.vocabulary import AlertGrade
from patients.rules.reasons import FactReference, Reason, RuleKind
from regimens.rules.guard_findings import GuardCode, GuardLevel

DUE = date(2026, 4, 5)
WHY = Reason("methotrexate.blood_count", "every 12 weeks", RuleKind.NATIONAL_GUIDELINE, "BSR 2017", "1")
COURSE = FactReference("course", "7", "methotrexate from 05-Jan-2026")
RESULT = FactReference("result", "3", "platelets")


def due(name: str, status: DueStatus = DueStatus.OVERDUE, kind: ItemKind = ItemKind.TEST) -> DueFinding:
    driver = DriverFinding("methotrexate", "methotrexate", COURSE, WHY.rule_id, "settled", 84, DUE, WHY)
    return DueFinding(
        name, "", name, kind, DUE, DUE, status, 3, date(2026, 1, 11), RESULT, None, driver, (), "", (WHY,)
    )


def alert(grade: AlertGrade = AlertGrade.URGENT, text: str = "platelets 90") -> OpenAlert:
    reason = Reason("platelets.low", "Stop the drug.", RuleKind.NATIONAL_GUIDELINE, "BSR 2017", "1")
    return OpenAlert(grade, DUE, text, RESULT, reason)


def test_nothing_speaks_against_it_where_there_is_nothing() -> None:
    assert against_findings([], []) == ()


def test_an_alert_says_its_grade_what_and_when_with_its_own_source() -> None:
    (found,) = against_findings([alert()], [])
    assert (found.code, found.level) == (GuardCode.OPEN_ALERT, GuardLevel.WARN)
    assert found.text == "open alert (urgent) of 05-Apr-2026: platelets 90"
    assert (found.facts, found.reason.source) == ((RESULT,), "BSR 2017")


def test_what_is_overdue_says_the_tests_and_since_when_one_message_a_drug_and_day() -> None:
    later = replace(due("creatinine"), due_on=date(2026, 4, 7))
    found = against_findings([], [due("liver function"), due("full blood count"), later])
    assert [one.text for one in found] == [
        "monitoring of methotrexate overdue since 05-Apr-2026: full blood count and liver function",
        "monitoring of methotrexate overdue since 07-Apr-2026: creatinine",
    ]
    assert {one.code for one in found} == {GuardCode.MONITORING_OVERDUE}
    assert found[0].facts == (COURSE, RESULT)
    assert [one.text for one in found[0].reason.predicates][0] == "full blood count: last recorded on 11-Jan-2026"


@pytest.mark.parametrize("status", list(DueStatus))
def test_only_what_the_schedule_calls_overdue_is_said(status: DueStatus) -> None:
    assert bool(against_findings([], [due("full blood count", status)])) is (status is DueStatus.OVERDUE)


@pytest.mark.parametrize("kind", list(ItemKind))
def test_a_late_infusion_taper_step_or_action_is_no_monitoring_test(kind: ItemKind) -> None:
    late = kind not in (ItemKind.INFUSION, ItemKind.CHECKPOINT, ItemKind.ACTION)
    assert bool(against_findings([], [due("it", kind=kind)])) is late


def test_several_are_each_said_and_in_an_order_that_the_rows_do_not_set() -> None:
    alerts, items = [alert(text="a"), alert(AlertGrade.LOOK, "b")], [due("x"), due("y", DueStatus.PAUSED)]
    said = against_findings(alerts, items)
    assert len(said) == 3
    assert against_findings(alerts[::-1], items[::-1]) == said


def of(day: int, grade: AlertGrade = AlertGrade.LOOK, test: str = "alt", month: int = 11) -> OpenAlert:
    return replace(alert(grade, f"{test} on day {day}"), on=date(2026, month, day), test=test)


def test_alerts_stand_by_their_grade_and_then_the_newest_first_by_their_day_and_not_its_words() -> None:
    rows = [
        of(21, month=9),
        of(13),
        of(2),
        of(30, month=1),
        of(1, AlertGrade.URGENT, month=2),
        of(3, AlertGrade.ACTION),
    ]
    since = (date(2026, 11, 5), date(2026, 2, 28), date(2026, 4, 5))
    late = [replace(due("creatinine"), due_on=each) for each in since]
    said = [one.text for one in against_findings(rows, late)]
    days = ["01-Feb-2026", "03-Nov-2026", "13-Nov-2026", "02-Nov-2026", "21-Sep-2026", "30-Jan-2026"]
    assert [text.partition(" of ")[2][:11] for text in said[:6]] == days
    assert [text.partition("since ")[2][:11] for text in said[6:]] == ["28-Feb-2026", "05-Apr-2026", "05-Nov-2026"]


def test_alerts_of_one_test_and_grade_are_one_series_and_nothing_else_is() -> None:
    rows = [of(13), of(2), of(3, AlertGrade.URGENT), of(4, test="platelets"), replace(of(5), test="")]
    said = against_findings(rows, [due("creatinine")])
    assert [one.series for one in said] == [
        "urgent:alt",
        "look:alt",
        "look:platelets.low",
        "look:platelets",
        "look:alt",
        "",
    ]
