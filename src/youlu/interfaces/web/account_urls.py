"""Addresses that allauth looks for by its own names: logging in, confirming oneself, the second factor.

Only what an account of the post needs: nobody signs up, and there is no mail to reset a password by.
"""

from allauth.account import views
from django.urls import include, path

from youlu.interfaces.web.views import account

urlpatterns = [
    path("login", views.login, name="account_login"),
    path("logout", account.logout, name="account_logout"),
    path("account/inactive", views.account_inactive, name="account_inactive"),
    path("account/again", views.reauthenticate, name="account_reauthenticate"),
    path("account/password", account.password, name="account_change_password"),
    path("account/factors/", include("allauth.mfa.urls")),
]
