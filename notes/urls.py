"""Pages of this room."""

from django.urls import path

from notes import draft_views, share_views, summary_views, views

app_name = "notes"
urlpatterns = [
    path("visits/<uuid:pk>/note/", views.note_begin, name="note_begin"),
    path("notes/<uuid:pk>/", views.note, name="note"),
    path("notes/<uuid:pk>/draft/", draft_views.note_draft, name="note_draft"),
    path("notes/<uuid:pk>/check/", views.note_check, name="note_check"),
    path("notes/<uuid:pk>/sign/", views.note_sign, name="note_sign"),
    path("notes/<uuid:pk>/addenda/", views.addendum_new, name="addendum_new"),
    path("clients/<uuid:pk>/summaries/new/", summary_views.summary_new, name="summary_new"),
    path("summaries/<uuid:pk>/", summary_views.summary, name="summary"),
    path("summaries/<uuid:pk>/sign/", summary_views.summary_sign, name="summary_sign"),
    path("summaries/<uuid:pk>/letter.pdf", summary_views.summary_pdf, name="summary_pdf"),
    path("summaries/<uuid:pk>/consents/", summary_views.consent_new, name="consent_new"),
    path("summaries/<uuid:pk>/shares/", summary_views.share_new, name="share_new"),
    path("shares/<uuid:pk>/revoke/", summary_views.share_revoke, name="share_revoke"),
    path("consents/<uuid:pk>/withdraw/", summary_views.consent_withdraw, name="consent_withdraw"),
    path("s/<str:token>/", share_views.share_page, name="share_page"),
]
