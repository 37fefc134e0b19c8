"""``python -m tests.cli.help``: write the help of every command into both READMEs, between their markers."""

from __future__ import annotations

from tests.cli.test_cli import COMMANDS, ROOT, gonghui


def main() -> None:
    """Rewrite what stands between ``<!-- help -->`` and ``<!-- /help -->``."""
    for readme, lang in (("README.md", "en"), ("README.zh.md", "zh")):
        blocks = []
        for command in COMMANDS:
            line = " ".join(filter(None, ("gonghui", command, "--help")))
            blocks.append(f"```console\n$ {line}\n{gonghui(*filter(None, (command, '--help')), lang=lang).stdout.strip()}\n```\n")
        path = ROOT / readme
        text = path.read_text(encoding="utf-8")
        body = "\n".join(blocks)
        head, _, rest = text.partition("<!-- help -->")
        tail = rest.partition("<!-- /help -->")[2]
        path.write_text(f"{head}<!-- help -->\n{body}<!-- /help -->{tail}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
