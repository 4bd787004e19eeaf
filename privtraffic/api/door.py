"""The door for assistants: the tools over the Model Context Protocol, by the official package, on standard streams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from privtraffic import __version__
from privtraffic.api.tools import Tools
from privtraffic.errors import PrivtrafficError

INSTRUCTIONS = (
    "Figures of a retailer's members, computed from exports in one folder. Take numbers from the answers as they are; "
    "a missing value was not observed, and is no nought. Name the interval and the denominator with a figure. "
    "A correlation is no effect. Start with check."
)


def server(folder: Path) -> Any:
    """The server over a folder.

    Raises
    ------
    PrivtrafficError
        Where there is no such folder, or the package `mcp` is not installed.
    """
    try:
        from mcp import types  # noqa: PLC0415
        from mcp.server import Server  # noqa: PLC0415
    except ModuleNotFoundError:
        raise PrivtrafficError("extra_missing", what="privtraffic mcp", package="'privtraffic[mcp]'") from None
    tools = Tools(folder)

    async def listed(_context: Any, _params: Any) -> Any:
        reads = types.ToolAnnotations(read_only_hint=True, open_world_hint=False)
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name, description=tool.description, input_schema=dict(tool.schema), annotations=reads
                )
                for tool in tools.list()
            ]
        )

    async def called(_context: Any, params: Any) -> Any:
        try:
            text, wrong = json.dumps(tools.call(params.name, params.arguments or {}), ensure_ascii=False), False
        except PrivtrafficError as error:
            error.in_python = True
            text, wrong = json.dumps({"code": error.code, "error": str(error)}, ensure_ascii=False), True
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=wrong)

    return Server(
        "privtraffic", version=__version__, instructions=INSTRUCTIONS, on_list_tools=listed, on_call_tool=called
    )


def serve(folder: Path) -> None:
    """Serve until the assistant hangs up."""
    found = server(folder)
    import anyio  # noqa: PLC0415
    from mcp.server.stdio import stdio_server  # noqa: PLC0415

    async def run() -> None:
        async with stdio_server() as (read, write):
            await found.run(read, write, found.create_initialization_options())

    anyio.run(run)
