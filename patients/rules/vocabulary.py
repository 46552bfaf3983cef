"""The closed lists of words that records and rules share.

Each word is stored as its value and shown as its label. Models take their choices from here, so that a word has one
definition from the database to the page.
"""

from enum import StrEnum
from typing import Self


class Vocabulary(StrEnum):
    """A closed list of words, each with the label that a person reads."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of stored value and label, in the order of the list."""
        return [(member.value, member.label) for member in cls]


class Sex(Vocabulary):
    FEMALE = "female", "female"
    MALE = "male", "male"
    INDETERMINATE = "indeterminate", "indeterminate"
    NOT_RECORDED = "not_recorded", "sex not recorded"


class Subtype(Vocabulary):
    """Subtypes of idiopathic inflammatory myopathy."""

    DERMATOMYOSITIS = "dermatomyositis", "dermatomyositis"
    AMYOPATHIC_DERMATOMYOSITIS = "amyopathic_dermatomyositis", "clinically amyopathic dermatomyositis"
    JUVENILE_DERMATOMYOSITIS = "juvenile_dermatomyositis", "juvenile dermatomyositis"
    POLYMYOSITIS = "polymyositis", "polymyositis"
    NECROTISING_MYOPATHY = "necrotising_myopathy", "immune-mediated necrotising myopathy"
    ANTISYNTHETASE_SYNDROME = "antisynthetase_syndrome", "antisynthetase syndrome"
    OVERLAP_MYOSITIS = "overlap_myositis", "overlap myositis"
    INCLUSION_BODY_MYOSITIS = "inclusion_body_myositis", "inclusion body myositis"
    OTHER = "other", "other inflammatory myopathy"
    NOT_RECORDED = "not_recorded", "subtype not recorded"


class PatientStatus(Vocabulary):
    ACTIVE = "active", "under care"
    TRANSFERRED = "transferred", "transferred to another service"
    DISCHARGED = "discharged", "discharged"
    DECEASED = "deceased", "deceased"
    MERGED = "merged", "merged into another record of the same person"


class ConditionKind(Vocabulary):
    """Conditions that the treatment pathway or the monitoring schedule reads."""

    ILD = "ild", "interstitial lung disease"
    RAPIDLY_PROGRESSIVE_ILD = "rapidly_progressive_ild", "rapidly progressive interstitial lung disease"
    RESPIRATORY_FAILURE_FROM_ILD = "respiratory_failure_from_ild", "respiratory failure from interstitial lung disease"
    MYOCARDITIS = "myocarditis", "myocarditis"
    SEVERE_DYSPHAGIA = "severe_dysphagia", "severe dysphagia"
    OTHER_LIFE_THREATENING = "other_life_threatening", "other life-threatening complication"
    PREGNANCY = "pregnancy", "pregnancy"
    MALIGNANCY = "malignancy", "malignancy"
    INFECTION = "infection", "active infection"
    REFRACTORY_SKIN_DISEASE = "refractory_skin_disease", "refractory dermatomyositis rash"
    CHRONIC_KIDNEY_DISEASE = "chronic_kidney_disease", "chronic kidney disease"
    DIABETES = "diabetes", "diabetes mellitus"
    HYPERTENSION = "hypertension", "hypertension"
    OSTEOPOROSIS = "osteoporosis", "osteoporosis"
    HEPATITIS_B = "hepatitis_b", "hepatitis B"
    OTHER = "other", "other condition"


class SevereFeature(Vocabulary):
    """A clinician's statement at an assessment that makes the presentation severe (seed, 'SEV' test)."""

    SEVERE_WEAKNESS = "severe_weakness", "severe muscle weakness"
    RESPIRATORY_FAILURE_FROM_ILD = "respiratory_failure_from_ild", "respiratory failure from interstitial lung disease"
    RAPIDLY_PROGRESSIVE_ILD = "rapidly_progressive_ild", "rapidly progressive interstitial lung disease"
    MYOCARDITIS = "myocarditis", "myocarditis"
    SEVERE_DYSPHAGIA = "severe_dysphagia", "severe dysphagia (aspiration, tube feeding, or nutrition not kept up)"
    OTHER_LIFE_THREATENING = "other_life_threatening", "other life-threatening complication"


