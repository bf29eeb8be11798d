"""Pages. One module of views per room of the product."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.i18n import set_language

from youlu.interfaces.web.assets import asset_serve
from youlu.interfaces.web.views import agent, applications, apply, closures, desk, home, items, quote, situation, workforce

app_name = "web"
urlpatterns = [
    path("", home.index, name="home"),
    path("login", LoginView.as_view(template_name="web/login.html", next_page="web:home"), name="login"),
    path("logout", LogoutView.as_view(next_page="web:home"), name="logout"),
    path("language", set_language, name="language"),
    path("assets/<str:hash>/<str:name>", asset_serve, name="asset"),
    path("applications", applications.applications, name="applications"),
    path("applications/<str:number>", applications.application, name="application"),
    path("applications/<str:number>/<slug:act>", applications.application_act, name="application_act"),
    path("vouchers/<slug:programme>", applications.voucher, name="voucher"),
    path("applied", apply.progress, name="apply_progress"),
    path("apply/<slug:programme>/<str:voucher>", apply.start, name="apply"),
    path("apply/<slug:programme>/<str:voucher>/check", apply.check, name="apply_check"),
    path("apply/<slug:programme>/<str:voucher>/done", apply.done, name="apply_done"),
    path("apply/<slug:programme>/<str:voucher>/<slug:key>", apply.question, name="apply_question"),
    path("situation", situation.situation, name="situation"),
    path("situation/wall", situation.wall, name="situation_wall"),
    path("quote", quote.quote, name="quote"),
    path("items", items.items, name="items"),
    path("items/<str:number>", items.item, name="item"),
    path("track", items.track, name="track"),
    path("closures", closures.closures, name="closures"),
    path("closures/new", closures.closure_new, name="closure_new"),
    path("closures/preview/<uuid:preview_id>", closures.closure_preview, name="closure_preview"),
    path("closures/preview/<uuid:preview_id>/declare", closures.closure_declare, name="closure_declare"),
    path("closures/<uuid:closure_id>", closures.closure, name="closure"),
    path("closures/<uuid:closure_id>/extend", closures.closure_extend, name="closure_extend"),
    path("closures/<uuid:closure_id>/lift", closures.closure_lift, name="closure_lift"),
    path("closures/<uuid:closure_id>/lift-part", closures.closure_lift_part, name="closure_lift_part"),
    path("healthz", home.health, name="health"),
    path("desk", desk.desk, name="desk"),
    path("desk/caller", desk.caller, name="caller"),
    path("desk/new", desk.order_new, name="order_new"),
    path("desk/next", desk.order_next, name="order_next"),
    path("desk/<uuid:order_id>", desk.order, name="order"),
    path("desk/<uuid:order_id>/<str:act>", desk.order_act, name="order_act"),
    path("outreach", desk.outreach, name="outreach"),
    path("outreach/wording/<uuid:wording_id>/<str:act>", desk.wording_act, name="wording_act"),
    path("my", agent.my, name="my"),
    path("my/take", agent.take, name="my_take"),
    path("my/orders", agent.orders, name="my_orders"),
    path("my/shift", agent.shift, name="my_shift"),
    path("my/presence", agent.presence, name="my_presence"),
    path("my/contacts/<uuid:contact_id>/call", agent.call, name="my_call"),
    path("my/contacts/<uuid:contact_id>/reveal", agent.reveal, name="my_reveal"),
    path("my/contacts/<uuid:contact_id>/result", agent.result, name="my_result"),
    path("people", workforce.people, name="people"),
    path("people/<uuid:agent_id>", workforce.person, name="person"),
    path("people/<uuid:agent_id>/presence", workforce.person_presence, name="person_presence"),
    path("capacity", workforce.capacity, name="capacity"),
    path("capacity/strip", workforce.capacity_part, name="capacity_part"),
]
