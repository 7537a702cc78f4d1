(function () {
    // more than anybody looks at one after the other
    const MAX_MATCHES = 10000;
    // of the work in one frame, in milliseconds
    const TIME = 4;
    // after the last key, in milliseconds
    const TYPING_DELAY = 200;
    // the view moves on as blocks come into it that are higher than expected
    const FRAMES = 4;

    const LINE = ".systemcommands-block > div";
    const FIRST = "systemcommands-match";
    const CURRENT = "systemcommands-current";

    // Finds a text in what a terminal shows, and goes on finding it while more arrives. It
    // knows nothing but the lines on the page, of which it marks parts.
    //   onJump()   the view is about to move to a match
    window.SystemCommandsSearch = function (element, onJump) {
        const self = this;

        self.isOpen = ko.observable(false);
        self.query = ko.observable("");
        self.total = ko.observable(0);
        // of the current one, from 1 on
        self.position = ko.observable(0);
        self.isBusy = ko.observable(false);
        // there are more than are marked
        self.isFull = ko.observable(false);
        self.result = ko.pureComputed(() => {
            if (!self.query()) return "";
            if (self.isBusy() && !self.total()) return "…";
            if (!self.total()) return gettext("Not found");
            return _.sprintf(gettext("%(position)s of %(total)s"), {
                position: self.position() || "–",
                total: self.total() + (self.isFull() ? "+" : "")
            });
        });

        // the first parts of all matches, from top to bottom; the browser keeps it up to date
        const matches = element.getElementsByClassName(FIRST);
        const pending = new Set();
        let pattern, frame, current, isNew;

        //~~ Marks

        const partsOf = (match) => (match && match.isConnected && match.parts) || [];
        const setCurrent = (match) => {
            partsOf(current).forEach((part) => part.classList.remove(CURRENT));
            current = match;
            partsOf(current).forEach((part) => part.classList.add(CURRENT));
        };

        const clean = (line) => {
            const marks = line.querySelectorAll("mark");
            marks.forEach((mark) => mark.replaceWith(...mark.childNodes));
            if (marks.length) line.normalize();
        };

        const textNodes = (line) => {
            const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
            const nodes = [];
            let end = 0;
            while (walker.nextNode()) {
                const start = end;
                end += walker.currentNode.length;
                nodes.unshift({node: walker.currentNode, start: start, end: end});
            }
            return nodes;
        };

        // from the end on, so that what is before it stays where it is
        const mark = (line) => {
            const found = [...line.textContent.matchAll(pattern)].reverse();
            if (!found.length) return;
            const nodes = textNodes(line);
            found.forEach((match) => {
                const start = match.index;
                const end = start + match[0].length;
                // in several colours it has several parts
                const parts = nodes
                    .filter((part) => part.start < end && part.end > start)
                    .map((part) => {
                        part.node.splitText(Math.min(end, part.end) - part.start);
                        const text = part.node.splitText(
                            Math.max(start, part.start) - part.start
                        );
                        const element = document.createElement("mark");
                        text.replaceWith(element);
                        element.append(text);
                        return element;
                    });
                const first = parts[parts.length - 1];
                first.className = FIRST;
                first.parts = parts;
            });
        };

        //~~ What is to be looked at

        const add = (node) => {
            if (node.nodeType !== Node.ELEMENT_NODE) return;
            const lines = node.matches(LINE) ? [node] : node.querySelectorAll(LINE);
            lines.forEach((line) => pending.add(line));
        };
        const addChanged = (records) => {
            records.forEach((record) => {
                const line = record.target.closest(LINE);
                if (line) pending.add(line);
                else record.addedNodes.forEach(add);
            });
            if (pending.size) schedule();
        };
        const observer = new MutationObserver(addChanged);

        const schedule = () => {
            if (frame === undefined) frame = requestAnimationFrame(work);
        };

        const work = () => {
            frame = undefined;
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
                    room -= line.getElementsByClassName(FIRST).length;
                } else if (line.textContent.search(pattern) >= 0) {
                    self.isFull(true);
                }
            }
            // these were our own doing
            observer.takeRecords();
            if (pending.size) {
                schedule();
            } else {
                if (!pattern) observer.disconnect();
                self.isBusy(false);
                if (isNew && matches.length) jump(firstInView());
                isNew = false;
            }
            count();
        };

        const count = () => {
            const position = partsOf(current).length
                ? Array.prototype.indexOf.call(matches, current) + 1
                : 0;
            self.total(matches.length);
            self.position(position);
        };

        //~~ Moving

        const firstInView = () => {
            const top = element.getBoundingClientRect().top;
            let from = 0;
            let to = matches.length;
            while (from < to) {
                const middle = (from + to) >> 1;
                if (matches[middle].getBoundingClientRect().bottom < top)
                    from = middle + 1;
                else to = middle;
            }
            return matches[from] || matches[0];
        };

        const jump = (match) => {
            setCurrent(match);
            onJump();
            show(FRAMES);
            count();
        };

        const show = (frames) => {
            if (!partsOf(current).length) return;
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
            const index = Array.prototype.indexOf.call(matches, current);
            jump(index < 0 ? firstInView() : matches[(index + step + size) % size]);
        };

        //~~ What users do

        self.next = () => go(1);
        self.previous = () => go(-1);

        self.toggle = () => {
            self.isOpen(!self.isOpen());
            find();
        };

        // Escape is for the search at first, and then for the dialog, which hears of the key
        // when it is let go.
        self.onKeydown = (_data, event) => {
            if (event.key === "Enter") {
                go(event.shiftKey ? -1 : 1);
            } else {
                return true;
            }
        };
        self.onKeyup = (_data, event) => {
            if (event.key !== "Escape") return true;
            event.stopPropagation();
            self.toggle();
            element.focus();
        };

        const find = () => {
            const text = self.isOpen() ? self.query() : "";
            pattern = text ? new RegExp(_.escapeRegExp(text), "gi") : undefined;
            setCurrent(undefined);
            isNew = true;
            self.isFull(false);
            self.isBusy(!!text);
            add(element);
            observer.observe(element, {childList: true, subtree: true});
            schedule();
        };

        // what is shown is another run's
        self.reset = () => {
            observer.disconnect();
            pending.clear();
            current = pattern = undefined;
            self.isOpen(false);
            self.query("");
            count();
        };

        self.query
            .extend({rateLimit: {timeout: TYPING_DELAY, method: "notifyWhenChangesStop"}})
            .subscribe(() => {
                if (self.isOpen()) find();
            });
    };
})();
