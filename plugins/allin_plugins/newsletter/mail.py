"""The message: built by the standard library, which refuses line breaks in headers, and byte-stable."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from allin_plugins.newsletter.letter import Letter
from allin_plugins.newsletter.phrases import clean
from allin_plugins.newsletter.text import text_of


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers say about an issue besides its words."""

    list_name: str
    issue: str
    date: dt.datetime
    sender: str
    sender_name: str
    recipients: str
    unsubscribe_url: str | None


def message(letter: Letter, page: bytes, envelope: Envelope) -> bytes:
    """The letter as a file that mail programs open: plain text and HTML, both with the same content."""
    made = EmailMessage(policy=SMTP.clone(max_line_length=76))
    user, _, domain = envelope.sender.rpartition("@")
    name = re.sub(r"[^a-z0-9]+", "-", envelope.list_name.lower()).strip("-") or "newsletter"
    made["Subject"] = header(letter.subject)
    made["From"] = Address(header(envelope.sender_name), user, domain)
    made["To"] = Address(header(envelope.recipients), user, domain)
    made["Date"] = format_datetime(envelope.date)
    made["Message-ID"] = f"<{envelope.issue}.{letter.language}.{name}@{domain}>"
    made["List-Id"] = f"<{name}.{domain}>"
    for key, value in _leaving(envelope, name).items():
        made[key] = value
    made.set_content(text_of(letter), cte="quoted-printable")
    made.add_alternative(page.decode("utf-8"), subtype="html", cte="quoted-printable")
    # "=_" cannot occur in quoted-printable text, so the boundary is safe whatever the parts hold.
    seed = hashlib.blake2b(f"{made['Message-ID']}".encode(), digest_size=12).hexdigest()
    made.set_boundary(f"=_{seed}")
    made["Content-Language"] = letter.language
    return made.as_bytes()


def header(text: str) -> str:
    """A text for a header: one line, and nothing that a mail program would decode once more."""
    return clean(text).replace("=?", "= ?").replace("?=", "? =")


def _leaving(envelope: Envelope, name: str) -> dict[str, str]:
    """Headers by which mail programs offer to unsubscribe (RFC 2369, RFC 8058: one click only over https)."""
    letterbox = f"<mailto:{envelope.sender}?subject=unsubscribe%20{name}>"
    url = envelope.unsubscribe_url
    if url is None:
        return {"List-Unsubscribe": letterbox}
    headers = {"List-Unsubscribe": f"<{url}>, {letterbox}"}
    if urlsplit(url).scheme == "https":
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
