"""The questions of the intake, in the order they are asked, and the agreement at their end.

Written for a tired person on a phone: short words, one thing at a time, a way out of every page. What a question is
for stands beside it; one that nothing uses does not belong here.
"""

from __future__ import annotations

from clients.asking.becoming import (
    Becomes,
    ToCard,
    ToCondition,
    ToDoctor,
    ToEpisode,
    ToFinding,
    ToMedicine,
    ToPage,
    ToProfile,
    ToWish,
)
from clients.asking.questions import Choice, Kind, Question
from clients.conditions import CONDITIONS
from clients.findings import FINDINGS

YEAR_IS_ENOUGH = "The year alone is enough."
OPEN_TO_ALL = "Everybody who works here can open this, the front desk too, so that help comes fast."
NAMED = "q01"

# Kinds a client hardly knows by name (active or not, two courses at once) are left to the therapist.
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Multiple sclerosis (MS)", ("ms", "ms-relapsing-remitting", "ms-primary-progressive", "ms-secondary-progressive",
                                 "ms-clinically-isolated")),
    ("Parkinson’s", ("parkinsons", "parkinsons-fluctuating", "parkinsons-dyskinesia", "parkinsonism")),
    ("Migraine and headache", ("migraine", "migraine-with-aura", "migraine-chronic", "tension-headache")),
    ("Nerves: numb, burning or painful", (
        "peripheral-neuropathy", "diabetic-neuropathy", "chemotherapy-neuropathy", "hiv-neuropathy",
        "small-fibre-neuropathy", "hereditary-neuropathy", "idiopathic-neuropathy", "cidp", "guillain-barre",
        "trigeminal-neuralgia", "crps")),
    ("Brain and spine", ("stroke", "brain-injury", "epilepsy", "spinal-cord-injury", "cerebral-palsy")),
    ("Muscles and movement", ("als", "myasthenia-gravis", "huntingtons", "dystonia", "essential-tremor",
                              "post-polio")),
    ("Diabetes", ("diabetes",)),
)
_SAID = {"ms": "MS, I am not sure which kind", "parkinsons": "Parkinson’s", "diabetes": "Diabetes",
         "peripheral-neuropathy": "Nerve damage in hands or feet (neuropathy)"}
# Where it matters how long ago it was: a fresh stroke is another matter than an old one.
_SINCE = {"ms": "q02", "parkinsons": "q03", "stroke": "q04", "brain-injury": "q05", "spinal-cord-injury": "q06",
          "guillain-barre": "q07"}


def _said(code: str) -> str:
    entry = CONDITIONS[code]
    plain = entry.plain_name[:1].upper() + entry.plain_name[1:]
    return _SAID.get(code) or (plain if entry.plain_name.lower() in entry.name.lower() else f"{plain} ({entry.name})")


def _conditions() -> tuple[Choice, ...]:
    return tuple(Choice(code, _said(code), ToCondition(code, _SINCE.get(CONDITIONS[code].parent or code, "")), group)
                 for group, codes in _GROUPS for code in codes)


def _since(code: str, text: str) -> Question:
    return Question(_SINCE[code], text, Kind.DATE, YEAR_IS_ENOUGH, after=tuple(
        (NAMED, named) for _, codes in _GROUPS for named in codes if code in (named, CONDITIONS[named].parent)))


def _where(question: str, asked_in: str, finding: str, text: str) -> Question:
    return Question(question, text, Kind.PLACES, "Tick each place.", after=((asked_in, finding),))


def _finding(code: str, text: str, where: str = "", when: str = "", matters_for: tuple[str, ...] = ()) -> Choice:
    return Choice(code, text, ToFinding(code, where=where, when=when), matters_for=matters_for)


def _yes_or_no(yes: Becomes) -> tuple[Choice, ...]:
    return (Choice("yes", "Yes", yes), Choice("no", "No"))


_BLOOD_TESTS = ("hiv-neuropathy", "chemotherapy-neuropathy")
_FEEL_LESS = ("ms", "peripheral-neuropathy", "diabetes", "stroke", "brain-injury", "spinal-cord-injury",
              "guillain-barre")
_TIGHT = ("ms", "stroke", "brain-injury", "cerebral-palsy", "spinal-cord-injury", "als")
_TIRED = ("ms", "parkinsons", "myasthenia-gravis", "post-polio", "als", "brain-injury", "guillain-barre",
          "chemotherapy-neuropathy")

