"""The ports at which a server looks for a printer when it is told none."""

# Else it tries each serial port of the machine for some seconds, whatever is connected there.
# OctoPrint 2.0 takes it over to where it has it now.
NO_REAL_ONES = {"serial": {"blacklistedPorts": ["/dev/*"]}}
