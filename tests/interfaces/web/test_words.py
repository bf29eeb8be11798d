"""What pages say: punctuation of the language, an English sentence for every Chinese one, dates to the wave."""

from __future__ import annotations

import datetime as dt
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

import youlu
from youlu.core.errors import YouluError
from youlu.interfaces.web import wording
from youlu.interfaces.web.nav import ROOMS, short_word

WEB = Path(__file__).resolve().parents[3] / "src" / "youlu" / "interfaces" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
CATALOGUE = WEB / "locale" / "en" / "LC_MESSAGES" / "django.po"
HAN = "\u4e00-\u9fff"
ASCII_BESIDE_HAN = re.compile(rf"[{HAN}][,:;!?()]|[,:;!?()][{HAN}]")
TRANSLATED = re.compile(r'{% translate "([^"]+)"|_\("([^"]+)"\)|[ =]"?_\("([^"]+)"\)')
BLOCK = re.compile(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", re.S)
ONE_AND_MANY = "{% plural %}"
IN_PYTHON = re.compile(r'\b(?:gettext|gettext_lazy|gettext_noop|numbered|N|_)\(\s*"((?:[^"\\]|\\.)+)"')


def sentences_of_templates() -> set[str]:
    found: set[str] = set()
    for path in TEMPLATES:
        text = path.read_text()
        found |= {next(filter(None, groups)).replace("%", "%%") for groups in TRANSLATED.findall(text)}
        found |= {re.sub(r"{{ *(\w+) *}}", r"%(\1)s", body.partition(ONE_AND_MANY)[0]) for body in BLOCK.findall(text)}
    return found


def catalogue() -> dict[str, list[tuple[str, ...]]]:
    """The English of every Chinese sentence, once for each of its contexts: one form, or those for one and for many."""
    found: dict[str, list[tuple[str, ...]]] = {}
    with CATALOGUE.open("rb") as file:
        for message in read_po(file):
            assert not message.fuzzy, message.id
            chinese = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string)
            found.setdefault(chinese, []).append(forms)
    return found


def sentences_of_code() -> set[str]:
    return {text for path in WEB.rglob("*.py") for text in IN_PYTHON.findall(path.read_text())}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB / "templates").as_posix())
def test_han_text_is_punctuated_in_full_width(path: Path) -> None:
    found = [line.strip() for line in path.read_text().splitlines() if ASCII_BESIDE_HAN.search(line)]
    assert not found


MARKED = re.compile(r"{#.*?#}|{% if [^%]*%}|{% blocktranslate.*?endblocktranslate %}", re.S)
LANGUAGES_OWN_NAME = "parts/language.html"  # 中文 is written in Chinese for whoever reads English


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB / "templates").as_posix())
def test_no_template_writes_han_outside_gettext(path: Path) -> None:
    if path.as_posix().endswith(LANGUAGES_OWN_NAME):
        return
    rest = re.sub(r'{% translate "[^"]*".*?%}|_\("[^"]*"\)', "", MARKED.sub("", path.read_text()))
    assert not re.findall(rf"[^\n]{{0,20}}[{HAN}]+[^\n]{{0,20}}", rest)


def test_every_sentence_of_the_pages_has_its_english() -> None:
    english = catalogue()
    wanted = {s for s in sentences_of_templates() | sentences_of_code() if re.search(rf"[{HAN}]", s)}
    assert not sorted(s for s in wanted if not all(all(forms) for forms in english.get(s, [("",)])))


def test_the_rail_has_an_english_word_of_its_own_for_every_room() -> None:
    with translation.override("en"):
        words = [short_word(room.short) for room in ROOMS]
    assert not [word for word in words if not word.isascii()]
    assert len(set(words)) == len(words)


def test_a_translation_keeps_the_places_of_its_values() -> None:
    places = re.compile(r"%\((\w+)\)s|{(\w+)}")
    for chinese, translations in catalogue().items():
        for form in (form for forms in translations for form in forms):
            assert sorted(places.findall(chinese)) == sorted(places.findall(form)), chinese


# A count and what is counted: "%(n)s items", "%(n)s more working days"; not "%(n)s on calls".
COUNTED = re.compile(r"(?:%\(\w+\)s|{\w+})(?: (?!(?:on|of|at|in|you|who|another)\b)[a-z-]+){0,2}?"
                     r" ([a-z-]*[a-rt-z]s|[a-z-]+sses|people)\b")
NO_PLURALS = frozenset({"as", "has", "is", "its", "less", "ms", "this", "was", "begins", "comes", "confirms", "does",
                        "gets", "lacks", "leaves", "offers", "runs", "sees", "waits", "works"})
