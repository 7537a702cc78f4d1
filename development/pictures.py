"""How pictures get into docs/images: taken of a page, and made small."""

import base64
import io
from collections import Counter
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
# nobody sees a difference, and the file has half of the size
COLORS = 255


def save(page, name, **clip):
    """A part of what is seen of a page: x, y, width and height."""
    write(page.screenshot(clip=clip, animations="disabled"), name)


def write(data, name):
    path = IMAGES / f"{name}.png"
    image = Image.open(io.BytesIO(data)).convert("RGB")
    in_colors_of(palette_of([image]), image).save(path, optimize=True)
    print(path.relative_to(ROOT))


def palette_of(images):
    """One palette for all of them. A color that is rare, such as that of a button, has to be
    in it as well, so what is often seen counts for less than it is seen."""
    counts = Counter()
    for image in images:
        counts.update({color: count for count, color in image.getcolors(2**24)})
    dots = [color for color, count in counts.items() for _ in range(int(count**0.35))]
    strip = Image.new("RGB", (len(dots), 1))
    strip.putdata(dots)
    return strip.quantize(COLORS, method=Image.Quantize.MEDIANCUT, kmeans=2)


def in_colors_of(palette, image):
    """The image in these colors; white stays white."""
    none = Image.Dither.NONE
    white = Image.new("RGB", (1, 1), "white").quantize(palette=palette, dither=none)
    start = 3 * white.getpixel((0, 0))
    result = image.quantize(palette=palette, dither=none)
    entries = result.getpalette()
    entries[start : start + 3] = (255, 255, 255)
    result.putpalette(entries)
    return result


def save_element(page, name, element, margin=0):
    """An element with a bit of what is around it."""
    box = element.bounding_box()
    save(
        page,
        name,
        x=box["x"] - margin,
        y=box["y"] - margin,
        width=box["width"] + 2 * margin,
        height=box["height"] + 2 * margin,
    )


def save_drawing(page, name, html):
    """HTML with an element that has the id `picture`, which may be longer than the window."""
    page.set_content(html)
    # pictures in it have to be there
    page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
    write(page.locator("#picture").screenshot(), name)


def as_source(data):
    """A PNG for the `src` of HTML."""
    return "data:image/png;base64," + base64.b64encode(data).decode()
