"""The SQL that takes the double-booking guards out of a scratch database."""

NAMES = [f"{whom}_is_never_booked_twice" for whom in ("therapist", "room", "client")]


def drop_statements(is_postgres: bool) -> list[str]:
    if is_postgres:
        return [f"ALTER TABLE therapy_sessions_appointment DROP CONSTRAINT {name}" for name in NAMES]
    return [f"DROP TRIGGER {name}_{event}" for name in NAMES for event in ("insert", "update")]
