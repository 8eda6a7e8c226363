"""Tells roles from persons, and own domains from shared ones: what may be public, and what identifies."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from allin_schemas.reading.findings import listed
from allin_schemas.reading.keys import plain

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
"""Words that name a task or a place in an organisation, never a person."""

_ACTIVITIES = listed(
    "treffen lotsen garten naehen nähen schwimmen lernhaus chor tanz theater musik werkstatt kueche küche "
    "repair fahrrad spielgruppe muetter mütter vaeter väter seniorencafe mittagstisch hausaufgaben nachhilfe "
    "deutschkurs"
)
"""What an organisation does; at its own domain no person, elsewhere some are family names."""

_FILLING = listed(
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
_WORD = re.compile(r"[^\W\d_]+")
_USUAL = re.compile(r"https?://(?:www\.)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?:/[^?#]*)?")


def is_role_address(email: str) -> bool:
    """Whether an address is that of a task (info@, vorstand@) and so names no person."""
    local, _, domain = email.casefold().partition("@")
    if local in ROLE_WORDS and local.isalpha():
        return True
    words = _WORD.findall(local)
    own = {part for part in re.split(r"[.-]", domain.rpartition(".")[0]) if len(part) > 2}
    if not words:
        return False
    tasks = ROLE_WORDS | _ACTIVITIES if mail_domain(email) else ROLE_WORDS
    known = [word in tasks or _organisational(word) for word in words]
    return any(known) and all(
        good or word in _FILLING or (word in own and any(known))
        for word, good in zip(words, known, strict=True)
    )


def is_role_name(name: str) -> bool:
    """Whether a name is a task's ('Vorstand', 'Team Beratung'); in doubt it is a person's."""
    words = _WORD.findall(plain(name))
    known = [word in ROLE_WORDS or _organisational(word) for word in words]
    return any(known) and all(good or word in _FILLING for word, good in zip(words, known, strict=True))


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
