"""The tables that the audit trail does not watch, each with its reason. Any other has its triggers (migrations)."""

EXEMPT = {
    "account_emailconfirmation": "links on their way to an address; what they confirm changes account_emailaddress",
    "auth_permission": "Django's list of permissions, written by `migrate` from the models; Myoline asks none of them",
    "django_content_type": "Django's list of models, written by `migrate`",
    "django_migrations": "written by `migrate` alone; the application's role cannot write it",
    "django_session": "what a browser is signed in with; signing in and out, and sessions that are ended, are recorded",
    "monitoring_dueitem": "a cache of what the rules find, made again at any time; the decisions beside it are watched",
    "monitoring_heartbeat": "when each background job last ran",
    "monitoring_notworkedout": "which patients the last run could not work out; made again by each run",
    "monitoring_reminder": "which due item an e-mail is about, made from the cache; the e-mails themselves are watched",
    "patients_draft": "what somebody has typed and not saved, kept for a few days; what they save of it is watched",
    "socialaccount_socialtoken": "tokens of another site, which are secrets; the account they belong to is watched",
    "tracker_reportchunk": "pieces of a report's file, known by the digest in tracker_reportrun, which is watched",
    "usersessions_usersession": "when and where a session was last seen; its beginning and end are recorded",
}
