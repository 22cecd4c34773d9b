"""`/api/v1/` of the diary: every address of this room; the views stand in `api_*.py` beside this file."""

from django.urls import path

from sessions import api_calendars as calendars
from sessions import api_check_ins as check_ins
from sessions import api_diary as diary
from sessions import api_episodes as episodes
from sessions import api_replans as replans
from sessions import api_slots as slots

urlpatterns = [
    path("availability/", slots.Availability.as_view()),
    path("appointments/", diary.Appointments.as_view()),
    path("appointments/<uuid:pk>/", diary.OneAppointment.as_view()),
    path("appointments/<uuid:pk>/move/", diary.Move.as_view()),
    path("appointments/<uuid:pk>/cancel/", diary.Cancel.as_view()),
    path("appointments/<uuid:pk>/accept/", diary.Accept.as_view()),
    path("appointments/<uuid:pk>/confirm/", diary.Confirm.as_view()),
    path("appointments/<uuid:pk>/arrive/", diary.Arrive.as_view()),
    path("appointments/<uuid:pk>/undo-arrive/", diary.UndoArrive.as_view()),
    path("appointments/<uuid:pk>/complete/", diary.Complete.as_view()),
    path("appointments/<uuid:pk>/no-show/", diary.NoShow.as_view()),
    path("appointments/<uuid:pk>/undo-no-show/", diary.UndoNoShow.as_view()),
    path("appointments/<uuid:pk>/keep/", diary.Keep.as_view()),
    path("appointments/<uuid:pk>/release/", diary.Release.as_view()),
    path("series/", diary.SeriesView.as_view()),
    path("therapists/<uuid:pk>/feed/", calendars.Feed.as_view()),
    path("waitlist/", slots.Waitlist.as_view()),
    path("waitlist/<uuid:pk>/end/", slots.EndWaiting.as_view()),
    path("clients/<uuid:pk>/episodes/", episodes.ClientEpisodes.as_view()),
    path("episodes/<uuid:pk>/", episodes.OneEpisode.as_view()),
    path("episodes/<uuid:pk>/status/", episodes.EpisodeStatus.as_view()),
    path("episodes/<uuid:pk>/plan/", episodes.EpisodePlan.as_view()),
    path("episodes/<uuid:pk>/review/", check_ins.EpisodeReview.as_view()),
    path("episodes/<uuid:pk>/check-ins/", check_ins.EpisodeCheckIns.as_view()),
    path("plans/<uuid:pk>/", episodes.OnePlan.as_view()),
    path("plans/<uuid:pk>/apply/", episodes.ApplyPlan.as_view()),
    path("plans/<uuid:pk>/undo/", episodes.UndoPlan.as_view()),
    path("plans/<uuid:pk>/send/", episodes.SendPlan.as_view()),
    path("plans/<uuid:pk>/take-back/", episodes.TakeBackPlan.as_view()),
    path("plans/<uuid:pk>/change/", episodes.ChangePlan.as_view()),
    path("replans/", replans.Replans.as_view()),
    path("replans/<uuid:pk>/", replans.OneReplan.as_view()),
    path("replans/<uuid:pk>/apply/", replans.ApplyReplan.as_view()),
    path("replans/<uuid:pk>/stop/", replans.StopReplan.as_view()),
    path("replans/<uuid:pk>/undo/", replans.UndoReplan.as_view()),
]
