"""What a practice offers and when: rooms, services, hours, time off, closed days."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from practice import clock, money
from practice.access import PracticeOwned
from practice.models.people import Membership, Skill


class Room(PracticeOwned):
    """A treatment room; one visit at a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)
    access_notes = models.CharField(max_length=200, blank=True, help_text="Step-free, hoist, table height.")
    temperature_notes = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def notes(self) -> str:
        """How one gets in and how warm it is, in one line."""
        return ". ".join(filter(None, (self.access_notes.rstrip(". "), self.temperature_notes.rstrip(". "))))


class Service(PracticeOwned):
    """What is offered: its length in minutes and the buffers kept free around it for transfer and cooling."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(5), MaxValueValidator(480)])
    buffer_before = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(120)])
    buffer_after = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(120)])
    price = models.PositiveIntegerField(
        null=True, blank=True, help_text="In the smallest unit of the practice's currency; empty: none is named.")
    therapists = models.ManyToManyField(Membership, blank=True, help_text="Empty: every therapist.")
    rooms = models.ManyToManyField(Room, blank=True, help_text="Empty: every room.")
    needed_skills = models.ManyToManyField(Skill, blank=True, related_name="services")
    is_active = models.BooleanField(default=True)
    is_online = models.BooleanField(default=True, help_text="Clients can book it for themselves.")

    class Meta:
        ordering: ClassVar = ["minutes", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def said_price(self) -> str:
        """The price in the practice's currency: "£65"; empty where none is named."""
        return money.said_price(self.price, self.practice.currency) if self.price is not None else ""


class WorkingHours(PracticeOwned):
    """One weekly stretch of work, wall-clock in the practice's zone (Monday is 0)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)])
    opens = models.TimeField()
    closes = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="hours_close_after_they_open"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_fall_on_a_weekday"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")) | Q(valid_from=None)
                                   | Q(valid_until=None), name="hours_hold_from_before_until"),
        ]

    def holds_on(self, day: date) -> bool:
        """Whether these weekly hours are the ones that count on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until)


class DayHours(PracticeOwned):
    """One stretch of work on one date, in the place of the weekly hours of that date: longer, shorter, or extra."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="day_hours")
    on = models.DateField()
    opens = models.TimeField()
    closes = models.TimeField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["on", "opens"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="day_hours_close_after_they_open"),
            models.UniqueConstraint(fields=["therapist", "on", "opens"], name="day_hours_open_once_at_a_time"),
        ]


class TimeOff(PracticeOwned):
    """A therapist is away."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="time_off_ends_after_it_starts")
        ]

    @property
    def said(self) -> str:
        """From when until when, in the practice's zone: "Tue 24 Nov", "Tue 24 Nov to Fri 27 Nov", or with times."""
        return clock.said_span(self.starts_at, self.ends_at, self.practice.time_zone)


class Closure(PracticeOwned):
    """The whole practice is closed, from one date to another, both included."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first_on = models.DateField()
    last_on = models.DateField()
    name = models.CharField(max_length=80)
    is_public_holiday = models.BooleanField(default=False, help_text="Ticked on the list of public holidays.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="closure_ends_after_it_begins"),
            models.UniqueConstraint(fields=["practice", "first_on"], condition=Q(is_public_holiday=True),
                                    name="public_holiday_closes_once"),
        ]

    def __str__(self) -> str:
        return self.name
