"""Small PNG files: a screenshot's colours in a palette of at most 256, with nothing but the standard library."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_COLOURS = 256
_CHANNELS = {2: 3, 6: 4}
"""Bytes of a pixel, by the colour type: RGB, and RGB with an opacity that screenshots do not use."""

Rows = list[bytes]


def small(content: bytes) -> bytes:
    """The same picture with at most 256 colours; rare colours become the nearest of the frequent ones."""
    width, rows, channels = _read(content)
    pixels = Counter(colour for row in rows for colour in _colours(row, channels))
    palette = [colour for colour, _count in pixels.most_common(_MOST_COLOURS)]
    place = {colour: index for index, colour in enumerate(palette)}
    for colour in pixels.keys() - place.keys():
        place[colour] = _nearest(colour, palette)
    lines = b"".join(b"\0" + bytes(place[colour] for colour in _colours(row, channels)) for row in rows)
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _colours(row: bytes, channels: int) -> Iterator[bytes]:
    return (row[at : at + 3] for at in range(0, len(row), channels))


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    red, green, blue = colour
    return min(
        range(len(palette)),
        key=lambda at: (palette[at][0] - red) ** 2 + (palette[at][1] - green) ** 2 + (palette[at][2] - blue) ** 2,
    )


def _read(content: bytes) -> tuple[int, Rows, int]:
    """Width in pixels, the rows, and the bytes of a pixel.

    Raises:
        ValueError: no PNG with eight bits a channel, as browsers write them.
    """
    chunks = list(_chunks(content))
    width, height, depth, colour_type, _way, _filter, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if not content.startswith(_SIGNATURE) or depth != 8 or interlaced or colour_type not in _CHANNELS:
        raise ValueError("not a screenshot")
    channels = _CHANNELS[colour_type]
    packed = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    size, rows, above = width * channels, Rows(), bytes(width * channels)
    for at in range(0, height * (size + 1), size + 1):
        above = _unfiltered(packed[at], bytearray(packed[at + 1 : at + 1 + size]), above, channels)
        rows.append(above)
    return width, rows, channels


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += length + 12


def _unfiltered(kind: int, line: bytearray, above: bytes, step: int) -> bytes:
    """A row as it was before the writer's filter (PNG, 9.2)."""
    if kind == 1:
        for at in range(step, len(line)):
            line[at] = (line[at] + line[at - step]) & 255
    elif kind == 2:
        line = bytearray((one + up) & 255 for one, up in zip(line, above, strict=True))
    elif kind in (3, 4):
        predict = _average if kind == 3 else _paeth
        for at in range(len(line)):
            left, corner = (line[at - step], above[at - step]) if at >= step else (0, 0)
            line[at] = (line[at] + predict(left, above[at], corner)) & 255
    return bytes(line)


def _average(left: int, up: int, _corner: int) -> int:
    return (left + up) // 2


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner
