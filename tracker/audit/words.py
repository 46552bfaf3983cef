"""The closed lists of what the audit trail says beside changes: how a record was looked at, what happened to rights."""

from patients.rules.vocabulary import Vocabulary


class AccessKind(Vocabulary):
    """How patient data was read."""

    VIEW = "view", "page of the record"
    LIST = "list", "list that names the patient"
    SEARCH = "search", "search that found the patient"
    PRINT = "print", "print"
    EXPORT = "export", "export"
    API = "api", "read by a program (API)"
    FEED = "feed", "calendar feed"


class SecurityKind(Vocabulary):
    """What happened around signing in, tokens and emergencies. Changes of accounts and roles are changes of rows."""

    SIGNED_IN = "signed_in", "signed in"
    SIGN_IN_FAILED = "sign_in_failed", "sign-in failed"
    LOCKED_OUT = "locked_out", "sign-in refused after too many failures"
    SECOND_FACTOR_FAILED = "second_factor_failed", "second factor wrong"
    SIGNED_OUT = "signed_out", "signed out"
    SESSION_ENDED = "session_ended", "session ended"
    TOKEN_ISSUED = "token_issued", "API token issued"
    TOKEN_REVOKED = "token_revoked", "API token revoked"
    EMERGENCY_NOT_FOUND = "emergency_not_found", "emergency access asked for, no such patient"
    TRAIL_PROBLEM = "trail_problem", "the audit trail did not check out"
