"""What machines ask; none of it is a page."""

from django.urls import path

from youlu.interfaces.ops import views

app_name = "ops"
urlpatterns = [
    path("healthz", views.alive, name="alive"),
    path("readyz", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
]
