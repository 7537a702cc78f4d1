"""The pictures that are drawn, for screenshots.py: of the figures in docs/performance.md, and
of what imports what."""

import ast
import html
import re
from collections import defaultdict

from development.pictures import ROOT, save_drawing

PACKAGE = "octoprint_systemcommands"

CHART = """
<style>
    #picture { width: 900px; box-sizing: border-box; padding: 16px 20px; background: #fff;
        font: 14px/1.35 "Liberation Sans", sans-serif; color: #222 }
    p { margin: 0 0 12px; color: #555 }
    .key { display: inline-block; width: 12px; height: 12px; margin: 0 4px 0 12px }
    .row { display: flex; align-items: center; padding: 6px 0; border-top: 1px solid #e6e6e6 }
    .what { width: 330px; padding-right: 16px } .bars { flex: 1 }
    .bar { display: flex; align-items: center; height: 20px }
    .bar i { height: 14px; min-width: 2px; margin-right: 8px }
    .theirs { background: #b4bac2 } .ours { background: #0b6aa8 }
    .bar b { font-weight: bold } .bar span { white-space: nowrap }
</style>
"""
# what is left of a row for its longest bar, beside the figure
LONGEST = 330


def performance(page):
    """The rows of the page's table that have a figure of both."""
    rows = []
    text = (ROOT / "docs" / "performance.md").read_text("utf-8")
    for line in re.findall(r"^\|(.+)\|$", text, re.M):
        what, theirs, ours, _ = map(str.strip, re.split(r"(?<!\\)\|", line))
        figures = [re.match(r"[\d.]+", said) for said in (theirs, ours)]
        if not all(figures):
            continue
        rows.append((what, theirs, ours, *(float(figure[0]) for figure in figures)))
    assert len(rows) > 8
    drawn = "".join(bars(*row) for row in rows)
    key = (
        '<p><i class="key theirs" style="margin-left: 0"></i>OctoPrint\'s own'
        '<i class="key ours"></i>this plugin. Shorter is better. The two bars of a row '
        "are to scale.</p>"
    )
    save_drawing(page, "performance", f'{CHART}<div id="picture">{key}{drawn}</div>')


def bars(what, theirs, ours, their_figure, our_figure):
    scale = LONGEST / max(their_figure, our_figure)
    what = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(what.replace("\\|", "|")))
    return (
        f'<div class="row"><div class="what">{what}</div><div class="bars">'
        f'<div class="bar"><i class="theirs" style="width: {their_figure * scale:.1f}px"></i>'
        f"<span>{html.escape(theirs)}</span></div>"
        f'<div class="bar"><i class="ours" style="width: {our_figure * scale:.1f}px"></i>'
        f"<b>{html.escape(ours)}</b></div></div></div>"
    )


HOUSE = """
<style>
    #picture { width: 900px; box-sizing: border-box; padding: 12px; background: #fff;
        position: relative; font: 13px/1.3 "Liberation Sans", sans-serif; color: #333 }
    .grid { display: grid; grid-template-columns: repeat(12, 1fr); gap: 22px 14px }
    .part { border: 1px solid #9fb3c4; border-radius: 4px; background: #f0f5f9;
        padding: 6px 10px; text-align: center }
    .part b { font-size: 15px; color: #111 } .part small { font-size: 12px; color: #666 }
    svg { position: absolute; left: 0; top: 0 }
</style>
<div id="picture"><svg width="900" height="2000">
    <defs><marker id="tip" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">
        <path d="M0,0 L9,4 L0,8 z" fill="#5b7083"/>
    </marker></defs>
</svg><div class="grid">PARTS</div></div>
<script>
    const svg = document.querySelector("svg");
    const shape = (name) => {
        const {offsetLeft, offsetTop, offsetWidth, offsetHeight} = document.getElementById(name);
        const [right, bottom] = [offsetLeft + offsetWidth, offsetTop + offsetHeight];
        return {left: offsetLeft, right, top: offsetTop, bottom};
    };
    for (const [from, to] of ARROWS) {
        const [upper, lower] = [shape(from), shape(to)];
        const left = Math.max(upper.left, lower.left);
        const x = (left + Math.min(upper.right, lower.right)) / 2;
        const line = document.createElementNS(svg.namespaceURI, "line");
        const places = {x1: x, x2: x, y1: upper.bottom + 1, y2: lower.top - 1};
        const looks = {stroke: "#5b7083", "stroke-width": 1.5, "marker-end": "url(#tip)"};
        for (const [name, value] of Object.entries({...places, ...looks})) {
            line.setAttribute(name, value);
        }
        svg.append(line);
    }
    svg.setAttribute("height", document.getElementById("picture").offsetHeight);
</script>
"""
# from which of 12 columns to which a part goes; who imports it stands above
PLACES = {
    "__init__": (1, 10),
    "__main__": (11, 12),
    "template_configs": (1, 3),
    "assets": (4, 6),
    "parts": (7, 9),
    "cli": (10, 12),
    "api": (1, 9),
    "triggers": (1, 9),
    "host": (1, 3),
    "launcher": (4, 6),
    "states": (7, 9),
    "access": (1, 6),
    "identity": (1, 6),
    "runs": (1, 12),
    "commands": (1, 12),
    "messages": (1, 12),
}


def house(page):
    """The parts of the package, each above those that it imports."""
    imports, files = imported()
    assert set(files) == set(PLACES), set(files) ^ set(PLACES)
    arrows = [
        [part, other]
        for part in imports
        for other in imports[part]
        # what others lead to as well needs no arrow of its own
        if not any(other in below(via, imports) for via in imports[part] - {other})
    ]
    for part, other in arrows:
        (left, right), (other_left, other_right) = PLACES[part], PLACES[other]
        assert max(left, other_left) <= min(right, other_right), f"{part} → {other}"
    drawn = "".join(box(part, files[part], row_of(part, imports)) for part in PLACES)
    save_drawing(
        page, "house", HOUSE.replace("PARTS", drawn).replace("ARROWS", f"{arrows}")
    )


def imported():
    """{part: parts that its files import}, {part: its files}."""
    root = ROOT / PACKAGE
    imports, files = {part: set() for part in PLACES}, defaultdict(list)
    for file in sorted(root.rglob("*.py")):
        place = file.relative_to(root)
        part = place.parts[0].removesuffix(".py")
        files[part].append(file)
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                above = place.parts[: len(place.parts) - node.level]
                names = [*above, *filter(None, (node.module or "").split("."))]
                found = names[:1] or [alias.name for alias in node.names]
                imports[part].update(set(found) - {part})
    return imports, files


def below(part, imports):
    """All that it imports, by way of others as well."""
    return imports[part].union(*(below(other, imports) for other in imports[part]))


def row_of(part, imports):
    """One below the lowest of those that import it."""
    above = [other for other in PLACES if part in imports[other]]
    return 1 + max((row_of(other, imports) for other in above), default=0)


def box(part, files, row):
    """A part with the first sentence of its file or folder."""
    first = next((file for file in files if file.name == "__init__.py"), files[0])
    said = ast.get_docstring(ast.parse(first.read_text("utf-8"))).partition("\n")[0]
    # without the command that it is about
    said = re.sub(r"^``.+``: (\w)", lambda found: found[1].upper(), said)
    name = part + ("/" if first.parent.name == part else ".py")
    left, right = PLACES[part]
    many = f" <small>{len(files)} files</small>" if len(files) > 1 else ""
    return (
        f'<div class="part" id="{part}" style="grid-row: {row};'
        f' grid-column: {left} / {right + 1}"><b>{name}</b>{many}<br>'
        f"{html.escape(said)}</div>"
    )
