"""Tells roles from persons, and own domains from shared ones: what may be public, and what identifies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from urllib.parse import urlsplit

from allin_schemas.reading.findings import listed
from allin_schemas.reading.keys import name_key, plain

ROLE_WORDS = listed(
    "info infos information kontakt contact contacts hallo hello willkommen welcome mail email post office "
    "buero büro zentrale empfang"
    " vorstand board vorsitz vorsitzende vorsitzender vorsitzend leitung geschaeftsfuehrung "
    "geschäftsführung geschaeftsstelle geschäftsstelle"
    " sekretariat verwaltung admin administration buchhaltung kasse kassenwart schatzmeister finanzen "
    "verein vereinsbuero vereinsbüro team"
    " beratung beratungsstelle sozialberatung migrationsberatung mbe jmd service support hilfe help "
    "anmeldung anmeldungen registration"
    " presse press redaktion newsletter news medien webmaster web website internet homepage noreply "
    "no-reply event events veranstaltung"
    " veranstaltungen termine programm jugend kinder frauen maenner männer eltern familie familien "
    "senioren sport kultur bildung kurse kurs"
    " sprachkurse sprachcafe sprachcafé ehrenamt freiwillige volunteer volunteers mitmachen engagement "
    "projekt projekte project projects koordination"
    " koordinierung integration datenschutz privacy bewerbung jobs karriere spenden mitglieder "
    "mitgliedschaft netzwerk treff treffpunkt laden"
    " raum raeume räume vermietung bibliothek schule kita hausmeister ansprechperson ansprechpartner "
    "kontaktperson zustaendig stelle"
)
"""Words that name a task or a place in an organisation."""

_GREETINGS = listed("post mail email hallo hello willkommen welcome familie family fam")
"""Words that people use at their own domain too; some are family names. Alone they say nothing of a task."""

_FUNCTIONS = listed(
    "erste erster ersten zweite zweiter stellv stellvertretend stellvertretende stellvertretender stellvertretung "
    "stellvertreter stellvertreterin vorsitz vorsitzende vorsitzender kassenwartin kassierer kassiererin "
    "schatzmeisterin schriftfuehrer schriftfuehrerin beisitzer beisitzerin praesident praesidentin obmann "
    "geschaeftsfuehrer geschaeftsfuehrerin leiter leiterin leitende leitender koordinator koordinatorin "
    "berater beraterin referent referentin beauftragte beauftragter mitarbeiter mitarbeiterin mitarbeitende "
    "ansprechpartnerin ansprechstelle kontaktstelle sprecher sprecherin trainer trainerin uebungsleiter "
    "uebungsleiterin lehrer lehrerin dozent dozentin dolmetscher dolmetscherin lotse lotsin assistenz "
    "sachbearbeitung betreuung hausmeisterin mitglied mitgliederverwaltung gruppe abteilung bereich fachbereich "
    "ehrenamtlich ehrenamtliche ehrenamtlicher hauptamtlich fuehrung dienst chair chairperson chairwoman "
    "chairman coordinator coordination treasurer secretary manager director head staff member deputy"
)
"""What somebody does in an organisation, where nothing but a function is expected."""

_FUNCTION_ENDINGS = (
    "leitung",
    "leiter",
    "leiterin",
    "koordinator",
    "koordinatorin",
    "berater",
    "beraterin",
    "beauftragte",
    "beauftragter",
    "referent",
    "referentin",
    "buero",
)

_FAMILY_NAMES = listed(
    "mueller schmidt schneider fischer weber meyer meier maier mayer wagner becker schulz schulze hoffmann "
    "hofmann schaefer koch bauer richter klein wolf schroeder neumann schwarz zimmermann braun krueger "
    "hartmann lange werner krause lehmann schmitt schmitz koehler herrmann koenig walter huber kaiser fuchs "
    "peters scholz moeller weiss jung hahn keller vogel friedrich guenther frank berger winkler roth beck "
    "lorenz baumann franke albrecht schuster simon ludwig boehm winter kraus schumacher vogt stein jaeger "
    "otto sommer gross seidel heinrich brandt haas graf schulte dietrich ziegler kuhn kuehn pohl engel horn "
    "busch bergmann thomas voigt sauer arnold wolff pfeiffer "
    "yilmaz kaya demir celik sahin yildiz yildirim oeztuerk ozturk aydin oezdemir ozdemir arslan dogan kilic "
    "aslan cetin kara koc kurt oezkan ozkan simsek polat korkmaz erdogan "
    "ali ahmed ahmad hassan hussein ibrahim khalil mohammed mohammad hamid haddad khan hosseini ahmadi "
    "mohammadi rezai karimi rahimi nguyen tran singh kumar tesfay haile mengistu mohamed abdi "
    "ivanov ivanova petrov petrova kovalenko shevchenko schewtschenko melnyk bondarenko boyko nowak kowalski "
    "smirnov popov novak horvat popescu ionescu silva santos garcia fernandez lopez martinez rossi ferrari"
)
"""Common family names in the letters of a mail's domain; they count only where the organisation's name does not explain one."""

_ACTIVITIES = listed(
    "treffen lotsen garten naehen nähen schwimmen lernhaus chor tanz theater musik werkstatt kueche küche "
    "repair fahrrad spielgruppe muetter mütter vaeter väter seniorencafe mittagstisch hausaufgaben nachhilfe "
    "deutschkurs"
)
"""What an organisation does; at its own domain no person, elsewhere some are family names."""

FILLING = listed(
    "und der die das des dem den für fuer im in am an von vom zu zur e v ev mso ag ks kassel nordhessen "
    "hessen deutschland and the of for de stadt"
)
_STEMS = (
    "verein",
    "zentrum",
    "initiative",
    "netzwerk",
    "gemeinde",
    "verband",
    "beratung",
    "stiftung",
    "institut",
    "akademie",
    "werkstatt",
    "koordination",
    "integration",
    "redaktion",
    "projekt",
    "geschaeftsstelle",
    "beratungsstelle",
    "migration",
    "cafe",
    "verwaltung",
)
"""Endings that no family name has; 'haus' or 'netz' would take Neuhaus for a role."""
MAIL_PROVIDERS = listed(
    "gmail.com googlemail.com gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de magenta.de "
    "freenet.de arcor.de vodafone.de vodafonemail.de"
    " outlook.com outlook.de hotmail.com hotmail.de live.com live.de msn.com yahoo.com yahoo.de ymail.com "
    "aol.com aol.de icloud.com me.com mac.com"
    " posteo.de posteo.net mailbox.org proton.me protonmail.com pm.me tutanota.com tutanota.de tuta.io "
    "tuta.com email.de mail.de mail.com online.de"
    " unitybox.de unity-mail.de kabelmail.de 1und1.de ionos.de o2online.de o2mail.de alice-dsl.net "
    "alice.de ewe.net ewetel.net netcologne.de"
    " mail.ru yandex.ru yandex.com inbox.ru bk.ru list.ru ukr.net i.ua meta.ua rambler.ru wp.pl o2.pl "
    "onet.pl interia.pl abv.bg seznam.cz"
    " laposte.net orange.fr free.fr wanadoo.fr libero.it qq.com 163.com mynet.com hotmail.fr hotmail.co.uk "
    "yahoo.fr yahoo.co.uk riseup.net"
)
SHARED_HOSTS = listed(
    "facebook.com fb.com fb.me m.facebook.com de-de.facebook.com instagram.com youtube.com youtu.be "
    "twitter.com x.com tiktok.com linkedin.com"
    " whatsapp.com wa.me chat.whatsapp.com t.me telegram.me linktr.ee sites.google.com docs.google.com "
    "forms.gle google.com maps.google.com"
    " goo.gl bit.ly tinyurl.com eventbrite.de eventbrite.com meetup.com nebenan.de betterplace.org "
    "wordpress.com jimdo.com wix.com blogspot.com"
    " github.io github.com medium.com wikipedia.org de.wikipedia.org openstreetmap.org zoom.us "
    "meet.google.com teams.microsoft.com"
    " xing.com pinterest.com threads.net bsky.app mastodon.social vimeo.com soundcloud.com spotify.com "
    "dropbox.com onedrive.live.com"
)
_SHORTEST, _LONG = 3, 4
"""Letters of a word that can stand for a name, and of one that may be part of a longer word."""
_TITLES = listed("frau herr herrn fr hr familie family fam dr prof")
_WORD = re.compile(r"[^\W\d_]+")
_USUAL = re.compile(r"https?://(?:www\.)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?:/[^?#]*)?")


def is_role_address(email: str, names: Iterable[str] = (), persons: Iterable[str] = ()) -> bool:
    """Whether an address is a task's (info@, vorstand@) or named after the association, and so names no person.

    Args:
        email: The address.
        names: The association's names. A word of them makes a mailbox its own; a word of the domain does not.
        persons: The names of its contacts. A mailbox with a word of theirs is a person's, and so is a domain
            with one that is no word of the association's name.
    """
    local, _, domain = plain(email).partition("@")
    words = _WORD.findall(local)
    names = tuple(names)
    ours, people = _words_of(names), _person_words(names, tuple(persons))
    shared = domain in MAIL_PROVIDERS
    tasks = ROLE_WORDS if shared else ROLE_WORDS | _ACTIVITIES
    known = [word in tasks or _organisational(word) or _made_of(word, ours) for word in words]
    if not _says_a_task(words, known) or not people.isdisjoint(words):
        return False
    certain = any(good and word not in _GREETINGS for word, good in zip(words, known, strict=True))
    return certain if shared else not _persons_domain(domain, ours, people, certain=certain)


def names_person(email: str, persons: Iterable[str], names: Iterable[str] = ()) -> bool:
    """Whether an address holds a word of the names of these persons; `names` are those of the association."""
    return not _person_words(tuple(names), tuple(persons)).isdisjoint(_WORD.findall(plain(email)))


def is_role_name(name: str) -> bool:
    """Whether a name is a task's ('Vorstand', 'Team Beratung'); in doubt it is a person's, as 'Post' is."""
    words = _WORD.findall(plain(name))
    return _says_a_task(
        words, [word not in _GREETINGS and (word in ROLE_WORDS or _organisational(word)) for word in words]
    )


def is_doubtful_name(name: str) -> bool:
    """Whether a name is a word of mailboxes that is a family name too, as 'Post' is: it is taken for a person's."""
    words = _WORD.findall(plain(name))
    return bool(words) and all(word in ROLE_WORDS for word in words) and not is_role_name(name)


