"""Identity cards straight from the card centre to the door.

The card no longer goes to the county and from there by mail: the police's card centre hands it to the post in
the province's capital. The holder scans the QR code on the collection voucher and applies on a phone. The old card
must be surrendered: at the counter, noted on the voucher, or to the courier, who counts it.
"""

from __future__ import annotations

from dataclasses import replace

from youlu.domain.catalogue.spec import (
    ADDRESSEE_ONLY,
    NEVER_LEFT,
    OLD_CARD_SURRENDERED,
    Applies,
    Choice,
    Field,
    FieldKind,
    OnlyIf,
    Origin,
    Programme,
    Text,
    Texts,
    VoucherSpec,
)
from youlu.programmes.id_card_mail import rules

GUARDIAN = OnlyIf("applicant", ("guardian",))

FORM = (
    Field("name", FieldKind.NAME, Text("身份证上的姓名是什么？", "What is the name on the card?"),
          hint=Text("与办证时登记的一致，例如王建民", "As registered, for example Wang Jianmin")),
    Field("id_number", FieldKind.ID_NUMBER, Text("持证人的公民身份号码是什么？",
                                                 "What is the holder's identity number?"),
          hint=Text("18位，最后一位可能是X", "18 characters, the last may be X"),
          why=Text("用来核对是不是持证人。号码加密保存，投递后按期删除。",
                   "To check that it is the holder. It is kept encrypted and erased on schedule.")),
    Field("applicant", FieldKind.CHOICE, Text("谁来收证？", "Who will receive the card?"),
          choices=(Choice("self", Text("持证人本人", "The holder")),
                   Choice("guardian", Text("监护人（持证人未满16周岁）",
                                           "A guardian (the holder is under sixteen)")))),
    Field("guardian_name", FieldKind.NAME, Text("监护人的姓名是什么？", "What is the guardian's name?"),
          only_if=GUARDIAN, of="guardian"),
    Field("guardian_id", FieldKind.ID_NUMBER, Text("监护人的公民身份号码是什么？",
                                                   "What is the guardian's identity number?"),
          only_if=GUARDIAN, of="guardian",
          why=Text("投递员要核对收证人的证件。", "The courier checks the receiver's ID.")),
    Field("phone", FieldKind.PHONE, Text("投递员打哪个电话找您？", "Which number shall the courier ring?"),
          hint=Text("手机号，例如13812345678", "A mobile number, for example 13812345678"),
          why=Text("查进度时要核对后四位。", "Its last four digits open the tracking page.")),
    Field("division", FieldKind.DIVISION, Text("寄到哪个县（区）？", "To which county or district?")),
    Field("address", FieldKind.ADDRESS, Text("详细地址是什么？", "What is the address?"),
          hint=Text("街道、小区、楼、单元、室", "Street, compound, building, unit, room")),
    Field("old_card", FieldKind.CHOICE, Text("旧身份证怎么交回？", "How will the old card be surrendered?"),
          why=Text("按规定，换证要交回旧证。", "By law the old card is surrendered when a new one is given."),
          choices=(Choice("door", Text("投递员上门时交", "To the courier at the door")),
                   Choice("counter", Text("办证时已交窗口", "Already at the counter"),
                          Text("凭证上有窗口的记录", "It is noted on the voucher")),
                   Choice("none", Text("没有旧证（首次办证或已挂失）",
                                       "There is none (first card, or reported lost)")))),
    Field("consent", FieldKind.CONSENT, Text("到达时间有变化，要不要发消息告诉您？",
                                             "Shall we tell you by message if the date changes?")),
)

PROGRAMME = Programme(
    code="id_card_mail",
    name=Text("身份证直邮到家", "Identity card to the door"),
    summary=Text("新证从省制证中心直接寄到家。", "The new card comes straight from the card centre."),
    mail_class="express",
    applies=Applies.VOUCHER_HOLDER,
    origin=Origin.CARD_CENTRE,
    voucher=VoucherSpec(printed_on=Text("身份证领取凭证", "the ID-card collection voucher"), good_days=90),
    partner="card_centre",
    scope=("51", "62"),
    form=FORM,
    rules=(rules.rule_minors_guardian_applies, rules.rule_guardian_is_of_age),
    delivery=(
        ADDRESSEE_ONLY,
        NEVER_LEFT,
        replace(OLD_CARD_SURRENDERED, only_if=OnlyIf("old_card", ("door",))),
    ),
    texts=Texts(
        intro=Text("填一次，新身份证做好后由邮政特快直接送到家，不用再去窗口领。",
                   "Apply once: when your card is made, it comes by express to your door."),
        before_you_start=(
            Text("领取凭证", "The collection voucher"),
            Text("持证人的公民身份号码", "The holder's identity number"),
            Text("能收邮件的地址和电话", "An address and a phone to reach you"),
        ),
        next_steps=(
            Text("公安制证中心核对您的申请，一般当天完成。",
                 "The card centre checks the application, usually the same day."),
            Text("证件做好后交邮政，您会收到预计送达的日期。",
                 "Once made, the card is given to the post and you hear the date."),
            Text("投递员上门前先打电话。收证时请出示证件；选择上门交旧证的，请准备好旧证。",
                 "The courier rings first. Have your ID ready, and the old card if you chose to hand it over."),
        ),
    ),
)
