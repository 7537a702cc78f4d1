"""Files that commands of a test look at."""


def put(path, text=""):
    """Write a file that is there with all of its text at once, or not at all."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
