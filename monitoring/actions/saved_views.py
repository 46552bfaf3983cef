"""A person's own names for sets of worklist filters."""

from django.db import transaction
from django.http import QueryDict

from monitoring.models import SavedView
from monitoring.selectors.work import saved_views_of
from monitoring.selectors.worklist_filters import asked_for, query_of
from patients.acting import because
from patients.entries import store
from patients.errors import NotFound, Refused
from patients.models import Staff

MOST = 20  # views of one person; more would be a list to search


@transaction.atomic
def save_view(*, by: Staff, name: str, query: str) -> SavedView:
    """Keeps the filters of an address under a name of the person's own; a name used again takes the new filters.

    What means nothing in the address is left out. Raises Refused.
    """
    name = " ".join(name.split())
    if not name:
        raise Refused("Give the view a name.", "name")
    kept = query_of(asked_for(by, QueryDict(query)).filters)
    row = SavedView.objects.select_for_update().filter(staff=by, name=name).first()
    if row is None:
        if saved_views_of(by).count() >= MOST:
            raise Refused(f"You have {MOST} views already. Delete one that you no longer use first.", "name")
        row = SavedView(staff=by, name=name)
    row.query = kept
    return store(row)


@transaction.atomic
def delete_view(*, by: Staff, view_id: int) -> SavedView:
    """Deletes one of the person's own views: a name for filters is no clinical fact. Raises NotFound."""
    row = saved_views_of(by).filter(pk=view_id).first()
    if row is None:
        raise NotFound("No such view among yours.")
    with because("deleted by the person whose view it is"):
        row.delete()
    return row
