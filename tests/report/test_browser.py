"""The report in a real browser, from the disk: no errors, marks that toggle, evidence that lights up, search and filter."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from pipeline.records import Record
from tests.report.browser import see
from tests.report.planted import AIDED, MARKUP, plain, site, wide

pytestmark = pytest.mark.needs_chromium
MANY = 450  # documents: more than a table draws at once
FIRST = plain("第0校.txt", unit="第0小学").doc_id
STATES = {"doc": wide().doc_id, "compare": f"{wide().doc_id}&with={FIRST}"}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    many = tuple(plain(f"第{i}校.txt", unit=f"第{i}小学") for i in range(MANY))
    return site(tmp_path_factory.mktemp("site"), (wide(), *many))


@pytest.mark.parametrize("name", ["index", "documents", "figures", "doc", "review", "compare"])
def test_a_page_opens_without_an_error_and_runs_no_script_of_a_document(report: Path, tmp_path: Path, name: str) -> None:
    seen = see(report / f"{name}.html", STATES.get(name, ""), tmp_path)
    assert seen.console == []
    assert "<title>hit" not in seen.dom
    assert "<img" not in seen.dom
    assert "翀" not in seen.dom
    if name not in ("figures", "review"):
        assert unescape(seen.dom).count(MARKUP) > 0, "it is shown as it is written"


def test_an_error_would_be_seen(report: Path, tmp_path: Path) -> None:
    assert see(report / "doc.html", "", tmp_path, "setTimeout(() => { throw new Error('planted'); }); return 1").console


@pytest.mark.parametrize("nth", [0, 1])
def test_evidence_lights_up_behind_wide_characters(report: Path, tmp_path: Path, nth: int) -> None:
    record: Record = wide()
    probe = f"document.querySelectorAll('#score tbody a')[{nth}].click(); return location.hash;"
    seen = see(report / "doc.html", record.doc_id, tmp_path, probe)
    assert re.fullmatch(rf"#{record.doc_id}&at=\d+-\d+", seen.result)
    assert seen.lit == ("看望患病的欧***老师", "2000元")[nth]
    assert see(report / "doc.html", seen.result[1:], tmp_path).lit == seen.lit, "the address alone leads there too"
    assert seen.console == []


def test_the_marks_of_a_kind_toggle_and_the_address_remembers(report: Path, tmp_path: Path) -> None:
    probe = """
      const on = () => getComputedStyle(document.querySelector('mark.k-dates')).backgroundColor;
      const before = on(); document.querySelector('#toggles input[value=dates]').click(); const after = on();
      return [before !== after, document.querySelector('#toggles input[value=dates]').checked, location.hash];"""
    changed, checked, state = see(report / "doc.html", wide().doc_id, tmp_path, probe).result
    assert changed
    assert not checked
    again = "return [...document.querySelectorAll('#toggles input:checked')].map((box) => box.value)"
    kept = see(report / "doc.html", state[1:], tmp_path, again).result
    assert kept == ["counts", "events", "problems", "warnings"]


def test_to_skip_to_the_content_leaves_the_document_open(report: Path, tmp_path: Path) -> None:
    probe = """document.querySelector('.skip').click(); await wait(100);
      return [document.activeElement.id, document.querySelector('#doc').hidden, location.hash.slice(1)];"""
    assert see(report / "doc.html", wide().doc_id, tmp_path, probe).result == ["main", False, wide().doc_id]


def test_every_control_has_a_name_and_every_table_its_heads(report: Path, tmp_path: Path) -> None:
    probe = """
      const named = (node) => node.textContent.trim() || node.getAttribute('aria-label') || (node.labels && node.labels.length);
      const controls = [...document.querySelectorAll('a, button, input, select')].filter((node) => !named(node));
      const heads = [...document.querySelectorAll('table')].filter((table) => !table.querySelector('thead th[scope=col]'));
      return [controls.map((node) => node.outerHTML), heads.map((table) => table.id)];"""
    for name in ("index", "documents", "figures", "doc", "review", "compare"):
        assert see(report / f"{name}.html", STATES.get(name, ""), tmp_path / name, probe).result == [[], []], name


def test_the_text_stands_as_written_with_its_line_numbers(report: Path, tmp_path: Path) -> None:
    probe = "return [...document.querySelectorAll('.row')].map((row) => [row.dataset.no, row.textContent])"
    rows = see(report / "doc.html", plain("第0校.txt", unit="第0小学").doc_id, tmp_path, probe).result
    assert rows == [["1", "清泉小学工会2012年工作总结"], ["2", "全校教职工46人。"], ["3", "五月举行拔河比赛。"], ["4", ""]]


def test_outline_warnings_and_findings_lead_to_their_places(report: Path, tmp_path: Path) -> None:
    probe = """
      const lit = () => [...document.querySelectorAll('mark.lit')].map((mark) => mark.textContent).join('');
      const go = (where) => { document.querySelector(where).click(); return lit(); };
      return ['#outline a', '#warnings a', '#findings a'].map(go);"""
    assert see(report / "doc.html", wide().doc_id, tmp_path, probe).result == ["关爱帮扶", "经费不足", "2000元"]


def test_the_list_is_searched_and_filtered(report: Path, tmp_path: Path) -> None:
    probe = """
      const rows = () => document.querySelectorAll('#documents tbody tr').length;
      const box = document.querySelector('input[type=search]'), seen = [rows()];
      const type = (words) => { box.value = words; box.dispatchEvent(new Event('input')); seen.push(rows()); };
      document.querySelector('button.more').click(); seen.push(rows());
      type('第17小学'); type('没有这个'); type('');
      document.querySelectorAll('input[type=checkbox]')[1].click(); seen.push(rows());
      return seen;"""
    assert see(report / "documents.html", "", tmp_path, probe).result == [100, MANY + 1, 1, 0, 100, 1]
    by_address = see(report / "documents.html", "year=2013", tmp_path, "return document.querySelectorAll('tbody tr').length")
    assert by_address.result == 1
    found = see(report / "doc.html", f"{FIRST}&find=%E4%BA%94%E6%9C%88%20(%E6%8B%94)", tmp_path)
    assert (found.lit, found.console) == ("五月", [])
    rows = "await wait(300); return document.querySelectorAll('tbody tr').length"
    assert see(report / "documents.html", "q=%E6%8B%94%E6%B2%B3%E6%AF%94%E8%B5%9B&full=1", tmp_path, rows).result == 100
    assert see(report / "documents.html", "q=%E6%8B%94%E6%B2%B3%E6%AF%94%E8%B5%9B", tmp_path, rows).result == 0


def test_a_cell_of_the_overview_leads_to_the_evidence(report: Path, tmp_path: Path) -> None:
    probe = """
      const box = document.querySelector('input[type=search]');
      box.value = '水小学'; box.dispatchEvent(new Event('input'));
      return [...document.querySelectorAll('#units td.l2 a')].map((cell) => cell.getAttribute('href'));"""
    (address,) = see(report / "index.html", "", tmp_path, probe).result
    page, _, state = address.partition("#")
    assert see(report / page, state, tmp_path).lit == f"看望患病的{AIDED[0]}***老师"


def test_a_figure_leads_to_its_place(report: Path, tmp_path: Path) -> None:
    address = see(
        report / "figures.html", "visit_yuan", tmp_path, "return document.querySelector('tbody a').getAttribute('href')"
    ).result
    page, _, state = address.partition("#")
    assert see(report / page, state, tmp_path).lit == "2000元"


def test_a_document_that_is_not_there_says_so(report: Path, tmp_path: Path) -> None:
    for state in ("", "0" * 16, "../../x", MARKUP):
        seen = see(report / "doc.html", state, tmp_path)
        assert "没有这份材料" in seen.dom.partition("<script")[0]
        assert "<title>hit" not in seen.dom


def test_two_documents_stand_side_by_side(report: Path, tmp_path: Path) -> None:
    other = plain("第1校.txt", unit="第1小学").doc_id
    probe = """const lit = () => [...document.querySelectorAll('mark.lit')].map((mark) => mark.textContent);
      document.querySelector('#text-b mark').click();
      return [lit(), document.querySelector('#compare-told').textContent, document.querySelectorAll('#text-a mark').length];"""
    lit, told, marks = see(report / "compare.html", f"{FIRST}&with={other}", tmp_path, probe).result
    assert lit[0] == lit[1]
    assert "拔河比赛" in lit[0]
    assert (marks, "相同的文字 1 处" in told) == (1, True)
    none = see(report / "compare.html", f"{FIRST}&with={'0' * 16}", tmp_path)
    assert "没有这份材料" in none.dom.partition("<script")[0]
