"""The words of the report's pages: ``resources/report.yaml``, in the user's language."""

from __future__ import annotations

from functools import partial
from typing import Any

from pipeline import resources
from pipeline.corrections import EDITABLE, choices, is_number
from pipeline.labels import label, labels, messages
from pipeline.settings import RESOURCES, Lang

# groups of labels that the script words itself
FOR_SCRIPT = ("doc_type", "org_type", "warning", "item", "kind", "verdict", "indicator")
DATES = ("norm", "date")  # fields that hold a date in its normal form
POINT = r"(?:\d{4}|XXXX)(?:-(?:\d\d|XX)(?:-(?:\d\d|XX))?)?"
OWN_GROUPS = {
    ("counts", "status"): "count_status",
    ("events", "status"): "event_status",
    ("works", "kind"): "work_kind",
    ("awards", "kind"): "award_kind",
    ("awards", "level"): "award_level",
    ("events", "type"): "event_type",
    ("sections", "topics"): "topic",
}
PAGES = RESOURCES / "report.yaml"


class Words:
    """``words("total")`` is a sentence of the pages, ``words.label("item", "care")`` the word for a code."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.label = partial(label, lang=lang)

    def __call__(self, code: str, **params: Any) -> str:
        return messages(PAGES)[code][self.lang].format(**params)

    def for_script(self) -> dict[str, Any]:
        """All that the script may have to say."""
        groups: dict[str, dict[str, str]] = {group: {} for group in FOR_SCRIPT}
        for (group, code), word in labels().items():
            if group in groups:
                groups[group][code] = getattr(word, self.lang)
        fields = {kind: [self._field(kind, name) for name in names] for kind, names in EDITABLE.items()}
        say = {code: texts[self.lang] for code, texts in messages(PAGES).items()}
        return {"lang": self.lang, "say": say, "fields": fields, "date_pattern": f"{POINT}(?:/{POINT})?", **groups}

    def _field(self, kind: str, name: str) -> list[Any]:
        """How a reviewer puts a field right: name, form of the input, label, and what there is to choose from."""
        options = choices(kind, name)
        form = "many" if name == "topics" else "choice" if options else "number" if is_number(kind, name) else "text"
        group = label_group(kind, name)
        worded = [[code, self.label(group, code)] for code in options] if group else None
        return [name, "date" if name in DATES else form, self.label("field", name), worded]


def label_group(kind: str, field: str) -> str | None:
    """The labels that word a field of a finding, where it is a code."""
    return OWN_GROUPS.get((kind, field)) or (field if choices(kind, field) else None)


def priorities() -> dict[str, int]:
    """How urgently a warning wants to be looked at (待核): 3 contradicts, 2 lacks something, 1 is good to know."""
    found: dict[str, int] = resources.yaml("priorities.yaml")
    return found
