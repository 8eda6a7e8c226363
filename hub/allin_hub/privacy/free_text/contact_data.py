"""Finds what reaches a person: mobiles, private landlines, mail addresses, links to a person or a meeting."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from allin_hub.privacy.free_text.fold import fold
from allin_hub.privacy.free_text.names_of_things import (
    ThingNames,
    is_first_name,
    is_thing_word,
    names_a_thing,
)
from allin_schemas.reading.mailboxes import MAIL_PROVIDERS, ROLE_WORDS


class Contact(NamedTuple):
    """Something that reaches somebody. `person` tells whether it is a person's; `words` are those of a mail or a profile."""

    start: int
    end: int
    kind: str
    person: bool
    sure: bool = True
    words: tuple[str, ...] = ()


_LISTS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "contacts.toml").read_text(encoding="utf-8")
)


def _pattern(table: str, name: str) -> re.Pattern[str]:
    """One pattern of all in a list of contacts.toml."""
    return re.compile("|".join(_LISTS[table][name]), re.I)


def _small_pattern(name: str) -> str:
    """One pattern of a list about numbers, for `lowered` text; what begins a word is tried at the beginnings of words alone."""
    every = [one.replace("ı", "i") for one in _LISTS["numbers"][name]]
    bounded = "|".join(one[2:] for one in every if one.startswith(r"\b"))
    free = "|".join(one for one in every if not one.startswith(r"\b"))
    return rf"(?:\b(?:{bounded}){f'|{free}' if free else ''})"


def lowered(text: str) -> str:
    """A text in small letters, each in its place; patterns for it need not look at both sizes, which is five times as fast."""
    small = text.lower() if "İ" not in text else text.replace("İ", "i").lower()
    if len(small) != len(text):
        small = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return small.replace("ı", "i")


def _words(table: str, name: str) -> frozenset[str]:
    return frozenset(_LISTS[table][name].split())


# Numbers

_NUMBER = re.compile(r"(?<![\w+])(?:\+|00|\(?0|(?=1(?:5\d|6[023]|7\d)[ /-]))(?:[ ()/.–-]{0,3}\d){5,22}(?!\w)")
_MOBILE = re.compile(r"(?:\+49|0049|0)?0?1(?:5\d|6[023]|7\d)\d{6,9}")
_NO_DIGIT = re.compile(r"[^\d+]")
_GROUP = re.compile(r"[+\d][^\s]*")
_NO_PHONE = re.compile(rf"{_small_pattern('no_phone')}[\w .:#/-]{{0,14}}$")
_AT_HOME = re.compile(_small_pattern("at_home"))
"""What points to a home where no office is named; for landlines only."""
OFFICE = re.compile(_small_pattern("office"))
_PRIVATE = re.compile(_small_pattern("private"))
_LOCAL_PRIVATE = re.compile(
    rf"{_PRIVATE.pattern}[\s:.(-]{{0,4}}"
    r"(?:(?:tel|telefon|nr|no|phone|тел|هاتف|تلفن)\b[\s:.-]{0,3})?(?P<number>[1-9](?:[ /-]?\d){4,8})(?![\d-])"
)
SENTENCE_END = r"[!?;] |\. " + "".join(
    rf"(?<!\b{word}\. )" for word in ("tel", "fon", "mob", "nr", "priv", "тел", "дом", "моб", "cep")
)
"""Not behind an abbreviation: 'privat Tel. 0561 …' is one clause."""
_NEXT = re.compile(r"\d{4}|@")
_CLAUSE = re.compile(rf"\d{{4}}[\d /-]*|@\S*|{SENTENCE_END}")


