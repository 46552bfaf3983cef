"""Writes docs/clinical from the protocol files, so that what is documented is what runs."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from monitoring.protocol.audit_document import render_audits
from monitoring.protocol.document import render as render_monitoring
from patients.protocol.document import render as render_activity
from regimens.protocol.cohort_document import render_cohort
from regimens.protocol.document import render as render_pathway
from tracker.protocols import read_protocol


def pages() -> dict[str, str]:
    """File name and text of each generated page: the protocol that comes with the software, whatever is in force."""
    protocol = read_protocol(None)
    return {
        "activity.md": render_activity(protocol.activity),
        "pathway.md": render_pathway(protocol.pathway),
        "monitoring.md": render_monitoring(protocol.monitoring, protocol.schedules[1:]),
        "audits.md": render_audits(protocol.monitoring.audits),
        "cohort.md": render_cohort(protocol.cohort),
    }


class Command(BaseCommand):
    help = "Writes docs/clinical/*.md from the protocol files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=Path(settings.BASE_DIR) / "docs" / "clinical")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages().items():
            (folder / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"wrote {name}")
