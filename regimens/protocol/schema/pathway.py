"""pathway.toml as a whole, and the protocol that the rules read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from patients.protocol.activity import ActivityProtocol
from patients.rules.reasons import Predicate, Reason, RuleKind
from patients.rules.vocabulary import ConditionKind
from regimens.protocol.schema.catalogue import Catalogue
from regimens.protocol.schema.drugs import Drug
from regimens.protocol.schema.settings import ExpectedTaper, GuardCaution, GuardSettings, Settings, TaperSettings
from regimens.protocol.schema.steps import Banner, Remark, Rung


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that the code applies: its sentence, what it rests on, and the readings behind it."""

    id: str
    text: str
    source: str
    kind: RuleKind
    readings: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the published text is open, and how this project reads it."""

    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PathwayFile:
    """pathway.toml. `signed_off_by`: who has signed it off clinically ("": nobody yet)."""

    version: str
    effective_from: date
    reviewed_on: date
    next_review: date
    source: str
    settings: Settings
    guard: GuardSettings
    taper: TaperSettings
    monotherapy_conditions: tuple[ConditionKind, ...]
    lung_conditions: tuple[ConditionKind, ...]
    rungs: tuple[Rung, ...]
    remarks: tuple[Remark, ...]
    banners: tuple[Banner, ...]
    rules: tuple[Rule, ...]
    readings: tuple[Reading, ...]
    guard_cautions: tuple[GuardCaution, ...] = ()
    expected_tapers: tuple[ExpectedTaper, ...] = ()
    signed_off_by: str = ""


@dataclass(frozen=True, eq=False)
class PathwayProtocol:
    """Both files, checked against each other, with the look-ups that the rules use. Compared by identity."""

    version: str
    file: PathwayFile
    catalogue: Catalogue
    drugs: Mapping[str, Drug]
    rungs: Mapping[str, Rung]
    rules: Mapping[str, Rule]
    plain_reasons: Mapping[str, Reason]
    activity: ActivityProtocol

    @property
    def settings(self) -> Settings:
        return self.file.settings

    def because(self, rule_id: str, *predicates: Predicate) -> Reason:
        """The reason for a finding made under a rule; without predicates one shared value."""
        plain = self.plain_reasons[rule_id]
        if not predicates:
            return plain
        return Reason(plain.rule_id, plain.text, plain.kind, plain.source, plain.protocol_version, predicates)
