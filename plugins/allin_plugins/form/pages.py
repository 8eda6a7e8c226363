"""Whether a document is a page of a longer list: by its totals, else by its numbers of pages and its next page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from allin_hub import words_of
from allin_plugins.form.parts import Page, mapping

_AROUND = (
    *(
        "meta",
        "_meta",
        "metadata",
        "_metadata",
        "pagination",
        "paging",
        "pager",
        "page",
        "pageInfo",
        "page_info",
    ),
    *("info", "links", "_links", "cursor", "cursors", "response", "header", "hits", "summary", "range"),
)
"""Objects beside a list that may say how long it is."""
_TOTALS = frozenset(
    {
        *("total", "total count", "totalcount", "total items", "totalitems", "total results", "totalresults"),
        *(
            "total records",
            "totalrecords",
            "total elements",
            "totalelements",
            "total hits",
            "totalhits",
            "numfound",
        ),
        *("num found", "total rows", "totalrows", "odata count", "number matched", "numbermatched", "nhits"),
        *("gesamt", "gesamtanzahl", "gesamtzahl", "recordstotal", "records total", "matched"),
    }
)
_COUNTS = frozenset(
    {
        *("count", "anzahl", "resultcount", "result count", "recordcount", "record count"),
        *("itemcount", "item count", "size", "length"),
    }
)
"""What may be the length of the whole list, or of this page."""
_PAGES = frozenset(
    {
        *(
            "total pages",
            "totalpages",
            "pages",
            "page count",
            "pagecount",
            "last page",
            "lastpage",
            "num pages",
        ),
        *("numpages", "seiten", "anzahl seiten"),
    }
)
_NUMBERS = frozenset({"page", "current page", "currentpage", "page number", "pagenumber", "seite"})
_BEGINS = frozenset({"offset", "skip", "startindex", "start index"})
_NEXT = frozenset(
    {
        *(
            "next",
            "next page",
            "nextpage",
            "next url",
            "nexturl",
            "next page url",
            "nextpageurl",
            "next link",
        ),
        *("nextlink", "odata next link", "odata nextlink", "next page token", "nextpagetoken", "next cursor"),
        *("nextcursor", "has more", "hasmore", "has next", "hasnext", "has next page", "hasnextpage", "more"),
        *("prev", "previous", "prev page url", "continuation token", "continuationtoken", "truncated"),
        *("exceeded transfer limit", "exceededtransferlimit", "naechste", "naechste seite"),
    }
)
_SIZES = frozenset(
    {
        *("limit", "per page", "perpage", "page size", "pagesize", "page limit", "max results", "maxresults"),
        *("items per page", "itemsperpage", "page length"),
    }
)
_LINKS = frozenset({"links", "link"})


def page_of(around: Sequence[Mapping[str, Any]], found: int) -> Page | None:
    """Tell whether a list with so many items is a page of a longer one; None where nothing says so.

    `around` are the objects in which the list stands. A total decides by itself: services write a next page even on
    the last one. A list as long as a page may be counts as one, too: nobody knows what would come after it.
    """
    said = [(words_of(name), value) for part in around for name, value in _scalars(part)]
    numbers = [(name, number) for name, value in said if (number := _number(value)) is not None]
    totals = [number for name, number in numbers if name in _TOTALS]
    longer = [number for name, number in numbers if name in _TOTALS | _COUNTS and number > found]
    if longer:
        return Page(found, max(longer))
    if any(number > (name not in _BEGINS) for name, number in numbers if name in _PAGES | _NUMBERS | _BEGINS):
        return Page(found, None)
    if totals and found:
        return None
    if any(name in _NEXT and _leads_on(value) for name, value in said):
        return Page(found, None)
    is_full = any(name in _SIZES and number == found > 0 for name, number in numbers)
    return Page(found, None) if is_full else None


def _scalars(part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what an object says by itself, and the objects beside a list that speak of it."""
    for name, value in part.items():
        if isinstance(value, Mapping):
            if name in _AROUND:
                yield from ((inner, one) for inner, one in _scalars(value))
            elif words_of(name) in _TOTALS | _COUNTS:
                yield name, value.get("value")
            elif words_of(name) in _NEXT:
                yield name, value.get("href") or value.get("url")
        elif isinstance(value, list):
            if name in _LINKS:
                yield from (
                    (str(link.get("rel")), link.get("href"))
                    for link in map(mapping, value)
                    if link.get("rel")
                )
        else:
            yield name, value


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _leads_on(value: Any) -> bool:
    """Whether what stands as the next page is one."""
    return bool(value) and value not in ("null", "false", "none")
