"""Readers of what people write: pure functions that make a canonical value of a cell.

Usual spellings are read by exact patterns and tables; behind them stand phonenumbers, email-validator,
dateparser, langcodes and Babel, which are loaded when first needed.
"""

from allin_schemas.reading.calendar_words import says_cancelled
from allin_schemas.reading.consent import read_consent
from allin_schemas.reading.findings import BLANK, READERS, Context, Finding, Reader, Reading
from allin_schemas.reading.keys import name_key
from allin_schemas.reading.mailboxes import (
    is_doubtful_name,
    is_function,
    is_role_address,
    is_role_name,
    mail_domain,
    names_person,
    own_domain,
)
from allin_schemas.reading.moments.orders import order_shown
from allin_schemas.reading.moments.spans import is_zone, read_when
from allin_schemas.reading.phones import country_of_number, is_mobile
from allin_schemas.reading.postal import split_town
from allin_schemas.reading.readers import read
from allin_schemas.reading.texts import names_nobody, reads_like_empty

__all__ = [
    "BLANK",
    "READERS",
    "Context",
    "Finding",
    "Reader",
    "Reading",
    "country_of_number",
    "is_doubtful_name",
    "is_function",
    "is_mobile",
    "is_role_address",
    "is_role_name",
    "is_zone",
    "mail_domain",
    "name_key",
    "names_nobody",
    "names_person",
    "order_shown",
    "own_domain",
    "read",
    "read_consent",
    "read_when",
    "reads_like_empty",
    "says_cancelled",
    "split_town",
]
