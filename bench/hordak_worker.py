"""Runs in django-hordak's own environment: makes its tables and accounts, then posts as its documentation shows.

`migrate PORT ACCOUNTS`, or `work PORT NUMBER`: reads seconds from standard input, answers what was done in them.
"""

from __future__ import annotations

import json
import random
import sys
import time

import django
from django.conf import settings

HOST = "127.0.0.1"
NAME = "hordak"


def configure(port: str) -> None:
    """Django as in production: no debugging, a connection that stays, each transaction its own commit."""
    settings.configure(
        DEBUG=False,
        SECRET_KEY=NAME,
        INSTALLED_APPS=["django.contrib.contenttypes", "mptt", "djmoney", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": HOST,
                "PORT": port,
                "NAME": NAME,
                "USER": NAME,
                "PASSWORD": NAME,
                "CONN_MAX_AGE": None,
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_CURRENCY="CNY",
        HORDAK_INTERNAL_CURRENCY="CNY",
        HORDAK_CURRENCIES=["CNY"],
        CURRENCIES=["CNY"],
        USE_TZ=True,
        TIME_ZONE="UTC",
    )
    django.setup()


def migrate(count: int) -> None:
    """Its tables, and pairs of accounts between which money moves."""
    from django.core.management import call_command
    from hordak.models import Account, AccountType

    call_command("migrate", verbosity=0)
    for number in range(count):
        Account.objects.create(name=f"from {number}", code=f"{number:04d}", type=AccountType.income, currencies=["CNY"])
        Account.objects.create(
            name=f"to {number}", code=f"{number + count:04d}", type=AccountType.asset, currencies=["CNY"]
        )


def work(number: int) -> None:
    """Post until the time is over, for each line of standard input."""
    from datetime import date

    from django.db import transaction
    from hordak.models import Account
    from moneyed import Money

    numbers = list(Account.objects.order_by("code").values_list("pk", flat=True))
    count = len(numbers) // 2
    choose = random.Random(number)
    amount = Money("0.01", "CNY")
    on = date(2026, 5, 20)
    for line in sys.stdin:
        done, began = 0, time.perf_counter()
        until = began + float(line)
        while time.perf_counter() < until:
            place = choose.randrange(count)
            source, target = numbers[place], numbers[place + count]
            with transaction.atomic():
                # A request names accounts, as the ledger's act names an allocation: both sides load what is named.
                accounts = Account.objects.in_bulk([source, target])
                accounts[source].transfer_to(accounts[target], amount, description="a disbursement", date=on)
            done += 1
        sys.stdout.write(f"{json.dumps([done, time.perf_counter() - began])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    configure(sys.argv[2])
    if sys.argv[1] == "migrate":
        migrate(int(sys.argv[3]))
    else:
        work(int(sys.argv[3]))
