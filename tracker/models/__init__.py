from tracker.models.event import Event, EventKind
from tracker.models.report_run import ReportChunk, ReportRun
from tracker.models.seal import Link, Seal

__all__ = ["Event", "EventKind", "Link", "ReportChunk", "ReportRun", "Seal"]
