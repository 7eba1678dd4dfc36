"""Put faults into the library's modules, one at a time, and list those that no test catches.

`make mutants MODULE=convdoc/spec.py` runs it. A module's faults are tried in an order that a hash
of their text decides: the sample is always the same, and an edit changes the faults of its own
lines only. Each fault is written into a copy of the library, for which the module's own tests run.
A survivor wants a test, or where nothing can tell it from the code, a reason in mutants.toml.
"""

import argparse
import ast
import copy
import hashlib
import itertools
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
#: The tests of each module, beside the examples in its docstrings.
TESTS = {
    "convdoc/spec.py": [
        *("tests/test_spec.py", "tests/test_blocks.py"),
        *("-k", "not last_bit and not adjoint and not memory"),
    ],
    "convdoc/borders.py": ["tests/test_borders.py"],
    "convdoc/poolings.py": ["tests/test_poolings.py"],
    "convdoc/layouts.py": [
        *("tests/test_layouts.py", "tests/test_conv.py"),
        "-k",
        "layouts or recognised or groups or remed or warn or legal or somebody or may_be",
    ],
    "convdoc/conv.py": ["tests/test_conv.py"],
    "convdoc/blocks.py": ["tests/test_blocks.py", "-k", "not last_bit or numpy"],
    "convdoc/explain.py": ["tests/test_explain.py"],
    "convdoc/hints.py": ["tests/test_hints.py"],
    "convdoc/network.py": ["tests/test_network.py"],
    "convdoc/steps.py": ["tests/test_steps.py"],
    "convdoc/draw/link.py": ["tests/test_stepper.py", "-k", "link"],
    "convdoc/draw/transcript.py": ["tests/test_transcript.py"],
    "convdoc/engines/__init__.py": [
        *("tests/test_whose_numbers.py", "tests/test_engines.py", "tests/test_stack.py"),
        "-k",
        "convdoc or whose_numbers or missing_library or installed or describe or stack_prints",
    ],
    "convdoc/exercises/questions.py": [  # those of the questions themselves need no fault here
        "tests/test_exercises.py",
        *("-k", "not (second_way or no_mistake_gives or its_own_message or talk_down)"),
    ],
}
#: The same random settings in every run.
PYTEST = [sys.executable, "-m", "pytest", "-qx", "-p", "no:cacheprovider"]
PYTEST += ["--hypothesis-profile=ci"]
COPIED = ("convdoc", "tests", "conftest.py", "pyproject.toml")
LONGEST = 600  # seconds of processor time, for tests without a fault
MEMORY = 8 * 2**30  # bytes, for a fault that makes a loop endless

INSTEAD: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor"}


class Mutant(NamedTuple):
    """A fault: the line it is in, the code before and after, the source with it."""

    line: int
    before: str
    after: str
    source: str


def main() -> None:
    """Try the faults; exit with an error where one survives without a reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(TESTS))
    parser.add_argument("--count", type=int, default=30, help="faults of each module")
    asked = parser.parse_args()
    if unknown := set(asked.modules) - set(TESTS):
        parser.error(f"MODULE must be one of {', '.join(TESTS)}; got {', '.join(unknown)}")
    reasons = tomllib.loads((ROOT / "tests/mutants.toml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ROOT.iterdir():
            if part.name in COPIED:
                (shutil.copytree if part.is_dir() else shutil.copy2)(part, folder / part.name)
            elif part.name != ".git":
                (folder / part.name).symlink_to(part)
        whole = [
            tried(module, asked.count, reasons.get(module, []), folder) for module in asked.modules
        ]
    sys.exit(not all(whole))


def tried(module: str, count: int, reasons: list[dict[str, str]], folder: Path) -> bool:
    """Try a module's sample and its explained faults; whether there is nothing to do for them."""
    source = (ROOT / module).read_text("utf-8")
    found = mutants(source)
    explained = {(reason["before"], reason["after"]) for reason in reasons}
    sample = list(itertools.islice(found, count))
    sample += [mutant for mutant in found if mutant[1:3] in explained] if explained else []
    used = _processor_time()
    if not passes(module, folder, LONGEST):
        sys.exit(f"The tests of {module} fail without a fault")
    limit = 3 * (_processor_time() - used) + 10
    survivors = []
    for mutant in sample:
        (folder / module).write_text(mutant.source, "utf-8")
        if passes(module, folder, limit):
            survivors.append(mutant)
            if mutant[1:3] not in explained:
                print(
                    f"{module}:{mutant.line}: no test caught\n- {mutant[1]}\n+ {mutant[2]}",
                    flush=True,
                )
    shutil.copy2(ROOT / module, folder / module)

    survived = {mutant[1:3] for mutant in survivors}
    for before, after in explained - survived:
        print(f"{module}: mutants.toml explains what does not survive\n- {before}\n+ {after}")
    known = sum(mutant[1:3] in explained for mutant in survivors)
    print(
        f"{module}: {len(sample)} faults tried, {len(sample) - len(survivors)} caught, "
        f"{known} explained",
        flush=True,
    )
    return survived == explained


