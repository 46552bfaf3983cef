"""What the last `make mutation` found: for each module the mutants killed, survived and not met by any test.

Ends with status 1 when fewer than 90 % were killed, or when a mutant was left untried.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

LEAST_PERCENT = 90
MUTANTS = Path("mutants")

# mutmut's exit codes. A mutant that runs out of time is noticed as well as one that fails a test.
_NOT_MET = (5, 33)
_NOT_TRIED = (None, 2, 34)
_SURVIVED = (0, 35)


def found_for(code: int | None) -> str:
    """What became of a mutant, by mutmut's exit code for it."""
    if code in _SURVIVED:
        return "survived"
    if code in _NOT_MET:
        return "not met"
    return "not tried" if code in _NOT_TRIED else "killed"


def modules(folder: Path) -> Iterator[tuple[str, Counter[str]]]:
    """Each mutated module with its counts."""
    for path in sorted(folder.rglob("*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        if codes:
            yield str(path.relative_to(folder)).removesuffix(".py.meta"), Counter(found_for(code) for code in codes)


def table(rows: list[tuple[str, Counter[str]]]) -> Iterator[str]:
    """One line a module, and the sum."""
    yield f"{'module':44}{'mutants':>9}{'killed':>9}{'survived':>10}{'not met':>9}{'killed':>9}"
    for name, counts in [*rows, ("all", sum((counts for _, counts in rows), Counter()))]:
        numbers = f"{counts.total():9}{counts['killed']:9}{counts['survived']:10}{counts['not met']:9}"
        whole, tenth = divmod(killed_in_thousand(counts), 10)
        yield f"{name:44}{numbers}{whole:7}.{tenth} %"


def killed_in_thousand(counts: Counter[str]) -> int:
    """Rounded down: 89.99 % is not 90 %."""
    return 1000 * counts["killed"] // counts.total()


def main() -> int:
    rows = list(modules(MUTANTS))
    if not rows:
        sys.stderr.write("There is nothing to report: run make mutation first.\n")
        return 1
    sys.stdout.write("\n".join(table(rows)) + "\n")
    every: Counter[str] = sum((counts for _, counts in rows), Counter())
    if every["not tried"]:
        sys.stderr.write(f"{every['not tried']} mutants were not tried: run make mutation to its end.\n")
        return 1
    if killed_in_thousand(every) < 10 * LEAST_PERCENT:
        sys.stderr.write(f"Fewer than {LEAST_PERCENT} % were killed. mutmut show NAME prints a survivor.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
