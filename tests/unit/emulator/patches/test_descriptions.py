"""What is read once is what botocore reads each time."""

import gzip
import json
from pathlib import Path

import pytest
from botocore.loaders import JSONFileLoader, Loader

from emulator.patches.descriptions import listing_once, load_file

SERVICES = ("apigateway", "dynamodb", "lambda", "sqs")


@pytest.mark.parametrize("service", SERVICES)
def test_a_description_is_the_one_that_botocore_reads(service: str) -> None:
    folder = Path(Loader.BUILTIN_DATA_PATH) / service
    version = max(path.name for path in folder.iterdir())
    path = str(folder / version / "service-2")

    assert load_file(path) == JSONFileLoader().load_file(path)
    assert list(load_file(path)["operations"]) == list(JSONFileLoader().load_file(path)["operations"])


@pytest.mark.parametrize("ending", [".json", ".json.gz"])
def test_a_file_is_found_with_either_ending_and_read_once(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"one{ending}"
    data = json.dumps({"a": [1, "\u00fc"]}).encode()
    path.write_bytes(gzip.compress(data) if ending.endswith("gz") else data)

    first = load_file(str(tmp_path / "one"))
    path.unlink()
    assert first == {"a": [1, "\u00fc"]}
    assert load_file(str(tmp_path / "one")) is first


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    assert load_file(str(tmp_path / "none")) is None


def test_services_are_listed_once_for_the_same_folders_and_again_for_others(tmp_path: Path) -> None:
    list_services = listing_once(Loader.list_available_services)
    plain = list_services(Loader(), "service-2")
    assert plain == Loader().list_available_services("service-2")
    assert list_services(Loader(), "service-2") is plain

    (tmp_path / "mine" / "2020-01-01").mkdir(parents=True)
    (tmp_path / "mine" / "2020-01-01" / "service-2.json").write_text("{}")
    assert set(list_services(Loader(extra_search_paths=[str(tmp_path)]), "service-2")) - set(plain) == {"mine"}
    assert list_services(Loader(), "waiters-2") == Loader().list_available_services("waiters-2")
