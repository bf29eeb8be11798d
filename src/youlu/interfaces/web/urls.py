"""Pages. One module of views per room of the product."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.i18n import set_language

from youlu.interfaces.web.assets import asset_serve
from youlu.interfaces.web.views import home

app_name = "web"
urlpatterns = [
    path("", home.index, name="home"),
    path("login", LoginView.as_view(template_name="web/login.html", next_page="web:home"), name="login"),
    path("logout", LogoutView.as_view(next_page="web:home"), name="logout"),
    path("language", set_language, name="language"),
    path("assets/<str:hash>/<str:name>", asset_serve, name="asset"),
    path("healthz", home.health, name="health"),
]
