"""The log of a day on which everything was opened: no name, no word of a record, no link's secret."""

import json
import re

from notes.tests.test_walls import FOUND, MARK, TABLE, World, ask, browser_of
from practice.tests.logged import logged
from practice.tokens import make_token


def test_whatever_is_opened_the_log_says_neither_who_nor_what_nor_by_which_link(now, db, api, settings):
    settings.LOG_REQUESTS = True
    with logged() as lines:
        world = World()
        secret = make_token(member=world.ana, by=world.ana).secret
        browser, http = browser_of(world.ana), api(world.ana)
        for pattern, row in TABLE.items():
            if "get" in row.methods:
                path = world.path(pattern, row) if row.ids else "/" + pattern.lstrip("^").replace("<str:token>", secret)
                ask(browser, http, "get", f"{path}?q={MARK}" if "api/" not in path else path)
        for link in (world.link, world.share_link):
            browser_of(None).get(link)
            browser_of(None).post(link, {"code": "999999"})
        http.get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
        said = lines()
    assert sum(line["logger"] == "practice.requests" for line in said) > 100
    text = json.dumps(said, ensure_ascii=False)
    secrets = [secret, world.link.split("/")[2], world.share_link.split("/")[2]]
    for word in (MARK, FOUND, "@", "numb", "sclerosis", "999999", *secrets):
        assert not re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text), word
