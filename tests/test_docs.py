"""What the documentation shows is run, and what it names exists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from erp_connect import errors

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
BLOCK = re.compile(r"(?P<before>[^\n]*)\n```python\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
NOT_RUN = re.compile(r"<!-- not run: \S.* -->")
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")


@dataclass(frozen=True)
class Block:
    line: int
    code: str
    run: bool


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            line=text.count("\n", 0, found.start("code")),
            code=found["code"],
            run=not NOT_RUN.fullmatch(found["before"].strip()),
        )
        for found in BLOCK.finditer(text)
    ]


def is_run(page: Path) -> bool:
    return "decisions" not in page.parts and any(block.run for block in blocks(page))


@pytest.mark.parametrize("page", [page for page in PAGES if is_run(page)], ids=named)
def test_the_python_on_the_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page are one program, run from top to bottom in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path / "home"))
    names: dict[str, object] = {"__name__": "page"}
    for block in blocks(page):
        if block.run:
            exec(compile("\n" * block.line + block.code, str(page), "exec"), names)  # noqa: S102 (our own pages)


def test_most_pages_are_programs() -> None:
    assert sum(is_run(page) for page in PAGES) >= 6


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    dead = [
        link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()
    ]
    assert dead == []


def test_the_navigation_names_every_page_and_no_other() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    listed = set(re.findall(r": (\S+\.md)$", navigation, re.MULTILINE))
    assert listed <= pages
    assert {page for page in pages - listed if not page.startswith("decisions/")} == set()


def test_every_error_is_explained_with_its_code() -> None:
    page = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE))
    kinds = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type)
        and issubclass(kind, errors.ErpConnectError)
        and kind is not errors.ErpConnectError
    }
    assert rows == {name: kind.default_code for name, kind in kinds.items()}


def test_the_readme_begins_with_two_sentences_and_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in readme.splitlines() if line.startswith("python3 -m venv ")]
    demo, tests = commands
    assert demo.endswith("erp-connect demo")
    assert tests.endswith("pytest") or "/pytest " in tests
    assert readme.index("```python") > readme.index(tests), "the commands come before the first example"
