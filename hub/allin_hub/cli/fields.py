"""`allin fields`: what a column can hold, how it is called in hub.toml, and what is read into it."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

from allin_hub.cli.console import print_json, table
from allin_hub.cli.documents import FieldsDocument, PrintedField
from allin_hub.cli.invocation import Call
from allin_hub.cli.show_export import KINDS
from allin_hub.cli.tables import EMPTY, Column, line
from allin_hub.config.toml_blocks import unknown
from allin_hub.i18n.translator import voice_for
from allin_hub.mapping.field_list import Field, fields
from allin_schemas import Kind


def run_fields(call: Call, kind: str | None, word: str | None) -> None:
    """`allin fields`."""
    say = voice_for(Path(call.folder))
    wanted = [_kind(kind)] if kind else list(Kind)
    found = [
        (one, field) for one in wanted for field in fields(one) if word is None or _is_called(field, word)
    ]
    if call.json:
        print_json(FieldsDocument(tuple(PrintedField(one.value, *astuple(field)) for one, field in found)))
    elif kind is None and word is None:
        table(
            [Column(say("Kind")), Column(say("What it is"))], [[one.value, say(KINDS[one])] for one in wanted]
        )
        line()
        line(say("The fields of one: {command}", command="allin fields organisation"))
    elif not found:
        line(say("No field has '{word}' in its name.", word=word or ""))
    else:
        german = say.language == "de"
        columns = [
            Column(say("Field")),
            Column(say("What it is"), wraps=True),
            Column(say("Read as"), wraps=True),
            Column(say("Example"), wraps=True),
        ]
        if kind is None:
            columns.insert(0, Column(say("Kind")))
        table(
            columns,
            [([one.value] if kind is None else []) + _row(field, german=german) for one, field in found],
        )
        line()
        line(say("A column of another name is mapped in hub.toml, under its source:"))
        line(f'columns = {{ "{say("Your heading")}" = "{found[0][1].path}" }}')


def _row(field: Field, *, german: bool) -> list[object]:
    reads = field.reads_de if german else field.reads_en
    return [
        field.path,
        field.label_de if german else field.label_en,
        f"{reads}: {', '.join(field.words)}" if field.words else reads,
        field.examples[0] if field.examples else EMPTY,
    ]


def _is_called(field: Field, word: str) -> bool:
    """Whether a word stands in what a field is called, or in a heading that leads to it."""
    small = word.casefold()
    return any(
        small in text.casefold() for text in (field.path, field.label_de, field.label_en, *field.headings)
    )


def _kind(word: str) -> Kind:
    if word not in {kind.value for kind in Kind}:
        raise unknown("There is no kind '{word}'.", word, [kind.value for kind in Kind])
    return Kind(word)
