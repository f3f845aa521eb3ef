"""The languages of the pages: collect the texts, merge them into each catalogue, compile it, and check it."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Run as a program, only scripts/ is on the path; the extractor of babel.cfg is scripts.translation_marks.
sys.path.insert(0, str(ROOT))

from babel.messages.catalog import Catalog, Message  # noqa: E402
from babel.messages.extract import extract_from_dir  # noqa: E402
from babel.messages.frontend import parse_mapping_cfg  # noqa: E402
from babel.messages.mofile import write_mo  # noqa: E402
from babel.messages.pofile import read_po, write_po  # noqa: E402

FOLDER: Final = ROOT / "translations"
TEMPLATE: Final = ROOT / "build" / "messages.pot"
PLACES: Final = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
"""What a text leaves open: `%(n)s` on pages, `{limit}` in refusals."""
HEADER: Final = "# The pages of the ledger, translated from the Chinese that the templates and the domain hold.\n"


def extract() -> Catalog:
    """Every text that the templates and the modules say, with the files it stands in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog(project="fund-ledger", charset="utf-8", header_comment=HEADER)
    for name, _line, texts, _comments, context in extract_from_dir(ROOT, methods, options):
        found.add(texts, locations=[(name, 1)], context=context)
    return found


def catalogues() -> list[Path]:
    """The catalogue of each language."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))


def read(path: Path) -> Catalog:
    """A catalogue as it is kept."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, charset="utf-8")


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a file: by place, without line numbers, which change with every edit."""
    text = io.BytesIO()
    write_po(text, catalogue, width=0, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return text.getvalue()


def update() -> None:
    """Bring each catalogue up to the texts of now; new ones stay empty, and none is guessed."""
    texts = extract()
    for path in catalogues():
        kept = read(path)
        before = {message.id for message in kept if message.id}
        kept.update(texts, no_fuzzy_matching=True, update_header_comment=True, update_creation_date=False)
        if before != {message.id for message in kept if message.id}:
            kept.revision_date = datetime.now(UTC)
        path.write_bytes(written(kept))
        tell(f"{path.relative_to(ROOT)}: {sum(1 for message in kept if message.id)} texts")


def compile_catalogues() -> None:
    """Write the binary catalogue beside each that is newer; the application reads only that one."""
    for path in catalogues():
        made = path.with_suffix(".mo")
        if made.exists() and made.stat().st_mtime >= path.stat().st_mtime:
            continue
        # Written beside and renamed: whoever serves meanwhile reads the old file or the new one.
        draft = made.with_suffix(f".{os.getpid()}.draft")
        with draft.open("wb") as file:
            write_mo(file, read(path))
        draft.replace(made)


def faults(catalogue: Catalog, texts: Catalog) -> list[str]:
    """What is wrong with a catalogue, one line each: a text without a translation, a guessed one, other places."""
    found = []
    for message in texts:
        if not message.id:
            continue
        kept = catalogue.get(message.id, message.context)
        if kept is None or not translated(kept):
            found.append(f"not translated: {message.id}")
        elif kept.fuzzy:
            found.append(f"only guessed: {message.id}")
        elif {place for text in strings(message.id) for place in PLACES.findall(text)} != {
            place for text in strings(kept.string) for place in PLACES.findall(text)
        }:
            found.append(f"other places than the Chinese: {message.id}")
    return found


def strings(texts: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """A text, or the texts of its plural forms."""
    return (texts or "",) if isinstance(texts, str | None) else tuple(texts)


def translated(message: Message) -> bool:
    """Whether every form of the message has its text."""
    return all(strings(message.string))


def check() -> list[str]:
    """What is wrong with every catalogue."""
    texts = extract()
    if not catalogues():
        return ["translations/: no catalogue"]
    return [f"{path.parent.parent.name}: {fault}" for path in catalogues() for fault in faults(read(path), texts)]


def tell(line: str) -> None:
    """One line on the error stream."""
    sys.stderr.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("extract", "update", "compile", "check"))
    verb = parser.parse_args().verb
    if verb == "extract":
        TEMPLATE.parent.mkdir(exist_ok=True)
        TEMPLATE.write_bytes(written(extract()))
        tell(str(TEMPLATE.relative_to(ROOT)))
    elif verb == "update":
        update()
    elif verb == "compile":
        compile_catalogues()
    else:
        found = check()
        for line in found:
            tell(line)
        sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
