"""Every report there is, in the order in which they are offered."""

from functools import cache

from patients.errors import NotFound
from tracker.reports.access import ACCESS
from tracker.reports.activity import ACTIVITY
from tracker.reports.corrections import CORRECTIONS
from tracker.reports.definitions import Report
from tracker.reports.emergencies import EMERGENCY
from tracker.reports.rights import PERMISSION_CHANGES
from tracker.reports.service_audits import audit_reports
from tracker.reports.sign_ins import FAILED_SIGN_INS

# Of the audit trail; of patients they say nothing but hospital numbers.
TRAIL_REPORTS = (ACTIVITY, ACCESS, EMERGENCY, FAILED_SIGN_INS, PERMISSION_CHANGES, CORRECTIONS)


@cache
def all_reports() -> dict[str, Report]:
    """Those of the trail, then the service audits of the protocol in force, by the name that stands in addresses."""
    return {report.slug: report for report in (*TRAIL_REPORTS, *audit_reports())}


def report_named(slug: str) -> Report:
    """Raises NotFound."""
    reports = all_reports()
    if slug not in reports:
        raise NotFound(f"There is no report “{slug}”. There are: {', '.join(reports)}.", "report")
    return reports[slug]
