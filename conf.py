"""How Sphinx builds the site; `make html` calls it, by docs/_ext/build_site.py.

Paths of sphinx-gallery and `exclude_patterns` are relative to docs/, those of HTML to this file.
"""

import os
import sys
from pathlib import Path

root = Path(__file__).parent
sys.path[:0] = [str(root), str(root / "docs/_ext")]
# The pages' kernels import the library beside them, and record which of its modules they load.
os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:2])
os.environ["CONVDOC_BUILD"] = "1"
os.environ["CONVDOC_ENGINE"] = "keras"  # whatever the machine: Theano computes the site's numbers

import packages  # noqa: E402

from convdoc import __version__  # noqa: E402

# -- Project ------------------------------------------------------------------------------------

project = "convdoc"
author = "The convdoc developers"
copyright = f"2026, {author}"
version = release = __version__

# -- Sources ------------------------------------------------------------------------------------

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
    # ours, in docs/_ext
    "inline_figures",
    "custom_elements",
    "downloads",
    "explorer_page",
    "figures_first",
    "guide_index",
    "landing",
    "mathml",
    "packages",
    "paper",
    "parts",
    "tabs",
    "share",
    "lean_theme",
    "one_sheet",
]
exclude_patterns = ["_templates", "auto_gallery/**.ipynb", "auto_gallery/**.py"]
templates_path = [str(root / "docs/_templates")]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3
suppress_warnings = ["epub.unknown_project_files"]  # a book has no fonts of the site

# Notebook pages run once; build_site.py removes the cache when the library changes.
nb_execution_mode = "cache"
nb_execution_cache_path = str(root / "_build/jupyter_cache")
nb_execution_timeout = 300  # the first convolution of a new machine compiles
nb_execution_show_tb = True
nb_merge_streams = True
nb_render_markdown_format = "myst"
nb_code_prompt_show = "The code of this figure"  # of cells tagged hide-input

# What a copy button leaves out: the prompts of Python and of a shell, and the output.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

bibtex_bibfiles = ["docs/references.bib"]  # relative to this file

# -- Gallery ------------------------------------------------------------------------------------

sphinx_gallery_conf = {
    "examples_dirs": "../gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": r"/\d+_",  # every script runs
    # A script that fails is a warning, so that the build goes on and then fails by `-W`.
    "only_warn_on_example_error": True,
    "within_subsection_order": "FileNameSortKey",
    # Figures are SVG; an object that has an HTML form is shown in it.
    "image_scrapers": ("gallery_hooks.svg_scraper", "gallery_hooks.stepper_scraper"),
    "thumbnail_size": (360, 252),
    "capture_repr": ("_repr_html_", "__repr__"),
    # Every example starts and ends in the same state, and a warning in it is an error.
    "reset_modules": ("gallery_hooks.reset",),
    "reset_modules_order": "both",
    # Each public function's page shows the examples that use it, and code links to the functions.
    "backreferences_dir": "auto_gallery/backreferences",
    "doc_module": ("convdoc",),
    # Times differ on every machine: the timing script measures them, the others do not.
    "min_reported_time": 10**6,
    "write_computation_times": False,
    "show_signature": False,
    "remove_config_comments": True,
}

# -- Reference ----------------------------------------------------------------------------------

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False

# -- HTML ---------------------------------------------------------------------------------------

html_theme = "pydata_sphinx_theme"
html_title = "convdoc"
html_baseurl = packages.URL  # the environment variable CONVDOC_URL
html_static_path = [
    "docs/_static",
    "docs/_landing/lab.js",
    "convdoc/draw/cells.css",
    "convdoc/draw/stepper.css",
    "convdoc/draw/stepper.js",
    "convdoc/draw/question.css",
    "convdoc/draw/question.js",
]
html_css_files = ["convdoc.css", ("print.css", {"media": "print"})]
html_js_files = [(name, {"defer": "defer"}) for name in ("paper.js", "drawers.js")]
html_favicon = "docs/_static/favicon.svg"
html_context = {"default_mode": "auto"}
html_show_sourcelink = False
html_copy_source = False
# Pages at the top level have no others beside them: a new one is a line here.
html_sidebars = {
    "index": [],
    "install": [],
    "conventions": [],
    "exercises/index": [],
    "explorer": [],
}
html_theme_options = {
    "logo": {
        "image_light": "_static/logo.svg",
        "image_dark": "_static/logo-dark.svg",
        "text": "convdoc",
    },
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "navbar_end": ["theme-switcher"],
    "show_prev_next": True,
    # A page's headings are beside it, but not where code or a wide table needs the room, as in the
    # gallery.
    "secondary_sidebar_items": {
        "*": ["page-toc"],
        "index": [],
        "explorer": [],
        "guide/*": ["page-toc"],
        "exercises/*": ["page-toc"],
        "reference/*": ["page-toc"],
        "reference/speed": [],
        "reference/generated/*": ["page-toc"],
        "about/*": ["page-toc"],
    },
    "footer_start": ["copyright", "licence"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

# -- Links --------------------------------------------------------------------------------------

linkcheck_timeout = 20
