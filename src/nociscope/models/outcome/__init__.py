"""Change of one person between visits: how much, whether it counts, and what is unknown of it."""
