"""Takes an output offline: one page that says so stands in the place of all its files, until a person publishes it again."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any, ClassVar

from allin_hub.api.output_run import Artifact, OutputRun
from allin_hub.api.plugin import Output, PluginConfig
from allin_hub.api.view import View
from allin_hub.base.failpoints import Point
from allin_hub.hub import Hub
from allin_hub.store import runs
from allin_hub.store.engine import reading, writing
from allin_schemas import Purpose
from allin_schemas.values import direction

SAYS = {
    "de": "Diese Seite ist zurzeit nicht verfügbar.",
    "en": "This page is not available at the moment.",
    "ar": "هذه الصفحة غير متاحة حاليًا.",
    "tr": "Bu sayfa şu anda kullanılamıyor.",
    "fa": "این صفحه در حال حاضر در دسترس نیست.",
    "uk": "Ця сторінка наразі недоступна.",
    "ru": "Эта страница сейчас недоступна.",
}
"""What a reader is told, in the languages of the output; English where there is none of them."""
_PAGE = """<!DOCTYPE html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
</head>
<body>
<main>
<h1>{title}</h1>
{says}
</main>
</body>
</html>
"""


class Offline(Output[PluginConfig]):
    """Stands in for an output that is offline: one page, and nothing of the hub's data."""

    about: ClassVar = {"de": "Eine Seite, die sagt, dass es hier zurzeit nichts gibt."}
    reads = ()
    purpose = Purpose.DIRECTORY_PUBLIC

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:  # noqa: ARG002 - nothing is shown
        """Yield the page."""
        languages = [one for one in run.languages if one in SAYS] or ["en"]
        says = "\n".join(
            f'<p lang="{one}" dir="{direction(one)}">{html.escape(SAYS[one])}</p>' for one in languages
        )
        yield run.file(
            "index.html",
            _PAGE.format(
                language=languages[0],
                direction=direction(languages[0]),
                title=html.escape(run.title),
                says=says,
            ),
        )


def stand_in(name: str) -> Output[Any]:
    """The output that is published in the place of one that is offline."""
    return Offline(name, PluginConfig())


def is_offline(hub: Hub, name: str) -> bool:
    """Whether the office has taken an output offline."""
    with reading(hub.engine) as connection:
        return runs.output_row(connection, name).get("offline_since") is not None


def switch(hub: Hub, names: list[str], *, offline: bool) -> None:
    """Note which outputs are offline from now on, or are not any more."""
    changed = [name for name in names if is_offline(hub, name) is not offline]
    if changed:
        with writing(hub.engine, Point.OUTPUT_SWITCHED) as connection:
            for name in changed:
                runs.save_output(connection, name, offline_since=hub.clock() if offline else None)
