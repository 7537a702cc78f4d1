(function () {
    const MAX_LINES = 5000;
    // lines are added and dropped in blocks, of which the browser lays out the visible ones
    const BLOCK_SIZE = 100;
    // of how many lines the first one is looked for that has something in it
    const SOON = 100;
    // of the work in one frame, in milliseconds; the rest is for the browser's layout
    const PARSE_TIME = 5;
    const RENDER_TIME = 4;
    // what is read between two looks at the clock
    const PIECE = 2048;
    // how near the end is near enough to go along with it, in pixels
    const AT_END = 20;
    // how long the view may go on moving after what a user did, in milliseconds
    const USER_TIME = 2000;
    const KEYS_UP = ["ArrowUp", "PageUp", "Home"];

    const leadsUp = (event) => {
        if (event.ctrlKey || event.altKey) return false;
        if (event.type === "wheel") return event.deltaY < 0;
        return KEYS_UP.includes(event.key) || (event.key === " " && event.shiftKey);
    };

    // Shows the output of a command in an element, while it arrives and at any speed.
    //
    //   onProgress({state, value})  the command reports its progress
    //   onIdle()                    everything that was written is being shown
    //   onChange(terminal)          following, hasStderr, isEmpty() or firstLine() may have
    //                               changed
    SystemCommands.Terminal = function (element, callbacks) {
        const self = this;

        self.following = true;
        self.hasStderr = false;

        self._queue = [];
        self._frame = undefined;
        self._scrollTop = 0;
        self._userUntil = 0;

        self.reset = () => {
            cancelAnimationFrame(self._frame);
            self._frame = undefined;
            self._queue = [];
            self._screen.reset();
            self._streams.reset();
            self._changed.clear();
            self._blocks = [];
            self._firstShown = 0;
            self._endShown = 0;
            element.replaceChildren(self._earlier);
            self._earlier.textContent = "";
            self.hasStderr = false;
            self.following = true;
            callbacks.onChange(self);
        };

        self.isIdle = () => !self._queue.length && self._endShown === self._screen.end();
        self.isEmpty = () => !self._queue.length && !self._screen.lines.length;
        self.text = () => self._screen.text();
        // the first line of a stream that has something in it; "" if there is none soon
        self.firstLine = (stream) => {
            for (const line of self._screen.lines.slice(0, SOON)) {
                const own = line.segments.filter((segment) => segment.stream === stream);
                const text = _.map(own, "text").join("").trim();
                if (text) return text;
            }
            return "";
        };

        self.write = (chunks) => {
            chunks.forEach((chunk) => {
                if (chunk.dropped) {
                    self._queue.push(chunk);
                    return;
                }
                const time = chunk.time && moment(chunk.time).format("HH:mm:ss");
                for (let at = 0; at < chunk.text.length; at += PIECE) {
                    const text = chunk.text.slice(at, at + PIECE);
                    self._queue.push({stream: chunk.stream, text: text, time: time});
                }
            });
            self._schedule();
        };

        self.jumpToEnd = () => {
            self.following = true;
            self._userUntil = 0;
            self._schedule();
        };

        //~~ What arrives

        self._onLineChanged = (line) => {
            // that of its beginning
            if (line.time === undefined) line.time = self._time || "";
            self._changed.add(line);
        };

        // Lines that are gone, or that others take the place of.
        self._onTruncated = (number) => {
            self._changed.forEach((line) => {
                if (line.number >= number) self._changed.delete(line);
            });
            while (self._endShown > number && self._endShown > self._firstShown) {
                self._endShown--;
                const block = self._blocks[self._blocks.length - 1];
                block.lastChild.remove();
                block.classList.remove("systemcommands-full");
                if (!block.firstChild) self._blocks.pop().remove();
            }
        };

        self._parse = () => {
            const deadline = performance.now() + PARSE_TIME;
            let count = 0;
            while (count < self._queue.length && performance.now() < deadline) {
                const chunk = self._queue[count++];
                self._time = chunk.time;
                if (chunk.dropped) {
                    self._streams.skip(
                        _.sprintf(
                            chunk.damaged
                                ? gettext("… %(size)s of the output are damaged …")
                                : gettext("… %(size)s of the output were dropped here …"),
                            {
                                size: formatSize(chunk.dropped)
                            }
                        )
                    );
                } else {
                    self._streams.read(chunk);
                }
            }
            self._queue.splice(0, count);
            if (!self._queue.length) self._streams.showPending();
            self.hasStderr = self._streams.hasStderr;
        };

        //~~ What is shown

        self._schedule = () => {
            if (self._frame !== undefined) return;
            self._frame = requestAnimationFrame(self._onFrame);
        };

        self._onFrame = () => {
            self._frame = undefined;
            self._parse();
            self._render();
            const isAtEnd = !self.following || self._scrollToEnd();
            callbacks.onChange(self);

            // blocks that come into view might turn out to be higher than expected
            if (!self.isIdle() || !isAtEnd) self._schedule();
            if (self.isIdle()) callbacks.onIdle();
        };

        self._render = () => {
            const deadline = performance.now() + RENDER_TIME;
            self._removeDropped();
            self._changed.forEach((line) => {
                if (line.node && line.node.isConnected) self._fill(line);
            });
            self._changed.clear();

            let fragment;
            const flush = () => {
                if (fragment) self._blocks[self._blocks.length - 1].append(fragment);
                fragment = undefined;
            };
            while (self._endShown < self._screen.end() && performance.now() < deadline) {
                if (self._endShown % BLOCK_SIZE === 0) {
                    flush();
                    const last = self._blocks[self._blocks.length - 1];
                    if (last) last.classList.add("systemcommands-full");
                    const block = document.createElement("div");
                    block.className = "systemcommands-block";
                    self._blocks.push(block);
                    element.append(block);
                }
                fragment = fragment || document.createDocumentFragment();
                const line = self._screen.line(self._endShown++);
                line.node = document.createElement("div");
                self._fill(line);
                fragment.append(line.node);
            }
            flush();
        };

        self._removeDropped = () => {
            const first = self._screen.first;
            if (first === self._firstShown) return;
            for (; self._firstShown < first; self._firstShown += BLOCK_SIZE) {
                const block = self._blocks.shift();
                if (block) block.remove();
            }
            // what was gone before it could be shown
            self._endShown = Math.max(self._endShown, first);
            self._earlier.textContent = _.sprintf(
                gettext("… the first %(count)s lines are no longer shown here …"),
                {count: first}
            );
        };

        self._fill = (line) => {
            if (line.time) line.node.dataset.time = line.time;
            if (line.note) {
                line.node.className = "systemcommands-note";
                line.node.textContent = line.note;
                return;
            }
            const isError = line.segments.some((segment) => segment.stream === "stderr");
            line.node.className = isError ? "systemcommands-stderr" : "";
            line.node.replaceChildren(
                ...line.segments.map((segment) => {
                    if (!segment.style && !isError) return segment.text;
                    const span = document.createElement("span");
                    span.textContent = segment.text;
                    if (segment.style) span.style.cssText = segment.style;
                    if (segment.stream === "stderr")
                        span.className = "systemcommands-error";
                    return span;
                })
            );
        };

        //~~ Scrolling

        // returns whether it was there already
        self._scrollToEnd = () => {
            element.scrollTop = element.scrollHeight;
            const hasMoved = element.scrollTop !== self._scrollTop;
            self._scrollTop = element.scrollTop;
            return !hasMoved;
        };

        // The view goes along with the end until somebody scrolls up, and does so again as
        // soon as they are back there. Text that comes and goes makes the browser scroll by
        // itself as well, which is nobody's wish.
        self._onScroll = () => {
            const top = element.scrollTop;
            const distance = element.scrollHeight - top - element.clientHeight;
            let following = self.following;
            if (top < self._scrollTop) {
                // the first bit of a smooth movement is enough
                if (distance > 2 && performance.now() < self._userUntil)
                    following = false;
            } else if (top > self._scrollTop && distance < AT_END) {
                following = true;
            }
            self._scrollTop = top;
            self._follow(following);
        };

        self._follow = (following) => {
            if (following === self.following) return;
            self.following = following;
            callbacks.onChange(self);
        };

        self._onUserInput = (event) => {
            self._userUntil = performance.now() + USER_TIME;
            // Going along with the end once more would put an end to a movement that has
            // hardly begun.
            if (leadsUp(event) && element.scrollTop > 0) self._follow(false);
            // The browser's own way takes time, and what arrives moves its goal away.
            if (event.key === "End") {
                event.preventDefault();
                self.jumpToEnd();
            }
        };

        self._changed = new Set();
        self._earlier = document.createElement("div");
        self._earlier.className = "systemcommands-note";
        self._screen = new SystemCommands.Screen(
            MAX_LINES,
            BLOCK_SIZE,
            self._onLineChanged,
            self._onTruncated
        );
        self._streams = new SystemCommands.Streams(self._screen, callbacks.onProgress);
        element.addEventListener("scroll", self._onScroll, {passive: true});
        ["wheel", "touchmove", "pointerdown", "keydown"].forEach((type) => {
            element.addEventListener(type, self._onUserInput, {
                passive: type !== "keydown"
            });
        });
        self.reset();
    };
})();
