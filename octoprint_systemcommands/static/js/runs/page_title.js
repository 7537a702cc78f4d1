(function () {
    // in seconds; whoever sees the page, but works beside it, is not told of less
    const LONG = 5;
    // in milliseconds, between two times that somebody else has taken it away
    const PAUSE = 500;

    // Tells of ended runs in the page's title, for as long as nobody looks at the page. What
    // others write there meanwhile stays.
    const observer = new MutationObserver(() => {
        // there may be another script that puts its own title back each time
        timer = timer || setTimeout(mark, PAUSE);
    });
    let prefix = "";
    let hasFailed, timer;

    const strip = () => {
        if (prefix) document.title = document.title.replace(prefix, () => "");
    };

    const mark = () => {
        timer = undefined;
        // not before what others keep in front of all, who would do the same again
        if (!prefix || document.title.includes(prefix)) return;
        document.title = prefix + document.title;
        observer.takeRecords();
    };

    const clear = () => {
        if (document.hidden) return;
        observer.disconnect();
        clearTimeout(timer);
        timer = undefined;
        strip();
        prefix = "";
    };

    // isFine: although it has failed
    SystemCommands.PageTitle = (run, isFine) => {
        const isLong = run.duration >= LONG;
        if (!document.hidden && !(isLong && !document.hasFocus())) return;
        const failed = run.status !== "succeeded" && !isFine;
        // what went wrong is not hidden by what goes right after it
        if (prefix && hasFailed && !failed) return;
        hasFailed = failed;
        strip();
        const text = failed ? "✘ %(name)s: %(status)s – " : "✔ %(name)s – ";
        prefix = _.sprintf(text, {
            // as browsers do with titles
            name: SystemCommands.RunFormat.name(run).replace(/\s+/g, " ").trim(),
            status: SystemCommands.RunFormat.status(run)
        });
        mark();
        observer.observe(document.head, {
            childList: true,
            characterData: true,
            subtree: true
        });
    };

    $(document).on("visibilitychange", clear);
    $(window).on("focus", clear);
})();
