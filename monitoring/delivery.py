"""Hands planned e-mails to the mail server, one at a time. Safe to run on several workers, and to be killed anywhere.

For each: claim it and commit; then, holding its row, ask once more whether it is wanted, write it, hand it over, and
commit that it is sent. Between the server's acceptance and that commit nobody can know whether it went. A worker that
dies there has the e-mail sent again, under the same Message-ID (ADR 0022).
"""

import smtplib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, transaction

from monitoring.actions.mail import claim_next, drop, held, is_urgent, mark_sent, put_off, record_failure
from monitoring.letters import letter
from monitoring.selectors.mail import a_failed_mail_waits, quiet_hours_of, why_not_to_send

SECONDS = 45  # for one run, well inside a task's time limit; the next run goes on

# The server's answer to one message; any other trouble with it would meet the next message as well.
_ABOUT_ONE_MESSAGE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SendReport:
    """How many e-mails a run sent, failed to send, and found no longer wanted or to be put off.

    `server_is_away` when it ended because the server did not serve, whatever the message.
    """

    sent: int = 0
    failed: int = 0
    not_sent: int = 0
    server_is_away: bool = False


def send_mails(now: datetime, seconds: float = SECONDS) -> SendReport:
    """Sends what is to be sent at this moment, for at most so many seconds.

    After trouble with the server it stops, so that not every e-mail uses up an attempt on a server that is down. While
    all that failed waits for its next attempt, a run knocks at the server, so that each knows whether mail can leave.
    """
    report, began = SendReport(), time.monotonic()
    connection = get_connection()
    try:
        while (passed := time.monotonic() - began) < seconds:
            moment, token = now + timedelta(seconds=passed), uuid4()
            mail_id = claim_next(moment, token)
            if mail_id is None:
                break
            try:
                _send(mail_id, token, moment, connection, report)
            except (DatabaseError, SoftTimeLimitExceeded):
                raise  # the claim is taken over later: nobody knows whether the server has accepted it
            except Exception as error:
                log.exception("mail_not_sent", mail=mail_id)
                report.server_is_away = isinstance(error, OSError) and not isinstance(error, _ABOUT_ONE_MESSAGE)
                record_failure(mail_id, token, said_of(error), moment, server_is_away=report.server_is_away)
                report.failed += 1
                if report.server_is_away:
                    break
        if not (report.sent or report.server_is_away) and a_failed_mail_waits():
            report.server_is_away = not _answers(connection)
    finally:
        _close(connection)
    return report


def said_of(error: Exception) -> str:
    """A failure in words without an address: its kind, and the server's numbers for it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(code) for code, _ in error.recipients.values()})
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = [str(error.smtp_code)]
    else:
        codes = []
    return " ".join((type(error).__name__, *codes))


@transaction.atomic
def _send(mail_id: int, token: UUID, now: datetime, connection: BaseEmailBackend, report: SendReport) -> None:
    mail = held(mail_id, token)
    if mail is None:
        return
    quiet = quiet_hours_of(mail.clinic)
    reason = why_not_to_send(mail, now)
    if reason or (quiet.holds(now) and not is_urgent(mail)):
        report.not_sent += 1
        drop(mail, reason) if reason else put_off(mail, quiet.over(now))
        return
    if connection.send_messages([letter(mail, now, connection)]) != 1:
        raise OSError("the mail server took nothing")
    mark_sent(mail, now)
    report.sent += 1


def _answers(connection: BaseEmailBackend) -> bool:
    try:
        connection.open()
    except OSError:
        log.warning("mail_server_away")
        return False
    return True


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError:
        log.warning("mail_connection_not_closed")
