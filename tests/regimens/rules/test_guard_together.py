"""Two records of one person: what neither could say of its drugs by itself."""

from patients.rules.vocabulary import ConditionKind
from regimens.rules.guard_findings import GuardCode
from regimens.rules.guard_together import said_together
from regimens.rules.record import TreatmentRecord
from regimens.rules.vocabulary import OutcomeKind
from tests.regimens.rules.build import PROTOCOL, condition, course, on, record

TODAY = 500
PREGNANT = record(conditions=(condition(ConditionKind.PREGNANCY, 450),))


def codes(one: TreatmentRecord, other: TreatmentRecord, day: int = TODAY) -> set[tuple[str, GuardCode]]:
    return {(said.course.drug, said.finding.code) for said in said_together(one, other, PROTOCOL, on(day))}


def test_an_intolerance_in_the_other_record_is_said_either_way() -> None:
    taken = record(course("azathioprine", 400))
    not_tolerated = record(course("azathioprine", 0, 100, outcomes=((100, OutcomeKind.INTOLERANT),)))
    for one, other in ((taken, not_tolerated), (not_tolerated, taken)):
        assert codes(one, other) == {("azathioprine", GuardCode.NOT_TOLERATED)}


def test_a_condition_in_the_other_record() -> None:
    assert ("methotrexate", GuardCode.WITHHELD) in codes(record(course("methotrexate", 400)), PREGNANT)


def test_two_drugs_of_one_class_are_said_of_both() -> None:
    one, other = record(course("ciclosporin", 400)), record(course("tacrolimus", 400))
    assert {("ciclosporin", GuardCode.SAME_CLASS), ("tacrolimus", GuardCode.SAME_CLASS)} <= codes(one, other)


def test_what_its_own_record_says_already_is_not_said_again() -> None:
    known = record(course("methotrexate", 400), conditions=PREGNANT.patient.conditions)
    assert codes(known, record()) == set()


def test_a_drug_that_has_ended_or_was_never_given_is_not_spoken_of() -> None:
    assert codes(record(course("methotrexate", 400, TODAY)), PREGNANT) == set()
    assert codes(record(course("methotrexate", 400, never_given=True)), PREGNANT) == set()
    assert codes(record(course("methotrexate", 400, TODAY + 1)), PREGNANT) != set()
