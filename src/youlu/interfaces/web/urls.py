"""Pages. One module of views per room of the product."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from youlu.interfaces.web.views import home

app_name = "web"
urlpatterns = [
    path("", home.index, name="home"),
    path("login", LoginView.as_view(template_name="web/login.html"), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("healthz", home.health, name="health"),
]
