"""Run a script with bounded memory: what `isolated.py` starts each of its programs through."""

import resource
import runpy
import sys

MEMORY = 4 * 2**30


def main(program: str, *options: str) -> None:
    """Keep a file that makes a library ask for more memory than any table needs from taking the machine's."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    bound = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    resource.setrlimit(resource.RLIMIT_AS, (bound, most))
    sys.argv = [program, *options]
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
