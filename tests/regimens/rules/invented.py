"""Invented patients for stored answers: the same for one number for ever, whatever version of Python draws them.

Their stories go where case reports do not: combinations in remission, drugs given again, judgements that contradict
one another, doses as written by somebody in a hurry. Only `Random.random` is used, whose sequence Python promises.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import TypeVar

from patients.rules.record import Assessment, Autoantibody, Condition, Enzyme, PatientRecord, Person, Weight
from patients.rules.vocabulary import (
    AntibodyFinding,
    ConditionKind,
    DatePrecision,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    PatientStatus,
    SevereFeature,
    Subtype,
)
from regimens.rules.proposals import ChangeDose, StartDrug
from regimens.rules.record import Course, DosePeriod, Infusion, Milestone, Outcome, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
    StopReason,
    Weekday,
)
from tests.regimens.rules.build import PROTOCOL, on

LAST_DAY = 900
T = TypeVar("T")

_DRUGS = (
    *("prednisolone",) * 5,
    *("methotrexate",) * 4,
    *("azathioprine",) * 3,
    *("mycophenolate_mofetil",) * 3,
    *("ciclosporin", "tacrolimus", "rituximab", "cyclophosphamide", "normal_immunoglobulin") * 2,
    *("abatacept", "tocilizumab", "methylprednisolone", "methylprednisolone_sodium_succinate"),
    *("folic_acid", "leflunomide", "hydroxychloroquine", ""),
)
_VEIN = frozenset({"rituximab", "cyclophosphamide", "normal_immunoglobulin", "methylprednisolone_sodium_succinate"})
# Amounts as mg unless the drug says otherwise: usual ones, the printed limits, and one ten times too much.
_AMOUNTS = {
    "prednisolone": ("60", "70", "40", "20", "7.5", "5", "4", "80.5"),
    "methotrexate": ("15", "7.5", "25", "25.5", "5", "150"),
    "azathioprine": ("25", "100", "150", "200", "12.5"),
    "mycophenolate_mofetil": ("500", "2000", "3000", "3500", "250"),
    "normal_immunoglobulin": ("2", "1.5", "3"),
    "methylprednisolone_sodium_succinate": ("1", "0.5"),
    "methylprednisolone": ("32", "4", "48"),
}
_ANTIBODIES = ("anti-MDA5", "anti-Jo-1", "Mi-2", "SRP", "anti-HMGCR", "anti-Ro52", "TIF1-gamma")
_STATUSES = (PatientStatus.ACTIVE, PatientStatus.TRANSFERRED, PatientStatus.DISCHARGED, PatientStatus.DECEASED)
_SUBTYPES = (
    *(Subtype.DERMATOMYOSITIS, Subtype.POLYMYOSITIS) * 3,
    *(Subtype.ANTISYNTHETASE_SYNDROME, Subtype.NECROTISING_MYOPATHY, Subtype.JUVENILE_DERMATOMYOSITIS),
    *(Subtype.INCLUSION_BODY_MYOSITIS, Subtype.NOT_RECORDED),
)


class Story:
    """One patient being invented."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._random = Random(number)  # noqa: S311  invented patients are no secret

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def one(self, words: Sequence[T]) -> T:
        return words[int(self._random.random() * len(words))]

    def between(self, least: int, most: int) -> int:
        return least + int(self._random.random() * (most - least + 1))

    # The patient

    def record(self) -> TreatmentRecord:
        ages = (on(-20000), on(-20000), on(-20000), on(-3000), on(-365 * 18), None)
        courses = self.courses()
        return TreatmentRecord(
            patient=PatientRecord(
                person=Person(
                    f"invented-{self.number}",
                    born=self.one(ages),
                    subtype=self.one(_SUBTYPES),
                    status=PatientStatus.ACTIVE if self.chance(0.93) else self.one(_STATUSES),
                    status_on=on(self.between(0, LAST_DAY)) if self.chance(0.5) else None,
                ),
                weights=tuple(
                    Weight(f"w{index}", on(self.between(0, LAST_DAY)), Decimal(self.between(30, 110)))
                    for index in range(self.between(0, 2))
                ),
                conditions=tuple(self.condition(index) for index in range(self.between(-2, 3))),
                autoantibodies=tuple(self.antibody(index) for index in range(self.between(-2, 2))),
                assessments=self.assessments(),
            ),
            courses=courses,
            milestones=self.milestones(),
        )

    def condition(self, index: int) -> Condition:
        start = self.between(0, LAST_DAY)
        end = None if self.chance(0.6) else on(start + self.between(0, 400))
        return Condition(
            f"c{index}", self.one(tuple(ConditionKind)), on(start), end, precision=self.one(tuple(DatePrecision))
        )

    def antibody(self, index: int) -> Autoantibody:
        finding = AntibodyFinding.POSITIVE if self.chance(0.8) else self.one(tuple(AntibodyFinding))
        day = on(self.between(0, LAST_DAY)) if self.chance(0.5) else None
        return Autoantibody(f"b{index}", self.one(_ANTIBODIES), finding, day)

    def assessments(self) -> tuple[Assessment, ...]:
        """Core set measures that follow a mood of the disease from visit to visit."""
        found = []
        mood, day = self.between(3, 9), self.between(0, 30)
        form = self.one((80, 80, 150))
        for index in range(self.between(0, 8)):
            mood = max(0, min(10, mood + self.between(-4, 2)))
            found.append(self.assessment(index, day, mood, form))
            day += self.one((0, 28, 30, 60, 84, 90, 150, 250))
        return tuple(found)

    def assessment(self, index: int, day: int, mood: int, form: int) -> Assessment:
        grades = tuple(MrcGrade)
        grade = grades[max(0, min(len(grades) - 1, len(grades) - 1 - mood + self.between(-1, 1)))]
        severe = self.chance(0.1)
        enzymes = []
        if self.chance(0.8):
            limit = None if self.chance(0.15) else Decimal(self.one((200, 200, 170)))
            enzymes.append(Enzyme(EnzymeName.CK, Decimal(100 + mood * mood * 25), "U/L", limit))
        if self.chance(0.2):
            enzymes.append(Enzyme(EnzymeName.LDH, Decimal(200 + mood * 60), "U/L", Decimal(250)))
        core = Assessment(
            f"a{index}",
            on(day),
            physician_global=Decimal(mood) if self.chance(0.9) else None,
            patient_global=Decimal(max(0, mood - 1)) if self.chance(0.9) else None,
            mmt=Decimal(form - mood * 4) if self.chance(0.8) else None,
            mmt_maximum=form,
            haq=Decimal(mood * 2) / 8 if self.chance(0.8) else None,
            extramuscular_global=Decimal(mood // 2) if self.chance(0.8) else None,
            enzymes=tuple(enzymes),
        )
        return replace(
            core,
            mmt_maximum=None if core.mmt is None else form,
            lowest_mrc=grade if self.chance(0.8) else None,
            lowest_mrc_group=self.one(tuple(MuscleGroup)),
            severe_features=(self.one(tuple(SevereFeature)),) if severe else (),
            non_severe_confirmed=self.chance(0.1),
            precision=DatePrecision.DAY if self.chance(0.8) else self.one(tuple(DatePrecision)),
        )

    # The treatment

    def milestones(self) -> tuple[Milestone, ...]:
        if self.chance(0.45):
            return ()
        kinds = (MilestoneKind.REMISSION, MilestoneKind.REMISSION, MilestoneKind.DRUG_FREE_REMISSION)
        found = [Milestone("m0", on(self.between(100, 500)), self.one(kinds))]
        for index in range(1, self.between(1, 3)):
            kind = MilestoneKind.RELAPSE if index == 1 else self.one(tuple(MilestoneKind))
            precision = self.one(tuple(DatePrecision))
            found.append(Milestone(f"m{index}", on(self.between(300, LAST_DAY)), kind, precision=precision))
        return tuple(found)

    def courses(self) -> tuple[Course, ...]:
        found = []
        day = self.between(0, 20)
        for index in range(self.between(0, 7)):
            found.append(self.course(f"k{index}", self.one(_DRUGS), day))
            day += self.one((0, 0, 14, 60, 120, 200))
        return tuple(found)

    def course(self, identity: str, drug: str, start: int) -> Course:
        never = self.chance(0.05)
        stop = None if never or self.chance(0.5) else start + self.one((0, 10, 60, 120, 200, 400))
        role = PROTOCOL.drugs[drug].role if drug else self.one(tuple(CourseRole))
        route = self.route(drug)
        first = self.dose(f"{identity}-d0", drug, start)
        doses = [first] if self.chance(0.9) else []
        doses += [
            self.dose(f"{identity}-d{index}", drug, start + index * self.one((30, 60, 120)))
            for index in range(1, self.between(0, 4))
        ]
        return Course(
            id=identity,
            drug=drug,
            drug_text="" if drug else "jak inhibitor",
            start_on=on(start),
            role=role,
            route=route,
            start_precision=DatePrecision.DAY if self.chance(0.8) else self.one(tuple(DatePrecision)),
            stop_on=None if stop is None else on(stop),
            stop_reason=None if stop is None else self.one(tuple(StopReason)),
            never_given=never,
            doses=() if never else tuple(doses),
            outcomes=self.outcomes(identity, start, stop, never=never),
            infusions=self.infusions(identity, drug, start) if drug in _VEIN and not never else (),
            taper=self.taper(identity, start) if drug == "prednisolone" and self.chance(0.3) else (),
            undated_outcome=self.one(tuple(OutcomeKind)) if self.chance(0.06) else None,
        )

    def route(self, drug: str) -> Route:
        if self.chance(0.1):
            return self.one(tuple(Route))
        if drug == "normal_immunoglobulin" and self.chance(0.3):
            return Route.SUBCUTANEOUS
        return Route.INTRAVENOUS if drug in _VEIN else Route.ORAL

    def outcomes(self, identity: str, start: int, stop: int | None, *, never: bool) -> tuple[Outcome, ...]:
        if never:
            kind = self.one((OutcomeKind.CONTRAINDICATED, OutcomeKind.DECLINED))
            return (Outcome(f"{identity}-o0", on(start), kind, "as the patient said"),)
        found = []
        day = start
        for index in range(self.between(-1, 2)):
            day += self.one((30, 90, 120, 200, 300))
            usual = (OutcomeKind.INEFFECTIVE, OutcomeKind.RESPONDED, OutcomeKind.INTOLERANT)
            kind = self.one(usual) if self.chance(0.6) else self.one(tuple(OutcomeKind))
            at = stop if stop is not None and index == 0 and self.chance(0.6) else day
            precision = DatePrecision.DAY if self.chance(0.8) else self.one(tuple(DatePrecision))
            reason = "rash" if self.chance(0.2) else ""
            found.append(Outcome(f"{identity}-o{index}", on(at), kind, reason, precision=precision))
        return tuple(found)

    def dose(self, identity: str, drug: str, day: int) -> DosePeriod:
        amount = None if self.chance(0.07) else Decimal(self.one(_AMOUNTS.get(drug, ("100", "200", "1000", "3"))))
        basis, unit, frequency = DoseBasis.FLAT, DoseUnit.MILLIGRAM, Frequency.ONCE_DAILY
        if drug == "normal_immunoglobulin":
            basis, unit, frequency = DoseBasis.PER_KILOGRAM, DoseUnit.GRAM, Frequency.EVERY_4_WEEKS
        elif drug == "methylprednisolone_sodium_succinate":
            unit = DoseUnit.GRAM
        elif drug == "methotrexate":
            frequency = Frequency.ONCE_WEEKLY
        if self.chance(0.12):
            frequency = self.one(tuple(Frequency))
        if self.chance(0.06):
            basis = self.one(tuple(DoseBasis))
        if self.chance(0.04):
            unit = self.one(tuple(DoseUnit))
        weekday = Weekday.MONDAY if frequency is Frequency.ONCE_WEEKLY and self.chance(0.6) else None
        return DosePeriod(
            identity,
            on(day),
            amount,
            None if amount is None else unit,
            basis,
            frequency,
            "as in the letter" if frequency is Frequency.AS_TEXT else "",
            weekday,
        )

    def infusions(self, identity: str, drug: str, start: int) -> tuple[Infusion, ...]:
        gram = drug in ("normal_immunoglobulin", "methylprednisolone_sodium_succinate")
        amounts = ("140", "100", "150.5") if drug == "normal_immunoglobulin" else ("1", "3", "1000")
        return tuple(
            Infusion(
                f"{identity}-i{index}",
                on(start + index * self.one((14, 28, 30))),
                self.one((1, 2, 3, 5, 6)),
                None if self.chance(0.15) else Decimal(self.one(amounts)),
                DoseUnit.GRAM if gram else DoseUnit.MILLIGRAM,
                Decimal(70) if self.chance(0.7) else None,
            )
            for index in range(self.between(-1, 2))
        )

    def taper(self, identity: str, start: int) -> tuple[TaperStep, ...]:
        first = start + self.between(10, 60)
        amounts = ("40", "20", "10", "7.5", "5", "0")[: self.between(1, 6)]
        return tuple(
            TaperStep(f"{identity}-t{index}", on(first + index * 28), Decimal(amount))
            for index, amount in enumerate(amounts)
        )

    # What somebody means to do

    def proposals(self, record: TreatmentRecord, day: int) -> tuple[StartDrug | ChangeDose, ...]:
        drug = self.one(_DRUGS) or "azathioprine"
        dose = replace(self.dose("", drug, day), id="")
        found: list[StartDrug | ChangeDose] = [
            StartDrug(on=on(day), drug=drug, role=PROTOCOL.drugs[drug].role, dose=dose, route=self.route(drug))
        ]
        if record.courses:
            course = self.one(record.courses)
            found.append(ChangeDose(course=course.id, on=on(day), dose=self.dose("", course.drug, day)))
        return tuple(found)

    def cycle(self, record: TreatmentRecord) -> tuple[Course, Infusion] | None:
        """Another infusion cycle of a course that is given by vein."""
        courses = [course for course in record.courses if course.drug in _VEIN]
        if not courses:
            return None
        course = self.one(courses)
        days = (course.start_on - on(0)).days + self.between(0, 60)
        (infusion, *_) = self.infusions("new", course.drug, days) or [None]
        return None if infusion is None else (course, infusion)


def invented(number: int) -> TreatmentRecord:
    return Story(number).record()
