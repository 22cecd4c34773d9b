"""Bring a list of visits in, from the command line."""

from clients.importing.commands import ImportCommand


class Command(ImportCommand):
    kind = "visits"
    help = (
        "Bring the visits of a CSV file in, past and to come; bring their clients first. Rows with a fault (nobody "
        "like this on the list, a time that is taken) are named and left. Run twice, nothing changes.\n"
        'Example: manage.py import_appointments visits.csv --practice Riverside --name "Dr Alves=Ana Alves" '
        '--name "Massage 45=Neuro 45" --reminders'
    )