def is_function(text: str) -> bool:
    """Whether a text says what somebody does and nothing else: each of its words is known to name no person."""
    words = _WORD.findall(plain(text))
    return _says_a_task(words, list(map(_names_a_function, words)))


def _names_a_function(word: str) -> bool:
    if word in _GREETINGS:
        return False
    if word in ROLE_WORDS or word in _FUNCTIONS or word in _ACTIVITIES or _organisational(word):
        return True
    return any(word.endswith(end) and len(word) - len(end) >= _SHORTEST for end in _FUNCTION_ENDINGS)


def _says_a_task(words: Sequence[str], known: Sequence[bool]) -> bool:
    """Whether one of the words is known, and all others only fill."""
    return any(known) and all(good or word in FILLING for word, good in zip(words, known, strict=True))


@lru_cache(maxsize=4_000)
def _words_of(names: tuple[str, ...]) -> frozenset[str]:
    """What an association can be told by: the words of its names without legal form, and their initials."""
    found: set[str] = set()
    for name in names:
        words = _WORD.findall(plain(name_key(name)))
        found.update(word for word in words if len(word) >= _SHORTEST and word not in FILLING)
        initials = "".join(word[0] for word in words)
        if len(initials) >= _SHORTEST:
            found.add(initials)
    return frozenset(found)


