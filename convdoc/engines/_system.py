"""What engines need of the system: a C++ compiler, and settings in environment variables."""

import contextlib
import os
from collections.abc import Iterator

GET_COMPILER = (
    "sudo apt-get install g++ (Debian, Ubuntu), sudo dnf install gcc-c++ (Fedora), "
    "xcode-select --install (macOS) or winget install BrechtSanders.WinLibs.POSIX.UCRT (Windows)"
)


@contextlib.contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set environment variables for the time of an import."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
