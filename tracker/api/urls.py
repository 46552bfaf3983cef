"""Every address of the API. Version 1 is in the path; a change that breaks a reader gets a new number."""

from typing import Any

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from monitoring.alert_api import AlertEndpoint
from monitoring.api import DueItemEndpoint, MonitoringEndpoint, ResultEndpoint, SnoozeEndpoint
from monitoring.plan_api import (
    IntervalOverrideEndpoint,
    PauseEndpoint,
    RiskAssessmentEndpoint,
    SharedCareEndpoint,
    TargetRangeEndpoint,
)
from monitoring.tasks import reconcile_soon
from monitoring.work_api import AssignmentEndpoint, ContactEndpoint, NotNeededEndpoint, SampleTakenEndpoint
from patients.api import (
    AssessmentEndpoint,
    AutoantibodyEndpoint,
    ClinicEndpoint,
    ConditionEndpoint,
    HeightEndpoint,
    PatientEndpoint,
    WeightEndpoint,
)
from regimens.api import MilestoneEndpoint
from regimens.infusion_api import InfusionEndpoint, InfusionPlanEndpoint
from regimens.pathway_api import PathwayEndpoint, QuestionsEndpoint, ResponseEndpoint
from tracker.api.views import (
    AllTokensView,
    NoSuchAddress,
    SchemaView,
    ScreenedCourseEndpoint,
    ScreenedTaperDecisionEndpoint,
    TokenView,
    documentation,
)


class RecordRouter(SimpleRouter):
    """Hands every endpoint what must follow a change; the lower apps do not know who looks at due items."""

    routes = [
        route._replace(initkwargs={**route.initkwargs, "on_change": reconcile_soon}) for route in SimpleRouter.routes
    ]


ENDPOINTS: dict[str, Any] = {
    "clinics": ClinicEndpoint,
    "patients": PatientEndpoint,
    "assessments": AssessmentEndpoint,
    "weights": WeightEndpoint,
    "heights": HeightEndpoint,
    "conditions": ConditionEndpoint,
    "autoantibodies": AutoantibodyEndpoint,
    "courses": ScreenedCourseEndpoint,
    "infusions": InfusionEndpoint,
    "infusion-plans": InfusionPlanEndpoint,
    "taper-decisions": ScreenedTaperDecisionEndpoint,
    "milestones": MilestoneEndpoint,
    "results": ResultEndpoint,
    "due-items": DueItemEndpoint,
    "alerts": AlertEndpoint,
    "snoozes": SnoozeEndpoint,
    "contacts": ContactEndpoint,
    "samples-taken": SampleTakenEndpoint,
    "not-needed": NotNeededEndpoint,
    "assignments": AssignmentEndpoint,
    "risk-assessments": RiskAssessmentEndpoint,
    "interval-overrides": IntervalOverrideEndpoint,
    "shared-care": SharedCareEndpoint,
    "pauses": PauseEndpoint,
    "target-ranges": TargetRangeEndpoint,
}

router = RecordRouter(use_regex_path=False)
for name, endpoint in ENDPOINTS.items():
    router.register(name, endpoint, basename=name)

_read: dict[str, Any] = {"get": "retrieve"}
version_1 = [
    *router.urls,
    path("patients/<int:pk>/pathway/", PathwayEndpoint.as_view(_read), name="patient-pathway"),
    path(
        "patients/<int:pk>/questions/",
        QuestionsEndpoint.as_view({"get": "retrieve", "post": "answer"}, on_change=reconcile_soon),
        name="patient-questions",
    ),
    path("patients/<int:pk>/response/", ResponseEndpoint.as_view(_read), name="patient-response"),
    path("patients/<int:pk>/monitoring/", MonitoringEndpoint.as_view(_read), name="patient-monitoring"),
    path("auth/token/", TokenView.as_view(), name="token"),
    path("auth/tokens/", AllTokensView.as_view(), name="tokens"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", documentation, name="documentation"),
]

urlpatterns = [
    path("v1/", include((version_1, "api"))),
    re_path(r"", NoSuchAddress.as_view()),
]