@lru_cache(maxsize=4_000)
def _person_words(names: tuple[str, ...], persons: tuple[str, ...]) -> frozenset[str]:
    """The words of persons' names; a role's name has none, nor has the association's own."""
    known = set(map(name_key, filter(None, names)))
    return frozenset(
        word
        for person in persons
        if not is_role_name(person) and name_key(person) not in known
        for word in _WORD.findall(plain(person))
        if len(word) >= _SHORTEST and word not in FILLING and word not in _TITLES
    )


def words_of_persons(persons: Iterable[str]) -> frozenset[str]:
    """The words of persons' names, small and without accents."""
    return _person_words((), tuple(persons))


def _made_of(word: str, ours: frozenset[str]) -> bool:
    """Whether a word is one of the association's, or several written together: 'zeytin', 'choralpha', 'zeytinkassel'."""
    if word in ours:
        return True
    first = [one for one in ours if word.startswith(one)]
    pieces = ours | ROLE_WORDS | _ACTIVITIES | FILLING
    return any(_splits(word[len(one) :], pieces) for one in first) or any(
        word.endswith(one) and _splits(word[: -len(one)], pieces) for one in ours
    )


def _splits(rest: str, pieces: frozenset[str], depth: int = 4) -> bool:
    return not rest or (
        depth > 0
        and any(
            rest[:size] in pieces and _splits(rest[size:], pieces, depth - 1)
            for size in range(_SHORTEST - 1, len(rest) + 1)
        )
    )


