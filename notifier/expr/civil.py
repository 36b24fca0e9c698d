"""The proleptic Gregorian calendar, for any year: dates as days since 1970-01-01 and back."""

from __future__ import annotations

_ERA = 146_097
"""Days in the 400 years after which the calendar repeats itself."""
_EPOCH = 719_468
"""Days from 0000-03-01 to 1970-01-01: a year that begins in March has its leap day last."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def days_of(year: int, month: int, day: int) -> int:
    """Return a date as days since the epoch; a month or day beyond its bounds goes on into the next, as in Go."""
    years, month = divmod(month - 1, 12)
    year += years - (month < 2)  # noqa: PLR2004 - January and February belong to the year before
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 10) % 12) + 2) // 5 + day - 1
    return era * _ERA + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - _EPOCH


def date_of(days: int) -> tuple[int, int, int]:
    """Return the year, month and day of a date given as days since the epoch."""
    era, day_of_era = divmod(days + _EPOCH, _ERA)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    return era * 400 + year_of_era + (month >= 10), (month + 2) % 12 + 1, day  # noqa: PLR2004 - January, February


def weekday_of(days: int) -> int:
    """Return the day of the week, Sunday being 0, of a date given as days since the epoch."""
    return (days + 4) % 7
