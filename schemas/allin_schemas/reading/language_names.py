"""The names of languages as people in Kassel write them: German, English, native, codes and abbreviations."""

from __future__ import annotations

import re
from functools import cache

_TABLE = """
de: Deutsch, German, deu, ger, dt., dt, deutsche Sprache, Almanca, Німецька, الألمانية, Allemand
de-simple: Leichte Sprache, leichte Sprache, Einfache Sprache, einfaches Deutsch, leichtes Deutsch,
  Deutsch in Leichter Sprache, Deutsch leichte Sprache, Deutsch einfache Sprache, Easy Read, plain German
en: Englisch, English, eng, engl., engl, İngilizce, Inglés, Anglais
tr: Türkisch, Turkish, Türkçe, tur, türk., türk, Turkce, Tuerkisch, Turkisch, Türkce
ar: Arabisch, Arabic, العربية, عربي, عربى, اللغة العربية, ara, arab., arab, Hocharabisch,
  Modernes Hocharabisch, Arapça, Arabi
ary: Marokkanisch, Marokkanisches Arabisch, Marokkanisch-Arabisch, Darija, Moroccan Arabic
arz: Ägyptisches Arabisch, Egyptian Arabic
apc: Syrisches Arabisch, Levantinisch, Levantinisches Arabisch, Syrisch-Arabisch,
  Palästinensisches Arabisch, Libanesisch, Levantine Arabic
aeb: Tunesisch, Tunesisches Arabisch
uk: Ukrainisch, Ukrainian, Українська, українська мова, ukr, ukr., Ukrainska, ua
ru: Russisch, Russian, Русский, русский язык, по-русски, rus, russ., russ
be: Belarussisch, Belarusian, Беларуская, Weißrussisch, bel
fa: Persisch, Persian, فارسی, Farsi, fas, per, pers., Pärsi, Iranisch, Farsça
fa-AF: Dari, دری, Dari-Persisch, Persisch Dari, Farsi Dari, Persisch (Dari), prs, Dari Persian, fa-af
ps: Paschtu, Pashto, پښتو, Paschto, Pashtu, pus, Paschtunisch
ku: Kurdisch, Kurdish, kurdî, kurd., kurd, kur, Kürtçe, Kurdi
kmr: Kurmandschi, Kurmanci, Kurmancî, Kurmanji, Nordkurdisch, Kurdisch Kurmandschi, Kurdisch Kurmanci,
  Kurdisch Kurmanji, Kurdî Kurmancî, Kurdisch (Kurmancî), Northern Kurdish, Badini, Kurmandji
ckb: Sorani, Soranî, Zentralkurdisch, Kurdisch Sorani, سۆرانی, کوردی, کوردیی ناوەندی, Central Kurdish,
  کوردی سۆرانی
zza: Zaza, Zazaki, Zazaisch, Dimili, Kırmancki
ti: Tigrinya, Tigrinisch, ትግርኛ, tir, Tigrigna, Tigrinia, Eritreisch, Tigrinja
am: Amharisch, Amharic, አማርኛ, amh, Äthiopisch
om: Oromo, Afaan Oromoo, Oromoo, orm, Oromisch, Afaan Oromo
so: Somali, Soomaali, Somalisch, som, Af-Soomaali, Af Soomaali
fr: Französisch, French, français, fra, fre, franz., franz, frz., frz
es: Spanisch, Spanish, español, spa, span., span, castellano, Kastilisch
pt: Portugiesisch, Portuguese, português, por, port.
pt-BR: Brasilianisch, Brasilianisches Portugiesisch, Brazilian Portuguese, pt-br
it: Italienisch, Italian, italiano, ita, ital., ital
pl: Polnisch, Polish, polski, pol, poln., poln, język polski
ro: Rumänisch, Romanian, română, ron, rum, rum., rumän., Moldauisch, Moldawisch, limba română
bg: Bulgarisch, Bulgarian, български, bul, bulg., bulg
sr: Serbisch, Serbian, српски, srpski, srp, serb.
hr: Kroatisch, Croatian, hrvatski, hrv, kroat.
bs: Bosnisch, Bosnian, bosanski, bos, bosn.
sh: Serbokroatisch, Serbo-Kroatisch, Serbo-Croatian, BKS, srpskohrvatski
sq: Albanisch, Albanian, shqip, sqi, alb, alb., Kosovarisch
mk: Mazedonisch, Macedonian, македонски, mkd, makedonisch
sl: Slowenisch, Slovenian, slovenščina, slv
el: Griechisch, Greek, Ελληνικά, ell, gre, griech., griech
hu: Ungarisch, Hungarian, magyar, hun, ungar.
cs: Tschechisch, Czech, čeština, ces, cze, česky
sk: Slowakisch, Slovak, slovenčina, slk, slo
lt: Litauisch, Lithuanian, lietuvių, lit
lv: Lettisch, Latvian, latviešu, lav
et: Estnisch, Estonian, eesti, est
rom: Romanes, Romani, Romany, Romani čhib, Romanès
ur: Urdu, اردو, urd, Pakistanisch
hi: Hindi, हिन्दी, हिंदी, hin
pa: Punjabi, ਪੰਜਾਬੀ, Panjabi, Pandschabi, پنجابی, pan
bn: Bengali, Bengalisch, Bangla, বাংলা, ben
ta: Tamil, Tamilisch, தமிழ், tam
te: Telugu, తెలుగు, tel
ml: Malayalam, മലയാളം, mal
mr: Marathi, मराठी
gu: Gujarati, ગુજરાતી
ne: Nepali, Nepalesisch, नेपाली, nep
si: Singhalesisch, Sinhala, සිංහල, Singhala, sin
my: Birmanisch, Burmese, မြန်မာ, Burmesisch, mya
th: Thailändisch, Thai, ไทย, tha
vi: Vietnamesisch, Vietnamese, Tiếng Việt, vie, vietn.
zh: Chinesisch, Chinese, 中文, Mandarin, Hochchinesisch, zho, chi, 汉语, 普通话, Chinesisch Mandarin, chin.
yue: Kantonesisch, Cantonese, 粵語, 粤语
ja: Japanisch, Japanese, 日本語, jpn, jap.
ko: Koreanisch, Korean, 한국어, kor
id: Indonesisch, Indonesian, Bahasa Indonesia, ind
ms: Malaiisch, Malay, Bahasa Melayu
tl: Tagalog, tgl
fil: Filipino, Philippinisch
mn: Mongolisch, Mongolian, монгол, mon
kk: Kasachisch, Kazakh, қазақ тілі, қазақша, kaz
ky: Kirgisisch, Kyrgyz, кыргызча, kir
uz: Usbekisch, Uzbek, oʻzbek, o'zbek, uzb
tg: Tadschikisch, Tajik, тоҷикӣ, tgk
tk: Turkmenisch, Turkmen, türkmen dili, tuk
az: Aserbaidschanisch, Azerbaijani, azərbaycan, aze, Aseri, Azeri
ug: Uigurisch, Uyghur, ئۇيغۇرچە, uig
ka: Georgisch, Georgian, ქართული, kat
hy: Armenisch, Armenian, հայերեն, hye
ce: Tschetschenisch, Chechen, нохчийн
he: Hebräisch, Hebrew, עברית, heb, Ivrit, Iwrit
yi: Jiddisch, Yiddish, ייִדיש
syr: Syrisch, Syriac, Assyrisch-Syrisch
aii: Assyrisch, Assyrian, Neuostaramäisch, Assyrian Neo-Aramaic
tru: Turoyo, Suryoyo, Surayt, Neuwestaramäisch
arc: Aramäisch, Aramaic
zgh: Tamazight, Berberisch, Amazigh, ⵜⴰⵎⴰⵣⵉⵖⵜ
kab: Kabylisch, Kabyle, Taqbaylit
sw: Suaheli, Swahili, Kiswahili, swa, Kisuaheli
ha: Hausa, Haussa
yo: Yoruba, Èdè Yorùbá
ig: Igbo
wo: Wolof
ff: Fula, Ful, Fulfulde, Pulaar, Fulani, Peul
bm: Bambara, bamanakan
dyu: Dioula, Dyula
mnk: Mandinka
ln: Lingala
lua: Tshiluba, Luba
kg: Kikongo, Kongo
rw: Kinyarwanda, Ruandisch
rn: Kirundi, Rundi
lg: Luganda, Ganda
sn: Shona
zu: Zulu
af: Afrikaans
mg: Malagasy, Madagassisch
ak: Akan
tw: Twi
ee: Ewe
sg: Sango
nl: Niederländisch, Dutch, Nederlands, Holländisch, nld, Flämisch
da: Dänisch, Danish, dansk
sv: Schwedisch, Swedish, svenska
no: Norwegisch, Norwegian, norsk
fi: Finnisch, Finnish, suomi
is: Isländisch, Icelandic
ca: Katalanisch, Catalan, català
eu: Baskisch, Basque, euskara
gl: Galicisch, Galician, galego
ga: Irisch, Irish, Gaeilge
lb: Luxemburgisch, Luxembourgish
mt: Maltesisch, Maltese
la: Latein, Latin
eo: Esperanto
ht: Haitianisch, Haitianisches Kreol, Haitian Creole, Kreyòl
bo: Tibetisch, Tibetan
km: Khmer, Kambodschanisch
lo: Laotisch, Lao
sd: Sindhi
tt: Tatarisch, Tatar
gsg: Deutsche Gebärdensprache, DGS, Gebärdensprache, Gebärden, German Sign Language,
  Gebärdensprache (DGS), Deutsche Gebärdensprache (DGS)
"""

