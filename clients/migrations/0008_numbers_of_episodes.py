"""The practice's numbers about relapses become the owner's word on that kind of episode, with their reason."""

from django.db import migrations
from django.db.models import F
from django.utils import timezone

RELAPSE = "episode:relapse"
COLUMNS = {"review_window_days": ("hold_days", 14), "steroid_gap_days": ("steroid_gap_days", 7),
           "check_in_days": ("check_in_days", 7)}
RULES = {"return-pressure": ("return_pressure", "max_pressure"), "return-minutes": ("return_minutes", "max_minutes")}
REASON = "Carried over from the practice's numbers"


def carry_over(apps, schema_editor):
    RuleChange, now = apps.get_model("clients", "RuleChange"), timezone.now()
    Practice, Membership = apps.get_model("practice", "Practice"), apps.get_model("practice", "Membership")
    for practice in Practice.objects.all():
        numbers = {name: getattr(practice, column) for column, (name, was) in COLUMNS.items()
                   if getattr(practice, column) != was}
        reasons, who = [REASON] if numbers else [], None
        for change in RuleChange.objects.filter(practice=practice, rule__in=RULES, ended_at=None, is_off=False):
            name, key = RULES[change.rule]
            if key in change.numbers:
                numbers[name], who = change.numbers[key], change.made_by
                reasons.append(change.reason)
                change.ended_at, change.ended_by = now, change.made_by
                change.save(update_fields=["ended_at", "ended_by"])
        people = Membership.objects.filter(practice=practice)
        who = who or people.filter(role="owner").first() or people.first()
        if numbers and who:
            RuleChange.objects.create(practice=practice, rule=RELAPSE, numbers=numbers, reason="; ".join(reasons)[:500],
                                      made_by=who, made_at=now)
            Practice.objects.filter(pk=practice.pk).update(rule_changes=F("rule_changes") + 1)


class Migration(migrations.Migration):
    dependencies = [("clients", "0007_episode_decides_to_hold"), ("practice", "0007_waitlist_offers")]
    run_before = [("practice", "0008_numbers_of_episodes_moved")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
