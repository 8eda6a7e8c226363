"""hub.toml: read, checked, and edited by commands."""
