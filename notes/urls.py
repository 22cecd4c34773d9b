"""Pages of this room."""

from django.urls import path

from notes import draft_views, own_words_views, views
from notes.copies import views as copies
from notes.doctors import views as doctors
from notes.follow_ups import views as follow_ups
from notes.home import own as home_own
from notes.home import views as home_views
from notes.measures import views as measure_views
from notes.paper import views as paper_views
from notes.record import views as record_views
from notes.sending import views as sending
from notes.sharing import views as share_views
from notes.summaries import views as summary_views
from notes.trends import views as trend_views

app_name = "notes"
urlpatterns = [
    path("visits/<uuid:pk>/note/", views.note_begin, name="note_begin"),
    path("notes/<uuid:pk>/", views.note, name="note"),
    path("visits/<uuid:pk>/sheet.pdf", paper_views.visit_sheet, name="visit_sheet"),
    path("notes/blank.pdf", paper_views.blank_sheet, name="blank_sheet"),
    path("notes/<uuid:pk>/note.pdf", paper_views.note_as_pdf, name="note_pdf"),
    path("notes/<uuid:pk>/draft/", draft_views.note_draft, name="note_draft"),
    path("notes/<uuid:pk>/drop/", views.note_drop, name="note_drop"),
    path("notes/<uuid:pk>/check/", views.note_check, name="note_check"),
    path("notes/<uuid:pk>/places/", views.note_places, name="note_places"),
    path("notes/<uuid:pk>/sign/", views.note_sign, name="note_sign"),
    path("notes/<uuid:pk>/addenda/", views.addendum_new, name="addendum_new"),
    path("notes/<uuid:pk>/cosign/", record_views.cosign, name="cosign"),
    path("notes/<uuid:pk>/send-back/", record_views.send_back, name="send_back"),
    path("notes/<uuid:pk>/break-glass/", record_views.break_glass, name="break_glass"),
    path("notes/unsigned/", record_views.waiting, name="waiting"),
    path("notes/opened/", record_views.opened, name="opened"),
    path("notes/opened/<uuid:pk>/seen/", record_views.glass_seen, name="glass_seen"),
    path("snippets/", own_words_views.snippets, name="snippets"),
    path("snippets/<uuid:pk>/drop/", own_words_views.snippet_drop, name="snippet_drop"),
    path("practice/codes/", own_words_views.codes, name="codes"),
    path("notes/<uuid:pk>/ask/<int:number>/", measure_views.ask, name="ask"),
    path("clients/<uuid:pk>/measures/", measure_views.measures, name="measures"),
    path("practice/mood/", measure_views.mood, name="mood"),
    path("clients/<uuid:pk>/readings/", trend_views.readings, name="readings"),
    path("clients/<uuid:pk>/summaries/new/", summary_views.summary_new, name="summary_new"),
    path("summaries/<uuid:pk>/", summary_views.summary, name="summary"),
    path("summaries/<uuid:pk>/sign/", summary_views.summary_sign, name="summary_sign"),
    path("summaries/<uuid:pk>/letter.pdf", summary_views.summary_pdf, name="summary_pdf"),
    path("summaries/<uuid:pk>/letter.fhir.json", summary_views.summary_fhir, name="summary_fhir"),
    path("summaries/<uuid:pk>/consents/", summary_views.consent_new, name="consent_new"),
    path("summaries/<uuid:pk>/shares/", summary_views.share_new, name="share_new"),
    path("summaries/<uuid:pk>/sendings/", sending.sending_new, name="sending_new"),
    path("sendings/<uuid:pk>/", sending.sending, name="sending"),
    path("sendings/<uuid:pk>/letter.pdf", sending.sending_pdf, name="sending_pdf"),
    path("clients/<uuid:pk>/copies/new/", copies.copy_new, name="copy_new"),
    path("copies/<uuid:pk>/", copies.copy, name="copy"),
    path("copies/<uuid:pk>/sign/", copies.copy_sign, name="copy_sign"),
    path("copies/<uuid:pk>/your-sessions.pdf", copies.copy_as_pdf, name="copy_pdf"),
    path("copies/<uuid:pk>/<slug:verb>/", copies.copy_act, name="copy_act"),
    path("l/<str:token>/", copies.own_copy, name="own_copy"),
    path("clients/<uuid:pk>/requests/new/", doctors.request_new, name="request_new"),
    path("doctor-answers/<uuid:pk>/", doctors.doctor_answer, name="doctor_answer"),
    path("doctor-answers/<uuid:pk>/aside/", doctors.answer_aside, name="answer_aside"),
    path("doctor-answers/<uuid:pk>/done/", doctors.answer_done, name="answer_done"),
    path("shares/<uuid:pk>/revoke/", summary_views.share_revoke, name="share_revoke"),
    path("consents/<uuid:pk>/withdraw/", summary_views.consent_withdraw, name="consent_withdraw"),
    path("f/<str:token>/", follow_ups.follow_up, name="follow_up"),
    path("f/<str:token>/unwell/", follow_ups.follow_up_unwell, name="follow_up_unwell"),
    path("follow-ups/<uuid:pk>/seen/", follow_ups.follow_up_seen, name="follow_up_seen"),
    path("clients/<uuid:pk>/home-programme/", home_views.home_programme, name="home_programme"),
    path("clients/<uuid:pk>/home-programme/sheet.pdf", home_views.home_pdf, name="home_pdf"),
    path("clients/<uuid:pk>/home-programme/<slug:verb>/", home_views.home_act, name="home_act"),
    path("h/<str:token>/", home_own.home_page, name="home_page"),
    path("s/<str:token>/", share_views.share_page, name="share_page"),
]
