"""What other systems' trace codes mean here: the public op codes of the domestic system and the UPU's EMSEVT events.

Op codes are those seen in public test data, EMSEVT events those of public tracking lists: neither is an official full
list, and what they mean here is our reading. A code is in `MEANING`, or in `NO_MEANING` with the reason why it moves
nothing; a code in neither is unknown and is told to whoever sends it.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["accepted", "departed", "arrived", "out", "delivered", "undelivered", "returned"]

MEANING: dict[str, Kind] = {
    "203": "accepted",  # 收寄计费信息
    "305": "departed",  # 揽投发运/封车
    "306": "arrived",  # 揽投解车
    "389": "departed",  # 处理中心封车
    "954": "arrived",  # 邮件到达处理中心
    "989": "departed",  # 离开处理中心
    "702": "out",  # 投递邮件接收-下段
    "705": "undelivered",  # 投递结果反馈-未妥投
    "704": "delivered",  # 投递结果反馈-妥投
    "EMA": "accepted", "EMB": "arrived", "EMC": "departed", "EMJ": "arrived", "EMK": "departed", "EMD": "arrived",
    "EMF": "departed", "EDD": "arrived", "EDE": "departed", "EMG": "arrived", "EDG": "out", "EDH": "arrived",
    "EMH": "undelivered", "EMI": "delivered",
}
NO_MEANING: dict[str, str] = {
    "303": "揽投配发：在网点内分拣，没有离开",
    "345": "揽收扫描配发：在网点内分拣，没有离开",
    "423": "出口邮件直封封发：装进总包，没有离开",
    "404": "交航扫描：机场不是网点",
    "500": "航空公司接收：机场不是网点",
    "457": "航空公司启运：机场不是网点",
    "505": "飞机到达进港：机场不是网点",
    "EXA": "送交出口海关", "EXB": "出口海关暂扣", "EXC": "出口海关放行", "EXD": "出口互换局暂存", "EXX": "取消出口",
    "EDA": "进口互换局暂存", "EDB": "送交进口海关", "EME": "进口海关暂扣", "EDC": "进口海关放行",
    "EDF": "投递部门暂存", "EDX": "终止进口",
}


def code_compact(text: str) -> str:
    """As the tables hold it: no blanks, capitals."""
    return "".join(text.split()).upper()
