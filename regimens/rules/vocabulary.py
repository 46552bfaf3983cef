"""The closed lists of words about treatment that records and rules share."""

from patients.rules.vocabulary import Vocabulary


class CourseRole(Vocabulary):
    """What the drug is given for. Only immunosuppressants define a line of therapy (reading 9)."""

    IMMUNOSUPPRESSANT = "immunosuppressant", "immunosuppressant"
    CORTICOSTEROID = "corticosteroid", "corticosteroid"
    IMMUNOGLOBULIN = "immunoglobulin", "immunoglobulin (adjunct)"
    SUPPORTIVE = "supportive", "supportive drug"
    OUTSIDE_PATHWAY = "outside_pathway", "outside the pathway"


class Route(Vocabulary):
    ORAL = "oral", "oral"
    SUBCUTANEOUS = "subcutaneous", "subcutaneous"
    INTRAVENOUS = "intravenous", "intravenous"
    INTRAMUSCULAR = "intramuscular", "intramuscular"
    TOPICAL = "topical", "topical"
    NOT_RECORDED = "not_recorded", "route not recorded"


class StopReason(Vocabulary):
    """Why a course was stopped. None of these is a judgement of failure; that is an outcome."""

    PLANNED = "planned", "planned end of the course"
    REMISSION = "remission", "remission"
    INEFFECTIVE = "ineffective", "ineffective"
    INTOLERANT = "intolerant", "not tolerated"
    PREGNANCY_WISH = "pregnancy_wish", "pregnancy or wish for pregnancy"
    SURGERY = "surgery", "surgery"
    INFECTION = "infection", "infection"
    COST_OR_SUPPLY = "cost_or_supply", "cost or supply"
    CUMULATIVE_LIMIT = "cumulative_limit", "cumulative dose limit reached"
    PATIENT_CHOICE = "patient_choice", "patient's choice"
    DIED = "died", "patient died"
    OTHER = "other", "other reason"
    NOT_RECORDED = "not_recorded", "reason not recorded"


class OutcomeKind(Vocabulary):
    """A clinician's dated judgement on a course, apart from its stop (reading 17)."""

    RESPONDED = "responded", "responded"
    REMISSION = "remission", "remission on this drug"
    PARTIAL_RESPONSE = "partial_response", "partial response"
    INEFFECTIVE = "ineffective", "ineffective"
    STEROID_DEPENDENT = "steroid_dependent", "ineffective, steroid-dependent"
    INTOLERANT = "intolerant", "not tolerated"
    CONTRAINDICATED = "contraindicated", "contraindicated"
    DECLINED = "declined", "declined by the patient"
    COMPLETED = "completed", "completed as planned"


class DoseUnit(Vocabulary):
    MILLIGRAM = "mg", "mg"
    MICROGRAM = "microgram", "micrograms"
    GRAM = "g", "g"
    MILLILITRE = "mL", "mL"
    UNIT = "unit", "units"


class DoseBasis(Vocabulary):
    FLAT = "flat", "fixed amount"
    PER_KILOGRAM = "per_kg", "per kg body weight"
    PER_SQUARE_METRE = "per_m2", "per m² body surface"


class Frequency(Vocabulary):
    ONCE_DAILY = "once_daily", "once a day"
    TWICE_DAILY = "twice_daily", "twice a day"
    THREE_TIMES_DAILY = "three_times_daily", "three times a day"
    PER_DAY_TOTAL = "per_day_total", "in total each day"
    ALTERNATE_DAYS = "alternate_days", "every other day"
    ONCE_WEEKLY = "once_weekly", "once a week"
    EVERY_2_WEEKS = "every_2_weeks", "every 2 weeks"
    EVERY_4_WEEKS = "every_4_weeks", "every 4 weeks"
    PER_COURSE = "per_course", "per course"
    SINGLE = "single", "single dose"
    AS_TEXT = "as_text", "as described"
    NOT_RECORDED = "not_recorded", "frequency not recorded"


class Weekday(Vocabulary):
    MONDAY = "monday", "Monday"
    TUESDAY = "tuesday", "Tuesday"
    WEDNESDAY = "wednesday", "Wednesday"
    THURSDAY = "thursday", "Thursday"
    FRIDAY = "friday", "Friday"
    SATURDAY = "saturday", "Saturday"
    SUNDAY = "sunday", "Sunday"


class MilestoneKind(Vocabulary):
    """A clinician's dated statement about the disease, never computed (readings 27 and 33-35)."""

    REMISSION = "remission", "remission"
    DRUG_FREE_REMISSION = "drug_free_remission", "remission off all treatment"
    RELAPSE = "relapse", "relapse"


class PromptCode(Vocabulary):
    """A question the software puts; only a clinician answers it."""

    ADEQUATE_TRIAL = "adequate_trial", "adequate trial reached: has it worked?"
    DETERIORATION = "deterioration", "deterioration: a flare?"
    POSSIBLE_REMISSION = "possible_remission", "possible remission: declare it?"
    STEROID_DEPENDENCE = "steroid_dependence", "corticosteroid cannot be lowered: steroid-dependent?"
    STEROID_ABOVE_TARGET = "steroid_above_target", "corticosteroid above its target: taper?"
    SEVERITY_QUESTION = "severity_question", "severity may need a clinician's statement"
    STEROID_FAILED = "steroid_failed", "corticosteroid judged a failure: complete line 1"


class ReviewAnswer(Vocabulary):
    """What a clinician answers to a question that the software put."""

    ACCEPTED = "accepted", "accepted"
    DEFERRED = "deferred", "put off"
    REJECTED = "rejected", "rejected"


class InfusionAnchor(Vocabulary):
    """What the next infusion cycle is counted from."""

    LAST_GIVEN = "last_given", "the first day of the last cycle given"
    FIXED_DATES = "fixed_dates", "fixed dates"


class WeightBasis(Vocabulary):
    """Which weight a dose per kg is worked out from. Adjusted: ideal + 0.4 x (actual - ideal), for BMI 30 or more."""

    ACTUAL = "actual", "actual weight"
    IDEAL = "ideal", "ideal weight"
    ADJUSTED = "adjusted", "adjusted weight"


class ReactionGrade(Vocabulary):
    """How an infusion was borne."""

    NONE = "none", "no reaction"
    MILD = "mild", "mild reaction, infusion went on"
    MODERATE = "moderate", "moderate reaction, infusion interrupted"
    SEVERE = "severe", "severe reaction, infusion stopped"
    NOT_RECORDED = "not_recorded", "reaction not recorded"


class TaperChoice(Vocabulary):
    """What was decided at a taper checkpoint."""

    CUT = "cut", "cut as planned"
    HOLD = "hold", "hold the dose"
    RAISE = "raise", "raise the dose"


class Trend(Vocabulary):
    """How something stands at a checkpoint, compared with the one before."""

    BETTER = "better", "better"
    SAME = "same", "unchanged"
    WORSE = "worse", "worse"
    NOT_ASSESSED = "not_assessed", "not assessed"
