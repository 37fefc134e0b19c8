"""The review loop in a real browser: what is said is kept, exported as a corrections file, and applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.aggregate import mask
from pipeline.corrections import HUMAN, Corrections
from pipeline.review import Seen, reviewed
from tests.report.browser import see
from tests.report.planted import MARKUP, WIDE, plain, site, wide

pytestmark = pytest.mark.needs_chromium


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site(tmp_path_factory.mktemp("site"), (wide(), plain()))


# A browser's virtual time does not wait for blobs and files to be read: what they hold is handed over at once.
EXPORT = """
  let body = ''; window.Blob = class { constructor(parts) { body = parts.join(''); } }; URL.createObjectURL = () => '#';
  document.querySelector('#export').click();
  return JSON.parse(body);
"""


def test_what_a_reviewer_says_is_kept_exported_and_applied(report: Path, tmp_path: Path) -> None:
    record = wide()
    probe = """
      const item = (text) => [...document.querySelectorAll('#findings li')].find((li) => li.textContent.startsWith(text));
      const press = (text, verdict) => item(text).querySelector(`[data-verdict=${verdict}]`).click();
      press('3月5日', 'confirm'); press('经费不足', 'reject'); press('2000元', 'correct');
      const form = document.querySelector('form.edit'), inputs = form.querySelectorAll('input, select');
      inputs[0].value = '3000'; form.requestSubmit();
      const level = document.querySelector('#score tr[data-key="level:women"] select');
      level.value = '1'; level.dispatchEvent(new Event('change'));
      document.querySelector('[data-fact=checked]').click();
      const year = document.querySelector('[data-fact=year]'); year.value = '2012'; year.dispatchEvent(new Event('change'));
      const range = document.createRange(), words = document.querySelector('#L3 p').lastChild, at = words.data.indexOf('电话');
      range.setStart(words, at); range.setEnd(words, at + 2);
      getSelection().removeAllRanges(); getSelection().addRange(range); await wait(100);
      document.querySelector('#review-add select').value = 'orgs';
      document.querySelector('#review-add button').click();
      const text = (where) => [...document.querySelectorAll(where)].map((node) => node.textContent).join('');
      return ['#reviewed-count', '.said.correct .told', 'mark.rejected', '#added'].map(text);"""
    seen = see(report / "doc.html", record.doc_id, tmp_path, probe)
    assert seen.console == []
    count, told, rejected, added = seen.result
    assert (count, rejected) == ("6", "经费不足，活动少")
    assert "3000" in told
    assert "电话" in added
    saved = see(report / "review.html", "", tmp_path, EXPORT).result
    assert len(saved["corrections"]) == 6
    assert see(report / "doc.html", record.doc_id, tmp_path, EXPORT).result == saved, "a document's page exports the same"
    file = Corrections.model_validate(saved)
    names = mask.aided([record]).names(record)
    result, refusals = reviewed(Seen(record, WIDE, names), list(enumerate(file.corrections, 1)))
    assert refusals == []
    assert [(c.value, c.made_by) for c in result.counts] == [(3000.0, HUMAN)]
    assert (result.problems, result.report_year.value, result.orgs[0].text) == ((), 2012, "电话")
    assert result.coverage
    assert (result.coverage.items["women"].level, result.coverage.items["women"].reason) == (1, HUMAN)
    assert file.checked == [record.doc_id]


def test_every_kind_has_a_form_and_the_selected_words_become_the_span(report: Path, tmp_path: Path) -> None:
    probe = """
      const forms = [];
      for (const details of document.querySelectorAll('#findings details')) {
        details.querySelector('[data-verdict=correct]').click();
        forms.push([details.dataset.kind, document.querySelectorAll('form.edit label').length]);
      }
      document.querySelector('#findings [data-kind=sections] [data-verdict=correct]').click();
      document.querySelector('#findings [data-kind=sections] [data-verdict=correct]').click();
      const form = document.querySelector('form.edit'), words = document.querySelector('#L2 p mark').firstChild;
      [...form.querySelector('select').options].find((option) => option.value === 'women').selected = true;
      getSelection().selectAllChildren(words.parentNode); getSelection().setBaseAndExtent(words, 0, words, 2); await wait(100);
      form.querySelector('.row-of button').click(); form.requestSubmit();
      return [forms, window.GH.store.all()];"""
    seen = see(report / "doc.html", wide().doc_id, tmp_path, probe)
    assert seen.console == []
    forms, said = seen.result
    assert dict(forms) == {"counts": 8, "dates": 1, "persons": 3, "events": 9, "problems": 0, "sections": 2}
    start = WIDE.index("关爱帮扶")
    assert [(one["kind"], one["span"], one["to"]) for one in said] == [
        ("sections", [start, start + 2], {"topics": ["care", "women"]})
    ]


def test_what_was_said_is_there_again_and_can_be_taken_back(report: Path, tmp_path: Path) -> None:
    probe = """
      const pressed = () => document.querySelectorAll('[data-verdict][aria-pressed=true]').length;
      const button = document.querySelector('#findings [data-verdict=reject]');
      const seen = [pressed()]; button.click(); seen.push(pressed());
      document.querySelector('#findings [data-verdict=confirm]').click();
      seen.push(pressed(), button.getAttribute('aria-pressed')); return seen;"""
    assert see(report / "doc.html", wide().doc_id, tmp_path, probe).result == [0, 1, 1, "false"]
    again = """const button = document.querySelector('[data-verdict][aria-pressed=true]'), kept = !!button;
      button.click(); return [kept, window.GH.store.all().length];"""
    assert see(report / "doc.html", wide().doc_id, tmp_path, again).result == [True, 0]


def test_a_corrections_file_is_taken_in_and_another_runs_words_are_left_alone(report: Path, tmp_path: Path) -> None:
    rejected = {"about": "finding", "doc_id": wide().doc_id, "kind": "dates", "start": 0, "end": 1, "quote": MARKUP}
    body = {"schema_version": 1, "run": "0" * 16, "corrections": [rejected | {"verdict": "reject"}]}
    probe = """
      localStorage.setItem('gonghui:ffffffffffffffff:x', '{"a":1}');
      const put = async (text) => { const input = document.querySelector('#take-in'), box = new DataTransfer();
        File.prototype.text = async () => text; box.items.add(new File(['read'], 'c.json'));
        input.files = box.files; input.dispatchEvent(new Event('change'));
        await wait(50);
        const rows = document.querySelectorAll('#reviewed tbody tr').length;
        return [rows, document.querySelector('#reviewed-controls').textContent]; };
      const first = await put('no json'), second = await put(JSON.stringify(BODY));
      window.confirm = () => true; document.querySelector('#clear').click();
      return [first, second, window.GH.store.all().length, localStorage.getItem('gonghui:ffffffffffffffff:x')];"""
    seen = see(report / "review.html", "", tmp_path, probe.replace("BODY", json.dumps(body)))
    first, second, left, others = seen.result
    assert (first[0], "这不是更正文件" in first[1]) == (0, True)
    assert (second[0], "已载入 1 条" in second[1]) == (1, True)
    assert (left, others) == (0, '{"a":1}')
    assert "<title>hit" not in seen.dom


def test_a_highlight_leads_to_its_finding(report: Path, tmp_path: Path) -> None:
    probe = """document.querySelector('#text mark.k-counts').click();
      const at = document.activeElement; return [at.dataset.key.split(':')[0], at.closest('details').open];"""
    assert see(report / "doc.html", wide().doc_id, tmp_path, probe).result == ["counts", True]
