"""What the columns of a list of visits can become, what its words for a state mean, and the layouts that are known."""

from __future__ import annotations

from collections.abc import Collection

from clients.importing.columns import Layout, Target
from clients.search import folded

VISITS = "visits"

TARGETS = (
    Target("external_id", "The visit's number in the other system", (
        "id", "appointment id", "booking id", "visit id", "external id", "termin nr", "terminnummer", "reservation id",
        "numero de cita")),
    Target("client_id", "The client's number in the other system", (
        "client id", "client nr", "client no", "patient id", "patient nr", "patient no", "patient guid", "customer id",
        "client number", "patient number", "kundennummer",
        "patientennummer", "klientennummer", "numero de cliente", "numero de paciente", "numero client")),
    Target("client", "The client's name", (
        "client", "client name", "patient", "patient name", "name", "customer", "customer name", "full name", "kunde",
        "klient", "cliente", "paciente", "nombre")),
    Target("client_first", "The client's first name", (
        "first name", "client first name", "patient first name", "vorname", "prenom")),
    Target("client_last", "The client's family name", (
        "last name", "client last name", "patient last name", "surname", "nachname", "nom", "apellidos")),
    Target("client_email", "The client's e-mail", (
        "email", "e mail", "client email", "patient email", "customer email", "email address", "correo", "courriel")),
    Target("client_phone", "The client's phone", (
        "phone", "mobile", "client phone", "patient phone", "phone number", "telefon", "handy", "telephone",
        "telefono")),
    Target("therapist", "The therapist", (
        "therapist", "practitioner", "practitioner name", "staff", "staff member", "staff member name", "provider",
        "employee", "with", "therapeut", "therapeutin", "behandler", "mitarbeiter", "therapeute", "praticien",
        "terapeuta", "profesional")),
    Target("service", "The service", (
        "service", "treatment", "treatment name", "appointment type", "appointment type name", "type", "service name",
        "leistung", "behandlung", "terminart", "prestation", "soin", "servicio", "tratamiento", "tipo de cita")),
    Target("room", "The room", ("room", "resource", "raum", "zimmer", "salle", "sala")),
    Target("starts", "Begins (day and time)", (
        "starts at", "start at", "start", "starts", "start time", "begin", "begins", "begins at", "appointment date",
        "date and time", "datetime", "appointment", "beginn", "termin", "debut", "inicio"), is_date=True),
    Target("on", "The day alone", ("date", "day", "datum", "tag", "jour", "fecha", "dia"), is_date=True),
    Target("at", "The time alone", ("time", "from", "uhrzeit", "zeit", "von", "heure", "hora")),
    Target("ends", "Ends (time, or day and time)", (
        "ends at", "end at", "end", "ends", "end time", "until", "ende", "bis", "fin", "hasta")),
    Target("minutes", "How long", (
        "minutes", "duration", "duration minutes", "length", "dauer", "minuten", "duree", "duracion", "minutos")),
    Target("status", "How it stands", (
        "status", "state", "appointment status", "appointment state", "statut", "etat", "estado", "zustand")),
    Target("cancelled", "Cancelled (yes, or a day)", (
        "cancelled", "canceled", "cancelled at", "canceled at", "is cancelled", "storniert", "abgesagt", "annule",
        "cancelado", "cancelada")),
    Target("noshow", "Did not come (yes)", (
        "no show", "noshow", "did not arrive", "dna", "missed", "nicht erschienen", "absent", "no asistio")),
    Target("notes", "What was written of it", ("notes", "note", "comments", "comment", "reason", "cancellation note",
                                               "cancellation reason", "notizen", "bemerkung", "remarques", "notas"),
           is_clinical=True),
)

LAYOUTS = (
    Layout("Jane", frozenset(("patient guid", "start at", "end at", "treatment name")), {
        "id": "external_id", "patient guid": "client_id", "start at": "starts", "end at": "ends", "state": "status",
        "treatment name": "service", "staff member name": "therapist", "patient": "client"}),
    Layout("Cliniko", frozenset(("id", "starts at", "ends at", "did not arrive")), {
        "id": "external_id", "patient id": "client_id", "patient name": "client", "starts at": "starts",
        "ends at": "ends", "practitioner": "therapist", "appointment type": "service", "cancelled at": "cancelled",
        "did not arrive": "noshow", "patient arrived": ""}),
)

# What lists say of a visit; “left” are rows that are no visit.
_SAID = {
    "fulfilled": ("fulfilled", "arrived", "done", "completed", "complete", "attended", "checked in", "checked out",
                  "finished", "paid", "took place", "invoiced", "erschienen", "erledigt", "abgeschlossen", "venu",
                  "honore", "termine", "asistio", "completado", "completada", "realizada"),
    "cancelled": ("cancelled", "canceled", "late cancellation", "late cancel", "cancelled late", "declined",
                  "storniert", "abgesagt", "annule", "annulee", "cancelado", "cancelada"),
    "noshow": ("no show", "noshow", "did not arrive", "did not attend", "dna", "missed", "absent", "nicht erschienen",
               "no asistio", "non venu"),
    "confirmed": ("confirmed", "bestatigt", "confirme", "confirmee", "confirmado", "confirmada"),
    "booked": ("booked", "scheduled", "booked online", "pending", "upcoming", "unconfirmed", "new", "active", "open",
               "gebucht", "geplant", "reserve", "prevu", "reservado", "reservada", "programada"),
    "left": ("archived", "deleted", "never booked", "rescheduled", "moved", "break", "blocked", "draft", "verschoben",
             "geloscht", "reporte", "supprime"),
}
_STATUS = {word: status for status, words in _SAID.items() for word in words}


def status_in(cell: str) -> str | None:
    """What a list's word for a state means: a status of ours, "left" where it is no visit, None where nobody knows."""
    return _STATUS.get(" ".join(folded(cell).replace("_", " ").replace("-", " ").split()))


def lacks(mapping: Collection[str]) -> str:
    """What a list of visits cannot do without, in words; empty where nothing is missing."""
    chosen = set(mapping)
    if not chosen & {"client_id", "client", "client_last", "client_email", "client_phone"}:
        return "Say which column holds the client: their number in the other system, or their name."
    if "starts" not in chosen and not {"on", "at"} <= chosen:
        return "Say which column holds when a visit begins: day and time in one, or in two columns."
    if not chosen & {"ends", "minutes", "service"}:
        return "Say how long visits are: when they end, how many minutes, or which service."
    return ""
