"""Messages of the dose guard whole: words, rule, predicates and facts; and how a message is kept."""

from dataclasses import replace
from decimal import Decimal

from patients.rules.reasons import FactReference, Predicate, Truth
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel, holding, in_order, stops
from regimens.rules.guard_infusions import check_infusion
from regimens.rules.guard_wording import as_stored
from regimens.rules.proposals import ChangeDose
from regimens.rules.record import Course, Infusion, Outcome
from regimens.rules.vocabulary import DoseUnit, Frequency, OutcomeKind, Route
from tests.regimens.rules.build import PROTOCOL, SEVERE, course, on, record
from tests.regimens.rules.guarding import GRAM, PER_KG, amount, said, start, the

IMMUNOGLOBULIN, PULSE = "normal_immunoglobulin", "methylprednisolone_sodium_succinate"
COURSE = f"{IMMUNOGLOBULIN}@0"


def cycle(
    total: str | None,
    days: int,
    day: int,
    *,
    unit: DoseUnit = GRAM,
    weight: str | None = None,
    identity: str = "new",
) -> Infusion:
    amount_given = None if total is None else Decimal(total)
    return Infusion(identity, on(day), days, amount_given, unit, None if weight is None else Decimal(weight))


def given(
    infusion: Infusion, *before: Infusion, drug: str = IMMUNOGLOBULIN, weight: str | None = "70"
) -> list[GuardFinding]:
    taken = replace(course(drug, 0, route=Route.INTRAVENOUS), infusions=before)
    treatment = record(taken, assessments=SEVERE, weight=weight)
    return list(check_infusion(treatment, PROTOCOL, taken.id, infusion, on(90)))


def told(finding: GuardFinding) -> tuple[GuardCode, GuardLevel, str, str, list[tuple[str, Truth]]]:
    predicates = [(predicate.text, predicate.truth) for predicate in finding.reason.predicates]
    return (finding.code, finding.level, finding.text, finding.reason.rule_id, predicates)


def test_days_of_a_cycle() -> None:
    one, six = given(cycle("140", 1, 10)), given(cycle("140", 6, 10))
    words = "given over 1 day, printed are 2 to 5 days"
    assert [told(finding) for finding in one] == [
        (
            GuardCode.CYCLE_DAYS,
            GuardLevel.WARN,
            f"normal immunoglobulin: {words}",
            "guard.infusion_days",
            [(words, Truth.TRUE)],
        )
    ]
    assert six[0].text == "normal immunoglobulin: given over 6 days in a row, printed are 2 to 5 days"


def test_interval_between_cycles() -> None:
    found = given(cycle("140", 5, 11), cycle("140", 5, 10, identity="b"), cycle("140", 5, 10, identity="a"))
    words = "1 day after the cycle of 11-Jan-2024, printed are 28 days"
    (finding,) = found
    assert told(finding) == (
        GuardCode.CYCLE_INTERVAL,
        GuardLevel.WARN,
        f"normal immunoglobulin: {words}",
        "guard.infusion_interval",
        [(words, Truth.TRUE)],
    )
    fact = FactReference("infusion", "b", "normal immunoglobulin, cycle of 11-Jan-2024")
    assert finding.reason.predicates[0].facts == (fact,)
    assert given(cycle("140", 5, 10), cycle("140", 5, 10, identity="same day")) == []


def test_amount_of_a_cycle_by_weight() -> None:
    (above,) = given(cycle("150", 5, 10))
    text = "2.143 g/kg a course is above the printed 2 g/kg a course"
    assert told(above) == (
        GuardCode.ABOVE_RANGE,
        GuardLevel.WARN,
        f"normal immunoglobulin: {text}, with 70 kg of 01-Jan-2024",
        "guard.dose_outside_range",
        [(text, Truth.TRUE), ("body weight 70 kg on 01-Jan-2024", Truth.TRUE)],
    )
    assert above.reason.predicates[1].facts == (FactReference("weight", "w", "70 kg on 01-Jan-2024"),)
    (by_its_own,) = given(cycle("150", 5, 10, weight="60"))
    assert by_its_own.text.endswith("2.5 g/kg a course is above the printed 2 g/kg a course, with 60 kg of 11-Jan-2024")
    weighed = replace(cycle("150", 5, 10, weight="60"), dosing_weight_on=on(3))
    assert given(weighed)[0].text.endswith("with 60 kg of 04-Jan-2024")
    assert given(replace(weighed, dosing_weight=Decimal(0)))[0].text.endswith("with 70 kg of 01-Jan-2024")


