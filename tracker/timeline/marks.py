"""What a timeline is made of. Every mark knows its place in pixels, its words, and its row of the data table."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from textwrap import wrap

from patients.rules.vocabulary import DatePrecision

LINE_HEIGHT = 12.5  # pixels between the lines of a label
LETTERS_IN_GUTTER = 18
NOW_PLATE_WIDTH = 82.0  # pixels; the template draws it


class LaneKind(StrEnum):
    """What a lane is about: what can be chosen to be shown. The values stand in addresses, and name no drug."""

    PHASE = "phase"
    MILESTONES = "milestones"
    ASSESSMENTS = "assessments"
    DRUGS = "drugs"
    MONITORING = "monitoring"
    LEVELS = "levels"
    ENZYMES = "ck"
    STRENGTH = "strength"
    GLOBALS = "globals"
    RESPONSE = "response"
    LUNG = "lung"
    RESULTS = "results"
    CONDITIONS = "conditions"


class Shape(StrEnum):
    RECT = "rect"
    LINE = "line"
    CIRCLE = "circle"
    PATH = "path"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Tone:
    """A look: the name styles it on a screen, fill and stroke are written into the drawing for paper and PDF.

    `hatch` is drawn over the fill, so that tones can be told apart in black and white: see HATCHES in svg.py.
    """

    name: str
    fill: str
    stroke: str
    text: str = "#14242c"
    hatch: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the data table beside the drawing. `to_on` None: still so, or a single day when `single`.

    `kind` and `entry_id` find the entry it comes from, as a FactReference does; "" for what no one entry says.
    `value` in `unit` is the number that was recorded, where there is one; `comparator` says where it is only a bound.
    """

    lane: str
    from_on: date
    to_on: date | None
    single: bool
    words: str
    precision: str = DatePrecision.DAY
    kind: str = ""
    entry_id: str = ""
    value: Decimal | None = None
    unit: str = ""
    comparator: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One shape. `title` is its words in full; `text` is written on it where there is room.

    `x` and `y` are the middle of a circle or a path that marks a point, and the upper left corner of all else.
    Marks nearer than `reach` pixels become one with a count (cluster.py); 0 keeps a mark as it is. `sign` is its entry
    in the legend. `status` is what a count of such marks says of them.
    """

    shape: Shape
    tone: Tone
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    radius: float = 0.0
    path: str = ""
    title: str = ""
    text: str = ""
    text_x: float = 0.0
    text_y: float = 0.0
    anchor: str = "start"
    dashed: bool = False
    open: bool = False
    rows: tuple[Row, ...] = ()
    sign: str = ""
    status: str = ""
    reach: float = 0.0

    @property
    def text_on_shape(self) -> bool:
        """Whether the text lies on the shape, in the tone's own text colour, or beside it on the paper."""
        return self.anchor == "middle" or (self.shape is Shape.RECT and self.text_y > self.y)

    @property
    def x2(self) -> float:
        """Right end of a line."""
        return self.x + self.width

    @property
    def y2(self) -> float:
        """Lower end of a line."""
        return self.y + self.height

    @property
    def is_ground(self) -> bool:
        """Whether it is a band behind everything, under the line of the day as well."""
        return self.shape is Shape.RECT and not self.rows

    @property
    def is_cluster(self) -> bool:
        """Whether it stands for several days, and opens when the axis is drawn wider."""
        return len(self.rows) > 1 and self.rows[0].from_on != self.rows[-1].from_on


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One line of a lane's label: its base line, and whether it is only a note."""

    text: str
    y: float
    soft: bool


def label_lines(label: str) -> list[str]:
    """A label broken into lines that the gutter can hold."""
    return wrap(label, LETTERS_IN_GUTTER)


@dataclass(frozen=True, slots=True)
class Lane:
    """One strip of the drawing, `top` from the drawing's upper edge."""

    label: str
    note: str
    top: float
    height: float
    marks: tuple[Mark, ...]
    kind: LaneKind | None = None

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def lines(self) -> tuple["LabelLine", ...]:
        """The label, broken where it is long, and the note under it, centred on the lane."""
        written = [(line, False) for line in label_lines(self.label)] + ([(self.note, True)] if self.note else [])
        first = self.top + self.height / 2 - (len(written) - 1) * LINE_HEIGHT / 2 + 4
        return tuple(LabelLine(text, first + i * LINE_HEIGHT, soft) for i, (text, soft) in enumerate(written))

    @property
    def rule_y(self) -> float:
        """Where a faint line parts this lane from the next."""
        return self.bottom + 2.5