def _grouped(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Cut a row of digits into numbers: the next begins with 0 or + once the one before is whole."""
    digits, began, last = "", None, start
    for group in _GROUP.finditer(text, start, end):
        some = _NO_DIGIT.sub("", group[0])
        if digits and (_is_whole(digits, some) or len(digits) + len(some) > 16):
            yield began or start, last, digits
            digits, began = "", None
        if began is None:
            began = group.start()
        digits += some if not digits else some.replace("+", "")
        last = group.end()
    if digits:
        yield began or start, last, digits


def _is_whole(digits: str, following: str) -> bool:
    """Whether a number is complete, so that a group that begins with 0 or + is the next one."""
    if following.startswith("+"):
        return len(digits) > 6
    count = len(digits.lstrip("+"))
    least = 9 if digits.startswith("0") and not digits.startswith(("01", "00")) else 11
    return following.startswith("0") and len(following) > 3 and count >= least


def numbers(text: str, small: str) -> Iterator[Contact]:
    """Every telephone number: mobiles are persons', landlines where they are called private. `small` is the text lowered."""
    for match in _LOCAL_PRIVATE.finditer(small):
        yield Contact(match.start("number"), match.end("number"), "landline", True)
    for match in _NUMBER.finditer(text):
        if _NO_PHONE.search(small[max(0, match.start() - 40) : match.start()]):
            continue
        for start, end, digits in _grouped(text, match.start(), match.end()):
            kind = kind_of_number(digits)
            if kind is not None:
                last = max(at for at in range(start, end) if text[at].isdigit())
                opened = text[start - 1 : start] in ("(", "+")
                yield _judged(small, start - opened, last + 1, kind)


def _judged(text: str, start: int, end: int, kind: str) -> Contact:
    """A number as a person's or as nobody's, by the words before it, then by those behind it."""
    before = text[max(0, start - _NEAR) : start]
    line = before[before.rfind("\n") + 1 :]
    since = [*_CLAUSE.finditer(line)]
    last = line[since[-1].end() :] if since else line
    private = [*_PRIVATE.finditer(last)]
    office = [*OFFICE.finditer(last)]
    if kind == "landline" and not office:
        private += _AT_HOME.finditer(last)
    if private or office:
        person = bool(private) and not (office and office[-1].start() > private[-1].start())
        return Contact(start, end, kind, person, kind == "mobile" or person)
    after = text[end : end + _NEAR].partition("\n")[0]
    following = _NEXT.search(after)
    near = after[: following.start()] if following else after
    direct = _PRIVATE.match(near.lstrip(" (,–-")) is not None or (following is None and _PRIVATE.search(near))
    if following is not None and direct:
        rest = near.partition(")")[1]
        direct = bool(rest) or near.count(",") > 1
    if kind == "landline":
        direct = direct or _AT_HOME.search(near if following is None else near[:25]) is not None
        return Contact(start, end, kind, bool(direct) and not OFFICE.search(near[:15]))
    return Contact(start, end, kind, bool(direct) or not OFFICE.search(near[:20]))


@lru_cache(maxsize=10_000)
def kind_of_number(digits: str) -> str | None:
    """`mobile`, `landline`, or None for what is no number that anybody dials."""
    if _MOBILE.fullmatch(digits):
        return "mobile"
    plain = re.sub(r"^00", "+", digits)
    count = len(plain.lstrip("+"))
    if not plain.startswith("+"):
        return (
            "landline"
            if digits.startswith("0") and 7 <= count <= 14 and not digits.startswith("0800")
            else None
        )
    if not 8 <= count <= 15:
        return None
    if plain.startswith("+49"):
        return "landline"
    import phonenumbers

    try:
        number = phonenumbers.parse(plain, None)
    except phonenumbers.NumberParseException:
        return None
    fixed = phonenumbers.number_type(number) in {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
    }
    return "landline" if fixed else "mobile"


_NEAR = 60

# Mail

_AT = re.compile(
    r" ?@ ?| ?[(\[{<] ?(?:at|ät|a|@|et) ?[)\]}>] ?| (?:at|ät|AT|собака|сабака|равлик) |(?<=[a-z0-9])_at_(?=[a-z])",
    re.I,
)
_DOT = r"(?:\.| ?[(\[{] ?(?:dot|punkt|point|nokta|\.) ?[)\]}] ?| (?:dot|punkt|nokta|точка|крапка) )"
_DOTS = re.compile(_DOT, re.I)
_DOMAIN = re.compile(rf"[^\W_](?:[\w-]{{0,62}})(?:{_DOT}[^\W_][\w-]{{0,62}}){{0,5}}", re.I)
_LOCAL = re.compile(rf"[\w+-]{{1,64}}(?:{_DOT}[\w+-]{{1,64}}){{0,5}}$", re.I)
_SPELLED_ENDS = _words("mails", "spelled_ends")
_LETTERS = re.compile(r"[^\W\d_]+")
_WRITTEN_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,200}")
_LONGEST_LOCAL = 90
_FILLING = _words("mails", "filling")
_MORE_ROLES = _words("mails", "roles")
_NO_ROLE_ALONE = frozenset(["familie", "familien", "post", "mail", "email", "ich"])


