"""What is measured. Each module has the COMMANDS that it needs and `measure(servers)`, which
returns lines of the table, and the first line of its docstring says what it does."""

from . import (
    definitions,
    flood,
    gcode,
    history,
    mqtt,
    page,
    printing,
    rules,
    short,
    small,
    start,
    states,
    waiting,
)

# `start` stops both servers, so it comes last
ROWS = [
    *(short, waiting, flood, printing, rules, states, gcode, mqtt),
    *(history, small, definitions, page, start),
]
