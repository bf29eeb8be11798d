"""Where the parts are joined: pages at the root, the API under /api/v1/, what machines ask beside them."""

from django.urls import include, path

from youlu.interfaces.api.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("youlu.interfaces.ops.urls")),
    path("", include("youlu.interfaces.web.urls")),
    path("", include("youlu.interfaces.web.account_urls")),
]
