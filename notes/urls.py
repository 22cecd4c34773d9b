"""Pages of this room."""

app_name = "notes"
urlpatterns: list = []
