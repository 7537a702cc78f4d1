"""Reads the history for those who must not wait for a disk.

One thread reads, so that a disk that hangs, or another program that keeps the file, keeps
one thread waiting and not those that answer requests. They wait for a moment; after a
failure, nobody waits for some seconds.
"""

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Optional

from ...messages import Message
from .database import ReadOnly
from .troubles import NOT_READ_IN_TIME, Unavailable, cannot_read

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.history.reader")

# How long somebody waits for an answer, in s. SD cards and busy machines often take some
# tenths of a second, which is no failure yet.
_PATIENCE = 1.0

# How long a failure is remembered, in s: until then nobody waits for another one
_REMEMBERED = 5.0

# How long the writer waits until the file is closed, in s
_CLOSE_TIMEOUT = 5.0


class _Question:
    """Something that somebody wants to know."""

    def __init__(self, ask: Callable[[ReadOnly], Any], without_file: Any):
        self.ask = ask
        self.answer = without_file
        self.trouble: Optional[Message] = None
        self.answered = threading.Event()


class Reader:
    """Answers questions about a file.

    Arguments:
        path: the file, which need not be there
    """

    def __init__(self, path: str):
        self._path = path
        self._condition = threading.Condition()
        # of those who wait, and so no more than there are threads
        self._questions: deque[_Question] = deque()
        self._thread: Optional[threading.Thread] = None
        # how many want the file to be closed, and whether it is
        self._kept_away = 0
        self._is_away = False
        self._closing = False
        self._trouble: Optional[Message] = None
        self._next_try = 0.0

    @property
    def trouble(self) -> Optional[Message]:
        """Why it could not be read the last time; None if it could."""
        return self._trouble

    def ask(self, ask: Callable[[ReadOnly], Any], without_file: Any) -> Any:
        """The answer to a question, in a moment.

        Arguments:
            ask: finds the answer; called by another thread
            without_file: the answer if there is no file

        Raises:
            Unavailable: there is none
        """
        question = _Question(ask, without_file)
        with self._condition:
            if self._trouble is not None:
                if time.monotonic() < self._next_try:
                    raise Unavailable(self._trouble)
                # this one finds out, and the others need not wait for that
                self._next_try = time.monotonic() + _REMEMBERED
            try:
                self._ensure_thread()
            except RuntimeError as error:
                # none to spare
                raise Unavailable(cannot_read(error)) from error
            self._questions.append(question)
            self._condition.notify_all()
        if not question.answered.wait(_PATIENCE):
            self._give_up(question)
        if question.trouble is not None:
            raise Unavailable(question.trouble)
        return question.answer

    @contextlib.contextmanager
    def kept_away(self) -> Iterator[None]:
        """Keeps the file closed meanwhile.

        Raises:
            TimeoutError: it is still being read
        """
        with self._condition:
            self._kept_away += 1
            self._condition.notify_all()
            is_away = self._condition.wait_for(
                lambda: self._thread is None or self._is_away, _CLOSE_TIMEOUT
            )
        try:
            if not is_away:
                raise TimeoutError("it is still being read")
            yield
        finally:
            with self._condition:
                self._kept_away -= 1
                self._condition.notify_all()

    def close(self) -> None:
        """Closes the file, which is opened again if there is another question."""
        with self._condition:
            thread = self._thread
            self._closing = thread is not None
            self._condition.notify_all()
        if thread is not None:
            thread.join(_CLOSE_TIMEOUT)

    def _give_up(self, question: _Question) -> None:
        with self._condition:
            if question.answered.is_set():
                return
            with contextlib.suppress(ValueError):
                self._questions.remove(question)
            question.trouble = NOT_READ_IN_TIME
            is_news = self._note(NOT_READ_IN_TIME)
        if is_news:
            _logger.warning(str(NOT_READ_IN_TIME))

    def _note(self, trouble: Optional[Message]) -> bool:
        """To be called with the lock held.

        Returns:
            whether it is to be logged: once, and not with each question until it is over
        """
        is_news = trouble is not None and self._trouble is None
        self._trouble = trouble
        if trouble is not None:
            self._next_try = time.monotonic() + _REMEMBERED
        return is_news

    ##~~ The thread that reads

    def _ensure_thread(self) -> None:
        if self._thread is None:
            thread = threading.Thread(
                target=self._read_loop, name="systemcommands.history.reader", daemon=True
            )
            # if there is none to spare, the next question tries again
            thread.start()
            self._thread = thread

    def _read_loop(self) -> None:
        file: Optional[ReadOnly] = None
        while True:
            question = self._next()
            if question is not None:
                file = self._answer(question, file)
                continue
            if file is not None:
                file.close()
                file = None
            with self._condition:
                if self._closing:
                    self._closing = False
                    self._thread = None
                    self._condition.notify_all()
                    return
                self._is_away = True
                self._condition.notify_all()
                self._condition.wait_for(lambda: self._closing or not self._kept_away)
                self._is_away = False

    def _next(self) -> Optional[_Question]:
        """The next question, None if the file is to be closed."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._questions or self._closing or self._kept_away
            )
            if self._closing or self._kept_away:
                return None
            return self._questions.popleft()

    def _answer(
        self, question: _Question, file: Optional[ReadOnly]
    ) -> Optional[ReadOnly]:
        """Answers a question; returns the file if it is still open."""
        trouble: Optional[Message] = None
        try:
            if file is not None and not file.is_in_place():
                file.close()
                file = None
            if file is None and os.path.exists(self._path):
                file = ReadOnly(self._path)
            if file is not None:
                question.answer = question.ask(file)
        except Exception as error:
            trouble = cannot_read(error)
            if not isinstance(error, (sqlite3.Error, OSError)):
                _logger.exception("Error while reading the history of runs")
            if file is not None:
                file.close()
                file = None
        with self._condition:
            # also the answer to a question that nobody waits for any more tells
            is_news = self._note(trouble)
            if question.trouble is None:
                question.trouble = trouble
            question.answered.set()
        if is_news:
            _logger.warning(str(trouble))
        return file
