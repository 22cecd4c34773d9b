"""A signed letter opened to its doctor by link and code."""