ALWAYS_MANY = {
    "24小时内已显示{most}次，到上限了。确需继续，请联系主管。": "a limit",
    "timestamp比现在晚{ahead_min}分钟以上，或早于{days}天前。请核对总机的时钟后重发。": "a limit",
    "写明这个数从哪里来、谁定的，最多{most}个字。": "a limit",
    "法律要求这类工单{days}天内办结，不能写得更长。": "a limit",
    "同时生效的措施把邮件种类分成了{most}组以上。请把豁免种类相同的措施合并后再登记。": "a limit",
    "技能最多{many}项，每项最多{long}个字。": "a limit",
    "心愿只能写在今后{days}天里，分量是1到3。": "a limit",
    "排班的天数要在1到{days}天之间。": "a limit",
    "请假的结束要晚于开始，最长{days}天。": "a limit",
    "用一句话写明什么事，最多{most}个字。": "a limit",
    "转办件要写来文编号和来文时间；来文时间不晚于现在，不早于{days}天前。": "a limit",
    "写上来文编号和来文时间。来文时间要晚于上一次来文，不晚于现在，不早于{days}天前。": "a limit",
    "延到的时间要晚于现在的期限，最多延{days}天。": "a limit",
    "视图要有名字，最多{most}个字；每人最多存{views}个。": "a limit",
    "留言没有发出：写1到{most}个字；办结的或留言太多的，请打11185。": "a limit",
    "一张工单最多{most}个附件。": "a limit",
    "备注最多{most}个字。删短一些再记。": "a limit",
    "写一写是什么事，1到{most}个字。": "a limit",
    "写1到{most}个字。": "a limit",
    "一天最多提交{most}次。急事请打11185，有人帮您办。": "a limit",
    "名称写1到{name_most}个字，内容写1到{most}个字。": "a limit",
    "标题写1到{title_most}个字，内容写1到{most}个字。": "a limit",
    "最多{most}条快捷处理。先撤下不用的。": "a limit",
    "这几个动作不能放在一条里：答复以后不能再派发、延时、等客户；延时写1到{hours_most}小时。": "a limit",
    "名称1至{most}个字，期限要晚于现在，电话比例0至100。": "a limit",
    "口径名称1至{most}个字，不带点；消息和电话两句都要写。": "a limit",
    "一次最多{most}行。分成几份再导。": "a limit",
    "按现有的人和规则排不出：最少还差{hours}人时。": "with a decimal: “1.0 person-hours”",
    "%(n)s个百分点": "a difference with its sign: “−1 points”",
}


def counted(text: str) -> list[str]:
    """Plurals that stand after a value."""
    return [word for word in COUNTED.findall(text) if word not in NO_PLURALS]


# What only commands say, in the language of the code's own documentation for operators.
SAID_BY_COMMANDS = ("youlu.core.backup", "youlu.core.gate", "youlu.core.rekeying", "youlu.core.schema",
                    "youlu.domain.continuity.upgrading", "youlu.scenarios.")


def errors_of_ours(kind: type[YouluError] = YouluError) -> list[type[YouluError]]:
    below = [one for below in kind.__subclasses__() for one in errors_of_ours(below)]
    return [kind, *(one for one in below if one.__module__.startswith("youlu."))]


def test_every_error_that_a_page_or_a_caller_may_see_has_its_english_with_the_same_places() -> None:
    for module in walk_packages(youlu.__path__, "youlu."):
        if module.name.endswith((".errors", "config.urls")):
            import_module(module.name)
    said = {one for one in errors_of_ours() if not one.__module__.startswith(SAID_BY_COMMANDS)}
    assert len(said) > 200
    english = catalogue()
    with translation.override("zh-hans"):
        chinese = {one.__name__: str(one.sentence) for one in said}
    forms = {name: [form for forms in english.get(sentence, [("",)]) for form in forms]
             for name, sentence in chinese.items()}
    assert not sorted(name for name in forms if not all(forms[name]))
    assert not sorted(name for name in forms if any(places(one) != places(chinese[name]) for one in forms[name]))


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_sentence_with_figures_can_be_filled_in() -> None:
    """A bare per cent sign in one of them would take the page down."""
    for chinese, translations in catalogue().items():
        names = re.findall(r"%\((\w+)\)s", chinese)
        for forms in translations if names else ():
            for sentence in (chinese, *forms):
                assert sentence % dict.fromkeys(names, "1")


def test_what_is_counted_is_said_for_one_and_for_many() -> None:
    """No "1 items": such a sentence has two forms, by `numbered` or `{% blocktranslate count %}`."""
    english = catalogue()
    found = {chinese for chinese, translations in english.items() for forms in translations if counted(forms[0])}
    assert found == set(ALWAYS_MANY)
    assert counted("%(n)s items late, {m} more working days, %(k)s people") == ["items", "days", "people"]
    assert not counted("%(n)s item is late; %(who)s has it, %(m)s on calls")


def test_chinese_says_the_same_of_one_and_of_many() -> None:
    for path in TEMPLATES:
        for body in BLOCK.findall(path.read_text()):
            one, counts, many = body.partition(ONE_AND_MANY)
            assert not counts or one == many, f"{path.name}: {one}"


def test_a_customer_reads_the_wave_of_a_day_and_never_a_minute() -> None:
    at = dt.datetime(2022, 8, 3, 10, 0, tzinfo=dt.UTC)
    assert wording.wave(at) == "8月3日 周三18时前"
    with translation.override("en"):
        assert wording.wave(at) == "by 18:00 on Wed 3 Aug"


def test_durations_are_short_in_words_and_aligned_in_columns() -> None:
    assert wording.span(108) == "1小时48分"
    assert wording.span(-3 * 1440 - 125) == "3天2小时"
    assert wording.span_column(108) == "1:48"
    assert wording.days_later(3 * 1440 + 20) == "3天"
    with translation.override("en"):
        assert wording.span(108) == "1 h 48 min"
        assert wording.days_later(1441) == "1 day"
