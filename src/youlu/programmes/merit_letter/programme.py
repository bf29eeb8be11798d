"""Merit letters to the family: with honour and without fail.

The unit applies; the county office of veterans' affairs, the township and the post visit the family together, by
appointment, in the family's town. The letter is never left anywhere.
"""

from __future__ import annotations

from youlu.domain.catalogue.spec import (
    BY_APPOINTMENT,
    NEVER_LEFT,
    Applies,
    Choice,
    Demand,
    Field,
    FieldKind,
    Origin,
    Programme,
    Text,
    Texts,
)
from youlu.programmes.merit_letter import rules

JOINT_VISIT = Demand(
    "joint_visit", Text("与县退役军人事务局、乡镇一同上门，当面宣读后交家属",
                        "Visit together with the county's veterans' office and the township; read out, then hand over"),
    proved=True)

PROGRAMME = Programme(
    code="merit_letter",
    name=Text("立功喜报", "Merit letter"),
    summary=Text("立功喜报约好时间，联合送到家属手中。", "A merit letter, brought to the family by a joint visit."),
    mail_class="registered",
    applies=Applies.UNIT,
    origin=Origin.COUNTY_OFFICE,
    scope=("62",),
    form=(
        Field("family_name", FieldKind.NAME, Text("家属姓名是什么？", "What is the family member's name?")),
        Field("family_phone", FieldKind.PHONE, Text("家属电话是什么？", "What is their phone number?"),
              why=Text("上门前要约时间。", "To agree on the visit.")),
        Field("division", FieldKind.DIVISION, Text("家在哪个县（区）？", "In which county does the family live?")),
        Field("address", FieldKind.ADDRESS, Text("家庭地址是什么？", "What is their address?"),
              hint=Text("乡镇、村或小区、门牌", "Township, village or compound, number")),
        Field("honour", FieldKind.CHOICE, Text("喜报是哪一级？", "Which honour is it?"),
              choices=(Choice("first", Text("一等功", "First class")), Choice("second", Text("二等功",
                                                                                             "Second class")),
                       Choice("third", Text("三等功", "Third class")))),
        Field("visit_date", FieldKind.DATE, Text("希望哪天上门？", "On which day shall the visit be?"),
              hint=Text("例如2022-08-01", "For example 2022-08-01")),
    ),
    rules=(rules.rule_visit_leaves_time_to_agree,),
    delivery=(JOINT_VISIT, BY_APPOINTMENT, NEVER_LEFT),
    texts=Texts(
        intro=Text("立功喜报由邮政与退役军人事务局、乡镇一起，按约好的时间送到家。",
                   "The post, the veterans' office and the township bring the letter together at the agreed time."),
        before_you_start=(Text("家属的姓名、电话和地址", "The family's name, phone and address"),),
        next_steps=(
            Text("喜报交县邮政网点后，网点与退役军人事务局、乡镇约定上门时间。",
                 "Once handed in at the county office, the visit is agreed with all three."),
            Text("上门前一天再与家属确认。", "The day before, the family is asked again."),
        ),
    ),
)
