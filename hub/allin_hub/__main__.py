"""`python -m allin_hub` is `allin`."""

from allin_hub.cli import main

main()
