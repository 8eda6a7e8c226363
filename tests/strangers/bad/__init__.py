"""Plugins that each break one rule, and nothing else."""
