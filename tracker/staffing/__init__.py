"""Every write about clinics, accounts and roles: at the server, and by the administrators of a clinic."""

from tracker.staffing.accounts import close_account, end_sessions, new_start_link, open_account, reset_second_factor
from tracker.staffing.members import add_member, add_new_member, change_role, end_membership, set_lead
from tracker.staffing.server import account_named, add_account, clinic_with, deactivate, give_role

__all__ = [
    "account_named",
    "add_account",
    "add_member",
    "add_new_member",
    "change_role",
    "clinic_with",
    "close_account",
    "deactivate",
    "end_membership",
    "end_sessions",
    "give_role",
    "new_start_link",
    "open_account",
    "reset_second_factor",
    "set_lead",
]
