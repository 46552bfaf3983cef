"""The closed lists of words about monitoring that records and rules share."""

from patients.rules.vocabulary import Vocabulary


class RiskTier(Vocabulary):
    """How likely a patient's drugs are to harm, as a clinician judges it; reviewed at least once a year."""

    LOW = "low", "low risk"
    STANDARD = "standard", "standard risk"
    HIGH = "high", "high risk"


class MonitoredBy(Vocabulary):
    """Who looks after the tests that a drug asks for."""

    US = "us", "this clinic"
    GP = "gp", "the general practice"
    OTHER = "other", "another service"


class Bucket(Vocabulary):
    """Where an open item lies on the worklist. Every open item lies in exactly one."""

    OVERDUE = "overdue", "overdue"
    TODAY = "today", "due now"
    THIS_WEEK = "this_week", "this week"
    LATER = "later", "later"
    SNOOZED = "snoozed", "put off"
    WAITING = "waiting", "waiting for a result"
    PARKED = "parked", "parked"


class ContactChannel(Vocabulary):
    TELEPHONE = "telephone", "telephone"
    LETTER = "letter", "letter"
    EMAIL = "email", "e-mail"
    TEXT_MESSAGE = "text_message", "text message"
    VIDEO = "video", "video call"
    VISIT = "visit", "visit"
    VIA_GP = "via_gp", "through the general practice"


class ContactOutcome(Vocabulary):
    """What came of a contact. A missed visit is one that was booked and not attended."""

    WILL_ATTEND = "will_attend", "will attend"
    TEST_ELSEWHERE = "test_elsewhere", "had the test elsewhere"
    MESSAGE_LEFT = "message_left", "message left"
    NO_ANSWER = "no_answer", "no answer"
    WRONG_DETAILS = "wrong_details", "contact details are wrong"
    DECLINED = "declined", "declined"
    DID_NOT_ATTEND = "did_not_attend", "did not attend"
    OTHER = "other", "other, see note"


class Symptom(Vocabulary):
    """What is asked at each contact; what each of them asks for is said in thresholds.toml."""

    SORE_THROAT = "sore_throat", "sore throat"
    MOUTH_ULCERS = "mouth_ulcers", "mouth ulcers"
    BRUISING = "bruising", "bruising"
    FEVER = "fever", "fever"
    RASH = "rash", "rash"
    BREATHLESSNESS = "breathlessness", "breathlessness"
    INFECTION = "infection", "infection"


class AlertGrade(Vocabulary):
    """How soon an alert needs a person."""

    URGENT = "urgent", "urgent"
    ACTION = "action", "needs action"
    LOOK = "look", "to look at"


class AlertStatus(Vocabulary):
    OPEN = "open", "not yet seen"
    ACKNOWLEDGED = "acknowledged", "seen, action to decide"
    ACTED = "acted", "acted on, to be closed"
    CLOSED = "closed", "closed"


class AlertLevel(Vocabulary):
    """Whom an alert waits for. One that nobody acknowledges climbs."""

    NURSE = "nurse", "nurses"
    DOCTOR = "doctor", "doctors"
    LEAD = "lead", "clinic lead"


class AlertAction(Vocabulary):
    """What was decided about the drugs after an alert. The drugs themselves are changed on the record."""

    CONTINUE = "continue", "continue unchanged"
    REPEAT = "repeat", "repeat the test"
    REDUCE = "reduce", "reduce the dose"
    HOLD = "hold", "hold the drug"
    STOP = "stop", "stop the drug"


class AlertStepKind(Vocabulary):
    OPENED = "opened", "opened"
    CLIMBED = "climbed", "climbed"
    ACKNOWLEDGED = "acknowledged", "acknowledged"
    ACTED = "acted", "acted on"
    CLOSED = "closed", "closed"
    REOPENED = "reopened", "opened again"


class ReminderStatus(Vocabulary):
    """Whether somebody was told about an open item. All but `acted` are live."""

    PLANNED = "planned", "planned"
    CLAIMED = "claimed", "being told"
    SENT = "sent", "told"
    FAILED = "failed", "could not be told"
    ACTED = "acted", "acted on"


class MailKind(Vocabulary):
    STAFF_DIGEST = "staff_digest", "daily digest"
    STAFF_ALERT = "staff_alert", "alert"
    STAFF_EMERGENCY = "staff_emergency", "emergency access"
    PATIENT_DUE_SOON = "patient_due_soon", "due soon"
    PATIENT_OVERDUE = "patient_overdue", "overdue"


class MailStatus(Vocabulary):
    """One e-mail on its way. A failed one is tried again until its attempts are used up."""

    PLANNED = "planned", "planned"
    CLAIMED = "claimed", "being sent"
    SENT = "sent", "sent"
    FAILED = "failed", "not sent, will be tried again"
    GIVEN_UP = "given_up", "not sent, given up"
    CANCELLED = "cancelled", "no longer needed"


class FeedContent(Vocabulary):
    """What a calendar feed shows."""

    BLOODS = "bloods", "bloods and other visits"
    INFUSIONS = "infusions", "infusion chair"
    BOTH = "both", "bloods and infusions"
