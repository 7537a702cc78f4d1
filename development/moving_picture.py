"""Take the moving picture of the README: of what `make run` shows, with a pointer.

Frames are pictures of the page at the moments that matter, so it is short and sharp. It is
written as an animated PNG, which keeps text as it is.
"""

import io
import re

from PIL import Image, ImageDraw
from playwright.sync_api import expect, sync_playwright

from development.pictures import IMAGES, in_colors_of, palette_of
from development.sample import SampleServer, accounts
from harness import chromium
from harness.button_pages import Panel
from harness.pages import ArgumentsForm, History, Menu, RunDialog

PICTURE = IMAGES / "moving.png"

# dialogs are 977 wide
SIZE = {"width": 1010, "height": 630}
# the arrow of a pointer, from its tip
ARROW = [(0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12)]

UPDATE = "Update the webcam's software"


def main():
    with SampleServer(users=accounts()) as server, sync_playwright() as playwright:
        browser = chromium.launch(playwright, is_whole=True)
        context = chromium.new_context(
            browser, server.url, viewport=SIZE, permissions=["notifications"]
        )
        page = chromium.new_page(context)
        # else it asks about that after 10 s
        page.add_init_script("localStorage['systemcommands.notifications'] = 'false'")
        chromium.log_in(page, server.admin)
        expect(Panel(page).state("Light")).to_contain_text("Off")
        expect(Panel(page).status("Free space")).to_contain_text(re.compile(r"\d"))
        film = Film(page)
        switch_the_light(page, film)
        run_a_command(page, film)
        look_at_the_history(page, film)
        browser.close()
    film.write(PICTURE)
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1e6:.2f} MB, {film.seconds:.1f} s")


def switch_the_light(page, film):
    light = Panel(page).button("Light")
    film.show(0.7)
    film.press(light)
    expect(Panel(page).state("Light")).to_contain_text("On")
    film.show(0.9)


def run_a_command(page, film):
    menu = Menu(page)
    film.press(menu.toggle)
    film.show(0.5)
    film.press(menu.entry(UPDATE))
    form = ArgumentsForm(page).expect_open(UPDATE)
    film.show(0.8)
    film.press(form.field("Channel"), lambda: form.fill(Channel="Testing"))
    film.show(0.5)
    film.press(form.submit)
    dialog = RunDialog(page).expect_open(UPDATE)
    for percent in (0, 10, 20, 30, 40, 50, 60):
        expect(dialog.lines.last).to_contain_text(
            re.compile(rf"\b{percent // 10 or ''}[0-9] %"), timeout=30_000
        )
        film.show(0.3)
    film.press(dialog.button("Stop"))
    dialog.expect_ended("Stopped")
    film.show(1.2)
    film.press(dialog.root.locator(".modal-footer [data-dismiss]:visible"))
    expect(dialog.root).to_be_hidden()
    page.evaluate("PNotify.removeAll()")
    expect(page.locator(".ui-pnotify")).to_have_count(0)


def look_at_the_history(page, film):
    menu = Menu(page)
    film.press(menu.toggle)
    film.press(menu.entry("Recent runs…"))
    expect(History(page).expect_open().rows).to_have_count(2)
    film.show(2.5)


class Film:
    """Frames, and for how long each is shown."""

    def __init__(self, page):
        self._page = page
        self._pointer = (SIZE["width"] * 0.6, SIZE["height"] * 0.6)
        self._frames = []

    @property
    def seconds(self):
        return sum(seconds for _, seconds in self._frames)

    def show(self, seconds):
        """The page as it is now."""
        data = self._page.screenshot(animations="disabled")
        self._add(Image.open(io.BytesIO(data)).convert("RGB"), seconds)

    def press(self, element, click=None):
        """Moves the pointer there and clicks; `click` if that is not what does it."""
        box = element.bounding_box()
        x, y = box["x"] + min(box["width"] / 2, 60), box["y"] + box["height"] / 2
        data = self._page.screenshot(animations="disabled")
        before = Image.open(io.BytesIO(data)).convert("RGB")
        from_x, from_y = self._pointer
        steps = 6
        for step in range(1, steps + 1):
            part = step / steps
            self._pointer = (from_x + (x - from_x) * part, from_y + (y - from_y) * part)
            self._add(before, 0.06)
        self._page.mouse.move(x, y)
        (click or element.click)()
        self.show(0.25)

    def _add(self, image, seconds):
        frame = image.copy()
        x, y = self._pointer
        points = [(x + dx, y + dy) for dx, dy in ARROW]
        ImageDraw.Draw(frame).polygon(points, fill="black", outline="white")
        self._frames.append((frame, seconds))

    def write(self, path):
        """As an animated PNG that begins anew when it is over."""
        # the others are the same with the pointer elsewhere
        palette = palette_of(frame for frame, seconds in self._frames if seconds > 0.2)
        images = [in_colors_of(palette, frame) for frame, _ in self._frames]
        images[0].save(
            path,
            save_all=True,
            append_images=images[1:],
            duration=[int(seconds * 1000) for _, seconds in self._frames],
            loop=0,
            optimize=True,
        )


if __name__ == "__main__":
    main()
