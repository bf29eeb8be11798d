"""Knowledge: approved, for a time, withdrawn at once, found by two Chinese characters."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from tests import people

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.errors import EmptyNoteError, UnknownKindError
from youlu.domain.desk.knowledge import finding
from youlu.domain.desk.knowledge.errors import (
    ArticleGoneError,
    ArticlePeriodError,
    ArticleSamePersonError,
    ArticleStateError,
    ArticleTextError,
)
from youlu.domain.desk.knowledge.finding import article_get, articles_found, articles_page, articles_waiting
from youlu.domain.desk.knowledge.writing import article_approve, article_draft, article_note, article_withdraw
from youlu.domain.desk.models import OrderEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def article(
    title: str, body: str = "照单办理。", *kinds: str, of: uuid.UUID | None = None, **period: dt.datetime
) -> uuid.UUID:
    chen = people.chen_supervisor()
    made = article_draft(actor=chen, title=title, body=body, kinds=kinds, article_id=of)
    article_approve(actor=people.liu_supervisor(), article_id=made, **period)
    return made


def titles(text: str = "", kind: str = "") -> list[str]:
    return [row.title for row in articles_found(actor=people.li_agent(), text=text, kind=kind)]


def test_articles_are_found_by_any_words_of_title_and_body_the_title_first() -> None:
    article("丢失怎么赔", "保价的按保价额，没有保价的按资费三倍。")
    article("保价", "收寄时声明价值。")
    article("改址", "寄件人同意后改。Fee 10元")
    assert titles("保价") == ["保价", "丢失怎么赔"]
    assert titles("三倍 保价") == ["丢失怎么赔"]
    assert titles("ＦＥＥ") == ["改址"]
    assert titles("价保") == []
    assert titles("保价额没") == []  # each pair is there, the word is not
    assert titles("保") == ["保价", "丢失怎么赔"]


def test_words_with_their_commas_find_an_article(noon: object) -> None:
    article("封控：停投怎么说", body="先道歉，再说新的日期。")
    assert titles("封控：停投") == titles("先道歉，再说") == ["封控：停投怎么说"]


def test_beside_an_order_stands_what_is_of_its_kind() -> None:
    article("改址", "寄件人同意后改。", "redirect")
    article("催投话术", "先看轨迹。", "chase", "chase_pickup")
    assert titles(kind="chase") == ["催投话术"]
    assert titles("改", kind="chase") == ["改址"]


def test_only_what_is_approved_and_in_its_time_is_found() -> None:
    now, day = clock.now(), dt.timedelta(days=1)
    draft = article_draft(actor=people.li_agent(), title="草稿一篇", body="没批准")
    article("明天起", valid_from=now + day)
    article("到今晚", valid_to=now + day / 4)
    assert titles("一篇") == titles("明天") == []
    assert titles("今晚") == ["到今晚"]
    assert {row.title for row in articles_waiting(actor=people.li_agent())} == {"草稿一篇", "明天起"}
    with clock.frozen(now + day):
        assert titles("明天") == ["明天起"]
        assert titles("今晚") == []
    with pytest.raises(ArticlePeriodError):
        article_approve(actor=people.chen_supervisor(), article_id=draft, valid_to=now)


def test_a_new_version_takes_the_place_of_the_one_before_and_withdrawing_revives_nothing() -> None:
    first = article("改址", "收件人同意后改。")
    second = article("改址", "寄件人同意后改。", of=first)
    assert [row.version for row in articles_found(actor=people.li_agent(), text="改址")] == [2]
    article_withdraw(actor=people.chen_supervisor(), article_id=second, reason="写错")
    assert titles("改址") == []
    with pytest.raises(ArticleStateError):
        article_withdraw(actor=people.chen_supervisor(), article_id=second)
    with pytest.raises(ArticleStateError):
        article_approve(actor=people.chen_supervisor(), article_id=second)
    assert article_get(actor=people.li_agent(), article_id=second).state == "withdrawn"


def test_an_article_goes_into_a_note_with_its_version_unless_it_was_withdrawn() -> None:
    li, made = people.li_agent(), article("改址", "寄件人同意后改。")
    order_id = services.order_open(actor=li, kind="redirect", title="改址")
    article_note(actor=li, order_id=order_id, article_id=made, text="寄件人同意后改，已说。")
    event = OrderEvent.objects.get(act="note")
    assert (event.note, event.detail) == ("寄件人同意后改，已说。", "改址 第1版")
    with pytest.raises(EmptyNoteError):
        article_note(actor=li, order_id=order_id, article_id=made, text=" ")
    article_withdraw(actor=people.chen_supervisor(), article_id=made)
    with pytest.raises(ArticleGoneError):
        article_note(actor=li, order_id=order_id, article_id=made, text="旧话")
    assert OrderEvent.objects.filter(act="note").count() == 1


def test_every_page_of_articles_holds_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PAGE_ROWS", 3)
    for n in range(8):
        article(f"第{n // 2}题", str(n))
    actor, seen, cursor = people.li_agent(), [], None
    while True:
        page = articles_page(actor=actor, cursor=cursor)
        seen += [row.body for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == [str(n) for n in range(8)]
    assert articles_page(actor=actor, cursor="x").rows[0].title == "第0题"


@pytest.mark.parametrize(("more", "error"), [
    ({"title": ""}, ArticleTextError), ({"title": "长" * 61}, ArticleTextError), ({"body": "\0"}, ArticleTextError),
    ({"kinds": ["x"]}, UnknownKindError), ({"article_id": uuid.UUID(int=7)}, NotFoundError)])
def test_what_cannot_be_an_article_is_refused(more: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        article_draft(**{"actor": people.li_agent(), "title": "题", "body": "文", **more})


def test_agents_write_supervisors_approve_others_read_nothing() -> None:
    made = article_draft(actor=people.li_agent(), title="题", body="文")
    for act in (article_approve, article_withdraw):
        with pytest.raises(NotAllowedError):
            act(actor=people.li_agent(), article_id=made)
    with pytest.raises(NotAllowedError):
        articles_found(actor=people.zhao_dispatcher(), text="题")


def test_who_wrote_an_article_does_not_approve_it() -> None:
    made = article_draft(actor=people.chen_supervisor(), title="题", body="文")
    with pytest.raises(ArticleSamePersonError):
        article_approve(actor=people.chen_supervisor(), article_id=made)
    article_approve(actor=people.liu_supervisor(), article_id=made)
    assert titles("题") == ["题"]


def test_a_name_is_not_asked_of_who_may_not(noon: object) -> None:
    actor: Actor = people.sun_clerk()
    for ask in (articles_page, articles_waiting):
        with pytest.raises(NotAllowedError):
            ask(actor=actor)
