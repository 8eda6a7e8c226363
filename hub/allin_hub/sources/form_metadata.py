"""Columns that a form service adds to the answers of its forms: who sent an answer, when, from where, with which device.

They are the service's, whatever they are called: `start` is the minute in which somebody opened the form, and `Country` the
country of their connection. A service is known by its set of headings; a heading that could as well be a question counts
as the service's only beside others that could not.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from allin_hub.mapping.columns import ColumnMap
from allin_hub.mapping.synonyms import words_of
from allin_hub.sources.headers import Header

METADATA_MARK = "Formulardienst: "
"""What is put before the name of a column that would lead to a field."""
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?\Z")
"""A moment as the programs of KoboToolbox and ODK write it, to the second."""
_LOOKED_AT = 20


class _Service(NamedTuple):
    """A form service: how its exports are known, and which columns are its own then."""

    name: str
    signs: frozenset[str]
    """Headings that show it; two of them are enough."""
    own: frozenset[str]
    """Further headings that are the service's own in its exports."""


def _service(name: str, signs: str, own: str = "") -> _Service:
    def split(words: str) -> frozenset[str]:
        return frozenset(word.strip() for word in words.split(",") if word.strip())

    return _Service(name, split(signs), split(own))


_SERVICES = (
    _service(
        "Microsoft Forms",
        "fertigstellungszeit,completion time,startzeit,start time,uhrzeit der letzten aenderung,last modified time",
    ),
    _service(
        "KoboToolbox",
        "_id,_uuid,_submission_time,_index,_validation_status,_submitted_by,_status,_notes,_tags,__version__,"
        "_parent_index,_parent_table_name,_xform_id_string,formhub/uuid,meta/instanceid,meta/rootuuid",
        "start,end,today,deviceid,username,phonenumber,simserial,subscriberid,audit,start-geopoint,device_id",
    ),
    _service(
        "ODK Central",
        "submissiondate,key,meta-instanceid,submitterid,submittername,formversion,attachmentspresent,"
        "attachmentsexpected,reviewstate,instanceid",
        "start,end,today,deviceid,username,phonenumber,simserial,subscriberid,audit,edits,status",
    ),
    _service(
        "Typeform",
        "network id,start date (utc),submit date (utc),stage date (utc),response type",
        "#,start date,end date,submit date,tags,ending,score,device,browser,platform,referer,user agent",
    ),
    _service(
        "SurveyMonkey",
        "respondent id,collector id,date modified,custom data 1",
        "date created,ip address,email address,first name,last name,custom data",
    ),
    _service(
        "Qualtrics",
        "recordeddate,responseid,distributionchannel,userlanguage,ipaddress,duration (in seconds),externalreference,"
        "locationlatitude,locationlongitude,recipientlastname,recipientfirstname,recipientemail,"
        "recorded date,response id,distribution channel,user language,ip address,location latitude,location longitude",
        "startdate,enddate,status,progress,finished,start date,end date,response type,recipient last name,"
        "recipient first name,recipient email,external data reference",
    ),
    _service(
        "LimeSurvey",
        "submitdate,lastpage,startlanguage,datestamp,seed,ipaddr,refurl",
        "startdate,token,id",
    ),
    _service(
        "Gravity Forms",
        "created by (user id),entry id,entry date,source url,transaction id,post id,user agent,user ip,date updated",
        "payment amount,payment date,payment status",
    ),
    _service("JotForm", "submission date,submission ip,submission id,last update date,flow status"),
    _service(
        "Wufoo",
        "entry id,created by,updated by,ip address,last page accessed,completion status",
        "date created,date updated,last updated",
    ),
    _service(
        "Formbricks",
        "response id,survey id,formbricks id (internal),quotas,userid,user id,single use id",
        "no.,timestamp,finished,notes,tags,source,action,browser,os,device,user agent - browser,"
        "useragent - browser,useragent - os,useragent - device,useragent.browser,useragent.os,useragent.device",
    ),
)

