from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "youlu.domain.desk"
    label = "desk"
    verbose_name = "总客服"
    gauges = "youlu.domain.desk.gauges.desk_gauges"
    letter_cover = "youlu.domain.desk.channels.mail.replying.cover_of"
    party_business = "youlu.domain.desk.retention.PARTY_BUSINESS"
    grants = {
        "desk.list": ("supervisor", "agent", "dispatcher"),  # titles and due times, no customers
        "desk.read": ("supervisor", "agent"),
        "desk.work": ("agent", "supervisor"),
        "desk.supervise": ("supervisor",),
        # An office's people see what was dispatched to offices of their scope, and nothing else of the desk.
        "desk.unit": ("clerk", "dispatcher"),
        "order.read": ("supervisor", "agent", "clerk", "dispatcher"),
        "order.submit": (),  # tokens of programs alone
        "knowledge.write": ("supervisor", "agent"),
        "knowledge.approve": ("supervisor",),
        "contact.take": ("agent", "supervisor"),
        "outreach.read": ("supervisor", "dispatcher"),
        "outreach.run": ("supervisor",),  # open a campaign, start, stop
        "desk.wall": ("supervisor", "dispatcher"),  # counts alone, for a screen that everybody sees
        "emergency.read": ("supervisor", "dispatcher"),
        "emergency.run": ("supervisor",),  # ask for plans, adopt one, leave
        "handover.sign": ("supervisor",),  # hand a shift over, take one over, read what was signed
    }
    subscribes = {"messages.failed": "desk.message_failed", "messages.reworded": "desk.message_failed",
                  "desk.order_opened": "desk.order_opened"}
