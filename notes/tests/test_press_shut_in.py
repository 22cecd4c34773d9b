"""The press opens nothing while it works: with no file handle left it sets the same bytes, and a template that wants a
file or the network is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="handles are counted by POSIX")
_ROOT = Path(__file__).parents[2]
_SHUT_IN = """
import hashlib, json, os, resource, sys
from dataclasses import replace
from pathlib import Path
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
django.setup()
from notes.letters import printing as letter_print
from notes.paper.blank import TEMPLATE as BLANK
from notes.tests.test_letters import LETTER, NAMES
from practice.typesetting import press

TRAPS = [chr(35) + 'read("/etc/passwd")', chr(35) + 'image("http://127.0.0.1/x.png")', '<img src="file:///etc/passwd">',
         '@preview/cetz:0.2.0', '\\\\\\\\input{/etc/passwd}', '<svg><image href="/etc/passwd"/></svg>']
everything = replace(LETTER, conditions=(*NAMES, *TRAPS), course="\\n".join(TRAPS), questions=" ".join(TRAPS))

opened = set()
def heard(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        opened.add(os.fsdecode(args[0]))
    elif event.startswith("socket.") or event == "subprocess.Popen":
        opened.add(event)
sys.addaudithook(heard)
free = letter_print.letter_pdf(everything)

# Everything bundled was read; from here on the kernel opens nothing more for this process.
held = {path: path.read_bytes() for path in (letter_print.TEMPLATE, press._HOUSE, BLANK)}
mine = tuple(opened)
Path.read_bytes = lambda self: held[self]
for name, text in json.loads(sys.argv[1]).items():
    held[BLANK.parent / name] = text.encode()
def refused(name):
    try:
        press.press(BLANK.parent / name, {})
    except press.NotTypeset as why:
        return str(why)
    return ""
could = refused("beside.typ") == ""
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
try:
    while True:
        os.dup(0)
except OSError:
    pass
again = letter_print.letter_pdf(replace(everything, plan="Another letter."))
shut_in = letter_print.letter_pdf(everything)
print(json.dumps({"opened": sorted(mine), "same": shut_in == free, "another": again != free, "bytes": len(shut_in), "could": could,
                  "refused": {name: refused(name) for name in json.loads(sys.argv[1])}}))
"""
# Templates nobody wrote: a file of the house that lies beside, one of the machine, a package of the network.
_WANTING = {
    "beside.typ": '#set document(title: "x")\n#read("blank.typ")',
    "machine.typ": '#set document(title: "x")\n#read("/etc/passwd")',
    "package.typ": '#import "@preview/cetz:0.2.0"\n#set document(title: "x")\nx',
}


@pytest.mark.sized
def test_a_letter_full_of_traps_is_set_alike_where_nothing_can_be_opened(record_property):
    ran = subprocess.run([sys.executable, "-c", _SHUT_IN, json.dumps(_WANTING)], cwd=_ROOT, capture_output=True,
                         text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["same"] and told["another"], told
    bundled = (str(_ROOT / "notes" / "typesetting"), str(_ROOT / "practice" / "typesetting"))
    assert [path for path in told["opened"] if not path.startswith(bundled)] == []
    assert told["could"] and all(told["refused"].values()), told["refused"]
    record_property("figure", f"{told['bytes']} bytes set with no handle left, {len(_WANTING)} that want one refused")
