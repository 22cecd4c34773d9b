"""Pages of this room."""

app_name = "sessions"
urlpatterns: list = []
