"""From a source's columns and fields to the paths of the model."""
