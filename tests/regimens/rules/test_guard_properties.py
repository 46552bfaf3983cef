"""What holds of the guard for any record and any proposal."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regimens.protocol.schema import DoseRule
from regimens.rules.doses import milligrams
from regimens.rules.guard import guard
from regimens.rules.guard_findings import STOPS, GuardCode, GuardLevel, in_order
from regimens.rules.guard_infusions import check_infusion
from regimens.rules.proposals import ChangeDose, StartDrug
from regimens.rules.record import DosePeriod, Infusion, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, Route, Weekday
from tests.regimens.rules.build import PROTOCOL, on, record
from tests.regimens.rules.guarding import codes, said, start
from tests.regimens.rules.strategies import days, records

odd_amounts = st.none() | st.decimals(allow_nan=True, allow_infinity=True) | st.decimals("0.001", "100000", places=3)
odd_doses = st.builds(
    DosePeriod,
    id=st.just(""),
    from_on=days,
    amount=odd_amounts,
    unit=st.none() | st.sampled_from(DoseUnit),
    basis=st.sampled_from(DoseBasis),
    frequency=st.sampled_from(Frequency),
    weekday=st.none() | st.sampled_from(Weekday),
)
drugs = st.sampled_from([*sorted(PROTOCOL.drugs), "", "not_in_the_catalogue"])
starts = st.builds(
    StartDrug,
    on=days,
    drug=drugs,
    drug_text=st.sampled_from(["", "mtx", "free text", "dexamethasone"]),
    role=st.sampled_from(CourseRole),
    dose=odd_doses,
    route=st.sampled_from(Route),
)


@st.composite
def proposals(draw: st.DrawFn, known: TreatmentRecord) -> StartDrug | ChangeDose:
    identities = [course.id for course in known.courses]
    if not identities or draw(st.booleans()):
        return draw(starts)
    return ChangeDose(course=draw(st.sampled_from(identities)), on=draw(days), dose=draw(odd_doses))


@settings(max_examples=300, deadline=None)
@given(known=records, data=st.data(), as_of=days)
def test_it_never_raises_and_only_the_three_stop(known: TreatmentRecord, data: st.DataObject, as_of: date) -> None:
    proposal = data.draw(proposals(known))
    found = guard(known, PROTOCOL, proposal, as_of)
    for finding in found:
        assert (finding.level is GuardLevel.STOP) is (finding.code in STOPS)
        assert finding.text
        assert finding.reason.source
        assert finding.reason.rule_id in PROTOCOL.plain_reasons
    assert in_order(reversed(found)) == found


@settings(max_examples=150, deadline=None)
@given(known=records, data=st.data(), as_of=days)
def test_the_order_of_rows_has_no_meaning(known: TreatmentRecord, data: st.DataObject, as_of: date) -> None:
    proposal = data.draw(proposals(known))
    patient = known.patient
    turned = replace(
        known,
        courses=tuple(
            replace(course, doses=course.doses[::-1], outcomes=course.outcomes[::-1], infusions=course.infusions[::-1])
            for course in known.courses[::-1]
        ),
        milestones=known.milestones[::-1],
        patient=replace(
            patient,
            weights=patient.weights[::-1],
            conditions=patient.conditions[::-1],
            assessments=patient.assessments[::-1],
            autoantibodies=patient.autoantibodies[::-1],
        ),
    )
    assert guard(known, PROTOCOL, proposal, as_of) == guard(turned, PROTOCOL, proposal, as_of)


PRINTED = [
    (drug.id, rule)
    for drug in PROTOCOL.catalogue.drugs
    for rule in drug.doses
    if rule.maximum is not None or rule.maximum_per_kilogram is not None
]


@pytest.mark.parametrize(("drug", "rule"), PRINTED, ids=[rule.id for _, rule in PRINTED])
@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    times=st.decimals("10.001", "100000", places=3),
    frequency=st.sampled_from([each for each in Frequency if each is not Frequency.PER_COURSE]),
    weight=st.none() | st.sampled_from(["30", "70", "140"]),
)
def test_more_than_ten_times_the_maximum_always_stops(
    drug: str, rule: DoseRule, data: st.DataObject, times: Decimal, frequency: Frequency, weight: str | None
) -> None:
    by_kilogram = rule.maximum is None or data.draw(st.booleans()) and rule.maximum_per_kilogram is not None
    limit = rule.maximum_per_kilogram if by_kilogram else rule.maximum
    assert limit is not None
    basis = DoseBasis.PER_KILOGRAM if by_kilogram else DoseBasis.FLAT
    dose = DosePeriod("", on(10), limit * times, rule.unit, basis, frequency)
    assert milligrams(dose) is not None
    assert GuardCode.TIMES_USUAL in codes(said(start(drug, dose), record(weight=weight)), GuardLevel.STOP)


@settings(max_examples=150, deadline=None)
@given(
    known=records,
    data=st.data(),
    given_days=st.integers(-3, 12),
    total=odd_amounts,
    unit=st.none() | st.sampled_from(DoseUnit),
    weight=odd_amounts,
)
def test_infusions_never_raise_and_only_their_amount_stops(
    known: TreatmentRecord,
    data: st.DataObject,
    given_days: int,
    total: Decimal | None,
    unit: DoseUnit | None,
    weight: Decimal | None,
) -> None:
    course = data.draw(st.sampled_from([course.id for course in known.courses] or ["none"]))
    infusion = Infusion("new", data.draw(days), given_days, total, unit, weight)
    found = check_infusion(known, PROTOCOL, course, infusion, on(60))
    assert codes(found, GuardLevel.STOP) <= {GuardCode.TIMES_USUAL, GuardCode.PLANNED_AMOUNT}