def test_amount_of_a_cycle_that_cannot_be_checked() -> None:
    (unknown,) = given(cycle(None, 5, 10))
    words = "the amount is not recorded in a unit of mass, so it could not be checked"
    assert told(unknown) == (
        GuardCode.NOT_CHECKED,
        GuardLevel.NOTE,
        f"normal immunoglobulin: {words}",
        "guard.dose_not_checked",
        [("amount of the cycle", Truth.UNKNOWN)],
    )
    (unweighed,) = given(cycle("140", 5, 10), weight=None)
    assert told(unweighed) == (
        GuardCode.NO_DATED_WEIGHT,
        GuardLevel.WARN,
        "normal immunoglobulin: g/kg cannot be checked: no dated weight",
        "guard.no_dated_weight",
        [("body weight", Truth.UNKNOWN)],
    )


def test_pulses_by_the_day() -> None:
    (below,) = given(cycle("1.5", 3, 10), drug=PULSE)
    words = "0.5 g a day is below the printed 1 g a day"
    assert told(below) == (
        GuardCode.BELOW_RANGE,
        GuardLevel.WARN,
        f"methylprednisolone sodium succinate: {words}",
        "guard.dose_outside_range",
        [(words, Truth.TRUE)],
    )
    (above,) = given(cycle("3300", 3, 10, unit=DoseUnit.MILLIGRAM), drug=PULSE)
    assert above.text == "methylprednisolone sodium succinate: 1.1 g a day is above the printed 1 g a day"


def test_a_slip_needs_a_reason_and_the_rest_is_told_beside_it() -> None:
    found = given(cycle("1401", 1, 11), cycle("140", 5, 10, identity="b"))
    assert [(finding.code, finding.level) for finding in found] == [
        (GuardCode.TIMES_USUAL, GuardLevel.STOP),
        (GuardCode.CYCLE_DAYS, GuardLevel.WARN),
        (GuardCode.CYCLE_INTERVAL, GuardLevel.WARN),
    ]


# What the record says of the drug before


def judged(kind: OutcomeKind, *, route: Route = Route.INTRAVENOUS, drug: str = IMMUNOGLOBULIN) -> Course:
    outcome = Outcome("o", on(5), kind, "headache", " aseptic meningitis ")
    return replace(course(drug, 0, 6, route=route), outcomes=(outcome,))


def by_route(route: Route, before: Course) -> GuardFinding:
    proposal = start(IMMUNOGLOBULIN, amount("2", unit=GRAM, basis=PER_KG), route=route)
    findings = said(proposal, record(before, assessments=SEVERE))
    return next(finding for finding in findings if finding.code in (GuardCode.NOT_TOLERATED, GuardCode.OTHER_ROUTE))


def test_intolerance_by_vein_is_a_note_for_the_subcutaneous_route() -> None:
    finding = by_route(Route.SUBCUTANEOUS, judged(OutcomeKind.INTOLERANT))
    words = PROTOCOL.because("guard.other_route").text
    assert told(finding) == (
        GuardCode.OTHER_ROUTE,
        GuardLevel.NOTE,
        f"normal immunoglobulin: {words}",
        "guard.other_route",
        [("not tolerated, 06-Jan-2024: aseptic meningitis. headache", Truth.TRUE)],
    )


