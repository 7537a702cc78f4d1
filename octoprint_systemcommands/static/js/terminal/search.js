(function () {
    // more than anybody looks at one after the other
    const MAX_MATCHES = 10000;
    // of the work in one frame, in milliseconds
    const TIME = 4;
    // after the last key, in milliseconds
    const TYPING_DELAY = 200;
    // in which a match stays in view, while blocks turn out to be higher than expected
    const FRAMES = 4;

    const LINE = ".systemcommands-block > div";
    const MATCH = "systemcommands-match";
    const CURRENT = "systemcommands-current";

    // Finds a text in what a terminal shows, and goes on finding it while more arrives. It
    // knows nothing but the lines on the page, in which it marks what it finds.
    //   onJump()   the view is about to move to a match
    SystemCommands.Search = function (element, onJump) {
        const self = this;

        self.isOpen = ko.observable(false);
        self.query = ko.observable("").extend({
            rateLimit: {timeout: TYPING_DELAY, method: "notifyWhenChangesStop"}
        });
        self.total = ko.observable(0);
        // of the current one, from 1 on
        self.position = ko.observable(0);
        // there are more than are marked
        self.isFull = ko.observable(false);
        self.result = ko.observable("");

        // the first parts of all matches, from top to bottom; the browser keeps it up to date
        const matches = element.getElementsByClassName(MATCH);
        const pending = new Set();
        let pattern, frame, current, isNew;

        const highlight = (match, isCurrent) => {
            if (!match) return;
            match.parts.forEach((part) => part.classList.toggle(CURRENT, isCurrent));
        };

        const clean = (line) => {
            const marks = line.querySelectorAll("mark");
            marks.forEach((mark) => mark.replaceWith(...mark.childNodes));
            if (marks.length) line.normalize();
        };

        // from the end on, so that what is before it stays where it is
        const mark = (line) => {
            const found = [...line.textContent.matchAll(pattern)].reverse();
            const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
            const texts = [];
            let end = 0;
            while (found.length && walker.nextNode()) {
                const node = walker.currentNode;
                texts.unshift({node: node, start: end, end: (end += node.length)});
            }
            found.forEach((match) => {
                const from = match.index;
                const to = from + match[0].length;
                // in several colours it has several parts
                const parts = texts
                    .filter((text) => text.start < to && text.end > from)
                    .map((text) => {
                        const start = Math.max(from - text.start, 0);
                        if (to < text.end) text.node.splitText(to - text.start);
                        const part = document.createElement("mark");
                        const inner = text.node.splitText(start);
                        inner.replaceWith(part);
                        part.append(inner);
                        return part;
                    });
                const first = _.last(parts);
                first.className = MATCH;
                first.parts = parts;
            });
        };

        //~~ What is to be looked at

        const add = (node) => {
            if (!node.matches) return;
            const lines = node.matches(LINE) ? [node] : node.querySelectorAll(LINE);
            lines.forEach((line) => pending.add(line));
        };
        const addChanged = (records) => {
            records.forEach((record) => {
                const line = record.target.closest(LINE);
                if (line) pending.add(line);
                else record.addedNodes.forEach(add);
            });
            schedule();
        };
        const observer = new MutationObserver(addChanged);

        const schedule = () => {
            frame = frame || requestAnimationFrame(work);
        };

        const work = () => {
            addChanged(observer.takeRecords());
            const deadline = performance.now() + TIME;
            let room = MAX_MATCHES - matches.length;
            for (const line of pending) {
                if (performance.now() > deadline) break;
                pending.delete(line);
                // it may have gone out at the top meanwhile
                if (!line.isConnected) continue;
                clean(line);
                if (!pattern || line.matches(".systemcommands-note")) continue;
                if (room > 0) {
                    mark(line);
                    room -= line.getElementsByClassName(MATCH).length;
                } else if (line.textContent.search(pattern) >= 0) {
                    self.isFull(true);
                }
            }
            // these were our own doing
            observer.takeRecords();
            frame = undefined;
            if (pending.size) {
                schedule();
            } else {
                if (!pattern) observer.disconnect();
                if (isNew && matches.length) jump(firstInView());
                isNew = false;
            }
            count();
        };

        const indexOfCurrent = () => Array.prototype.indexOf.call(matches, current);
        const count = () => {
            self.total(matches.length);
            self.position(indexOfCurrent() + 1);
            if (!pattern || (isNew && !matches.length)) {
                self.result("");
            } else if (!matches.length) {
                self.result(gettext("Not found"));
            } else {
                self.result(
                    _.sprintf(gettext("%(position)s of %(total)s"), {
                        position: self.position() || "–",
                        total: matches.length + (self.isFull() ? "+" : "")
                    })
                );
            }
        };

        //~~ Moving

        const firstInView = () => {
            const top = element.getBoundingClientRect().top;
            let from = 0;
            let to = matches.length;
            while (from < to) {
                const middle = (from + to) >> 1;
                const isAbove = matches[middle].getBoundingClientRect().bottom < top;
                if (isAbove) from = middle + 1;
                else to = middle;
            }
            return matches[from] || matches[0];
        };

        const jump = (match) => {
            highlight(current, false);
            current = match;
            highlight(current, true);
            onJump();
            show(FRAMES);
            count();
        };

        const show = (frames) => {
            if (!current || !current.isConnected) return;
            const view = element.getBoundingClientRect();
            const box = current.getBoundingClientRect();
            // a scrollbar may lie at the bottom
            if (box.top < view.top || box.bottom > view.bottom - 20) {
                element.scrollTop += box.top - view.top - view.height / 2;
            }
            if (box.left < view.left || box.right > view.right) {
                element.scrollLeft += box.left - view.left - view.width / 2;
            }
            if (frames) requestAnimationFrame(() => show(frames - 1));
        };

        const go = (step) => {
            const size = matches.length;
            if (!size) return;
            const index = indexOfCurrent();
            jump(index < 0 ? firstInView() : matches[(index + step + size) % size]);
        };

        //~~ What users do

        self.next = () => go(1);
        self.previous = () => go(-1);

        self.toggle = () => {
            self.isOpen(!self.isOpen());
            find();
        };

        self.onKeydown = (_data, event) => {
            if (event.key !== "Enter") return true;
            go(event.shiftKey ? -1 : 1);
        };
        // for the dialog it is the key's end that counts
        self.onKeyup = (_data, event) => {
            if (event.key !== "Escape") return true;
            event.stopPropagation();
            self.toggle();
            element.focus();
        };

        const find = () => {
            const text = self.isOpen() ? self.query() : "";
            pattern = text && new RegExp(_.escapeRegExp(text), "gi");
            current = undefined;
            isNew = true;
            self.isFull(false);
            add(element);
            observer.observe(element, {childList: true, subtree: true});
            schedule();
        };
        self.query.subscribe(() => self.isOpen() && find());

        // what is shown is another run's
        self.reset = () => {
            observer.disconnect();
            pending.clear();
            current = pattern = undefined;
            self.isOpen(false);
            self.query("");
            count();
        };
    };
})();
