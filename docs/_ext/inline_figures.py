"""SVG figures become part of the page, in the colours and the font of its theme.

An SVG behind <img> cannot see whether the page is light or dark. Inlined, each colour of
`convdoc.draw.palette` is replaced by the CSS variable of its name, and text is text.
"""

import base64
import io
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from PIL import Image
from sphinx.transforms.post_transforms import SphinxPostTransform

from convdoc.draw import palette

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
VARIABLES = {colour: f"var(--convdoc-{name})" for name, colour in palette.LIGHT.items()}
LARGE_IMAGE = 16_000  # bytes; photographs above it are kept as WebP
PIXELS = re.compile(r'"data:image/(png|webp);base64,([^"]{2000,})"')  # smaller ones stay
LEAST = 0.6  # how small a drawing may become on a phone; numbers have 10 pixels then
DROPPED_STYLES = ("font-family", "stroke-linejoin: miter")


class InlineFigures(SphinxPostTransform):
    """Replace each SVG image by its own drawing."""

    formats = ("html",)
    default_priority = 300

    def run(self, **kwargs):
        """Go through the images of a page."""
        images = [n for n in self.document.findall(nodes.image) if _is_figure(n["uri"])]
        for count, node in enumerate(images):
            path = Path(self.env.srcdir, node["uri"].lstrip("/"))
            svg = inline_svg(path.read_text("utf-8"), node.get("alt", ""), f"figure-{count}-")
            if self.app.builder.name == "html":
                svg = self.with_files(svg, f"{self.env.docname.replace('/', '-')}-{count}")
            node.replace_self(nodes.raw("", svg, format="html"))

    def with_files(self, svg, name):
        """Put the pixels of a drawing into files: a phone shows the text before they come."""
        folder = Path(self.app.outdir, "_images")
        folder.mkdir(parents=True, exist_ok=True)
        here = "../" * self.env.docname.count("/")
        numbers = itertools.count()

        def write(found):
            file = f"{name}-{next(numbers)}.{found[1]}"
            (folder / file).write_bytes(base64.b64decode(found[2]))
            return f'"{here}_images/{file}"'

        return PIXELS.sub(write, svg)


def _is_figure(uri):
    return uri.endswith(".svg") and "/thumb/" not in uri


def inline_svg(source, description, prefix):
    """Turn an SVG file of matplotlib's into an element of a page.

    Parameters
    ----------
    source : str
        The file's text.
    description : str
        What a screen reader says of it; a figure without one is decoration.
    prefix : str
        Put before the ids that the drawing refers to, unique on the page.

    Returns
    -------
    str
    """
    ElementTree.register_namespace("", SVG[1:-1])
    ElementTree.register_namespace("xlink", LINK[1:-5])
    svg = ElementTree.fromstring(source)
    width = float(svg.get("width").removesuffix("pt")) * 4 / 3
    for name in ("width", "height", "version"):
        svg.attrib.pop(name, None)
    for metadata in svg.findall(f"{SVG}metadata"):
        svg.remove(metadata)
    for group in svg.iter():
        for style in group.findall(f"{SVG}style"):
            group.remove(style)  # it would apply to the whole page

    used = set(re.findall(r"(?:href=\"|url\()#([^\")]+)", source))
    for element in svg.iter():
        _clean(element, used, prefix)

    _flatten(svg)
    _share_styles(svg, prefix)
    svg.set("class", "convdoc-figure")
    svg.set("style", f"width: {width:.0f}px")
    if description:
        if svg.find(f".//{SVG}image") is None:  # photographs fit the screen
            svg.set("style", f"width: {width:.0f}px; min-width: {LEAST * width:.0f}px")
        svg.set("role", "img")
        svg.set("aria-label", description)
    else:
        svg.set("aria-hidden", "true")
    text = ElementTree.tostring(svg, encoding="unicode")
    text = re.sub(r">\s+<", "><", text)
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, variable)
    scroller = 'class="convdoc-figure-scroller" tabindex="0" role="group" aria-label="figure"'
    return f"<div {scroller}>{text}</div>" if description else text


def _clean(element, used, prefix):
    """Keep what shows: referenced ids, short numbers, styles that differ from the page's."""
    if (name := element.attrib.pop("id", None)) in used:
        element.set("id", prefix + name)
    for attribute, value in element.attrib.items():
        if attribute == LINK and value.startswith("data:image/png"):
            value = _compress(value)
        elif attribute == LINK:
            value = f"#{prefix}{value[1:]}"
        elif attribute in ("d", "x", "y"):
            value = re.sub(r"\d+\.\d{2,}", lambda n: f"{float(n[0]):.1f}", " ".join(value.split()))
            value = re.sub(r" ?([A-Za-z]) ?", r"\1", value)
        elif attribute == "style":
            kept = [part for part in value.split("; ") if not part.startswith(DROPPED_STYLES)]
            value = "; ".join(kept)
        element.set(attribute, value.replace("url(#", f"url(#{prefix}"))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]


def _flatten(element):
    """Put the contents of groups that say nothing in the groups' place."""
    for child in element:
        _flatten(child)
    element[:] = [
        part
        for child in element
        for part in (child if child.tag == f"{SVG}g" and not child.attrib else [child])
    ]


def _share_styles(svg, prefix):
    """Write each style once, as a class, instead of at each of a hundred cells."""
    classes = {}
    for element in svg.iter():
        if style := element.attrib.pop("style", None):
            element.set("class", classes.setdefault(style, f"{prefix}{len(classes)}"))
    sheet = ElementTree.Element(f"{SVG}style")
    sheet.text = "".join(f".{name}{{{style}}}" for style, name in classes.items())
    svg.insert(0, sheet)


def _compress(data_uri):
    """Recode a large PNG, a photograph, as WebP."""
    png = base64.b64decode(data_uri.partition(",")[2])
    if len(png) < LARGE_IMAGE:
        return data_uri
    webp = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(webp, "WEBP", quality=65, method=6)
    return "data:image/webp;base64," + base64.b64encode(webp.getvalue()).decode()


def _write_palette(app):
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        Path(static, "palette.css").write_text(palette.css())


def setup(app):
    """Register the transform and the palette's style sheet."""
    app.add_post_transform(InlineFigures)
    app.add_css_file("palette.css", priority=100)
    app.connect("builder-inited", _write_palette)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
