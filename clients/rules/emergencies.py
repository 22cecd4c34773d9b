"""What ends a session, and sends for help."""

from __future__ import annotations

from clients.rule import Level, Rule, finding

INFO, CAUTION, CLEARANCE, STOP = Level

EMERGENCIES = (
    Rule("thunderclap-headache", finding("thunderclap-headache"), STOP,
         "the worst headache, all at once: no session. Call an ambulance now.",
         max_pressure="none", source=("bc-college", "massage-reference"), is_emergency=True),
    Rule("acute-stroke", finding("acute-stroke-signs"), STOP,
         "signs of a stroke: no session. Call an ambulance now and note the time it began.",
         max_pressure="none", source=("bc-college",), is_emergency=True),
    Rule("seizure", finding("seizure-now"), STOP,
         "a seizure is going on: no session. Keep them safe, time it, call for help.",
         max_pressure="none", source=("bc-college",), is_emergency=True),
    Rule("autonomic-dysreflexia", finding("dysreflexia-signs"), STOP,
         "signs of dysreflexia after a spinal injury: no session. Sit them up, loosen what presses, call an "
         "ambulance.",
         max_pressure="none", source=("dysreflexia-page",), is_emergency=True),
    Rule("eclampsia", finding("eclampsia-signs"), STOP,
         "danger signs in pregnancy: no session. They need a doctor now.",
         max_pressure="none", source=("bc-college", "pregnancy-pages"), is_emergency=True),
    Rule("headache-red-flags", finding("headache-red-flags"), STOP,
         "a new or changed headache with warning signs: no session until a doctor has seen it.",
         max_pressure="none", source=("massage-reference",)),
    Rule("gbs-acute", finding("gbs-acute"), STOP,
         "the weakness is still spreading: no massage until it has turned and the doctor agrees.",
         max_pressure="none", source=("werner-gbs",)),
)