def passes(module: str, folder: Path, limit: float) -> bool:
    """Whether the tests of a module notice nothing, within seconds of processor time."""

    def limited():
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit),) * 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY,) * 2)

    # Two faults of one second and one length would share their bytecode.
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*PYTEST, module, *TESTS[module]]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, preexec_fn=limited
    )
    return done.returncode == 0


def _processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# -- Faults -------------------------------------------------------------------------------------


def mutants(source: str) -> Iterator[Mutant]:
    """All faults that can be put into a source, in the order in which they are tried."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def place(line, column):  # the tree counts bytes
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    found = []
    for node, fault in faults(ast.parse(source)):
        first, last = (
            place(node.lineno, node.col_offset),
            place(node.end_lineno, node.end_col_offset),
        )
        mutant = source[:first] + fault + source[last:]
        start, end = starts[node.lineno - 1], starts[node.end_lineno]
        before, after = source[start:end], mutant[start : end + len(mutant) - len(source)]
        texts = [" ".join(text.split()) for text in (before, after)]
        found.append(Mutant(node.lineno, *texts, mutant))
    return filter(_compiles, sorted(found, key=_order))


def _order(mutant):
    text = f"{mutant.before}\n{mutant.after}\n"
    return hashlib.sha256(text.encode()).digest(), mutant.line


def _compiles(mutant):
    try:
        compile(mutant.source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def faults(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Pairs of a node of a tree, and what is to stand in its place."""
    for other in _others(node):
        yield node, ast.unparse(other)
    if isinstance(node, ast.JoinedStr):  # whose parts know no places of their own
        for n, part in enumerate(node.values):
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            for found, text in faults(inner):
                if found is inner:
                    other = copy.deepcopy(node)
                    new = ast.parse(text, mode="eval").body
                    if isinstance(part, ast.FormattedValue):
                        other.values[n].value = new
                    else:
                        other.values[n] = new
                    yield node, ast.unparse(other)
        return
    for field, child in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):  # others check them
            continue
        for at, part in enumerate(child if isinstance(child, list) else [child]):
            if isinstance(part, ast.AST) and not _is_passed_over(node, field, at, part):
                yield from faults(part)


def _is_passed_over(node, field, at, part):
    """Whether it is a docstring, or what only readers and checkers of types see."""
    if isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING":
        return True
    if isinstance(part, ast.keyword) and part.arg == "strict":  # of zip: lengths are equal
        return True
    documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and field == "body"
    if documented and at == 0 and isinstance(part, ast.Expr):
        return isinstance(part.value, ast.Constant)
    return isinstance(part, ast.Assign) and (
        ast.unparse(part.targets[0]) == "__all__" or ast.unparse(part.value).startswith("TypeVar(")
    )


def _others(node):
    """Nodes with a fault, for one without."""
    match node:
        case ast.BinOp() | ast.BoolOp() if type(node.op) in INSTEAD:
            yield _with(node, op=INSTEAD[type(node.op)]())
        case ast.Compare():
            for n, op in enumerate(node.ops):
                if type(op) in INSTEAD:
                    yield _with(node, ops=[*node.ops[:n], INSTEAD[type(op)](), *node.ops[n + 1 :]])
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.IfExp():
            yield _with(node, body=node.orelse, orelse=node.body)
        case ast.Break() | ast.Continue():
            yield INSTEAD[type(node)]()
        case ast.Name(id=name) if name in NAMES:
            yield ast.Name(NAMES[name])
        case ast.Attribute(attr=name) if name in NAMES:
            yield _with(node, attr=NAMES[name])
        case ast.Call():
            for n, keyword in enumerate(node.keywords):
                if keyword.arg != "strict":
                    yield _with(node, keywords=node.keywords[:n] + node.keywords[n + 1 :])
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield ast.Constant(node.value + 1)
        case ast.Constant(value=str()):
            words = list(re.finditer(r"\S+ ?", node.value))
            if len(words) > 1:  # one fault of each text: any word will do
                first, last = words[len(words) // 2].span()
                yield ast.Constant(node.value[:first] + node.value[last:])
            else:
                yield ast.Constant(f"{node.value}_")


def _with(node, **fields):
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


if __name__ == "__main__":
    main()
