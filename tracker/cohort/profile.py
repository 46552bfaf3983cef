"""The mix of the cohort: how many of each kind, dealt so that the shares hold exactly and the kinds fit together.

Shares: 69 % women, glucocorticoid 98 %, methotrexate 71 %, azathioprine 51 %, interstitial lung disease 30 % (ever).
Subtypes and antibodies follow what large adult registries see; no figure here feeds a rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import TypeVar

from patients.rules.vocabulary import PatientStatus, SevereFeature, Sex, Subtype

T = TypeVar("T")

WOMEN, GLUCOCORTICOID, METHOTREXATE, AZATHIOPRINE, ILD = 0.69, 0.98, 0.71, 0.51, 0.30
SEVERE = 0.27
STEROID_ALONE = 0.03
SECOND_LINE, THIRD_LINE, IMMUNOGLOBULIN = 0.27, 0.12, 0.16
DISCHARGED, DECEASED, TRANSFERRED = 0.02, 0.025, 0.03
# Methotrexate written down as a daily dose: the slip that the record must show and never smooth over.
METHOTREXATE_SLIP = 0.005

_SUBTYPES: tuple[tuple[Subtype, float], ...] = (
    (Subtype.DERMATOMYOSITIS, 0.30),
    (Subtype.ANTISYNTHETASE_SYNDROME, 0.18),
    (Subtype.NECROTISING_MYOPATHY, 0.15),
    (Subtype.POLYMYOSITIS, 0.14),
    (Subtype.OVERLAP_MYOSITIS, 0.10),
    (Subtype.AMYOPATHIC_DERMATOMYOSITIS, 0.07),
    (Subtype.INCLUSION_BODY_MYOSITIS, 0.03),
    (Subtype.JUVENILE_DERMATOMYOSITIS, 0.02),
    (Subtype.OTHER, 0.01),
)

_ANTIBODIES: dict[Subtype, tuple[tuple[str, float], ...]] = {
    Subtype.DERMATOMYOSITIS: (
        ("anti-Mi-2", 22), ("anti-TIF1-gamma", 22), ("anti-NXP2", 14), ("anti-SAE", 6), ("anti-MDA5", 6), ("", 30),
    ),
    Subtype.ANTISYNTHETASE_SYNDROME: (
        ("anti-Jo-1", 60), ("anti-PL-12", 15), ("anti-PL-7", 12), ("anti-EJ", 7), ("anti-OJ", 6),
    ),
    Subtype.NECROTISING_MYOPATHY: (("anti-HMGCR", 50), ("anti-SRP", 35), ("", 15)),
    Subtype.POLYMYOSITIS: (("", 75), ("anti-Ro52", 25)),
    Subtype.OVERLAP_MYOSITIS: (("anti-PM-Scl", 35), ("anti-U1-RNP", 35), ("anti-Ku", 15), ("", 15)),
    Subtype.AMYOPATHIC_DERMATOMYOSITIS: (("anti-MDA5", 60), ("anti-SAE", 10), ("anti-TIF1-gamma", 10), ("", 20)),
    Subtype.INCLUSION_BODY_MYOSITIS: (("anti-cN1A", 45), ("", 55)),
    Subtype.JUVENILE_DERMATOMYOSITIS: (("anti-NXP2", 30), ("anti-TIF1-gamma", 30), ("anti-MDA5", 10), ("", 30)),
    Subtype.OTHER: (("", 100),),
}  # fmt: skip

_ILD_WEIGHTS: dict[str, float] = {
    **dict.fromkeys(("anti-Jo-1", "anti-PL-12", "anti-PL-7", "anti-EJ", "anti-OJ"), 9.0),
    "anti-MDA5": 10.0, "anti-PM-Scl": 3.0, "anti-Ku": 3.0, "anti-Ro52": 2.0, "anti-U1-RNP": 1.5,
}  # fmt: skip


class Stage(StrEnum):
    """Where a patient's story stands on the last day that the record knows."""

    REFERRED = "referred"
    STEROID_ALONE = "steroid_alone"
    IN_TRIAL = "in_trial"
    RESPONDING = "responding"
    FAILED_JUST_NOW = "failed_just_now"
    MAINTENANCE = "maintenance"
    RELAPSE = "relapse"
    DRUG_FREE = "drug_free"


