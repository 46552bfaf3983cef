"""A dose of a course as a fact that a finding rests on."""

from patients.rules.reasons import FactReference
from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date
from regimens.rules.record import DosePeriod
from regimens.rules.standing import Trial


def dose_reference(trial: Trial, dose: DosePeriod) -> FactReference:
    """The first dose of a course is known as exactly as the day on which the course began; later ones to the day."""
    first = dose.from_on == trial.course.start_on
    precision = trial.course.start_precision if first else DatePrecision.DAY
    return FactReference("dose", dose.id, f"dose of {trial.name} from {display_date(dose.from_on, precision)}")
