(function () {
    // in milliseconds; how long there is something to be read, or to be clicked on
    const READING_TIME = 20000;

    // at once: PNotify brings one back that is still about to appear
    const close = (notice) => {
        if (!notice || notice.state === "closed") return;
        notice.get().stop(true);
        notice.options.animation = "none";
        notice.remove(false);
    };

    // one that is on its way out would come back
    const keep = (notice) => {
        if (notice.state !== "closing") notice.cancelRemove();
    };

    const leave = (notice) => {
        if (notice.options.hide && notice.state !== "closing") notice.queueRemove();
    };

    const all = () => {
        return PNotify.notices.filter((notice) => {
            return notice.get().hasClass("systemcommands-notice");
        });
    };

    // as PNotify does for the pointer
    const keepWhileFocused = (notice) => {
        notice
            .get()
            .on("focusin", () => keep(notice))
            .on("focusout", () => {
                if (notice.state === "open") leave(notice);
            });
    };

    // PNotify's button is a div that only a pointer can get at, and does not close what is
    // still about to appear
    const makeCloserReachable = (notice) => {
        notice
            .get()
            .find(".ui-pnotify-closer")
            .attr({tabindex: 0, role: "button", "aria-label": gettext("Close")})
            .on("click", () => close(notice))
            .on("keydown", (event) => {
                if (event.key !== "Enter" && event.key !== " ") return;
                event.preventDefault();
                close(notice);
            });
    };

    // OctoPrint's notices, in a way that is right for texts of other people, for the
    // keyboard and for screen readers. Texts are put in as texts, never as HTML.
    SystemCommands.Notice = {
        // options   those of PNotify, and
        //   isUrgent   it interrupts who is being read to
        //   isLong     there is something to be read
        //   output, button   elements that stand below the text, if there are any
        show: ({isUrgent, isLong, output, button, ...options}) => {
            const notice = new PNotify({
                ...options,
                title_escape: true,
                text_escape: true,
                addclass: "systemcommands-notice " + (options.addclass || ""),
                auto_display: false,
                // without a mouse there is no hovering that makes the button appear
                ...(isUrgent || output
                    ? {buttons: {closer_hover: false, sticker: !isUrgent}}
                    : {}),
                ...(isLong ? {delay: READING_TIME, mouse_reset: true} : {})
            });
            const element = notice.get();
            // PNotify makes an alert of everything
            if (!isUrgent) {
                element.attr("aria-live", "polite");
                element.find("[role=alert]").attr("role", "status");
            }
            if (output || button) {
                $('<div class="systemcommands-addition"></div>')
                    .append(output, button)
                    .appendTo(notice.text_container)
                    // one that fades comes back under the pointer or with the focus
                    .on("click", "button", () => close(notice));
            }
            makeCloserReachable(notice);
            keepWhileFocused(notice);
            notice.open();

            // only what is displayed can be scrolled; what went wrong is usually said last
            element.find(".systemcommands-addition [tabindex]").each((_index, box) => {
                box.scrollTop = box.scrollHeight;
            });
            return notice;
        },

        button: (label, onClick) =>
            $('<button type="button" class="btn btn-small"></button>')
                .text(label)
                .on("click", onClick),

        close: close,
        all: all
    };

    // What is there when a dialog is opened waits behind it until it can be read again.
    const onDialog = (type, then) => {
        $(document).on(type, ".modal", (event) => {
            // tabs in it have such events as well
            if (event.target === event.currentTarget) then();
        });
    };
    onDialog("show", () => {
        all().forEach((notice) => {
            notice.get().addClass("systemcommands-behind");
            keep(notice);
        });
    });
    onDialog("hidden", () => {
        if ($(".modal:visible").length) return;
        all().forEach((notice) => {
            notice.get().removeClass("systemcommands-behind");
            leave(notice);
        });
    });
})();
