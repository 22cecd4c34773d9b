"""How gunicorn serves Evenhand. WEB_CONCURRENCY sets the number of processes, WEB_THREADS the threads of each."""

import logging
import os
from pathlib import Path

from gunicorn.glogging import Logger

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
# A kept connection stays with the process that took it: one process would do all the work while another idles. A new
# one from the proxy on the same machine costs a tenth of a millisecond.
keepalive = 0
timeout = 60
graceful_timeout = 25  # answers under way are finished after SIGTERM
control_socket_disable = True  # no socket in the home directory: two instances on one machine would share it
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
accesslog = None  # paths of shared pages carry their token: a path is never logged
loglevel = os.environ.get("LOG_LEVEL", "info").lower()


class WithoutPaths(Logger):
    """Gunicorn's error log, without the path that gunicorn adds when a request breaks outside Django."""

    def setup(self, cfg):
        super().setup(cfg)
        self.error_log.addFilter(self.hide_path)

    @staticmethod
    def hide_path(record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str) and record.msg.startswith("Error handling request"):
            record.msg, record.args = "Error handling a request", ()
        return True


logger_class = WithoutPaths
