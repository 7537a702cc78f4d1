(function () {
    // Whether a button of the mouse, or a finger, is down.
    let isDown = false;
    let waiting = [];

    const on = (name, listener) => document.addEventListener(name, listener, true);

    const release = () => {
        isDown = false;
        const all = waiting;
        waiting = [];
        all.forEach((update) => update());
    };

    on("pointerdown", (event) => {
        if (event.button === 0) isDown = true;
    });
    // the click comes after it
    on("pointerup", () => setTimeout(release));
    // It may have been let go where nobody tells this page: above an iframe that has come there
    // meanwhile, or above the list of a <select>
    on("pointermove", (event) => {
        if (isDown && event.buttons === 0) release();
    });
    ["pointercancel", "dragend", "visibilitychange"].forEach((name) => on(name, release));

    // For updates that move what people click on: what moves away between pressing and letting
    // go is not clicked. A later update by the same function takes the place of an earlier one.
    SystemCommands.whenReleased = (update) => {
        if (!isDown) update();
        else waiting = [..._.without(waiting, update), update];
    };
})();
