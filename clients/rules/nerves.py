"""What nerves feel and muscles do."""

from __future__ import annotations

from clients.rule import SAME, Level, Rule, finding

INFO, CAUTION, CLEARANCE, STOP = Level

SENSATION = (
    Rule("reduced-sensation", finding("reduced-sensation", "absent-sensation"), CAUTION,
         "sensation is {sensation}, so nobody can tell you when it is too much. Pressure 2 at most; look at the skin "
         "afterwards.",
         because="sensation is {sensation}", regions=SAME, max_pressure=2,
         source=("healing-touch", "neuropathy-article", "massage-reference"), is_proposal=True),
    Rule("reduced-sensation-deep", finding("reduced-sensation", "absent-sensation"), CAUTION,
         "sensation is {sensation}, so no deep work. It can harm the tissue without being felt.",
         because="sensation is {sensation}", regions=SAME, excluded_elements=("deep",),
         source=("healing-touch", "neuropathy-article")),
    Rule("reduced-sensation-temperature", finding("reduced-sensation", "absent-sensation"), CAUTION,
         "sensation is {sensation}, so no heat or cold. A burn would not be felt.",
         because="heat and cold are not felt properly", regions=SAME, excluded_elements=("heat", "cold"),
         temperature=("hot", "cold"), source=("neuropathy-article", "massage-reference")),
    Rule("reduced-sensation-map", finding("reduced-sensation", "absent-sensation"), INFO,
         "go over the map of what is felt before you begin; what the client says is not enough here.",
         regions=SAME, source=("healing-touch", "neuropathy-article")),
    Rule("hypersensitive", finding("hypersensitive"), CAUTION,
         "touch hurts. Begin with light stroking, pressure 1 at most, and stop when it hurts.",
         because="touch hurts", regions=SAME, max_pressure=1,
         source=("neuropathy-article", "healing-touch", "werner-charts"), is_proposal=True),
    Rule("hypersensitive-methods", finding("hypersensitive"), CAUTION,
         "touch hurts, so no deep work, no tapping.",
         because="touch hurts", regions=SAME,
         excluded_elements=("deep", "percussion", "concentrated-pressure"),
         source=("healing-touch", "neuropathy-article", "werner-charts")),
    Rule("hypersensitive-elsewhere", finding("hypersensitive"), INFO,
         "points away from the sore place often help when the place itself cannot be touched.",
         regions=SAME, suggested_techniques=("light-stroking", "reflexology", "acupressure"),
         source=("neuropathy-article",)),
)

MUSCLES = (
    Rule("spasticity", finding("spasticity"), CAUTION,
         "spastic muscle, so slow and steady, pressure 3 at most.",
         because="the muscle is spastic", regions=SAME, max_pressure=3,
         source=("massage-reference", "massage-mastery", "healing-therapies-sci"), is_proposal=True),
    Rule("spasticity-brisk", finding("spasticity"), CAUTION,
         "spastic muscle, so no quick stretch, no tapping; move joints and linen slowly.",
         because="quick work sets off the spasticity", regions=SAME,
         excluded_elements=("fast-stretch", "percussion"),
         source=("massage-reference", "massage-mastery", "healing-therapies-sci")),
    Rule("spasticity-slow", finding("spasticity"), INFO,
         "slow, sustained pressure and strokes ease a tight muscle for some days. Do not over-relax one that "
         "is needed for standing.", regions=SAME, suggested_techniques=("slow-sustained-pressure",),
         source=("ms-therapists", "massage-reference")),
    Rule("spasm", finding("spasm"), CAUTION,
         "sudden strong spasms, so nothing abrupt. Guard the limb; note which touch sets off which muscle.",
         because="the muscle cramps suddenly", regions=SAME, excluded_elements=("fast-stretch", "percussion"),
         source=("ms-therapists",), is_proposal=True),
    Rule("spasm-release", finding("spasm"), INFO,
         "if a cramp does not pass, contract-relax or reciprocal inhibition often helps.",
         regions=SAME, suggested_techniques=("contract-relax", "reciprocal-inhibition"),
         source=("ms-therapists",)),
    Rule("weak-dorsiflexion", finding("weak-dorsiflexion"), INFO,
         "footwork that encourages the foot to lift helps walking for several days.",
         regions=SAME, suggested_techniques=("dorsiflexion-footwork",), source=("ms-therapists",)),
    Rule("tremor", finding("tremor"), INFO,
         "lying still may be hard: try side-lying or a chair.", is_proposal=True),
    Rule("light-headed-standing", finding("light-headed-standing"), INFO,
         "let them sit for two or three minutes before standing up, and stay close.",
         source=("rise-bc",), is_proposal=True),
)
