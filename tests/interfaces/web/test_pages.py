"""Staff pages and public tracking through HTTP, on a network small enough to reckon with by hand."""

from __future__ import annotations

import gzip
import re

import pytest
from django.test import Client
from tests.interfaces.web.conftest import TAIL, House, notice

from youlu.domain.access.models import User
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.continuity.models import Preview
from youlu.domain.continuity.preview import preview_answer
from youlu.domain.network.models import Closure
from youlu.interfaces.web.assets import asset

pytestmark = pytest.mark.django_db
PAGES = ["/situation", "/situation/wall", "/closures", "/closures/new", "/items", "/quote"]


def asked(client: Client, **changes: object) -> str:
    """Post the notice, let the worker answer; returns the preview's address."""
    answer = client.post("/closures/new", notice(**changes))
    assert answer.status_code == 302, answer.content.decode()
    preview_answer(str(Preview.objects.latest("asked_at").id))
    return answer["Location"]


def declared(client: Client) -> str:
    answer = client.post(asked(client) + "/declare")
    closure_apply()
    return answer["Location"]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("path", PAGES)
def test_a_staff_page_asks_the_public_to_log_in_and_serves_the_dispatcher(path: str, dispatcher: Client) -> None:
    assert Client().get(path)["Location"].endswith(f"/login?next={path}")
    assert dispatcher.get(path).status_code == 200


@pytest.mark.usefixtures("house")
def test_an_agent_may_read_closures_and_not_declare_them() -> None:
    client = Client()
    client.force_login(
        User.objects.create(username="limin", display_name="李敏", roles=["agent"], scope="62", password="!")
    )
    assert client.get("/closures").status_code == 200
    assert client.get("/closures/new").status_code == 403


@pytest.mark.usefixtures("house")
def test_a_preview_says_what_it_would_do_and_changes_nothing(dispatcher: Client) -> None:
    page = dispatcher.get(asked(dispatcher)).content.decode()
    assert "会命中1件" in page
    assert "封控并告知1人" in page
    assert not Closure.objects.exists()


