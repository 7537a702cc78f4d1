(function () {
    // Reads what a command prints on its two streams onto a screen.
    //
    //   onProgress({state, value})  state is that of OSC 9;4, value may be undefined
    SystemCommands.Streams = function (screen, onProgress) {
        const self = this;

        self.reset = () => {
            self.hasStderr = false;
            self._isExact = false;
            self._hidePending = undefined;
            self._sources.forEach((source) => source.reset());
        };

        // {stream, text}
        self.read = (chunk) => {
            self.hidePending();
            self.hasStderr = self.hasStderr || chunk.stream === "stderr";
            self._sources.get(chunk.stream).read(chunk.text);
        };

        // something is missing here, and a note takes its place
        self.skip = (note) => {
            self.hidePending();
            self._sources.forEach((source) => source.skip());
            screen.note(note);
        };

        // A string that nobody has ended is shown as the text that it may be, until there is
        // more of it.
        self.showPending = () => {
            self._sources.forEach((source) => source.percent.pause());
            const sources = [...self._sources.values()].filter((one) => one.pending());
            if (self._hidePending || !sources.length) return;
            self._hidePending = screen.peek(() => {
                sources.forEach((source) => source.replay(source.pending()));
            });
        };

        self.hidePending = () => {
            if (self._hidePending) self._hidePending();
            self._hidePending = undefined;
        };

        // Each stream has its own parser and looks: what goes to stderr may well arrive in
        // the middle of a sequence on stdout.
        self._makeSource = (cursor) => {
            const style = new SystemCommands.TextStyle();
            const percent = new SystemCommands.Percent((progress) => {
                if (!self._isExact) onProgress(progress);
            });
            const draw = {
                print: (text) => cursor.print(text, style.current),
                control: cursor.control,
                escape: (chars) => {
                    if (chars === "7") style.save();
                    if (chars === "8") style.restore();
                    if (chars === "c") style.reset();
                    cursor.escape(chars);
                },
                csi: (final, parameters) => {
                    if (final !== "m") {
                        cursor.csi(final, parameters, style.current);
                    } else if (/^[\d;:]*$/.test(parameters)) {
                        style.apply(parameters);
                    }
                }
            };
            const parser = new SystemCommands.AnsiParser({
                print: (text) => {
                    percent.print(text);
                    draw.print(text);
                },
                control: (char) => {
                    percent.control(char);
                    draw.control(char);
                },
                escape: draw.escape,
                csi: (final, parameters) => {
                    percent.csi(final, parameters);
                    draw.csi(final, parameters);
                },
                osc: self._onOsc
            });
            return {
                percent: percent,
                pending: parser.pending,
                read: parser.feed,
                replay: (text) => new SystemCommands.AnsiParser(draw).feed(text),
                skip: () => {
                    parser.finish();
                    percent.reset();
                    style.reset();
                },
                reset: () => {
                    parser.reset();
                    percent.reset();
                    style.reset();
                }
            };
        };

        self._onOsc = (text) => {
            const match = text.match(/^9;4;([0-4])(?:;(\d{0,3}))?$/);
            if (!match) return;
            self._isExact = true;
            onProgress({
                state: Number(match[1]),
                value: match[2] ? Math.min(100, Number(match[2])) : undefined
            });
        };

        self._sources = new Map(
            screen.cursors.map((cursor) => [cursor.stream, self._makeSource(cursor)])
        );
        self.reset();
    };
})();
