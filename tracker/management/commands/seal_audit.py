"""`manage.py seal_audit`: seals now, and to the end, what the task seals each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from tracker.audit.heads import head_line
from tracker.audit.seal import Sealer, head_of_trail, seal_trail, waiting_since


class Command(BaseCommand):
    help = (
        "Gives every event of the audit trail whose transaction has ended its place in the hash chain. The background "
        "task does it each minute; this command has no time limit, for example after a restored dump."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = seal_trail()
        self.stdout.write(f"{done.events:,} events sealed.")
        if done.ended is Sealer.ELSEWHERE:
            self.stdout.write("Another sealer is at work; it seals the rest.")
        waiting, head = waiting_since(), head_of_trail()
        if waiting is not None:
            self.stdout.write(
                f"Still waiting, since {waiting:%Y-%m-%dT%H:%M:%SZ}: another sealer has not come to them."
            )
        if head is not None:
            self.stdout.write(head_line(head))
