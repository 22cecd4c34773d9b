"""The readings page in a browser: read at any width, in any theme, by anybody; printed on one sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import free_port, scratch_practice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.sized,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
_FILL = """
import json, conftest as c
from notes.tests.long_course import long_course
from practice.models import Room, Service
from sessions.holds import report_episode
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting")
report_episode(client=maria, kind="relapse", by=ana)
long_course(maria, ana, s, 30)
print(json.dumps({"maria": str(maria.pk)}))
"""


def test_the_readings_page_is_read_at_three_widths_in_three_themes_and_printed_on_one_sheet(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "trends", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        ana = Person(chrome, base, "Ana")
        ana.open(f"/clients/{scratch.ids['maria']}/readings/?since=all")
        ana.page.fill("input[type=email]", "ana@riverside.example")
        ana.page.fill("input[type=password]", "riverside-demo")
        ana.keys("Enter")
        ana.says("Maria Lindqvist: readings", "How long sessions helped", "Left calf")
        ana.page.locator("main details.fold summary").first.click()
        ana.look_everywhere("readings")
        sheet = ana.page.pdf(format="A4", prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
        assert not ana.faults, "\n".join(ana.faults)
