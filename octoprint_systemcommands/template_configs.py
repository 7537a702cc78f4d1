"""The parts of OctoPrint's page that the plugin brings, and where they stand."""

from typing import Any


def template_configs(panel: str) -> list[dict[str, Any]]:
    """For OctoPrint's `TemplatePlugin.get_template_configs`.

    Arguments:
        panel: the title of the panel, in the language of the page
    """
    return [
        {
            "type": "navbar",
            "template": "systemcommands_navbar.jinja2",
            "replaces": "systemmenu",
            "div": "navbar_systemmenu",
            "classes": ["dropdown"],
            "styles": ["display: none"],
            "custom_bindings": True,
        },
        {
            "type": "navbar",
            "template": "systemcommands_navbar_buttons.jinja2",
            "suffix": "_buttons",
            "classes": ["systemcommands-navbar"],
            "styles": ["display: none"],
            "data_bind": "visible: buttons().length > 0",
            "custom_bindings": True,
        },
        {
            "type": "sidebar",
            "name": panel,
            "icon": "fas fa-terminal",
            "template": "systemcommands_sidebar.jinja2",
            "styles_wrapper": ["display: none"],
            "data_bind": "visible: sections().length > 0",
            "custom_bindings": True,
        },
        {"type": "generic", "template": "systemcommands_run_dialog.jinja2"},
        {"type": "generic", "template": "systemcommands_history.jinja2"},
        {"type": "generic", "template": "systemcommands_pending.jinja2"},
        {"type": "generic", "template": "systemcommands_command_dialog.jinja2"},
        {"type": "generic", "template": "systemcommands_rule_dialog.jinja2"},
        {"type": "generic", "template": "systemcommands_list_dialogs.jinja2"},
        {
            "type": "settings",
            "name": "System Commands",
            "template": "systemcommands_settings.jinja2",
            "custom_bindings": True,
        },
    ]
