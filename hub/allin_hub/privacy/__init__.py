"""Who may be published: consents, roles, the gate, suppression."""
