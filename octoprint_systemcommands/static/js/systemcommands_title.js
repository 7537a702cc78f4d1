(function () {
    // in seconds; whoever sees the page, but works beside it, is not told of less
    const LONG = 5;

    // Tells of ended runs in the page's title, for as long as nobody looks at the page. What
    // others write there meanwhile stays.
    const element = document.querySelector("title");
    const observer = new MutationObserver(() => mark());
    let prefix = "";
    let hasFailed = false;

    const mark = () => {
        // whoever adds to a title may have read ours
        if (!document.title.startsWith(prefix)) document.title = prefix + document.title;
        observer.takeRecords();
    };

    const clear = () => {
        if (!prefix || document.hidden) return;
        observer.disconnect();
        if (document.title.startsWith(prefix)) {
            document.title = document.title.slice(prefix.length);
        }
        prefix = "";
        hasFailed = false;
    };

    // isFine: although it has failed
    window.SystemCommandsTitle = (run, isFine) => {
        const isLong = run.duration >= LONG;
        if (!element || !(document.hidden || (isLong && !document.hasFocus()))) return;
        const failed = run.status !== "succeeded" && !isFine;
        // what went wrong is not hidden by what goes right after it
        if (hasFailed && !failed) return;
        // as browsers do with titles
        const name = (run.name || run.action).replace(/\s+/g, " ").trim();
        const text = failed
            ? "✘ " + name + ": " + SystemCommandsFormat.status(run)
            : "✔ " + name;
        if (prefix) document.title = document.title.replace(prefix, () => "");
        prefix = text + " – ";
        hasFailed = failed;
        mark();
        observer.observe(element, {childList: true, characterData: true, subtree: true});
    };

    document.addEventListener("visibilitychange", clear);
    window.addEventListener("focus", clear);
})();
