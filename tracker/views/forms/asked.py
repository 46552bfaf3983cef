"""Form pages that ask about a second entry of one day: its messages lead to the entry that stands there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeVar, cast

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from patients.errors import GuardStopped
from patients.inputs import Label, SeenForm
from patients.rules.reasons import Reason
from patients.rules.same_day import DayQuestion
from regimens.rules.guard_findings import GuardLevel
from tracker.views.forms.guarded import GuardedPage

S = TypeVar("S", bound=SeenForm)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the page shows it: it asks, it never stops. `withdraws`: kind and id of what stands there."""

    text: str
    reason: Reason
    fingerprint: str
    withdraws: tuple[str, str]
    level: GuardLevel = GuardLevel.WARN


class AskedOncePage(GuardedPage[S]):
    """Asks once whether a second entry of one day is meant; the other choice is to withdraw the one that stands."""

    save_label: ClassVar[Label] = _("Save it as a second one")

    def ask(self, form: S, stopped: GuardStopped) -> HttpResponse:
        shown = [_shown(each) for each in cast("Iterable[DayQuestion]", stopped.findings)]
        return super().ask(form, GuardStopped(stopped.message, shown, needs_reason=stopped.needs_reason))


def _shown(question: DayQuestion) -> Asked:
    earlier = question.earlier
    return Asked(question.text, question.reason, question.fingerprint, (earlier.kind, earlier.id))
