"""What would be due on other days, and which results would be read differently."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.comparison import Aspect, Difference, differences, result_differences
from monitoring.rules.record import MonitoringRecord, Result
from monitoring.rules.schedule import evaluate
from patients.rules.record import PatientRecord, Person
from regimens.rules.record import TreatmentRecord
from tests.monitoring.rules.builders import after, bloods, course, dose, protocol, result


def taking_methotrexate(*results: Result, **more: Any) -> MonitoringRecord:
    drug = course("methotrexate", dose(0, "15"), **more)
    patient = PatientRecord(Person("1"))
    return MonitoringRecord(TreatmentRecord(patient, (drug,)), tuple(results))


def with_interval(days: int) -> MonitoringProtocol:
    """The protocol with another interval of the standard schedule's last phase."""
    found = protocol()
    profile = found.profiles["standard"]
    *early, last = profile.phases
    changed = replace(profile, phases=(*early, replace(last, interval_days=days)))
    return replace(found, profiles={**found.profiles, "standard": changed})


def with_limit(analyte: str, below: str) -> MonitoringProtocol:
    found = protocol()
    bands = tuple(replace(band, below=Decimal(below)) for band in found.thresholds[analyte])
    return replace(found, thresholds={**found.thresholds, analyte: bands})


STEADY = taking_methotrexate(*bloods(0, 14, 28, 42, 70, 98, 126, 200))


def test_the_same_schedule_has_no_difference() -> None:
    found = evaluate(STEADY, protocol(), after(210))
    assert differences(found, evaluate(STEADY, protocol(), after(210))) == ()


def test_a_longer_interval_moves_the_due_day() -> None:
    old, new = (evaluate(STEADY, schedule, after(210)) for schedule in (protocol(), with_interval(168)))
    found = {one.subject: one for one in differences(old, new)}
    assert set(found) == {"full blood count", "creatinine or eGFR", "ALT or AST", "albumin"}
    assert found["albumin"] == Difference(
        Aspect.DUE,
        "albumin",
        "16-Oct-2026, for methotrexate, every 12 weeks, not due",
        "08-Jan-2027, for methotrexate, every 24 weeks, not due",
    )


def test_items_come_and_go() -> None:
    nothing = evaluate(taking_methotrexate(stop=10), protocol(), after(20))
    old = evaluate(taking_methotrexate(), protocol(), after(20))
    gone = differences(old, nothing)
    assert gone
    assert {one.after for one in gone} == {"nothing"}
    assert {one.before for one in differences(nothing, old)} == {"nothing"}


def test_a_limit_reads_the_newest_result_otherwise() -> None:
    record = taking_methotrexate(result("white_cells", 5, "3.6"), result("white_cells", 20, "3.8"))
    on_the_limit, above_it = with_limit("white_cells", "3.8"), with_limit("white_cells", "3.9")
    assert result_differences(record, protocol(), on_the_limit, after(30)) == ()
    (found,) = result_differences(record, protocol(), above_it, after(30))
    assert (found.what, found.subject, found.before) == (Aspect.RESULTS, "white cells of 25-Jan-2026", "nothing")
    assert "below 3.9" in found.after


def test_a_result_of_a_later_day_counts_for_nothing() -> None:
    record = taking_methotrexate(result("white_cells", 20, "3.8"))
    assert result_differences(record, protocol(), with_limit("white_cells", "3.9"), after(19)) == ()
    assert result_differences(record, protocol(), with_limit("white_cells", "3.9"), after(20)) != ()
