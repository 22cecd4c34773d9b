"""API of this room."""

urlpatterns: list = []
