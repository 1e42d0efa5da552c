"""Writes the report of a run into the run's folder."""

from harness.history import History
from harness.html_report.facts import facts_of
from harness.html_report.page import render
from harness.judging.results import Results
from harness.store.files import write_text
from harness.store.folder import RunFolder
from harness.store.record import RunRecord


def write_report(folder: RunFolder, record: RunRecord, results: Results, history: History) -> None:
    """Write `report.html`; one that is there is replaced.

    Raises:
        InputOutputError: it could not be written.
        MisuseError: the record's workload is none.
    """
    write_text(folder.report_path, render(results, history, facts_of(record)))
