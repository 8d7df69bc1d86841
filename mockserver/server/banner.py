"""What is printed once the mock accepts requests: what is needed for the first call."""

from collections.abc import Sequence

from mockserver import __version__
from mockserver.app import Instance
from mockserver.console.shell import double_quoted
from mockserver.operations import orgs


async def banner(instance: Instance, base_url: str, curl_options: str) -> str:
    """Return the addresses, the tokens of each org by role, and an example of a call."""
    rows = [("ORG", "ROLE", "TOKEN", "SITES")]
    async with instance.context.store.snapshot() as tx:
        for org_id in await tx.orgs():
            org = await orgs.describe(tx, org_id) or {}
            for role, actor in org["actors"].items():
                sites = str(len(actor["site_ids"])) if role == "viewer" else "all"
                rows.append((org["name"], role, actor["token"], sites))
    initial_state = instance.context.initial_state
    places = instance.pipeline.index.places(base_url)
    control = f"{places['control']}, document {places['control_document']}" if places["control"] else "off"
    token = rows[1][2] if rows[1:] else "TOKEN"
    header, url = double_quoted(f"Authorization: Bearer {token}"), double_quoted(f"{places['api']}/events?limit=3")
    lines = [
        f"NovaVMS mock {__version__}, API {instance.context.document.version}, "
        f"fixture {initial_state.fixture}, seed {initial_state.seed}",
        f"  API       {places['api']}",
        f"  document  {places['document']}",
        *([f"  console   {places['console']}"] if places["console"] else []),
        f"  control   {control}",
        "",
        *table_lines(rows),
        "",
        f"  curl{curl_options} -H {header} {url}",
        "  Press Ctrl-C to stop.",
    ]
    return "\n".join(lines)


def table_lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return the lines of a table with aligned columns; the first row is the header."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
