"""``gonghui inspect``: one file's documents with outline and findings, in colour, with raw offsets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rich.console import Console

from pipeline.console import shown
from pipeline.engine import Bounds, each
from pipeline.flow import Document, Options, Task, failure, ingested, through_stages
from pipeline.labels import advice, label, message
from pipeline.products import Ingested
from pipeline.records import FINDING_KINDS, Failure, Finding, Record
from pipeline.settings import Lang

Seen: TypeAlias = tuple[Ingested, list[Record | Failure]]
LONGEST_QUOTE = 100
COLOURS = dict(zip(FINDING_KINDS, ("bold", "cyan", "green", "magenta", "blue", "blue", "white", "yellow", "bright_yellow",
                                   "red", "red", "bright_green", "bright_cyan"), strict=True))  # fmt: skip
SHOWN_ALREADY = {"start", "end", "text", "heading", "name", "number", "number_start", "body_start", "body_end", "parent", "level"}


def show(tasks: Sequence[Task], options: Options, lang: Lang, *, bounds: Bounds, fixes: bool = False) -> int:
    """Print all of each source; the exit status, 2 where something failed or nothing was found."""
    out = Console(highlight=False, soft_wrap=True)
    failed = not tasks
    for task, seen in zip(tasks, each(_looked_at, [(task, options) for task in tasks], bounds=bounds), strict=True):
        if isinstance(seen, Exception):
            _print_failure(out, failure(task.name, "ingest", seen), lang)
            failed = True
        else:
            failed |= not _print_source(out, *seen, lang, fixes=fixes)
    return 2 if failed else 0


def _looked_at(task: Task, options: Options) -> Seen:
    """A source and what its documents come to, in the order of the text; it runs in a process that can be ended."""
    product = ingested(task, options)
    parts = sorted(product.parts, key=lambda part: part.start)
    return product, [through_stages(Document(product, part, options)) for part in parts]


def _print_source(out: Console, product: Ingested, results: list[Record | Failure], lang: Lang, *, fixes: bool) -> bool:
    """Whether nothing failed."""
    source = product.source
    out.print(f"[bold]{shown(source.source)}[/]  {source.format} · {source.encoding} · {len(source.raw)}")
    for no, result in enumerate(results, 1):
        if isinstance(result, Failure):
            _print_failure(out, result, lang)
        else:
            _print_record(out, result, no, lang)
    if product.noise:
        out.print(f"\n[bold]{message('noise', lang)}[/]")
        for noise in product.noise:
            out.print(f"  [dim]{_span(noise.start, noise.end)}[/] {noise.reason}  [dim]{_quote(noise.text)}[/]")
    if fixes:
        _print_fixes(out, product, lang)
    return bool(results) and not any(isinstance(result, Failure) for result in results)


def _print_record(out: Console, record: Record, no: int, lang: Lang) -> None:
    title = shown(record.title) if record.title else message("untitled", lang)
    head = message("document_line", lang, no=no, type=label("doc_type", record.doc_type, lang), title=title)
    out.print(f"\n[bold reverse] {head} [/] [dim]{_span(record.start, record.end)} {record.doc_id}[/]")
    org_type = label("org_type", record.org_type, lang)
    period = record.period
    basis = label("period_basis", period.basis, lang)
    out.print(f"  {shown(record.unit.name or '?')} ({org_type}) · {period.start or '?'} – {period.end or '?'} {basis}")
    if record.coverage and record.coverage.score is not None:
        out.print(f"  {label('rubric', record.coverage.rubric, lang)}: [bold]{record.coverage.score}[/]")
    for warning in record.warnings:
        out.print(f"  [yellow]! {_span(warning.start, warning.end)} {label('warning', warning.code, lang)}[/]")
    if record.sections:
        out.print(f"  [bold]{message('outline', lang)}[/]")
    for section in record.sections:
        topics = " ".join(label("topic", topic, lang) for topic in section.topics)
        indent = "  " * section.level
        number = shown(section.number or "")
        out.print(
            f"  {indent}[dim]{_span(section.start, section.end)}[/] {number}[bold]{_quote(section.heading)}[/] [dim]{topics}[/]"
        )
    for kind in FINDING_KINDS[1:]:
        findings = getattr(record, kind)
        if findings:
            out.print(f"  [bold]{label('kind', kind, lang)}[/] {len(findings)}")
        for finding in findings:
            quote = f"[{COLOURS[kind]}]{_quote(finding.quote)}[/]"
            out.print(f"    [dim]{_span(finding.start, finding.end)}[/] {quote} [dim]{_attributes(finding)}[/]")


def _attributes(finding: Finding) -> str:
    pairs = finding.model_dump(exclude_defaults=True, exclude=SHOWN_ALREADY).items()
    return shown(" ".join(f"{name}={value}" for name, value in pairs))


def _print_fixes(out: Console, product: Ingested, lang: Lang) -> None:
    out.print(f"\n[bold]{message('fixes', lang)}[/] {len(product.fixes)}")
    for fix in product.fixes:
        before = _quote(product.source.raw[fix.start : fix.end])
        out.print(f"  [dim]{_span(fix.start, fix.end)}[/] {fix.kind}  [red]{before}[/] → [green]{_quote(fix.text)}[/]")


def _print_failure(out: Console, failed: Failure, lang: Lang) -> None:
    out.print(f"[red]✗ {label('failure', failed.kind, lang)}[/] ({failed.stage}) {shown(failed.message)}")
    if text := advice(failed.kind, lang):
        out.print(f"  [dim]{text}[/]")


def _span(start: int, end: int) -> str:
    return f"{start}–{end}"


def _quote(text: str) -> str:
    return shown(text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…")
