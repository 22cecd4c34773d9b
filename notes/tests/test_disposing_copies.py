"""A practice that disposed of somebody comes back from a copy, and from an archive, with its tombstones and no gap."""

from pathlib import Path

import pytest

from practice.copies.keys import new_key
from practice.tests.scratch import FILL, Scratch, scratch_practice

pytestmark = pytest.mark.processes
SECRET, PUBLIC = new_key()
GONE = FILL + """
import time_machine
from clients.keeping.disposing import dispose_of
from clients.models import Client, ClientCondition, Doctor
from conftest import make_member
from notes.tests.conftest import had_visit, sign
from notes.tests.long_ago import LONG_AGO, TODAY, one_of_everything
from practice.models import Practice
owner = make_member(p, "Olga Owner", "owner@riverside.example", "owner")
doctor = Doctor.objects.create(practice=p, name="Dr Okafor", email="okafor@hospital.example")
for client in people:
    client.practice = p
with time_machine.travel(LONG_AGO, tick=True):
    one_of_everything(people[0], ana, ben, s, doctor, 9)
with time_machine.travel(TODAY, tick=True):
    sign(had_visit(people[1], ana, s), ana)
    dispose_of(client=people[0], reason="Ten years are over.", by=owner)
"""
WHAT_STAYS = ("SELECT count(*) FROM clients_disposal", "SELECT content_hash FROM clients_disposal",
              "SELECT count(*) FROM notes_note", "SELECT count(*) FROM clients_client")
PROVEN = "1 record disposed of, all accounted for"


@pytest.mark.parametrize("taken, act, file", [
    (("backup",), "restore", "copy.age"),
    pytest.param(("export_all", "--owner", "owner@riverside.example"), "import_all", "all.zip", marks=pytest.mark.proof)])
def test_a_copy_and_an_archive_bring_the_tombstones_along(
    tmp_path: Path, taken: tuple[str, ...], act: str, file: str,
) -> None:
    place = Scratch(tmp_path / "empty", SECRET_KEY="another-" + "o" * 50, BACKUP_KEY=SECRET)
    try:
        with scratch_practice(tmp_path / "full", fill=GONE, BACKUP_KEY=PUBLIC) as full:
            assert PROVEN in full.manage("verify_records")
            full.manage(taken[0], str(tmp_path / file), *taken[1:])
            there = [full.sql(query) for query in WHAT_STAYS]
        assert there[0] == there[2] == [(1,)]
        place._migrate()
        assert PROVEN in place.manage(act, str(tmp_path / file))
        assert [place.sql(query) for query in WHAT_STAYS] == there
        for statement in ("DELETE FROM clients_disposal", "DELETE FROM notes_note"):
            with pytest.raises(Exception, match="change refused"):
                place.sql(statement)
    finally:
        place.destroy()
