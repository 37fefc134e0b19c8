"""Training of the linear classifiers with scikit-learn; run time adds the weights up without it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from pipeline.aggregate.levels import views
from pipeline.extract import awards, counted, cut, deeds, events, indicators, links, speaker, statements
from pipeline.extract.basics import basics
from pipeline.extract.figures import Act
from pipeline.extract.organisation import candidates
from pipeline.extract.profile import signature
from pipeline.extract.roles import standing_features
from pipeline.extract.topics import FIRST, WEIGHTY, section_features, spoken_of
from pipeline.learn.examples import Example
from pipeline.learn.goldrecord import gold_record, thinned
from pipeline.learn.unnumbering import unnumbered_copies
from pipeline.linear import UNIT, Model, write
from pipeline.lookup import Seen
from pipeline.segment import Span
from pipeline.segment import candidates as openings
from pipeline.segment.outline import body_lines, numbered, opening_lines
from pipeline.spans import unbroken

Row = tuple[list[str], str | list[str]]  # features and label


def _overlap(a: Span, start: int, end: int) -> float:
    inter = min(a.end, end) - max(a.start, start)
    return inter / (max(a.end, end) - min(a.start, start)) if inter > 0 else 0.0


def spelt(example: Example, *seen: Seen) -> list[str]:
    """The features of a row, written out."""
    return [feature for one in seen for feature in one.strings(example.reading.clean)]


def outline_rows(example: Example) -> Iterator[Row]:
    """Rows for headings without a number: every candidate of the document and of its copies that lost their numbers."""
    own = (example.reading, [span for span, _ in example.spans("sections")])
    for reading, gold in (own, *unnumbered_copies(example)):
        lines = body_lines(reading)
        opened = opening_lines(numbered(reading.clean, lines))
        found = openings.candidates(reading.clean, lines, opened)
        for one, seen in zip(found, openings.features(reading, lines, opened, found), strict=True):
            heads = any(_overlap(span, one.start, one.end) >= 0.75 for span in gold)
            yield seen.strings(reading.clean), "yes" if heads else "no"


def event_rows(field: str) -> Callable[[Example], Iterator[Row]]:
    """Rows for the type or the status of events."""

    def rows(example: Example) -> Iterator[Row]:
        for span, item in example.spans("events"):
            own = events.features(example.reading, span.start, span.end, example.gold["doc_type"])
            yield spelt(example, own, *events.around(example.reading, span.start, {})), item[field]

    return rows


def deed_rows(example: Example) -> Iterator[Row]:
    """Rows for deeds: every clause, and whether an event begins in it."""
    starts = sorted(span.start for span, _ in example.spans("events"))
    spans = deeds.clauses(example.reading)
    for span, seen in zip(spans, deeds.features(example.reading, spans), strict=True):
        tells = bisect_left(starts, span.start) < bisect_left(starts, span.end)
        yield spelt(example, seen), "yes" if tells else "no"


def count_rows(field: str) -> Callable[[Example], Iterator[Row]]:
    """Rows for indicator, scope or status of counts: the counts found, labelled by the gold ones they overlap."""

    def rows(example: Example) -> Iterator[Row]:
        gold = example.spans("counts")
        setting = basics(example.reading, example.work.moments).setting(example.reading, example.gold["org"])
        acts = None
        if example.kinds is None:
            held = example.spans("events")
            acts = sorted(Act(span.start, span.end, item["type"], item["participants"]) for span, item in held)
        counts = [c.found for c in example.work.candidates]
        seen = indicators.features(example.reading, counts, setting, acts)
        known: dict[object, Seen] = {}
        for found, own in zip(counts, seen, strict=True):
            item = next((g for span, g in gold if _overlap(span, found.start, found.end) >= 0.5), None)
            if item is not None:
                yield spelt(example, own, *indicators.around(example.reading, found, known)), item[field] or "none"

    return rows


def candidate_rows(example: Example) -> Iterator[Row]:
    """Rows for counted: the candidates that rules do not settle, and whether gold has them."""
    gold = {span for span, _ in example.spans("counts")}
    text, candidates = example.reading.clean, example.work.candidates
    doubtful = [i for i, candidate in enumerate(candidates) if counted.asked(text, candidate)]
    for i, seen in zip(doubtful, counted.features(text, candidates, doubtful), strict=True):
        found = candidates[i].found
        yield spelt(example, seen), "yes" if Span(found.start, found.end) in gold else "no"


def statement_rows(example: Example) -> Iterator[Row]:
    """Rows for problems and requests: every sentence or list item."""
    gold = [(span, "problem") for span, _ in example.spans("problems")] + [
        (span, "request") for span, _ in example.spans("requests")
    ]
    for unit in statements.units(example.reading):
        label = next((kind for span, kind in gold if _overlap(span, unit.start, unit.end) >= 0.5), "none")
        own = statements.features(example.reading, unit, example.gold["doc_type"])
        yield spelt(example, own, statements.above(example.reading, unit, {})), label


def topic_rows(example: Example) -> Iterator[Row]:
    """Rows for topics: level-1 sections, or the document where it has none."""
    reading = example.reading
    spoken = spoken_of(reading)
    sections = [(span, item) for span, item in example.spans("sections") if item["level"] == 1]
    if not sections:
        if example.gold.get("topics"):
            yield spelt(example, section_features(reading, None, reading.body, spoken)), example.gold["topics"]
        return
    for k, (span, item) in enumerate(sections):
        end = sections[k + 1][0].start if k + 1 < len(sections) else len(reading.clean)
        if item["topics"]:
            own = section_features(reading, Span(span.start, span.end), Span(span.end, end), spoken)
            yield spelt(example, own), item["topics"]


def level_rows(example: Example) -> Iterator[Row]:
    """Rows for coverage levels: every learned item of the document, seen through its gold findings, all and some of them."""
    if example.gold.get("coverage"):
        whole = gold_record(example)
        for record in (whole, thinned(whole)):
            for item, view in views(record, example.reading.text).items():
                yield view.features, str(example.gold["coverage"][item])


def link_rows(field: str) -> Callable[[Example], Iterator[Row]]:
    """Rows for the links of events: to dates (``date``) or to head counts (``participants``)."""

    def rows(example: Example) -> Iterator[Row]:
        gold = [(span, item["type"], None if item[field] is None else str(item[field])) for span, item in example.spans("events")]
        if field == "date":
            dates = sorted((span.start, span.end, item["norm"]) for span, item in example.spans("dates"))
            found = links.rows(example.reading, gold, events.date_anchors(dates), wide=True, equal=lambda a, b: a == b)
        else:
            people = events.people_anchors(example.work.counts)
            found = links.rows(example.reading, gold, people, wide=False, equal=lambda a, b: a.split()[0] == b)
        yield from ((spelt(example, seen), label) for seen, label in found)

    return rows


def award_rows(example: Example) -> Iterator[Row]:
    """Rows for the level of awards."""
    for span, item in example.spans("awards"):
        yield spelt(example, awards.features(example.reading, span.start, span.end)), item["level"] or "none"


def standing_rows(example: Example) -> Iterator[Row]:
    """Rows for the standing of persons."""
    honours = sorted(span for span, _ in example.spans("awards"))
    for span, item in example.spans("persons"):
        own = standing_features(example.reading, span.start, span.end, item["role"], honours)
        yield spelt(example, own), item["standing"] or "none"


def unit_rows(example: Example) -> Iterator[Row]:
    """Rows for the reporting unit: every candidate among the gold organisations, and that there is none."""
    reading, unit = example.reading, example.gold["org"]
    orgs = [span for span, _ in example.spans("orgs")]
    named = candidates(reading, orgs, signature(reading, example.work.moments).unit)
    speaks = [any(unbroken(reading.text.quote(m.start, m.end)).strip() == unit for m in mentions) for mentions in named.values()]
    if any(speaks) or unit is None:
        for features, yes in zip(speaker.features(reading, named), [*speaks, unit is None], strict=True):
            yield features, "yes" if yes else "no"


_CUTS = 5  # made of each document for each kind of row


def cut_rows(example: Example) -> Iterator[Row]:
    """Rows for texts that break off: whole ones, with and without a signature, and the same cut within a sentence."""
    reading = example.reading
    draw = Random(f"cut {example.source} {reading.part.start}")
    text, start = reading.clean, reading.body.start
    edge = reading.sign_off[0].start if reading.sign_off else len(text)
    wholes = [] if example.gold["truncated"] else [len(text), *([edge] if reading.sign_off else [])]
    wholes += [s.end for s in draw.sample(reading.sentences, min(_CUTS, len(reading.sentences))) if text[s.end - 1] in cut.STOPS]
    middle = start + (edge - start) // 2
    cuts = sorted(draw.sample(range(middle, edge), min(_CUTS, max(edge - middle, 0))))
    broken = [at for at in cuts if text[at] not in _BREAKS and text[at - 1] not in _BREAKS]
    for ends, label in ((wholes, "no"), (broken, "yes")):
        for end in ends:
            if lines := cut.lines_of(reading, end):
                yield list(cut.features(lines)), label


_BREAKS = "\n。！？；：，、”） 　"  # next to these a cut may look like none


class Task(NamedTuple):
    """How one classifier is trained."""

    rows: Callable[[Example], Iterator[Row]]
    strength: float  # inverse of the L2 penalty, chosen on the dev split
    balanced: bool = False  # rare classes weigh as much as common ones
    hinge: bool = False  # one support vector machine a class (hinge loss) instead of one multinomial logistic regression
    eagerness: float = 0.0  # margin taken from the class "none": recall for precision, chosen on folds of author groups
    kind: str = ""  # the findings it is about: documents in which these alone are annotated teach it too
    weighty: tuple[str, ...] = ()  # how the features begin that count twice


TASKS = {
    "outline": Task(outline_rows, 0.2),
    "counted": Task(candidate_rows, 0.1, kind="counts"),
    "deeds": Task(deed_rows, 0.1, kind="events"),
    "event_type": Task(event_rows("type"), 1.0, kind="events", weighty=("n=",)),
    "event_status": Task(event_rows("status"), 0.5, kind="events"),
    "event_date": Task(link_rows("date"), 0.5),
    "event_people": Task(link_rows("participants"), 0.5),
    "award_level": Task(award_rows, 1.0, kind="awards"),
    "cut": Task(cut_rows, 1.0),
    "unit": Task(unit_rows, 1.0),
    "standing": Task(standing_rows, 0.5),
    "indicator": Task(count_rows("indicator"), 0.01, hinge=True, eagerness=0.3, kind="counts"),
    "scope": Task(count_rows("scope"), 0.005, hinge=True, kind="counts"),
    "count_status": Task(count_rows("status"), 0.02, hinge=True),
    "statement": Task(statement_rows, 0.3, balanced=True),
    "topics": Task(topic_rows, 0.25, kind="sections", weighty=WEIGHTY),
    "levels": Task(level_rows, 0.5),
}


def train(name: str, examples: list[Example], path: Path) -> dict[str, Any]:
    """Train one classifier, write its weights, return its size."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer

    task = TASKS[name]
    rows = [row for example in examples for row in task.rows(example)]
    vectors = DictVectorizer(sort=True, dtype=np.float64)
    x = vectors.fit_transform([{feature: 1.0 + feature.startswith(task.weighty) for feature in seen} for seen, _ in rows])
    x.indices, x.indptr = x.indices.astype(np.int32), x.indptr.astype(np.int32)  # liblinear takes no wider ones
    labels: list[Any] = [label for _, label in rows]
    classes, bias, weights = (_several if labels and isinstance(labels[0], list) else _one)(task, x, labels)
    weights = weights * [1.0 + feature.startswith(task.weighty) for feature in vectors.feature_names_]
    if task.eagerness:
        bias[classes.index("none")] -= task.eagerness
    kept = {feature: k for feature, k in sorted(vectors.vocabulary_.items()) if abs(weights[:, k]).max() >= 0.003}
    counted = np.rint(weights[:, list(kept.values())].T * UNIT).astype(np.int32)
    write(Model(tuple(map(str, classes)), np.rint(np.array(bias) * UNIT).astype(np.int32), list(kept), counted), path)
    return {"rows": len(rows), "features": len(kept), "classes": len(classes)}


