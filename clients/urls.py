"""Pages of this room."""

from django.urls import path

from clients import (
    body_views,
    clearance_views,
    contact_views,
    disclosure_views,
    emergency_views,
    medicine_views,
    notice_views,
    policy_views,
    referral_views,
    rule_views,
    views,
)
from clients.asking import intake_views, question_views
from clients.keeping import keeping_views
from clients.privacy import trail_views
from clients.privacy import views as privacy
from clients.replies import reply_views, unwanted_views

app_name = "clients"
urlpatterns = [
    path("clients/", views.client_list, name="list"),
    path("clients/new/", views.client_new, name="new"),
    path("clients/<uuid:pk>/", views.client_page, name="client"),
    *(path(f"clients/<uuid:pk>/{tab}/", views.client_page, {"tab": tab}, name=f"client_{tab}")
      for tab in views.TABS if tab != views.TODAY),
    path("clients/<uuid:pk>/edit/", views.client_edit, name="edit"),
    path("clients/<uuid:pk>/archive/", views.client_archive, name="archive"),
    path("clients/<uuid:pk>/restore/", views.client_restore, name="restore"),
    path("clients/<uuid:pk>/merge/", keeping_views.client_merge, name="merge"),
    path("clients/<uuid:pk>/export/", keeping_views.client_export, name="export"),
    path("clients/<uuid:pk>/doctors/new/", views.doctor_new, name="doctor_new"),
    path("clients/<uuid:pk>/referrals/new/", referral_views.referral_new, name="referral_new"),
    path("referrals/<uuid:pk>/edit/", referral_views.referral_edit, name="referral_edit"),
    path("referrals/<uuid:pk>/close/", referral_views.referral_close, name="referral_close"),
    path("clients/<uuid:pk>/conditions/new/", body_views.condition_new, name="condition_new"),
    path("clients/<uuid:pk>/findings/new/", body_views.finding_new, name="finding_new"),
    path("clients/<uuid:pk>/map/", body_views.map_taken, name="map_taken"),
    path("clients/<uuid:pk>/clearances/new/", body_views.clearance_new, name="clearance_new"),
    path("conditions/<uuid:pk>/end/", body_views.condition_end, name="condition_end"),
    path("findings/<uuid:pk>/edit/", body_views.finding_edit, name="finding_edit"),
    path("findings/<uuid:pk>/end/", body_views.finding_end, name="finding_end"),
    path("clients/<uuid:pk>/medicines/new/", medicine_views.medicine_new, name="medicine_new"),
    path("medicines/<uuid:pk>/edit/", medicine_views.medicine_edit, name="medicine_edit"),
    path("medicines/<uuid:pk>/end/", medicine_views.medicine_end, name="medicine_end"),
    path("clients/<uuid:pk>/contacts/new/", contact_views.contact_new, name="contact_new"),
    path("contacts/<uuid:pk>/edit/", contact_views.contact_edit, name="contact_edit"),
    path("contacts/<uuid:pk>/remove/", contact_views.contact_remove, name="contact_remove"),
    path("clients/<uuid:pk>/disclosures/", disclosure_views.disclosures, name="disclosures"),
    path("practice/privacy/", privacy.desk, name="privacy"),
    path("practice/privacy/trail/", trail_views.trail, name="trail"),
    path("practice/privacy/trail.csv", trail_views.trail_csv, name="trail_csv"),
    path("practice/privacy/requests/<uuid:pk>/", privacy.request_page, name="privacy_request"),
    path("practice/privacy/requests/<uuid:pk>/<slug:verb>/", privacy.request_act, name="privacy_request_act"),
    path("practice/privacy/breaches/new/", privacy.breach_new, name="breach_new"),
    path("practice/privacy/breaches/<uuid:pk>/", privacy.breach, name="breach"),
    path("clients/<uuid:pk>/privacy-requests/new/", privacy.request_new, name="privacy_request_new"),
    path("clients/<uuid:pk>/legal-hold/", privacy.hold, name="legal_hold"),
    path("episodes/<uuid:pk>/tell/", notice_views.tell, name="tell_doctor"),
    path("clearances/", clearance_views.clearance_list, name="clearances"),
    path("practice/rules/", rule_views.rule_list, name="rules"),
    path("practice/rules/<slug:code>/", rule_views.rule_page, name="rule"),
    path("practice/rules/<slug:code>/restore/", rule_views.rule_restore, name="rule_restore"),
    path("practice/episodes/", policy_views.policy_list, name="policies"),
    path("practice/episodes/<slug:kind>/", policy_views.policy_page, name="policy"),
    path("practice/episodes/<slug:kind>/restore/", policy_views.policy_restore, name="policy_restore"),
    path("clients/<uuid:pk>/intake/", intake_views.intake_ask, name="intake_ask"),
    path("clients/<uuid:pk>/emergency/", emergency_views.card, name="emergency"),
    path("clients/<uuid:pk>/emergency/edit/", emergency_views.card_edit, name="emergency_edit"),
    path("answers/", intake_views.answers_list, name="answers"),
    path("answers/<uuid:pk>/", intake_views.answers_review, name="answers_review"),
    path("replies/", reply_views.reply_list, name="replies"),
    path("replies/<uuid:pk>/", reply_views.reply_page, name="reply"),
    path("replies/<uuid:pk>/<slug:verb>/", reply_views.reply_act, name="reply_act"),
    path("u/<str:token>/", unwanted_views.no_more_mail, name="no_more_mail"),
    path("q/<str:token>/", question_views.start, name="questions"),
    path("q/<str:token>/<slug:code>/", question_views.page, name="question"),
]
