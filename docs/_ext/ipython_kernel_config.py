"""How the kernels run that execute the pages; make copies it into the build's IPython profile."""

import errno
import logging
import os

c = get_config()  # noqa: F821
c.IPKernelApp.log_level = 40  # a warning about the loopback address, once for each page
# A kernel that ends may answer on a socket that is closed already, and prints a traceback.
logging.getLogger("tornado.general").addFilter(
    lambda record: (
        not record.exc_info or getattr(record.exc_info[1], "errno", None) != errno.ENOTSOCK
    )
)
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.rc = {"svg.fonttype": "none", "svg.hashsalt": "convdoc"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": None, "facecolor": "none"}
# A cell's output comes in one piece, at its end: MyST-NB puts a line break after each piece.
c.IPKernelApp.exec_lines = ["__import__('sys').stdout.flush_interval = 60"]
if "CONVDOC_BUILD" in os.environ:  # set by conf.py: not where a reader runs a notebook
    c.IPKernelApp.extensions = ["loaded_modules"]
