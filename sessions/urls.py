"""Pages of this room."""

from django.urls import path

from sessions.views import (
    answers,
    away,
    booking,
    calendars,
    day_sheet,
    diary,
    episodes,
    moving,
    newcomer,
    plans,
    series,
    today,
    visits,
)

app_name = "sessions"
urlpatterns = [
    path("", today.today, name="today"),
    path("diary/", diary.diary, name="diary"),
    path("diary/print/", day_sheet.day_sheet, name="day_sheet"),
    path("book/", booking.book, name="book"),
    path("book/new/", newcomer.book_new, name="book_new"),
    path("series/new/", series.series_new, name="series_new"),
    path("appointments/<uuid:pk>/", visits.appointment, name="appointment"),
    path("appointments/<uuid:pk>/move/", moving.appointment_move, name="appointment_move"),
    path("appointments/<uuid:pk>/<slug:verb>/", visits.appointment_act, name="appointment_act"),
    path("clients/<uuid:pk>/episodes/new/", episodes.episode_new, name="episode_new"),
    path("episodes/<uuid:pk>/", episodes.episode, name="episode"),
    path("episodes/<uuid:pk>/status/", episodes.episode_status, name="episode_status"),
    path("episodes/<uuid:pk>/plan/", episodes.plan_new, name="plan_new"),
    path("away/<slug:kind>/<uuid:pk>/", away.away, name="away"),
    path("away/undo/", away.away_undo, name="away_undo"),
    path("on-hold/", episodes.on_hold_page, name="on_hold"),
    path("plans/<uuid:pk>/", plans.plan, name="plan"),
    path("plans/<uuid:pk>/<slug:verb>/", plans.plan_act, name="plan_act"),
    path("calendar/", calendars.calendar_page, name="calendar"),
    path("calendar/busy/<uuid:pk>/<slug:verb>/", calendars.outside_act, name="outside_act"),
    path("feeds/<path:name>", calendars.feed, name="feed"),
    path("r/<str:token>/", answers.action, name="action"),
    path("r/<str:token>/appointment.ics", answers.visit_ics, name="visit_ics"),
]
