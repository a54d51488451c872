"""Draw docs/picture.svg: `fanmill show` and `fanmill why` on an article of the demonstration. Run: make picture."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from flows import demonstration
from flows.screens import article_screen, reasons_screen
from storage.store import Store

WORDS = "Microsoft Nairobi"
PORT = re.compile(r"127\.0\.0\.1:\d+")
FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # rich would have the reader's browser fetch one


def main() -> None:
    """Run the demonstration, and draw one article."""
    screen = Console(record=True, width=100, file=io.StringIO(), highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(io.StringIO()):
            demonstration.run(Path(folder), prefect=False)
        with Store.open(Path(folder) / demonstration.NAME, write=False) as store:
            number = store.search(WORDS, by="best", limit=1)[0].id
            shown, reasons = store.article(number), store.why(number)
            assert shown
            assert reasons
            screen.print(f"$ fanmill show {number}", style="bold cyan")
            screen.print(article_screen(shown))
            screen.print(f"\n$ fanmill why {number}", style="bold cyan")
            screen.print(reasons_screen(reasons))
    drawing = screen.export_svg(title="fanmill", unique_id="fanmill")
    sys.stdout.write(PORT.sub("courier.example", FONT.sub("", drawing)) + "\n")


if __name__ == "__main__":
    main()
