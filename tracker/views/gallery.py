"""Every component in every state and in every look of the pages, for those who build pages. Only in DEBUG."""

from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from monitoring.rules.findings import DueStatus
from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth
from patients.rules.vocabulary import Theme
from regimens.rules.findings import Annotation, AnnotationKind, LineFinding, LineState, Option, Tier
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import DoseUnit, Frequency, Weekday

DAY = date(2026, 4, 5)


class ExampleForm(forms.Form):
    """Fields of each kind, for their looks."""

    day = forms.DateField(help_text=_("For example 05/04/2026."))
    strength = forms.DecimalField(label=_("Physician global (cm)"), max_value=10, required=False)
    kind = forms.ChoiceField(choices=[("a", "oral"), ("b", "subcutaneous")], widget=forms.RadioSelect)
    features = forms.MultipleChoiceField(
        choices=[("a", "myocarditis"), ("b", "severe dysphagia")], widget=forms.CheckboxSelectMultiple, required=False
    )
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)


class ExampleFilter(forms.Form):
    """What narrows a list."""

    drug = forms.ChoiceField(choices=[("", "Any drug"), ("a", "azathioprine")], required=False)
    since = forms.DateField(label=_("From"), required=False)


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """The gallery, as of a fixed day; `?theme=` shows it as somebody sees it who has chosen that look."""
    theme = request.GET.get("theme", Theme.DEVICE.value)
    form = ExampleForm()
    form.fields["strength"].previous = "6.5 cm on 02-Jan-2026"  # type: ignore[attr-defined]  # as EntryForm does
    context = {
        "day": DAY,
        "theme": theme if theme in set(Theme) else Theme.DEVICE.value,
        "themes": [{"label": one.label, "url": f"?theme={one.value}", "here": one.value == theme} for one in Theme],
        "tabs": [
            {"label": "Overdue", "url": "#tabs", "here": True, "count": 1234},
            {"label": "Due now", "url": "#tabs", "count": 0},
            {"label": "Without a count", "url": "#tabs"},
        ],
        "steps": [
            {"label": "Dose", "state": "done", "url": "#steps"},
            {"label": "Baseline", "state": "now"},
            {"label": "Confirm", "state": "next"},
        ],
        "numbers": [("oral", 12_265), ("subcutaneous", 7)],
        "list_page": Paginator(range(90), 30).page(2),
        "series": range(1, 7),
        "form": form,
        "filter_form": ExampleFilter({"drug": "a"}, auto_id="filter_%s"),
        "refused_filter": ExampleFilter({"since": "31/02/2026"}, auto_id="refused_%s"),
        "refused_form": ExampleForm({"day": "31/02/2026", "strength": "11"}),
        "statuses": [(status.value, status.label) for status in DueStatus],
        "states": [(state.value, state.label) for state in LineState],
        "kinds": [(kind.value, kind.label) for kind in AnnotationKind],
        "reason": _reason(),
        "rungs": [_rung(code, state) for code, state in enumerate(LineState, start=1)],
        "options": [_option("methotrexate", AnnotationKind.SUPPORTED), _option("azathioprine", AnnotationKind.BLOCKED)],
        "doses": _doses(),
        "page_frame_pairs": [("Weight", "64.5 kg"), ("Height", "")],
    }
    return render(request, "tracker/gallery.html", context)


def _reason() -> Reason:
    fact = (FactReference("course", "1", "methotrexate from 05-Jan-2026"),)
    predicates = (
        Predicate("a statement that holds", Truth.TRUE, fact),
        Predicate("a statement that does not hold", Truth.FALSE, fact),
        Predicate("a statement that nothing recorded decides", Truth.UNKNOWN),
    )
    text = "One sentence says why."
    return Reason("example.rule", text, RuleKind.PUBLISHED_ALGORITHM, "where it is printed", "1", predicates)


def _rung(code: int, state: LineState) -> LineFinding:
    return LineFinding(str(code), "what the line holds", state, (), (_reason(),), (_reason().predicates[1],))


def _option(name: str, kind: AnnotationKind) -> Option:
    annotation = Annotation(kind, f"{kind.label}: an example", _reason())
    return Option((name,), name, Tier.PRIMARY, "non_severe_1", "the dose as printed", (annotation,), (_reason(),))


def _doses() -> list[DosePeriod]:
    weekly = DosePeriod("1", DAY, Decimal("7.50"), DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_WEEKLY)
    return [
        DosePeriod("2", DAY, Decimal(15), DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY),
        weekly,
        DosePeriod("3", DAY - timedelta(days=30)),
    ]
