"""Muscle enzymes of an assessment, read as results.

They stand beside a liver enzyme to say whether it may be muscle. They satisfy no due item: an assessment says on which
day the patient was seen, not on which day the sample was taken.
"""

from collections.abc import Iterable
from datetime import date

from monitoring.rules.record import Result
from patients.rules.record import Assessment


def enzymes_as_results(assessments: Iterable[Assessment], as_of: date) -> list[Result]:
    """One result for each enzyme of each assessment up to the day; the analyte has the enzyme's name."""
    return [
        Result(
            id=f"assessment-{assessment.id}-{enzyme.name.value}",
            analyte=enzyme.name.value,
            sampled_on=assessment.on,
            value=enzyme.value,
            unit=enzyme.unit,
            upper_limit=enzyme.upper_limit,
        )
        for assessment in assessments
        if assessment.on <= as_of
        for enzyme in assessment.enzymes
    ]
