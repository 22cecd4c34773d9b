"""What every test process runs with; loaded by pytest before the settings (see pyproject.toml)."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "t" * 50)
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="evenhand-tests-"))
os.environ.setdefault("BASE_URL", "http://testserver")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("API_RATE", "off")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ["DEBUG"] = "0"
