// The one name that the plugin's scripts have on the page. What one of them offers to the
// others is a part of it.
window.SystemCommands = {};
