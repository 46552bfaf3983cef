"""The IMACS definition of improvement: relative change, both sides of each limit."""

from decimal import Decimal
from typing import Any

import pytest

from patients.protocol.load import load
from patients.rules.imacs import DefinitionOfImprovement, improved
from patients.rules.reasons import Truth
from patients.rules.record import Enzyme
from patients.rules.vocabulary import EnzymeName, Measure
from tests.factories import records

PROTOCOL = load()


def values(**changed: Any) -> dict[str, Any]:
    """Every measure in the middle of its scale; keywords replace some, None leaves one out."""
    ck = changed.pop("ck", "1000")
    limit = changed.pop("limit", "200")
    fields: dict[str, Any] = {
        "physician_global": Decimal(5),
        "patient_global": Decimal(5),
        "mmt": Decimal(50),
        "mmt_maximum": 80,
        "haq": Decimal(2),
        "extramuscular_global": Decimal(5),
        "enzymes": () if ck is None else (Enzyme(EnzymeName.CK, Decimal(ck), "U/L", Decimal(limit)),),
    }
    return fields | {name: Decimal(value) if isinstance(value, str) else value for name, value in changed.items()}


def judged(before: dict[str, Any], after: dict[str, Any]) -> DefinitionOfImprovement:
    return improved(records.assessment(**before), records.assessment(**after), PROTOCOL)


THREE_BETTER = {"physician_global": "4", "patient_global": "4", "mmt": "60"}


def test_three_of_six_by_a_fifth_is_improvement() -> None:
    found = judged(values(), values(**THREE_BETTER))
    assert found.met is Truth.TRUE
    assert found.better == (Measure.PHYSICIAN_GLOBAL, Measure.PATIENT_GLOBAL, Measure.MMT)
    assert (found.worse, found.missing) == ((), ())
    assert found.reason.rule_id == "definition_of_improvement"


@pytest.mark.parametrize(
    "short",
    [{"physician_global": "4.1"}, {"patient_global": "4.1"}, {"mmt": "59.9"}],
)
def test_just_less_than_a_fifth_does_not_count(short: dict[str, str]) -> None:
    assert judged(values(), values(**THREE_BETTER | short)).met is Truth.FALSE


@pytest.mark.parametrize(
    ("name", "value"), [("haq", "1.6"), ("extramuscular_global", "4"), ("ck", "800"), ("mmt", "60")]
)
def test_each_measure_counts_from_a_fifth(name: str, value: str) -> None:
    after = values(**{"physician_global": "4", "patient_global": "4", name: value})
    assert judged(values(), after).met is Truth.TRUE


def test_change_is_of_the_earlier_value_not_of_the_scale() -> None:
    """1 to 0.8 cm is 2 % of the scale and 20 % of the value; 10 to 60 of 80 in strength is far more than a fifth."""
    before = values(physician_global="1", patient_global="1", mmt="10")
    assert judged(before, values(physician_global="0.8", patient_global="0.8", mmt="12")).met is Truth.TRUE
    assert judged(before, values(physician_global="0.8", patient_global="0.8", mmt="11.9")).met is Truth.FALSE


@pytest.mark.parametrize(
    ("worse", "met"),
    [
        ({"haq": "2.5", "extramuscular_global": "6.25"}, Truth.TRUE),
        ({"haq": "2.5", "extramuscular_global": "6.25", "ck": "1250"}, Truth.FALSE),
        ({"haq": "2.5", "extramuscular_global": "6.25", "ck": "1249"}, Truth.TRUE),
        ({"haq": "2.5", "extramuscular_global": "6.2", "ck": "1250"}, Truth.TRUE),
    ],
)
def test_no_more_than_two_may_be_worse_by_a_quarter(worse: dict[str, str], met: Truth) -> None:
    assert judged(values(), values(**THREE_BETTER | worse)).met is met


@pytest.mark.parametrize(("strength", "met"), [("37.5", Truth.FALSE), ("37.6", Truth.TRUE)])
def test_strength_may_not_be_among_the_worse(strength: str, met: Truth) -> None:
    after = values(physician_global="4", patient_global="4", haq="1.5", mmt=strength)
    assert judged(values(), after).met is met


def test_from_nothing_every_rise_is_worse_and_nothing_is_better() -> None:
    before = values(physician_global="0", patient_global="0", haq="0")
    found = judged(before, values(physician_global="0.1", patient_global="0", haq="0"))
    assert found.worse == (Measure.PHYSICIAN_GLOBAL,)
    assert found.better == ()
    assert any("from an earlier value of 0" in predicate.text for predicate in found.reason.predicates)


def test_from_no_strength_every_gain_is_better() -> None:
    assert judged(values(mmt="0"), values(mmt="1")).better == (Measure.MMT,)
    assert judged(values(mmt="0"), values(mmt="0")).better == ()


@pytest.mark.parametrize(
    ("changed", "met"),
    [
        # Two better and one missing could still be three.
        ({"physician_global": "4", "mmt": "60", "haq": None}, Truth.UNKNOWN),
        # One better and one missing cannot.
        ({"physician_global": "4", "haq": None}, Truth.FALSE),
        # Three better; what is missing could at most be the second that is worse.
        ({**THREE_BETTER, "haq": None, "ck": None}, Truth.TRUE),
        # Three better, two worse: a third could be missing.
        ({**THREE_BETTER, "haq": None, "ck": "1250", "extramuscular_global": "6.25"}, Truth.UNKNOWN),
        # Strength missing could be worse.
        ({"physician_global": "4", "patient_global": "4", "haq": "1.5", "mmt": None, "mmt_maximum": None},
         Truth.UNKNOWN),
        # Strength worse decides, whatever is missing.
        ({"physician_global": "4", "patient_global": "4", "haq": None, "mmt": "30"}, Truth.FALSE),
    ],
)  # fmt: skip
def test_a_missing_measure_is_unknown_only_where_it_could_decide(changed: dict[str, Any], met: Truth) -> None:
    found = judged(values(), values(**changed))
    assert found.met is met
    assert len(found.reason.predicates) == 6


def test_another_form_or_unit_counts_as_missing() -> None:
    after = values(mmt_maximum=150)
    after["enzymes"] = (Enzyme(EnzymeName.CK, Decimal(10), "ukat/L", Decimal("3.3")),)
    assert judged(values(), after).missing == (Measure.MMT, Measure.ENZYMES)


def test_an_enzyme_is_followed_in_multiples_of_its_limit() -> None:
    """5 times the limit, then 4 times: a fifth better, though the value rose."""
    assert judged(values(), values(ck="1200", limit="300")).better == (Measure.ENZYMES,)
    assert judged(values(), values(ck="1201", limit="300")).better == ()
