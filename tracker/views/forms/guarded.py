"""Form pages that the dose guard looks at: what it says is shown once, and the person decides."""

from typing import ClassVar, TypeVar, cast

from django.http import HttpResponse

from patients.errors import GuardStopped
from patients.inputs import Label, SeenForm
from regimens.dose_forms import GuardedForm
from regimens.rules.guard_findings import GuardFinding, holding
from tracker.views.forms.page import INVALID, FormPage

G = TypeVar("G", bound=SeenForm)

SAVE_ALL_THE_SAME = "Save all the same"


class GuardedPage(FormPage[G]):
    """The first time anything is to be said, the form comes back with it and nothing is saved.

    Sent again it is saved, unless another message has come up meanwhile. A stop needs its reason as well.
    """

    save_label: ClassVar[Label] = SAVE_ALL_THE_SAME

    def ask(self, form: G, stopped: GuardStopped) -> HttpResponse:
        findings = cast("tuple[GuardFinding, ...]", stopped.findings)
        only_reason_missing = all(finding.fingerprint in form.seen_fingerprints() for finding in holding(findings))
        form.show_messages(finding.fingerprint for finding in findings)
        if stopped.needs_reason and isinstance(form, GuardedForm):
            form.ask_for_reason()
            if only_reason_missing:
                form.add_error("override_reason", "Say why this is right all the same.")
        status = INVALID if form.errors else 200
        return self.show(form, status, guard=findings, guard_stops=stopped.needs_reason, submit_label=self.save_label)
