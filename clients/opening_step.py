"""The step of opening a practice that belongs to this room: the people who come."""

from __future__ import annotations

from clients.models import Client
from practice.opening.checklist import Step, is_there, register_step

register_step(Step(
    "clients", 90, "Clients", "Move them in from a file of the system before this one, or write down the first.",
    lambda: is_there(Client), route="clients:moving_in"))
