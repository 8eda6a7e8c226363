"""Finds persons in public free text, and masks them: pure functions without a database."""
