"""Every address of the site."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from tracker.views.access_log import access_log
from tracker.views.alert import AlertView
from tracker.views.alerts import alerts_page
from tracker.views.algorithm_map import algorithm_map_page
from tracker.views.audit import audit_page
from tracker.views.audits import audits_page
from tracker.views.calendar import calendar_day, calendar_page
from tracker.views.calendar_feeds import calendar_feed, calendar_feeds, revoke_calendar_feed
from tracker.views.clinic_history import clinic_history
from tracker.views.clinic_member import clinic_member
from tracker.views.clinic_staff import clinic_staff
from tracker.views.cohort import cohort
from tracker.views.cohort_csv import cohort_csv
from tracker.views.cohort_list import cohort_list, cohort_list_csv
from tracker.views.cohort_monitoring import cohort_monitoring
from tracker.views.cohort_response import cohort_response
from tracker.views.cohort_steroid import cohort_steroid
from tracker.views.cohort_survival import cohort_survival
from tracker.views.cohort_time_to_line import cohort_time_to_line
from tracker.views.dose_words import dose_words
from tracker.views.duplicates import duplicates_page
from tracker.views.emergency_reviews import close_emergency, emergency_reviews
from tracker.views.entry_history import entry_history
from tracker.views.favicon import favicon
from tracker.views.forms.add_account import AddAccount
from tracker.views.forms.add_antibody import AddAntibody
from tracker.views.forms.add_assessment import AddAssessment
from tracker.views.forms.add_condition import AddCondition
from tracker.views.forms.add_member import AddMember
from tracker.views.forms.add_milestone import AddMilestone
from tracker.views.forms.add_weight import AddWeight
from tracker.views.forms.assess_risk import AssessRisk
from tracker.views.forms.assign_item import AssignItem
from tracker.views.forms.change_dose import ChangeDose
from tracker.views.forms.change_interval import ChangeInterval
from tracker.views.forms.change_lead import EndLead, MakeLead
from tracker.views.forms.change_role import ChangeRole
from tracker.views.forms.change_status import ChangeStatus
from tracker.views.forms.clinic_settings import ClinicSettingsPage
from tracker.views.forms.close_account import CloseAccount, OpenAccount
from tracker.views.forms.contact_details import ContactDetailsPage
from tracker.views.forms.correct_identity import CorrectIdentity
from tracker.views.forms.correct_result import CorrectResult
from tracker.views.forms.decide_taper import DecideTaper
from tracker.views.forms.decide_transfer import AcceptTransfer, DeclineTransfer
from tracker.views.forms.end_condition import EndCondition
from tracker.views.forms.end_interval import EndInterval
from tracker.views.forms.end_member_sessions import EndMemberSessions
from tracker.views.forms.end_membership import EndMembership
from tracker.views.forms.hand_over import HandOver
from tracker.views.forms.merge_patient import MergePatient
from tracker.views.forms.my_settings import MySettingsPage
from tracker.views.forms.new_start_link import NewStartLink
from tracker.views.forms.not_needed import NotNeededPage
from tracker.views.forms.open_emergency import OpenEmergency
from tracker.views.forms.pause_monitoring import PauseMonitoring
from tracker.views.forms.plan_infusions import PlanInfusions
from tracker.views.forms.plan_taper import PlanTaper
from tracker.views.forms.record_contact import RecordContact
from tracker.views.forms.record_infusion import RecordInfusion
from tracker.views.forms.record_never_given import RecordNeverGiven
from tracker.views.forms.record_outcome import RecordOutcome
from tracker.views.forms.record_results import RecordResults
from tracker.views.forms.register_patient import RegisterPatient
from tracker.views.forms.reopen_course import ReopenCourse
from tracker.views.forms.reset_factor import ResetFactor
from tracker.views.forms.resume_monitoring import ResumeMonitoring
from tracker.views.forms.review_emergency import ReviewEmergency
from tracker.views.forms.review_prompt import ReviewPrompt
from tracker.views.forms.set_target_range import SetTargetRange
from tracker.views.forms.share_care import ShareCare
from tracker.views.forms.snooze_item import SnoozeItem
from tracker.views.forms.start_course import StartCourse
from tracker.views.forms.start_course_baseline import StartCourseBaseline
from tracker.views.forms.start_course_calendar import StartCourseCalendar
from tracker.views.forms.start_course_confirm import StartCourseConfirm
from tracker.views.forms.stop_course import StopCourse
from tracker.views.forms.subject_access import SubjectAccess
from tracker.views.forms.take_sample import TakeSample
from tracker.views.forms.undo_merge import UndoMerge
from tracker.views.forms.withdraw_entry import WithdrawEntry
from tracker.views.gallery import gallery
from tracker.views.health import health, scheduler_health
from tracker.views.help import help_page
from tracker.views.help_glossary import help_glossary
from tracker.views.help_tour import end_tour_page, help_tour
from tracker.views.home import home
from tracker.views.infusions import infusions
from tracker.views.mail import mail_page, retry_mail_page
from tracker.views.merges import merges_page
from tracker.views.monitoring_plan import monitoring_plan
from tracker.views.my_drafts import my_drafts, throw_draft_away
from tracker.views.patient_history import patient_history
from tracker.views.patient_list import patient_list
from tracker.views.patient_work import patient_work_page
from tracker.views.protocol import protocol
from tracker.views.protocol_pages import (
    protocol_activity,
    protocol_audits,
    protocol_cohort,
    protocol_drug,
    protocol_drugs,
    protocol_pathway,
)
from tracker.views.questions import home_questions, questions_page
from tracker.views.record import record
from tracker.views.record_assessments import record_assessments
from tracker.views.record_background import record_background
from tracker.views.record_flowsheet import record_flowsheet
from tracker.views.record_letter import record_letter, record_letter_pdf
from tracker.views.record_summary import record_summary
from tracker.views.record_treatment import record_treatment
from tracker.views.report_runs import cancel_report_page, download_report, report_runs
from tracker.views.reports import ask_for_report_page, reports_page
from tracker.views.response import response_page
from tracker.views.result_check import result_check
from tracker.views.results import results_page
from tracker.views.retention import retention_page
from tracker.views.safe_silence import safe_silence
from tracker.views.saved_views import delete_view_page, save_view_page
from tracker.views.search import search, search_suggestions
from tracker.views.stop_reminders import stop_reminders_page
from tracker.views.taper import taper_page
from tracker.views.timeline import timeline_csv, timeline_page, timeline_png, timeline_svg
from tracker.views.timeline_table import timeline_table
from tracker.views.transfers import transfers_page, withdraw_transfer_page
from tracker.views.undo_work import undo_work_page
from tracker.views.what_if import WhatIf
from tracker.views.worklist import worklist_page
from tracker.views.worklist_bulk import WorklistBulk
from tracker.views.worklist_export import worklist_export
from tracker.views.worklist_print import worklist_print_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
    path("health/scheduler/", scheduler_health, name="scheduler_health"),
    path("favicon.ico", favicon, name="favicon"),
    path("", home, name="home"),
    path("patients/", patient_list, name="patient_list"),
    path("home/questions/", home_questions, name="home_questions"),
    path("questions/", questions_page, name="questions"),
    path("search/", search, name="search"),
    path("search/suggestions/", search_suggestions, name="search_suggestions"),
    path("help/", help_page, name="help"),
    path("help/glossary/", help_glossary, name="help_glossary"),
    path("help/tour/", help_tour, name="help_tour"),
    path("help/tour/end/", end_tour_page, name="end_tour"),
    path("", include("tracker.sign_in_urls")),
    path("worklist/", worklist_page, name="worklist"),
    path("alerts/", alerts_page, name="alerts"),
    path("alerts/<int:alert_id>/", AlertView.as_view(), name="alert"),
    path("results/", results_page, name="results"),
    path("safe-silence/", safe_silence, name="safe_silence"),
    path("reports/", reports_page, name="reports"),
    path("reports/ask/", ask_for_report_page, name="ask_for_report"),
    path("reports/runs/", report_runs, name="report_runs"),
    path("reports/runs/<int:run_id>/cancel/", cancel_report_page, name="cancel_report"),
    path("reports/runs/<int:run_id>/download/", download_report, name="download_report"),
    path("cohort/", cohort, name="cohort"),
    path("cohort/time-to-line/", cohort_time_to_line, name="cohort_time_to_line"),
    path("cohort/survival/", cohort_survival, name="cohort_survival"),
    path("cohort/response/", cohort_response, name="cohort_response"),
    path("cohort/steroid/", cohort_steroid, name="cohort_steroid"),
    path("cohort/monitoring/", cohort_monitoring, name="cohort_monitoring"),
    path("cohort/patients/", cohort_list, name="cohort_list"),
    path("cohort/patients.csv", cohort_list_csv, name="cohort_list_csv"),
    path("cohort/figures/<slug:figure>.csv", cohort_csv, name="cohort_csv"),
    path("worklist/print/", worklist_print_page, name="worklist_print"),
    path("worklist/export/", worklist_export, name="worklist_export"),
    path("worklist/bulk/", WorklistBulk.as_view(), name="worklist_bulk"),
    path("worklist/views/", save_view_page, name="save_view"),
    path("worklist/views/<int:view_id>/delete/", delete_view_page, name="delete_view"),
    path("worklist/undo/<slug:kind>/<int:entry_id>/", undo_work_page, name="undo_work"),
    path("protocol/", protocol, name="protocol"),
    path("protocol/pathway/", protocol_pathway, name="protocol_pathway"),
    path("protocol/drugs/", protocol_drugs, name="protocol_drugs"),
    path("protocol/drugs/<slug:drug>/", protocol_drug, name="protocol_drug"),
    path("protocol/activity/", protocol_activity, name="protocol_activity"),
    path("protocol/audits/", protocol_audits, name="protocol_audits"),
    path("protocol/cohort/", protocol_cohort, name="protocol_cohort"),
    path("calendar/", calendar_page, name="calendar"),
    path("calendar/addresses/", calendar_feeds, name="calendar_feeds"),
    path("calendar/addresses/<int:feed_id>/revoke/", revoke_calendar_feed, name="revoke_calendar_feed"),
    path("calendar/feed/<str:token>.ics", calendar_feed, name="calendar_feed"),
    path("calendar/<str:day>/", calendar_day, name="calendar_day"),
    path("patients/<int:patient_id>/", record, name="record"),
    path("patients/<int:patient_id>/treatment/", record_treatment, name="record_treatment"),
    path("patients/<int:patient_id>/assessments/", record_assessments, name="record_assessments"),
    path("patients/<int:patient_id>/results/", record_flowsheet, name="record_flowsheet"),
    path("patients/<int:patient_id>/background/", record_background, name="record_background"),
    path("patients/<int:patient_id>/summary.pdf", record_summary, name="record_summary"),
    path("patients/<int:patient_id>/letter/", record_letter, name="record_letter"),
    path("patients/<int:patient_id>/letter.pdf", record_letter_pdf, name="record_letter_pdf"),
    path("patients/<int:patient_id>/access/", access_log, name="access_log"),
    path("patients/<int:patient_id>/history/", patient_history, name="patient_history"),
    path("patients/<int:patient_id>/entries/<slug:kind>/<int:entry_id>/history/", entry_history, name="entry_history"),
    path("clinics/<int:clinic_id>/history/", clinic_history, name="clinic_history"),
    path("patients/<int:patient_id>/map/", algorithm_map_page, name="algorithm_map"),
    path("patients/<int:patient_id>/response/", response_page, name="response"),
    path("patients/<int:patient_id>/timeline/", timeline_page, name="timeline"),
    path("patients/<int:patient_id>/timeline/table/", timeline_table, name="timeline_table"),
    path("patients/<int:patient_id>/timeline.svg", timeline_svg, name="timeline_svg"),
    path("patients/<int:patient_id>/timeline.png", timeline_png, name="timeline_png"),
    path("patients/<int:patient_id>/timeline.csv", timeline_csv, name="timeline_csv"),
    path("patients/<int:patient_id>/monitoring/", monitoring_plan, name="monitoring_plan"),
    path("patients/<int:patient_id>/monitoring/risk/", AssessRisk.as_view(), name="assess_risk"),
    path("patients/<int:patient_id>/monitoring/interval/", ChangeInterval.as_view(), name="change_interval"),
    path(
        "patients/<int:patient_id>/monitoring/intervals/<int:override_id>/end/",
        EndInterval.as_view(),
        name="end_interval",
    ),
    path("patients/<int:patient_id>/monitoring/shared-care/", ShareCare.as_view(), name="share_care"),
    path("patients/<int:patient_id>/monitoring/pause/", PauseMonitoring.as_view(), name="pause_monitoring"),
    path(
        "patients/<int:patient_id>/monitoring/pauses/<int:pause_id>/resume/",
        ResumeMonitoring.as_view(),
        name="resume_monitoring",
    ),
    path(
        "patients/<int:patient_id>/monitoring/levels/<slug:analyte>/range/",
        SetTargetRange.as_view(),
        name="set_target_range",
    ),
    path("me/", MySettingsPage.as_view(), name="my_settings"),
    path("me/drafts/", my_drafts, name="my_drafts"),
    path("me/drafts/<int:draft_id>/throw-away/", throw_draft_away, name="throw_draft_away"),
    path("clinics/<int:clinic_id>/audits/", audits_page, name="clinic_audits"),
    path("clinics/<int:clinic_id>/audits/<slug:slug>/", audit_page, name="clinic_audit"),
    path("clinics/<int:clinic_id>/staff/", clinic_staff, name="clinic_staff"),
    path("clinics/<int:clinic_id>/staff/add/", AddMember.as_view(), name="add_member"),
    path("clinics/<int:clinic_id>/staff/new/", AddAccount.as_view(), name="add_account"),
    path("clinics/<int:clinic_id>/staff/<int:membership_id>/", clinic_member, name="clinic_member"),
    path("clinics/<int:clinic_id>/staff/<int:membership_id>/role/", ChangeRole.as_view(), name="change_role"),
    path("clinics/<int:clinic_id>/staff/<int:membership_id>/lead/", MakeLead.as_view(), name="make_lead"),
    path("clinics/<int:clinic_id>/staff/<int:membership_id>/lead/end/", EndLead.as_view(), name="end_lead"),
    path("clinics/<int:clinic_id>/staff/<int:membership_id>/end/", EndMembership.as_view(), name="end_membership"),
    path("clinics/<int:clinic_id>/staff/<int:membership_id>/close/", CloseAccount.as_view(), name="close_account"),
    path("clinics/<int:clinic_id>/staff/<int:membership_id>/open/", OpenAccount.as_view(), name="open_account"),
    path(
        "clinics/<int:clinic_id>/staff/<int:membership_id>/second-factor/", ResetFactor.as_view(), name="reset_factor"
    ),
    path(
        "clinics/<int:clinic_id>/staff/<int:membership_id>/sessions/",
        EndMemberSessions.as_view(),
        name="end_member_sessions",
    ),
    path(
        "clinics/<int:clinic_id>/staff/<int:membership_id>/start-link/", NewStartLink.as_view(), name="new_start_link"
    ),
    path("clinics/<int:clinic_id>/settings/", ClinicSettingsPage.as_view(), name="clinic_settings"),
    path("api/", include("tracker.api.urls")),
    path("patients/new/", RegisterPatient.as_view(), name="register_patient"),
    path("patients/<int:patient_id>/assessments/new/", AddAssessment.as_view(), name="add_assessment"),
    path("patients/<int:patient_id>/weights/new/", AddWeight.as_view(), name="add_weight"),
    path("patients/<int:patient_id>/conditions/new/", AddCondition.as_view(), name="add_condition"),
    path("patients/<int:patient_id>/conditions/<int:condition_id>/end/", EndCondition.as_view(), name="end_condition"),
    path("patients/<int:patient_id>/autoantibodies/new/", AddAntibody.as_view(), name="add_antibody"),
    path("patients/<int:patient_id>/status/", ChangeStatus.as_view(), name="change_status"),
    path("patients/<int:patient_id>/identity/", CorrectIdentity.as_view(), name="correct_identity"),
    path("patients/<int:patient_id>/contact/", ContactDetailsPage.as_view(), name="contact_details"),
    path("emergency/", OpenEmergency.as_view(), name="emergency"),
    path("emergency/<int:emergency_id>/close/", close_emergency, name="close_emergency"),
    path("emergency/review/", emergency_reviews, name="emergency_reviews"),
    path("emergency/review/<int:emergency_id>/", ReviewEmergency.as_view(), name="review_emergency"),
    path("patients/<int:patient_id>/merge/", MergePatient.as_view(), name="merge_patient"),
    path("merges/", merges_page, name="merges"),
    path("merges/<int:merge_id>/undo/", UndoMerge.as_view(), name="undo_merge"),
    path("patients/<int:patient_id>/transfer/", HandOver.as_view(), name="hand_over"),
    path("transfers/", transfers_page, name="transfers"),
    path("transfers/<int:transfer_id>/accept/", AcceptTransfer.as_view(), name="accept_transfer"),
    path("transfers/<int:transfer_id>/decline/", DeclineTransfer.as_view(), name="decline_transfer"),
    path("transfers/<int:transfer_id>/withdraw/", withdraw_transfer_page, name="withdraw_transfer"),
    path("patients/<int:patient_id>/subject-access/", SubjectAccess.as_view(), name="subject_access"),
    path("clinics/<int:clinic_id>/duplicates/", duplicates_page, name="duplicates"),
    path("clinics/<int:clinic_id>/retention/", retention_page, name="retention"),
    path("mail/", mail_page, name="mail"),
    path("mail/<int:mail_id>/again/", retry_mail_page, name="retry_mail"),
    path("reminders/stop/<str:token>/", stop_reminders_page, name="stop_reminders"),
    path("patients/<int:patient_id>/courses/new/", StartCourse.as_view(), name="start_course"),
    path(
        "patients/<int:patient_id>/courses/new/baseline/", StartCourseBaseline.as_view(), name="start_course_baseline"
    ),
    path(
        "patients/<int:patient_id>/courses/new/calendar/", StartCourseCalendar.as_view(), name="start_course_calendar"
    ),
    path("patients/<int:patient_id>/courses/new/confirm/", StartCourseConfirm.as_view(), name="start_course_confirm"),
    path("patients/<int:patient_id>/dose-words/", dose_words, name="dose_words"),
    path("patients/<int:patient_id>/never-given/new/", RecordNeverGiven.as_view(), name="record_never_given"),
    path("patients/<int:patient_id>/milestones/new/", AddMilestone.as_view(), name="add_milestone"),
    path("patients/<int:patient_id>/what-if/", WhatIf.as_view(), name="what_if"),
    path("patients/<int:patient_id>/results/new/", RecordResults.as_view(), name="record_results"),
    path("patients/<int:patient_id>/results/check/", result_check, name="result_check"),
    path("results/<int:result_id>/correct/", CorrectResult.as_view(), name="correct_result"),
    path(
        "patients/<int:patient_id>/questions/<slug:prompt>/<slug:about>/",
        ReviewPrompt.as_view(),
        name="review_prompt",
    ),
    path("patients/<int:patient_id>/due/<slug:item>/snooze/", SnoozeItem.as_view(), name="snooze_item"),
    path("patients/<int:patient_id>/due/<slug:item>/not-needed/", NotNeededPage.as_view(), name="not_needed"),
    path("patients/<int:patient_id>/contacts-and-work/", patient_work_page, name="patient_work"),
    path("patients/<int:patient_id>/contacts/new/", RecordContact.as_view(), name="record_contact"),
    path("patients/<int:patient_id>/samples/new/", TakeSample.as_view(), name="take_sample"),
    path("patients/<int:patient_id>/assignment/", AssignItem.as_view(), name="assign_item"),
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
    path("courses/<int:course_id>/taper/progress/", taper_page, name="taper"),
    path("courses/<int:course_id>/taper/decide/", DecideTaper.as_view(), name="decide_taper"),
    path("courses/<int:course_id>/infusions/", infusions, name="infusions"),
    path("courses/<int:course_id>/infusions/plan/", PlanInfusions.as_view(), name="plan_infusions"),
    path("courses/<int:course_id>/infusions/new/", RecordInfusion.as_view(), name="record_infusion"),
]

if settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))
