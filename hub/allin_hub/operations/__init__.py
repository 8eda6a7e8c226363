"""What an office looks at and lets run every day: status, messages, upkeep, retention."""
