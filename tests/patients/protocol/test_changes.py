"""What differs between two protocol files, told by id and key."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.protocol.changes import NOT_GIVEN, Change, ChangeKind, changes, in_words
from patients.rules.reasons import RuleKind


@dataclass(frozen=True)
class Phase:
    name: str
    interval_days: int


@dataclass(frozen=True)
class Rule:
    id: str
    text: str
    limit: Decimal | None = None
    drugs: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    target: "Rule | None" = None


@dataclass(frozen=True)
class Drug:
    id: str
    repeat: tuple[Rule, ...]


@dataclass(frozen=True)
class File:
    version: str
    effective_from: date = date(2026, 1, 1)
    rules: tuple[Rule, ...] = ()
    bands: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    by_name: dict[str, Rule] = field(default_factory=dict)
    drugs: dict[str, Drug] = field(default_factory=dict)


OLD = File("1", rules=(Rule("a", "says"), Rule("b", "holds", Decimal("7.50"))))


def test_the_same_file_has_no_change() -> None:
    assert changes(OLD, OLD) == ()
    assert changes(OLD, replace(OLD)) == ()


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (replace(OLD, version="2"), Change(ChangeKind.CHANGED, "", "", "version", "1", "2")),
        (
            replace(OLD, effective_from=date(2026, 4, 5)),
            Change(ChangeKind.CHANGED, "", "", "effective_from", "01-Jan-2026", "05-Apr-2026"),
        ),
        (
            replace(OLD, rules=(Rule("a", "says"), Rule("b", "holds", Decimal(8)))),
            Change(ChangeKind.CHANGED, "rules", "b", "limit", "7.5", "8"),
        ),
        (
            replace(OLD, rules=(Rule("a", "says"), Rule("b", "holds"))),
            Change(ChangeKind.CHANGED, "rules", "b", "limit", "7.5", NOT_GIVEN),
        ),
        (
            replace(OLD, rules=OLD.rules[:1]),
            Change(ChangeKind.REMOVED, "rules", "b", "", "text: holds; limit: 7.5", ""),
        ),
        (
            replace(OLD, rules=(*OLD.rules, Rule("c", "new"))),
            Change(ChangeKind.ADDED, "rules", "c", "", "", "text: new"),
        ),
        (
            replace(OLD, rules=(Rule("a", "says", phases=(Phase("A", 14),)), OLD.rules[1])),
            Change(ChangeKind.ADDED, "phases", "a / A", "", "", "name: A; interval days: 14"),
        ),
        (
            replace(OLD, rules=(Rule("a", "says", target=Rule("t", "target")), OLD.rules[1])),
            Change(ChangeKind.ADDED, "target", "t", "", "", "text: target"),
        ),
        (
            replace(OLD, rules=(Rule("a", "says", drugs=("x", "y")), OLD.rules[1])),
            Change(ChangeKind.CHANGED, "rules", "a", "drugs", NOT_GIVEN, "x, y"),
        ),
        (
            replace(OLD, bands={"alt": (Rule("z", "band"),)}),
            Change(ChangeKind.ADDED, "bands", "z", "", "", "text: band"),
        ),
        (
            replace(OLD, by_name={"m": Rule("m", "drug")}),
            Change(ChangeKind.ADDED, "by_name", "m", "", "", "text: drug"),
        ),
    ],
)
def test_one_change_is_told_once(new: File, expected: Change) -> None:
    assert changes(OLD, new) == (expected,)


def test_an_entry_is_known_by_its_id_wherever_it_stands() -> None:
    assert changes(OLD, replace(OLD, rules=OLD.rules[::-1])) == ()


def test_an_entry_without_id_is_known_by_its_first_key_and_has_an_order() -> None:
    phases = (Phase("A", 14), Phase("B", 28))
    old = File("1", rules=(Rule("a", "", phases=phases),))
    longer = File("1", rules=(Rule("a", "", phases=(phases[0], Phase("B", 84))),))
    assert changes(old, longer) == (Change(ChangeKind.CHANGED, "phases", "a / B", "interval_days", "28", "84"),)
    turned = File("1", rules=(Rule("a", "", phases=phases[::-1]),))
    assert changes(old, turned) == (Change(ChangeKind.CHANGED, "phases", "a", "order", "A, B", "B, A"),)


def test_two_entries_of_one_name_are_told_apart() -> None:
    old = File("1", rules=(Rule("a", "", phases=(Phase("A", 14), Phase("A", 28))),))
    new = File("1", rules=(Rule("a", "", phases=(Phase("A", 14), Phase("A", 84))),))
    assert changes(old, new) == (Change(ChangeKind.CHANGED, "phases", "a / A (2)", "interval_days", "28", "84"),)


def test_only_the_keys_asked_for_are_looked_at() -> None:
    assert changes(OLD, replace(OLD, version="2"), only=("rules",)) == ()


def test_a_rule_that_several_entries_share_is_told_once() -> None:
    def sharing(rule: Rule) -> File:
        return File("1", drugs={name: Drug(name, (rule,)) for name in ("m", "n")})

    found = changes(sharing(Rule("s", "shared")), sharing(Rule("s", "changed")))
    assert found == (Change(ChangeKind.CHANGED, "repeat", "s", "text", "shared", "changed"),)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (False, "no"),
        (RuleKind.SAFETY_RULE, "added safety rule"),
        (Decimal("0.50"), "0.5"),
        ((), NOT_GIVEN),
        ("", NOT_GIVEN),
        (0, "0"),
        (Rule("a", "says"), "a (text: says)"),
    ],
)
def test_values_in_words(value: object, words: str) -> None:
    assert in_words(value) == words


rules = st.builds(
    Rule, id=st.sampled_from("abcdef"), text=st.sampled_from(["x", "y"]), limit=st.none() | st.decimals(0, 9)
)
files = st.lists(rules, max_size=5, unique_by=lambda rule: rule.id).map(lambda found: File("1", rules=tuple(found)))


@given(files, files)
def test_changes_turn_round_with_the_files(old: File, new: File) -> None:
    back = {(change.id, change.key, change.after, change.before) for change in changes(new, old)}
    assert {(change.id, change.key, change.before, change.after) for change in changes(old, new)} == back
    assert (changes(old, new) == ()) == ({rule.id: rule for rule in old.rules} == {rule.id: rule for rule in new.rules})