WHAT_YOU_LIVE_WITH = (
    Question(NAMED, "Which of these has a doctor named?", Kind.CHOICES,
             "Open a line and tick what fits you. You can tick more than one.", ToPage("Also named"), _conditions(),
             none="None of these", words="Something else, in your own words"),
    _since("ms", "About when did a doctor first name MS?"),
    _since("parkinsons", "About when did a doctor first name Parkinson’s?"),
    _since("stroke", "About when was the stroke?"),
    _since("brain-injury", "About when was the brain injury?"),
    _since("spinal-cord-injury", "About when was the spine injured?"),
    _since("guillain-barre", "About when did Guillain-Barré begin?"),
    Question("q10", "What can bring a migraine on, or make it worse?", Kind.CHOICES, choices=(
        Choice("smell", "Strong smells, such as scented oil", ToFinding("lubricant-allergy", "scented products")),
        Choice("light", "Bright light", ToWish("room_temperature", "dim light")),
        Choice("noise", "Noise", ToWish("room_temperature", "quiet")),
        Choice("neck", "Strong work at the neck", ToWish("declined_areas", "neck: nothing strong")),
        Choice("face-down", "Lying face down", ToFinding("cannot-lie-flat", "lying face down brings on migraine"))),
        matters_for=("migraine",), none="None of these"),
    Question("q11", "Does warmth or cold make things worse?", Kind.CHOICES, choices=(
        Choice("heat", "Warmth, such as a warm room or a hot bath", ToProfile("heat_sensitive")),
        Choice("cold", "Cold, such as cold hands or a cold room", ToProfile("cold_sensitive"))),
        matters_for=("ms", "myasthenia-gravis", "post-polio", "peripheral-neuropathy", "spinal-cord-injury"),
        none="Neither"),
    Question("q12", FINDINGS["reduced-sensation"].question, Kind.PLACES,
             "For example numb, dull, or as if through a glove.", ToFinding("reduced-sensation"),
             matters_for=_FEEL_LESS, none="Nowhere"),
    Question("q13", FINDINGS["absent-sensation"].question, Kind.PLACES, "", ToFinding("absent-sensation"),
             matters_for=("spinal-cord-injury", "stroke"), none="Nowhere"),
    Question("q14", FINDINGS["hypersensitive"].question, Kind.PLACES, "", ToFinding("hypersensitive"),
             matters_for=("ms", "peripheral-neuropathy", "crps", "trigeminal-neuralgia", "stroke",
                          "spinal-cord-injury"), none="Nowhere"),
    Question("q15", FINDINGS["spasticity"].question, Kind.PLACES, "They are stiff and pull back.",
             ToFinding("spasticity"), matters_for=_TIGHT, none="None"),
    Question("q16", "Which muscles jump or cramp by themselves?", Kind.PLACES, "", ToFinding("spasm"),
             matters_for=("ms", "spinal-cord-injury", "als", "cerebral-palsy"), none="None"),
    Question("q17", "Do you get tired quickly?", Kind.CHOICE, "More than other people of your age.",
             choices=_yes_or_no(ToFinding("fatigue")), matters_for=_TIRED),
    Question("q18", "When in the day do you have the most energy?", Kind.CHOICES, choices=(
        Choice("early", "Early morning, 8 to 10", ToWish("windows", "08:00-10:00")),
        Choice("late-morning", "Late morning, 10 to 12", ToWish("windows", "10:00-12:00")),
        Choice("midday", "Around midday, 12 to 14", ToWish("windows", "12:00-14:00")),
        Choice("afternoon", "Afternoon, 14 to 17", ToWish("windows", "14:00-17:00")),
        Choice("evening", "Evening, 17 to 20", ToWish("windows", "17:00-20:00"))),
        after=(("q17", "yes"),), none="It makes no difference"),
    Question("q19", FINDINGS["light-headed-standing"].question, Kind.CHOICE,
             choices=_yes_or_no(ToFinding("light-headed-standing")),
             matters_for=("parkinsons", "spinal-cord-injury", "diabetes", "diabetic-neuropathy", "guillain-barre")),
    Question("q20", "Is it hard for you to lie still?", Kind.CHOICE, choices=_yes_or_no(ToFinding("tremor")),
             matters_for=("parkinsons", "essential-tremor", "huntingtons", "dystonia")),
    Question("q21", "Which medicine for Parkinson’s do you take, and when?", Kind.LINES,
             "One on each line, with the times. For example: Madopar 8:00, 12:00, 16:00",
             ToMedicine("levodopa"),
             matters_for=("parkinsons",), none="I take none", longest=800, part_longest=110),
    Question("q22", "When did your last relapse begin?", Kind.DATE,
             "A relapse: something new, or clearly worse, for more than a day. " + YEAR_IS_ENOUGH
             + " If it was not long ago, add the day.", ToEpisode("relapse"), matters_for=("ms",),
             none="I have had none"),
    Question("q23", "What should we do if you have a seizure?", Kind.LINES,
             "What it looks like, how long it lasts, what helps, when to call an ambulance. " + OPEN_TO_ALL,
             ToCard("plan"), matters_for=("epilepsy",), none="I have no plan", longest=450),
    Question("q24", "What should we do if you suddenly have a pounding headache, a red face or heavy sweating?",
             Kind.LINES, "After an injury of the spine this can be dangerous (dysreflexia). What sets it off, and what "
             "helps you? " + OPEN_TO_ALL, ToCard("plan"), matters_for=("spinal-cord-injury",), none="I have no plan",
             longest=450),
)