@dataclass(frozen=True, slots=True)
class AxisTick:
    x: float
    label: str
    major: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A finished layout. `now_x` is where `as_of` lies; everything to its right is planned or due."""

    as_of: date
    first_on: date
    last_on: date
    width: float
    height: float
    gutter: float
    now_x: float
    ticks: tuple[AxisTick, ...]
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]

    @property
    def signs(self) -> frozenset[str]:
        """The entries of the legend that the drawing needs."""
        return frozenset(mark.sign for lane in self.lanes for mark in lane.marks if mark.sign)

    @property
    def shows_now(self) -> bool:
        """Whether `as_of` lies on the axis."""
        return self.first_on <= self.as_of <= self.last_on

    @property
    def now_plate_x(self) -> float:
        """Left edge of the plate that names the day, kept inside the drawing."""
        return min(max(self.now_x - NOW_PLATE_WIDTH / 2, 0), self.width - NOW_PLATE_WIDTH)

    @property
    def now_text_x(self) -> float:
        return self.now_plate_x + NOW_PLATE_WIDTH / 2


INDUCTION = Tone("induction", "#d7e8f4", "#5f8fb3")
MAINTENANCE = Tone("maintenance", "#d9efe0", "#5a9a72")
RELAPSE = Tone("relapse", "#fbddd7", "#b96a5c", hatch="rising")
REMISSION = Tone("remission", "#eef4d8", "#8a9a45", hatch="dots")
OUT_OF_SCOPE = Tone("out-of-scope", "#e9eef0", "#7d919b", hatch="falling")
IMMUNOSUPPRESSANT = Tone("immunosuppressant", "#1f6f84", "#0b4a5a", "#ffffff")
STEROID = Tone("steroid", "#f5d08a", "#8f5800")
STEROID_BY_PLAN = Tone("steroid-by-plan", "#fdf3dd", "#8f5800", hatch="rising")
IMMUNOGLOBULIN = Tone("immunoglobulin", "#6653a3", "#43337a", "#ffffff")
SUPPORTIVE = Tone("supportive", "#5f737d", "#3d4f58", "#ffffff")
OUTSIDE = Tone("outside", "#756650", "#524632", "#ffffff")
UNKNOWN_DOSE = Tone("unknown-dose", "#f3f6f7", "#5d707a")
PLANNED = Tone("planned", "none", "#8f5800")
EXPECTED = Tone("expected", "none", "#43337a")
BAD = Tone("bad", "#a3161f", "#a3161f", "#a3161f")
GOOD = Tone("good", "#14603a", "#14603a", "#14603a")
NEUTRAL = Tone("neutral", "#465a64", "#465a64", "#2f434d")
CONDITION = Tone("condition", "#efdcea", "#8a4a7c")
SERIES = Tone("series", "#1d4e89", "#1d4e89", "#1d4e89")
SECOND_SERIES = Tone("second-series", "#ffffff", "#7a3b8f", "#7a3b8f")
NOT_COUNTED = Tone("not-counted", "#ffffff", "#5d707a", "#5d707a")
LIMIT = Tone("limit", "#fff2d9", "#7a4700", "#7a4700")
GUIDE = Tone("guide", "none", "#c3cfd4", "#5d707a")
TARGET = Tone("target", "#e3f4ea", "#5a9a72")
RESPONSE_BANDS = (
    Tone("response-band t-response-band--minimal", "#f4f8f5", "#c3cfd4", "#465a64"),
    Tone("response-band t-response-band--moderate", "#e6f1ea", "#c3cfd4", "#465a64"),
    Tone("response-band t-response-band--major", "#d3e8db", "#c3cfd4", "#465a64"),
)
DUE = Tone("due", "#fff2d9", "#7a4700", "#7a4700")
OVERDUE = Tone("overdue", "#a3161f", "#a3161f", "#ffffff")
LATE = Tone("late", "#fff2d9", "#7a4700", "#7a4700")
PAUSED = Tone("paused", "#f3f6f7", "#5d707a", hatch="falling")
UNSURE = Tone("unsure", "none", "#5d707a")
