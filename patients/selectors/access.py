"""What the person may do where: roles, permissions, and the emergency accesses that are open."""

from collections.abc import Collection, Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet
from django.utils import timezone

from patients.errors import NotAllowed, NotFound
from patients.models import Clinic, EmergencyAccess, Membership, Staff
from patients.rules.permissions import Permission, allowed
from patients.rules.vocabulary import Role

READS_ONLY = "Emergency access lets you read this record, not change it: the patient belongs to another clinic."


def roles_by_clinic(staff: Staff) -> dict[int, frozenset[Role]]:
    """The person's role in each clinic; empty for an inactive account. Read once per request."""
    if not staff.is_active or staff.pk is None:
        return {}
    cached: dict[int, frozenset[Role]] | None = getattr(staff, "_roles_by_clinic", None)
    if cached is None:
        emergencies = ArraySubquery(EmergencyAccess.objects.filter(staff=staff).open_at(timezone.now()).values("pk"))
        memberships = Membership.objects.filter(staff=staff).annotate(emergencies=emergencies)
        rows = list(memberships.values_list("clinic_id", "role", "is_lead", "emergencies"))
        cached = {clinic: frozenset({Role(role)}) for clinic, role, _, _ in rows}
        setattr(staff, "_roles_by_clinic", cached)  # noqa: B010 - not a declared attribute of the model
        led = frozenset(clinic for clinic, _, is_lead, _ in rows if is_lead)
        setattr(staff, "_clinics_led", led)  # noqa: B010 - as above
        _keep_emergencies(staff, _emergencies_with(rows[0][3]) if rows and rows[0][3] else ())
    return cached


def roles_changed(staff: Staff) -> None:
    """What was read of the person's roles and emergency accesses no longer holds; it is read again when asked for."""
    for name in ("_roles_by_clinic", "_clinics_led", "_emergencies"):
        if hasattr(staff, name):
            delattr(staff, name)


def clinics_led(staff: Staff) -> frozenset[int]:
    """The clinics that the person leads; none for an inactive account. Read together with the roles."""
    if not roles_by_clinic(staff):
        return frozenset()
    led: frozenset[int] = getattr(staff, "_clinics_led", frozenset())
    return led


def may(staff: Staff, clinic_id: int, permission: Permission) -> bool:
    """Whether the person's role in that clinic, or leading it, carries the permission."""
    roles = roles_by_clinic(staff).get(clinic_id, frozenset())
    return allowed(roles, permission, leads=clinic_id in clinics_led(staff))


def require(staff: Staff, clinic_id: int, permission: Permission) -> None:
    """Raises NotAllowed when the person's role in that clinic does not carry the permission."""
    if not may(staff, clinic_id, permission):
        if clinic_id not in roles_by_clinic(staff) and open_emergencies(staff):
            raise NotAllowed(READS_ONLY)
        raise NotAllowed(f"Your role in this clinic does not {permission.label}.")


def permissions_in(staff: Staff, clinic_id: int) -> frozenset[Permission]:
    """Everything that the person may do in that clinic."""
    return frozenset(permission for permission in Permission if may(staff, clinic_id, permission))


def clinics_of(staff: Staff, permission: Permission = Permission.READ_RECORD) -> QuerySet[Clinic]:
    """The clinics in which the person has the permission."""
    return Clinic.objects.filter(pk__in=[pk for pk in roles_by_clinic(staff) if may(staff, pk, permission)])


def clinic_for(staff: Staff, clinic_id: int, permission: Permission) -> Clinic:
    """One clinic for a write. Raises NotFound when the person does not belong to it, NotAllowed for the wrong role."""
    if clinic_id not in roles_by_clinic(staff):
        raise NotFound("No such clinic among yours.", "clinic")
    require(staff, clinic_id, permission)
    return Clinic.objects.get(pk=clinic_id)


def members_of(staff: Staff, clinic_id: int, also: Collection[int] = ()) -> QuerySet[Membership]:
    """Whoever belongs to one of the person's clinics and can sign in, by name; `also` these memberships in any case.

    Nobody for another clinic.
    """
    rows = Membership.objects.filter(clinic=clinic_id, clinic__in=list(roles_by_clinic(staff)))
    rows = rows.filter(Q(staff__is_active=True) | Q(pk__in=list(also)))
    return rows.select_related("staff").order_by("staff__last_name", "staff__first_name", "staff__username")


def memberships_of(staff: Staff) -> QuerySet[Membership]:
    """The person's own memberships, by the clinic's name; none for an inactive account."""
    rows = Membership.objects.filter(staff=staff, clinic__in=list(roles_by_clinic(staff)))
    return rows.select_related("clinic").order_by("clinic__name")


def open_emergencies(staff: Staff) -> list[EmergencyAccess]:
    """The person's emergency accesses that are open at this moment, the one that ends first at the top.

    None once the role that may open one is lost. No query beyond that of the roles while there is none.
    """
    if not any(may(staff, clinic, Permission.BREAK_GLASS) for clinic in roles_by_clinic(staff)):
        return []
    kept: list[EmergencyAccess] = getattr(staff, "_emergencies", [])
    return [one for one in kept if one.is_open(timezone.now())]


def own_clinics_only(staff: Staff) -> None:
    """From here on, for this request, no emergency access counts: what a program reads is its person's own clinics."""
    roles_by_clinic(staff)
    _keep_emergencies(staff, ())


def _emergencies_with(ids: Collection[int]) -> QuerySet[EmergencyAccess]:
    return EmergencyAccess.objects.filter(pk__in=ids).select_related("patient__clinic")


def _keep_emergencies(staff: Staff, found: Iterable[EmergencyAccess]) -> None:
    in_order = sorted(found, key=lambda one: (one.ends_at, one.pk))
    setattr(staff, "_emergencies", in_order)  # noqa: B010 - not a declared attribute of the model
