"""What a plan may speak of, and which drugs are paused: read from the protocol and the record alone."""

import pytest

from monitoring.protocol.load import load
from monitoring.rules.intervals import only_by_name
from monitoring.rules.plan import paused_drugs, profiles_of, repeated_items
from monitoring.rules.record import MonitoringRecord, Pause
from tests.factories.records import DAY, course, on, treatment

PROTOCOL = load()


def pause(day: int, until: int, drug: str = "", ended: int | None = None, number: int = 1) -> Pause:
    return Pause(str(number), on(day), on(until), "abroad", drug, None if ended is None else on(ended))


def paused(*pauses: Pause, day: int = 10) -> list[tuple[str, int]]:
    """Drug and the day on which its pause ends, counted from DAY."""
    courses = (
        course("methotrexate"),
        course("azathioprine", stop=10),
        course("folic_acid"),
        course("", drug_text="gold salts"),
    )
    record = MonitoringRecord(treatment(*courses), pauses=pauses)
    return [(each.drug.id, (each.until - DAY).days) for each in paused_drugs(record, PROTOCOL, on(day))]


def test_a_pause_of_every_drug_pauses_what_is_taken_and_asks_for_tests() -> None:
    assert paused(pause(0, 30)) == [("methotrexate", 30)]
    assert paused(pause(0, 30), day=9) == [("azathioprine", 30), ("methotrexate", 30)]


@pytest.mark.parametrize(("day", "holds"), [(4, False), (5, True), (29, True), (30, False)])
def test_a_pause_holds_from_its_first_day_to_before_its_end(day: int, holds: bool) -> None:
    assert paused(pause(5, 30, "methotrexate"), day=day) == ([("methotrexate", 30)] if holds else [])


@pytest.mark.parametrize(("day", "holds"), [(19, True), (20, False)])
def test_a_pause_that_was_ended_holds_until_then(day: int, holds: bool) -> None:
    assert paused(pause(5, 30, "methotrexate", ended=20), day=day) == ([("methotrexate", 20)] if holds else [])


def test_of_several_pauses_the_one_that_holds_longest_is_named_whatever_their_order() -> None:
    several = (pause(0, 30, number=1), pause(0, 60, "methotrexate", number=2), pause(0, 40, number=3))
    for order in (several, several[::-1]):
        assert paused(*order) == [("methotrexate", 60)]


def test_a_pause_of_another_drug_pauses_nothing() -> None:
    assert paused(pause(0, 30, "ciclosporin")) == []


def test_only_what_follows_a_profile_is_repeated() -> None:
    assert "full_blood_count" in repeated_items(PROTOCOL, "methotrexate")
    assert "ciclosporin_trough" in repeated_items(PROTOCOL, "ciclosporin")
    assert "ciclosporin_trough" not in repeated_items(PROTOCOL, "methotrexate")
    assert repeated_items(PROTOCOL, "folic_acid") == ()
    assert set(repeated_items(PROTOCOL)) == {item for drug in PROTOCOL.drugs for item in repeated_items(PROTOCOL, drug)}


def test_what_a_pair_asks_for_counts_for_each_of_its_drugs() -> None:
    for pair in PROTOCOL.pairs:
        for drug in pair.drugs:
            for item in pair.items:
                assert PROTOCOL.profiles[pair.profile] in profiles_of(PROTOCOL, drug, item)


def test_a_level_follows_only_an_interval_that_names_it() -> None:
    assert only_by_name(PROTOCOL.items["ciclosporin_trough"])
    assert not only_by_name(PROTOCOL.items["full_blood_count"])
