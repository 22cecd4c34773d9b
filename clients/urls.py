"""Pages of this room."""

app_name = "clients"
urlpatterns: list = []
