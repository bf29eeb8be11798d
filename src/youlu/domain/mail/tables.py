"""The DDL of the partitioned tables, for the migrations."""

from __future__ import annotations

from youlu.domain.mail.models import PARTITIONS

ITEM = """
CREATE TABLE mail_item (
  item_key bigint PRIMARY KEY,
  mail_class text NOT NULL, programme text NOT NULL,
  origin_office_id integer NOT NULL, dest_office_id integer NOT NULL,
  dest_segment_id integer, dest_compound_id integer, sender_id uuid, addressee_id uuid,
  accepted_at timestamptz NOT NULL,
  place smallint NOT NULL, place_office_id integer, place_leg bigint, place_since timestamptz NOT NULL,
  position_no integer NOT NULL,
  committed_arrive_by timestamptz NOT NULL, expected_arrive_by timestamptz, told_arrive_by timestamptz,
  arrival_at timestamptz, planned_legs bigint[] NOT NULL, legs_done smallint NOT NULL,
  next_departure_at timestamptz, epoch integer NOT NULL, revision_no integer NOT NULL
) PARTITION BY HASH (item_key)"""

SCAN = """
CREATE TABLE mail_scan (
  item_key bigint NOT NULL, device text NOT NULL, sequence bigint NOT NULL,
  kind smallint NOT NULL, occurred_at timestamptz NOT NULL, received_at timestamptz NOT NULL,
  office_id integer, leg bigint, cause smallint, corrects_device text, corrects_sequence bigint,
  body_digest bytea NOT NULL,
  PRIMARY KEY (item_key, device, sequence)
) PARTITION BY HASH (item_key)"""

REVISION = """
CREATE TABLE mail_promise_revision (
  item_key bigint NOT NULL, revision_no integer NOT NULL, epoch integer NOT NULL,
  cause text NOT NULL, closure_id uuid, computed_at timestamptz NOT NULL,
  place smallint NOT NULL, place_office_id integer, place_leg bigint, place_since timestamptz NOT NULL,
  arrive_by timestamptz, arrival_at timestamptz, planned_legs bigint[] NOT NULL,
  PRIMARY KEY (item_key, revision_no)
) PARTITION BY HASH (item_key)"""

RECALC_DUE = """
CREATE TABLE mail_recalc_due (
  item_key bigint PRIMARY KEY, epoch integer NOT NULL, cause text NOT NULL, closure_id uuid
) PARTITION BY HASH (item_key)"""

INDEXES = [
    # One revision per item and epoch where a closure is the cause: doubling is refused by the database itself.
    "CREATE UNIQUE INDEX mail_revision_closure_once ON mail_promise_revision (item_key, epoch)"
    " WHERE cause IN ('closure', 'lift')",
    "CREATE INDEX mail_item_addressee ON mail_item (addressee_id)",
    "CREATE INDEX mail_item_sender ON mail_item (sender_id)",
    "CREATE INDEX mail_item_expected ON mail_item (expected_arrive_by) WHERE place < 3",
]

# As rows are written in bulk; `in_flight` is the database's own.
ITEM_COLUMNS = (
    "item_key", "mail_class", "programme", "origin_office_id", "dest_office_id", "dest_segment_id",
    "dest_compound_id", "sender_id", "addressee_id", "accepted_at", "place", "place_office_id", "place_leg",
    "place_since", "position_no", "committed_arrive_by", "expected_arrive_by", "told_arrive_by", "arrival_at",
    "planned_legs", "legs_done", "next_departure_at", "epoch", "revision_no", "last_event_at")


def partitions(table: str) -> list[str]:
    # The items' rows are updated on every scan and revision: room for updates within the page.
    room = " WITH (fillfactor = 70)" if table == "mail_item" else ""
    return [
        f"CREATE TABLE {table}_p{number:02d} PARTITION OF {table}"
        f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number}){room}"
        for number in range(PARTITIONS)
    ]


def create_statements() -> list[str]:
    statements: list[str] = []
    for table, ddl in (("mail_item", ITEM), ("mail_scan", SCAN), ("mail_promise_revision", REVISION),
                       ("mail_recalc_due", RECALC_DUE)):
        statements += [ddl, *partitions(table)]
    return [*statements, *INDEXES]


BAG_CONTENT = """
CREATE TABLE mail_bag_content (
  item_key bigint NOT NULL, container text NOT NULL, device text NOT NULL, sequence bigint NOT NULL,
  role smallint NOT NULL,
  PRIMARY KEY (item_key, container, device, sequence)
) PARTITION BY HASH (item_key)"""


def bag_statements() -> list[str]:
    return [BAG_CONTENT, *partitions("mail_bag_content"),
            "CREATE INDEX mail_bag_content_container ON mail_bag_content (container)"]
