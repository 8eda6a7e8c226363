"""The Prefect flows: thin wrappers over the core's functions, and the only folder that imports Prefect."""