def test_intolerance_by_the_same_route_stops() -> None:
    for before, route in ((Route.INTRAVENOUS, Route.INTRAVENOUS), (Route.SUBCUTANEOUS, Route.SUBCUTANEOUS)):
        finding = by_route(route, judged(OutcomeKind.INTOLERANT, route=before))
        assert (finding.code, finding.level) == (GuardCode.NOT_TOLERATED, GuardLevel.STOP)
    assert (
        by_route(Route.INTRAVENOUS, judged(OutcomeKind.INTOLERANT, route=Route.SUBCUTANEOUS)).level is GuardLevel.STOP
    )


def test_an_undated_intolerance_holds_until_the_drug_is_begun_again() -> None:
    undated = replace(course("azathioprine", 3, 6), undated_outcome=OutcomeKind.INTOLERANT)
    later = course("azathioprine", 4, 5)
    same_day = replace(course("azathioprine", 3, 5), id="other")
    refused = replace(course("azathioprine", 4, never_given=True), id="refused")
    also_undated = replace(later, id="u", undated_outcome=OutcomeKind.RESPONDED)

    def stopped(*before: Course) -> bool:
        findings = said(start("azathioprine", amount("50")), record(*before, assessments=SEVERE))
        return GuardCode.NOT_TOLERATED in {finding.code for finding in findings}

    assert stopped(undated)
    assert not stopped(undated, later)
    assert stopped(undated, same_day)
    assert stopped(undated, refused)
    assert stopped(undated, also_undated)
    findings = said(start("azathioprine", amount("50")), record(undated, assessments=SEVERE))
    words = "not tolerated, on a day that is not recorded"
    finding = the(findings, GuardCode.NOT_TOLERATED)
    assert finding.text == f"azathioprine: {words}"
    assert finding.reason.predicates == (
        Predicate(words, Truth.TRUE, (FactReference("course", undated.id, "azathioprine from 04-Jan-2024"),)),
    )


# What is said of a dose


def test_a_course_that_is_not_in_the_record_could_not_be_checked() -> None:
    (finding,) = said(ChangeDose(course="nobody", on=on(10), dose=amount("15")))
    assert told(finding) == (
        GuardCode.NOT_CHECKED,
        GuardLevel.WARN,
        "this course is not in the record: nothing could be checked",
        "guard.dose_not_checked",
        [("the course is in the record", Truth.UNKNOWN)],
    )
    assert finding.facts == ()


def test_a_drug_of_the_catalogue_named_in_words() -> None:
    in_words = replace(start("azathioprine", amount("50")), drug="", drug_text="azathioprine")
    finding = the(said(in_words), GuardCode.IN_CATALOGUE)
    assert [(each.text, each.truth) for each in finding.reason.predicates] == [
        ("azathioprine is in the catalogue", Truth.TRUE)
    ]
    assert finding.text.startswith("azathioprine: entered in words; ")


def test_once_a_week_not_stated() -> None:
    weekly = replace(amount("15"), frequency=Frequency.NOT_RECORDED)
    finding = the(said(start("methotrexate", weekly)), GuardCode.WEEKLY_NOT_STATED)
    assert (finding.level, [(each.text, each.truth) for each in finding.reason.predicates]) == (
        GuardLevel.WARN,
        [("taken once a week", Truth.UNKNOWN)],
    )
    assert finding.text.startswith("methotrexate: ")
    assert "None" not in finding.text


def test_another_frequency_than_once_a_week() -> None:
    rarely = replace(amount("15"), frequency=Frequency.EVERY_2_WEEKS)
    finding = the(said(start("methotrexate", rarely)), GuardCode.FREQUENCY)
    assert [(each.text, each.truth) for each in finding.reason.predicates] == [
        ("every 2 weeks, not once a week", Truth.TRUE)
    ]
    assert "every 2 weeks" in finding.text


