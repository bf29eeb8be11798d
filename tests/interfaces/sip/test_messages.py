"""What is read from a network: whole messages as they are meant, everything else refused in constant words."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youlu.interfaces.sip.callers import caller_number
from youlu.interfaces.sip.message import BYTES_MOST, Request, Response, message_read, response_to
from youlu.interfaces.sip.uris import Address, BadMessageError, Uri, host_port, list_split

NUMBER = "19900004417"
INVITE = f"""INVITE sip:11185@10.0.0.7 SIP/2.0
Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1;rport, SIP/2.0/UDP 10.0.0.4;branch=z9hG4bK0
From: "Wang, J" <sip:{NUMBER}@10.0.0.5;user=phone>;tag=a
To: <sip:11185@10.0.0.7>
Call-ID: 1@10.0.0.5
CSeq: 7 INVITE
Contact: <sip:trunk@10.0.0.5>
Content-Type: application/sdp
Content-Length: 5

v=0
more""".replace("\n", "\r\n").encode()


def read(text: bytes) -> Request:
    message = message_read(text)
    assert isinstance(message, Request)
    return message


def test_a_message_is_read_and_its_answer_repeats_what_it_must() -> None:
    request = read(INVITE)
    assert (request.method, request.uri, request.sequence) == ("INVITE", "sip:11185@10.0.0.7", 7)
    assert request.body == b"v=0\r\n"
    assert (request.via("branch"), request.via("rport"), request.via("received")) == ("z9hG4bK1", "", None)
    assert (request.sent_by(), request.from_tag, request.to_tag) == ("10.0.0.5:5060", "a", "")
    answer = message_read(response_to(request, 182, tag="b").write())
    assert isinstance(answer, Response)
    assert (answer.status, answer.reason, answer.to_tag) == (182, "Queued", "b")
    assert len(answer.all("via")) == 2


def test_short_names_and_lines_that_go_on_are_the_same_message() -> None:
    short = (INVITE.replace(b"Via:", b"v:").replace(b"From:", b"f:").replace(b"To:", b"t:")
             .replace(b"Call-ID:", b"i:").replace(b"Content-Length:", b"l:").replace(b"7 INVITE", b"7\r\n INVITE"))
    assert read(short).headers == read(INVITE).headers


@pytest.mark.parametrize(("what", "raw"), [
    ("nothing", b""),
    ("no end", INVITE.partition(b"\r\n\r\n")[0]),
    ("too long", INVITE + b"x" * BYTES_MOST),
    ("no request line", INVITE.replace(b"INVITE sip:11185@10.0.0.7 SIP/2.0", b"INVITE")),
    ("another protocol", INVITE.replace(b"10.0.0.7 SIP/2.0", b"10.0.0.7 HTTP/1.1", 1)),
    ("a body shorter than told", INVITE.replace(b"Length: 5", b"Length: 50")),
    ("a length below nothing", INVITE.replace(b"Length: 5", b"Length: -5")),
    ("a length of other digits", INVITE.replace(b"Length: 5", "Length: ٥".encode())),
    ("no CSeq", INVITE.replace(b"CSeq: 7 INVITE\r\n", b"")),
    ("CSeq of another method", INVITE.replace(b"7 INVITE", b"7 BYE")),
    ("CSeq too great", INVITE.replace(b"7 INVITE", b"4294967296 INVITE")),
    ("two Call-IDs", INVITE.replace(b"CSeq:", b"Call-ID: 2\r\nCSeq:")),
    ("no branch", INVITE.replace(b";branch=z9hG4bK1", b"")),
    ("no Via", INVITE.replace(b"Via:", b"X-Via:")),
    ("a From without an end", INVITE.replace(b"user=phone>", b"user=phone")),
    ("a NUL", INVITE.replace(b"trunk@", b"tr\x00nk@")),
    ("a bare line feed", INVITE.replace(b"trunk@", b"tr\nnk@")),
    ("a header that is none", INVITE.replace(b"Contact:", b"Con tact:")),
    ("a thousand headers", INVITE.replace(b"Contact:", b"X: 1\r\n" * 1000 + b"Contact:")),
    ("a status that is none", b"SIP/2.0 999 Odd" + INVITE[INVITE.index(b"\r\n"):]),
])
def test_what_is_no_whole_message_is_refused_and_not_quoted(what: str, raw: bytes) -> None:
    with pytest.raises(BadMessageError) as caught:
        message_read(raw)
    assert NUMBER not in str(caught.value)


@given(st.binary(max_size=400))
def test_no_bytes_do_more_than_be_refused(raw: bytes) -> None:
    for hostile in (raw, INVITE[:150] + raw + INVITE[150:], INVITE.replace(b"\r\n\r\n", raw + b"\r\n\r\n")):
        with contextlib.suppress(BadMessageError):
            message = message_read(hostile)
            assert message.write()
            if isinstance(message, Request):
                caller_number(message)
                with contextlib.suppress(BadMessageError):
                    host_port(message.sent_by())


@given(st.text(max_size=60))
def test_no_address_does_more_than_be_refused(text: str) -> None:
    list_split(text)
    for work in (Address.read, Uri.read, host_port):
        with contextlib.suppress(BadMessageError):
            work(text)


def test_no_line_break_gets_into_a_message_of_ours() -> None:
    with pytest.raises(BadMessageError):
        Request([("to", "a\r\nRoute: <sip:elsewhere>")], b"", "BYE", "sip:a").write()


@pytest.mark.parametrize(("more", "number"), [
    ("", NUMBER),
    ("P-Asserted-Identity: <tel:+86-139-0000-0000>\r\n", "+8613900000000"),
    ("P-Asserted-Identity: \"x\" <sip:09311234567@10.0.0.5>, <tel:110>\r\n", "09311234567"),
    ("P-Asserted-Identity: <sip:wang@10.0.0.5>\r\n", NUMBER),
    ("Privacy: id\r\n", ""),
    ("Privacy: header;user;critical\r\n", ""),
    ("Privacy: none\r\n", NUMBER),
])
def test_who_calls_is_what_the_trunk_asserts_and_nobody_where_they_withhold_it(more: str, number: str) -> None:
    assert caller_number(read(INVITE.replace(b"CSeq:", more.encode() + b"CSeq:"))) == number


def test_an_anonymous_caller_has_no_number() -> None:
    assert caller_number(read(INVITE.replace(NUMBER.encode(), b"anonymous"))) == ""
