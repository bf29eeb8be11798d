"""What a letter consists of, by its BODYSTRUCTURE alone: nothing of its parts has been fetched yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

PARTS_MAX, DEPTH_MAX = 100, 12
# No files, but what machines put beside the words.
SILENT = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "text/calendar"}
# What an attachment may call itself; what it is, its content says.
FETCHED = {"image/jpeg", "image/jpg", "image/pjpeg", "image/png", "application/pdf", "application/x-pdf",
           "application/octet-stream"}


@dataclass(frozen=True)
class Part:
    """A leaf. `path` names it in a fetch; `size` in octets as it is sent."""

    path: str
    type: str
    charset: str
    encoding: str
    size: int
    is_attached: bool

    @property
    def decoded_size(self) -> int:
        """About, in bytes."""
        return self.size * 3 // 4 if self.encoding == "base64" else self.size


def parts_of(structure: Any) -> tuple[Part, ...]:
    """The leaves in their order, at most PARTS_MAX, none deeper than DEPTH_MAX."""
    found: list[Part] = []
    for part in _leaves(structure, "", 0):
        found.append(part)
        if len(found) == PARTS_MAX:
            break
    return tuple(found)


def words_of(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts that are read as the letter's text: plain ones, else the first in HTML."""
    return tuple(part for part in parts if part.type == "text/plain" and not part.is_attached) or html_of(parts)


def html_of(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The first part in HTML, where there is one: what is read of a letter whose plain text is empty."""
    return tuple(part for part in parts if part.type == "text/html" and not part.is_attached)[:1]


def files_of(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts that are files."""
    return tuple(part for part in parts if part.type not in SILENT
                 and (part.is_attached or part.type not in ("text/plain", "text/html")))


def _leaves(body: Any, path: str, depth: int) -> Iterator[Part]:
    if depth > DEPTH_MAX:
        return
    if isinstance(body[0], list):  # several: their list, then what kind of several
        for nth, inner in enumerate(body[0], 1):
            yield from _leaves(inner, f"{path}.{nth}" if path else str(nth), depth + 1)
        return
    kind = f"{_word(body[0])}/{_word(body[1])}"
    facts = _pairs(body[2])
    size = body[6] if isinstance(body[6], int) else 0
    yield Part(path or "1", kind, facts.get("charset", ""), _word(body[5]), size, _is_attached(body, kind, facts))


def _is_attached(body: Any, kind: str, facts: dict[str, str]) -> bool:
    """What says so itself; text with a name is a file too, in spite of those who send it inline."""
    at = 9 if kind.startswith("text/") else 11 if kind == "message/rfc822" else 8
    disposition: Any = body[at] if len(body) > at and isinstance(body[at], tuple) else ()
    if len(disposition) > 0 and _word(disposition[0]) == "attachment":
        return True
    return "name" in facts or "filename" in (_pairs(disposition[1]) if len(disposition) > 1 else {})


def _pairs(flat: Any) -> dict[str, str]:
    if not isinstance(flat, tuple | list):
        return {}
    return {_word(name): _word(value) for name, value in zip(flat[::2], flat[1::2], strict=False)}


def _word(value: Any) -> str:
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else ""
