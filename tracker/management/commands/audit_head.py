"""`manage.py audit_head`: the head of the audit trail, to be kept where nobody can change it with the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.audit.heads import head_line
from tracker.audit.seal import head_of_trail


class Command(BaseCommand):
    help = (
        "Prints the head of the audit trail: one line without any patient data. Kept on paper or in another place, it "
        "shows later whether anything up to it was changed (verify_audit --head, or --heads with a file of such lines)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        head = head_of_trail()
        if head is None:
            raise CommandError("Nothing has been sealed yet: run seal_audit first.")
        self.stdout.write(head_line(head))
