// OctoPrint's login page goes on to the page that was asked for, but without what stands
// behind the # in its address. A link to a run is nothing without that.
if (window.REDIRECT_URL && /^#run=[0-9a-f]{16}$/.test(window.location.hash)) {
    window.REDIRECT_URL += window.location.hash;
}
