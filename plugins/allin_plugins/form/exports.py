"""What services add to the tables that they export."""

from __future__ import annotations

import dataclasses

from allin_hub import Header, words_of

_ACCOUNT = "{name} (Konto)"
_MICROSOFT = {("fertigstellungszeit", "email", "name"), ("completion time", "email", "name")}
_GOOGLE = {"zeitstempel", "timestamp"}


def without_accounts(header: Header) -> Header:
    """Rename the columns that hold the account of whoever filled in the form: they answer no question.

    Microsoft Forms puts e-mail and name after the time of completion; Google Forms the e-mail after the time,
    which counts as an answer only where the form asks for none.
    """
    names = list(header.names)
    words = [words_of(name) for name in names]
    accounts: list[int] = []
    for index in range(len(names) - 2):
        if tuple(words[index : index + 3]) in _MICROSOFT:
            accounts = [index + 1, index + 2]
    if words and words[0] in _GOOGLE and len(names) > 1:
        path = header.columns.path(names[1])
        if (
            path is not None
            and path.endswith("email")
            and any(header.columns.path(name) == path for name in names[2:])
        ):
            accounts.append(1)
    if not accounts:
        return header
    for index in accounts:
        if not header.columns.is_said(names[index]):
            names[index] = _ACCOUNT.format(name=names[index])
    return dataclasses.replace(header, names=tuple(names), columns=header.columns.within(names))
