#!/usr/bin/env python3
"""Makes this project known to an installation, without installing it: `container/register.py PYPROJECT PACKAGES`.

LocalStack finds our plugins, and a shell the `harness` command, by what an installer writes down of a project. An
installation would come after the sources are copied, so again with each edit of one; this needs pyproject.toml only.
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

_SCRIPT = """#!{python}
import sys
from {module} import {name}
sys.exit({name}())
"""


def main(pyproject: Path, packages: Path) -> None:
    """Write the metadata and the scripts."""
    project: dict[str, Any] = tomllib.loads(pyproject.read_text())["project"]
    (site,) = packages.glob("lib/python3.*/site-packages")
    metadata = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir()
    facts = {"Metadata-Version": "2.1", "Name": project["name"], "Version": project["version"]}
    (metadata / "METADATA").write_text("".join(f"{key}: {value}\n" for key, value in facts.items()))
    (metadata / "entry_points.txt").write_text(entry_points(project["entry-points"]))
    for script, target in project["scripts"].items():
        module, name = target.split(":")
        path = packages / "bin" / script
        path.write_text(_SCRIPT.format(python=packages / "bin" / "python3", module=module, name=name))
        path.chmod(0o755)


def entry_points(groups: dict[str, dict[str, str]]) -> str:
    """Return the file of https://packaging.python.org/en/latest/specifications/entry-points/."""
    return "\n".join(
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in entries.items())
        for group, entries in groups.items()
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