@pytest.mark.usefixtures("house")
def test_a_notice_pressed_twice_is_declared_once(dispatcher: Client) -> None:
    address = asked(dispatcher)
    first, again = (dispatcher.post(address + "/declare")["Location"] for _ in range(2))
    assert first == again
    assert Closure.objects.count() == 1


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "没有填。"),
        ({"district": "无此地"}, "没有叫“无此地”的网点"),
        ({"places": "没有这个院"}, "第1行"),
        ({"places": ""}, "名单是空的"),
        ({"next_review_at": ""}, "下次研判"),
        ({"ends_at": "2022-07-10T17:00"}, "结束早于开始"),
        ({"starts_at": "2022-02-30T17:00"}, "日期或时间不对"),
        ({"acts": []}, "至少选一种措施"),
    ],
)
def test_a_wrong_notice_is_told_beside_its_field_and_kept(dispatcher: Client, changes: dict, said: str) -> None:
    answer = dispatcher.post("/closures/new", notice(**changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'class="errors"' in page
    assert "演示〔2022〕11号" in page
    assert not Preview.objects.exists()


def test_a_closure_is_seen_from_situation_item_and_list(dispatcher: Client, house: House) -> None:
    where = declared(dispatcher)
    assert "要等解除才能投递" in dispatcher.get(where).content.decode()
    assert "兰州城关区封控" in dispatcher.get("/situation").content.decode()
    assert "无路可达" in dispatcher.get(f"/items/{house.to_compound}").content.decode()
    assert house.to_compound in dispatcher.get("/items?list=noway").content.decode()
    assert house.to_county not in dispatcher.get("/items?list=noway").content.decode()


def test_lifting_gives_the_old_promise_back(dispatcher: Client, house: House) -> None:
    where = declared(dispatcher)
    answer = dispatcher.post(
        f"{where}/lift",
        {"authority": "兰州市指挥部（演示）", "document_no": "演示〔2022〕12号", "idempotency_key": "k1"},
        follow=True,
    )
    closure_apply()
    assert "已全部解除" in answer.content.decode()
    page = dispatcher.get(where).content.decode()
    assert "件的时限提前了。</h1>" in page, "the headline says that it is done"
    assert "中断期间改期0件，无路可达1件" in page
    assert "演示〔2022〕12号" in page
    assert 'class="split' not in page, "what was moved is moved no more"
    assert "守时" in dispatcher.get(f"/items/{house.to_compound}").content.decode()


def test_only_the_organ_that_closed_lifts(dispatcher: Client, house: House) -> None:
    where = declared(dispatcher)
    answer = dispatcher.post(f"{where}/lift", {"authority": "别的机关", "document_no": "x", "idempotency_key": "k2"})
    assert answer.status_code == 409
    assert "只能凭它的文件解除" in answer.content.decode()
    assert Closure.objects.get().lifted_at is None


@pytest.mark.usefixtures("house")
def test_a_quote_answers_to_the_wave_with_its_way(dispatcher: Client) -> None:
    page = dispatcher.get("/quote", {"start": "兰州", "end": "康县"}).content.decode()
    assert "从兰州到康县，7月13日 周三12时前送到" in page or "时前送到。" in page
    assert 'class="yxt"' in page
    assert "1002" in page


@pytest.mark.usefixtures("house")
def test_an_unknown_place_is_told_beside_its_field(dispatcher: Client) -> None:
    answer = dispatcher.get("/quote", {"start": "兰州", "end": "火星"})
    assert answer.status_code == 422
    assert "没有叫“火星”的网点" in answer.content.decode()


def test_a_number_in_the_search_goes_straight_to_the_item(dispatcher: Client, house: House) -> None:
    assert dispatcher.get("/items", {"q": house.through})["Location"] == f"/items/{house.through}"
    missed = dispatcher.get("/items", {"q": "EZ000000000CN"})
    assert missed.status_code == 404
    assert "没有查到EZ000000000CN" in missed.content.decode()


def body(answer) -> str:
    """The answer without what differs by itself: the token and the number that was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r'value="\w+CN"', "", text)


def test_tracking_answers_its_owner_and_tells_wrong_and_unknown_alike(house: House) -> None:
    client = Client()
    good = client.post("/track", {"number": house.to_county, "tail": TAIL})
    page = good.content.decode()
    assert good.status_code == 200
    assert good["Cache-Control"] == "no-store"
    assert "您的邮件预计" in page
    assert "王*民" in page
    assert TAIL not in page
    assert "王建民" not in page
    wrong = client.post("/track", {"number": house.to_county, "tail": "0000"})
    unknown = client.post("/track", {"number": "EZ999999995CN", "tail": "0000"})
    assert wrong.status_code == unknown.status_code == 404
    assert body(wrong) == body(unknown)


def test_the_customer_reads_the_reason_and_when_they_hear_more(dispatcher: Client, house: House) -> None:
    declared(dispatcher)
    page = Client().post("/track", {"number": house.to_compound, "tail": TAIL}).content.decode()
    assert "原因：兰州城关区封控。" in page
    assert "我们会在7月18日前再告诉您" in page


def test_tracking_stops_after_five_wrong_tries(house: House) -> None:
    client = Client()
    for _ in range(5):
        client.post("/track", {"number": house.to_county, "tail": "0000"})
    assert client.post("/track", {"number": house.to_county, "tail": TAIL}).status_code == 429


@pytest.mark.usefixtures("house")
def test_a_poll_without_news_costs_nothing(dispatcher: Client) -> None:
    first = dispatcher.get("/situation", headers={"hx-request": "true"})
    assert len(gzip.compress(first.content)) <= 4096
    again = dispatcher.get("/situation", headers={"hx-request": "true", "if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert not again.content


@pytest.mark.usefixtures("house")
def test_pages_stay_within_their_budgets(dispatcher: Client, house: House) -> None:
    shared = sum(len(asset(name).packed) for name in ("youlu.css", "icons.svg", "land.svg"))
    assert len(gzip.compress(dispatcher.get("/situation").content)) + shared <= 40 * 1024
    answer = Client().post("/track", {"number": house.to_county, "tail": TAIL})
    assert len(gzip.compress(answer.content)) <= 12 * 1024


@pytest.mark.usefixtures("house")
def test_english_pages_have_no_chinese_left_but_names(dispatcher: Client) -> None:
    dispatcher.post("/language", {"language": "en", "next": "/"})
    for path in PAGES:
        page = dispatcher.get(path).content.decode()
        text = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", page, flags=re.S)
        left = set(re.findall(r"[\u4e00-\u9fff]+", text))
        assert left <= {
            "兰州市",
            "陇南市",
            "中文",
            "何工",
            "兰州",
            "陇南",
            "康县",
            "天水",
            "敦煌",
            "西安",
            "城关区",
            "张掖",
            "酒泉",
            "城关揽投部",
            "兰州城关区封控",
            "兰州城关区",
            "省内态势",
        } - {"省内态势"}, (path, left)
