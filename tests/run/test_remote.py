"""INPUT and OUT on an S3-compatible server (moto's, on loopback): the same bytes as from a folder; only changes move."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import output, remote
from pipeline.errors import CannotRun
from pipeline.run import Job, run
from tests.handmade import work
from tests.run.test_resume import final

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.needs_s3


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    made = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    yield f"http://{host}:{port}"
    made.stop()


@pytest.fixture
def s3(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    import fsspec

    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "NO_PROXY": "*",
    }.items():
        monkeypatch.setenv(name, value)
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    bucket = f"b{abs(hash(tmp_path)) % 10**9}"
    system.mkdir(bucket)
    for i in range(5):
        system.pipe_file(f"{bucket}/in/镇{i % 2}/{i}.txt", f"第{i}份总结。\n".encode())
    system.pipe_file(f"{bucket}/in/坏.txt", b"fail")
    return system, bucket


def test_the_same_bytes_as_from_a_folder(s3: Any, tmp_path: Path) -> None:
    system, bucket = s3
    there = f"s3://{bucket}/out"
    with remote.fetched(f"s3://{bucket}/in") as copy:
        remote.check(there)
        job = Job(input=copy, out=remote.workspace(there) / "out")
        run(job, work=work)
        remote.send(job.out, there)
        run(Job(input=copy, out=tmp_path / "local"), work=work)
    back = tmp_path / "back"
    system.get(f"{bucket}/out", str(back), recursive=True)
    assert final(back) == final(tmp_path / "local")
    assert json.loads((back / output.MANIFEST).read_text("utf-8"))["complete"] is True


def test_only_what_changed_is_fetched_and_what_is_gone_is_dropped(s3: Any) -> None:
    system, bucket = s3
    with remote.fetched(f"s3://{bucket}/in") as copy:
        for path in copy.rglob("*.txt"):
            path.write_text("as it was", encoding="utf-8")
    system.pipe_file(f"{bucket}/in/新.txt", "新的。\n".encode())
    system.pipe_file(f"{bucket}/in/镇0/0.txt", "改过的。\n".encode())
    system.rm_file(f"{bucket}/in/镇0/2.txt")
    with remote.fetched(f"s3://{bucket}/in") as copy:
        found = {path.relative_to(copy).as_posix(): path.read_text("utf-8") for path in copy.rglob("*.txt")}
    kept = dict.fromkeys(["坏.txt", "镇0/4.txt", "镇1/1.txt", "镇1/3.txt"], "as it was")
    assert found == kept | {"新.txt": "新的。\n", "镇0/0.txt": "改过的。\n"}


def test_what_an_earlier_run_sent_is_replaced_and_what_is_not_ours_refused(s3: Any, tmp_path: Path) -> None:
    system, bucket = s3
    there = f"s3://{bucket}/out"
    with remote.fetched(f"s3://{bucket}/in") as copy:
        run(Job(input=copy, out=tmp_path / "out"), work=work)
        remote.send(tmp_path / "out", there)
        before = {path for path in system.find(f"{bucket}/out") if "/texts/" in path}
        (copy / "镇0" / "0.txt").unlink()
        run(Job(input=copy, out=tmp_path / "out"), work=work)
        remote.check(there)
        remote.send(tmp_path / "out", there)
    after = {path for path in system.find(f"{bucket}/out") if "/texts/" in path}
    assert len(before - after) == 1
    system.pipe_file(f"{bucket}/other/家谱.txt", b"x")
    with pytest.raises(CannotRun, match="output_not_ours"):
        remote.check(f"s3://{bucket}/other")


def test_what_is_not_there_or_not_reached(s3: Any) -> None:
    _, bucket = s3
    with pytest.raises(CannotRun, match="input_missing"), remote.fetched(f"s3://{bucket}/nothing"):
        pass
    with pytest.raises(CannotRun, match="remote_"), remote.fetched("nosuchscheme://x/y"):
        pass
    assert not remote.is_url(r"C:\材料")
    assert not remote.is_url("/材料")


@pytest.mark.slow
def test_the_command(s3: Any, tmp_path: Path) -> None:
    system, bucket = s3
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pipeline.cli",
            "run",
            f"s3://{bucket}/in",
            "-o",
            f"s3://{bucket}/done",
            "--workers",
            "1",
            "--lang",
            "en",
        ],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 2), done.stderr
    assert f"s3://{bucket}/done" in done.stdout
    manifest = json.loads(system.cat_file(f"{bucket}/done/manifest.json"))
    assert (manifest["complete"], manifest["input"]) == (True, f"s3://{bucket}/in")
