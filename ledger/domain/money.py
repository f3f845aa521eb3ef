"""Money is a whole number of fen, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in whole fen; may be negative only as a difference, never in a document."""

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(f"Money takes whole fen, not {type(self.fen).__name__}")

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __bool__(self) -> bool:
        return self.fen != 0


ZERO = Money(0)


def total(amounts: list[Money] | tuple[Money, ...]) -> Money:
    """The sum in fen; nothing sums to zero."""
    return Money(sum(amount.fen for amount in amounts))


def plain(amount: Money) -> str:
    """Yuan with two decimals and no separators, as the API and exports write it: `1250000.00`."""
    sign = "-" if amount.fen < 0 else ""
    whole, cents = divmod(abs(amount.fen), 100)
    return f"{sign}{whole}.{cents:02d}"


def yuan(amount: Money) -> str:
    """Yuan with separators and two decimals, as pages show it: `1,250,000.00`; minus is U+2212."""
    sign = "\u2212" if amount.fen < 0 else ""
    whole, cents = divmod(abs(amount.fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"
