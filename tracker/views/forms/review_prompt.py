"""A question that the software put, with what it rests on, and a clinician's answer to it."""

from typing import Any, cast

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from patients.errors import NotFound, Stale
from patients.rules.permissions import Permission
from regimens.actions import StaleQuestion, answer_prompt
from regimens.forms import AnswerPromptForm
from regimens.protocol.load import load
from regimens.rules.reviews import OpenQuestion
from regimens.rules.vocabulary import PromptCode
from regimens.selectors import questions_of
from tracker.display import subject_of
from tracker.views.forms.page import STALE, PatientFormPage


class ReviewPrompt(PatientFormPage[AnswerPromptForm]):
    """Accept, put off or reject. The form carries the fingerprint of the question that was read."""

    template_name = "regimens/review_prompt.html"
    title = _("Answer a question")
    submit_label = _("Record the answer")
    done = _("The answer is recorded.")
    permission = Permission.JUDGE_TREATMENT
    fields_of_inputs = {"outcome": "recorded", "milestone": "recorded", "on": "judged_on", "note": "reason"}

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        if ids["prompt"] not in set(PromptCode):
            raise NotFound("The software puts no such question.")
        self.prompt, self.subject = PromptCode(ids["prompt"]), subject_of(ids["about"])
        self._read()

    def _read(self) -> None:
        """The question as it stands now; none when it is answered or no longer asked, with its answers."""
        found = questions_of(self.staff, self.patient, self.today)
        self.question: OpenQuestion | None = next(
            (each for each in found.open if (each.prompt.code, each.prompt.subject) == (self.prompt, self.subject)),
            None,
        )
        rows = [*(each.review for each in found.answered), *found.past]
        self.answers = [row for row in rows if (row.prompt, row.subject) == (self.prompt, self.subject)]

    def get(self, request: Any, **ids: Any) -> HttpResponse:
        return super().get(request, **ids) if self.question is not None else self.show(None)

    def form(self, data: QueryDict | None = None) -> AnswerPromptForm:
        assert self.question is not None
        return AnswerPromptForm(
            data,
            today=self.today,
            acceptance=self.question.acceptance,
            longest_deferral_days=load().settings.longest_deferral_days,
            fingerprint=self.question.fingerprint,
        )

    def post(self, request: Any, **ids: Any) -> HttpResponse:
        if self.question is None:
            return self._gone()
        return super().post(request, **ids)

    def write(self, form: AnswerPromptForm) -> None:
        typed = form.cleaned_data
        answer_prompt(
            by=self.staff,
            patient_id=self.patient.pk,
            prompt=self.prompt,
            subject=self.subject,
            fingerprint=typed["fingerprint"],
            answer=typed["answer"],
            until=typed["until"],
            reason=typed["reason"],
            outcome=form.outcome(),
            milestone=form.milestone(),
        )

    def show_again(self, form: AnswerPromptForm, stale: Stale) -> HttpResponse:
        """What was typed stays; the question above it is the one that stands now."""
        assert isinstance(stale, StaleQuestion)
        self._read()
        if self.question is None:
            return self._gone()
        typed = cast(QueryDict, form.data).copy()
        typed["fingerprint"] = self.question.fingerprint
        return self.show(self.form(typed), STALE, stale=stale)

    def _gone(self) -> HttpResponse:
        return self.show(None, STALE, unsaved=True)

    def context(self) -> dict[str, Any]:
        return {"question": self.question, "answers": self.answers}