YOUR_HEALTH = (
    Question("q30", "Which medicines do you take?", Kind.LINES,
             "One on each line. The names on the boxes are enough. Leave out what you have named already.",
             ToMedicine(), none="I take none", longest=1500, part_longest=110),
    Question("q31", "Blood and medicines: what is true for you?", Kind.CHOICES, "Tick everything that fits.", choices=(
        _finding("blood-thinner", "I take something that thins the blood"),
        _finding("steroid-course", "I take steroids (cortisone), or took them in the last weeks"),
        _finding("sedated", "I take strong pain medicine, or something that makes me drowsy"),
        _finding("drug-patch", "I wear a medicine patch, or use a medicine gel", "q32"),
        _finding("bleeding-disorder", "I bleed or bruise very easily"),
        _finding("blood-clot", "I have a blood clot in a vein, or had one in the last six months", "q33"),
        _finding("low-platelets", "A blood test showed too few platelets", matters_for=_BLOOD_TESTS),
        _finding("low-white-cells", "A blood test showed too few white cells", matters_for=_BLOOD_TESTS)),
        none="None of these"),
    _where("q32", "q31", "drug-patch", "Where is the patch or gel?"),
    _where("q33", "q31", "blood-clot", "Where is, or was, the blood clot?"),
    Question("q34", "Bones, operations, devices: what is true for you?", Kind.CHOICES, "Tick everything that fits.",
             choices=(
        _finding("osteoporosis", "My bones are thin or break easily"),
        _finding("fracture", "A broken bone has not healed yet", "q35"),
        _finding("recent-surgery", "I had an operation in the last six months", "q36", "q37"),
        _finding("implanted-device", "I have something under the skin: a pump, stimulator, shunt, pacemaker or port",
                 "q38")), none="None of these"),
    _where("q35", "q34", "fracture", "Where is the broken bone?"),
    _where("q36", "q34", "recent-surgery", "Where was the operation?"),
    Question("q37", "When was the operation?", Kind.DATE, "The month and the year are enough.",
             after=(("q34", "recent-surgery"),)),
    _where("q38", "q34", "implanted-device", "Where under the skin is it?"),
    Question("q39", "Is your skin hurt, sore or thin anywhere?", Kind.CHOICES, "Tick everything that fits.", choices=(
        _finding("open-wound", "A wound, a blister or a bruise", "q40"),
        _finding("skin-breakdown", "A sore from sitting or lying", "q41"),
        _finding("skin-infection", "A rash or an infection", "q42"),
        _finding("fragile-skin", "Thin skin that tears easily", "q43"),
        _finding("varicose-veins", "Thick, twisted veins", "q44")), none="No"),
    _where("q40", "q39", "open-wound", "Where is the wound, blister or bruise?"),
    _where("q41", "q39", "skin-breakdown", "Where is the sore?"),
    _where("q42", "q39", "skin-infection", "Where is the rash or infection?"),
    _where("q43", "q39", "fragile-skin", "Where is the skin thin?"),
    _where("q44", "q39", "varicose-veins", "Where are the thick veins?"),
    Question("q45", "Which of these do you have now?", Kind.CHOICES,
             "Each changes how we may work. Tick everything that fits.", choices=(
        _finding("pregnancy", "I am pregnant"),
        _finding("cancer", "Cancer that is being treated", "q46"),
        _finding("chemotherapy", "Chemotherapy"),
        _finding("lymph-nodes-removed", "Lymph nodes that were taken out or had radiation", "q47"),
        _finding("undiagnosed-lump", "A lump or changed mole that no doctor has seen"),
        _finding("unstable-heart", "A heart attack, or new heart trouble, in the last months"),
        _finding("severe-hypertension", "Blood pressure that is very high or goes up and down"),
        _finding("severe-atherosclerosis", "Badly narrowed arteries"),
        _finding("organ-failure", "A heart, lung, liver or kidney that is failing"),
        _finding("diabetes-complications", "Diabetes that has harmed heart, kidneys or blood vessels",
                 matters_for=("diabetes", "diabetic-neuropathy")),
        _finding("raised-intracranial-pressure", "Pressure or bleeding inside the head, or an aneurysm")),
        none="None of these"),
    _where("q46", "q45", "cancer", "Where is the cancer?"),
    _where("q47", "q45", "lymph-nodes-removed", "Where were the lymph nodes?"),
    Question("q48", "Which oils, creams, plants or smells do you not tolerate?", Kind.LINES,
             "With commas between them. For example: lavender, nut oil", ToFinding("lubricant-allergy"),
             none="None that I know of", longest=300,
             is_divided_by_commas=True),
)

