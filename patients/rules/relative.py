"""Change relative to the earlier value, as the IMACS definitions use it; the response score does not."""

from fractions import Fraction
from typing import NamedTuple

from patients.protocol.activity import ActivityProtocol
from patients.rules.change import comparable_enzymes, in_one_unit
from patients.rules.measures import MILLION, Exact, Measured
from patients.rules.vocabulary import Measure
from patients.rules.wording import display_number, rounded

_PHYSICIAN, _PATIENT, _MMT, _HAQ = Measure.PHYSICIAN_GLOBAL, Measure.PATIENT_GLOBAL, Measure.MMT, Measure.HAQ
_EXTRAMUSCULAR = Measure.EXTRAMUSCULAR_GLOBAL
WITHOUT_ENZYMES = (_PHYSICIAN, _PATIENT, _MMT, _HAQ, _EXTRAMUSCULAR)
SIX_MEASURES = (_PHYSICIAN, _PATIENT, _MMT, _HAQ, Measure.ENZYMES, _EXTRAMUSCULAR)


class RelativeChange(NamedTuple):
    """How much worse a measure is (below 0: better) and the earlier value, both in one unit and exact."""

    worse_by: Exact
    earlier: Exact

    def is_worse(self, hundredths: int) -> bool:
        """Worse by so many hundredths of a percent of the earlier value, or more. From 0, any worsening is."""
        return self.worse_by > 0 and self.worse_by * 10_000 >= self.earlier * hundredths

    def is_better(self, hundredths: int) -> bool:
        """Better by so many hundredths of a percent of the earlier value, or more. From no strength, any gain is."""
        return self.worse_by < 0 and -self.worse_by * 10_000 >= self.earlier * hundredths

    @property
    def percent(self) -> Fraction | None:
        """Percent worse; None from an earlier value of 0, of which nothing is a part."""
        return Fraction(self.worse_by) * 100 / self.earlier if self.earlier else None


def relative_changes(before: Measured, after: Measured) -> dict[Measure, RelativeChange]:
    """The five measures without enzymes that both have; a manual muscle test on another form is left out."""
    found: dict[Measure, RelativeChange] = {}
    for measure, then, now in (
        (_PHYSICIAN, before.physician_global, after.physician_global),
        (_PATIENT, before.patient_global, after.patient_global),
        (_HAQ, before.haq, after.haq),
        (_EXTRAMUSCULAR, before.extramuscular_global, after.extramuscular_global),
    ):
        if then is not None and now is not None:
            found[measure] = RelativeChange(now - then, then)
    form, then, now = before.mmt_maximum, before.mmt, after.mmt
    if then is not None and now is not None and form is not None and form == after.mmt_maximum:
        # Strength is held as what lacks of full strength, and is related to what there was.
        found[_MMT] = RelativeChange(now - then, form * MILLION - then)
    return found


def relative_change_of_enzyme(before: Measured, after: Measured, protocol: ActivityProtocol) -> RelativeChange | None:
    """The most abnormal enzyme at the earlier assessment, followed; None when it cannot be."""
    pair = comparable_enzymes(before, after, protocol)
    values = in_one_unit(*pair) if isinstance(pair, tuple) else None
    if values is None:
        return None
    then, now, _ = values
    return RelativeChange(now - then, then)


def relative_words(change: RelativeChange) -> str:
    """`better by 32.5 % of the earlier value`, `no change`, `worse, from an earlier value of 0`."""
    if not change.worse_by:
        return "no change"
    side = "worse" if change.worse_by > 0 else "better"
    percent = change.percent
    if percent is None:
        return f"{side}, from an earlier value of 0"
    return f"{side} by {display_number(rounded(abs(percent)))} % of the earlier value"
