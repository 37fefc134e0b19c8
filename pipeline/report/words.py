"""The words of the report's pages: ``resources/report.yaml``, in the user's language."""

from __future__ import annotations

from functools import partial
from typing import Any

from pipeline import resources
from pipeline.labels import label, labels, messages
from pipeline.settings import RESOURCES, Lang

FOR_SCRIPT = ("doc_type", "warning", "item", "kind")  # groups of labels that the script words itself
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
        return {"lang": self.lang, "say": {code: texts[self.lang] for code, texts in messages(PAGES).items()}, **groups}


def priorities() -> dict[str, int]:
    """How urgently a warning wants to be looked at (待核): 3 contradicts, 2 lacks something, 1 is good to know."""
    found: dict[str, int] = resources.yaml("priorities.yaml")
    return found
