"""What the log says while a test runs."""

import contextlib
import io
import json
import logging
from collections.abc import Callable, Iterator

from practice.watching import lines


@contextlib.contextmanager
def logged(level: int = logging.INFO) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Every line as LOG_FORMAT=json writes it."""
    stream, root, requests = io.StringIO(), logging.getLogger(), logging.getLogger("practice.requests")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(lines.Json())
    handler.addFilter(lines.WithoutPaths())
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    requests.setLevel(logging.INFO)
    try:
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
