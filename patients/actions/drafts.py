"""What somebody has typed and not saved: kept for them alone, and gone when it is no longer wanted."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from patients.errors import NotFound, Refused, StaleVersion
from patients.models import Draft, Membership, Patient, Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_for, require

LARGEST = 20_000  # characters as JSON; the longest form with every field filled has some 6,000
MOST = 200  # forms of one person at a time

Typed = Mapping[str, Sequence[str]]


class StaleDraft(StaleVersion):
    """Another window of the same form kept something else, saved it, or threw it away. Nothing was kept."""


@transaction.atomic
def keep_draft(
    *,
    by: Staff,
    address: str,
    typed: Typed,
    version: int,
    patient_id: int | None = None,
    permission: Permission = Permission.READ_RECORD,
    now: datetime | None = None,
) -> Draft:
    """Keeps the fields of a form in the place of what this window kept before; `version` is that of then, 0 for none.

    The form's own `permission` is needed, as it is to save. Raises NotFound, NotAllowed, Refused (too large, too many),
    StaleDraft.
    """
    patient = _patient(by, patient_id, permission)
    content = {name: [text.replace("\x00", "") for text in texts] for name, texts in typed.items()}
    if len(json.dumps(content)) > LARGEST:
        raise Refused("This is too long to be kept while you type. Save it, or make it shorter.")
    moment = now or timezone.now()
    rows = Draft.objects.filter(staff=by, address=address)
    if version:
        held = rows.filter(version=version)
        if held.update(typed=content, patient=patient, version=F("version") + 1, saved_at=moment) != 1:
            raise _stale(rows.first())
        return rows.get()
    if Draft.objects.filter(staff=by).count() >= MOST:
        raise Refused(f"You have {MOST} forms that you did not save. Save some of them, or throw them away.")
    row, is_new = rows.get_or_create(
        staff=by, address=address, defaults={"typed": content, "patient": patient, "saved_at": moment}
    )
    if not is_new:
        raise _stale(row)
    return row


def drop_draft(*, by: Staff, address: str, version: int | None = None) -> bool:
    """Lets go of what was kept of a form, once it is saved or thrown away; False when there was nothing.

    With a `version` only as the window that asks for it knows it: what another one kept since stays.
    """
    rows = Draft.objects.filter(staff=by, address=address)
    return bool((rows if version is None else rows.filter(version=version)).delete()[0])


def drop_saved(*, by: Staff, draft: Draft) -> None:
    """Lets go of exactly what was saved, in the transaction that saves it: this draft, as it was read.

    Raises StaleDraft where it was typed on or thrown away since; what was begun in its place stays.
    """
    rows = Draft.objects.filter(staff=by, address=draft.address)
    if not rows.filter(pk=draft.pk, version=draft.version).delete()[0]:
        raise _stale(rows.first())


def throw_away(*, by: Staff, draft_id: int) -> None:
    """Lets go of one draft of one's own. Raises NotFound for anybody else's just as for none."""
    if not Draft.objects.filter(staff=by, pk=draft_id).delete()[0]:
        raise NotFound("No such draft of yours.")


def end_drafts_of(staff: Staff, *, clinic_id: int | None = None) -> int:
    """Somebody belongs to a clinic no more, or to none: what they had begun there goes at once.

    What names no patient yet (a registration) may be of any of their clinics, so it goes as well.
    """
    rows = Draft.objects.filter(staff=staff)
    if clinic_id is not None:
        rows = rows.exclude(pk__in=rows.filter(patient__isnull=False).exclude(patient__clinic=clinic_id))
    return rows.delete()[0]


def end_drafts_about(patient: Patient) -> int:
    """The patient's record went elsewhere: nobody can save any more what they had begun in it."""
    return Draft.objects.filter(patient=patient).delete()[0]


def forget_drafts(now: datetime | None = None) -> int:
    """Lets go of what nobody went on with for DRAFT_DAYS, and of what its author may no longer read. How many."""
    oldest = (now or timezone.now()) - timedelta(days=settings.DRAFT_DAYS)
    belongs = Membership.objects.filter(staff=OuterRef("staff"), clinic=OuterRef("patient__clinic"))
    shut_out = Draft.objects.filter(patient__isnull=False).exclude(Exists(belongs))
    closed = Draft.objects.filter(staff__is_active=False)
    gone = Draft.objects.filter(saved_at__lt=oldest).values("pk").union(shut_out.values("pk"), closed.values("pk"))
    return Draft.objects.filter(pk__in=[row["pk"] for row in gone]).delete()[0]


def _patient(by: Staff, patient_id: int | None, permission: Permission) -> Patient | None:
    if patient_id is None:
        return None
    patient = patient_for(by, patient_id)
    require(by, patient.clinic_id, permission)
    return patient


def _stale(row: Draft | None) -> StaleDraft:
    if row is None:
        return StaleDraft("This form was saved or thrown away in another window. Nothing more is kept here.", 0)
    return StaleDraft(
        "Something else is kept of this form already, from another window or an earlier time. Nothing was kept here.",
        row.version,
    )
