"""Exceptions whose texts stand in the catalogue of problems."""

from __future__ import annotations

from typing import Any

from allin_hub.base.errors import Refused, Unavailable
from allin_hub.base.problems import Problem


def refused(code: str, **params: Any) -> Refused:
    """Make the exception for what the source's owner has to change; the catalogue says it."""
    problem = Problem(code, params=params)
    return Refused(problem.message("en"), hint=problem.hint("en"), code=code, **params)


def unavailable(code: str, *, retry_after: float | None = None, **params: Any) -> Unavailable:
    """Make the exception for a system that did not answer as it should; later it may."""
    problem = Problem(code, params=params)
    return Unavailable(
        problem.message("en"), hint=problem.hint("en"), code=code, retry_after=retry_after, **params
    )
