"""Finds names of persons: by titles, labels, prepositions, known and listed names, numbers beside them, and in short fields."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from allin_hub.privacy.free_text.contact_data import Contact
from allin_hub.privacy.free_text.cues import Hit, Role, cue_at
from allin_hub.privacy.free_text.known_names import KnownNames
from allin_hub.privacy.free_text.names_of_things import (
    ThingNames,
    bare_forms,
    grammar,
    honoured,
    is_first_name,
    is_sign_of_honour,
    is_stop,
    is_word,
    may_be_first_name,
    may_follow,
    names_a_thing,
    names_an_organisation,
    needs_a_name,
    stands_after_a_name,
    stands_before_a_name,
)
from allin_hub.privacy.free_text.tokens import Token, without_suffix

_ONE_SPACE = re.compile(r" {1,2}|\. ?|-")
_STRONG = re.compile(
    r"\.?\s{0,3}(?:[:=;]|[-–—]|\(|\[|→|>|\|)[\s:–-]{0,3}|\s{0,2}[,.]?\s?\n\s?|\.?\s?:\s{0,4}", re.S
)
_COLON = re.compile(r"\s{0,2}[:=]")
_PLAIN = re.compile(r"\.? {1,2}|\.? ?\"|, ")
_QUOTES = "\"'„“”»«‚‘’("
_OPENING = frozenset(["„", '"', "“", "«", "»", "‚", "'"])
_AND = grammar("and")
_LIST_GAP = re.compile(r"\s?(?:\([^()\n]{0,60}\))?\s?(?:[,;/&+|،]\s?)?")
_IS = grammar("is")
_TOWARDS = grammar("towards_folded")
_PARTICLES = grammar("particles")
_ARABIC_PARTICLES = grammar("arabic_particles")
_BESIDE = re.compile(
    r"[\s,:;(–/|-]{0,4}(?:(?:tel|telefon|mobil|handy|mobile|phone|cell"
    r"|fon|m|t|h|whatsapp|wa|mail|e-?mail|signal|telegram|unter|per|under|at|on|via|nr|nummer|privat|priv|"
    r"cep|gsm|тел|моб|телефон|телефоном|тел|номер|هاتف|جوال|موبايل|واتساب|تلفن"
    r"|شماره|موبایل|همراه|رقم|هاتف رقم|ev|ist|auf|unter der|dienstl|erreichbar)\b[\s.:–/(+-]{0,4}){0,3}",
    re.I,
)
_AFTER_CONTACT = re.compile(r"\s?[(,–—/|:;-]{0,2}\s?(?:bei |frau |herr |von |an |- |→ )?", re.I)
_SLAVIC_FAMILY = re.compile(
    r".{3,}(?:енк[оау]|чук[аоу]?|щук[ау]?|юк[ау]?|як[ау]?|ськ(?:ий|а|ого|ої|ому|ій|у)|цьк(?:ий|а|ого|ої|ому|ій)|ск(?:ий|ая|ого|ой|ому|ую)|ов(?:а|у|ой|ої|им|ым)?|[ео]в(?:а|у|ой|ої)?|[иі]н(?:а|у|ой|ої)?|дзе|швили|швілі|ян[ау]?|их|ых|ич[ау]?|ко)$"
)
_DEAD = re.compile(r" [IVX]{1,4}\b\.?|[^.\n]{0,50}?(?:†|\((?:\* ?)?1[5-9]\d\d ?[-–] ?(?:1[5-9]|20)\d\d\))")
_TURKISH_CASE = re.compile(r"['’](?:[ae]|y[aeıiuü]|[ıiuü]|[dt][ae]n|y?l[ae])$")
_PLAIN_TITLES = grammar("plain_titles")
_PLACING = grammar("placing")
SHORTEST_CAPITALS = 5
"""Shorter words in capitals are abbreviations: AWO, EG."""
_MOST_TOKENS = 4
_MOST_COMPLEMENT = 4
_COMPLEMENT_GAP = re.compile(r" {1,2}|: ?| [-–—] ")
_WORDS_AFTER_TITLE = 3
_WORDS_BEFORE = 3
_MOST_TITLES = 5
"""How many words of titles may follow each other."""


def _phrases_of(phrases: Mapping[str, list[tuple[str, ...]]], token: Token) -> list[tuple[str, ...]]:
    """The phrases that begin with a word, in whatever case it stands."""
    found = phrases.get(token.key)
    if found is not None:
        return found
    return [words for form in bare_forms(token.key) for words in phrases.get(form, ())]


class Name(NamedTuple):
    """A name in a text. `sure` is false where it is only hinted at; `whose` are the ids of the known persons who it may be."""

    start: int
    end: int
    sure: bool
    cue: str = ""
    whose: frozenset[str] = frozenset()


class Names:
    """Looks through one text."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        things: ThingNames,
        known: KnownNames,
        *,
        short: bool,
        place: bool = False,
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._things = things
        self._known = known
        self._short = short
        self._place = place
        self._hits: dict[int, Hit | None] = {}
        self._starts = [token.start for token in tokens]
        self._explained = self._find_things()

    def found(self, contacts: Sequence[Contact]) -> Iterator[Name]:
        """Yield every name of somebody who lives; some may overlap."""
        return (name for name in self._all(contacts) if name.whose or not self._is_honoured(name))

    def _is_honoured(self, name: Name) -> bool:
        """Whether a word shortly before a name, years or a cross behind it, say that the person is dead or honoured."""
        first = bisect_left(self._starts, name.start)
        before = self._tokens[max(0, first - _WORDS_BEFORE) : first]
        return _DEAD.match(self._text, name.end) is not None or any(
            is_sign_of_honour(one.key) for one in before
        )

    def _all(self, contacts: Sequence[Contact]) -> Iterator[Name]:
        if self._known:
            yield from self._known_ones()
        at = 0
        while at < len(self._tokens):
            hit = self._cue(at)
            if hit is None:
                at += 1
                continue
            yield from self._by_cue(hit)
            at = max(at + 1, hit.end if hit.cue.role is not Role.TITLE else at + 1)
        yield from self._beside(contacts)
        yield from self._inflected()
        yield from self._listed()
        if self._short:
            yield from self._unexplained()

    def _cue(self, at: int) -> Hit | None:
        if at not in self._hits:
            self._hits[at] = cue_at(self._text, self._tokens, at)
        return self._hits[at]

    # What is nobody's

    def _find_things(self) -> set[int]:
        """Tokens that belong to organisations, streets, houses, and to the honoured."""
        found: set[int] = set()
        for phrases in (self._things.own_phrases, self._things.phrases, honoured()):
            for at, token in enumerate(self._tokens):
                for words in _phrases_of(phrases, token):
                    if (len(words) > 1 or phrases is honoured()) and self._is_phrase(at, words):
                        found.update(range(at, at + len(words)))
                        break
        for at, token in enumerate(self._tokens):
            quoted = self._gap(at)[1:] in _OPENING and names_an_organisation(token.key)
            if (stands_before_a_name(token.key) or quoted) and not self._is_title(at):
                found.update(self._capitals(at + 1, after=at))
            elif (
                (stands_after_a_name(token.key) or self._is_legal_form(at))
                and at
                and self._gap(at - 1) in {" ", "-", "- "}
            ):
                found.update(self._capitals_before(at))
            if token.script == "latin" and "-" in token.text and names_a_thing(token.key.rpartition("-")[2]):
                found.add(at)
        return found

    def _is_legal_form(self, at: int) -> bool:
        """Whether 'e. V.' stands here."""
        return (
            self._tokens[at].text == "e"
            and re.match(r"\. ?V\b", self._text[self._tokens[at].end :][:4]) is not None
        )

    def _is_title(self, at: int) -> bool:
        hit = self._cue(at)
        return hit is not None and hit.cue.role is Role.TITLE

    def _is_phrase(self, at: int, words: Sequence[str]) -> bool:
        if at + len(words) > len(self._tokens):
            return False
        return all(
            (self._tokens[at + offset].key == word or word in bare_forms(self._tokens[at + offset].key))
            and (not offset or len(self._gap(at + offset - 1)) < 4)
            for offset, word in enumerate(words)
        )

    def _capitals(self, at: int, *, after: int) -> list[int]:
        found: list[int] = []
        last = after
        while at < len(self._tokens) and len(found) < 3 and self._is_close(last):
            token = self._tokens[at]
            if not (token.upper or token.script == "arabic") or is_stop(token.key) or self._is_title(at):
                break
            found.append(at)
            last, at = at, at + 1
        return found

    def _capitals_before(self, at: int) -> list[int]:
        found: list[int] = []
        before = at - 1
        while before >= 0 and len(found) < 3 and self._is_close(before):
            token = self._tokens[before]
            if not token.upper or is_stop(token.key) or self._is_title(before):
                break
            found.append(before)
            before -= 1
        return found

    def _is_close(self, at: int) -> bool:
        """Whether a token and the next can be one name: 'St. Martin', not the end of a sentence."""
        gap = self._gap(at)
        return gap in {" ", "-", "- ", ' "', " „"} or (gap == ". " and len(self._tokens[at].text) < 3)

    # Names as they are written

    def _gap(self, at: int) -> str:
        """What stands between a token and the next."""
        if at + 1 >= len(self._tokens):
            return self._text[self._tokens[at].end :]
        return self._text[self._tokens[at].end : self._tokens[at + 1].start]

    def _may_name(self, at: int) -> bool:
        """Whether a token can be part of a name at all."""
        if at >= len(self._tokens) or at in self._explained:
            return False
        token = self._tokens[at]
        if token.script == "arabic" and len(token.text) < 2:
            return False
        if is_stop(token.key):
            # 'Fatma Nur Çakır': a word as a second name
            return (
                token.upper
                and at > 0
                and may_follow(token.key)
                and self._gap(at - 1) == " "
                and self._is_first(at - 1)
            )
        if len(token.text) == 1:
            return token.upper and self._text.startswith(".", token.end)
        return token.upper or token.script in {"arabic", "other"}

    def _run(self, at: int, most: int = _MOST_TOKENS) -> list[int]:
        """The tokens from here on that can be one name, with particles between."""
        found: list[int] = []
        place = at
        while place < len(self._tokens) and len(found) < most:
            token = self._tokens[place]
            if found and not _ONE_SPACE.fullmatch(self._gap(place - 1)):
                break
            if found and self._gap(place - 1).startswith(".") and len(self._tokens[place - 1].text) > 1:
                break
            if self._may_name(place) or (
                token.key in _PARTICLES
                and place + 1 < len(self._tokens)
                and (found or token.text.islower())
                and self._may_name(place + 1)
                and _ONE_SPACE.fullmatch(self._gap(place))
            ):
                found.append(place)
            else:
                break
            place += 1
        while found and self._tokens[found[-1]].key in _PARTICLES:
            found.pop()
        return found

    def _is_first(self, at: int) -> bool:
        return is_first_name(without_suffix(self._tokens[at].key))

    def _is_unknown(self, at: int) -> bool:
        """Whether nothing explains a word: no list, no ending, no name of things."""
        token = self._tokens[at]
        key = without_suffix(token.key)
        if self._things.has_word(key) or key in self._things.words:
            return False
        if token.text.isupper() and len(token.text) < SHORTEST_CAPITALS:
            return False
        return token.script == "latin" and not is_word(key)

    def _is_shortened(self, at: int) -> bool:
        """Whether a word is an abbreviation: a full stop, and no new sentence."""
        return (
            re.match(
                r"\.(?:[),;:/]| [a-z(\d]|-)", self._text[self._tokens[at].end : self._tokens[at].end + 3]
            )
            is not None
        )

    def _ends(self, at: int) -> bool:
        """Whether nothing more belongs to the sentence after a token."""
        gap = self._gap(at)
        return at + 1 >= len(self._tokens) or not re.fullmatch(r" {1,2}", gap) or self._next_is_small(at + 1)

    def _next_is_small(self, at: int) -> bool:
        return at < len(self._tokens) and not self._tokens[at].upper and self._tokens[at].script != "arabic"

    # Cues

    def _by_cue(self, hit: Hit) -> Iterator[Name]:
        role = hit.cue.role
        if role is Role.TITLE:
            yield from self._after_title(hit.start, hit)
        elif role is Role.TITLE_AFTER:
            yield from self._before_title(hit)
            if _COLON.match(self._text, self._tokens[hit.end - 1].end):
                yield from self._after_label(hit)
        elif role in (Role.LABEL, Role.SELF):
            yield from self._after_label(hit)
            yield from self._before_label(hit)
        elif role is Role.PREPOSITION and hit.cue.language == "tr":
            yield from self._before_postposition(hit)
        elif role is Role.PREPOSITION:
            yield from self._after_preposition(hit)

    def _after_title(self, start: int, hit: Hit) -> Iterator[Name]:
        if (
            start
            and hit.cue.words[0] not in _PLAIN_TITLES
            and self._gap(start - 1) == " "
            and (stands_before_a_name(self._tokens[start - 1].key))
        ):
            return  # 'Praxis Dr. Wolf' is a house
        end = self._title_name(hit)
        if end is None:
            return
        yield self._name(start, end, hit)
        yield from self._more(end, hit, single=True)

    def _title_name(self, hit: Hit) -> int | None:
        """The token after the name that follows a title, or None."""
        at = hit.end
        while at < len(self._tokens) and at - hit.start < _MOST_TITLES:
            other = self._cue(at)
            if (
                other is None
                or other.cue.role is not Role.TITLE
                or not re.fullmatch(r"[.\s-]{1,3}|", self._gap(at - 1))
            ):
                break
            at = other.end
        if at >= len(self._tokens) or "\n" in self._gap(at - 1) or len(self._gap(at - 1)) > 3:
            return None
        token = self._tokens[at]
        if token.script == "arabic":
            return self._arabic_after_title(at, hit)
        run = self._run(at)
        if not run:
            return None
        first = run[0]
        key = self._tokens[first].key
        if names_an_organisation(key) or (key in self._things.words and not self._is_first(first)):
            return None
        if stands_after_a_name(key) or stands_before_a_name(key):
            return None
        if needs_a_name(hit.cue.words[-1]) and not self._is_somebody(run):
            return None
        end = first + 1
        for place in run[1:]:
            small = self._tokens[place].key in _PARTICLES
            after_first = place == first + 1 and (self._is_first(first) or len(self._tokens[first].text) == 1)
            if not (small or after_first or not is_word(self._tokens[place].key)):
                break
            end = place + 1
        while end > first + 1 and self._tokens[end - 1].key in _PARTICLES:
            end -= 1
        return end

    def _is_somebody(self, run: Sequence[int]) -> bool:
        """Whether a listed name, or a word that nothing explains, begins here."""
        if self._is_first(run[0]) or self._is_unknown(run[0]) or may_be_first_name(self._tokens[run[0]].key):
            return True
        return self._tokens[run[0]].script == "cyrillic" and self._slavic(run, strong=False) is not None

    def _arabic_after_title(self, at: int, hit: Hit) -> int | None:
        run = self._arabic_run(at, _WORDS_AFTER_TITLE)
        if not run or is_stop(self._tokens[run[0]].key):
            return None
        # After 'the engineer' a word without an article is no adjective: 'المهندس سامر', not 'المهندس المعماري'.
        definite = hit.cue.words[-1].startswith("ال") and not self._tokens[run[0]].key.startswith("ال")
        unsure = needs_a_name(hit.cue.words[-1]) and not self._is_first(run[0])
        if unsure and not (definite and len(run) > 1):
            return None
        whole = run[-1] + 1 >= len(self._tokens) or not re.fullmatch(r" ", self._gap(run[-1]))
        most = 3 if whole else 2
        return run[: most if len(run) >= most else len(run)][-1] + 1

    def _arabic_run(self, at: int, most: int) -> list[int]:
        found: list[int] = []
        place, counted = at, 0
        while place < len(self._tokens) and counted < most:
            token = self._tokens[place]
            if token.script != "arabic" or is_stop(token.key) or place in self._explained:
                break
            if found and self._gap(place - 1) not in {" ", "-", "\u200c"}:
                break
            if found and (token.key.startswith("و") and is_first_name(token.key[1:])):
                break
            if names_an_organisation(token.key):
                break
            found.append(place)
            counted += token.key not in _ARABIC_PARTICLES
            place += 1
        return found

    def _before_title(self, hit: Hit) -> Iterator[Name]:
        """'Mustafa Bey', 'Ayşe Yılmaz Hanım'."""
        start = hit.start
        while (
            start > 0 and hit.start - start < 2 and self._may_name(start - 1) and self._gap(start - 1) == " "
        ):
            if start < hit.start and is_word(self._tokens[start - 1].key) and not self._is_first(start - 1):
                break
            start -= 1
        last = hit.start - 1
        if (
            start < hit.start
            and (needs_a_name(hit.cue.words[0]) or not self._tokens[hit.start].upper)
            and not (self._is_first(start) or self._is_first(last))
        ):
            return
        if (
            start < hit.start
            and not names_a_thing(self._tokens[last].key)
            and not self._explained & {start, last}
        ):
            yield Name(self._tokens[start].start, self._tokens[hit.end - 1].end, True, hit.cue.language)

    def _after_label(self, hit: Hit) -> Iterator[Name]:
        at = hit.end
        if at >= len(self._tokens):
            return
        gap = self._gap(at - 1)
        strong = _STRONG.fullmatch(gap) is not None and "://" not in gap
        if not strong and not _PLAIN.fullmatch(gap):
            return
        strong, towards = strong or hit.cue.role is Role.SELF, hit.cue.towards
        skipped = 0
        while at < len(self._tokens) and skipped < 3:
            key = self._tokens[at].key
            if (
                key in _IS
                or (key in _TOWARDS and not self._tokens[at].upper)
                or (
                    skipped == 0
                    and key
                    in {
                        "die",
                        "der",
                        "unsere",
                        "unser",
                        "ihre",
                        "our",
                        "the",
                        "frau-herr",
                        "sich",
                        "sie",
                        "gern",
                        "gerne",
                        "bitte",
                        "please",
                        "direkt",
                    }
                )
            ):
                strong = strong or key in _IS
                towards = towards or key in _TOWARDS
                at += 1
                skipped += 1
                if at < len(self._tokens) and not re.fullmatch(r"[\s:]{1,3}", self._gap(at - 1)):
                    return
            else:
                break
        if at >= len(self._tokens):
            return
        title = self._cue(at)
        if title is not None and title.cue.role is Role.TITLE:
            return  # found by the title itself
        if title is None and not self._may_begin(at):
            at = self._behind_complement(at)
            if at is None:
                return
            strong = towards = False
        if (
            title is not None
            and title.cue.role is Role.LABEL
            and len(title.cue.words[0]) > 2
            and not self._is_first(at)
        ):
            return  # 'Kontakt: Ansprechpartnerin …': found by the second label
        end = self._labelled(at, strong=strong, towards=towards)
        if end is None:
            return
        yield self._name(at, end, hit)
        yield from self._more(end, hit, single=end - at == 1)

    def _may_begin(self, at: int) -> bool:
        """Whether a token looks like the beginning of a name."""
        token = self._tokens[at]
        return self._is_first(at) if token.script == "arabic" else token.upper

    def _behind_complement(self, at: int) -> int | None:
        """Where a full listed name begins behind what a label is about: 'Leiterin der Gruppe Beate Wolf'."""
        for place in range(at, min(at + _MOST_COMPLEMENT, len(self._tokens) - 1)):
            if self._may_begin(place) and self._is_first(place):
                run = self._run(place)
                return place if len(run) > 1 and not is_stop(self._tokens[run[1]].key) else None
            if not _COMPLEMENT_GAP.fullmatch(self._gap(place)) or self._cue(place) is not None:
                return None
        return None

    def _labelled(self, at: int, *, strong: bool, towards: bool) -> int | None:
        """The token after the name that begins here, beside a label; None where the evidence does not do."""
        token = self._tokens[at]
        if token.script == "arabic":
            return self._arabic_labelled(at, strong)
        run = self._run(at)
        if not run:
            return None
        first, second = run[0], run[1] if len(run) > 1 else None
        if self._is_first(first):
            return self._until(run, 2 if second is not None else 1)
        if token.script != "latin":
            return self._slavic(run, strong)
        initial = len(token.text) == 1
        if second is None:
            lone = self._is_unknown(first) and (strong or self._ends(first))
            return first + 1 if lone and not initial and len(token.text) > 2 else None
        if self._tokens[second].key in _PARTICLES:
            return (
                self._until(run, len(run))
                if len(run) > 2 and self._is_unknown(run[-1]) and not is_word(token.key)
                else None
            )
        unknown = self._is_unknown(first) or initial, self._is_unknown(second)
        if names_an_organisation(token.key) or names_an_organisation(self._tokens[second].key):
            return first + 1 if unknown[0] and strong and not initial and self._ends(first) else None
        if all(unknown) or (initial and strong) or (may_be_first_name(token.key) and unknown[1]):
            return self._until(run, 2)
        if self._is_first(second) and unknown[0]:
            return self._until(run, 2)
        ends = self._ends(second)
        if any(unknown) and ends and (strong or towards):
            return self._until(run, 2)
        if may_be_first_name(token.key) and strong and ends and not is_stop(self._tokens[second].key):
            return self._until(run, 2)
        return None

    def _until(self, run: Sequence[int], least: int) -> int:
        """The token after a name of so many tokens, and of those behind them that nothing explains."""
        end = run[least - 1] + 1
        for place in run[least:]:
            key = self._tokens[place].key
            if (
                key in _PARTICLES
                or self._is_first(place)
                or self._is_unknown(place)
                or (self._tokens[place - 1].key in _PARTICLES or len(self._tokens[place - 1].text) == 1)
            ):
                end = place + 1
            else:
                break
        while self._tokens[end - 1].key in _PARTICLES:
            end -= 1
        return end

    def _slavic(self, run: Sequence[int], strong: bool) -> int | None:
        keys = [self._tokens[place].key for place in run]
        if len(run) > 1 and (
            self._is_first(run[1]) or _SLAVIC_FAMILY.match(keys[0]) or _SLAVIC_FAMILY.match(keys[1])
        ):
            return run[1] + 1 if len(run) < 3 or not self._is_first(run[2]) else run[2] + 1
        if len(run) == 2 and strong and self._ends(run[1]) and not any(map(names_a_thing, keys)):
            return run[1] + 1
        if len(run) > 2 and self._is_first(run[2]):
            return run[2] + 1
        return None

    def _arabic_labelled(self, at: int, strong: bool) -> int | None:
        run = self._arabic_run(at, 3)
        if not run:
            return None
        listed = self._is_first(run[0]) or (self._tokens[run[0]].key in _ARABIC_PARTICLES and len(run) > 1)
        last = run[-1]
        whole = last + 1 >= len(self._tokens) or not re.fullmatch(r" ", self._gap(last))
        if listed:
            return (run[-1] if whole else run[min(1, len(run) - 1)]) + 1
        if strong and whole and len(run) == 2:
            return last + 1
        return None

    def _before_label(self, hit: Hit) -> Iterator[Name]:
        """'Zarifa Qvestorina (Vorsitzende)', 'Beate Wolf, Trainerin'."""
        if not hit.start or hit.cue.role is not Role.LABEL:
            return
        last = hit.start - 1
        gap = self._gap(last)
        if self._tokens[last].key in {
            "unsere",
            "die",
            "der",
            "unser",
            "ihre",
            "our",
            "the",
            "stellv",
            "stellvertretende",
            "erste",
            "zweite",
        }:
            last -= 1
            gap = self._gap(last) if last >= 0 else ""
        if last < 0 or not re.fullmatch(r"\s?[(,–—-]\s?(?:\d\. ?)?|\s?[(,–—-]\s?", gap):
            return
        start = last
        while (
            start > 0
            and last - start < 3
            and self._may_name(start - 1)
            and _ONE_SPACE.fullmatch(self._gap(start - 1))
        ):
            if self._gap(start - 1).startswith(".") and len(self._tokens[start - 1].text) > 1:
                break
            start -= 1
        if not self._may_name(last):
            return
        for begin in range(start, last + 1):
            end = self._labelled(begin, strong=False, towards=False)
            if end is not None and end == last + 1 and (end - begin > 1 or self._is_first(begin)):
                yield self._name(begin, end, hit)
                return

    def _after_preposition(self, hit: Hit) -> Iterator[Name]:
        at = hit.end
        if at >= len(self._tokens) or self._gap(at - 1) not in {" ", "  ", ": "}:
            return
        run = self._run(at) if self._tokens[at].script != "arabic" else self._arabic_run(at, 3)
        if not run:
            return
        if self._is_first(run[0]):
            if self._tokens[run[0]].script == "arabic":
                end = self._arabic_labelled(at, strong=False)
            else:
                end = self._until(run, min(2, len(run)))
            if end is not None:
                yield self._name(at, end, hit)
                yield from self._more(end, hit, single=end - at == 1)
        elif (
            hit.cue.words == ("bei",)
            and len(run) > 1
            and self._is_unknown(run[0])
            and self._is_unknown(run[1])
        ):
            end = self._until(run, 2)
            yield self._name(at, end, hit)
            yield from self._more(end, hit, single=False)
        elif (
            hit.cue.words == ("bei",)
            and len(run) == 2
            and self._is_unknown(run[1])
            and not is_word(self._tokens[run[0]].key.ljust(4))
        ):
            yield self._name(at, run[1] + 1, hit)
        elif hit.cue.words == ("bei",) and self._tokens[min(run[-1] + 1, len(self._tokens) - 1)].key in {
            "klingeln",
            "lauten",
            "anklopfen",
            "klopfen",
        }:
            yield self._name(at, run[-1] + 1, hit)
        elif self._short and hit.cue.words == ("bei",) and len(run) > 1 and self._is_unknown(run[1]):
            yield self._name(at, self._until(run, 2), hit)

    def _before_postposition(self, hit: Hit) -> Iterator[Name]:
        """Turkish: 'Elif Aksoy ile görüşün'."""
        end = hit.start
        start = end
        while (
            start and end - start < _MOST_TOKENS and self._may_name(start - 1) and self._gap(start - 1) == " "
        ):
            start -= 1
        while start < end and not self._is_first(start):
            start += 1
        if start < end:
            yield self._name(start, end, hit)

    def _more(self, end: int, hit: Hit, *, single: bool) -> Iterator[Name]:
        """The names that go on after `,`, `und` and the like, and over a bracket."""
        for _ in range(8):
            if end >= len(self._tokens):
                return
            at = end
            gap = self._gap(at - 1)
            inside = re.match(r"\s?\([^()\n]{0,60}\)", self._text[self._tokens[end - 1].end :])
            if inside:
                stop = self._tokens[end - 1].end + inside.end()
                while at < len(self._tokens) and self._tokens[at].start < stop:
                    at += 1
                if at >= len(self._tokens):
                    return
                gap = self._text[stop : self._tokens[at].start]
            if "\n" in gap or not _LIST_GAP.fullmatch(gap):
                return
            joined = bool(gap.strip())
            if self._tokens[at].key in _AND:
                at += 1
                joined = True
            elif (
                self._tokens[at].script == "arabic"
                and self._tokens[at].key.startswith("و")
                and len(self._tokens[at].key) > 3
            ):
                joined = True
            if not joined or at >= len(self._tokens):
                return
            title = self._cue(at)
            if title is not None and title.cue.role is Role.TITLE:
                return
            run = self._arabic_run(at, 2) if self._tokens[at].script == "arabic" else self._run(at)
            if not run:
                return
            if self._is_first(run[0]) and (len(run) > 1 or single):
                end = (
                    self._until(run, min(2, len(run))) if self._tokens[at].script != "arabic" else run[-1] + 1
                )
            elif (
                len(run) > 1
                and self._is_unknown(run[1])
                and (self._is_unknown(run[0]) or may_be_first_name(self._tokens[run[0]].key))
            ):
                end = self._until(run, 2)
            elif len(run) > 1 and self._tokens[at].script == "cyrillic" and self._slavic(run, strong=False):
                end = self._slavic(run, strong=False) or at
            else:
                return
            yield self._name(at, end, hit)

    def _name(self, start: int, end: int, hit: Hit | None, *, sure: bool = True) -> Name:
        last = self._tokens[end - 1]
        till = last.end + (1 if len(last.text) == 1 and self._text.startswith(".", last.end) else 0)
        return Name(self._tokens[start].start, till, sure, hit.cue.language if hit else "")

    # Evidence without a cue

    def _known_ones(self) -> Iterator[Name]:
        for start, end, whose in self._known.found(self._text, self._tokens):
            if not any(at in self._explained for at in range(start, end)):
                yield Name(self._tokens[start].start, self._tokens[end - 1].end, True, "", whose)

    def _beside(self, contacts: Sequence[Contact]) -> Iterator[Name]:
        """Names directly beside a person's number or mail, and names that a mail repeats."""
        for contact in contacts:
            if contact.kind == "link" or not (contact.person or contact.kind == "landline"):
                continue
            for name in (*self._before_contact(contact), *self._behind_contact(contact)):
                if (
                    contact.person
                    or " " in self._text[name.start : name.end].strip()
                    or self._is_listed_word(name)
                ):
                    yield name
        words = {word for one in contacts if one.person for word in one.words if len(word) > 2}
        if words:
            yield from self._repeated(words)

    def _is_listed_word(self, name: Name) -> bool:
        at = bisect_left(self._starts, name.start)
        return at < len(self._tokens) and self._is_first(at)

    def _before_contact(self, contact: Contact) -> Iterator[Name]:
        place = bisect_left(self._starts, contact.start) - 1
        skipped = 0
        while place >= 0 and skipped < 4 and not self._may_name(place):
            place -= 1
            skipped += 1
        if place < 0:
            return
        between = self._text[self._tokens[place].end : contact.start]
        if "\n" in between or not _BESIDE.fullmatch(between):
            return
        start = place
        while (
            start > 0
            and place - start < 3
            and self._may_name(start - 1)
            and _ONE_SPACE.fullmatch(self._gap(start - 1))
        ):
            if self._gap(start - 1).startswith(".") and len(self._tokens[start - 1].text) > 1:
                break
            start -= 1
        yield from self._evident(start, place)

    def _behind_contact(self, contact: Contact) -> Iterator[Name]:
        at = bisect_left(self._starts, contact.end)
        if at >= len(self._tokens):
            return
        between = self._text[contact.end : self._tokens[at].start]
        while at < len(self._tokens) and self._tokens[at].key in {"bei", "frau", "herr", "von", "an"}:
            at += 1
            if at < len(self._tokens):
                between = self._text[contact.end : self._tokens[at].start]
        if (
            at >= len(self._tokens)
            or "\n" in between
            or not _AFTER_CONTACT.fullmatch(between)
            or between == ""
        ):
            return
        run = self._run(at)
        if run and (re.search(r"[(–—/-]", between) or self._is_first(run[0])):
            yield from self._evident(run[0], run[-1], forwards=True)

    def _evident(self, start: int, last: int, *, forwards: bool = False) -> Iterator[Name]:
        """The name among tokens beside a contact: a listed first name, or words that nothing explains."""
        for begin in range(start, last + 1):
            if self._tokens[begin].key in _PARTICLES:
                continue
            if self._is_first(begin) or (
                may_be_first_name(self._tokens[begin].key) and begin < last and self._is_unknown(begin + 1)
            ):
                yield self._name(begin, last + 1 if not forwards or last - begin < 2 else begin + 2, None)
                return
            if self._is_unknown(begin) and len(self._tokens[begin].text) > 2:
                yield self._name(begin, last + 1 if last - begin < 3 else begin + 2, None)
                return
            if (
                begin == last - 1
                and self._is_unknown(last)
                and self._tokens[begin].script == "latin"
                and not names_a_thing(self._tokens[begin].key)
            ):
                yield self._name(begin, last + 1, None)
                return
            if (
                self._tokens[begin].script == "cyrillic"
                and begin == last - 1
                and self._slavic([begin, last], strong=True)
            ):
                yield self._name(begin, last + 1, None)
                return

    def _repeated(self, words: set[str]) -> Iterator[Name]:
        """Two words beside each other of which a mail repeats one whole: 'Sigma Koch, sigma.koch@'."""
        for at in range(len(self._tokens) - 1):
            if not (self._may_name(at) and self._may_name(at + 1) and self._gap(at) == " "):
                continue
            some = [self._tokens[place].key for place in (at, at + 1)]
            if all(key in words for key in some) or any(
                "".join(pair) in words for pair in (some, some[::-1])
            ):
                yield self._name(at, at + 2, None)

    def _inflected(self) -> Iterator[Name]:
        """Turkish: a full name with the case of who is called, asked or met: 'Fatma Çakır'a gönderin'."""
        for at in range(1, len(self._tokens)):
            if not (
                self._tokens[at].upper and _TURKISH_CASE.search(self._tokens[at].text) and self._may_name(at)
            ):
                continue
            start = at
            while start and at - start < 3 and self._may_name(start - 1) and self._gap(start - 1) == " ":
                start -= 1
            while start < at and not self._is_first(start):
                start += 1
            if start < at or (self._is_first(at) and not may_be_first_name(self._tokens[at].key)):
                yield self._name(start, at + 1, None)

    def _listed(self) -> Iterator[Name]:
        """A listed first name and another word: certain in a short field, else only a hint."""
        at = 0
        while at < len(self._tokens) - 1:
            if self._tokens[at].upper and self._may_name(at) and self._is_first(at):
                run = self._run(at, 3)
                if len(run) > 1 and not (
                    is_stop(self._tokens[run[1]].key) or names_an_organisation(self._tokens[run[1]].key)
                ):
                    if (
                        self._short
                        or self._is_unknown(run[1])
                        or self._ends(run[1])
                        or self._tokens[at].script != "latin"
                    ):
                        yield self._name(at, self._until(run, 2), None, sure=self._short)
                    at = run[-1]
            at += 1

    def _is_placed(self, at: int) -> bool:
        """Whether words before it make a word a place: 'am Tegut', 'vor dem Lidl', 'Bus nach Vellmar'."""
        if not at or self._is_first(at):
            return False
        before = self._tokens[at - 1]
        return not before.upper and before.key in _PLACING and len(self._gap(at - 1)) < 3

    def _unexplained(self) -> Iterator[Name]:
        """In a short field each capitalised word that nothing explains."""
        at = 0
        while at < len(self._tokens):
            if (
                self._may_name(at)
                and self._is_unknown(at)
                and self._tokens[at].upper
                and len(self._tokens[at].text) > 2
                and not self._is_shortened(at)
            ):
                end = at + 1
                if self._is_placed(at):
                    at += 1
                    continue
                while (
                    end < len(self._tokens)
                    and self._may_name(end)
                    and self._is_unknown(end)
                    and _ONE_SPACE.fullmatch(self._gap(end - 1))
                ):
                    end += 1
                start = at
                if (
                    start
                    and self._may_name(start - 1)
                    and self._gap(start - 1) == " "
                    and may_be_first_name(self._tokens[start - 1].key)
                    and not names_a_thing(self._tokens[start - 1].key)
                ):
                    start -= 1
                yield self._name(start, end, None, sure=not self._place or end - start > 1)
                at = end
                continue
            at += 1
