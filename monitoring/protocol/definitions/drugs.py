"""Everything that one drug asks for, as its file says it."""

from dataclasses import dataclass
from decimal import Decimal

from monitoring.protocol.definitions.demands import (
    AfterInfusionRule,
    BeforeInfusionRule,
    CycleReviewRule,
    ExposureRule,
    EyeScreeningRule,
    InfusionRule,
    OnceRule,
    RepeatRule,
    ReviewRule,
    TaperRule,
    TroughRule,
)
from monitoring.protocol.definitions.limits import Threshold
from monitoring.protocol.definitions.origins import FileHeader


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile(FileHeader):
    """The rules of one drug, or rules that several drug files take over by naming this file in `shares`."""

    id: str
    name: str
    baseline: tuple[OnceRule, ...] = ()
    once: tuple[OnceRule, ...] = ()
    repeat: tuple[RepeatRule, ...] = ()
    trough: tuple[TroughRule, ...] = ()
    infusion: tuple[InfusionRule, ...] = ()
    before_infusion: tuple[BeforeInfusionRule, ...] = ()
    after_infusion: tuple[AfterInfusionRule, ...] = ()
    cycle_review: tuple[CycleReviewRule, ...] = ()
    exposure: tuple[ExposureRule, ...] = ()
    taper: tuple[TaperRule, ...] = ()
    eye_screening: tuple[EyeScreeningRule, ...] = ()
    review: tuple[ReviewRule, ...] = ()


RULE_LISTS = (
    "baseline",
    "once",
    "repeat",
    "trough",
    "infusion",
    "before_infusion",
    "after_infusion",
    "cycle_review",
    "exposure",
    "taper",
    "eye_screening",
    "review",
)
"""The lists of rules in a `RuleFile`, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugMonitoring(RuleFile):
    """Everything one drug asks for. A drug that asks for nothing says why in `nothing_needed`.

    `prednisolone_equivalent`: mg of prednisolone that 1 mg of this drug counts as (None: not a systemic daily
    corticosteroid). `cycle_within_days`: infusions that start within so many days of a cycle's first belong to it.
    `after_stop`: what a reader must know once the drug is stopped; `limits_after_stop_days`: for so many days its bands
    still hold (None: as for every drug). `threshold`: bands for this drug alone.
    `start_threshold`: bands in which it is not begun, read before the first infusion only.
    """

    shares: tuple[str, ...] = ()
    nothing_needed: str = ""
    after_stop: str = ""
    limits_after_stop_days: int | None = None
    prednisolone_equivalent: Decimal | None = None
    cycle_within_days: int = 0
    threshold: tuple[Threshold, ...] = ()
    start_threshold: tuple[Threshold, ...] = ()
