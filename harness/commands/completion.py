"""`harness completion`: the script that lets a shell complete our commands and options."""

import click
from click.shell_completion import get_completion_class


@click.command(
    short_help="Print a shell's completion script.",
    epilog=(
        "\b\nExamples:\n"
        "  harness completion bash >> ~/.bashrc\n"
        "  harness completion zsh >> ~/.zshrc\n"
        "  harness completion fish > ~/.config/fish/completions/harness.fish\n"
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print the script that makes SHELL complete `harness`: source it, or keep it where the shell looks."""
    completion_class = get_completion_class(shell)
    if completion_class is None:  # pragma: no cover - click knows all three
        raise click.UsageError(f"no completion for {shell}")
    group = context.find_root().command
    click.echo(completion_class(group, {}, "harness", "_HARNESS_COMPLETE").source())