class MuscleGroup(Vocabulary):
    """Where the lowest strength was found. A weak distal muscle alone does not make a presentation severe."""

    PROXIMAL = "proximal", "proximal"
    AXIAL = "axial", "axial"
    DISTAL = "distal", "distal only"
    NOT_RECORDED = "not_recorded", "muscle group not recorded"


class MrcGrade(Vocabulary):
    """Medical Research Council strength grades, weakest first."""

    ZERO = "0", "0"
    ONE = "1", "1"
    TWO_MINUS = "2-", "2-"
    TWO = "2", "2"
    TWO_PLUS = "2+", "2+"
    THREE_MINUS = "3-", "3-"
    THREE = "3", "3"
    THREE_PLUS = "3+", "3+"
    FOUR_MINUS = "4-", "4-"
    FOUR = "4", "4"
    FOUR_PLUS = "4+", "4+"
    FIVE_MINUS = "5-", "5-"
    FIVE = "5", "5"


class EnzymeName(Vocabulary):
    CK = "ck", "creatine kinase (CK)"
    LDH = "ldh", "lactate dehydrogenase (LDH)"
    AST = "ast", "aspartate aminotransferase (AST)"
    ALT = "alt", "alanine aminotransferase (ALT)"
    ALDOLASE = "aldolase", "aldolase"


class Measure(Vocabulary):
    """The core set measures of myositis activity, in the order in which scores list them.

    CMAS and DAS belong to juvenile dermatomyositis, where they may stand for strength and extramuscular activity.
    """

    PHYSICIAN_GLOBAL = "physician_global", "physician global"
    PATIENT_GLOBAL = "patient_global", "patient global"
    MMT = "mmt", "manual muscle test (MMT)"
    HAQ = "haq", "HAQ or CHAQ"
    ENZYMES = "enzymes", "most abnormal muscle enzyme"
    EXTRAMUSCULAR_GLOBAL = "extramuscular_global", "extramuscular global"
    CMAS = "cmas", "Childhood Myositis Assessment Scale (CMAS)"
    DAS = "das", "Disease Activity Score (DAS)"


class Population(Vocabulary):
    """Whose response criteria apply: adult or juvenile disease. The points are the same, the cut-offs differ."""

    ADULT = "adult", "adult"
    JUVENILE = "juvenile", "juvenile"


class ResponseCategory(Vocabulary):
    """How much a patient has improved, by the Total Improvement Score. Least first."""

    NONE = "none", "no response"
    MINIMAL = "minimal", "minimal response"
    MODERATE = "moderate", "moderate response"
    MAJOR = "major", "major response"


class AntibodyFinding(Vocabulary):
    POSITIVE = "positive", "positive"
    NEGATIVE = "negative", "negative"
    EQUIVOCAL = "equivocal", "equivocal"
    NOT_RECORDED = "not_recorded", "finding not recorded"


class DatePrecision(Vocabulary):
    """How exactly a clinical date is known. The stored day is then the best estimate."""

    DAY = "day", "exact day"
    MONTH = "month", "month known, day estimated"
    YEAR = "year", "year known, day estimated"
    ESTIMATED = "estimated", "estimated"


class Role(Vocabulary):
    """What a member of staff does in one clinic."""

    DOCTOR = "doctor", "doctor"
    NURSE = "nurse", "nurse"
    ADMIN = "admin", "administrator"
    AUDITOR = "auditor", "auditor (reads only)"


class Theme(Vocabulary):
    """How somebody wants the pages to look."""

    DEVICE = "device", "as the device is set"
    LIGHT = "light", "light"
    DARK = "dark", "dark"
    CONTRAST = "contrast", "high contrast"


class EmergencyFinding(Vocabulary):
    """What a reviewer finds of an access to another clinic's record in an emergency."""

    JUSTIFIED = "justified", "justified"
    NOT_JUSTIFIED = "not_justified", "not justified"
    TAKEN_FURTHER = "taken_further", "taken further"


class TransferStatus(Vocabulary):
    """Where the handing over of a patient from one clinic to another stands."""

    WAITING = "waiting", "waiting for the other clinic"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    WITHDRAWN = "withdrawn", "withdrawn"
