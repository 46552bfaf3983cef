"""`manage.py score FILE`: the response score of two assessments, to check it against other calculators."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from patients.protocol.load import load
from patients.rules.improvement import ImprovementScore, NotComparable, improvement
from patients.rules.score_file import ScoreFileError, ScoreRequest, parse_request
from patients.rules.vocabulary import Measure
from patients.rules.wording import display_number

HELP = """Reads two assessments as JSON and prints their 2016 ACR/EULAR Total Improvement Score as JSON. Needs no
database. When they cannot be compared, or cannot be read, it prints {"error": …} and the exit status is 2.

The file, in which any measure may be missing (population "adult" or "juvenile"; juvenile also cmas, das, chaq):

{"population": "adult",
 "baseline": {"physician_global": "7", "patient_global": "6.5", "mmt": {"value": "52", "maximum": "80"},
              "haq": "1.75", "extramuscular_global": "4",
              "enzymes": [{"name": "CK", "value": "4200", "upper_limit": "200", "unit": "U/L"}]},
 "follow_up": {"physician_global": "2", "mmt": {"value": "70", "maximum": "80"}}}
"""
STANDARD_INPUT = "-"
NOT_COMPARED = 2


class Command(BaseCommand):
    help = HELP
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter  # keeps the example in its lines
        parser.add_argument("file", help="a JSON file, or - for standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        protocol = load()
        try:
            request = parse_request(read_json(options["file"]), protocol)
        except (OSError, UnicodeDecodeError, ScoreFileError) as error:
            self.refuse(_words(error))
        score = improvement(request.baseline, request.follow_up, request.population, protocol)
        if isinstance(score, NotComparable):
            self.refuse("; ".join(score.problems))
        self.write({**as_json(score, request), "protocol_version": protocol.version})

    def write(self, answer: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False))

    def refuse(self, error: str) -> NoReturn:
        self.write({"error": error})
        sys.exit(NOT_COMPARED)


def read_json(file: str) -> object:
    """The document, numbers exact. Raises OSError, UnicodeDecodeError or ScoreFileError."""
    content = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    text = content.decode("utf-8-sig")
    if not text.strip():
        raise ScoreFileError("the file is empty")
    try:
        return json.loads(text, parse_float=_exactly, parse_constant=_no_number, object_pairs_hook=_without_repetition)
    except ScoreFileError:
        raise
    except (ValueError, RecursionError) as error:
        raise ScoreFileError(f"not valid JSON: {error}") from None


def as_json(score: ImprovementScore, request: ScoreRequest) -> dict[str, Any]:
    """The answer; numbers as plain text without trailing zeros."""
    return {
        "score": display_number(score.points),
        "category": score.category.value,
        "partial": score.partial,
        "missing": [measure.value for measure in score.missing],
        "components": {
            request.function_key if component.measure is Measure.HAQ else component.measure.value: {
                "change_percent": display_number(component.change_percent),
                "points": display_number(component.points),
                "most_points": display_number(component.most_points),
                **({"enzyme": component.enzyme.value} if component.enzyme else {}),
            }
            for component in score.components
        },
        "ceiling": display_number(score.ceiling),
        "sufficient": score.sufficient,
        "in_words": f"{score.points_words}, {score.category_words}",
        "notes": list(score.notes),
        "population": score.population.value,
    }


def _exactly(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return _no_number(text)


def _no_number(constant: str) -> NoReturn:
    raise ScoreFileError(f"{constant} is not a number")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ScoreFileError(f"the key {key!r} is given twice")
        found[key] = value
    return found


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 text: {error.reason} at byte {error.start}"
    return str(error)
