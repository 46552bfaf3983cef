"""Messages of the dose guard as lines of a list: of one series the newest, with the earlier ones beneath it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from regimens.rules.guard_findings import GuardFinding


@dataclass(slots=True)
class GuardLine:
    """One line; `earlier` are the other messages of its series, in their order. None of them is lost."""

    finding: GuardFinding
    earlier: list[GuardFinding] = field(default_factory=list)


def guard_lines(findings: Iterable[GuardFinding]) -> list[GuardLine]:
    """In the order of the findings; one that belongs to no series is a line of its own."""
    lines: list[GuardLine] = []
    heads: dict[str, GuardLine] = {}
    for finding in findings:
        # Other checks show their messages in the same list, and have no series.
        series = getattr(finding, "series", "")
        if series and series in heads:
            heads[series].earlier.append(finding)
            continue
        lines.append(GuardLine(finding))
        if series:
            heads[series] = lines[-1]
    return lines
