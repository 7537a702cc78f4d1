"""Stand-ins for what OctoPrint injects, and values that no file should have."""


class Settings:
    """A `octoprint.plugin.PluginSettings` of two dicts: the plugin's and everyone's."""

    def __init__(self, plugin=None, everyone=None):
        self.plugin = plugin or {}
        self.everyone = everyone or {}
        self.saved = 0

    def get(self, path):
        return _follow(self.plugin, path)

    def global_get(self, path):
        return _follow(self.everyone, path)

    def global_set(self, path, value):
        node = self.everyone
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = value

    def save(self):
        self.saved += 1


def _follow(node, path):
    for key in path:
        if not isinstance(node, dict):
            return None
        node = node.get(key)
    return node


def bomb():
    """References that stand for 9 ** 12 texts."""
    value = ["x"]
    for _ in range(12):
        value = [value] * 9
    return value


def wide_circle():
    """A list that contains itself in two ways."""
    value = []
    value.extend([value, {"a": value}, "x"])
    return value
