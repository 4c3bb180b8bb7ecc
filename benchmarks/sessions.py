"""Fifty people at once, two seconds between changes: answer times, cross-talk and memory, without a browser.

A plain websocket client speaks Streamlit's protocol to a server on this machine: `python -m benchmarks.sessions`.
Each person chooses presets in the sidebar; the answer must carry the fingerprint of the preset that person chose.
"""

import asyncio
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from explorer.bundled import bundled_cohort
from explorer.study.presets import offered

PRESETS = {offer.preset.title: offer.preset.study for offer in offered(bundled_cohort()) if offer.computable}
PEOPLE, CHANGES, THINK = 50, 8, 2.0


class Person:
    """One visitor: chooses a preset, waits for the page, and looks whether it is the one chosen."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket, self.preset = socket, ""

    async def visit(self, name: str | None = None) -> float:
        """Load the page, or choose a preset on it; return the milliseconds until the script has finished."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        if name is not None:
            message.rerun_script.widget_states.widgets.append(WidgetState(id=self.preset, string_value=name))
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        said = await self._page()
        taken = 1000 * (time.perf_counter() - start)
        if name is not None and PRESETS[name].fingerprint not in said:
            sys.exit(f"a visitor chose {name} and was shown something else")
        return taken

    async def _page(self) -> str:
        said = []
        while True:
            message = ForwardMsg.FromString(await asyncio.wait_for(self.socket.recv(), 60))
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                return "\n".join(said)
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                if element.WhichOneof("type") == "selectbox" and element.selectbox.label == "Preset":
                    self.preset = element.selectbox.id
                if element.WhichOneof("type") == "markdown":
                    said.append(element.markdown.body)


async def people(url: str, count: int) -> list[float]:
    """Let so many people change the definition, and return every answer time in milliseconds."""
    address = url.replace("http", "ws") + "/_stcore/stream"
    options = {"max_size": None, "subprotocols": ["streamlit"], "compression": None}
    visitors = [Person(await websockets.connect(address, **options)) for _ in range(count)]
    await asyncio.gather(*(visitor.visit() for visitor in visitors))
    rng = random.Random(1)

    async def changes(visitor: Person) -> list[float]:
        taken = []
        await asyncio.sleep(rng.random() * THINK)
        for _ in range(CHANGES):
            taken.append(await visitor.visit(rng.choice(list(PRESETS))))
            await asyncio.sleep(rng.uniform(0.5, 1.5) * THINK)
        return taken

    times = [taken for each in await asyncio.gather(*map(changes, visitors)) for taken in each]
    for visitor in visitors:
        await visitor.socket.close()
    return times


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """Start the app on a free port; give its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    root = Path(__file__).resolve().parents[1]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health")
                break
            except OSError:
                time.sleep(0.25)
        yield f"http://localhost:{port}", process.pid
    finally:
        process.terminate()
        process.wait()


def resident_mib(process: int) -> float:
    """Memory that a process holds, in MiB (Linux)."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {process} does not say how much memory it holds")


def main() -> int:
    """Measure one person and fifty; return 1 where a promise is not kept."""
    with server() as (url, process):
        asyncio.run(people(url, 1))
        alone = statistics.median(asyncio.run(people(url, 1)))
        before = resident_mib(process)
        together = sorted(asyncio.run(people(url, PEOPLE)))
        grown = (resident_mib(process) - before) / PEOPLE
    median, p95 = statistics.median(together), together[int(0.95 * len(together))]
    print(f"one person: median {alone:.0f} ms; {PEOPLE} people: median {median:.0f} ms, p95 {p95:.0f} ms")
    print(f"ratio {median / alone:.1f} (at most 5), {grown:.2f} MiB a session (under 2), no cross-talk")
    return int(median > 5 * alone or grown > 2)


if __name__ == "__main__":
    sys.exit(main())
