"""Closures out: CAP 1.2 held against its rules; GTFS-Realtime read by another decoder and joined with our GTFS."""

from __future__ import annotations

import csv
import datetime as dt
import re
import uuid
from xml.etree import ElementTree

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tests.domain.small_network import ACTOR, LONGNAN, at

from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.services import closure_declare, closure_extend, closure_lift
from youlu.domain.network.gtfs import gtfs_export
from youlu.domain.network.models import Compound

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
T1, T2 = at("2022-07-11 18:00"), at("2022-07-18 18:00")
# CAP 1.2, section 3.2: the elements in their order, and the words each may hold.
ALERT = ["identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses", "code",
         "note", "references", "incidents", "info"]
INFO = ["language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience", "eventCode",
        "effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web", "contact",
        "parameter", "resource", "area"]
WORDS = {
    "status": "Actual Exercise System Test Draft", "msgType": "Alert Update Cancel Ack Error",
    "scope": "Public Restricted Private", "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra"
    " CBRNE Other", "responseType": "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
    "urgency": "Immediate Expected Future Past Unknown", "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")


def cap_read(text: str) -> ElementTree.Element:
    """The document, if it keeps the rules."""
    alert = ElementTree.fromstring(text.encode())  # noqa: S314
    assert alert.tag == f"{CAP}alert"
    _in_order(alert, ALERT, needed="identifier sender sent status msgType scope")
    for name in ("identifier", "sender"):
        assert not re.search(r"[\s,<&]", alert.findtext(CAP + name, ""))
    assert (alert.findtext(f"{CAP}scope") == "Restricted") == (alert.find(f"{CAP}restriction") is not None)
    assert (alert.findtext(f"{CAP}msgType") == "Alert") == (alert.find(f"{CAP}references") is None)
    for info in alert.iter(f"{CAP}info"):
        _in_order(info, INFO, needed="category event urgency severity certainty")
        for area in info.iter(f"{CAP}area"):
            _in_order(area, ["areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling"], needed="areaDesc")
    for element in alert.iter():
        name = element.tag.removeprefix(CAP)
        assert name not in WORDS or element.text in WORDS[name].split()
        assert name not in ("sent", "effective", "onset", "expires") or INSTANT.fullmatch(element.text or "")
    return alert


def _in_order(element: ElementTree.Element, order: list[str], *, needed: str) -> None:
    names = [child.tag.removeprefix(CAP) for child in element]
    assert names == sorted(names, key=order.index)
    assert set(needed.split()) <= set(names)


def declare(*measures: tuple[str, str, str], title: str = "陇南封控") -> uuid.UUID:
    return closure_declare(actor=ACTOR, closure=ClosureInput(
        "lockdown", title, "陇南市人民政府", "陇政发<1>号", "62",
        tuple(MeasureInput(act, kind, ref, T1, T2) for act, kind, ref in measures)))


@pytest.fixture
def reader(caller):
    return caller("closure.read")


def get(reader, path: str) -> bytes:
    answer = reader.client.get(f"/api/v1/alerts{path}", headers={"Authorization": f"Bearer {reader.secret}"})
    assert answer.status_code == 200, answer.content
    return answer.content


def test_a_closure_is_an_alert_then_an_update_then_a_cancel_each_naming_the_one_before(reader):
    closure_id = declare(("transit", "office", str(LONGNAN)), ("delivery", "division", "621200"))
    first = get(reader, f"/cap/{closure_id}").decode()
    with clock.frozen(at("2022-07-17 10:00")):
        closure_extend(actor=ACTOR, closure_id=closure_id, authority="陇南市人民政府", document_no="2号",
                       ends_at=T2 + dt.timedelta(days=3), next_review_at=None)
    second = cap_read(get(reader, f"/cap/{closure_id}").decode())
    with clock.frozen(at("2022-07-19 10:00")):
        closure_lift(actor=ACTOR, closure_id=closure_id, authority="陇南市人民政府", document_no="3号")
    third = cap_read(get(reader, f"/cap/{closure_id}").decode())
    alert = cap_read(first)
    assert [one.findtext(f"{CAP}msgType") for one in (alert, second, third)] == ["Alert", "Update", "Cancel"]
    for earlier, later in ((alert, second), (second, third)):
        assert later.findtext(f"{CAP}references") == ",".join(
            earlier.findtext(CAP + name, "") for name in ("sender", "identifier", "sent"))
    epoch = alert.findtext(f"{CAP}identifier", "").rpartition(".")[2]
    assert get(reader, f"/cap/{closure_id}/{epoch}").decode() == first  # what was sent reads as it did
    assert alert.findtext(f".//{CAP}expires") == "2022-07-18T18:00:00+08:00"
    assert second.findtext(f".//{CAP}expires") == "2022-07-21T18:00:00+08:00"
    assert [info.findtext(f"{CAP}language") for info in alert.iter(f"{CAP}info")] == ["zh-CN", "en-US"]
    assert {code.findtext(f"{CAP}value") for code in alert.iter(f"{CAP}geocode")} == {"621200"}


