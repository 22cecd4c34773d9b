"""Bring a list of clients in, from the command line."""

from clients.importing.commands import ImportCommand


class Command(ImportCommand):
    kind = "clients"
    help = (
        "Bring the clients of a CSV file in: columns are guessed from their headers, or said with --mapping. Rows with "
        "a fault are named and left; the others are brought in. Run twice, nothing changes. The page Practice, Moving "
        "in shows the same list, and takes it back.\n"
        "Example: manage.py import_clients patients.csv --dry-run --practice Riverside "
        '--mapping "Rufnummer=mobile" --date-order dmy'
    )
