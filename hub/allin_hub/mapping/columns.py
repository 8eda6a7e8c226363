"""How the names of a source's fields become paths of the model: given by a person, learned, or recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from allin_hub.base.errors import refused
from allin_hub.mapping.combine import Fold, Route, alone, fold, together
from allin_hub.mapping.date_orders import UNCLEAR
from allin_hub.mapping.drafts import ways
from allin_hub.mapping.header_context import is_language, option_of, seen_together
from allin_hub.mapping.paths import IGNORED, checked, known_paths, list_paths
from allin_hub.mapping.synonyms import recognised, version, words_of
from allin_schemas import Kind

__all__ = ["ColumnMap", "known_paths"]

_NUMBERED = re.compile(r"(.+) \(\d+\)\Z", re.DOTALL)
_OPTION = re.compile(r"\s*(.*\S)\s*\[\s*([^\[\]]+?)\s*\]\s*\Z", re.DOTALL)
_CHOSEN = frozenset({"languages", "topics", "lines", "districts"})
"""Readers of fields for which forms offer choices."""
_MIXED = frozenset({Fold.OPTION, Fold.CONSENT, Fold.POSTAL_CITY, Fold.WAYS})
_WAYS = ("email", "website", "phones")
_POSTAL_CODE = re.compile(r"\b\d{5}\b")
_MOST_HEADERS = 5_000
"""How many names of fields are remembered; a feed that never repeats one cannot fill the memory."""


class ColumnMap:
    """Header -> path of the model, and a record's cells -> its draft. Never changes.

    `given` stands in hub.toml and wins; `learned` is what an earlier look at the whole header told; the rest
    is recognised. A path "-" leaves a column out on purpose.
    """

    MOST_COLUMNS = 1_000
    """How many fields a record may have; a table with more is refused, too."""

    def __init__(
        self,
        kind: Kind | None,
        given: Mapping[str, str] = MappingProxyType({}),
        learned: Mapping[str, str] = MappingProxyType({}),
        *,
        headers: Sequence[str] = (),
        orders: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.kind = kind
        self.given = dict(given)
        self.learned = dict(learned)
        self.headers = tuple(headers)
        self.orders = dict(orders)
        if kind is not None:
            for column, path in (*self.given.items(), *self.learned.items()):
                checked(kind, column, path)
        self._loosely_given = {_loose(column): path for column, path in self.given.items()}
        self._loosely_learned = {_loose(column): path for column, path in self.learned.items()}
        self._forget()

    def __repr__(self) -> str:
        return f"ColumnMap({self.kind}, {len(self.given)} given, {len(self.learned)} learned)"

    def path(self, header: str) -> str | None:
        """Where a column leads; None where nobody said it or it is left out on purpose."""
        route = self._route(header)
        return None if route is None else route.path.partition("+")[0]

    def is_said(self, header: str) -> bool:
        """Whether hub.toml or an earlier look names this header, be it to leave it out."""
        return self._said(header) is not None

    def is_mixed(self, header: str) -> bool:
        """Whether the cells of a column hold several things, or say which choice was made."""
        route = self._route(header)
        return route is not None and route.how in _MIXED

    def is_option(self, header: str) -> bool:
        """Whether a column stands for one choice of a question."""
        route = self._route(header)
        return route is not None and route.how is Fold.OPTION

    def is_second(self, header: str) -> bool:
        """Whether a column counts only where another on its path is blank."""
        route = self._route(header)
        return route is not None and route.how is Fold.PLAIN and together(self.kind, route.path) is Fold.FIRST

    def draft(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Put a record's cells under the paths of the model, without blank ones. One cell stays a cell.

        Several columns on one path make a list where it takes several values; else the first cell counts.
        """
        routes = self._routes
        try:
            found = {
                routes[header]: cell for header, cell in payload.items() if cell is not None and cell != ""
            }
        except KeyError:
            self._meet(payload)
            routes = self._routes
            found = {
                routes[header]: cell for header, cell in payload.items() if cell is not None and cell != ""
            }
        found.pop("", None)
        if self._folds:
            fold(self._folds, payload, found)
        if "places" in found and "places.postal_code" in found and "places.street" not in found:
            _street(found)
        return found

    def column_of(self, path: str) -> str | None:
        """Name the header that a path, or a part of it, comes from: one seen, else one given."""
        columns = self._columns()
        if path in columns:
            return columns[path]
        for seen, header in columns.items():
            if seen.startswith(f"{path}.") or path.startswith(f"{seen}."):
                return header
        return None

    @cached_property
    def fingerprint(self) -> str:
        """A mark that changes when a record could be mapped differently."""
        digest = blake2b(f"{self.kind}\x1f{version() if self.kind else ''}".encode(), digest_size=16)
        for column, path in sorted(self.given.items()):
            digest.update(f"\x1e{column}\x1f{path}".encode("utf-8", "surrogatepass"))
        for column, path in sorted(self.learned.items()):
            if column not in self.given and (self._recognised(column) or "").partition("+")[0] != path:
                digest.update(f"\x1d{column}\x1f{path}".encode("utf-8", "surrogatepass"))
        for column, order in sorted(self.orders.items()):
            digest.update(f"\x1c{column}\x1f{order}".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def unknown(self, headers: Iterable[str]) -> list[str]:
        """List the headers that lead nowhere and that nobody left out on purpose."""
        return [header for header in headers if self._route(header) is None and self._said(header) is None]

    def learned_from(self, headers: Iterable[str]) -> dict[str, str]:
        """Where these headers, seen together, lead without hub.toml: what `maps/<source>.toml` keeps."""
        headers = list(headers)
        whole = self.within(headers)
        found: dict[str, str] = {}
        for header in headers:
            path = whole.path(header) or whole.learned.get(header)
            if header not in self.given and path:
                found[header] = path
        return found

    def within(self, headers: Sequence[str]) -> ColumnMap:
        """Give this map for a table with these headers: what they say only together is part of it.

        Raises Refused for more headers than any number of tables should have.
        """
        if self.kind is None or tuple(headers) == self.headers:
            return self
        if len(headers) > _MOST_HEADERS:
            raise refused("COLUMNS_TOO_MANY", count=len(headers), most=self.MOST_COLUMNS)
        beside = seen_together(self.kind, headers, {header: self.path(header) for header in headers})
        new = {header: path for header, path in beside.items() if self._said(header) is None}
        seen = dict.fromkeys((*self.headers, *headers))
        learned = {**self.learned, **new}
        return ColumnMap(self.kind, self.given, learned, headers=tuple(seen), orders=self.orders)

    def ordered(self, orders: Mapping[str, str]) -> ColumnMap:
        """Give this map with what comes first in the dates of its columns."""
        if orders == self.orders:
            return self
        return ColumnMap(self.kind, self.given, self.learned, headers=self.headers, orders=orders)

    def order_of(self, path: str) -> str | None:
        """Say what comes first in the dates under a path; None where nothing has shown it, or columns differ."""
        found = {
            order
            for column, order in self.orders.items()
            if (led := self.path(column)) is not None and (led == path or led.startswith(f"{path}."))
        }
        order = found.pop() if len(found) == 1 else None
        return order if order != UNCLEAR else None

    def _said(self, header: str) -> str | None:
        """Give the path that hub.toml or an earlier look gives this header."""
        for exact, loosely in ((self.given, self._loosely_given), (self.learned, self._loosely_learned)):
            if header in exact:
                return exact[header]
            if loosely and (loose := _loose(header)) in loosely:
                return loosely[loose]
        return None

    def _recognised(self, header: str) -> str | None:
        """Give the path that a header's words mean; a namesake means the same where a list is welcome."""
        if self.kind is None:
            return None
        numbered = _NUMBERED.match(header)
        if numbered is None:
            return recognised(self.kind, header)
        path = recognised(self.kind, numbered[1])
        return path if path is not None and path.partition("+")[0] in list_paths(self.kind) else None

    def _route(self, header: str) -> Route | None:
        """How the cells of a header get into the draft, and where to."""
        said, own = self._said(header), self._own_route(header)
        if said is None:
            return own
        if said in IGNORED:
            return None
        if own is not None and own.path.partition("+")[0] == said:
            return own
        if self._is_chosen(said):
            return Route(Fold.OPTION, said, option_of(header))
        return Route(alone(self.kind, said), said)

    def _own_route(self, header: str) -> Route | None:
        """Give the route that a header's words mean."""
        meant = self._recognised(header)
        question, _, option = header.rpartition("/")
        if question and option.strip() and self._is_option(question, option, meant):
            return Route(Fold.OPTION, self.path(question) or "", option.strip(), question)
        if meant is not None:
            return Route(alone(self.kind, meant), meant)
        bracketed = _OPTION.match(header)
        path = self.path(bracketed[1]) if bracketed else None
        if bracketed is None or path is None or together(self.kind, path) is not Fold.LIST:
            return None
        return Route(Fold.OPTION, path, bracketed[2]) if alone(self.kind, path) is Fold.PLAIN else None

    def _is_chosen(self, path: str) -> bool:
        """Whether a path leads to a field for which forms offer choices."""
        return self.kind is not None and path in list_paths(self.kind) and _reader(self.kind, path) in _CHOSEN

    def _is_option(self, question: str, option: str, meant: str | None) -> bool:
        """Whether `Sprachen/Türkisch` is one choice of a question: its name is a value, or others stand beside it."""
        path = self.path(question)
        if path is None or (meant is not None and meant != path) or not self._is_chosen(path):
            return False
        if self._recognised(option) == path:
            return False
        beside = sum(
            other.startswith(f"{question}/")
            for other in dict.fromkeys((*self.headers, *self.learned, *self._routes))
        )
        return beside > 1 or (_reader(self.kind, path) == "languages" and is_language(option))

    def _meet(self, payload: Mapping[str, Any]) -> None:
        """Find the routes of headers not met before; a second column on a path joins the first in folding."""
        if len(self._routes) > _MOST_HEADERS:
            self._forget()
        for header in payload:
            if header in self._routes:
                continue
            route = self._route(header)
            self._routes[header] = ""
            if route is None:
                continue
            how, path = route.how, route.path
            if how is not Fold.PLAIN:
                self._folds[header] = route
            elif path not in self._first:
                self._first[path] = header
                self._routes[header] = path
            else:
                first = self._first[path]
                self._routes[first] = ""
                self._folds[first] = self._folds[header] = Route(together(self.kind, path), path)

    def _forget(self) -> None:
        self._routes: dict[str, str] = {}
        self._folds: dict[str, Route] = {}
        self._first: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._seen_at = -1

    def _columns(self) -> dict[str, str]:
        """Path -> the first header that leads there."""
        if self._seen_at != len(self._routes):
            self._seen, self._seen_at = {}, len(self._routes)
            for header in (*self.headers, *self._routes, *self.given, *self.learned):
                route = self._route(header)
                if route is not None:
                    self._seen.setdefault(route.path.partition("+")[0], header)
                    if route.how is Fold.WAYS:
                        for way in _WAYS:
                            self._seen.setdefault(way, header)
        return self._seen


def _reader(kind: Kind | None, path: str) -> str | None:
    way = ways(kind).get(path) if kind is not None else None
    return None if way is None else way.reader


def _loose(header: str) -> str:
    return words_of(header) or header


def _street(draft: dict[str, Any]) -> None:
    """Take an address without a postal code, beside a column that holds it, for a street."""
    written = draft["places"]
    if isinstance(written, str) and not _POSTAL_CODE.search(written):
        draft["places.street"] = draft.pop("places")
