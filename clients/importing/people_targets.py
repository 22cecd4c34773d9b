"""What the columns of a list of clients can become, and how the systems whose lists are known call them."""

from __future__ import annotations

from collections.abc import Collection

from clients.importing.columns import Layout, Target

CLIENTS = "clients"
TARGETS = (
    Target("external_id", "Their number in the other system", (
        "id", "client id", "client nr", "patient id", "patient nr", "patient guid", "client number", "patient number",
        "number", "external id",
        "customer id", "kundennummer", "patientennummer", "klientennummer", "nr", "numero", "numero de cliente",
        "numero de paciente", "numero client", "numero patient", "identifiant", "reference", "file number")),
    Target("name", "Whole name", (
        "name", "full name", "client", "client name", "patient", "patient name", "customer", "customer name",
        "nombre completo", "nom complet", "vollstandiger name", "vor und nachname", "kunde", "cliente", "paciente")),
    Target("first_name", "First name", (
        "first name", "given name", "forename", "first", "vorname", "prenom", "nombre", "nombre de pila")),
    Target("last_name", "Family name", (
        "last name", "family name", "surname", "last", "nachname", "familienname", "zuname", "nom", "nom de famille",
        "apellido", "apellidos")),
    Target("preferred_name", "Likes to be called", (
        "preferred name", "preferred first name", "nickname", "known as", "rufname", "spitzname", "surnom",
        "nom d usage", "nombre preferido", "apodo")),
    Target("email", "E-mail", (
        "email", "e mail", "email address", "e mail address", "mail", "e mail adresse", "mailadresse", "courriel",
        "adresse e mail", "adresse mail", "correo", "correo electronico", "email personal")),
    Target("mobile", "Mobile phone", (
        "mobile", "mobile phone", "mobile number", "cell", "cell phone", "cellphone", "handy", "handynummer",
        "mobil", "mobiltelefon", "mobilnummer", "portable", "telephone portable", "movil", "celular",
        "telefono movil")),
    Target("phone", "Other phone (where there is no mobile)", (
        "phone", "phone number", "telephone", "tel", "home phone", "home", "primary phone", "phone 1", "telefon",
        "telefonnummer", "festnetz", "telephone fixe", "numero de telephone", "telefono", "telefono fijo", "fijo")),
    Target("birth_date", "Born on", (
        "birth date", "date of birth", "dob", "birthday", "birthdate", "born", "born on", "geburtsdatum", "geboren",
        "geburtstag", "date de naissance", "ne e le", "fecha de nacimiento", "nacimiento"), is_date=True),
    Target("language", "Language", (
        "language", "preferred language", "sprache", "langue", "idioma", "lengua")),
    Target("time_zone", "Time zone", ("time zone", "timezone", "zeitzone", "fuseau horaire", "zona horaria")),
    Target("agreed", "Agreed to reminders (yes, e-mail, text message, no)", (
        "agreed to reminders", "reminder consent", "consent to reminders", "consents to reminders",
        "einwilligung erinnerungen", "zustimmung erinnerungen", "consentement rappels",
        "consentimiento recordatorios")),
    Target("agreed_on", "Agreed to reminders on (a day)", (
        "agreed on", "reminder consent date", "consent date", "einwilligung am", "date du consentement",
        "fecha de consentimiento"), is_date=True),
    Target("archived", "Comes no more (yes, or a day)", ("archived", "archived at", "inactive", "archiviert",
                                                        "archive", "archivado")),
    Target("active", "Still comes (yes or no)", ("active", "is active", "aktiv", "actif", "activo")),
    Target("condition", "What they live with", (
        "condition", "conditions", "diagnosis", "diagnoses", "medical", "medical history", "medical notes",
        "medical alert", "medical alerts", "alert", "alerts", "allergies", "allergy", "medication", "medications",
        "medicines", "history", "notes", "note", "clinical", "symptoms", "icd", "icd10", "diagnose", "diagnosen",
        "anamnese", "medikamente", "allergien", "notizen", "befund", "diagnostic", "antecedents", "medicaments",
        "traitement", "diagnostico", "diagnosticos", "antecedentes", "medicamentos", "alergias", "notas",
        "appointment notes"), is_clinical=True),
)

LAYOUTS = (
    Layout("Jane", frozenset(("patient guid", "first name", "last name", "mobile phone", "birth date")), {
        "patient guid": "external_id", "patient number": "", "mobile phone": "mobile", "home phone": "phone"}),
    Layout("Cliniko", frozenset(("id", "first name", "last name", "preferred first name", "date of birth")), {
        "id": "external_id", "archived at": "archived", "label": "", "old reference id": "", "full name": ""}),
)


def lacks(mapping: Collection[str]) -> str:
    """What a list of people cannot do without, in words; empty where nothing is missing."""
    chosen = set(mapping)
    if not chosen & {"name", "first_name", "last_name"}:
        return "Say which column holds their name: the whole name, or first and family name."
    if not chosen & {"email", "mobile", "phone"}:
        return "Say which column holds a phone number or an e-mail address: without one they cannot be reached."
    return ""
