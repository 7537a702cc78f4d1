(function () {
    // in pixels: how near to an edge the list begins to scroll, and how far each time
    const EDGE = 40;
    const STEP = 8;

    const scrollerOf = (element) => {
        for (let parent = element.parentElement; parent; parent = parent.parentElement) {
            const scrolls = /auto|scroll/.test(getComputedStyle(parent).overflowY);
            if (scrolls && parent.scrollHeight > parent.clientHeight) return parent;
        }
        return document.scrollingElement;
    };

    const middleOf = (element) => {
        const box = element.getBoundingClientRect();
        return box.top + box.height / 2;
    };

    // Drags an item of a list by its handle: mouse, pen and touch alike. Nothing moves in the
    // document before the item is let go, since that would end a touch.
    //   event    the pointerdown on the handle
    //   onDrop   is called with the old and the new position among the items
    SystemCommands.DragSort = {
        start: (event, item, onDrop) => {
            const list = item.parentElement;
            const items = [...list.children];
            const others = items.filter((other) => other !== item);
            const scroller = scrollerOf(list);
            const from = items.indexOf(item);
            const pointer = event.pointerId;
            const begin = event.clientY + scroller.scrollTop;
            let y = event.clientY;
            let to = from;
            let frame;

            const mark = (position) => {
                others.forEach((other, index) => {
                    other.classList.toggle("systemcommands-before", index === position);
                    other.classList.toggle(
                        "systemcommands-after",
                        index === position - 1 && position === others.length
                    );
                });
            };

            const update = () => {
                item.style.transform = `translateY(${y + scroller.scrollTop - begin}px)`;
                to = others.filter((other) => middleOf(other) < y).length;
                mark(to === from ? -1 : to);
            };

            const scroll = () => {
                const box = scroller.getBoundingClientRect();
                if (y < Math.max(box.top, 0) + EDGE) scroller.scrollTop -= STEP;
                if (y > Math.min(box.bottom, window.innerHeight) - EDGE) {
                    scroller.scrollTop += STEP;
                }
                update();
                frame = requestAnimationFrame(scroll);
            };

            const end = (drop) => {
                cancelAnimationFrame(frame);
                Object.entries(listeners).forEach(([name, listener]) =>
                    document.removeEventListener(name, listener, true)
                );
                item.style.transform = "";
                item.classList.remove("systemcommands-dragged");
                list.classList.remove("systemcommands-sorting");
                mark(-1);
                if (drop && to !== from) onDrop(from, to);
            };

            const ofPointer = (then) => (e) => {
                if (e.pointerId === pointer) then(e);
            };
            const listeners = {
                pointermove: ofPointer((e) => {
                    y = e.clientY;
                    update();
                }),
                pointerup: ofPointer(() => end(true)),
                pointercancel: ofPointer(() => end(false)),
                keydown: (e) => {
                    if (e.key !== "Escape") return;
                    e.preventDefault();
                    e.stopPropagation();
                    // it is not the dialog around it that is meant, which listens to this
                    document.addEventListener("keyup", (up) => up.stopPropagation(), {
                        capture: true,
                        once: true
                    });
                    end(false);
                }
            };
            Object.entries(listeners).forEach(([name, listener]) =>
                document.addEventListener(name, listener, true)
            );
            item.classList.add("systemcommands-dragged");
            list.classList.add("systemcommands-sorting");
            frame = requestAnimationFrame(scroll);
        }
    };
})();
