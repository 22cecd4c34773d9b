"""How gunicorn serves Evenhand. WEB_CONCURRENCY sets the number of processes, WEB_THREADS the threads of each."""

import logging
import os
import tempfile
from pathlib import Path

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker


class Draining(ThreadWorker):
    """Told to stop, it takes what already waits at the door and shuts the door, instead of breaking off what waits."""

    def set_accept_enabled(self, enabled):
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            taken = -1
            while taken != self.nr_conns:  # until nobody was there to be taken
                taken = self.nr_conns
                self.accept(listener)
            listener.close()


worker_class = Draining
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
if os.environ.get("METRICS_TOKEN"):  # where the web processes of this server add up their numbers
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="evenhand-metrics-"))


def child_exit(server, worker):
    """What an ended process counted stays; what it only held for itself goes."""
    if os.environ.get("METRICS_TOKEN"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


class WithoutPaths(Logger):
    """Gunicorn's error log, without the path that gunicorn adds when a request breaks outside Django."""

    def setup(self, cfg):
        super().setup(cfg)
        self.error_log.addFilter(self.hide_path)
        if os.environ.get("LOG_FORMAT") == "json":
            from pythonjsonlogger.json import JsonFormatter

            told = JsonFormatter("{levelname}{name}{message}", style="{", timestamp="at",
                                 rename_fields={"levelname": "level", "name": "logger"})
            for handler in self.error_log.handlers:
                handler.setFormatter(told)

    @staticmethod
    def hide_path(record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str) and record.msg.startswith("Error handling request"):
            record.msg, record.args = "Error handling a request", ()
        return True


logger_class = WithoutPaths
