"""Cut the site's fonts from those of their makers: the letters and weights that its pages use.

    python docs/_fonts/subset.py FOLDER

FOLDER has the files of `SOURCES`. The results, in docs/_static/fonts, are committed, so a build
needs neither FOLDER nor a network. The licence reserves the name "Source" for the original; what is
cut from it has a name of its own.
"""

import hashlib
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FONTS = Path(__file__).parents[1] / "_static/fonts"

#: The files, of Source Sans 3.052 and STIX Two Math 2.12 (as Google Fonts cuts it), and their
#: SHA-256.
SOURCES = {
    "SourceSans3VF-Upright.ttf": "1147db9a3f0edd4956068de77930148acce2742dd76d57f7239b2b1c687ac63f",
    "SourceSans3VF-Italic.ttf": "c34791f4f889af43d84e2f84ebeb02e6eed07058aca21e6729d26e6436d18965",
    "STIXTwoMath.woff2": "8b2a6834cfe1f4e0f3724ffa59fe92000013fc5a4c41e6a3f438006c26c60f0d",
}

#: Latin letters of western Europe, Portuguese among them, and the signs of prose.
TEXT = [*range(0x20, 0x7F), *range(0xA0, 0x180)]
TEXT += map(ord, "–—‘’‚“”„†•…‰′″‹›€™←↑→↓↗−√∞≈≠≤≥½¼¾²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉·×÷")
#: Signs in prose and figures that Source Sans does not have.
SIGNS = map(ord, "∗⋆★☆✓✗⌊⌋⌈⌉∈∑∂⊛")
#: Formulas: browsers show a letter by its italic code point.
MATH = [*range(0x20, 0x7F), *range(0x1D400, 0x1D468), *range(0x1D6A8, 0x1D71C), 0x210E]
MATH += [*range(0x391, 0x3CA), *range(0x1D5A0, 0x1D5D4)]
MATH += map(ord, "±·×÷′″‴…ℎℱℝ←→↦∂∇∈∏∑−∓∗∘√∞∝≈≠≡≤≥⊙⊗⊛⋅⋆⋯⋮⋱⌈⌉⌊⌋⟨⟩‖¯ˆ˜")
TEXT_FEATURES = ["kern", "liga", "mark", "ccmp", "locl", "lnum", "tnum", "case", "zero"]


def main(folder):
    """Write each font that fonts.css names."""
    for name, digest in SOURCES.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise SystemExit(f"{folder / name} is not the file that the site's fonts were cut from")
    upright, italic, math = (folder / name for name in SOURCES)
    for source, result in ((upright, "text"), (italic, "text-italic")):
        cut(source, result, TEXT, TEXT_FEATURES, weights=(400, 700))
    cut(math, "signs", SIGNS, [])
    cut(math, "math", MATH, ["ssty", "dtls", "flac", "kern", "ccmp"])


def cut(source, result, codes, features, weights=None):
    """Keep of the font `source` some letters, features and weights, and write it as WOFF2."""
    font = TTFont(source, recalcTimestamp=False)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = f"convdoc-{result}"
    options = Options(
        flavor="woff2", layout_features=features, name_IDs=[0, 1, 2, 3, 4, 6, 13, 14], hinting=False
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    if weights:
        font = instantiateVariableFont(font, {"wght": weights})
    font.flavor = "woff2"
    font.save(FONTS / f"{result}.woff2")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
