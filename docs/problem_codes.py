"""Writes the list of problem codes into partners.md from the catalogue: python docs/problem_codes.py."""

from __future__ import annotations

from pathlib import Path

from allin_hub.problems import Problem, Severity, catalogue

PAGE = Path(__file__).with_name("partners.md")
BEGIN, END = "<!-- codes: begin -->\n", "<!-- codes: end -->"
LEVELS = {
    Severity.ERROR: ("Fehler", "Errors", "Fehler · error"),
    Severity.WARNING: ("Warnungen", "Warnings", "Warnung · warning"),
    Severity.HINT: ("Hinweise", "Hints", "Hinweis · hint"),
}


def section() -> str:
    """Explain every code in German and English, with its example, the gravest first."""
    parts = []
    for severity, (german, english, word) in LEVELS.items():
        parts.append(f"## {german} / {english}\n")
        parts += [_explained(code, word) for code in catalogue() if Problem(code).severity is severity]
    return "\n".join(parts)


def page() -> str:
    """Give back partners.md with the list of today."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{section()}\n{END}{rest.partition(END)[2]}"


def _explained(code: str, word: str) -> str:
    example = str(catalogue()[code]["example"])
    problem = Problem(code, params={"value": example})
    german, english = (f"{problem.message(language)} {problem.hint(language)}" for language in ("de", "en"))
    shown = f"\n\nBeispiel, example: `{example}`" if example else ""
    return f"### `{code}`\n\n{word}\n\n{german}\n\n*{english}*{shown}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
