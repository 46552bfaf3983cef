"""Myositis autoantibody names: as printed in many spellings, compared in one."""

import re
from datetime import date
from functools import lru_cache

from patients.rules.entry_order import entry_order
from patients.rules.record import Autoantibody, PatientRecord
from patients.rules.vocabulary import AntibodyFinding

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]")


@lru_cache(maxsize=1024)
def plain_name(name: str) -> str:
    """`anti-Jo-1`, `Jo 1 antibody` and `JO1` all become `jo1`. What stands in brackets is not part of the name."""
    text = name.split("(")[0].casefold().replace("antibodies", "").replace("antibody", "").strip()
    return _NOT_IN_A_NAME.sub("", text.removeprefix("anti"))


def positive_antibodies(record: PatientRecord, as_of: date) -> dict[str, Autoantibody]:
    """Positive findings known on `as_of` by plain name; of two rows of one antibody the latest finding decides."""
    newest: dict[str, Autoantibody] = {}
    for row in record.autoantibodies:
        if row.on is not None and row.on > as_of:
            continue
        name = plain_name(row.name)
        other = newest.get(name)
        if other is None or _when(row) > _when(other):
            newest[name] = row
    return {name: row for name, row in newest.items() if row.finding is AntibodyFinding.POSITIVE}


def _when(row: Autoantibody) -> tuple[date, tuple[int, str]]:
    return (row.on or date.min, entry_order(row.id))
