"""What a run says to the person who started it: progress while it runs, a summary at its end."""

from __future__ import annotations

import sys
import time
from collections import Counter
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.flow import Outcome
from pipeline.labels import advice, label, message
from pipeline.run import Report, doubts
from pipeline.settings import Lang

SECONDS_BETWEEN_LINES = 10.0
MOST_SILENT = 8
SHAREABLE = (
    ("report/index.html", "open_report"),
    ("tables/workbook.xlsx", "open_workbook"),
    ("tables/documents.csv", "open_tables"),
    ("tables/blank_ledgers.xlsx", "open_ledgers"),
)  # masked, unless the operator wants the names


class Display:
    """A progress bar on a terminal, a plain line now and then elsewhere; both on stderr."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._errors = Console(stderr=True, highlight=False)
        self._bar: Progress | None = None
        self._began = self._said = time.monotonic()

    def __enter__(self) -> Display:
        if self._errors.is_terminal:
            self._bar = Progress(
                TextColumn(message("progress", self.lang)),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=self._errors,
                transient=True,
            )
            self._bar.add_task("", total=None, rate="")
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def watch(self, done: int, total: int, last: Outcome) -> None:
        """Show how far the run has come."""
        now = time.monotonic()
        rate = done / max(now - self._began, 1e-6)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total, rate=f"{rate:.1f}/s")
        elif now - self._said >= SECONDS_BETWEEN_LINES or done == total:
            self._said = now
            seconds = int((total - done) / rate)
            eta = f"{seconds // 60}:{seconds % 60:02d}"
            print(message("progress_line", self.lang, done=done, total=total, rate=rate, eta=eta), file=sys.stderr, flush=True)

    def summary(self, report: Report) -> None:
        """What came out, what to look at first, and where all is."""
        out = Console(highlight=False, soft_wrap=True)
        for line in summary_lines(report, self.lang):
            out.print(line)


def summary_lines(report: Report, lang: Lang) -> list[str]:
    """The summary of a run in rich's markup."""
    failed = report.failures.total()
    head = message("done_failures", lang, count=failed) if failed else message("done_clean", lang)
    lines = [f"[bold {'yellow' if failed else 'green'}]{head}[/]"]
    if not report.files:
        lines.append(message("nothing_found", lang))
    documents = report.doc_types.total()
    lines.append(message("files", lang, files=report.files, ignored=len(report.ignored), documents=documents))
    for title, group, tally in (
        ("by_type", "doc_type", report.doc_types),
        ("by_failure", "failure", report.failures),
        ("by_warning", "warning", report.warnings),
    ):
        if tally:
            lines.append(f"{message(title, lang)}: {_listed(tally, group, lang)}")
    if report.listed:
        units = ("、" if lang == "zh" else ", ").join(map(shown, report.silent[:MOST_SILENT]))
        more = "…" if len(report.silent) > MOST_SILENT else ""
        told = message("silent" if report.silent else "all_sent", lang, listed=report.listed, count=len(report.silent))
        lines.append(f"{told}: {units}{more}" if report.silent else told)
    if report.archive_failures:
        kinds = _listed(report.archive_failures, "failure", lang)
        lines.append(message("archive_failures", lang, count=report.archive_failures.total(), kinds=kinds))
    first = _look_first(report, lang)
    if first:
        lines += ["", f"[bold]{message('look_first', lang)}[/]", *first]
    return [*lines, "", f"[bold]{message('outputs', lang)}[/]", *_where(report, lang)]


def _listed(tally: Counter[str], group: str, lang: Lang) -> str:
    ranked = sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))
    return ("，" if lang == "zh" else ", ").join(f"{label(group, code, lang)} {count}" for code, count in ranked)


def _look_first(report: Report, lang: Lang) -> list[str]:
    lines = [f"  [red]✗[/] {shown(f.source)}: {label('failure', f.kind, lang)}" for f in report.failed]
    if report.failures.total() > len(report.failed):
        lines.append(f"    {message('more_failures', lang)}")
    told = (advice(kind, lang) for kind in sorted(report.failures))
    lines += [f"    [dim]{text}[/]" for text in told if text]
    for source, note in report.doubtful:
        said = [label("warning", code, lang) for code in dict.fromkeys(note.warnings)]
        if unsure := doubts(note):
            said.append(message("unsure_findings", lang, count=len(unsure), least=f"{unsure[0]:.2f}"))
        lines.append(f"  [yellow]![/] {shown(source)} @{note.start}: {('、' if lang == 'zh' else ', ').join(said)}")
    return lines


def _where(report: Report, lang: Lang) -> list[str]:
    leaving = message("masked" if report.masked else "not_masked", lang)
    places = [(name, f"{message(code, lang)}: {leaving}") for name, code in SHAREABLE if (report.out / name).is_file()]
    places += [(name, message(code, lang)) for name, code in (("records.jsonl", "open_records"), ("data", "open_data"))]
    if report.failures:
        places.append(("failures.jsonl", message("open_failures", lang)))
    return [f"  {shown(str(report.out / name))}  [dim]{text}[/]" for name, text in places]


def shown(text: str) -> str:
    """A name from outside, on one line and without control over the terminal."""
    return escape("".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text))
