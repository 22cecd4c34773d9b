"""The pages of this room on which the practice is kept in order."""

from practice.places import RECORDS, WORK, Place, clinical, owner, register_places

register_places(
    Place(WORK, "Rules of the safety check", "clients:rules", clinical),
    Place(WORK, "What follows an episode", "clients:policies", clinical),
    Place(RECORDS, "Privacy: readings, requests, breaches", "clients:privacy", owner),
    Place(RECORDS, "Moving in from another system", "clients:moving_in", owner),
)
