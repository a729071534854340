"""Linters of contracts find nothing, with the rules that they recommend."""

from pathlib import Path

from .generators import CONTRACT, NEEDS_TOOLS, npx

pytestmark = NEEDS_TOOLS


def test_redocly_finds_nothing(tmp_path: Path):
    rules = tmp_path / "redocly.yaml"
    rules.write_text("extends: [recommended]\n")
    printed = npx("redocly", "lint", "--config", str(rules), str(CONTRACT))
    assert "Your API description is valid" in printed
    assert "You have" not in printed, printed


def test_spectral_finds_nothing(tmp_path: Path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("extends: ['spectral:oas']\n")
    printed = npx(
        *("spectral", "lint", "--fail-severity", "hint"),
        *("-r", str(rules), str(CONTRACT)),
    )
    assert "No results with a severity" in printed, printed
