"""What the command is asked for becomes trials; what makes no sense becomes one line."""

import pytest

from mutants import command_line
from mutants.catalogue import MUTANTS
from mutants.circumstances import CIRCUMSTANCES
from mutants.client import IMPATIENT_CLIENT
from mutants.command_line import Job, jobs_of
from mutants.mutant import sound, unprovoked


def test_the_sound_stack_comes_in_every_circumstance_and_with_as_many_seeds_as_asked() -> None:
    jobs = jobs_of(MUTANTS[:1], sound_runs=3)

    circumstances = [Job(sound(circumstance)) for circumstance in CIRCUMSTANCES]
    assert jobs == [Job(MUTANTS[0]), *circumstances, *(Job(sound(), seed) for seed in (1, 2, 3))]


def test_a_client_s_bug_comes_also_where_nothing_provokes_it() -> None:
    jobs = jobs_of([IMPATIENT_CLIENT], sound_runs=1)

    assert jobs[:2] == [Job(IMPATIENT_CLIENT), Job(unprovoked(IMPATIENT_CLIENT))]
    assert unprovoked(IMPATIENT_CLIENT).found_by is None


def test_without_sound_runs_there_are_only_mutants() -> None:
    assert jobs_of(MUTANTS, sound_runs=0) == [Job(mutant) for mutant in MUTANTS]


@pytest.mark.parametrize("arguments", [["--only", "nobody"], ["--sound-runs", "many"], ["--unknown"]])
def test_misuse_is_one_line_and_exit_code_64(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["mutants", *arguments])

    with pytest.raises(SystemExit) as ended:
        command_line.main()

    assert ended.value.code == 64
    assert capsys.readouterr().err.count("\n") == 1
