"""`manage.py replay_cases [FILE …] [--json]`: patients told as cases through the same rules as the screens."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from patients.protocol.tables import ProtocolError
from patients.rules.wording import joined
from regimens.protocol.load import load
from regimens.protocol.schema import PathwayProtocol
from regimens.protocol.vignettes import CaseFile, read_cases, read_vignettes
from regimens.rules.cases import Case, CaseError
from regimens.rules.replay import Replayed, replay
from regimens.rules.wording import sentence

HELP = """Runs files of cases through the pathway rules and prints, for each checkpoint, expected against computed.
Without a file: the clinic's own cases, in VIGNETTES_FOLDER. Needs no database. The exit status is 1 when a checkpoint
of high confidence differs, 2 when a file cannot be read."""


class Command(BaseCommand):
    help = HELP
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="a file of cases, JSON or TOML")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON list and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            protocol = load()
            found = [CaseFile(path, _cases(path, protocol)) for path in options["files"]]
            found = found or list(_own_cases(protocol))
        except (CaseError, ProtocolError) as error:
            raise CommandError(str(error), returncode=2) from error
        # A case keeps its own name; beside others of the same name its file tells them apart.
        replayed = [(file, one) for file in found for one in replay(file.cases, protocol)]
        if options["as_json"]:
            rows = [as_json(one, file.path if len(found) > 1 else None) for file, one in replayed]
            self.stdout.write(json.dumps(rows, indent=1, ensure_ascii=False, default=str))
        else:
            self._write(found, replayed)
        self._judge(found, replayed)

    def _write(self, files: list[CaseFile], replayed: list[tuple[CaseFile, Replayed]]) -> None:
        for file in files:
            if len(files) > 1:
                self.stdout.write(f"{file.path.name}:")
            for _, one in (row for row in replayed if row[0] is file):
                self.stdout.write("\n".join(as_lines(one)))
        self.stdout.write(summary(tuple(one for _, one in replayed)))

    def _judge(self, files: list[CaseFile], replayed: list[tuple[CaseFile, Replayed]]) -> None:
        faults = [f"{file.path}: {file.fault}" for file in files if file.fault]
        if faults:
            raise CommandError("\n".join(faults), returncode=2)
        failing = [
            f"{f'{file.path.name}: ' if len(files) > 1 else ''}{one.case.id} day {one.checkpoint.as_of_day}"
            for file, one in replayed
            if one.fails
        ]
        if failing:
            raise CommandError(f"high-confidence checkpoints differ: {joined(tuple(failing), 'and')}", returncode=1)


def _cases(path: Path, protocol: PathwayProtocol) -> tuple[Case, ...]:
    try:
        return read_cases(path, protocol)
    except CaseError as error:
        raise CaseError(f"{path}: {error}") from error


def _own_cases(protocol: PathwayProtocol) -> tuple[CaseFile, ...]:
    """The clinic's cases. Raises CaseError when there is no folder of them."""
    folder = settings.VIGNETTES_FOLDER
    if folder is None:
        raise CaseError(
            "name a file of cases, or set VIGNETTES_FOLDER to a folder of your own (docs/vignettes/README.md)"
        )
    files = read_vignettes(folder, protocol)
    if not files:
        raise CaseError(f"{folder}: there is no .json or .toml file in it")
    return files


def as_json(one: Replayed, file: Path | None = None) -> dict[str, Any]:
    return {
        **({"file": file.name} if file else {}),
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
