"""Colours, fonts and sizes of every picture, defined here once.

Inputs are blue, kernels amber, outputs green: hues of Okabe and Ito's palette, which
colour-blind readers tell apart. A drawing uses the light colours; the site puts a CSS
variable in the place of each, so that the page's theme chooses (`css` writes them).
"""

LIGHT = {
    "ground": "#ffffff",
    "ink": "#18242e",
    "muted": "#505f6c",
    "line": "#9aa7b2",
    "input": "#0072b2",
    "kernel": "#d98e00",
    "output": "#00876b",
}
DARK = {
    "ground": "#12191f",
    "ink": "#edf2f6",
    "muted": "#c3ced7",
    "line": "#62707d",
    "input": "#56a8e0",
    "kernel": "#e3a232",
    "output": "#2fbf9b",
}

CELL = 0.37  # inches, the side of one array element
NUMBER_SIZE = 13  # points; shrunk where a number is too long for its cell
TITLE_SIZE = 13
LABEL_SIZE = 12


def css(element: str | None = None) -> str:
    """Style sheet that gives each colour a variable, ``--convdoc-ink`` and so on.

    For a page of this site, whose theme says if it is dark; or, given the selector of an element,
    one without commas, for that element in a notebook, dark where JupyterLab, VS Code or the page
    says so.
    """

    def variables(colours):
        return " ".join(f"--convdoc-{name}: {value};" for name, value in colours.items())

    if element is None:
        light, dark = ":root", "html[data-theme=dark]"
    else:
        light = element
        dark = f":is([data-jp-theme-light=false], .vscode-dark, [data-theme=dark]) {element}"
    # Paper is white, whatever the screen is.
    dark_rule = f"@media screen {{ {dark} {{ {variables(DARK)} }} }}"
    return f"{light} {{ {variables(LIGHT)} }}\n{dark_rule}\n"