_STAGES: tuple[tuple[Stage, float], ...] = (
    (Stage.MAINTENANCE, 0.42),
    (Stage.RESPONDING, 0.20),
    (Stage.IN_TRIAL, 0.15),
    (Stage.RELAPSE, 0.09),
    (Stage.FAILED_JUST_NOW, 0.08),
    (Stage.DRUG_FREE, 0.06),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is dealt to one patient before their story is told. Drug flags mean 'ever taken'."""

    number: int
    subtype: Subtype
    antibody: str
    sex: Sex = Sex.MALE
    ild: bool = False
    severe: bool = False
    severe_feature: SevereFeature | None = None
    stage: Stage = Stage.MAINTENANCE
    status: PatientStatus = PatientStatus.ACTIVE
    methotrexate: bool = False
    azathioprine: bool = False
    second_line: bool = False
    third_line: bool = False
    immunoglobulin: bool = False
    methotrexate_slip: bool = False

    @property
    def glucocorticoid(self) -> bool:
        return self.stage is not Stage.REFERRED

    @property
    def on_ladder(self) -> bool:
        """Takes at least one immunosuppressant."""
        return self.stage not in (Stage.REFERRED, Stage.STEROID_ALONE)


def deal_profiles(rng: Random, size: int, first_number: int) -> list[Profile]:
    """`size` profiles whose shares are exact to the nearest patient."""
    profiles = [
        Profile(first_number + index, subtype, pick(rng, _ANTIBODIES[subtype]))
        for index, subtype in enumerate(_shares(rng, _SUBTYPES, size))
    ]
    profiles = _deal(rng, profiles, WOMEN, _weight_of_woman, lambda p: replace(p, sex=Sex.FEMALE))
    profiles = _deal(rng, profiles, ILD, _weight_of_ild, lambda p: replace(p, ild=True))
    profiles = _deal(rng, profiles, SEVERE, _weight_of_severe, lambda p: replace(p, severe=True))
    profiles = [replace(p, severe_feature=_severe_feature(rng, p)) if p.severe else p for p in profiles]
    stages = _shares(rng, _STAGES, size)
    profiles = [replace(p, stage=stage) for p, stage in zip(profiles, stages, strict=True)]
    profiles = _deal(rng, profiles, 1 - GLUCOCORTICOID, _weight_of_referred, _to_stage(Stage.REFERRED))
    profiles = _deal(rng, profiles, STEROID_ALONE, _weight_of_steroid_alone, _to_stage(Stage.STEROID_ALONE))
    profiles = _deal(rng, profiles, METHOTREXATE, _weight_of_methotrexate, lambda p: replace(p, methotrexate=True))
    profiles = _deal(rng, profiles, AZATHIOPRINE, _weight_on_ladder, lambda p: replace(p, azathioprine=True))
    profiles = _deal(rng, profiles, SECOND_LINE, _weight_of_escalation, lambda p: replace(p, second_line=True))
    profiles = _deal(rng, profiles, THIRD_LINE, _weight_of_third_line, lambda p: replace(p, third_line=True))
    profiles = _deal(rng, profiles, IMMUNOGLOBULIN, _weight_of_escalation, lambda p: replace(p, immunoglobulin=True))
    profiles = _deal(rng, profiles, METHOTREXATE_SLIP, _weight_of_slip, lambda p: replace(p, methotrexate_slip=True))
    for share, weight, status in (
        (DISCHARGED, _weight_of_discharged, PatientStatus.DISCHARGED),
        (DECEASED, _weight_of_departed, PatientStatus.DECEASED),
        (TRANSFERRED, _weight_of_departed, PatientStatus.TRANSFERRED),
    ):
        profiles = _deal(rng, profiles, share, weight, _to_status(status))
    return profiles


def pick(rng: Random, weighted: Sequence[tuple[T, float]]) -> T:
    """One of the values, by weight."""
    values, weights = zip(*weighted, strict=True)
    chosen: T = rng.choices(values, weights)[0]
    return chosen


def _shares(rng: Random, shares: Sequence[tuple[T, float]], size: int) -> list[T]:
    """`size` values in random order, each as often as its share says (largest remainder)."""
    exact = [(value, share * size) for value, share in shares]
    dealt = [value for value, wanted in exact for _ in range(int(wanted))]
    by_remainder = sorted(exact, key=lambda pair: int(pair[1]) - pair[1])
    dealt += [value for value, _ in by_remainder[: size - len(dealt)]]
    rng.shuffle(dealt)
    return dealt


def _deal(
    rng: Random,
    profiles: list[Profile],
    share: float,
    weight: Callable[[Profile], float],
    mark: Callable[[Profile], Profile],
) -> list[Profile]:
    """Marks exactly `share` of the profiles, heavier ones likelier; weight 0 is never marked."""
    drawn = [(rng.random() ** (1 / weight(p)) if weight(p) else -1.0, index) for index, p in enumerate(profiles)]
    chosen = {index for key, index in sorted(drawn, reverse=True)[: round(share * len(profiles))] if key >= 0}
    return [mark(p) if index in chosen else p for index, p in enumerate(profiles)]


def _to_stage(stage: Stage) -> Callable[[Profile], Profile]:
    return lambda profile: replace(profile, stage=stage)


def _to_status(status: PatientStatus) -> Callable[[Profile], Profile]:
    return lambda profile: replace(profile, status=status)


def _weight_of_woman(profile: Profile) -> float:
    return 0.25 if profile.subtype is Subtype.INCLUSION_BODY_MYOSITIS else 1.0


def _weight_of_ild(profile: Profile) -> float:
    if profile.subtype in (Subtype.INCLUSION_BODY_MYOSITIS, Subtype.JUVENILE_DERMATOMYOSITIS):
        return 0.0
    return _ILD_WEIGHTS.get(profile.antibody, 0.4)


def _weight_of_severe(profile: Profile) -> float:
    if profile.subtype is Subtype.INCLUSION_BODY_MYOSITIS:
        return 0.0
    if profile.subtype is Subtype.AMYOPATHIC_DERMATOMYOSITIS:
        return 4.0 if profile.ild else 0.1
    return 2.0 if profile.ild or profile.subtype is Subtype.NECROTISING_MYOPATHY else 1.0


def _severe_feature(rng: Random, profile: Profile) -> SevereFeature:
    if profile.antibody == "anti-MDA5" and profile.ild:
        return SevereFeature.RAPIDLY_PROGRESSIVE_ILD
    if profile.subtype is Subtype.AMYOPATHIC_DERMATOMYOSITIS:
        return SevereFeature.SEVERE_DYSPHAGIA
    if profile.ild and rng.random() < 0.4:
        return SevereFeature.RESPIRATORY_FAILURE_FROM_ILD
    return pick(
        rng,
        (
            (SevereFeature.SEVERE_WEAKNESS, 65),
            (SevereFeature.SEVERE_DYSPHAGIA, 20),
            (SevereFeature.MYOCARDITIS, 11),
            (SevereFeature.OTHER_LIFE_THREATENING, 4),
        ),
    )


def _weight_of_referred(profile: Profile) -> float:
    # Inclusion body myositis is mostly watched without immunosuppression; severe disease never waits untreated.
    if profile.severe:
        return 0.0
    return 30.0 if profile.subtype is Subtype.INCLUSION_BODY_MYOSITIS else 1.0


def _weight_of_steroid_alone(profile: Profile) -> float:
    return 1.0 if profile.stage is not Stage.REFERRED else 0.0


def _weight_on_ladder(profile: Profile) -> float:
    return 1.0 if profile.on_ladder else 0.0


def _weight_of_methotrexate(profile: Profile) -> float:
    if not profile.on_ladder:
        return 0.0
    return 0.35 if profile.ild else 1.0


def _weight_of_escalation(profile: Profile) -> float:
    if not profile.on_ladder or profile.subtype is Subtype.INCLUSION_BODY_MYOSITIS:
        return 0.0
    return 3.0 if profile.severe else 1.0


def _weight_of_third_line(profile: Profile) -> float:
    return (6.0 if profile.second_line else 1.0) * _weight_of_escalation(profile)


def _weight_of_slip(profile: Profile) -> float:
    # Somebody who still takes it, so that it is still to be put right.
    others = profile.azathioprine or profile.second_line or profile.third_line
    running = profile.stage in (Stage.MAINTENANCE, Stage.RESPONDING)
    return 1.0 if profile.methotrexate and running and not others else 0.0


def _weight_of_discharged(profile: Profile) -> float:
    # Nobody is discharged while treated.
    return 1.0 if profile.stage is Stage.DRUG_FREE else 0.0


def _weight_of_departed(profile: Profile) -> float:
    if profile.status is not PatientStatus.ACTIVE:
        return 0.0
    return 2.0 if profile.severe else 1.0
