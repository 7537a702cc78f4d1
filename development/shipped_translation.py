"""python -m development.shipped_translation FROM TO: a translation as it is shipped.

OctoPrint's page gets its texts out of the .po file. It needs neither what has no translation yet,
nor where the texts stand in the source.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po


def shipped(catalog):
    """The catalog with the translated texts alone."""
    result = Catalog(
        locale=catalog.locale,
        header_comment=catalog.header_comment,
        charset="utf-8",
        fuzzy=False,
    )
    result.mime_headers = catalog.mime_headers
    for message in catalog:
        texts = [message.string] if isinstance(message.string, str) else message.string
        if message.id and texts and all(texts):
            result.add(message.id, message.string, context=message.context)
    return result


def main(source, target):
    with Path(source).open("rb") as file:
        catalog = read_po(file)
    with Path(target).open("wb") as file:
        write_po(file, shipped(catalog), width=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
