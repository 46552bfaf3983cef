"""What can be looked at, and what a laboratory or a nurse reports of it."""

from dataclasses import dataclass
from decimal import Decimal

from monitoring.protocol.definitions.origins import FileHeader, Rule
from monitoring.rules.findings import ItemKind
from patients.rules.vocabulary import Vocabulary


class ResultType(Vocabulary):
    NUMERIC = "numeric", "number"
    TEXT = "text", "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """`unit` times `multiply_by` is the analyte's own unit."""

    unit: str
    multiply_by: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """One thing a laboratory or a nurse reports.

    `units` are spellings of one unit, the first being the one to show; `conversions` are other units. `lowest` and
    `highest` bound what can have been meant (they catch a slip of unit or finger and are no clinical limit). `part_of`
    names the count that this one is counted in, and can never be above.
    """

    id: str
    name: str
    result_type: ResultType
    units: tuple[str, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    loinc: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None
    part_of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to be looked at. `satisfied_by` lists alternatives; all analytes of one alternative, on one day, do.

    `by_risk_assessment`: done by recording a risk assessment, and by no result. `own_interval`: another interval for
    one patient holds for it only when the decision names the item, not when it speaks of a drug's tests in general.
    """

    id: str
    name: str
    kind: ItemKind
    satisfied_by: tuple[tuple[str, ...], ...]
    by_risk_assessment: bool = False
    own_interval: bool = False
    soon_days: int | None = None
    grace_days: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSet:
    """Items that rules name together."""

    id: str
    name: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsFile(FileHeader):
    item: tuple[Item, ...]
    item_set: tuple[ItemSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FarFromLast(Rule):
    """A value more than so many `times` as high or as low as the patient's own last one is asked about."""

    times: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalytesFile(FileHeader):
    analyte: tuple[Analyte, ...]
    far_from_last: FarFromLast | None = None
