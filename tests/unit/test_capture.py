import random

import pytest

from octoprint_systemcommands.runs.output.capture import STDERR, STDOUT, Capture
from octoprint_systemcommands.runs.output.reader import excerpt


def test_keeps_what_is_small():
    capture = Capture()
    capture.write(STDOUT, b"one\n")
    capture.write(STDERR, b"two\n")
    capture.write(STDOUT, b"three\n")

    assert excerpt(capture, STDOUT, 1000) == "one\nthree\n"
    assert excerpt(capture, STDERR, 1000) == "two\n"
    assert (capture.total, capture.kept) == (14, 14)


def test_is_empty_at_first():
    capture = Capture()

    assert excerpt(capture, STDOUT, 1000) == ""
    assert (capture.total, capture.kept) == (0, 0)


def test_keeps_beginning_and_end():
    capture = Capture(head_size=4, tail_size=6)
    capture.write(STDOUT, b"0123456789abcdefghij")

    assert excerpt(capture, STDOUT, 1000) == "0123\n[...]\nefghij"
    assert (capture.total, capture.kept) == (20, 10)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_it_does_not_matter_in_which_chunks_it_comes(size):
    capture = Capture(head_size=10, tail_size=20)
    data = bytes(range(65, 65 + 26)) * 10
    for start in range(0, len(data), size):
        capture.write(STDOUT, data[start : start + size])

    text = excerpt(capture, STDOUT, 1000)
    assert text == data[:10].decode() + "\n[...]\n" + data[-20:].decode()
    assert capture.total - capture.kept == len(data) - 30


def test_exactly_full_is_complete():
    capture = Capture(head_size=4, tail_size=4)
    capture.write(STDOUT, b"01234567")
    assert excerpt(capture, STDOUT, 1000) == "01234567"

    capture.write(STDOUT, b"8")
    assert excerpt(capture, STDOUT, 1000) == "0123\n[...]\n5678"


def test_what_was_kept_of_one_stream_is_not_cut_because_of_the_other():
    capture = Capture(head_size=100, tail_size=100)
    capture.write(STDERR, b"no such file\n")
    capture.write(STDOUT, b"x" * 100_000)

    assert excerpt(capture, STDERR, 1000) == "no such file\n"
    assert "[...]" in excerpt(capture, STDOUT, 1000)


def test_the_text_is_limited():
    capture = Capture()
    capture.write(STDOUT, b"a" * 100 + b"b" * 100)

    assert excerpt(capture, STDOUT, 40) == "a" * 10 + "\n[...]\n" + "b" * 30


def test_the_limit_holds_with_dropped_output_too():
    capture = Capture(head_size=1000, tail_size=1000)
    capture.write(STDOUT, b"a" * 5000 + b"b" * 5000)

    assert excerpt(capture, STDOUT, 40) == "a" * 10 + "\n[...]\n" + "b" * 30


def test_undecodable_bytes_are_shown():
    capture = Capture()
    capture.write(STDOUT, b"\xff\xfeabc\xc3")

    assert excerpt(capture, STDOUT, 1000) == "��abc�"


def test_memory_is_bounded_also_for_alternating_bytes():
    capture = Capture(head_size=1_000_000, tail_size=1_000_000)
    for _ in range(20_000):
        capture.write(STDOUT, b"o")
        capture.write(STDERR, b"e")

    pieces = len(capture._head) + len(capture._tail)
    assert pieces <= 2 * 4096
    assert capture.total == 40_000
    assert capture.kept == pieces


def test_never_keeps_more_than_it_may():
    random.seed(1)
    capture = Capture(head_size=50, tail_size=70)
    written = 0
    for _ in range(3000):
        size = random.choice([0, 1, 2, 30, 60, 200])
        capture.write(random.choice([STDOUT, STDERR]), b"x" * size)
        written += size
        assert capture.total == written
        assert capture.kept == min(written, 120)
        pieces, total = capture.pieces()
        assert total == written
        assert sum(len(piece.data) for piece in pieces) == capture.kept


def test_takes_memoryviews_and_does_not_hold_on_to_them():
    buffer = bytearray(b"first")
    capture = Capture()
    capture.write(STDOUT, memoryview(buffer))
    buffer[:] = b"later"

    assert excerpt(capture, STDOUT, 1000) == "first"
