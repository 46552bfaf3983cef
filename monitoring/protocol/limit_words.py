"""Trends, levels, symptoms and what still raises an alert, in words for the written protocol and its page."""

from collections.abc import Iterator

from monitoring.protocol.definitions import Direction, MonitoringProtocol, RaisingRule, Rule, SymptomRule, Trend
from monitoring.rules.wording import amount_of_time, number, unit
from patients.rules.wording import joined


def trend_in_words(trend: Trend, protocol: MonitoringProtocol) -> str:
    """`platelets falling at two samples in a row, each time by at least 15%, within 28 weeks`."""
    analyte = protocol.analytes[trend.analyte]
    measure = unit(analyte.units[0]) if analyte.units else ""
    beyond = trend.once_below if trend.direction is Direction.FALLING else trend.once_above
    only = "" if beyond is None else f", once {_side(trend)} {number(beyond)} {measure}".rstrip()
    return (
        f"{analyte.name} {trend.direction.label} at two samples in a row, each time by at least "
        f"{number(trend.step_percent)}%, within {amount_of_time(trend.within_days)}{only}"
    )


def target_range_in_words() -> str:
    """What the rule on levels says."""
    return "a trough level outside the patient's own range"


def symptoms_in_words(rule: SymptomRule, protocol: MonitoringProtocol) -> str:
    """`sore throat, mouth ulcers or fever told of at a contact, while methotrexate is taken`."""
    drugs = joined(tuple(protocol.drugs[drug].name for drug in rule.drugs))
    only = f", while {drugs} is taken or was stopped shortly before" if drugs else ""
    return f"{joined(tuple(symptom.label for symptom in rule.symptoms))} told of at a contact{only}"


def made_due_in_words(rule: SymptomRule, protocol: MonitoringProtocol) -> str:
    """What becomes due; "" where nothing does."""
    if not rule.item:
        return ""
    name = protocol.items[rule.item].name
    due = f"{name[:1].upper()}{name[1:]} is due from that day on"
    stopped = f"stopped one at most {amount_of_time(rule.after_stop_days or 0)} before that day, or since"
    return f"{due}, for whoever takes a drug that asks for it again and again, or {stopped}."


def raising_in_words(rule: RaisingRule) -> str:
    """Within what time something must have been entered, when it is late, and how long limits outlast a stop."""
    return (
        f"what was entered within {amount_of_time(rule.entered_within_days)} can raise an alert; what was entered more "
        f"than {amount_of_time(rule.late_after_days)} after its day raises nothing once a newer value of the test is "
        "here, and if told at a contact is only looked at; a drug's own limits hold for "
        f"{amount_of_time(rule.limits_after_stop_days)} after its stop, where the drug says nothing else"
    )


def other_alerts(protocol: MonitoringProtocol) -> Iterator[tuple[str, ...]]:
    """Rows of a table: rule, what is raised, grade, action, source, kind, note."""
    for trend in (trend for trends in protocol.trends.values() for trend in trends):
        yield _row(trend, trend_in_words(trend, protocol), trend.grade.label, trend.action)
    target, raising = protocol.target_range, protocol.raising
    yield _row(target, f"{target_range_in_words()}: above it", target.grade_above.label, target.action_above)
    yield _row(target, f"{target_range_in_words()}: below it", target.grade_below.label, target.action_below)
    for symptoms in protocol.symptoms:
        action = f"{symptoms.action} {made_due_in_words(symptoms, protocol)}".strip()
        yield _row(symptoms, symptoms_in_words(symptoms, protocol), symptoms.grade.label, action)
    yield _row(raising, raising_in_words(raising), "", "")


def _row(rule: Rule, text: str, grade: str, action: str) -> tuple[str, ...]:
    return (f"`{rule.id}`", text, grade, action, rule.source, rule.kind.label, rule.note)


def _side(trend: Trend) -> str:
    return "below" if trend.direction is Direction.FALLING else "above"
