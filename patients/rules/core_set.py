"""Which of the six core set measures an assessment records: the one definition that audits, forms and pages share.

Source: the IMACS core set. In juvenile disease CMAS may stand for the manual muscle test, and DAS for the extramuscular
global (`improvement.COMPONENTS`). A muscle test without its form is missing.
"""

from patients.protocol.activity import ActivityProtocol
from patients.rules.improvement import COMPONENTS
from patients.rules.measures import measured
from patients.rules.record import Assessment
from patients.rules.vocabulary import Measure, Population


def stands_for(component: tuple[Measure, ...], population: Population) -> tuple[Measure, ...]:
    """The measures of which any one fills this component for such a patient."""
    return component if population is Population.JUVENILE else component[:1]


def recorded_measures(assessment: Assessment, protocol: ActivityProtocol) -> frozenset[Measure]:
    """Every measure that the assessment holds. Raises ValueError for a form of the muscle test that nobody knows."""
    found = measured(assessment, protocol)
    values = {
        Measure.PHYSICIAN_GLOBAL: found.physician_global,
        Measure.PATIENT_GLOBAL: found.patient_global,
        Measure.MMT: found.mmt,
        Measure.HAQ: found.haq,
        Measure.ENZYMES: found.enzymes or None,
        Measure.EXTRAMUSCULAR_GLOBAL: found.extramuscular_global,
        Measure.CMAS: found.cmas,
        Measure.DAS: found.das,
    }
    return frozenset(measure for measure, value in values.items() if value is not None)


def missing_measures(assessment: Assessment, protocol: ActivityProtocol, population: Population) -> tuple[Measure, ...]:
    """The measures of the core set that the assessment does not record, each by the name that adults have for it."""
    present = recorded_measures(assessment, protocol)
    return tuple(names[0] for names in COMPONENTS if present.isdisjoint(stands_for(names, population)))
