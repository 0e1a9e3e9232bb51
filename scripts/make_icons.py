"""Make static/icons.svg: one sprite of the @tabler/icons (MIT) that the platform uses, and no other.

The names stand in scripts/icons.txt, one a line; run `python -m scripts.make_icons` after a change. Needs the
development packages (`npm ci --include=dev`).
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules/@tabler/icons/icons/outline"
SPRITE = ROOT / "static/icons.svg"

NAMES = (ROOT / "scripts/icons.txt").read_text(encoding="utf-8").split()


def symbol(name: str) -> str:
    """An icon's drawing as a symbol of the sprite; its frame and its own colours left out."""
    drawing = (SOURCE / f"{name}.svg").read_text(encoding="utf-8")
    paths = re.findall(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*?/>", drawing)
    shapes = "".join(re.sub(r"\s+", " ", p) for p in paths if 'd="M0 0h24v24H0z"' not in p)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def main() -> None:
    """Write the sprite."""
    symbols = "\n".join(symbol(name) for name in NAMES)
    SPRITE.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n', encoding="utf-8")
    print(f"{SPRITE.relative_to(ROOT)}: {len(NAMES)} icons")


if __name__ == "__main__":
    main()
