"""From what a letter's bytes say to text that people read: charsets as they are and not as they are called, HTML
without anything that acts or is fetched, quotations apart from what was written anew."""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from html.parser import HTMLParser

# What mail of the last thirty years calls GB2312 is GBK or more.
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "hz-gb-2312": "hz",
         "big5": "big5hkscs", "x-x-big5": "big5hkscs", "us-ascii": "utf-8", "ascii": "utf-8", "": "utf-8"}
GUESSES = ("utf-8", "gb18030", "big5hkscs")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
BREAKING = {"p", "div", "br", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre",
            "section", "article", "blockquote", "title"}
UNSAID = {"script", "style", "head", "template", "noscript", "svg", "object", "iframe"}
# Where an answer's quotation begins, as mail programs write it.
QUOTING = re.compile(
    r"^(?:-{2,}\s*(?:原始邮件|原邮件|回复的原邮件|转发的邮件|Original Message|Forwarded message)\s*-{2,}"
    r"|On .{4,120} wrote:|在\s?.{4,120}写道[:：]|.{4,80}于.{4,80}写道[:：]|_{10,}"
    r"|(?:发件人|From)[:：].{0,200}\n(?:发送时间|日期|Sent|Date|收件人|To)[:：].*)\s*$", re.MULTILINE | re.IGNORECASE)
SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)


def transfer_decoded(content: bytes, encoding: str) -> bytes:
    """Base64 and quoted-printable undone, as far as they are; a tail that was cut off is left out."""
    if encoding == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
        try:
            return base64.b64decode(letters[:len(letters) // 4 * 4] + _rest(letters))
        except (binascii.Error, ValueError):
            return b""
    return quopri.decodestring(content) if encoding == "quoted-printable" else content


def _rest(letters: bytes) -> bytes:
    """The last two or three letters with what they lack."""
    rest = letters[len(letters) // 4 * 4:]
    return rest.ljust(4, b"=") if len(rest) > 1 else b""


def text_decoded(content: bytes, charset: str) -> str:
    """As declared where that fits, else as the first of GUESSES that does, else with marks for what is broken."""
    named = WIDER.get(charset.lower(), charset.lower())
    for name in (named, *GUESSES):
        try:
            return codecs.decode(content, name)
        except (LookupError, ValueError):
            continue
    return content.decode("gb18030" if named not in GUESSES else named, "replace")


def text_clean(text: str) -> str:
    """One kind of line end, no control or direction marks, at most one empty line after another."""
    lines = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def html_text(html: str) -> str:
    """What a reader would see of it, quotations marked by `> `; no address is kept and nothing is fetched."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return text_clean("".join(reader.said))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._unsaid = self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":  # what stood before it and was never closed is over
            self._unsaid = 0
        if tag in UNSAID:
            self._unsaid += 1
        self._quoted += tag == "blockquote"
        if tag in BREAKING:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSAID and self._unsaid:
            self._unsaid -= 1
        if tag == "blockquote" and self._quoted:
            self._quoted -= 1
        if tag in BREAKING:
            self._break()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKING:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._unsaid:
            self.said.append(re.sub(r"\s+", " ", data))

    def _break(self) -> None:
        self.said.append("\n" + "> " * min(self._quoted, 1))


def folded(text: str) -> tuple[str, str]:
    """(what was written, the quotation and signature under it); where nothing would be left, all of it is shown."""
    cuts = [found.start() for pattern in (QUOTING, SIGNATURE) if (found := pattern.search(text))]
    lines = text.split("\n")
    tail = len(lines)
    while tail and (not lines[tail - 1].strip() or lines[tail - 1].startswith(">")):
        tail -= 1
    cuts.append(len("\n".join(lines[:tail])))
    cut = min(cuts)
    said, rest = text[:cut].strip(), text[cut:].strip()
    return (said, rest) if said else (text.strip(), "")
