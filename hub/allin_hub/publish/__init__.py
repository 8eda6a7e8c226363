"""From the entities that an output may see to pages in their place."""