AMBIGUOUS = frozenset(
    {
        "kurdisch",
        "kurdish",
        "kurdî",
        "kurd.",
        "kurd",
        "kürtçe",
        "kurdi",
        "ku",
        "kur",
        "syrisch",
        "äthiopisch",
        "eritreisch",
        "aramäisch",
        "berberisch",
        "pakistanisch",
        "iranisch",
    }
)
"""Names that people use for more than one language."""
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
"""Tags as the model holds them: a region alone is no language, and what is private or an extension stays away."""


def key(text: str) -> str:
    """A name as the table knows it: small, without the dots that i has in Turkish."""
    return text.casefold().replace("i\u0307", "i")


def _rows() -> list[tuple[str, str]]:
    """Tag and spellings of each language; an indented line continues the one before."""
    lines = _TABLE.strip().replace(",\n  ", ", ").splitlines()
    return [(code, spellings) for code, _, spellings in (line.partition(": ") for line in lines)]


@cache
def known() -> dict[str, str]:
    """Every spelling -> the language's tag."""
    names: dict[str, str] = {}
    for code, spellings in _rows():
        for spelling in (code, *spellings.split(", ")):
            names.setdefault(key(spelling.strip()), code)
    return names


@cache
def german_name(code: str) -> str:
    """What a suggestion calls the language."""
    return next((spellings.split(",")[0] for tag, spellings in _rows() if tag == code), code)


def by_library(text: str) -> str | None:
    """The tag of a language that the table does not know, by langcodes and Babel."""
    from langcodes import standardize_tag, tag_is_valid
    from langcodes.tag_parser import LanguageTagError

    if text.isascii() and tag_is_valid(text) and (len(text) in (2, 3) or "-" in text or "_" in text):
        try:
            tag = standardize_tag(text)
        except LanguageTagError:
            return None
        primary = tag.split("-")[0]
        return known().get(tag.casefold()) or known().get(primary) or (tag if _TAG.fullmatch(tag) else None)
    return _names().get(key(text))


@cache
def _names() -> dict[str, str]:
    """Names of all languages in German and English, and their own, by Babel."""
    from babel import Locale

    names: dict[str, str] = {}
    for language in ("de", "en", "tr", "uk", "ar"):
        for code, name in Locale.parse(language).languages.items():
            if "_" not in code and 2 <= len(code) <= 3 and code not in {"mul", "und", "zxx", "mis"}:
                names.setdefault(key(str(name)), known().get(code, code))
    return names
