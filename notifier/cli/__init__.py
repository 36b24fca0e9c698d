"""The command line: argv → one call. Exit codes: 0 done, 1 found problems, 2 wrong use.

Commands are modules, imported when called: `replay` need not wait for what only `run` needs.
"""

from __future__ import annotations

import importlib

import click

from notifier import __version__

_COMMANDS = {
    "run": "the daemon: watch Rollouts, deliver notifications",
    "demo": "three rollouts and every message they cause; needs no cluster",
    "deliveries": "list, show, retry or drop what is in the outbox",
    "explain": "why messages about a Rollout come, or why they do not",
    "render": "one template against one object, for any service",
    "eval": "what a condition says about one Rollout, as JSON",
    "validate": "check ConfigMaps, Secrets and annotations in files",
    "migrate": "Argo's ConfigMap in, ours out, with a report of every entry",
    "replay": "recorded watch events in, the notifications they cause out",
}


class _Commands(click.Group):
    """The commands, each the function `command` of the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"notifier.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # likewise
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"auto_envvar_prefix": "ROLLOUTS_NOTIFIER"})
@click.version_option(__version__, prog_name="rollouts-notifier")
def main() -> None:
    """Tell people and machines what Argo Rollouts did: nothing lost, nothing twice, everything explained."""