def _several(task: Task, x: Any, labels: list[list[str]]) -> tuple[list[str], list[float], Any]:
    """Classes, bias and weights where a row bears several labels: each against the rest, and which of them comes first."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer

    binarizer = MultiLabelBinarizer()
    each = OneVsRestClassifier(LogisticRegression(C=task.strength, solver="liblinear", random_state=0))
    each.fit(x, binarizer.fit_transform(labels))
    first = LogisticRegression(C=task.strength, solver="lbfgs", max_iter=400, random_state=0)
    first.fit(x, [label[0] for label in labels])
    classes = [*binarizer.classes_, *(FIRST + name for name in first.classes_)]
    bias = [float(b) for b in (*(e.intercept_[0] for e in each.estimators_), *first.intercept_)]
    return classes, bias, np.vstack([*(e.coef_[0] for e in each.estimators_), first.coef_])


def _one(task: Task, x: Any, labels: list[str]) -> tuple[list[str], list[float], Any]:
    """Classes, bias and weights where a row bears one label; of two classes scikit-learn keeps one row."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    weighed = "balanced" if task.balanced else None
    model = (
        LinearSVC(C=task.strength, class_weight=weighed, random_state=0)
        if task.hinge
        else LogisticRegression(C=task.strength, solver="lbfgs", max_iter=400, class_weight=weighed, random_state=0)
    ).fit(x, labels)
    classes, bias, weights = list(model.classes_), [float(b) for b in model.intercept_], model.coef_
    if len(classes) == 2:
        return classes, [-bias[0] / 2, bias[0] / 2], np.vstack([-weights[0] / 2, weights[0] / 2])
    return classes, bias, weights
