"""Output as people read it: as text, from an offset on, or its beginning and its end."""

import codecs
from collections.abc import Iterable
from typing import Any, Optional

from .capture import STDERR, STDOUT, Output, Piece
from .times import Mark, cut, iso

# Bytes that a viewer waits for at most because a character in between is not complete
_MAX_HELD_BACK = 4096


def read(
    output: Output, offset: int, finished: bool, with_times: bool = False
) -> dict[str, Any]:
    """A part of the output for somebody who watches.

    Arguments:
        output: the output
        offset: 0 at first, then the ``next`` of the answer before
        finished: whether nothing will be added
        with_times: whether to tell when it was read

    Returns:
        ``{offset, next, chunks}``, the chunks being ``{stream, text}`` or, where something
        is missing, ``{dropped: bytes}``, with ``damaged: True`` where it was kept, but
        cannot be read any more. Bytes that are not UTF-8 become U+FFFD. A
        character of which only a part has arrived is left for the next time. With times,
        chunks have a ``time`` where it is known, and end where there is another one.
    """
    pieces, total = output.pieces(offset)
    times = output.times() if with_times else []
    chunks, pending = _to_chunks(pieces, offset, times)
    end = max(total, offset)
    if pending and not finished:
        # Its other half may come. What another stream has said since then comes again,
        # unless that gets too much for the sake of a byte.
        begun = min(pending)
        if total - begun <= _MAX_HELD_BACK:
            chunks, _ = _to_chunks(_until(pieces, begun), offset, times)
            return {"offset": offset, "next": begun, "chunks": chunks}
    last = pieces[-1].offset + len(pieces[-1].data) if pieces else offset
    if last < total:
        damage = {"damaged": True} if output.is_damaged else {}
        chunks.append({"dropped": total - last, **damage})
    return {"offset": offset, "next": end, "chunks": chunks}


def _to_chunks(
    pieces: Iterable[Piece], offset: int, times: list[Mark]
) -> tuple[list[dict[str, Any]], list[int]]:
    """The pieces as chunks, and the offsets of characters that are not complete."""
    decoders = {
        stream: codecs.getincrementaldecoder("utf-8")("replace")
        for stream in (STDOUT, STDERR)
    }
    # where what a decoder has not decoded yet begins
    begun = dict.fromkeys(decoders, 0)
    chunks: list[dict[str, Any]] = []
    moment: Optional[float] = None

    def say(stream: str, data: bytes, final: bool = False) -> None:
        text = decoders[stream].decode(data, final)
        if text:
            time = {} if moment is None else {"time": iso(moment)}
            chunks.append({"stream": stream, "text": text, **time})

    position = offset
    for piece, piece_read_at in cut(pieces, times):
        if piece.offset > position:
            # what was begun before the gap is not going to be completed
            for stream in decoders:
                say(stream, b"", final=True)
            chunks.append({"dropped": piece.offset - position})
        moment = piece_read_at
        say(piece.stream, piece.data)
        position = piece.offset + len(piece.data)
        waiting = len(decoders[piece.stream].getstate()[0])
        if waiting <= len(piece.data):
            begun[piece.stream] = position - waiting
    pending = [begun[name] for name, d in decoders.items() if d.getstate()[0]]
    for stream in decoders:
        say(stream, b"", final=True)
    return chunks, pending


def _until(pieces: Iterable[Piece], end: int) -> list[Piece]:
    return [
        piece._replace(data=piece.data[: max(0, end - piece.offset)])
        for piece in pieces
        if piece.offset < end
    ]


def excerpt(output: Output, stream: str, limit: int) -> str:
    """What one stream said, as text, with a line in the middle if something is missing.

    Arguments:
        output: the output
        stream: `STDOUT` or `STDERR`
        limit: bytes; a quarter of them are taken from the beginning if the output is
            longer, the rest from the end
    """
    pieces, total = output.pieces()
    kept = sum(len(piece.data) for piece in pieces)
    # With something missing it is not known whose it was. It was a flood, though, and a
    # stream that has written less than the beginning holds had no part in that.
    head_end = next(
        (
            piece.offset + len(piece.data)
            for piece, after in zip(pieces, pieces[1:])
            if after.offset != piece.offset + len(piece.data)
        ),
        total,
    )
    head = _joined(piece for piece in pieces if piece.stream == stream)
    if kept == total or not any(
        piece.stream == stream and piece.offset >= head_end for piece in pieces
    ):
        if len(head) <= limit:
            return _decode(head)
        tail = head
    else:
        tail = _joined(p for p in pieces if p.stream == stream and p.offset >= head_end)
        head = _joined(p for p in pieces if p.stream == stream and p.offset < head_end)
    beginning = head[: limit // 4]
    end = tail[-(limit - len(beginning)) :]
    return f"{_decode(beginning)}\n[...]\n{_decode(end)}"


def _joined(pieces: Iterable[Piece]) -> bytes:
    return b"".join(piece.data for piece in pieces)


def _decode(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")
