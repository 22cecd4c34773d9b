"""The rules of what may be done to a body: a table, one row per consequence, each with its source.

Texts speak as one colleague to another and begin in lower case: a place or a capital letter is put before
them. A number that no source states is marked `is_proposal`; such a row stays a caution the therapist may
override.
"""

from __future__ import annotations

from clients.rule import Rule, RuleBook, table_of
from clients.rules import body, conditions, emergencies, health, migraine, ms, nerves

RULES: dict[str, Rule] = table_of((
    *emergencies.EMERGENCIES,
    *nerves.SENSATION, *nerves.MUSCLES,
    *ms.MS, *ms.RELAPSE,
    *migraine.MIGRAINE,
    *conditions.OTHER_EPISODES, *conditions.PARKINSONS, *conditions.NEUROPATHY, *conditions.OTHER_CONDITIONS,
    *body.BLOOD, *body.SKIN_AND_BONE, *body.DONE_TO_THE_BODY,
    *health.CANCER_AND_PREGNANCY, *health.FEVER_HEAD_OILS, *health.SERIOUS_ILLNESS, *health.TODAY,
))

PUBLISHED = RuleBook(RULES)  # what every practice works by until its owner changes a number
