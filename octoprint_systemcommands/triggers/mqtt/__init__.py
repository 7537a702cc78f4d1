"""Commands by MQTT, by the connection of the plugin OctoPrint-MQTT."""
