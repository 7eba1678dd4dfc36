"""In a book, which has nothing to press, the parts of a tab set follow each other."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

SPHINX_DESIGN = 200  # the priority by which it makes tabs of what is still a tab set


class TabsInBooks(SphinxPostTransform):
    """Leave the names of the tabs and what is in them."""

    builders = ("epub",)
    default_priority = SPHINX_DESIGN - 1

    def run(self, **kwargs):
        """Go through the tab sets of a page."""
        for node in self.document.findall(nodes.Element):
            if node.get("design_component", "").startswith("tab-"):
                del node["design_component"]
                node["classes"] = []


def setup(app):
    """Register the transform."""
    app.add_post_transform(TabsInBooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
