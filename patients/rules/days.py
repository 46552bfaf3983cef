"""Which calendar days a record takes. Others are typing errors, and rules reckon months and years around a day."""

from datetime import date

EARLIEST = date(1900, 1, 1)
LATEST = date(2200, 12, 31)
