"""Passwords as Argon2id hashes, and the secrets of sessions and tokens as plain hashes."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from ledger.domain.errors import Invalid, Required

SHORTEST, LONGEST = 8, 200
"""Characters of a password. No composition rules and no forced change (ASVS 6.2)."""

_MEMORY_KIB, _ROUNDS = 47_104, 2
"""46 MiB and two rounds: 50 to 100 ms a hash on one core, above OWASP's minimum."""

_hasher = PasswordHasher(time_cost=_ROUNDS, memory_cost=_MEMORY_KIB, parallelism=1, type=Type.ID)


def make_cheap() -> None:
    """Hash cheaply from now on: for tests alone, which make hundreds of sign-ins."""
    global _hasher  # noqa: PLW0603  one hasher for the process, replaced only here
    _hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID)
    _nobody.cache_clear()


def hash_password(password: str) -> str:
    """The Argon2id hash, with its parameters and salt."""
    return _hasher.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one of `stored`; None takes as long, and is never right."""
    try:
        _hasher.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _nobody() -> str:
    """A hash that nobody's password has, so that an unknown user name takes as long as a known one."""
    return _hasher.hash(secrets.token_urlsafe(32))


def check_new_password(password: str, username: str) -> None:
    """Refuse a password that is blank, too short or too long, or the user name itself.

    Raises:
        Required, Invalid: the first that applies.
    """
    if not password:
        raise Required("请填写密码。", field="password")
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("密码应为 {least} 到 {most} 个字符。", field="password", least=SHORTEST, most=LONGEST)
    if password.casefold() in (username.casefold(), username.casefold()[::-1]) or len(set(password)) < 4:
        raise Invalid("这个密码太容易猜到。请换一个。", field="password")


def new_secret() -> str:
    """256 random bits for a session or a token, in characters that a header and a cookie may carry."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What is stored of a random secret; it needs no salt and no slowness."""
    return hashlib.sha256(secret.encode()).hexdigest()