YOUR_VISIT = (
    Question("q50", "Moving and lying: what is true for you?", Kind.CHOICES, "Tick everything that fits.", choices=(
        Choice("stick", "I walk with a stick, a frame or an arm to hold", ToWish("mobility", "stick, frame or an arm")),
        Choice("wheelchair", "I use a wheelchair", ToWish("mobility", "wheelchair")),
        Choice("fell", "I fell in the last year", ToWish("mobility", "fell in the last year")),
        Choice("helped", "One person helps me onto a table", ToWish("transfer", "one person helps")),
        Choice("lifted", "It takes two people or a hoist", ToWish("transfer", "two people or a hoist")),
        Choice("in-chair", "I would rather stay in my chair", ToWish("works_on", "chair")),
        Choice("not-belly", "I cannot lie on my belly", ToFinding("cannot-lie-flat", "not on the belly")),
        Choice("not-back", "I cannot lie flat on my back", ToFinding("cannot-lie-flat", "not flat on the back"))),
        none="None of these"),
    Question("q51", "Which parts of your body should we not touch?", Kind.LINES,
             "You need no reason. With commas between them. You can change your mind at any visit.",
             ToWish("declined_areas"), none="There are none", longest=400, part_longest=60, is_divided_by_commas=True),
    Question("q52", "What do you hope for?", Kind.LINES, "In your own words. Your therapist reads it before you come.",
             ToPage("Hopes for"), none="Nothing special", longest=400),
)

YOUR_PEOPLE = (
    Question("q60", "Which doctor knows you best?", Kind.PERSON,
             "Your specialist or your family doctor. We write to nobody without asking you first.", ToDoctor(),
             none="I have no doctor", label="What kind of doctor"),
    Question("q61", "Whom should we call in an emergency?", Kind.PERSON, OPEN_TO_ALL, ToCard("contact"), none="Nobody",
             label="Who they are to you"),
    Question("q62", "Who says yes or no to your treatment?", Kind.CHOICE, choices=(
        Choice("self", "I do"),
        Choice("other", "Somebody else does, or helps me to decide", ToFinding("needs-help-to-consent")))),
    Question("q63", "Who is that?", Kind.PERSON, OPEN_TO_ALL, ToCard("representative"), after=(("q62", "other"),),
             label="Who they are to you"),
    Question("q64", "When were you born?", Kind.DATE, "", ToProfile("birth_date"), spared_by="birth_date",
             is_exact=True),
    Question("q65", "Which phone number can we call?", Kind.LINE, "", ToProfile("phone"), spared_by="phone",
             none="I have no phone", longest=40, is_phone=True),
    Question("q66", "May we remind you of visits by e-mail?", Kind.CHOICE,
             "The messages never say what you live with. You can say no again at any time.",
             choices=_yes_or_no(ToProfile("reminders")), spared_by="reminders"),
)

QUESTIONS: tuple[Question, ...] = WHAT_YOU_LIVE_WITH + YOUR_HEALTH + YOUR_VISIT + YOUR_PEOPLE

AGREEMENT_VERSION = "intake 2026-11"
AGREEMENT: tuple[tuple[str, str], ...] = (
    ("What we keep", "Your answers, your name, the day and time, and the internet address they were sent from."),
    ("Who reads it", "The therapists and the owner of this practice. What to do in an emergency can be opened by "
                     "everybody who works here. Nobody outside reads anything unless you say yes to it first."),
    ("What it is for", "So that we know where and how we may touch you, and where not."),
    # It may ease symptoms; it does not change the course of the disease: "Massage for MS: three uses" and others.
    ("What massage can do", "It may make you feel better for some days. It does not change the course of an illness. "
                            "It does not replace your doctor or your medicine."),
    ("If you change your mind", "Tell us, in any way you like: at a visit, by phone or in writing. From then on we no "
                                "longer use your answers. What the law makes us keep, we keep."),
)
