"""Errors, problems, ids, encryption, time limits: what every floor above stands on."""
