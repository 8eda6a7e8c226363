"""Keeps persons out of messages: of a cell in which the hub found one, a problem quotes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from allin_hub.base.problems import HIDDEN, Problem, shown_params
from allin_hub.base.quotations import shows_person
from allin_schemas import Kind
from allin_schemas.reading import is_role_address, mail_domain


def without_persons(
    problem: Problem,
    persons: Iterable[str] = (),
    names: Iterable[str] = (),
    *,
    mails: Collection[str] = (),
    of_person: bool = False,
) -> Problem:
    """The problem without what may show a person.

    Args:
        problem: What was found; it says row and column all the same.
        persons: The names of those who stand in the same record.
        names: The names of the association that the record is about.
        mails: The addresses of those persons, in small letters.
        of_person: Whether the record is about a person: then its key is hers.
    """
    persons, names = tuple(persons), tuple(names)
    is_mail = (problem.field or "").rpartition(".")[2] == "email"
    key = shown_key(problem.key, of_person=of_person, mails=mails)
    column, sheet = _shown_heading(problem.column), _shown_heading(problem.sheet)
    headings = {one for one, shown in ((problem.column, column), (problem.sheet, sheet)) if one != shown}
    params: Mapping[str, Any] = {
        name: HIDDEN
        if value in headings
        or (key == HIDDEN and value == problem.key)
        or _is_persons(value, persons, names, is_mail=is_mail)
        else value
        for name, value in shown_params(problem.params).items()
    }
    shown = replace(problem, key=key, column=column, sheet=sheet, params=params)
    return shown if shown != problem else problem


def _shown_heading(heading: str | None) -> str | None:
    """A heading, or a sheet's name, as a message may say it: some people write whom to call into it."""
    return HIDDEN if heading is not None and _is_of_person(heading) else heading


@lru_cache(maxsize=10_000)
def _holds_name(key: str) -> bool:
    from allin_hub.privacy.free_text.find import Context, Verdict, find

    return any(one.kind == "name" and one.verdict is Verdict.HELD for one in find(key, Context()))


@lru_cache(maxsize=10_000)
def _is_of_person(heading: str) -> bool:
    from allin_hub.privacy.free_text.find import names_a_person

    return names_a_person(heading)


def shown_key(key: str | None, *, of_person: bool, mails: Collection[str] = ()) -> str | None:
    """A record's key as a message may say it: not a person's name, and no address that is a person's.

    The UID of a calendar's entry looks like an address, too; so one counts that stands at a mail provider, or in `mails`.
    """
    if key is None:
        return None
    is_mail = "@" in key and not is_role_address(key)
    hidden = (
        (of_person and any(map(str.isalpha, key)))
        or (is_mail and (mail_domain(key) is None or key.casefold() in mails))
        or (any(map(str.isalpha, key)) and _holds_name(key))
    )
    return HIDDEN if hidden else key


def shown_title(title: str, kind: str | None) -> str:
    """A title as a report may say it: not a person's name, and none in which the hub finds anything of a person.

    A report does not know the names of the hub's persons, and logs keep it: a capital that nothing explains is one there,
    but in the name of an organisation.
    """
    short = kind != Kind.ORGANISATION
    return HIDDEN if title and (kind == Kind.PERSON or _holds_anything(title, short=short)) else title


def shown_outside(problem: Problem) -> Problem:
    """The problem as a file says it that leaves the office: it does not quote what only may be a name, either."""
    return replace(
        problem,
        sheet=_unnamed(problem.sheet),
        column=_unnamed(problem.column),
        params={name: _unnamed(value) for name, value in problem.params.items()},
    )


def _unnamed(value: Any) -> Any:
    return HIDDEN if isinstance(value, str) and _may_name(value) else value


@lru_cache(maxsize=10_000)
def _may_name(text: str) -> bool:
    from allin_hub.privacy.free_text.find import Context, find

    return any(one.kind == "name" for one in find(text, Context()))


@lru_cache(maxsize=10_000)
def _holds_anything(title: str, *, short: bool) -> bool:
    from allin_hub.privacy.free_text.find import Context, find

    return bool(find(title, Context(short=short)))


def _is_persons(value: Any, persons: tuple[str, ...], names: tuple[str, ...], *, is_mail: bool) -> bool:
    """Whether a quoted value is a person's. What finds persons in free texts is asked here, too."""
    if not isinstance(value, str) or not value:
        return False
    from allin_hub.privacy.free_text.find import names_a_person  # dear to load, and most runs quote nothing

    return (
        shows_person(value, persons)
        or names_a_person(value)
        or (is_mail and not is_role_address(value, names, persons))
    )