def mails(text: str, things: ThingNames) -> Iterator[Contact]:
    """Every mail address, also where its signs are spelled; a person's unless its words are a task's or the association's."""
    for match in _AT.finditer(text):
        spelled = "@" not in match[0]
        domain = _DOMAIN.match(text, match.end())
        if domain is None:
            continue
        parts = _DOTS.split(domain[0])
        loose = spelled and not re.match(r" ?[(\[{<]", match[0])
        while len(parts) > 1 and not parts[-1].isalpha():
            parts.pop()
        if len(parts) < 2 or len(parts[-1]) < 2 or (loose and parts[-1].casefold() not in _SPELLED_ENDS):
            continue
        begin = max(0, match.start() - _LONGEST_LOCAL)
        local = _LOCAL.search(text[begin : match.start()])
        if local is None:
            continue
        start = begin + local.start()
        written = local[0]
        if " " in written and loose:
            words = written.split(" ")
            start += sum(len(word) + 1 for word in words[:-3])
        end = match.end() + len(domain[0])
        while text[end - 1] in ".-":
            end -= 1
        local_part = _DOTS.sub(".", written).casefold()
        address = ".".join(parts).casefold()
        words_of = tuple(map(fold, _LETTERS.findall(local_part)))
        yield Contact(start, end, "mail", not is_office_mail(local_part, address, things), True, words_of)


def is_office_mail(local: str, domain: str, things: ThingNames) -> bool:
    """Tell whether an address is a task's or the association's by its name; its own domain proves nothing."""
    words = [fold(word) for word in _LETTERS.findall(local)]
    if not words:
        return bool(re.search(r"\d", local)) and domain not in MAIL_PROVIDERS
    own = domain not in MAIL_PROVIDERS
    known = [_is_role(word) or things.has_word(word) or (own and is_thing_word(word)) for word in words]
    filling = [word in _FILLING or (len(word) < 3 and place > 0) for place, word in enumerate(words)]
    if "mustermann" in domain or "mustermann" in words:
        return True
    if not all(good or small for good, small in zip(known, filling, strict=True)) or not any(known):
        return things.has_run_of(words)
    if len(words) == 1 and words[0] in _NO_ROLE_ALONE and not things.has_word(words[0]):
        return not _is_persons_domain(domain, things) and (
            words[0] not in {"familie", "ich"} or things.has_domain(domain)
        )
    return things.has_word(words[0]) or not _is_persons_domain(domain, things)


def _is_role(word: str) -> bool:
    spelled = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return any(one in _roles() or names_a_thing(one) for one in {word, spelled})


@lru_cache(maxsize=1)
def _roles() -> frozenset[str]:
    return frozenset(map(fold, ROLE_WORDS)) | frozenset(map(fold, _MORE_ROLES))


def _is_persons_domain(domain: str, things: ThingNames) -> bool:
    """Whether a domain is called after a person: a first name and another word, none of an organisation."""
    if domain in MAIL_PROVIDERS:
        return False
    labels = domain.split(".")
    words = [fold(word) for word in re.split(r"[-_]", labels[-2])] if len(labels) > 1 else []
    if len(words) < 2 or any(names_a_thing(word) or things.has_word(word) for word in words):
        return False
    return len(words) in (2, 3) and is_first_name(words[0])


# Links

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'|\\]{3,400}"
    r"|(?<![\w@./-])(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,12}/[^\s<>\"'|\\]{1,400}",
    re.I,
)
_BARE = re.compile(r"(?<![\w@./-])(?:wa\.me|t\.me|chat\.whatsapp\.com|signal\.me)\S{0,200}", re.I)
_TRAILING = ".,;:!?)]}»“”\"'*_"
_PERSONAL_HOSTS = _words("links", "personal")
_MEETINGS = re.compile(rf"(?:^|\.)(?:{_pattern('links', 'meetings').pattern})$", re.I)
_MEETING_PATH = re.compile(
    r"/(?:j|s|my|w|meet|join|l|b|rooms?|r|invite|g)/|meetup-join|/[a-z]{3}-[a-z]{4}-[a-z]{3}|^/[\w-]{6,}",
    re.I,
)
_SECRET = re.compile(r"[?&](?:pwd|passcode|password|passwort|token|invite|phone|tk)=", re.I)
_PROFILES = re.compile(rf"(?:^|\.)(?:{_pattern('links', 'profiles').pattern})$", re.I)
_NO_PROFILE = _words("links", "no_profile")
_PERSON_PATH = re.compile(r"/(?:in|profile\.php|people|profile|pub|user|paypalme)(?:/|\?|$)", re.I)
_HANDLE = re.compile(
    rf"(?<![\w])(?:{_pattern('links', 'services').pattern})"
    r"(?P<gap>[\s:–(-]{1,3}(?:name[\s:]{1,2}|id[\s:]{1,2})?)"
    r"(?P<handle>@?[a-z0-9](?:[\w.]{1,40}[a-z0-9_])?)(?![\w@])",
    re.I,
)
_SOLE_HANDLE = re.compile(r"(?<![\w@./])@(?P<handle>[a-z][\w.]{2,40}[a-z0-9_])(?![\w@])", re.I)