def test_a_compound_of_fewer_than_ten_households_is_told_as_its_township(reader):
    Compound.objects.filter(id=0).update(households=9)
    Compound.objects.filter(id=1).update(households=10)
    closure_id = declare(("delivery", "compound", "0"), ("delivery", "compound", "1"))
    text = get(reader, f"/cap/{closure_id}").decode()
    assert ("雁北路街道001号院" in text, "雁北路街道002号院" in text) == (False, True)
    assert {code.findtext(f"{CAP}value") for code in cap_read(text).iter(f"{CAP}geocode")} == {"620102001"}


def test_alerts_need_a_token_unless_the_post_makes_them_public(reader, settings):
    closure_id = declare(("transit", "office", str(LONGNAN)))
    address = f"/api/v1/alerts/cap/{closure_id}"
    assert reader.client.get(address).status_code == 401
    settings.ALERTS_PUBLIC = True
    answer = reader.client.get(address)
    assert cap_read(answer.content.decode()).findtext(f"{CAP}scope") == "Public"
    listed = reader.client.get("/api/v1/alerts/cap").json()["rows"]
    assert [row["kind"] for row in listed] == ["Alert"]
    assert reader.client.get(listed[0]["url"]).content == answer.content


def gtfs_realtime():
    """The message classes by the published field numbers, decoded by Google's library."""
    file = descriptor_pb2.FileDescriptorProto(name="rt.proto", package="rt", syntax="proto2")
    text, number, message = 9, 4, 11
    for name, fields in {
        "Feed": [("header", 1, message, "Header", 1), ("entity", 2, message, "FeedEntity", 3)],
        "Header": [("version", 1, text, "", 2), ("incrementality", 2, number, "", 1), ("timestamp", 3, number, "", 1)],
        "FeedEntity": [("id", 1, text, "", 2), ("alert", 5, message, "Alert", 1)],
        "Alert": [("period", 1, message, "Range", 3), ("informed", 5, message, "Selector", 3),
                  ("cause", 6, number, "", 1), ("effect", 7, number, "", 1), ("header", 10, message, "Texts", 1),
                  ("description", 11, message, "Texts", 1)],
        "Range": [("start", 1, number, "", 1), ("end", 2, number, "", 1)],
        "Selector": [("route_id", 2, text, "", 1), ("trip", 4, message, "Trip", 1), ("stop_id", 5, text, "", 1)],
        "Trip": [("trip_id", 1, text, "", 1)],
        "Texts": [("translation", 1, message, "Translation", 3)],
        "Translation": [("text", 1, text, "", 2), ("language", 2, text, "", 1)],
    }.items():
        kind = file.message_type.add(name=name)
        for field, nth, what, of, label in fields:
            kind.field.add(name=field, number=nth, type=what, label=label, type_name=f".rt.{of}" if of else None)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("rt.Feed"))


def test_every_id_of_the_realtime_feed_is_one_of_the_exported_timetable(reader):
    declare(("transit", "office", str(LONGNAN)), ("transit", "leg", "1-2"), ("transit", "route", "2"),
            ("acceptance", "compound", "0"), ("delivery", "division", "620000"))
    feed = gtfs_realtime().FromString(get(reader, "/gtfs-realtime"))
    tables = {name: list(csv.DictReader(lines)) for name, lines in
              gtfs_export(actor=actor_of_system("tests")).items()}
    ids = {kind: {row[kind] for row in tables[file]} for kind, file in
           (("route_id", "routes.txt"), ("trip_id", "trips.txt"), ("stop_id", "stops.txt"))}
    said: dict[str, set[str]] = {kind: set() for kind in ids}
    for entity in feed.entity:
        for one in entity.alert.informed:
            said["route_id"] |= {one.route_id} - {""}
            said["trip_id"] |= {one.trip.trip_id} - {""}
            said["stop_id"] |= {one.stop_id} - {""}
    assert said == {"route_id": {"R2"}, "trip_id": {"youlu-2"}, "stop_id": {"O1", "O2", "O3", "O4"}}
    assert all(said[kind] <= ids[kind] for kind in ids)
    alert = feed.entity[0].alert
    assert (feed.header.version, feed.header.timestamp) == ("2.0", int(clock.now().timestamp()))
    assert (alert.period[0].start, alert.period[0].end) == (int(T1.timestamp()), int(T2.timestamp()))
    assert {entity.alert.effect for entity in feed.entity} == {1, 7}
    assert {one.language for one in alert.header.translation} == {"zh-Hans", "en"}


def test_what_is_lifted_is_no_longer_in_the_realtime_feed(reader):
    closure_id = declare(("transit", "office", str(LONGNAN)))
    assert len(gtfs_realtime().FromString(get(reader, "/gtfs-realtime")).entity) == 1
    closure_lift(actor=ACTOR, closure_id=closure_id, authority="陇南市人民政府", document_no="3号")
    assert not gtfs_realtime().FromString(get(reader, "/gtfs-realtime")).entity
