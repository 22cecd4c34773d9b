"""A real SMTP server in a process of its own: `python -m bench.postbox PORT`; takes everything, keeps nothing."""

from __future__ import annotations

import sys
import time
from typing import Any

from aiosmtpd.controller import Controller


class Takes:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "250 OK"


if __name__ == "__main__":
    Controller(Takes(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    while True:
        time.sleep(60)
