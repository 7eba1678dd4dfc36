"""``python -m convdoc`` prints the stack that computes."""

from convdoc import __version__
from convdoc.engines import describe


def main() -> None:
    """Print a line for each part of the stack."""
    rows = [("convdoc", __version__), *describe()]
    width = max(len(what) for what, _ in rows)
    for what, is_what in rows:
        print(f"{what:{width}}  {is_what}")


if __name__ == "__main__":
    main()
