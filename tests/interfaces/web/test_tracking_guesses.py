"""Guessing at tracking teaches nothing: wrong and unknown read alike, byte for byte, and tries run out."""

from __future__ import annotations

import os
import random
import re
import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from youlu.domain.mail.models import Item, WrongTry
from youlu.domain.mail.tracking import TRIES_MAX
from youlu.engines.codes.item_key import item_key

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


def ask(client: Client, number: str, tail: str) -> tuple[int, bytes]:
    """Status and body, with what was typed and the form's own random token out of it."""
    answer = client.post("/track", {"number": number, "tail": tail})
    body = TOKEN.sub(b"", answer.content).replace(number.encode(), b"#").replace(f'value="{tail}"'.encode(), b"#")
    return answer.status_code, body


@pytest.mark.django_db
def test_the_same_question_reads_alike_whether_the_item_is_there_or_not(client: Client, house: Any) -> None:
    wrong = ask(client, house.to_county, "0000")
    Item.objects.filter(item_key=item_key(house.to_county)).delete()
    assert ask(client, house.to_county, "0000") == wrong
    assert wrong[0] == 404


@pytest.mark.django_db
def test_after_five_wrong_tries_even_the_right_digits_get_no_answer(client: Client, house: Any) -> None:
    told = [ask(client, house.to_county, f"{tail:04}")[0] for tail in range(TRIES_MAX + 2)]
    assert told == [404] * TRIES_MAX + [429] * 2
    assert ask(client, house.to_county, "4417")[0] == 429
    assert WrongTry.objects.filter(number=house.to_county).count() == TRIES_MAX


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_get_no_more_tries(house: Any) -> None:
    together = threading.Barrier(12)
    told: list[int] = []

    def guess(tail: int) -> None:
        together.wait()
        told.append(ask(Client(), house.to_county, f"{tail:04}")[0])
        connections.close_all()

    threads = [threading.Thread(target=guess, args=(tail,)) for tail in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [404] * TRIES_MAX + [429] * (12 - TRIES_MAX)


def guesses(client: Client, real: str, times: int, seed: int) -> set[tuple[int, bytes]]:
    """Six guesses a number: at one that is there (its tries taken back after each six) and at unknown ones."""
    chance = random.Random(seed)
    told: dict[str, set[tuple[int, bytes]]] = {"wrong": set(), "unknown": set()}
    for number in range(times // 12):
        unknown = f"EZ{700_000_000 + number:09}CN"
        for name, asked in (("wrong", real), ("unknown", unknown)):
            for place in range(TRIES_MAX + 1):
                got = ask(client, asked, f"{chance.randrange(4_000):04}")  # never 4417
                assert got[0] == (404 if place < TRIES_MAX else 429)
                told[name].add(got)
        WrongTry.objects.all().delete()
    assert told["wrong"] == told["unknown"]
    return told["wrong"]


@pytest.mark.django_db
def test_wrong_and_unknown_read_alike_over_many_numbers(client: Client, house: Any) -> None:
    assert len(guesses(client, house.to_county, 240, 3)) == 2  # "not found", and "wait"


@pytest.mark.slow
@pytest.mark.django_db
def test_thousands_of_guesses_learn_nothing(client: Client, house: Any) -> None:
    # A guess is a whole page, 20 ms: a hundred thousand take over half an hour, so that many are asked for by name.
    times = int(os.environ.get("YOULU_GUESSES", "6000"))
    assert len(guesses(client, house.to_county, times, 4)) == 2
