"""`manage.py replay_cases FILE [--json]`: published patients through the same rules as the screens."""

import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from patients.rules.wording import joined
from regimens.protocol.load import load
from regimens.rules.cases import CaseError, parse_cases
from regimens.rules.replay import Replayed, replay
from regimens.rules.wording import sentence

HELP = """Runs a file of cases through the pathway rules and prints, for each checkpoint, expected against computed.
Needs no database. The exit status is 1 when a checkpoint of high confidence differs, 2 when the file cannot be read."""


class Command(BaseCommand):
    help = HELP
    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a JSON file of cases")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON list and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        protocol = load()
        try:
            text = options["file"].read_text(encoding="utf-8")
            cases = parse_cases(json.loads(text, parse_float=Decimal), protocol)
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, CaseError) as error:
            raise CommandError(f"{options['file']}: {error}", returncode=2) from error
        replayed = replay(cases, protocol)
        if options["as_json"]:
            self.stdout.write(json.dumps([as_json(one) for one in replayed], indent=1, ensure_ascii=False, default=str))
        else:
            for one in replayed:
                self.stdout.write("\n".join(as_lines(one)))
            self.stdout.write(summary(replayed))
        failing = [one for one in replayed if one.fails]
        if failing:
            places = joined(tuple(f"{one.case.id} day {one.checkpoint.as_of_day}" for one in failing), "and")
            raise CommandError(f"high-confidence checkpoints differ: {places}", returncode=1)


def as_json(one: Replayed) -> dict[str, Any]:
    return {
        "id": one.case.id,
        "as_of_day": one.checkpoint.as_of_day,
        "confidence": one.checkpoint.confidence,
        "expected": dict(one.expected),
        "computed": dict(one.computed),
        "differs": list(one.differs),
    }


def as_lines(one: Replayed) -> list[str]:
    """The checkpoint for a person: agreement, each difference, and why the rules say so."""
    verdict = "agrees"
    if one.differs:
        verdict = "DIFFERS" if one.fails else "differs"
        if one.checkpoint.confidence == "medium" and one.checkpoint.acceptable_alternatives:
            verdict = "differs (see alternatives)"
    lines = [f"{one.case.id}, day {one.checkpoint.as_of_day} ({one.checkpoint.confidence}): {verdict}"]
    for name, computed in one.computed.items():
        mark = "!" if name in one.differs else " "
        lines.append(f"  {mark} {name}: expected {_shown(one.expected.get(name))}, computed {_shown(computed)}")
    if one.differs:
        lines += [f"    alternative: {text}" for text in one.checkpoint.acceptable_alternatives]
    lines += [f"    why: {sentence(reason)}" for reason in one.findings.next_step.reasons]
    return lines


def _shown(value: Any) -> str:
    if value is None:
        return "not scored"
    if isinstance(value, list):
        return ", ".join(str(entry) for entry in value) or "none"
    return str(value)


def summary(replayed: tuple[Replayed, ...]) -> str:
    parts = []
    for confidence in ("high", "medium", "low"):
        of_kind = [one for one in replayed if one.checkpoint.confidence == confidence]
        agreeing = sum(1 for one in of_kind if not one.differs)
        parts.append(f"{agreeing} of {len(of_kind)} {confidence}")
    return f"{len(replayed)} checkpoints; agreeing: {', '.join(parts)}"
