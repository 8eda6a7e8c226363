"""Which records are one entity, and what that entity says."""
