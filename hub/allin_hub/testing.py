"""What plugin authors need for tests: invented entities, a view over them, and the run that the hub lends."""

from allin_hub.sampling import SampleView, digest_of, lend, render, sample, sample_view

__all__ = ["SampleView", "digest_of", "lend", "render", "sample", "sample_view"]
