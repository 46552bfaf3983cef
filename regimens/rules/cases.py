"""Published patients told as facts, read into the record that the rules look at.

Days count from the first presentation; they are laid on the calendar from an arbitrary epoch. What is not recorded
stays not recorded. A word of a closed list that is not known stops the reading with case and key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from patients.rules.record import (
    Assessment,
    Autoantibody,
    Condition,
    Enzyme,
    PatientRecord,
    Person,
    Weight,
)
from patients.rules.vocabulary import ConditionKind, DatePrecision, EnzymeName, MrcGrade, MuscleGroup
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.case_values import CaseError, CaseValues
from regimens.rules.case_words import (
    MILESTONES,
    OUTCOMES,
    ROUTES,
    antibody_finding,
    drug_of,
    frequency_of,
    grade_of,
    severe_feature_of,
    sex_of,
    subtype_of,
    unit_of,
)
from regimens.rules.record import Course, DosePeriod, Milestone, Outcome, TreatmentRecord
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency, OutcomeKind, Route, StopReason

__all__ = ["EPOCH", "Case", "CaseError", "Checkpoint", "parse_cases"]

EPOCH = date(2001, 1, 1)
CONDITIONS = {kind.value: kind for kind in ConditionKind}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a case expects on a day. `expected` is as printed."""

    as_of_day: int
    as_of: date
    confidence: str
    expected: Mapping[str, Any]
    reasoning: str
    acceptable_alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One patient of a case file, with where it comes from and how exact its days are."""

    id: str
    title: str
    url: str
    kind: str
    dates: str
    ending: str
    age: Decimal | None
    record: TreatmentRecord
    checkpoints: tuple[Checkpoint, ...]


def parse_cases(document: object, protocol: PathwayProtocol, epoch: date = EPOCH) -> tuple[Case, ...]:
    """Every case of a file already read as JSON. Raises CaseError naming case and key."""
    if not isinstance(document, list):
        raise CaseError("the file must hold a list of cases")
    cases = tuple(_Reader(entry, index, protocol, epoch).case() for index, entry in enumerate(document))
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise CaseError(f"case {case.id!r}: the id is used twice")
        seen.add(case.id)
    return cases


class _Reader(CaseValues):
    """Reads one case."""

    def case(self) -> Case:
        source = self.object(self.entry, "source")
        patient = self.object(self.entry, "patient")
        return Case(
            id=self.id,
            title=str(source.get("title") or ""),
            url=str(source.get("url") or ""),
            kind=str(self.entry.get("kind") or ""),
            dates=str(self.entry.get("dates") or ""),
            ending=str(self.entry.get("outcome") or ""),
            age=self.number(patient, "age", "patient.age"),
            record=TreatmentRecord(
                patient=self._patient(patient),
                courses=tuple(self._course(row, at) for at, row in self.rows("courses")),
                milestones=tuple(self._milestone(row, at) for at, row in self.rows("milestones")),
            ),
            checkpoints=tuple(self._checkpoint(row, at) for at, row in self.rows("expected")),
        )

    # Reading the patient

    def _patient(self, patient: dict[str, Any]) -> PatientRecord:
        weight = self.number(patient, "weight_kg", "patient.weight_kg")
        antibodies = self.words(patient, "autoantibodies", "patient.autoantibodies")
        return PatientRecord(
            person=Person(
                id=self.id,
                born=self._born(patient),
                sex=sex_of(str(patient.get("sex") or "")),
                subtype=subtype_of(str(patient.get("subtype") or "")),
            ),
            weights=(Weight(f"{self.id}:weight", self.epoch, weight),) if weight else (),
            conditions=tuple(self._condition(row, at) for at, row in self.rows("conditions")),
            autoantibodies=tuple(
                Autoantibody(f"{self.id}:antibody:{index}", name, antibody_finding(name))
                for index, name in enumerate(antibodies)
            ),
            assessments=tuple(self._assessment(row, at) for at, row in self.rows("assessments")),
        )

    def _born(self, patient: dict[str, Any]) -> date | None:
        """A date of birth that gives the printed age at presentation. The day itself is an estimate."""
        age = self.number(patient, "age", "patient.age")
        if age is None:
            return None
        if not 0 <= age <= 130:
            raise self.fail("patient.age", f"age {age} is out of range")
        years = int(age)
        months = int((age - years) * 12)
        year, month = self.epoch.year - years, self.epoch.month - months
        if month < 1:
            year, month = year - 1, month + 12
        return date(year, month, min(self.epoch.day, 28))

    def _condition(self, row: dict[str, Any], at: str) -> Condition:
        word = str(row.get("kind") or "")
        if word not in CONDITIONS:
            raise self.fail(f"{at}.kind", f"unknown condition {word!r}; known are {', '.join(CONDITIONS)}")
        # Without a first day it was there at presentation.
        begun = self.day(row, "from_day", f"{at}.from_day") or self.epoch
        ended = self.day(row, "to_day", f"{at}.to_day")
        return Condition(f"{self.id}:{at}", CONDITIONS[word], begun, ended, str(row.get("notes") or ""))

    def _assessment(self, row: dict[str, Any], at: str) -> Assessment:
        words = self.words(row, "severe_features", f"{at}.severe_features")
        features = [severe_feature_of(word) for word in words]
        creatine_kinase = self.number(row, "ck", f"{at}.ck")
        limit = self.number(row, "ck_upper_limit", f"{at}.ck_upper_limit")
        enzymes = () if creatine_kinase is None else (Enzyme(EnzymeName.CK, creatine_kinase, "U/L", limit),)
        mmt, maximum = self._mmt(row, at)
        return Assessment(
            id=f"{self.id}:{at}",
            on=self.needed_day(row, "day", f"{at}.day"),
            physician_global=self.number(row, "physician_global", f"{at}.physician_global"),
            haq=self.number(row, "haq", f"{at}.haq"),
            fvc_percent=self.number(row, "fvc_percent", f"{at}.fvc_percent"),
            mmt=mmt,
            mmt_maximum=maximum,
            enzymes=enzymes,
            lowest_mrc=self._grade(row, at),
            lowest_mrc_group=self._muscle_group(row, at),
            severe_features=tuple(dict.fromkeys(feature for feature in features if feature is not None)),
            non_severe_confirmed=row.get("non_severe_confirmed") is True,
            precision=DatePrecision.ESTIMATED,
            notes="; ".join(part for part in (str(row.get("notes") or ""), *_kept(words)) if part),
        )

    def _mmt(self, row: dict[str, Any], at: str) -> tuple[Decimal | None, int | None]:
        """`mmt8` as 70 or "70/80". Above 80 the form can only be the two-sided one; below, it is not recorded."""
        value = row.get("mmt8")
        maximum: int | None = None
        if isinstance(value, str) and "/" in value:
            value, _, form = value.partition("/")
            maximum = int(form) if form.strip() in ("80", "150", "260") else None
        number = self.number({"mmt8": value}, "mmt8", f"{at}.mmt8")
        if number is not None and maximum is None and number > 80:
            maximum = 150
        return number, maximum

    def _grade(self, row: dict[str, Any], at: str) -> MrcGrade | None:
        value = row.get("lowest_mrc")
        if value is None:
            return None
        grade = grade_of(value)
        if grade is None:
            raise self.fail(f"{at}.lowest_mrc", f"not a strength grade from 0 to 5: {value!r}")
        return grade

    def _muscle_group(self, row: dict[str, Any], at: str) -> MuscleGroup:
        word = str(row.get("lowest_mrc_group") or MuscleGroup.NOT_RECORDED.value)
        for group in MuscleGroup:
            if group.value == word:
                return group
        raise self.fail(f"{at}.lowest_mrc_group", f"unknown muscle group {word!r}")

    # Reading treatment

    def _milestone(self, row: dict[str, Any], at: str) -> Milestone:
        word = str(row.get("kind") or "")
        if word not in MILESTONES:
            raise self.fail(f"{at}.kind", f"unknown milestone {word!r}; known are {', '.join(MILESTONES)}")
        day = self.needed_day(row, "day", f"{at}.day")
        return Milestone(f"{self.id}:{at}", day, MILESTONES[word], str(row.get("notes") or ""))

    def _course(self, row: dict[str, Any], at: str) -> Course:
        text = str(row.get("drug") or "").strip()
        if not text:
            raise self.fail(f"{at}.drug", "the drug is missing")
        route = ROUTES.get(str(row.get("route") or "").casefold(), Route.NOT_RECORDED)
        drug, role = drug_of(text, route, self.protocol)
        start_on, precision = self._start(row, at)
        stop_on = self.day(row, "stop_day", f"{at}.stop_day")
        never_given = row.get("never_given") is True
        kind, outcomes = self._outcomes(row, at, start_on, stop_on, never_given=never_given)
        identity = f"{self.id}:{at}"
        return Course(
            id=identity,
            drug=drug,
            start_on=start_on,
            role=role,
            drug_text=text,
            route=route,
            start_precision=precision,
            stop_on=stop_on,
            stop_reason=_STOPS.get(kind, StopReason.NOT_RECORDED) if stop_on is not None else None,
            never_given=never_given,
            note=str(row.get("reason") or ""),
            doses=() if never_given else self._doses(row, at, start_on),
            outcomes=outcomes,
            undated_outcome=kind if kind is not None and not outcomes and not never_given else None,
        )

    def _start(self, row: dict[str, Any], at: str) -> tuple[date, DatePrecision]:
        """Without a start: for a drug never given the day of the judgement, otherwise the first presentation."""
        start_on = self.day(row, "start_day", f"{at}.start_day")
        if start_on is not None:
            return start_on, DatePrecision.ESTIMATED
        judged = self.day(row, "outcome_day", f"{at}.outcome_day")
        if row.get("never_given") is True and judged is not None:
            return judged, DatePrecision.ESTIMATED
        return self.epoch, DatePrecision.ESTIMATED

    def _outcomes(
        self, row: dict[str, Any], at: str, start_on: date, stop_on: date | None, *, never_given: bool
    ) -> tuple[OutcomeKind | None, tuple[Outcome, ...]]:
        """The judgement, dated by its own day, else by the stop; without either it is kept undated and never counts."""
        word = str(row.get("outcome") or "ongoing")
        if word not in OUTCOMES:
            raise self.fail(f"{at}.outcome", f"unknown outcome {word!r}; known are {', '.join(OUTCOMES)}")
        kind = OUTCOMES[word]
        day = self.day(row, "outcome_day", f"{at}.outcome_day")
        if day is None:
            day = start_on if never_given else stop_on
        if kind is None or day is None:
            return kind, ()
        return kind, (Outcome(f"{self.id}:{at}:outcome", day, kind, str(row.get("reason") or "")),)

    def _doses(self, row: dict[str, Any], at: str, start_on: date) -> tuple[DosePeriod, ...]:
        """One period from the start. An amount that is no number, or has no known unit, is kept as text."""
        printed, unit_text = row.get("dose"), str(row.get("unit") or "")
        frequency_text = str(row.get("frequency") or "")
        if printed is None and not frequency_text:
            return ()
        amount: Decimal | None = None
        unit: DoseUnit | None = None
        basis, span = DoseBasis.FLAT, None
        if printed is not None:
            unit, basis, span = unit_of(unit_text)
            amount = _positive(printed) if unit is not None else None
            if amount is None:
                unit, basis = None, DoseBasis.FLAT
                words = f"dose as printed: {printed} {unit_text}".strip()
                frequency_text = f"{words}; {frequency_text}" if frequency_text else words
        frequency = frequency_of(str(row.get("frequency") or ""))
        if frequency in (Frequency.NOT_RECORDED, Frequency.AS_TEXT) and span is not None:
            frequency = span
        return (DosePeriod(f"{self.id}:{at}:dose", start_on, amount, unit, basis, frequency, frequency_text),)

    def _checkpoint(self, row: dict[str, Any], at: str) -> Checkpoint:
        as_of = self.needed_day(row, "as_of_day", f"{at}.as_of_day")
        return Checkpoint(
            as_of_day=(as_of - self.epoch).days,
            as_of=as_of,
            confidence=str(row.get("confidence") or "low"),
            expected=row,
            reasoning=str(row.get("reasoning") or ""),
            acceptable_alternatives=tuple(self.words(row, "acceptable_alternatives", f"{at}.acceptable_alternatives")),
        )


_STOPS: dict[OutcomeKind | None, StopReason] = {
    OutcomeKind.COMPLETED: StopReason.PLANNED,
    OutcomeKind.REMISSION: StopReason.REMISSION,
    OutcomeKind.INEFFECTIVE: StopReason.INEFFECTIVE,
    OutcomeKind.STEROID_DEPENDENT: StopReason.INEFFECTIVE,
    OutcomeKind.INTOLERANT: StopReason.INTOLERANT,
}


def _positive(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None


def _kept(words: list[str]) -> list[str]:
    """Statements whose word is not the record's own, kept as they were printed."""
    kept = []
    for word in words:
        feature = severe_feature_of(word)
        if feature is None or feature.value != word:
            kept.append(f"stated: {word}")
    return kept
