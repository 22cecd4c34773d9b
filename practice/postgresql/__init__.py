"""Django's PostgreSQL, told with each query in which practice its request stands."""
