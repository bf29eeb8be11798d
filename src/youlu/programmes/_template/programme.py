"""One paragraph: who asks for what, who makes it, how it is handed over, and the law or agreement behind it."""

from __future__ import annotations

from youlu.domain.catalogue.spec import (
    NEVER_LEFT,
    Applies,
    Choice,
    Field,
    FieldKind,
    OnlyIf,
    Origin,
    Programme,
    Text,
    Texts,
)
from youlu.programmes._template import rules

PROGRAMME = Programme(
    code="_template",
    name=Text("项目名称", "Name of the programme"),
    summary=Text("一句话说明。", "One sentence."),
    mail_class="express",
    applies=Applies.UNIT,
    origin=Origin.COUNTY_OFFICE,
    form=(
        Field("name", FieldKind.NAME, Text("收件人姓名是什么？", "What is the addressee's name?")),
        Field("phone", FieldKind.PHONE, Text("收件人电话是什么？", "What is their phone number?")),
        Field("division", FieldKind.DIVISION, Text("寄到哪个县（区）？", "To which county?")),
        Field("address", FieldKind.ADDRESS, Text("详细地址是什么？", "What is the address?")),
        Field("purpose", FieldKind.CHOICE, Text("用途是什么？", "What is it for?"),
              choices=(Choice("gift", Text("礼品", "A gift")), Choice("other", Text("其他", "Other")))),
        Field("remark", FieldKind.TEXT, Text("请写明用途。", "Say what it is for."),
              only_if=OnlyIf("purpose", ("other",)), required=False),
    ),
    rules=(rules.rule_reason_is_given,),
    delivery=(NEVER_LEFT,),
    texts=Texts(
        intro=Text("说明这项服务。", "What the service is."),
        before_you_start=(Text("收件人的姓名、电话和地址", "The addressee's name, phone and address"),),
        next_steps=(Text("说明接下来会发生什么。", "What happens next."),),
    ),
)
