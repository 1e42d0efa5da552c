"""Bundles: what is in one, that no secret is, and that one which anybody made does no harm."""

import json
import os
import shutil
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from harness.bundling.cleaning import Cleaner
from harness.bundling.contents import FILES, LISTING, may_be_in_bundle
from harness.bundling.packing import Bundle, make_bundle
from harness.bundling.unpacking import is_bundle, unpack_bundle
from harness.errors import HarnessError, MisuseError
from harness.history.reader import read_history
from harness.shape.users import USERS_API
from harness.store.archives import as_archive, unpack_archive
from harness.store.folder import RunFolder
from harness.store.runs import RunStore
from harness.store.sources import StackSources, read_archived, read_sources
from harness.workload.document import workload_from_json
from tests.unit.harness.literal_results import results
from tests.unit.harness.stored_runs import WORKLOAD, store_run

SECRETS = {
    "log": "AKIA" + "IOSFODNN7EXAMPLE",
    "log, over lines": "MIIEowIBAAK",
    "environment": "hunter2-hunter2",
    "record": "swordfish-1",
    "headers": "swordfish-2",
    "history": "swordfish-3",
    "results": "swordfish-4",
    "code": "swordfish-5",
    "user": "lovelace",
    "home": "ada-the-first",
}


def cleaner() -> Cleaner:
    return Cleaner({"DEPLOY_TOKEN": SECRETS["environment"]}, {f"/srv/{SECRETS['home']}": "~"})


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run that is full of secrets."""
    shape = replace(USERS_API, headers={"X-Team": SECRETS["headers"]})
    folder = store_run(RunStore(tmp_path / "runs"), workload=replace(WORKLOAD, shape=shape))
    record = replace(
        folder.read_record(),
        api_url=f"https://ada:{SECRETS['user']}@example.com/v1",
        arguments=("run", "--parameter", f"Password={SECRETS['record']}", "--state-dir", f"/srv/{SECRETS['home']}/x"),
    )
    document = json.loads(folder.record_path.read_text())
    folder.write_record(record)
    document |= {"arguments": list(record.arguments), "api_url": record.api_url}
    folder.record_path.write_text(json.dumps(document))
    found = results()
    folder.write_results(replace(found, notes=(f"token={SECRETS['results']}",)), record)
    lines = folder.history_path.read_text().splitlines()
    note = json.dumps({"type": "note", "text": json.dumps({"password": SECRETS["history"]})})
    folder.history_path.write_text("\n".join([*lines[:-1], note, lines[-1]]) + "\n")
    log = f"key {SECRETS['log']}\n{SECRETS['environment']}\n-----BEGIN PRIVATE KEY-----\n{SECRETS['log, over lines']}\n"
    folder.log_path.write_text(log)
    code = {**read_sources(None, None).files, "consumer/extra.py": f'PASSWORD = "{SECRETS["code"]}"\n'.encode()}
    folder.keep_sources(StackSources(code))
    return folder


def pack(folder: RunFolder, target: Path) -> Bundle:
    return make_bundle(folder, target, cleaner)


def all_bytes(path: Path) -> bytes:
    """Everything that is in an archive, and in the archives in it."""
    found = b""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            found += name.encode() + content
            if name.endswith(".zip"):
                inner = path.parent / "inner.zip"
                inner.write_bytes(content)
                found += all_bytes(inner)
    return found


def test_no_planted_secret_gets_into_a_bundle(run: RunFolder, tmp_path: Path) -> None:
    made = pack(run, tmp_path / "out.zip")
    content = all_bytes(made.path)
    assert {where for where, secret in SECRETS.items() if secret.encode() in content} == set()
    cleaned = {name for name, file in made.listing.files.items() if file.cleaned}
    assert cleaned == {"run.json", "history.jsonl", "results.json", "engine.log", "stack.zip"}


def test_the_secrets_are_really_in_the_run(run: RunFolder) -> None:
    content = b"".join(path.read_bytes() for path in run.path.iterdir())
    content += b"".join(read_archived(run.sources_path).values())
    assert {where for where, secret in SECRETS.items() if secret.encode() not in content} == set()


def test_the_same_run_makes_the_same_bytes_wherever_it_is(run: RunFolder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / run.run_id
    shutil.copytree(run.path, elsewhere)
    for path in elsewhere.iterdir():
        os.utime(path, (1, 1))
    one, other = pack(run, tmp_path / "a.zip"), pack(RunFolder(elsewhere), tmp_path / "b.zip")
    assert one.path.read_bytes() == other.path.read_bytes()
    assert one.size_bytes == one.path.stat().st_size


def test_what_comes_out_is_the_run(run: RunFolder, tmp_path: Path) -> None:
    pack(run, tmp_path / "out.zip")
    unpacked = unpack_bundle(tmp_path / "out.zip", tmp_path / "bundles")
    assert unpacked.path == tmp_path / "bundles" / run.run_id
    assert {path.name for path in unpacked.path.iterdir()} == {*FILES, LISTING}
    before, after = read_history(run.history_path), read_history(unpacked.history_path)
    assert list(after.flows) == list(before.flows)
    assert after.complete
    workload = workload_from_json(unpacked.read_record().workload)
    assert [workload.plan(number) for number in range(50)] == [WORKLOAD.plan(number) for number in range(50)]
    assert unpacked.read_results().verdict == run.read_results().verdict
    kept = read_archived(unpacked.sources_path)
    assert kept["infra/template.yaml"] == read_sources(None, None).files["infra/template.yaml"]


def test_a_bundle_that_comes_again_takes_the_place_of_the_first(run: RunFolder, tmp_path: Path) -> None:
    pack(run, tmp_path / "out.zip")
    first = unpack_bundle(tmp_path / "out.zip", tmp_path / "bundles")
    (first.path / "left.txt").write_text("over")
    again = unpack_bundle(tmp_path / "out.zip", tmp_path / "bundles")
    assert not (again.path / "left.txt").exists()
    assert [path.name for path in (tmp_path / "bundles").iterdir()] == [run.run_id]


def test_a_run_that_was_killed_can_be_packed_with_what_there_is(tmp_path: Path) -> None:
    folder = store_run(RunStore(tmp_path / "runs"), finished=False)
    with folder.history_path.open("a") as history:
        history.write('{"type": "invo')
    made = pack(folder, tmp_path / "out.zip")
    assert set(made.listing.files) == {"run.json", "history.jsonl"}


def test_a_folder_that_is_no_run_s_is_not_packed(tmp_path: Path) -> None:
    (tmp_path / "20261127-1").mkdir()
    with pytest.raises(HarnessError):
        pack(RunFolder(tmp_path / "20261127-1"), tmp_path / "out.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["20261127-1"]


class TestStrangers:
    """Archives that somebody made to do harm, or that were broken on the way."""

    @staticmethod
    def refused(archive: Path, why: str) -> None:
        bundles = archive.parent / "bundles"
        with pytest.raises(MisuseError, match=why) as caught:
            unpack_bundle(archive, bundles)
        assert "\n" not in str(caught.value)
        assert list(bundles.iterdir()) == []

    def test_data_that_was_damaged_on_the_way_is_refused(self, tmp_path: Path) -> None:
        name, path = "run-1/run.json", tmp_path / "damaged.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, "{}" * 100)
        data = bytearray(path.read_bytes())
        data[30 + len(name)] = 0xFF  # behind the local header: a block of a kind that there is not
        path.write_bytes(data)
        self.refused(path, "no archive of ours, or broken")

    @pytest.mark.parametrize(
        "name",
        [
            "../run.json",
            "/etc/run.json",
            "a/../../run.json",
            "a/../run.json",
            "a\\..\\run.json",
            "C:/run.json",
            "run-1/./run.json",
            "run-1//run.json",
            "run-1/",
            "run.json",
            "run-1/.netrc",
            "run-1/deeper/run.json",
            "..",
        ],
    )
    def test_a_path_that_leads_anywhere_else_is_refused(self, tmp_path: Path, name: str) -> None:
        with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
            archive.writestr("run-1/run.json", "{}")
            archive.writestr(zipfile.ZipInfo(name), "evil")
        self.refused(tmp_path / "evil.zip", "must not")
        assert not (tmp_path / "run.json").exists()

    def test_a_symbolic_link_is_refused(self, tmp_path: Path) -> None:
        entry = zipfile.ZipInfo("run-1/run.json")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
            archive.writestr(entry, "/etc/passwd")
        self.refused(tmp_path / "evil.zip", "must not")

    def test_a_name_that_is_there_twice_is_refused(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
            archive.writestr("run-1/run.json", "{}")
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("run-1/run.json", "[]")
        self.refused(tmp_path / "evil.zip", "must not")

    def test_more_than_may_come_out_of_it_does_not(self, tmp_path: Path) -> None:
        files = {f"run-1/{name}": b"0" * 1000 for name in ("run.json", "engine.log")}
        (tmp_path / "large.zip").write_bytes(as_archive(files))
        with pytest.raises(MisuseError, match="more comes out of it than 1,500 bytes"):
            unpack_bundle(tmp_path / "large.zip", tmp_path / "bundles", most_bytes=1500)
        assert list((tmp_path / "bundles").iterdir()) == []

    def test_a_size_that_is_a_lie_does_not_help(self, tmp_path: Path) -> None:
        content = as_archive({"run-1/run.json": b"0" * 100_000})
        lied = content.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
        assert lied != content
        (tmp_path / "lie.zip").write_bytes(lied)
        with pytest.raises(MisuseError):
            unpack_archive(tmp_path / "lie.zip", tmp_path / "out", may_have=may_be_in_bundle, most_bytes=1000)
        written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in written) <= 1000

    @pytest.mark.parametrize("content", [b"", b"not a zip", as_archive({}), as_archive({"run-1/run.json": b"{}"})])
    def test_what_is_no_bundle_is_one_line(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "no.zip").write_bytes(content)
        self.refused(tmp_path / "no.zip", "no.zip: ")

    def test_a_file_that_was_changed_is_refused(self, run: RunFolder, tmp_path: Path) -> None:
        pack(run, tmp_path / "out.zip")
        files = contents(tmp_path / "out.zip")
        files[f"{run.run_id}/run.json"] = b"{}"
        (tmp_path / "changed.zip").write_bytes(as_archive(files))
        self.refused(tmp_path / "changed.zip", r"run\.json is not what it was")

    def test_a_file_that_is_missing_is_refused(self, run: RunFolder, tmp_path: Path) -> None:
        pack(run, tmp_path / "out.zip")
        files = contents(tmp_path / "out.zip")
        del files[f"{run.run_id}/history.jsonl"]
        (tmp_path / "less.zip").write_bytes(as_archive(files))
        self.refused(tmp_path / "less.zip", "'history.jsonl' is not in it")

    def test_code_that_leads_out_of_its_folder_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "stack.zip").write_bytes(as_archive({"infra/../../evil.py": b""}))
        with pytest.raises(MisuseError, match="must not"):
            read_archived(tmp_path / "stack.zip")


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_only_a_zip_file_is_meant_to_be_a_bundle(tmp_path: Path) -> None:
    files = {"a.zip": True, "history.jsonl": False}
    for name, expected in files.items():
        (tmp_path / name).write_bytes(b"")
        assert is_bundle(tmp_path / name) is expected
    assert not is_bundle(tmp_path)
    assert not is_bundle(Path("latest"))
