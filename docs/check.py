"""Check every Markdown page: its Python examples compile and its relative links lead somewhere.

Prints one line for each fault, `page:line: what is wrong`, and exits 1 if there are any.
"""

from __future__ import annotations

import ast
import doctest
import re
import sys
import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"python", "py", "pycon"}

FENCE = re.compile(r"^ *(?P<marks>`{3,}|~{3,}) *(?P<language>[\w+-]*)")
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
HEADING = re.compile(r"^#{1,6} +(?P<text>.+?)(?: +#+)?$")
LINK_WITH_TEXT = re.compile(r"\[([^\]]*)\]\([^)]*\)")
INLINE_LINK = re.compile(r"\]\(\s*<?(?P<target>[^\s<>()]+)>?(?:\s+[^)]*)?\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(?P<target>[^\s<>]+)>?")
HTML_LINK = re.compile(r"\b(?:href|src)=\"(?P<target>[^\"]+)\"")


@dataclass(frozen=True)
class Block:
    """A fenced piece of code: what language, what code, and the page's line it begins on."""

    language: str
    code: str
    line: int


@dataclass(frozen=True)
class Page:
    """A Markdown page, taken apart: its prose keeps its line numbers, its code is separate."""

    path: Path
    prose: list[tuple[int, str]]
    blocks: list[Block]


def read_page(path: Path) -> Page:
    """Separate prose from fenced code."""
    prose: list[tuple[int, str]] = []
    blocks: list[Block] = []
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    for number, line in lines:
        fence = FENCE.match(line)
        if fence is None:
            prose.append((number, line))
            continue
        code: list[str] = []
        for _, inner in lines:
            if inner.strip().startswith(fence["marks"]) and not inner.strip().strip("`~"):
                break
            code.append(inner)
        blocks.append(Block(fence["language"], "\n".join(code), number + 1))
    return Page(path, prose, blocks)


def find_pages() -> list[Path]:
    """Find the pages of the project: those beside the README and those under docs/."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def example_faults(page: Page) -> Iterator[tuple[int, str]]:
    """Compile each Python example; `await` may stand outside a function, as in a notebook."""
    for block in page.blocks:
        if block.language.lower() not in LANGUAGES:
            continue
        code = textwrap.dedent(block.code)
        if code.lstrip().startswith(">>>"):
            code = doctest.script_from_examples(code)
        try:
            compile(code, str(page.path), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            yield block.line + (error.lineno or 1) - 1, f"example does not compile: {error.msg}"


def find_links(page: Page) -> Iterator[tuple[int, str]]:
    """Find the targets of the page's links and pictures, and the lines they are on."""
    for number, line in page.prose:
        text = CODE_SPAN.sub("", line)
        for pattern in (INLINE_LINK, REFERENCE, HTML_LINK):
            for match in pattern.finditer(text):
                yield number, match["target"]


def anchors(page: Page) -> set[str]:
    """Name the page's headings the way that code hosts do."""
    seen: Counter[str] = Counter()
    names: set[str] = set()
    for _, line in page.prose:
        heading = HEADING.match(line)
        if heading is not None:
            text = LINK_WITH_TEXT.sub(r"\1", heading["text"]).lower()
            slug = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            names.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    return names


def link_faults(page: Page) -> Iterator[tuple[int, str]]:
    """Follow each link that stays inside the project."""
    for number, target in find_links(page):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        file = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
        if not file.is_relative_to(ROOT):
            yield number, f"link leads out of the project: {target}"
        elif not file.exists():
            yield number, f"link leads nowhere: {target}"
        elif file.suffix == ".md" and parts.fragment not in {"", *anchors(read_page(file))}:
            yield number, f"there is no such heading: {target}"


def main() -> int:
    """Check all pages and say what was found."""
    pages = [read_page(path) for path in find_pages()]
    faults = [
        f"{page.path.relative_to(ROOT)}:{line}: {message}"
        for page in pages
        for line, message in sorted([*example_faults(page), *link_faults(page)])
    ]
    for fault in faults:
        print(fault)
    print(f"{len(pages)} pages checked, {len(faults)} faults found")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
