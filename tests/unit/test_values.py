"""What the page and the server have to say alike about values; see tests/js."""

import json
from pathlib import Path

import pytest
from test_arguments import refused, taken

CASES = json.loads((Path(__file__).parents[1] / "values.json").read_text("utf-8"))


@pytest.mark.parametrize(("argument", "value", "problem"), CASES["cases"])
def test_the_page_and_the_server_agree(argument, value, problem):
    if problem:
        assert refused(argument, value) == f'"x" {problem}'
    else:
        taken(argument, value)
