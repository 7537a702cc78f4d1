(function () {
    // what is short enough to be read in a notice
    const MAX_LINES = 10;
    const MAX_CHARACTERS = 2000;
    // of what was printed, in bytes: a line may have been written over many times
    const MAX_BYTES = 16384;
    // where the last errors are looked for, in bytes from the end
    const TAIL = 65536;

    const isSaid = (chunks) => chunks.some((chunk) => chunk.text.trim());

    // The lines as the dialog of the run shows them. It takes a place in the page to draw.
    const draw = (chunks, then) => {
        const element = $("<div></div>");
        const place = $("<div hidden></div>").append(element).appendTo("body");
        const terminal = new SystemCommands.Terminal(element[0], {
            onProgress: () => {},
            onChange: () => {},
            onIdle: () => {
                if (!place[0].isConnected) return;
                place.remove();
                const lines = element.find(".systemcommands-block > div").get();
                while (lines.length && !lines[lines.length - 1].textContent.trim()) {
                    lines.pop();
                }
                then(lines);
            }
        });
        terminal.write(chunks);
    };

    const toElement = (lines) => {
        if (!lines.length) return undefined;
        const block = $('<div class="systemcommands-block"></div>').append(lines);
        return $('<div class="systemcommands-answer" tabindex="0" role="group"></div>')
            .attr("aria-label", gettext("Output"))
            .append(block);
    };

    const load = (run, offset, onChunks, then) => {
        OctoPrint.plugins.systemcommands
            .getOutput(run.id, offset)
            .done((response) => onChunks(response.chunks))
            // the run is told about all the same
            .fail(() => then(undefined));
    };

    // What a run has printed, as far as there is room for it in a notice. `then` is called
    // with an element, or undefined.
    SystemCommands.ShortOutput = {
        // all of it, if that is short
        whole: (run, then) => {
            const {bytes, kept} = run.output || {};
            if (!bytes || bytes !== kept || bytes > MAX_BYTES) {
                then(undefined);
                return;
            }
            const onLines = (lines) => {
                const length = _.sum(lines, (line) => line.textContent.length);
                const isShort = lines.length <= MAX_LINES && length <= MAX_CHARACTERS;
                then(isShort ? toElement(lines) : undefined);
            };
            load(run, 0, (chunks) => draw(chunks, onLines), then);
        },

        // the last lines of what was printed as errors, or else of all
        end: (run, then) => {
            const {bytes, kept} = run.output || {};
            if (!kept) {
                then(undefined);
                return;
            }
            const onChunks = (chunks) => {
                const texts = chunks.filter((chunk) => chunk.text);
                const errors = _.filter(texts, {stream: "stderr"});
                draw(isSaid(errors) ? errors : texts, (lines) => {
                    then(toElement(lines.slice(-MAX_LINES)));
                });
            };
            load(run, Math.max(0, bytes - TAIL), onChunks, then);
        }
    };
})();
