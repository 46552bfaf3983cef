"""The shape of the pathway's protocol files. Every rule in them says what it rests on."""

from regimens.protocol.schema.catalogue import Catalogue, DrugClass, InfusionSettings
from regimens.protocol.schema.drugs import (
    Certainty,
    DosePer,
    DoseRule,
    DoseStop,
    Drug,
    InfusionDefaults,
    TargetDose,
    TrialLength,
    UsualUpper,
)
from regimens.protocol.schema.pathway import PathwayFile, PathwayProtocol, Reading, Rule
from regimens.protocol.schema.settings import (
    Comparison,
    ExpectedTaper,
    GuardCaution,
    GuardSettings,
    Settings,
    TaperSettings,
)
from regimens.protocol.schema.steps import Banner, Part, Remark, Rung, RungOption

__all__ = [
    "Banner",
    "Catalogue",
    "Certainty",
    "Comparison",
    "DosePer",
    "DoseRule",
    "DoseStop",
    "Drug",
    "DrugClass",
    "ExpectedTaper",
    "GuardCaution",
    "GuardSettings",
    "InfusionDefaults",
    "InfusionSettings",
    "Part",
    "PathwayFile",
    "PathwayProtocol",
    "Reading",
    "Remark",
    "Rule",
    "Rung",
    "RungOption",
    "Settings",
    "TaperSettings",
    "TargetDose",
    "TrialLength",
    "UsualUpper",
]
