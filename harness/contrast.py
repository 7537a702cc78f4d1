"""How well texts can be read: the contrast of WCAG 2 of all that can be seen in a part of
the page, as it comes from OctoPrint and with a dark theme."""

# What themes for OctoPrint do (UI Customizer, Themeify): other colours for the page, its
# dialogs, menus, tables and fields, and nothing that knows of this plugin.
DARK_THEME = """
body, .modal, .modal-body, .accordion-inner, .tab-content, .octoprint-container {
    background-color: #2f3136; color: #dcddde;
}
.modal-header, .modal-footer, .navbar-inner {
    background: #202225 !important; color: #dcddde !important; border-color: #202225;
}
h1, h2, h3, h4, legend, label, .control-label, .modal-header h3 { color: #ffffff; }
a, .btn-link { color: #00b0f4; }
.muted, .help-block, .help-inline { color: #72767d; }
.navbar .nav > li > a { color: #b9bbbe !important; text-shadow: none !important; }
.accordion-group, .accordion-heading { background: #202225; border-color: #18191c; }
.dropdown-menu { background-color: #18191c !important; color: #b9bbbe; }
.dropdown-menu li > a { color: #b9bbbe !important; }
input, textarea, select, .uneditable-input {
    background-color: #40444b !important; border-color: #202225; color: #dcddde !important;
}
.input-append .add-on {
    background-color: #202225 !important; color: #dcddde; text-shadow: none;
}
.btn { background: #4f545c !important; color: #ffffff !important; text-shadow: none; }
.btn-primary { background: #4752c4 !important; }
.btn-danger { background: #c03537 !important; }
code, pre { background-color: #202225; border-color: #18191c; color: #dcddde; }
.table td, .table th { border-color: #40444b; }
.table-hover tbody tr:hover > td { background-color: #36393f; }
"""

