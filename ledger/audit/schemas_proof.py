"""An inclusion proof as the small file that a unit keeps."""

from __future__ import annotations

import json
from typing import Any, Final

from ledger.audit.queries_proof import InclusionProof

FORMAT: Final = "grant-ledger-proof"
VERSION: Final = 1


def proof_json(proof: InclusionProof) -> dict[str, Any]:
    """The proof as plain JSON: hashes in hex, the note as it was signed, the key by its name alone."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "stream": proof.stream,
        "seq": proof.seq,
        "size": proof.size,
        "hash": proof.hash,
        "payload": proof.payload,
        "leaf": proof.leaf.hex(),
        "path": [one.hex() for one in proof.path],
        "checkpoint": proof.note,
        "key": proof.key,
    }


def proof_text(proof: InclusionProof) -> str:
    """The proof's file."""
    return json.dumps(proof_json(proof), ensure_ascii=False, indent=1) + "\n"
