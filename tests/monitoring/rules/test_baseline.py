"""What is wanted before the first dose of a drug, and how each thing stands: never other than what is called due."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.protocol.load import load
from monitoring.rules.baseline import BaselineItem, BaselineState, baseline_checklist
from monitoring.rules.guard import baseline_findings
from monitoring.rules.record import MonitoringRecord, Waiver
from patients.rules.vocabulary import PatientStatus
from regimens.rules.vocabulary import Route
from tests.factories.records import height, monitoring, on, patient, person, result, weight

PROTOCOL = load()
DONE, MISSING, OUT_OF_DATE = BaselineState.DONE, BaselineState.MISSING, BaselineState.OUT_OF_DATE


def checklist(record: MonitoringRecord, drug: str = "methotrexate", day: int = 0) -> tuple[BaselineItem, ...]:
    return baseline_checklist(record, PROTOCOL, drug, on(day), Route.ORAL)


def item(found: tuple[BaselineItem, ...], named: str) -> BaselineItem:
    return next(each for each in found if each.item == named)


def test_what_was_never_recorded_is_missing_with_its_reason() -> None:
    found = item(checklist(monitoring(), "azathioprine"), "tpmt")
    assert (found.state, found.last_on, found.value) == (MISSING, None, "")
    assert found.reason.rule_id == "azathioprine.tpmt"


def test_what_is_done_has_its_value_day_and_row() -> None:
    row = result("tpmt_activity", "", -400, text="normal")
    found = item(checklist(monitoring(results=(row,)), "azathioprine"), "tpmt")
    assert (found.state, found.last_on, found.value) == (DONE, on(-400), "normal")
    assert found.fact is not None
    assert found.fact.id == row.id


@pytest.mark.parametrize(("day", "state"), [(-364, DONE), (-365, OUT_OF_DATE)])
def test_what_is_too_old_keeps_its_value_and_day(day: int, state: BaselineState) -> None:
    row = result("chest_x_ray", "", day, text="clear")
    found = item(checklist(monitoring(results=(row,))), "chest_imaging")
    assert (found.state, found.last_on, found.value) == (state, on(day), "clear")


def test_several_tests_of_one_item_each_have_their_name() -> None:
    rows = (
        result("haemoglobin", "130", -1, unit="g/L"),
        result("white_cells", "6", -1, unit="10*9/L"),
        result("neutrophils", "4", -1, unit="10*9/L"),
        result("platelets", "250", -1, unit="10*9/L"),
        result("platelets", "90", -9, unit="10*9/L"),
    )
    found = item(checklist(monitoring(results=rows)), "full_blood_count")
    assert found.state is DONE
    assert "platelets 250" in found.value
    assert "haemoglobin 130" in found.value
    assert "90" not in found.value


def test_weight_and_height_are_read_from_the_patient() -> None:
    body = patient(weights=(weight("70.5", -1),), heights=(height("165", -1),))
    record = monitoring()
    record = replace(record, treatment=replace(record.treatment, patient=body))
    found = checklist(record)
    assert (item(found, "weight").state, item(found, "weight").value) == (DONE, "70.5 kg")
    assert item(found, "height").value == "165 cm"


def test_a_result_of_a_later_day_is_not_seen() -> None:
    row = result("tpmt_activity", "", 1, text="normal")
    assert item(checklist(monitoring(results=(row,)), "azathioprine"), "tpmt").state is MISSING


def test_what_was_recorded_as_not_needed_says_so_with_its_reason() -> None:
    record = replace(monitoring(), waivers=(Waiver("w", "hiv", on(0), "known from elsewhere"),))
    found = item(checklist(record, "azathioprine"), "hiv")
    assert found.state is BaselineState.NOT_NEEDED
    assert "known from elsewhere" in found.reason.text


def test_the_missing_come_first_and_the_done_last() -> None:
    rows = (result("tpmt_activity", "", -9, text="normal"),)
    states = [each.state for each in checklist(monitoring(results=rows), "azathioprine")]
    assert states == sorted(states, key=list(BaselineState).index)
    assert {MISSING, DONE} <= set(states)


def test_a_drug_without_a_file_wants_nothing_and_nothing_is_asked_of_who_left() -> None:
    assert checklist(monitoring(), "tofacitinib") == ()
    record = monitoring()
    gone = patient(person=person(status=PatientStatus.DECEASED, status_on=on(-1)))
    assert checklist(replace(record, treatment=replace(record.treatment, patient=gone))) == ()


rows_of_results = st.lists(
    st.builds(
        lambda analyte, day: result(analyte, "", day, text="done"),
        st.sampled_from(
            ["tpmt_activity", "hiv_test", "chest_x_ray", "hepatitis_b_surface_antigen", "influenza_vaccine"]
        ),
        st.integers(-900, 5),
    ),
    max_size=6,
).map(tuple)


@settings(max_examples=60, deadline=None)
@given(rows=rows_of_results, drug=st.sampled_from(sorted(PROTOCOL.drugs)), data=st.data())
def test_it_lacks_exactly_what_the_guard_names_in_any_order_of_rows(
    rows: tuple[object, ...], drug: str, data: st.DataObject
) -> None:
    record = monitoring(results=rows)
    found = checklist(record, drug)
    named = {finding.text.split(":")[0] for finding in baseline_findings(record, PROTOCOL, drug, on(0), Route.ORAL)}
    assert {each.name for each in found if each.state in (MISSING, OUT_OF_DATE)} == named
    shuffled = tuple(data.draw(st.permutations(rows)))
    assert checklist(monitoring(results=shuffled), drug) == found
