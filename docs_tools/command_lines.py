"""The pages about the command lines: every command and option, from the parsers themselves."""

import argparse
from collections.abc import Iterator, Mapping

import contract_tests.cli
import mockserver.cli.main
from docs_tools.markdown import table

_PROGRAMS = {"novavms-mock": mockserver.cli.main, "novavms-contract": contract_tests.cli}


def pages() -> dict[str, str]:
    """Return the page of each program by its path on the site."""
    return {f"reference/{name}.md": _page(name) for name in _PROGRAMS}


def options() -> dict[str, set[str]]:
    """Return the options of each command, such as those of ``novavms-mock serve``."""
    return {
        f"{program} {name}": {flag for action in command._actions for flag in action.option_strings} - {"-h", "--help"}
        for program in _PROGRAMS
        for name, _, command in _commands(program)
    }


def _commands(program: str) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yield name, one line and parser of each command."""
    for action in _PROGRAMS[program]._parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            lines = {choice.dest: str(choice.help) for choice in action._choices_actions}
            yield from ((name, lines[name], command) for name, command in action.choices.items())


def _page(program: str) -> str:
    parts = [f"# {program}\n\nWhat `{program} --help` and the `--help` of each command say.\n"]
    for name, line, command in _commands(program):
        described = (command.description or "").strip()
        parts.append(f"## {program} {name}\n\n{line[:1].upper()}{line[1:]}.\n")
        parts += [described + "\n"] if described else []
        usage = " ".join(command.format_usage().split()).removeprefix("usage: ")
        parts.append(f"```text\n{usage}\n```\n")
        rows = [_row(action) for action in command._actions if action.dest != "help"]
        parts.append(table(("Argument or option", "Meaning"), rows))
    return "\n".join(parts)


def _row(action: argparse.Action) -> tuple[str, str]:
    names = list(action.option_strings) or [str(action.metavar or action.dest)]
    if action.option_strings and action.nargs != 0:
        names[-1] += " " + _value(action)
    facts: Mapping[str, object] = {**vars(action), "prog": ""}
    return "`" + "`, `".join(names) + "`", str(action.help or "") % facts


def _value(action: argparse.Action) -> str:
    if action.metavar:
        return str(action.metavar)
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()
