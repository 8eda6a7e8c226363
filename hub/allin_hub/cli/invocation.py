"""Holds how a command was called: the hub's folder, and how the person wants to be answered."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass

HERE = "."
_OF_A_HUB = re.compile(
    r"\ballin (?:key (?:new|rotate)|source (?:list|rename|remove|restore|disable|enable)|"
    r"consent (?:show|give|withdraw)|"
    r"(?:allow|backup|check|deploy|doctor|edit|export|held|hide|move|notify|problems|publish|run|runs|schedules|show|status|sync"
    r"|undo|up|upgrade|upkeep))\b"
    r"(?![^\n]* --hub )"
)
"""A command that takes the hub's folder, and does not name it yet; a test holds the list against the commands."""
_RESTORE = re.compile(r"\ballin restore (?:FILE|DATEI)(?= --force)")


@dataclass(frozen=True, slots=True)
class Call:
    """The hub's folder, and how the person wants to be answered."""

    folder: str = HERE
    json: bool = False
    debug: bool = False

    def command(self, words: str) -> str:
        """A command as the person can type it where she is."""
        known = os.environ.get("ALLIN_HUB", HERE)
        return f"allin {words}" if self.folder == known else f"allin {words} --hub {shlex.quote(self.folder)}"

    def placed(self, sentence: str) -> str:
        """A sentence whose commands name the hub's folder too, where the person is in another one."""
        folder = self.command("").partition(" --hub ")[2]
        if not folder:
            return sentence
        named = _OF_A_HUB.sub(lambda found: f"{found[0]} --hub {folder}", sentence)
        return _RESTORE.sub(lambda found: f"{found[0]} {folder}", named)
