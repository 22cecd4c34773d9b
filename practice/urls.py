"""Every address of the product, room by room; this file, settings and celery alone name all four."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from practice import api, api_views, settings_views, views

app = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("theme/", views.choose_look, name="theme"),
    path("messages/", views.messages_page, name="messages"),
    path("messages/<uuid:pk>/", views.message_page, name="message"),
    path("practice/", views.home, name="home"),
    path("practice/settings/", settings_views.settings_page, name="settings"),
]

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
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
