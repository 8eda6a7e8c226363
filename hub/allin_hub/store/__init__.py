"""The one place that runs SQL."""
