"""Answers told in plain lines, every value in them, so that a stored answer can be read and compared byte for byte."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from patients.protocol import load as activity
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from regimens.protocol import load as pathway
from regimens.rules.findings import Annotation, CourseStanding, LineFinding, Option
from regimens.rules.options import option_book

# What is the same for every patient, or told already.
LEFT_OUT = frozenset({"adverse_effects", "monitoring_named", "protocol_version", "activity_version"})
_SIGNS = {Truth.TRUE: "+", Truth.FALSE: "-", Truth.UNKNOWN: "?"}
_EMPTY: tuple[Any, ...] = ((), {}, frozenset(), "", None)
_PATHWAY = pathway.load()
_REASONS = {**activity.load().plain_reasons, **_PATHWAY.plain_reasons}


class Telling:
    """Lines of one answer. A fact is told by its kind and id; its label stands in the list of facts at the end."""

    def __init__(self) -> None:
        self.facts: dict[str, set[str]] = {}

    def lines(self, title: str, value: object) -> list[str]:
        return list(self._lines(title, value))

    def legend(self) -> list[str]:
        """Each fact that was named, with its label (two labels: it was named in two ways)."""
        return ["facts", *(f"  {fact}: {' | '.join(sorted(labels))}" for fact, labels in sorted(self.facts.items()))]

    def _lines(self, title: str, value: object) -> Iterator[str]:
        short = self._short(value)
        if short is not None:
            yield f"{title}: {short}" if short else title
            return
        yield f"{title}: {value.rule_id}" if isinstance(value, Reason) and not title.endswith(value.rule_id) else title
        for line in self._inside(value):
            yield f"  {line}"

    def _inside(self, value: object) -> Iterator[str]:
        if isinstance(value, Reason):
            yield from self._reason(value)
        elif isinstance(value, Mapping):
            for key, each in value.items():
                yield from self._lines(str(plain(key)), each)
        elif is_dataclass(value) and not isinstance(value, type):
            for name in (field.name for field in fields(value)):
                each = getattr(value, name)
                if name not in LEFT_OUT and each not in _EMPTY:
                    yield from self._lines(name, each)
        elif isinstance(value, Iterable):
            for each in value:
                yield from self._lines(self._title(each), self._body(each))
        else:
            raise TypeError(f"cannot tell {value!r}")

    def _title(self, value: object) -> str:
        if isinstance(value, Option):
            return f"* {value.name} ({'not offered, ' if value.blocked else ''}{value.tier.value}, {value.rung})"
        if isinstance(value, Reason):
            return f"* {value.rule_id}"
        if isinstance(value, LineFinding):
            return f"* {value.code} ({value.title}): {value.state.value}"
        if isinstance(value, Annotation):
            return f"* {value.kind.value}: {value.text}"
        return "*"

    def _body(self, value: object) -> object:
        if isinstance(value, Reason):
            return value if value.predicates or value.text != _REASONS[value.rule_id].text else ""
        if isinstance(value, Option):
            return self._option(value)
        if isinstance(value, LineFinding):
            known = {"courses": value.courses, "reasons": value.reasons, "why_not_yet": value.why_not_yet}
            return {key: each for key, each in known.items() if each}
        if isinstance(value, Annotation):
            return (value.reason,)
        return value

    def _option(self, option: Option) -> object:
        """What this patient's option adds to the printed one, which options.txt tells."""
        printed = option_book(_PATHWAY).printed.get((option.rung, option.drugs, False))
        known: dict[str, object] = {
            "drugs": "" if printed else ", ".join(option.drugs),
            "dose": "" if printed and printed.dose_text == option.dose_text else option.dose_text,
            "annotations": option.annotations,
            "reasons": option.reasons,
        }
        if printed:
            assert (option.name, option.adverse_effects, option.monitoring_named) == (
                printed.name,
                printed.adverse_effects,
                printed.monitoring_named,
            )
        return {key: each for key, each in known.items() if each}

    def _reason(self, reason: Reason) -> Iterator[str]:
        usual = _REASONS[reason.rule_id]
        assert (reason.kind, reason.source, reason.protocol_version) == (
            usual.kind,
            usual.source,
            usual.protocol_version,
        )
        if reason.text != usual.text:
            yield f"text: {reason.text}"
        for predicate in reason.predicates:
            yield self._predicate(predicate)

    def _predicate(self, predicate: Predicate) -> str:
        facts = "".join(f" <{self.named(fact)}>" for fact in predicate.facts)
        return f"{_SIGNS[predicate.truth]} {predicate.text}{facts}"

    def named(self, fact: FactReference) -> str:
        """The fact by kind and id; its label goes into the list of facts."""
        key = f"{fact.kind}:{fact.id}"
        self.facts.setdefault(key, set()).add(fact.label)
        return key

    def _short(self, value: object) -> str | None:
        """The value on the line of its title, where it fits there."""
        if isinstance(value, FactReference):
            return f"<{self.named(value)}>"
        if isinstance(value, Predicate):
            return self._predicate(value)
        if isinstance(value, Reason) and not value.predicates and value.text == _REASONS[value.rule_id].text:
            return value.rule_id
        if isinstance(value, CourseStanding):
            return self._standing(value)
        if isinstance(value, tuple | list) and value and all(isinstance(each, FactReference) for each in value):
            return " ".join(f"<{self.named(each)}>" for each in value)
        if isinstance(value, tuple | list) and all(plain(each) is not None for each in value):
            return ", ".join(str(plain(each)) for each in value) or "none"
        return plain(value)

    def _standing(self, course: CourseStanding) -> str:
        judged = f", {course.outcome} on {course.outcome_on}" if course.outcome or course.outcome_on else ""
        until = "" if course.stop_on is None else f"to {course.stop_on}"
        return (
            f"<{self.named(course.course)}> {course.drug} ({course.drug_name}), {course.role.value}, "
            f"from {course.start_on} {until}{', running' if course.running else ''}{judged}"
        )


def plain(value: object) -> str | None:
    """A single value in characters; None when it holds others. No letter case or type is lost."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date | Decimal | str | bool | int):
        return str(value)
    return "none" if value is None else None
