"""Read what a page of the app sent to the browser, so that another app can draw the same elements again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1.element_tree import Block, ElementTree, parse_tree_from_messages

Node = dict[str, Any]
TEXT = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "success")


class Received:
    """The messages of a visit, as they come in."""

    def __init__(self) -> None:
        self.messages: list[ForwardMsg] = []
        self._known: dict[str, ForwardMsg] = {}

    def add(self, payload: bytes | str) -> None:
        """Read one frame; a message that the browser already has comes as a reference to it."""
        if isinstance(payload, str):
            return
        message = ForwardMsg.FromString(payload)
        if message.WhichOneof("type") == "ref_hash":
            whole = ForwardMsg()
            whole.CopyFrom(self._known[message.ref_hash])
            whole.metadata.CopyFrom(message.metadata)
            message = whole
        elif message.hash:
            self._known[message.hash] = message
        self.messages.append(message)

    def tree(self) -> ElementTree:
        """Return the page as the last run left it."""
        starts = [at for at, message in enumerate(self.messages) if message.WhichOneof("type") == "new_session"]
        return parse_tree_from_messages(self.messages[starts[-1] :])

    def menu(self) -> list[Node]:
        """Return the pages of the menu, in order."""
        held = [message.navigation for message in self.messages if message.WhichOneof("type") == "navigation"]
        return [{"title": page.page_name, "icon": page.icon} for page in held[-1].app_pages]


def save(states: list[ElementTree], menu: list[Node], folder: Path, live: str) -> tuple[int, int]:
    """Write the menu and the states of a page, and return how many charts and tables it has.

    Parameters
    ----------
    live : str
        Key of the input that is pressed.
    """
    folder.mkdir(parents=True)
    written = [
        {part: list(_nodes(getattr(tree, part), folder, f"{at}-{part}", live)) for part in ("sidebar", "main")}
        for at, tree in enumerate(states)
    ]
    (folder / "page.json").write_text(json.dumps({"menu": menu, "states": written}))
    nodes = list(_every(written[0]["main"]))
    kinds = [node["kind"] for node in nodes]
    in_texts = sum(node.get("text", "").count("<table") for node in nodes)
    return kinds.count("vega_lite_chart"), kinds.count("table") + kinds.count("dataframe") + in_texts


def _every(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _every(node.get("inside", []))


def _nodes(block: Block, folder: Path, name: str, live: str) -> Iterator[Node]:
    for place, child in block.children.items():
        at = f"{name}-{place}"
        if isinstance(child, Block):
            yield {"inside": list(_nodes(child, folder, at, live)), **_block(child)}
        else:
            yield {"kind": "live"} if getattr(child, "key", None) == live else _element(child, folder, at)


def _block(block: Block) -> Node:
    proto = block.proto
    return {
        "kind": block.type,
        "label": getattr(proto, "label", ""),
        "weight": getattr(proto, "weight", 1) or 1,
        "open": bool(getattr(proto, "expanded", False)),
    }


def _element(element: Any, folder: Path, at: str) -> Node:
    node: Node = {"kind": element.type}
    if element.type == "vega_lite_chart":
        chart = element.proto if hasattr(element.proto, "spec") else element.proto.arrow_vega_lite_chart
        spec = json.loads(chart.spec)
        data = chart.data.data or chart.datasets[0].data.data
        node |= {"spec": {key: value for key, value in spec.items() if key not in ("data", "datasets")}}
        return node | {"rows": _file(data, folder, at), "alt": chart.alt or None}
    if element.type in ("table", "dataframe"):
        return node | {"rows": _file(_arrow(element), folder, at)}
    if element.type in TEXT or element.type == "metric":
        node["text"] = str(element.value)
        node["html"] = bool(getattr(element.proto, "allow_html", False))
    if element.type == "html":
        node["text"] = element.proto.body
    options = [str(option) for option in getattr(element, "options", ()) or ()]
    said = {"label": str(getattr(element, "label", "")), "help": str(getattr(element.proto, "help", "")) or None}
    return node | said | {"options": options}


def _arrow(element: Any) -> bytes:
    table = pa.Table.from_pandas(element.value)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


def _file(data: bytes, folder: Path, at: str) -> str:
    (folder / f"{at}.arrow").write_bytes(data)
    return f"{at}.arrow"
