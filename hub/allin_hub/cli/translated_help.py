"""Help and usage errors in the language of whoever calls: the words of typer, and those of our commands."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from allin_hub.i18n import staff_language
from allin_hub.i18n.gettext_catalogs import words

LOCALE = Path(__file__).parent / "locale"
WORDS = (
    "Usage: ", "Arguments", "Options", "Commands", "required", "default", "env var", "Example", "Examples",
    "Start with", "or", "Docs", "[OPTIONS]", "COMMAND [ARGS]...", "Show this message and exit.",
    "Try '{command} --help' for help.", "my-hub", "my-demo",
    "There is no language '{name}' here: --lang de, or --lang en.",
)  # fmt: skip
"""What typer says in every help; each stands in the catalogue."""
PLACES = (
    "DIR",
    "FIELD",
    "FILE",
    "KIND",
    "NAME",
    "NEW",
    "NUMBER",
    "OLD",
    "OUTPUT",
    "PURPOSE",
    "RUN",
    "SOURCE",
    "TO",
    "URL",
    "VALUE",
)
"""What stands for a word that a person puts there; each stands in the catalogue."""
ERRORS = (
    "No such option: {name}", "No such option: {name} Did you mean {guess}?", "No such command '{name}'.",
    "No such command '{name}'. Did you mean {guess}?", "Missing option '{name}'.", "Missing argument '{name}'.",
    "Missing command.", "Option '{name}' requires an argument.", "Option '{name}' does not take a value.",
    "Got unexpected extra argument(s) ({name})",
    "Invalid value for '{name}': {fault}", "Input should be a valid integer, unable to parse string as an integer",
    "Input should be greater than or equal to {least}", "Input should be less than or equal to {most}",
)  # fmt: skip
"""What typer says of a call that is wrong; each stands in the catalogue."""


LEAST_WIDTH, MOST_WIDTH = 30, 80
"""How many columns help has at least and at most; typer would write 50 into a window of 40."""
_Formatter: Any = typer.Context.formatter_class
_PLACE = re.compile(r"\b(?:" + "|".join(PLACES) + r")\b")
_TYPE = re.compile(r" <[^<>]*>$")
"""What a program would call the sort of a value."""


class Speech:
    """Says the words of the command line in one language."""

    def __init__(self, language: str) -> None:
        self.german = language.lower().startswith("de")
        self._texts = words(LOCALE, "de" if self.german else "en")

    def __call__(self, text: str) -> str:
        """A text; one that the catalogue does not have stays as it is."""
        return self._texts.gettext(text)

    def error(self, message: str) -> str:
        """What typer says of a wrong call."""
        plain = " ".join(message.split())
        for pattern in ERRORS:
            parts = re.split(r"\{(\w+)\}", pattern)
            form = "".join(
                f"(?P<{part}>.+)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
            )
            if found := re.fullmatch(form, plain):
                filled = found.groupdict()
                if "fault" in filled:
                    filled["fault"] = self.error(filled["fault"])
                return self(pattern).format(**filled)
        return message


class Speaking(TyperGroup):
    """The commands of `allin`, in the language of whoever calls; `--lang de` and `--lang en` are known everywhere."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; a call that is wrong ends with 2, and says so in the caller's language."""
        given, language = staff_language.taken_from(sys.argv[1:] if args is None else args)
        is_known = language is None or staff_language.is_spoken(language)
        staff_language.ask_for(language if is_known else None)
        speech = Speech(staff_language.of_folder(staff_language.folder_of(given)))
        if not is_known:
            sys.exit(_unspoken(language or "", speech))
        translate(self, speech)
        try:
            code = super().main(given, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.Abort:
            sys.exit(1)
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            sys.exit(_explain(error, speech))
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else 0)


def translate(command: Any, speech: Speech) -> None:
    """Say all texts of a command, and of those below it, in the caller's language."""

    class Formatter(_Formatter):  # type: ignore[misc]
        def __init__(self, **given: Any) -> None:
            columns = min(shutil.get_terminal_size().columns, given.get("max_width") or MOST_WIDTH)
            super().__init__(**{**given, "width": given.get("width") or max(LEAST_WIDTH, columns - 2)})

        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, _plain(args), speech("Usage: ") if prefix is None else prefix)

        def write_heading(self, heading: str) -> None:
            super().write_heading(speech(heading))

        def write_dl(self, rows: Sequence[tuple[str, str]], *given: Any, **named: Any) -> None:
            plain = [(_TYPE.sub("", name), _extra(text, speech)) for name, text in rows]
            super().write_dl(plain, *given, **named)

    class Spoken(typer.Context):
        formatter_class = Formatter

    _translate(command, speech, Spoken)


def _translate(command: Any, speech: Speech, context: type[typer.Context]) -> None:
    command.context_class = context
    command.options_metavar = speech("[OPTIONS]")
    if command.help:
        command.help = speech(command.help)
        command.short_help = command.help
    if command.epilog:
        command.epilog = re.sub(
            r"(Examples?|Start with|, or|Docs):", lambda found: _epilog(found[1], speech), command.epilog
        )
        command.epilog = re.sub(r"my-(?:hub|demo)", lambda found: speech(found[0]), command.epilog)
    for param in command.params:
        if getattr(param, "help", None):
            param.help = speech(param.help)
        if getattr(param, "metavar", None):
            param.metavar = _PLACE.sub(lambda found: speech(found[0]), param.metavar)
    for inner in getattr(command, "commands", {}).values():
        _translate(inner, speech, context)
    if hasattr(command, "commands"):
        command.subcommand_metavar = speech("COMMAND [ARGS]...")


def _plain(usage: str) -> str:
    """How a command is called, as people know it: NAME has to be there, [NAME] may."""
    found = re.sub(r"\{([^{}]*)\}", r"\1", usage)
    return re.sub(r"\[\[([^\[\]]*)\](?:\.\.\.)?\]", r"[\1]", found)


def _epilog(word: str, speech: Speech) -> str:
    return f", {speech('or')}:" if word == ", or" else f"{speech(word)}:"


def _extra(text: str, speech: Speech) -> str:
    """What typer adds to an explanation in square brackets, and its own option."""
    if text == "Show this message and exit.":
        return speech(text)
    body, bracket, extra = text.rpartition("[")
    if not bracket:
        return text
    for word in ("required", "default", "env var"):
        extra = re.sub(rf"(^|; ){word}(?=[:\]])", rf"\g<1>{speech(word)}", extra)
    extra = re.sub(r"(\d+)<=x<=(\d+)", r"\1–\2", extra)
    return f"{body}[{extra}"


def _unspoken(language: str, speech: Speech) -> int:
    """Say which languages there are."""
    said = "There is no language '{name}' here: --lang de, or --lang en."
    missing = speech.error(f"Option '{staff_language.OPTION}' requires an argument.")
    sys.stderr.write(f"{speech(said).format(name=language) if language else missing}\n")
    return 2


def _explain(error: Any, speech: Speech) -> int:
    """Print what is wrong with a call, how it should look, and where to read more."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
    else:
        if context is not None:
            sys.stderr.write(f"{context.get_usage()}\n")
            hint = speech("Try '{command} --help' for help.").format(command=context.command_path)
            sys.stderr.write(f"{hint}\n\n")
        sys.stderr.write(f"{speech.error(error.format_message())}\n")
    return int(error.exit_code)
