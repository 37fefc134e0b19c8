"""The walk: every name once, sorted; what is passed over has its reason."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest

from pipeline.errors import CannotRun
from pipeline.ingest.walk import walk

posix = pytest.mark.skipif(os.name == "nt", reason="names and links that Windows does not allow")


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("工会", encoding="utf-8")


def names(root: Path, **options: list[str]) -> list[str]:
    return [found.name for found in walk(root, **options).files]


def test_names_are_posix_sorted_and_lead_to_their_files(tmp_path: Path) -> None:
    make(tmp_path, "乙/2.txt", "乙/1.txt", "a.txt", "甲.md", "乙.html", "乙/丙/3.doc")
    listing = walk(tmp_path)
    assert [f.name for f in listing.files] == sorted(["乙/2.txt", "乙/1.txt", "a.txt", "甲.md", "乙.html", "乙/丙/3.doc"])
    assert all(f.path.read_text(encoding="utf-8") == "工会" for f in listing.files)


def test_a_single_file_is_its_own_root(tmp_path: Path) -> None:
    make(tmp_path, "总结.txt")
    assert names(tmp_path / "总结.txt") == ["总结.txt"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("~$总结.docx", "office_lock"),
        (".~lock.总结.odt#", "office_lock"),
        ("Thumbs.db", "system_file"),
        ("desktop.ini", "system_file"),
        (".DS_Store", "system_file"),
        (".hidden", "hidden"),
        ("._总结.txt", "hidden"),
        (".git", "hidden"),
    ],
)
def test_what_is_passed_over(tmp_path: Path, name: str, reason: str) -> None:
    make(tmp_path, "总结.txt", name)
    listing = walk(tmp_path)
    assert [f.name for f in listing.files] == ["总结.txt"]
    assert listing.ignored == ((name, reason),)


def test_a_folder_is_passed_over_as_a_whole(tmp_path: Path) -> None:
    make(tmp_path, ".git/config", ".git/HEAD", "__MACOSX/a.txt", "a.txt")
    assert walk(tmp_path).ignored == ((".git", "hidden"), ("__MACOSX", "system_file"))


def test_include_and_exclude(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.md", "旧/a.txt", "旧/c.html")
    assert names(tmp_path, include=["*.txt"]) == ["a.txt", "旧/a.txt"]
    assert names(tmp_path, include=["**/a.txt"]) == ["a.txt", "旧/a.txt"]
    assert names(tmp_path, exclude=["旧/*"]) == ["a.txt", "b.md"]
    assert names(tmp_path, include=["*.txt"], exclude=["旧/*"]) == ["a.txt"]
    listing = walk(tmp_path, include=["*.txt"], exclude=["旧/*"])
    assert listing.ignored == (("b.md", "not_included"), ("旧/a.txt", "excluded"), ("旧/c.html", "not_included"))


@posix
def test_names_with_newlines_and_emoji(tmp_path: Path) -> None:
    make(tmp_path, "工会\n总结.txt", "🎉.txt", "a b.txt", "a\\b.txt")
    assert set(names(tmp_path)) == {"工会\n总结.txt", "🎉.txt", "a b.txt", "a\\b.txt"}


@posix
def test_a_name_that_is_no_utf8_is_spelt_out(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode("工会.txt".encode("gbk"))).write_text("工会", encoding="utf-8")
    except OSError:
        pytest.xfail("this file system takes UTF-8 names alone")
    (found,) = walk(tmp_path).files
    assert found.name == "\\xb9\\xa4\\xbb\\xe1.txt"
    assert found.path.exists()


@posix
def test_links_are_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "in", tmp_path / "out"
    make(root, "a.txt", "sub/b.txt")
    make(outside, "c.txt")
    (root / "loop").symlink_to(root)
    (root / "sub" / "up").symlink_to("..")
    (root / "self").symlink_to("self")
    (root / "away").symlink_to(outside)
    (root / "away.txt").symlink_to(outside / "c.txt")
    (root / "again.txt").symlink_to("a.txt")
    (root / "gone.txt").symlink_to("nowhere")
    listing = walk(root)
    assert [f.name for f in listing.files] == ["a.txt", "sub/b.txt"]
    assert {name for name, reason in listing.ignored if reason == "link"} == {
        "loop", "sub/up", "self", "away", "away.txt", "again.txt", "gone.txt"
    }  # fmt: skip


@posix
def test_a_socket_is_no_file() -> None:
    # a temporary folder of its own: a socket's path has a length limit
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as sock:
        sock.bind(f"{short}/s.txt")
        assert walk(Path(short)).ignored == (("s.txt", "not_a_file"),)


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="input_missing"):
        walk(tmp_path / "nowhere")


def test_an_empty_folder(tmp_path: Path) -> None:
    assert walk(tmp_path) == ((), ())
