"""Whose order it is, by the number that came with it: two doors at once keep one customer, as the telephone does."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from tests import people

from youlu.domain.desk.channels.customers import customer_of
from youlu.domain.parties.callers import caller_party
from youlu.domain.parties.models import Party


@pytest.mark.django_db(transaction=True)
def test_two_doors_at_once_keep_one_customer() -> None:
    found, start = [], threading.Barrier(8)

    def ask() -> None:
        start.wait()
        try:
            found.append(customer_of(phone="13893104321", name="王建民"))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert Party.objects.count() == 1


@pytest.mark.django_db
def test_who_gave_no_name_is_kept_as_who_telephoned_is() -> None:
    nameless, named = customer_of(phone="13893104322"), customer_of(phone="13893104323", name=" 王建民 ")
    called = caller_party(actor=people.chen_supervisor(), phone="13893104322")
    assert called.id == nameless
    assert [Party.objects.get(id=one).name for one in (nameless, named)] == ["未留姓名", "王建民"]
    assert customer_of(phone=" ") is None
