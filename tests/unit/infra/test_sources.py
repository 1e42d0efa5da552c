"""Reading the files that are deployed."""

from pathlib import Path

import pytest

from infra.errors import MisuseError
from infra.sources import read_document, read_function, read_template, read_text


def test_short_forms_become_long_ones(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        "A: !Ref Name\n"
        "B: !GetAtt Name.Some.Attribute\n"
        'C: !Sub "${Name}-x"\n'
        'D: !If [Yes_, !Ref Name, !Sub ["${x}", {x: !Ref Name}]]\n'
        "E: !Condition Name\n"
    )

    assert read_template(tmp_path) == {
        "A": {"Ref": "Name"},
        "B": {"Fn::GetAtt": ["Name", "Some.Attribute"]},
        "C": {"Fn::Sub": "${Name}-x"},
        "D": {"Fn::If": ["Yes_", {"Ref": "Name"}, {"Fn::Sub": ["${x}", {"x": {"Ref": "Name"}}]}]},
        "E": {"Condition": "Name"},
    }


def test_the_line_break_at_the_end_of_a_file_is_not_the_mapping_templates(tmp_path: Path) -> None:
    path = tmp_path / "a.vtl"
    path.write_text("first\nlast\n")

    assert read_text(path) == "first\nlast"


def test_a_function_is_all_of_its_files_but_what_python_makes_of_them(tmp_path: Path) -> None:
    package = tmp_path / "consumer"
    (package / "inner" / "__pycache__").mkdir(parents=True)
    (package / "a.py").write_bytes(b"a")
    (package / ".hidden").write_bytes(b"")
    (package / "inner" / "data.json").write_bytes(b"{}")
    (package / "inner" / "__pycache__" / "a.pyc").write_bytes(b"")

    assert read_function(package) == {"consumer/a.py": b"a", "consumer/inner/data.json": b"{}"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot read .*document.yaml: No such file"), ("a: [", "is not YAML"), ("- a", "is not a mapping")],
)
def test_a_document_that_is_none_is_refused_in_one_line(tmp_path: Path, content: str | None, reason: str) -> None:
    path = tmp_path / "document.yaml"
    if content is not None:
        path.write_text(content)

    with pytest.raises(MisuseError, match=reason) as refused:
        read_document(path)
    assert "\n" not in str(refused.value)


def test_no_function_and_no_mapping_template_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match=r"no function in .* --consumer-dir"):
        read_function(tmp_path / "nowhere")
    with pytest.raises(MisuseError, match=r"cannot read .*a\.vtl: No such file"):
        read_text(tmp_path / "a.vtl")
