"""Join modules of JavaScript into one script, which a page loads from a server or from a folder.

A browser loads no module from a folder, and a page's policy may allow no script but those of its
own server. Each module becomes a function that gives what the module exports. A module may import
names, or all of a module as one name, from modules beside it; it may export declarations.
``import.meta.url`` is the address of the script, and ``import.meta.source`` all its text, which a
worker can be made of where the address may not be opened.
"""

import re

IMPORT = re.compile(
    r'^import (?:(?P<names>\{[^}]*\})|\* as (?P<all>\w+)|(?P<default>\w+)) from "(?P<path>.+)";\n',
    re.M,
)
EXPORT = re.compile(r"^export (?=(?:async )?(?:const|let|function|class) (\w+))", re.M)
FOREIGN = re.compile(r"^(?:import|export|await)\b.*|.*\bimport\(.*", re.M)
HEAD = """(function script() {
"use strict";
const $meta = { url: globalThis.document?.currentScript.src, source: `(${script})();` };
"""


def bundle(modules, main):
    r"""Give one script that does what the module `main` does.

    Parameters
    ----------
    modules : dict of str to str
        The source of each module by its path, such as ``"./state.js"``.
    main : str
        The path of the module that is run.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If a module is missing, imports itself by way of others, or imports or exports in another
        way than those above.

    Examples
    --------
    >>> modules = {"./one.js": "export const one = 1;\n"}
    >>> modules["./two.js"] = 'import { one } from "./one.js";\nconsole.log(one + one);\n'
    >>> print(bundle(modules, "./two.js"))
    (function script() {
    "use strict";
    const $meta = { url: globalThis.document?.currentScript.src, source: `(${script})();` };
    const $one = (() => {
    const one = 1;
    return { one };
    })();
    const $two = (() => {
    const { one } = $one;
    console.log(one + one);
    return {  };
    })();
    })();
    <BLANKLINE>
    """
    done = {}

    def add(path, chain=()):
        if path in chain or path not in modules:
            wrong = "imports itself" if path in chain else "does not exist"
            raise ValueError(f"{path} {wrong}, by way of {' > '.join(chain) or 'nothing'}")
        for found in IMPORT.finditer(modules[path]):
            if found["path"] not in done:
                add(found["path"], (*chain, path))
        done[path] = _as_function(path, modules[path])

    add(main)
    return HEAD + "".join(done.values()) + "})();\n"


def _as_function(path, source):
    exports = EXPORT.findall(source)
    body = EXPORT.sub("", IMPORT.sub(_take, source)).replace("import.meta", "$meta")
    if "export default " in body:
        return f"const {_name(path)} = {body.partition('export default ')[2]}"
    if foreign := FOREIGN.search(body):
        raise ValueError(f"{path}: a bundle has no {foreign[0].strip()!r}")
    return f"const {_name(path)} = (() => {{\n{body}return {{ {', '.join(exports)} }};\n}})();\n"


def _take(found):
    names = found["all"] or found["default"] or found["names"].replace(" as ", ": ")
    return f"const {names} = {_name(found['path'])};\n"


def _name(path):
    return "$" + re.sub(r"\W", "_", path.rpartition("/")[2].removesuffix(".js"))
