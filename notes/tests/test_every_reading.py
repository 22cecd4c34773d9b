"""Whoever opens a page or asks the API about one client leaves a line in the trail that names the client."""

from notes.tests.test_walls import ANYBODY, TABLE, World, ask, browser_of
from practice.models import AuditEntry

OF_A_CLIENT = {"client", "appointment", "episode", "plan", "note", "summary", "share", "finding", "condition", "medicine",
               "referral", "contact", "answers", "reply", "doctors_answer", "waits", "privacy_request", "glass", "follow_up"}


def test_whoever_opens_anything_of_a_client_leaves_a_line_that_names_them(now, db, api):
    world = World()
    unseen = []
    for pattern, row in TABLE.items():
        if row.who == ANYBODY or "get" not in row.methods or not OF_A_CLIENT & set(row.ids):
            continue
        for member in (world.ana, world.owner):
            last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            answer = ask(browser_of(member), api(member), "get", world.path(pattern, row))
            if answer.status_code == 200:
                list(answer) if answer.streaming else None
                new = AuditEntry.objects.filter(pk__gt=last, actor=member).exclude(client_id=None)
                if not new.exists():
                    unseen.append((pattern, member.role))
    assert not unseen, "\n".join(map(str, unseen))
