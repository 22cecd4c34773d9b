"""The pages of this room on which the practice is kept in order."""

from practice.places import WORK, Place, clinical, owner, register_places

register_places(
    Place(WORK, "Questions about mood", "notes:mood", clinical),
    Place(WORK, "Billing codes", "notes:codes", owner),
)
