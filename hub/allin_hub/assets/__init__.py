"""The look that all outputs share: colours, type and space as CSS custom properties."""

from pathlib import Path

from allin_hub.base.errors import PublishError

_FOLDER = Path(__file__).parent


def shared_asset(name: str) -> bytes:
    """The bytes of a shared file; outputs copy it beside their pages, so nothing is loaded from elsewhere."""
    known = sorted(path.name for path in _FOLDER.iterdir() if path.suffix == ".css")
    if name not in known:
        raise PublishError(f"There is no shared file {name!r}.", hint=f"There are: {', '.join(known)}.")
    return (_FOLDER / name).read_bytes()