_SURE = frozenset(
    {
        *("network id", "ip address", "ip", "ip adresse", "ipaddress", "ipaddr", "user agent", "useragent"),
        *(
            "browser",
            "browser version",
            "operating system",
            "betriebssystem",
            "os",
            "device type",
            "device id",
        ),
        *("deviceid", "geraetetyp", "referer", "referrer", "referrer url", "session id", "sessionid"),
        *("submission id", "submissionid", "response id", "responseid", "respondent id", "respondentid"),
        *(
            "_index",
            "_id",
            "_uuid",
            "_submission_time",
            "submission time",
            "submission date",
            "response type",
        ),
        *("submitted at", "completion time", "fertigstellungszeit", "utm_source", "time taken"),
        *("utm_medium", "utm_campaign", "location latitude", "location longitude"),
        *("submission ip", "user ip", "screen resolution", "bildschirmaufloesung", "collector id"),
        *(
            "start date (utc)",
            "submit date (utc)",
            "completion status",
            "response url",
            "form url",
            "page url",
        ),
    }
)
"""Headings that no form asks for."""
_PERHAPS = frozenset(
    {
        *("country", "land", "device", "geraet", "platform", "plattform", "region", "start date", "end date"),
        *(
            "start",
            "end",
            "today",
            "startdate",
            "enddate",
            "country code",
            "location",
            "city (ip)",
            "user language",
        ),
        *("userlanguage", "language code", "score", "tags", "url", "source", "status"),
    }
)
"""Headings that may be a question, and are the service's where they stand among its own."""
_FEWEST_SIGNS = 2
_FEWEST_SURE = 2


def metadata(
    names: Sequence[str], columns: ColumnMap, cells: Callable[[str], Sequence[Any]] = lambda _: ()
) -> frozenset[str]:
    """Find the columns of a form service among the headings of a table; one that hub.toml names is never one.

    `cells` gives some cells of a column.
    """
    written = {name: _plain(name) for name in names}
    plain = set(written.values())
    service = max(_SERVICES, key=lambda one: len(one.signs & plain))
    sure = {name for name, word in written.items() if word in _SURE}
    if len(service.signs & plain) >= _FEWEST_SIGNS:
        own = sure | {name for name, word in written.items() if word in service.signs | service.own}
    elif len(sure) >= _FEWEST_SURE:
        own = sure
    else:
        return _unsaid(_opened_and_sent(names, columns, cells), columns)
    perhaps = {name for name, word in written.items() if word in _PERHAPS}
    own |= {name for name in perhaps if _stands_among(name, names, own | perhaps, columns)}
    return _unsaid(own, columns)


def _opened_and_sent(
    names: Sequence[str], columns: ColumnMap, cells: Callable[[str], Sequence[Any]]
) -> set[str]:
    """Find `start` and `end` as a device notes them to the second, where the form itself asks for a date."""
    pair = {"start", "end"}
    if not pair.issubset(names):
        return set()
    starts = columns.path("start")
    asks = any(name not in pair and columns.path(name) == starts for name in names)
    return pair if starts and asks and all(_are_stamps(cells(name)) for name in pair) else set()


def _are_stamps(cells: Sequence[Any]) -> bool:
    said = [cell for cell in cells[:_LOOKED_AT] if cell not in (None, "")]
    return bool(said) and all(isinstance(cell, str) and _STAMP.match(cell) for cell in said)


def without_metadata(header: Header, found: frozenset[str]) -> Header:
    """Rename the columns of a form service that would lead to a field."""
    renamed = {name: METADATA_MARK + name for name in found if header.columns.path(name) is not None}
    if not renamed:
        return header
    names = tuple(renamed.get(name, name) for name in header.names)
    return dataclasses.replace(header, names=names, columns=header.columns.within(names))


def _plain(name: str) -> str:
    """Write a heading in small letters, with the marks by which services are known."""
    plain = " ".join(name.casefold().split())
    return plain if plain in _KNOWN else words_of(name)


_KNOWN = _SURE | _PERHAPS | frozenset(word for one in _SERVICES for word in one.signs | one.own)


def _unsaid(names: set[str], columns: ColumnMap) -> frozenset[str]:
    return frozenset(name for name in names if name not in columns.given)


def _stands_among(name: str, names: Sequence[str], own: set[str], columns: ColumnMap) -> bool:
    """Whether a column stands beside those of the service, and not at the end of the questions about an address."""
    at = list(names).index(name)
    beside = [names[place] for place in (at - 1, at + 1) if 0 <= place < len(names)]
    head = (columns.path(name) or "").partition(".")[0]
    asked = any(
        one not in own and (columns.path(one) or "").partition(".")[0] == head != "" for one in beside
    )
    return any(one in own for one in beside) and not asked
