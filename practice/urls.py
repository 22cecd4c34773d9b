"""Every address of the product, room by room; this file, settings and celery alone name all four."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from practice import (
    api,
    api_views,
    closure_views,
    digest_views,
    hours_views,
    lock_views,
    offer_views,
    online_views,
    settings_views,
    views,
    words_views,
)
from practice.copies import archive_pages
from practice.copies import pages as copy_pages
from practice.hooks import mail_views, sms_views
from practice.log import pages as log_pages
from practice.webhooks import views as webhooks

app = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("lock/", lock_views.lock, name="lock"),
    path("lock/here/", lock_views.here, name="lock_here"),
    path("unlock/", lock_views.unlock_page, name="unlock"),
    path("theme/", views.choose_look, name="theme"),
    path("messages/", log_pages.messages_page, name="messages"),
    path("messages/progress/", log_pages.progress, name="messages_progress"),
    path("messages/<uuid:pk>/", log_pages.message_page, name="message"),
    path("messages/<uuid:pk>/told/", log_pages.told, name="message_told"),
    path("messages/<uuid:pk>/again/", log_pages.again, name="message_again"),
    path("practice/what-i-am-told/", digest_views.digests_page, name="digests"),
    path("practice/messages/words/", words_views.words_page, name="words"),
    path("practice/messages/words/<slug:kind>/", words_views.text_page, name="words_of"),
    path("practice/", views.home, name="home"),
    path("practice/settings/", settings_views.settings_page, name="settings"),
    path("practice/services/", offer_views.service_list, name="services"),
    path("practice/services/new/", offer_views.service_new, name="service_new"),
    path("practice/services/<uuid:pk>/", offer_views.service_edit, name="service"),
    path("practice/services/<uuid:pk>/<slug:verb>/", offer_views.service_use, name="service_use"),
    path("practice/rooms/", offer_views.room_list, name="rooms"),
    path("practice/rooms/new/", offer_views.room_new, name="room_new"),
    path("practice/rooms/<uuid:pk>/", offer_views.room_edit, name="room"),
    path("practice/rooms/<uuid:pk>/<slug:verb>/", offer_views.room_use, name="room_use"),
    path("practice/people/<uuid:pk>/hours/", hours_views.hours_page, name="hours"),
    path("practice/people/<uuid:pk>/days/", hours_views.day_hours_new, name="day_hours_new"),
    path("practice/people/<uuid:pk>/skills/", hours_views.skills_change, name="skills"),
    path("practice/people/<uuid:pk>/supervisor/", hours_views.supervisor_change, name="supervisor"),
    path("practice/days/<uuid:pk>/drop/", hours_views.day_hours_drop, name="day_hours_drop"),
    path("practice/time-off/new/", hours_views.time_off_new, name="time_off_new"),
    path("practice/time-off/<uuid:pk>/drop/", hours_views.time_off_drop, name="time_off_drop"),
    path("practice/closures/", closure_views.closure_list, name="closures"),
    path("practice/closures/<uuid:pk>/drop/", closure_views.closure_drop, name="closure_drop"),
    path("practice/holidays/", closure_views.holidays_page, name="holidays"),
    path("practice/settings/online/", online_views.online_page, name="online"),
    path("practice/keeping/", copy_pages.keeping_page, name="keeping"),
    path("practice/keeping/progress/", copy_pages.copies_progress, name="copies_progress"),
    path("practice/keeping/now/", copy_pages.copy_now, name="copy_now"),
    path("practice/moving-out/", archive_pages.moving_out, name="moving_out"),
    path("practice/moving-out/progress/", archive_pages.archives_progress, name="archives_progress"),
    path("practice/moving-out/new/", archive_pages.archive_new, name="archive_new"),
    path("practice/moving-out/<uuid:pk>/", archive_pages.archive_fetch, name="archive_fetch"),
    path("practice/webhooks/", webhooks.webhook_list, name="webhooks"),
    path("practice/webhooks/new/", webhooks.webhook_new, name="webhook_new"),
    path("practice/webhooks/<uuid:pk>/", webhooks.webhook, name="webhook"),
    path("practice/webhooks/<uuid:pk>/<slug:verb>/", webhooks.webhook_act, name="webhook_act"),
    path("practice/webhooks/sent/<uuid:pk>/again/", webhooks.delivery_again, name="delivery_again"),
]

hooks = [
    path("hooks/sms/status/", sms_views.sms_status, name="sms_status"),
    path("hooks/sms/in/", sms_views.sms_in, name="sms_in"),
    path("hooks/mail/<slug:provider>/", mail_views.mail_told, name="mail_told"),
]

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("", include((hooks, "hooks"))),
    path("", include((app, "practice"))),
    path("", include("clients.urls")),
    path("", include("sessions.urls")),
    path("", include("notes.urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(permission_classes=[], throttle_classes=[]), name="schema"),
    path("api/v1/docs/", api_views.Docs.as_view(), name="api-docs"),
    path("api/v1/", include("practice.api_views")),
    path("api/v1/", include("clients.api")),
    path("api/v1/", include("sessions.api")),
    path("api/v1/", include("notes.api")),
    re_path(r"^api/", api.nothing_here),
]
