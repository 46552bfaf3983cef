"""The story of one synthetic patient in outline: which drugs were tried, in what order, how each ended and when.

Days count from the start of treatment. The story is laid out first and dated afterwards, so that it always ends at
the last day of the record and never in the middle of a step.
"""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tracker.cohort.profile import Profile, Stage, pick

# Trials that ended in failure lasted at least this long; the readings suggest 12 weeks at target dose.
SHORTEST_FAILED_TRIAL = 98


class Fate(StrEnum):
    """How one attempt ended, or stands at the end of the record."""

    INEFFECTIVE = "ineffective"
    STEROID_DEPENDENT = "steroid_dependent"
    INTOLERANT = "intolerant"
    IN_TRIAL = "in_trial"
    WORKED = "worked"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One immunosuppressant: from `start` to `end` (the judgement, or the end of the record)."""

    drug: str
    start: int
    end: int
    fate: Fate
    beside_previous: bool = False

    @property
    def failed(self) -> bool:
        return self.fate in (Fate.INEFFECTIVE, Fate.STEROID_DEPENDENT, Fate.INTOLERANT)


@dataclass(frozen=True, slots=True)
class Plan:
    """The outline: attempts in order, the days of the turning points, and the length of the whole story."""

    attempts: tuple[Attempt, ...]
    length: int
    responded: int | None = None
    remission: int | None = None
    drugs_stopped: int | None = None
    relapse: int | None = None


def plan_story(rng: Random, profile: Profile) -> Plan:
    """The outline that fits the profile's drugs and the stage where the story ends."""
    if profile.stage is Stage.REFERRED:
        return Plan((), rng.randint(3, 60))
    if profile.stage is Stage.STEROID_ALONE:
        return Plan((), rng.randint(10, 75))
    drugs = _drugs_in_order(rng, profile)
    failed, start = _failed_attempts(rng, drugs[:-1])
    beside = bool(failed) and failed[-1].fate is not Fate.INTOLERANT and rng.random() < 0.3
    return _ending(rng, profile.stage, failed, (drugs[-1], start, beside))


def _drugs_in_order(rng: Random, profile: Profile) -> list[str]:
    """First-line drugs, then those of the second and third line when the profile goes so far. Never empty."""
    drugs = ["methotrexate"] * profile.methotrexate + ["azathioprine"] * profile.azathioprine
    if len(drugs) == 2 and rng.random() < 0.3:
        drugs.reverse()
    if not drugs or profile.second_line:
        drugs.append(_second_line_drug(rng, profile))
    if profile.third_line:
        drugs.append(_third_line_drug(rng, profile))
    return drugs


def _second_line_drug(rng: Random, profile: Profile) -> str:
    lungs = 2.0 if profile.ild else 1.0
    return pick(rng, (("mycophenolate_mofetil", 6.0), ("tacrolimus", 2.0 * lungs), ("ciclosporin", 1.5 * lungs)))


def _third_line_drug(rng: Random, profile: Profile) -> str:
    cyclophosphamide = 4.0 if profile.ild else 2.0
    abatacept = 0.0 if profile.severe else 3.0
    return pick(
        rng,
        (("rituximab", 6.0), ("cyclophosphamide", cyclophosphamide), ("abatacept", abatacept), ("tocilizumab", 1.0)),
    )


def _failed_attempts(rng: Random, drugs: list[str]) -> tuple[tuple[Attempt, ...], int]:
    """The drugs that did not hold, one after the other, and the day on which the next one starts."""
    attempts: list[Attempt] = []
    start = rng.randint(0, 35)
    for drug in drugs:
        fate = pick(rng, ((Fate.INEFFECTIVE, 58.0), (Fate.INTOLERANT, 32.0), (Fate.STEROID_DEPENDENT, 10.0)))
        lasted = rng.randint(12, 170) if fate is Fate.INTOLERANT else rng.randint(SHORTEST_FAILED_TRIAL, 330)
        beside = bool(attempts) and attempts[-1].fate is not Fate.INTOLERANT and rng.random() < 0.2
        attempts.append(Attempt(drug, start, start + lasted, fate, beside))
        start += lasted + rng.randint(0, 21)
    return tuple(attempts), start


def _ending(rng: Random, stage: Stage, failed: tuple[Attempt, ...], last: tuple[str, int, bool]) -> Plan:
    drug, start, beside = last
    if stage is Stage.IN_TRIAL:
        length = start + rng.randint(8, 80)
        return Plan((*failed, Attempt(drug, start, length, Fate.IN_TRIAL, beside)), length)
    if stage is Stage.FAILED_JUST_NOW:
        judged = start + rng.randint(SHORTEST_FAILED_TRIAL, 240)
        fate = pick(rng, ((Fate.INEFFECTIVE, 75.0), (Fate.STEROID_DEPENDENT, 25.0)))
        return Plan((*failed, Attempt(drug, start, judged, fate, beside)), judged + rng.randint(1, 28))
    responded = start + rng.randint(90, 150)
    if stage is Stage.RESPONDING:
        length = responded + rng.randint(5, 150)
        return Plan((*failed, Attempt(drug, start, length, Fate.WORKED, beside)), length, responded)
    remission = responded + rng.randint(80, 220)
    if stage is Stage.MAINTENANCE:
        length = remission + int(rng.triangular(20, 2400, 200))
        return Plan((*failed, Attempt(drug, start, length, Fate.WORKED, beside)), length, responded, remission)
    if stage is Stage.RELAPSE:
        relapse = remission + rng.randint(150, 1300)
        length = relapse + rng.randint(3, 100)
        worked = Attempt(drug, start, length, Fate.WORKED, beside)
        return Plan((*failed, worked), length, responded, remission, relapse=relapse)
    stopped = remission + rng.randint(500, 1500)
    length = stopped + rng.randint(60, 900)
    worked = Attempt(drug, start, stopped, Fate.WORKED, beside)
    return Plan((*failed, worked), length, responded, remission, drugs_stopped=stopped)
