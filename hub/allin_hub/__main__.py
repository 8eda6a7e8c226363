"""`python -m allin_hub` is `allin`."""

from allin_hub.cli import main

if __name__ == "__main__":
    main()
