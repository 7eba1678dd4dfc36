"""Zips of the gallery are the same bytes in every build."""

import os
import zipfile
from pathlib import Path

DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can have


def rewrite(path, extra=None):
    """Write a zip again with its members sorted, uncompressed and dated 1980.

    Parameters
    ----------
    path : path-like
        The zip, which is replaced.
    extra : dict of str to bytes, optional
        Members to add, or to replace, by name.
    """
    path = Path(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | (extra or {})
    new = path.with_name(f"{path.name}.new")
    with zipfile.ZipFile(new, "w") as archive:
        for name, content in sorted(members.items()):
            member = zipfile.ZipInfo(name, DATE)
            member.create_system = 3  # Unix, on every system
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
    os.replace(new, path)
