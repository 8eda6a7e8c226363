"""Readers of what people write: pure functions that make a canonical value of a cell.

Usual spellings are read by exact patterns and tables; behind them stand phonenumbers, email-validator,
dateparser, langcodes and Babel, which are loaded when first needed.
"""

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
from allin_schemas.reading.phones import is_mobile
from allin_schemas.reading.readers import read

__all__ = [
    "BLANK",
    "READERS",
    "Context",
    "Finding",
    "Reader",
    "Reading",
    "is_doubtful_name",
    "is_function",
    "is_mobile",
    "is_role_address",
    "is_role_name",
    "is_zone",
    "mail_domain",
    "name_key",
    "names_person",
    "order_shown",
    "own_domain",
    "read",
    "read_consent",
    "read_when",
]
