"""The plugin contract: what a source and an output declare, what they get while they run, and how they are found."""
