"""A client's readings over time, on their page and by API."""
