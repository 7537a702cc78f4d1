"""For clients whose methods are coroutines."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(coroutine):
    """Run it to its end, and return what it does."""
    # in a thread of its own: in this one, Playwright may keep its event loop running
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