def links(text: str, things: ThingNames) -> Iterator[Contact]:
    """Every link to a person, a chat or a meeting; one word of a profile is not sure."""
    taken: list[tuple[int, int]] = []
    for pattern in (_LINK, _BARE):
        for match in pattern.finditer(text):
            end = match.end()
            while end > match.start() and text[end - 1] in _TRAILING:
                if text[end - 1] == ")" and "(" in text[match.start() : end - 1]:
                    break
                end -= 1
            if any(start < end and match.start() < stop for start, stop in taken):
                continue
            taken.append((match.start(), end))
            found = judge_link(text[match.start() : end], things)
            if found is not None:
                yield Contact(match.start(), end, "link", True, *found)
    for match in [*_HANDLE.finditer(text), *_SOLE_HANDLE.finditer(text)]:
        start, end = match.span("handle")
        if any(first < end and start < stop for first, stop in taken):
            continue
        handle = match["handle"]
        words = _words_of_path(handle)
        if not handle.startswith("@") and match.re is not _SOLE_HANDLE and not re.search(r"[._\d]", handle):
            continue
        if things.has_run_of(words) or any(names_a_thing(word) or things.has_word(word) for word in words):
            continue
        taken.append((start, end))
        named = len(words) > 1 or "telegram" in match[0].casefold()[:9]
        yield Contact(
            start if match.re is not _SOLE_HANDLE else match.start(), end, "link", True, named, words
        )


def addresses(text: str) -> list[tuple[int, int]]:
    """Where web addresses and mails stand, whosever they are: their words are no names."""
    found = [match.span() for match in _LINK.finditer(text)] if "/" in text or "www." in text else []
    return found + ([match.span() for match in _WRITTEN_MAIL.finditer(text)] if "@" in text else [])


def judge_link(link: str, things: ThingNames) -> tuple[bool, tuple[str, ...]] | None:
    """Whether a link leads to a person: surely, perhaps, or not at all (None), and the words of its path."""
    address = re.sub(r"^https?://", "", link, flags=re.I)
    host, slash, rest = address.partition("/")
    host = re.sub(r":\d+$|\?.*$", "", host.rpartition("@")[2]).casefold().removeprefix("www.")
    path = (slash + rest) if slash else ""
    if _SECRET.search(link):
        return True, ()
    bare = re.split(r"[?#]", path)[0]
    segments = [segment for segment in bare.split("/") if segment]
    words = _words_of_path(segments[-1]) if segments else ()
    if host in _PERSONAL_HOSTS:
        ours = host in {"t.me", "telegram.me", "m.me"} and all(_is_ours([word], things) for word in words)
        return None if (ours and words) or len(path) < 2 else (True, words)
    if _MEETINGS.search(host):
        return (True, ()) if _MEETING_PATH.search(path) else None
    if _PROFILES.search(host):
        return _judge_profile(path, segments, things)
    return (True, ()) if _is_persons_domain(host, things) else None


def _judge_profile(path: str, segments: list[str], things: ThingNames) -> tuple[bool, tuple[str, ...]] | None:
    if _PERSON_PATH.search(path):
        words = _words_of_path(segments[-1]) if segments else ()
        return None if "/company/" in path else (True, words)
    if not segments or segments[0].casefold() in _NO_PROFILE:
        return None
    words = _words_of_path(segments[0])
    if not words or _is_ours(words, things):
        return None
    return len(words) > 1 or _is_written_together(words[0]), words


def _is_written_together(word: str) -> bool:
    """Whether one word of a profile is a first name and another: 'ramikhoury'."""
    return any(
        is_first_name(word[:cut]) and not is_thing_word(word[cut:]) for cut in range(4, len(word) - 3)
    ) and not is_thing_word(word)


def _is_ours(words: Collection[str], things: ThingNames) -> bool:
    """Whether the words of a path are an association's: one of them is an organisation's word, or of its name."""
    return any(names_a_thing(word) or things.has_word(word) or word in _roles() for word in words) or (
        things.has_run_of(list(words))
    )


def _words_of_path(segment: str) -> tuple[str, ...]:
    """The words of a profile's path, folded; a capital within begins one."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", segment.lstrip("@~"))
    return tuple(fold(word) for word in _LETTERS.findall(parted) if len(word) > 1)