def _persons_domain(domain: str, ours: frozenset[str], people: frozenset[str], *, certain: bool) -> bool:
    """Whether a domain looks like a person's: anna-schmidt, mueller, familie-wolf.

    One that the association's name, or a word of what associations do, explains is no person's.
    """
    labels = [_WORD.findall(label) for label in domain.split(".")[:-1]]
    words = [word for label in labels for word in label]
    if not (people - ours).isdisjoint(words):
        return True
    if any(map(partial(_explained, ours=ours), words)):
        return False
    looks = any(word in _FAMILY_NAMES or word in _TITLES for word in words)
    return looks or not certain or any(len(label) > 1 for label in labels)


def _explained(word: str, ours: frozenset[str]) -> bool:
    if word in _GREETINGS:
        return False
    if word in ROLE_WORDS or word in _ACTIVITIES or word in FILLING or _organisational(word):
        return True
    return _made_of(word, ours) or any(
        len(one) >= _LONG and (one in word or (len(word) >= _LONG and word in one)) for one in ours
    )


def mail_domain(email: str | None) -> str | None:
    """The domain of an address, in small letters, when it is not one of a mail provider."""
    domain = (email or "").rpartition("@")[2].strip().rstrip(".").lower()
    return domain if "." in domain and domain not in MAIL_PROVIDERS else None


def own_domain(address: str | None) -> str | None:
    """The domain that an organisation has for itself, by mail or web address; None where many share it."""
    if not address:
        return None
    if "@" in address and "/" not in address:
        return mail_domain(address)
    usual = _USUAL.fullmatch(address)
    if usual:
        return _unshared(usual[1])
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return None
    return _unshared(host.rstrip(".").removeprefix("www."))


def _unshared(host: str) -> str | None:
    return host if "." in host and host not in SHARED_HOSTS and host not in MAIL_PROVIDERS else None


def _organisational(word: str) -> bool:
    """Whether a longer word is built with an organisation's word: 'elternverein', 'migrationsberatung'."""
    return any(word.endswith(stem) and len(word) - len(stem) >= 3 for stem in _STEMS) or word in _STEMS
