"""What every change of a clinic's staff holds while it decides, and what it may never leave behind.

Whoever changes the staff of a clinic holds the clinic, and looks only then whether they still may: of two
administrators who take each other's role in the same moment, the second is no administrator any more. Nobody changes
what is their own, so whoever changes something stays; that somebody stays is looked at all the same, whatever roles may
come to do.
"""

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef

from patients.entries import given_reason
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Clinic, Membership, Staff
from patients.rules.permissions import ROLE_PERMISSIONS, Permission
from patients.selectors import clinic_for, may, roles_changed

NO_SUCH_MEMBER = "No such member of this clinic."
OWN = "This is your own account. Another administrator of the clinic changes your role, membership and account."
ELSEWHERE = (
    "This person also belongs to a clinic whose staff you do not manage. Their account can be changed by whoever runs "
    "the server, or by an administrator of all their clinics."
)


def clinic_to_staff(by: Staff, clinic_id: int, also: Collection[int] = ()) -> Clinic:
    """The clinic, held, of whose staff the person still decides; `also` clinics are held with it.

    Raises NotFound for a clinic that is not theirs, NotAllowed.
    """
    clinic_for(by, clinic_id, Permission.MANAGE_STAFF)
    held = Clinic.objects.filter(pk__in={clinic_id, *also}).order_by("pk").select_for_update(no_key=True)
    clinic = next(row for row in held if row.pk == clinic_id)
    by.refresh_from_db(fields=["is_active"])
    roles_changed(by)
    clinic_for(by, clinic_id, Permission.MANAGE_STAFF)
    return clinic


def member_to_change(by: Staff, clinic_id: int, membership_id: int, also: Collection[int] = ()) -> Membership:
    """One membership of somebody else, held with the account. Raises NotFound, NotAllowed."""
    clinic = clinic_to_staff(by, clinic_id, also)
    rows = Membership.objects.select_for_update(of=("self", "staff"), no_key=True).select_related("staff", "clinic")
    row = rows.filter(pk=membership_id, clinic=clinic).first()
    if row is None:
        raise NotFound(NO_SUCH_MEMBER)
    not_own(by, row)
    return row


def account_to_change(by: Staff, clinic_id: int, membership_id: int) -> Membership:
    """The same for a change of the account itself, with each clinic of the person held. Raises NotFound, NotAllowed."""
    staff_id = Membership.objects.filter(pk=membership_id, clinic=clinic_id).values_list("staff", flat=True).first()
    row = member_to_change(by, clinic_id, membership_id, clinic_ids_of(staff_id) if staff_id else ())
    manages_all(by, clinic_ids_of(row.staff_id))
    return row


def not_own(by: Staff, membership: Membership) -> None:
    """Raises NotAllowed where somebody would decide about themselves."""
    if membership.staff_id == by.pk:
        raise NotAllowed(OWN)


def manages_all(by: Staff, clinic_ids: Iterable[int]) -> None:
    """Raises NotAllowed where one of these clinics has its staff managed by others."""
    if not all(may(by, clinic_id, Permission.MANAGE_STAFF) for clinic_id in clinic_ids):
        raise NotAllowed(ELSEWHERE)


def clinic_ids_of(staff_id: int) -> list[int]:
    """The clinics that an account belongs to, closed or not."""
    return list(Membership.objects.filter(staff=staff_id).values_list("clinic", flat=True))


def somebody_manages(clinic_ids: Iterable[int]) -> None:
    """Raises Refused where one of these clinics would be left without anybody who manages its staff."""
    roles = [role.value for role, granted in ROLE_PERMISSIONS.items() if Permission.MANAGE_STAFF in granted]
    managing = Membership.objects.filter(clinic=OuterRef("pk"), role__in=roles, staff__is_active=True)
    left = Clinic.objects.filter(pk__in=list(clinic_ids)).exclude(Exists(managing)).first()
    if left is not None:
        raise Refused(f"This is the last administrator of {left.name}. Make somebody else administrator first.")


def why(reason: str) -> str:
    """The reason as it is kept. Raises Refused for none."""
    return given_reason(reason, missing="Say why. It is kept with the change.")
