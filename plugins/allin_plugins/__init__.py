"""The built-in sources and outputs; each folder is a plugin like any stranger's."""
