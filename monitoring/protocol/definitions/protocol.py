"""The whole protocol, as the rules read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitoring.protocol.definitions.drugs import DrugMonitoring
from monitoring.protocol.definitions.items import Analyte, FarFromLast, Item
from monitoring.protocol.definitions.limits import Muscle, RaisingRule, SymptomRule, TargetRule, Threshold, Trend
from monitoring.protocol.definitions.origins import FileHeader
from monitoring.protocol.definitions.schedules import (
    Defaults,
    MissedVisitsRule,
    Pair,
    PatientGroup,
    Profile,
    RiskTierRule,
)
from monitoring.rules.vocabulary import RiskTier
from regimens.protocol.schema import InfusionSettings

if TYPE_CHECKING:
    from monitoring.protocol.audits import AuditsFile


@dataclass(frozen=True, slots=True)
class MonitoringProtocol:
    """The whole protocol, checked, with item sets and shared rules written out. Mappings are by id, `files` by name."""

    schedule_id: str
    schedule_name: str
    version: str
    header: FileHeader
    defaults: Defaults
    profiles: Mapping[str, Profile]
    groups: Mapping[str, PatientGroup]
    items: Mapping[str, Item]
    analytes: Mapping[str, Analyte]
    drugs: Mapping[str, DrugMonitoring]
    pairs: tuple[Pair, ...]
    muscle: Muscle
    target_range: TargetRule
    symptoms: tuple[SymptomRule, ...]
    raising: RaisingRule
    missed_visits: MissedVisitsRule
    infusions: InfusionSettings
    thresholds: Mapping[str, tuple[Threshold, ...]] = field(default_factory=dict)
    trends: Mapping[str, tuple[Trend, ...]] = field(default_factory=dict)
    files: Mapping[str, FileHeader] = field(default_factory=dict)
    assessment_holds_days: int | None = None
    risk_tiers: Mapping[RiskTier, RiskTierRule] = field(default_factory=dict)
    far_from_last: FarFromLast | None = None
    audits: "AuditsFile | None" = None
