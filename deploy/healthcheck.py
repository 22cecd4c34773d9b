"""Ask the web process of this machine for /healthz, as its reverse proxy would; the exit status is the answer."""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

port = sys.argv[1] if len(sys.argv) > 1 else "8000"
host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*")
host = host or urlsplit(os.environ.get("BASE_URL", "")).hostname or "localhost"
request = urllib.request.Request(
    f"http://127.0.0.1:{port}/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"}
)
try:
    with urllib.request.urlopen(request, timeout=4) as answer:
        print(answer.read(2000).decode())
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code}: {error.read(2000).decode(errors='replace')}")
except OSError as error:
    sys.exit(str(error))
