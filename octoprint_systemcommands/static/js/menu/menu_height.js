(function () {
    // what is left free below the menu, in pixels, and what there is of it at least
    const MARGIN = 10;
    const MIN_HEIGHT = 120;

    // Keeps an open menu within the window, whatever is above it: one that is longer scrolls
    // in itself. Else it has no scrolling, which would cut off the arrow at its top.
    SystemCommands.MenuHeight = function (element) {
        const fit = () => {
            if (!element.offsetParent) return;
            const top = Math.max(0, element.getBoundingClientRect().top);
            const room = Math.max(MIN_HEIGHT, window.innerHeight - top - MARGIN);
            element.style.maxHeight = room + "px";
            const isLonger = element.scrollHeight > element.clientHeight;
            element.style.overflowY = isLonger ? "auto" : "";
        };
        // it is opened, a group unfolds, commands are added
        new ResizeObserver(() => requestAnimationFrame(fit)).observe(element);
        window.addEventListener("resize", fit);
    };
})();
