"""What comes back when something is looked at: values that fit the disease, the drugs and the patient."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from monitoring.rules.record import Result
from patients.rules.vocabulary import ConditionKind, Sex
from tracker.cohort.assessments import CK_LIMIT, MuscleEnzymes
from tracker.cohort.chart import Activity, Chart

_CELLS = "10*9/L"
_ALT_LIMIT = Decimal(45)
# Things that are looked at and answered in words.
_WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "hepatitis_b": (("hepatitis_b_surface_antigen", "not detected"), ("hepatitis_b_core_antibody", "not detected")),
    "hepatitis_c": (("hepatitis_c_antibody", "not detected"),),
    "hiv": (("hiv_test", "not detected"),),
    "tpmt": (("tpmt_activity", "normal"),),
    "varicella": (("varicella_zoster_igg", "immune"), ("shingles_vaccine", "considered")),
    "chest_imaging": (("chest_x_ray", "no new change"),),
    "organ_disease": (("organ_disease_check", "asked, recorded in the letter"),),
    "pneumococcal_vaccine": (("pneumococcal_vaccine", "given"),),
    "influenza_vaccine": (("influenza_vaccine", "given"),),
    "ecg": (("ecg", "sinus rhythm"),),
    "clotting": (("clotting_screen", "normal"),),
    "cervical_screening": (("cervical_screening", "up to date"),),
    "pregnancy_test": (("pregnancy_test", "negative"),),
    "infection_screen": (("infection_screen", "negative"),),
    "vaccination_review": (("vaccination_review", "up to date"),),
    "fertility": (("fertility_decision", "discussed"), ("contraception_decision", "agreed")),
    "protection": (("mesna_decision", "given with each pulse"),),
    "pneumocystis": (("pneumocystis_decision", "co-trimoxazole considered"),),
    "emergency_card": (("emergency_card", "given"),),
    "bone_plan": (("bone_plan", "calcium, vitamin D and a bisphosphonate considered"),),
    "bone_density": (("bone_density", "reported in the letter"),),
    "eye_check": (("eye_check", "no cataract, pressure normal"),),
    "retinal_screening": (("retinal_screening", "no sign of toxicity"),),
    "urinalysis": (("urine_blood", "negative"), ("urine_protein", "negative")),
    "steroid_review": (("steroid_review", "response reviewed, taper agreed"),),
    "taper_checkpoint": (("taper_checkpoint", "next step as planned"),),
    "rituximab_review": (("rituximab_review", "well, next course to be decided"),),
    "immunoglobulin_review": (("immunoglobulin_review", "continue"),),
}


class Laboratory:
    """Everything that reports on one patient. The patient's own tendencies are drawn once and then hold."""

    def __init__(self, chart: Chart, activity: Activity, enzymes: MuscleEnzymes) -> None:
        rng = chart.rng
        self._chart, self._activity, self._enzymes = chart, activity, enzymes
        self._creatinine = rng.uniform(50, 78) + (14 if chart.profile.sex is Sex.MALE else 0)
        self._neutrophils = rng.uniform(2.4, 7.0)
        self._platelets = rng.uniform(170, 380)
        self._haemoglobin = rng.uniform(116, 142) + (12 if chart.profile.sex is Sex.MALE else 0)
        self._systolic = rng.uniform(108, 136) + 14 * self._has(ConditionKind.HYPERTENSION)
        self._cholesterol = rng.uniform(3.8, 6.4)
        self._glucose = rng.uniform(4.6, 6.0) + 3.5 * self._has(ConditionKind.DIABETES)
        self._weak_kidneys = self._has(ConditionKind.CHRONIC_KIDNEY_DISEASE)
        calcineurin = chart.took("ciclosporin") or chart.took("tacrolimus")
        # A few patients drift out of range near the end of the record: that is what monitoring is for.
        self._creatinine_climbs = rng.random() < (0.22 if calcineurin else 0.03)
        cytotoxic = any(chart.took(drug) for drug in ("azathioprine", "mycophenolate_mofetil", "cyclophosphamide"))
        self._neutrophils_fall = rng.random() < (0.05 if cytotoxic else 0.01)
        self._liver_rises = rng.random() < (0.05 if chart.took("methotrexate") or chart.took("azathioprine") else 0.01)
        self._numbers: dict[str, Callable[[date], list[Result]]] = {
            "bloods": self._bloods,
            "blood_pressure": self._blood_pressure,
            "crp": lambda day: [self._crp(day)],
            "hba1c": self._hba1c,
            "glucose": self._plasma_glucose,
            "lipids": lambda day: [
                self._value(day, "cholesterol", self._cholesterol * rng.uniform(0.93, 1.07), "mmol/L", 1)
            ],
            "potassium": lambda day: [self._value(day, "potassium", rng.uniform(3.7, 4.9), "mmol/L", 1)],
            "magnesium": lambda day: [self._value(day, "magnesium", rng.uniform(0.7, 0.95), "mmol/L", 2)],
            "total_protein": lambda day: [self._value(day, "total_protein", rng.uniform(62, 78), "g/L", 0)],
            "immunoglobulins": self._immunoglobulins,
            "cd19": self._b_cells,
            "ciclosporin_level": lambda day: [self._trough(day, "ciclosporin_level", 60, 190, 0)],
            "tacrolimus_level": lambda day: [self._trough(day, "tacrolimus_level", 3.5, 11.5, 1)],
        }

    def report(self, what: str, day: date) -> list[Result]:
        """The results of one thing looked at on one day."""
        if what in self._numbers:
            return self._numbers[what](day)
        return [Result(self._chart.new_id(), analyte, day, text=words) for analyte, words in _WORDS[what]]

    def _has(self, kind: ConditionKind) -> bool:
        return any(condition.kind is kind for condition in self._chart.conditions)

    def _value(
        self, day: date, analyte: str, value: float, unit: str, places: int, upper_limit: Decimal | None = None
    ) -> Result:
        # str() of a rounded float is exact to the places shown; the record itself holds decimals only.
        number = Decimal(str(round(value, places))) if places else Decimal(round(value))
        return Result(self._chart.new_id(), analyte, day, number, unit=unit, upper_limit=upper_limit)

    def _near_the_end(self, day: date) -> float:
        """0 until 120 days before the end of the record, then rising to 1."""
        return max(0.0, 1 - (self._chart.until - day).days / 120)

    def _bloods(self, day: date) -> list[Result]:
        rng, chart = self._chart.rng, self._chart
        level, late = self._activity.on(day), self._near_the_end(day)
        neutrophils = self._neutrophils * rng.uniform(0.85, 1.18)
        if self._neutrophils_fall:
            neutrophils = neutrophils * (1 - 0.6 * late) if neutrophils < 4 else neutrophils * (1 - 0.7 * late)
        creatinine = self._creatinine * rng.uniform(0.94, 1.06) * (1.5 if self._weak_kidneys else 1.0)
        if self._creatinine_climbs:
            creatinine *= 1 + 0.5 * late
        ck = self._enzymes.ck(day)
        alt = 18 + rng.uniform(0, 14) + float(ck) * 0.022 + (95 * late if self._liver_rises else 0)
        albumin = 42 - 8 * level + rng.uniform(-2, 2)
        found = [
            self._value(day, "white_cells", neutrophils + rng.uniform(1.2, 2.6), _CELLS, 1),
            self._value(day, "neutrophils", neutrophils, _CELLS, 1),
            self._value(day, "platelets", self._platelets * rng.uniform(0.92, 1.08), _CELLS, 0),
            self._value(day, "haemoglobin", self._haemoglobin + rng.uniform(-5, 5) - 8 * level, "g/L", 0),
            self._value(day, "creatinine", creatinine, "umol/L", 0),
            self._value(day, "alt", alt, "U/L", 0, _ALT_LIMIT),
            self._value(day, "albumin", albumin, "g/L", 0),
            Result(chart.new_id(), "ck", day, ck, unit="U/L", upper_limit=CK_LIMIT[chart.profile.sex.value]),
        ]
        if rng.random() < 0.4 and not chart.took("rituximab"):
            found.append(self._crp(day))
        if self._weak_kidneys or self._creatinine_climbs:
            found.append(self._value(day, "egfr", max(90 * 62 / creatinine, 12), "mL/min/{1.73_m2}", 0))
        return found

    def _crp(self, day: date) -> Result:
        milligrams = self._chart.rng.uniform(1, 9) + 14 * self._activity.on(day)
        if milligrams < 5:
            return Result(self._chart.new_id(), "crp", day, Decimal(5), comparator="<", unit="mg/L")
        return self._value(day, "crp", milligrams, "mg/L", 0)

    def _blood_pressure(self, day: date) -> list[Result]:
        systolic = self._systolic + self._chart.rng.uniform(-9, 9)
        return [
            self._value(day, "systolic_blood_pressure", systolic, "mm[Hg]", 0),
            self._value(day, "diastolic_blood_pressure", systolic * 0.6 + 4, "mm[Hg]", 0),
        ]

    def _hba1c(self, day: date) -> list[Result]:
        return [self._value(day, "hba1c", self._glucose * 6.6 + self._chart.rng.uniform(0, 5), "mmol/mol", 0)]

    def _plasma_glucose(self, day: date) -> list[Result]:
        return [self._value(day, "fasting_glucose", self._glucose * self._chart.rng.uniform(0.92, 1.1), "mmol/L", 1)]

    def _immunoglobulins(self, day: date) -> list[Result]:
        rng = self._chart.rng
        after_rituximab = any(course.start_on < day for course in self._chart.courses_of("rituximab"))
        igg = rng.uniform(4.9, 9.5) if after_rituximab else rng.uniform(7.5, 14.5)
        return [
            self._value(day, "igg", igg, "g/L", 1),
            self._value(day, "iga", rng.uniform(0.9, 3.4), "g/L", 1),
            self._value(day, "igm", rng.uniform(0.3, 1.9), "g/L", 1),
        ]

    def _b_cells(self, day: date) -> list[Result]:
        if self._chart.rng.random() < 0.6:
            return [Result(self._chart.new_id(), "cd19_count", day, Decimal(1), comparator="<", unit="10*6/L")]
        return [self._value(day, "cd19_count", self._chart.rng.uniform(2, 60), "10*6/L", 0)]

    def _trough(self, day: date, analyte: str, low: float, high: float, places: int) -> Result:
        """One in eight samples was taken too soon after the dose and is no trough."""
        rng = self._chart.rng
        early = rng.random() < 0.125
        hours = rng.uniform(3, 9) if early else rng.uniform(11.3, 12.7)
        value = rng.uniform(low, high) * (1.7 if early else 1.0)
        number = Decimal(str(round(value, places))) if places else Decimal(round(value))
        return Result(
            self._chart.new_id(), analyte, day, number, unit="ng/mL", hours_after_dose=Decimal(str(round(hours, 1)))
        )
