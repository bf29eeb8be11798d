"""By what way an order came, in words."""

from __future__ import annotations

AT_DESK = {"phone": "电话", "counter": "柜台", "letter": "来信"}  # what a person of the desk writes down
CHANNELS = AT_DESK | {"form": "网上表单", "track": "查询页", "api": "程序", "messenger": "消息", "mail": "电子邮件",
                      "other": "其他"}


def channel_name(channel: str) -> str:
    return CHANNELS.get(channel, channel)
