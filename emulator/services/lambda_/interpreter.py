"""The interpreter that functions run on: ours, with the packages of AWS's runtime and none of our others."""

import csv
import sys
import venv
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

# The one runtime there is: what the engine itself runs on.
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"

# AWS's runtime client and the SDK that AWS's runtime includes, with what they require.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
_DISTRIBUTIONS = (
    "awslambdaric",
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "simplejson",
    "six",
    "snapshot-restore-py",
    "urllib3",
)


@dataclass(frozen=True)
class Interpreter:
    """A Python to run functions with."""

    program: Path
    """The interpreter itself."""
    packages: Path
    """The folder of what it can import besides the standard library."""


def build_interpreter(folder: Path) -> Interpreter:
    """Make a virtual environment in `folder`, with links to the runtime's packages where they are installed.

    It has neither what else is installed beside the engine nor a way to get it.

    Raises:
        importlib.metadata.PackageNotFoundError: one of the packages is not installed.
        OSError: the folder can't be written.
    """
    venv.EnvBuilder(symlinks=True).create(folder)
    interpreter = Interpreter(folder / "bin" / "python", folder / "lib" / RUNTIME / "site-packages")
    for name in _DISTRIBUTIONS:
        distribution = metadata.distribution(name)
        for top in _top_names(distribution.read_text("RECORD") or "") - {"..", "__pycache__"}:
            source = Path(str(distribution.locate_file(top)))
            (interpreter.packages / top).symlink_to(source, target_is_directory=source.is_dir())
    return interpreter


def _top_names(record: str) -> set[str]:
    """Return what is at the top of a distribution, by its list of files; nobody looks for each of its thousands.

    https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
    """
    return {file.split("/", 1)[0] for file, *_ in csv.reader(record.splitlines()) if file}
