"""What a reader can take along of each stepper: a link to its step, pictures, HTML for other sites.

An embedded figure is a page of its own, written here, which loads the stepper's script and style
sheets and fetches nothing: it opens from a server and from a folder, takes no markup from its
address, and runs in a sandbox and under a policy of ``script-src 'self'``.
"""

import re
from html import escape
from pathlib import Path

import bundle
import explorer_page
import lean_theme

from convdoc.draw.words import WORDS

FOLDER = Path(__file__).parents[1] / "_share"
#: Steppers, but for those of solutions, which are drawn later.
STEPPER = re.compile(
    r"<convdoc-later>.*?</convdoc-later>|<convdoc-stepper (.*?)</div></convdoc-stepper>", re.S
)
EXPLORE = re.compile(r'(?<=<p class="explore"><a )href="[^"#]*#')
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="../palette.css">
<link rel="stylesheet" href="../cells.css">
<link rel="stylesheet" href="../stepper.css">
<link rel="stylesheet" href="../embed.css">
<script defer src="../stepper.js"></script>
<script defer src="../embed.js"></script>
</head>
<body>
<convdoc-stepper {stepper}<p><a target="_blank" href="../../{home}#{name}">{source}</a></p>
</div></convdoc-stepper>
</body>
</html>
"""


def script():
    """Return the script of all actions, made short; it draws as the explorer does."""
    own = {f"./{path.name}": path.read_text("utf-8") for path in FOLDER.glob("*.js")}
    kept = {name: text for name, text in explorer_page.modules().items() if name != "./share.js"}
    return lean_theme.lean_script(bundle.bundle(kept | own, "./share.js"))


def _share(app, pagename, templatename, context, doctree):
    count = 0

    def share(found):
        nonlocal count
        if found[1] is None:
            return found[0]
        count += 1
        name, file = f"stepper-{count}", f"{pagename.replace('/', '.')}.{count}.html"
        stepper = f'id="{name}" {found[1]}'
        _write_page(app, file, pagename, name, stepper)
        resource = context["pathto"]("_static/", resource=True)
        return (
            f'<convdoc-stepper {stepper}<button data-do="share" aria-expanded="false" hidden '
            f'data-script="{resource}share.js" data-embed="{resource}embed/{file}">'
            f"{escape(WORDS['share']['button'])}</button></div></convdoc-stepper>"
        )

    context["body"] = STEPPER.sub(share, context.get("body", ""))


def _write_page(app, file, pagename, name, stepper):
    explorer = f'target="_blank" href="../../{app.builder.get_target_uri("explorer")}#'
    path = Path(app.outdir, "_static/embed", file)
    path.parent.mkdir(parents=True, exist_ok=True)
    page = PAGE.format(
        title=re.search('aria-label="([^"]*)"', stepper)[1],
        stepper=EXPLORE.sub(lambda _: explorer, stepper),
        home=app.builder.get_target_uri(pagename),
        name=name,
        source=escape(WORDS["share"]["source"]),
    )
    path.write_text(page, "utf-8")


def _write_script(app):
    if app.builder.format == "html":
        path = Path(app.outdir, "_static/share.js")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script(), "utf-8")


def setup(app):
    """Connect to the writing of each page, after questions were written for sheets."""
    app.connect("builder-inited", _write_script)
    app.connect("html-page-context", _share, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
