"""The names of months and weekdays as people write them."""

from __future__ import annotations

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "januar january jan jänner jaenner jän",
            "februar february feb febr feber",
            "märz maerz march mär mar mrz marz",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov",
            "dezember december dez dec",
        ),
        start=1,
    )
    for name in names.split()
}
"""Names and abbreviations, small, without a full stop -> number of the month."""

WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "montag montags mo monday mondays mon",
            "dienstag dienstags di tuesday tuesdays tue tu tues",
            "mittwoch mittwochs mi wednesday wednesdays wed we",
            "donnerstag donnerstags do thursday thursdays thu th thur thurs",
            "freitag freitags fr friday fridays fri",
            "samstag samstags sa sonnabend sonnabends saturday saturdays sat",
            "sonntag sonntags so sunday sundays sun su",
        )
    )
    for name in names.split()
}
"""Names and abbreviations, small, without a full stop -> 0 for Monday."""

WEEKDAY_NAMES = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