def test_the_step_is_not_told_while_the_disease_is_not_severe() -> None:
    findings = said(start(PULSE, amount("1", unit=GRAM)))
    about_severity = [
        (each.text, each.truth) for finding in findings for each in finding.reason.predicates if "severe" in each.text
    ]
    assert about_severity == [("severe", Truth.FALSE)]
    (finding,) = [each for each in findings if any(p.text == "severe" for p in each.reason.predicates)]
    assert finding.text == f"methylprednisolone sodium succinate: {finding.reason.text}"


def test_divided_doses_of_which_the_number_is_not_known() -> None:
    total = replace(amount("2500"), frequency=Frequency.PER_DAY_TOTAL)
    finding = the(said(start("mycophenolate_mofetil", total)), GuardCode.DIVIDED_DOSES)
    assert (finding.level, [(each.text, each.truth) for each in finding.reason.predicates]) == (
        GuardLevel.NOTE,
        [("taken in 2 divided doses", Truth.UNKNOWN)],
    )
    assert finding.text.startswith("mycophenolate mofetil: ")
    assert "None" not in finding.text


# How messages are kept


def message(level: GuardLevel, code: GuardCode = GuardCode.ROUTE, text: str = "by mouth") -> GuardFinding:
    fact = FactReference("course", "7", "azathioprine")
    reason = PROTOCOL.because("guard.dose_not_checked", Predicate("route", Truth.UNKNOWN, (fact,)))
    return GuardFinding(code, level, text, (fact,), reason)


def test_a_message_as_it_is_stored() -> None:
    rule = PROTOCOL.because("guard.dose_not_checked")
    assert as_stored(message(GuardLevel.WARN)) == {
        "code": "route",
        "level": "warn",
        "text": "by mouth",
        "rule": "guard.dose_not_checked",
        "rule_text": rule.text,
        "kind": rule.kind.value,
        "source": rule.source,
        "protocol_version": PROTOCOL.version,
        "predicates": ["unknown: route"],
        "facts": [{"kind": "course", "id": "7"}],
    }


def test_what_stops_and_what_holds() -> None:
    every = [message(level) for level in GuardLevel]
    assert [finding.level for finding in stops(every)] == [GuardLevel.STOP]
    assert [finding.level for finding in holding(every)] == [GuardLevel.STOP, GuardLevel.WARN]


def test_the_gravest_first_and_each_once() -> None:
    route, folic = message(GuardLevel.NOTE), message(GuardLevel.NOTE, GuardCode.FOLIC_ACID)
    other = message(GuardLevel.NOTE, text="another")
    grave = message(GuardLevel.STOP, GuardCode.FOLIC_ACID)
    assert in_order([folic, route, grave, other, route]) == (grave, other, route, folic)


def test_what_is_said_besides_the_drug_and_its_dose_comes_after_all_of_it_in_its_own_order() -> None:
    note = message(GuardLevel.NOTE)
    late = replace(message(GuardLevel.WARN, GuardCode.MONITORING_OVERDUE), place=(5,))
    longer = replace(message(GuardLevel.WARN, GuardCode.MONITORING_OVERDUE, "z"), place=(4,))
    older = replace(message(GuardLevel.WARN, GuardCode.OPEN_ALERT, "a"), place=(0, -10))
    newest = replace(message(GuardLevel.WARN, GuardCode.OPEN_ALERT, "b"), place=(0, -11))
    urgent = replace(message(GuardLevel.WARN, GuardCode.OPEN_ALERT, "c"), place=(-1, 0))
    missing = message(GuardLevel.WARN, GuardCode.BASELINE_SCREEN)
    said_of_all = [missing, late, longer, older, newest, urgent, note]
    assert in_order(said_of_all) == (note, urgent, newest, older, longer, late, missing)


def test_a_fingerprint_stands_for_what_was_shown() -> None:
    one = message(GuardLevel.WARN)
    assert one.fingerprint == "4c033a8e86bd8247"
    others = {message(GuardLevel.NOTE).fingerprint, message(GuardLevel.WARN, text="x").fingerprint}
    assert len({one.fingerprint, *others}) == 3
