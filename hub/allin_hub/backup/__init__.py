"""Backups, restores, and the move of a hub to another database."""