# [{text, where, ratio}] of the texts below the selector, the worst first
MEASURE = r"""
(selector) => {
    const parse = (css) => {
        const numbers = (css.match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
        if (css.startsWith("color(srgb")) {
            const [r, g, b, a = 1] = numbers;
            return [r * 255, g * 255, b * 255, a];
        }
        const [r, g, b, a = 1] = numbers;
        return numbers.length < 3 ? [0, 0, 0, 0] : [r, g, b, a];
    };
    const over = (top, below) => {
        const [alpha] = top.slice(3);
        return [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha));
    };
    const luminance = (color) => {
        const [r, g, b] = color.map((value) => {
            const part = value / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };
    // the background in the middle of the element, where the text is
    const backgroundOf = (style, below) => {
        const result = over(parse(style.backgroundColor), below);
        const stops = style.backgroundImage.startsWith("linear-gradient")
            ? style.backgroundImage.match(/rgba?\([^)]*\)|color\([^)]*\)/g).map(parse)
            : [];
        if (!stops.length) return result;
        const [first, last] = [stops[0], stops[stops.length - 1]];
        return over(first.map((value, i) => (value + last[i]) / 2), result);
    };
    // asked for again and again, for all that is in an element
    const looks = new Map();
    const looksOf = (element) => {
        if (!looks.has(element)) {
            const style = getComputedStyle(element);
            looks.set(element, {
                backgroundColor: style.backgroundColor,
                backgroundImage: style.backgroundImage,
                opacity: style.opacity
            });
        }
        return looks.get(element);
    };
    // what the elements from the outermost to the innermost one make of a text and of what
    // is behind it
    const paint = (chain, color, below) => {
        if (!chain.length) return {text: over(color, below), background: below};
        const style = looksOf(chain[0]);
        const inside = paint(chain.slice(1), color, backgroundOf(style, below));
        const opacity = [Number(style.opacity)];
        return {
            text: over([...inside.text, ...opacity], below),
            background: over([...inside.background, ...opacity], below)
        };
    };
    const chainOf = (element) => {
        const chain = [];
        for (let one = element; one; one = one.parentElement) {
            chain.unshift(one);
            // it lies on the terminal, not in it
            if (one.matches(".systemcommands-empty")) {
                chain.unshift(one.parentElement.querySelector(".systemcommands-terminal"));
            }
        }
        return chain;
    };
    const nameOf = (element) =>
        element.tagName.toLowerCase() +
        [...element.classList].map((name) => "." + name).join("");
    const isSeen = (element) => {
        if (!element.checkVisibility({checkVisibilityCSS: true})) return false;
        if (element.closest(".systemcommands-unseen, .systemcommands-clipboard")) return false;
        const box = element.getBoundingClientRect();
        return box.width > 1 && box.height > 1;
    };

    const found = [];
    const add = (element, text, color) => {
        const {text: front, background} = paint(chainOf(element), parse(color), [255, 255, 255]);
        const ratio = contrast(front, background);
        const where = [element.parentElement, element].map(nameOf).join(" > ");
        const hex = (one) => "#" + one.map((v) => Math.round(v).toString(16).padStart(2, 0)).join("");
        found.push({
            text: text.trim().slice(0, 50),
            // the glyphs of Font Awesome stand in Unicode's area for private use
            isIcon: /^[\ue000-\uf8ff]$/.test(text.trim()),
            where: where,
            colors: hex(front) + " on " + hex(background),
            ratio: Math.round(ratio * 100) / 100
        });
    };
    const roots = [...document.querySelectorAll(selector)].filter(isSeen);
    for (const root of roots) {
        for (const element of [root, ...root.querySelectorAll("*")]) {
            if (!isSeen(element)) continue;
            const style = getComputedStyle(element);
            const own = [...element.childNodes]
                .filter((node) => node.nodeType === Node.TEXT_NODE)
                .map((node) => node.textContent)
                .join(" ");
            const isField = element.matches("input, textarea, select");
            if (own.trim() && !element.matches("option, textarea")) {
                add(element, own, style.color);
            }
            if (isField && (element.value || element.matches("select"))) {
                add(element, String(element.value), style.color);
            }
            if (isField && element.placeholder) {
                const place = getComputedStyle(element, "::placeholder");
                const color = parse(place.color);
                color[3] *= Number(place.opacity);
                add(element, element.placeholder, `rgba(${color.join(", ")})`);
            }
            for (const pseudo of ["::before", "::after"]) {
                const extra = getComputedStyle(element, pseudo);
                const content = (extra.content.match(/^"([^"]*)"/) || ["", ""])[1].trim();
                if (content) add(element, content, extra.color);
            }
        }
    }
    return found.sort((a, b) => a.ratio - b.ratio);
}
"""

# of WCAG 2.1, level AA: of texts, and of what is no text
MINIMUM = 4.5
MINIMUM_OF_ICONS = 3


def measure(page, selector):
    """The contrasts of all texts below what the selector finds, the worst first."""
    # dialogs and notices are faded in, with what is in them
    page.wait_for_function(
        """(selector) => [...document.querySelectorAll(selector)].every((root) => {
            for (let one = root; one; one = one.parentElement) {
                if (getComputedStyle(one).opacity !== "1") return false;
            }
            return true;
        })""",
        arg=selector,
    )
    found = page.evaluate(MEASURE, selector)
    assert found, f"there is no text in {selector}"
    return found


def expect_readable(page, selector):
    """By light, and with a dark theme."""
    bad = [("light", one) for one in too_low(measure(page, selector))]
    theme = page.add_style_tag(content=DARK_THEME)
    bad += [("dark", one) for one in too_low(measure(page, selector))]
    theme.evaluate("style => style.remove()")
    lines = [
        f"{look}: {one['ratio']} {one['colors']} {one['where']}: {one['text']!r}"
        for look, one in bad
    ]
    assert not lines, "\n" + "\n".join(lines)


def too_low(found):
    return [
        one
        for one in found
        if one["ratio"] < (MINIMUM_OF_ICONS if one["isIcon"] else MINIMUM)
    ]
