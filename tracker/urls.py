"""Every address of the site."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from tracker.views.algorithm_map import algorithm_map_page
from tracker.views.favicon import favicon
from tracker.views.forms.add_antibody import AddAntibody
from tracker.views.forms.add_assessment import AddAssessment
from tracker.views.forms.add_condition import AddCondition
from tracker.views.forms.add_milestone import AddMilestone
from tracker.views.forms.add_weight import AddWeight
from tracker.views.forms.change_dose import ChangeDose
from tracker.views.forms.change_status import ChangeStatus
from tracker.views.forms.end_condition import EndCondition
from tracker.views.forms.plan_taper import PlanTaper
from tracker.views.forms.record_infusion import RecordInfusion
from tracker.views.forms.record_never_given import RecordNeverGiven
from tracker.views.forms.record_outcome import RecordOutcome
from tracker.views.forms.record_results import RecordResults
from tracker.views.forms.register_patient import RegisterPatient
from tracker.views.forms.reopen_course import ReopenCourse
from tracker.views.forms.review_prompt import ReviewPrompt
from tracker.views.forms.snooze_item import SnoozeItem
from tracker.views.forms.start_course import StartCourse
from tracker.views.forms.stop_course import StopCourse
from tracker.views.forms.withdraw_entry import WithdrawEntry
from tracker.views.gallery import gallery
from tracker.views.health import health
from tracker.views.patient_list import patient_list
from tracker.views.protocol import protocol
from tracker.views.record import record
from tracker.views.response import response_page
from tracker.views.sign_in import SignIn, SignOut
from tracker.views.what_if import WhatIf
from tracker.views.worklist import worklist_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
    path("favicon.ico", favicon, name="favicon"),
    path("", patient_list, name="patient_list"),
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-out/", SignOut.as_view(), name="sign_out"),
    path("worklist/", worklist_page, name="worklist"),
    path("protocol/", protocol, name="protocol"),
    path("patients/<int:patient_id>/", record, name="record"),
    path("patients/<int:patient_id>/map/", algorithm_map_page, name="algorithm_map"),
    path("patients/<int:patient_id>/response/", response_page, name="response"),
    path("api/", include("tracker.api.urls")),
    path("patients/new/", RegisterPatient.as_view(), name="register_patient"),
    path("patients/<int:patient_id>/assessments/new/", AddAssessment.as_view(), name="add_assessment"),
    path("patients/<int:patient_id>/weights/new/", AddWeight.as_view(), name="add_weight"),
    path("patients/<int:patient_id>/conditions/new/", AddCondition.as_view(), name="add_condition"),
    path("patients/<int:patient_id>/conditions/<int:condition_id>/end/", EndCondition.as_view(), name="end_condition"),
    path("patients/<int:patient_id>/autoantibodies/new/", AddAntibody.as_view(), name="add_antibody"),
    path("patients/<int:patient_id>/status/", ChangeStatus.as_view(), name="change_status"),
    path("patients/<int:patient_id>/courses/new/", StartCourse.as_view(), name="start_course"),
    path("patients/<int:patient_id>/never-given/new/", RecordNeverGiven.as_view(), name="record_never_given"),
    path("patients/<int:patient_id>/milestones/new/", AddMilestone.as_view(), name="add_milestone"),
    path("patients/<int:patient_id>/what-if/", WhatIf.as_view(), name="what_if"),
    path("patients/<int:patient_id>/results/new/", RecordResults.as_view(), name="record_results"),
    path(
        "patients/<int:patient_id>/questions/<slug:prompt>/<slug:about>/",
        ReviewPrompt.as_view(),
        name="review_prompt",
    ),
    path("patients/<int:patient_id>/due/<slug:item>/snooze/", SnoozeItem.as_view(), name="snooze_item"),
    path("courses/<int:course_id>/dose/", ChangeDose.as_view(), name="change_dose"),
    path("courses/<int:course_id>/outcome/", RecordOutcome.as_view(), name="record_outcome"),
    path("courses/<int:course_id>/stop/", StopCourse.as_view(), name="stop_course"),
    path("courses/<int:course_id>/reopen/", ReopenCourse.as_view(), name="reopen_course"),
    path(
        "patients/<int:patient_id>/entries/<slug:kind>/<int:entry_id>/withdraw/",
        WithdrawEntry.as_view(),
        name="withdraw_entry",
    ),
    path("courses/<int:course_id>/taper/", PlanTaper.as_view(), name="plan_taper"),
    path("courses/<int:course_id>/infusions/new/", RecordInfusion.as_view(), name="record_infusion"),
]

if settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))
