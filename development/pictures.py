"""How pictures get into docs/images: taken of a page, and made small."""

import base64
import io
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
# nobody sees a difference, and the file has half of the size
COLORS = 256


def save(page, name, **clip):
    """A part of what is seen of a page: x, y, width and height."""
    write(page.screenshot(clip=clip, animations="disabled"), name)


def write(data, name):
    path = IMAGES / f"{name}.png"
    image = Image.open(io.BytesIO(data)).convert("RGB")
    dither = Image.Dither.NONE
    image.quantize(COLORS, method=Image.Quantize.MEDIANCUT, dither=dither).save(
        path, optimize=True
    )
    print(path.relative_to(ROOT))


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
