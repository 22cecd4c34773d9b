"""The findings: what was observed or reported that limits the work, and the question that brings it out."""

from __future__ import annotations

from dataclasses import dataclass

from clients.sources import cite


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that limits the work; `is_regional` where it has places on the body map."""

    code: str
    name: str
    plain_name: str
    is_regional: bool
    question: str
    source: str


# What they are, as a list groups them; each finding stands in one.
GROUPS: dict[str, tuple[str, ...]] = {
    "Sensation": ("reduced-sensation", "absent-sensation", "hypersensitive"),
    "Muscles and movement": ("spasticity", "spasm", "weak-dorsiflexion", "tremor", "cannot-lie-flat"),
    "Heat, cold and strength": ("heat-sensitive", "cold-sensitive", "light-headed-standing", "fatigue",
                                "lethargy-after-massage"),
    "Skin and lumps": ("open-wound", "skin-breakdown", "skin-infection", "fragile-skin", "undiagnosed-lump",
                       "benign-lump"),
    "Blood and vessels": ("blood-thinner", "low-platelets", "bleeding-disorder", "low-white-cells", "blood-clot",
                          "varicose-veins", "severe-atherosclerosis"),
    "Heart and other organs": ("severe-hypertension", "unstable-heart", "pitting-oedema", "organ-failure",
                               "diabetes-complications", "constipation", "pregnancy"),
    "Bones": ("fracture", "osteoporosis"),
    "Operations, devices, injections": ("recent-surgery", "implanted-device", "injection-site", "infusion-day",
                                        "drug-patch", "lymph-nodes-removed"),
    "Medicines and what is not tolerated": ("antispastic-medicine", "steroid-course", "sedated", "intoxicated",
                                            "lubricant-allergy"),
    "Cancer": ("cancer", "bone-metastasis", "chemotherapy"),
    "Fever and infection": ("fever", "acute-infection"),
    "Head and nerves": ("raised-intracranial-pressure", "headache-red-flags", "gbs-acute"),
    "Deciding": ("needs-help-to-consent",),
    "Emergencies": ("thunderclap-headache", "acute-stroke-signs", "seizure-now", "dysreflexia-signs",
                    "eclampsia-signs"),
}


def _local(code: str, name: str, plain_name: str, question: str, *sources: str) -> Finding:
    return Finding(code, name, plain_name, True, question, cite(*sources))


def _general(code: str, name: str, plain_name: str, question: str, *sources: str) -> Finding:
    return Finding(code, name, plain_name, False, question, cite(*sources))


FINDINGS: dict[str, Finding] = {
    finding.code: finding
    for finding in (
        # What the nerves feel and do.
        _local("reduced-sensation", "Reduced sensation", "numb or dull",
               "Where do you feel touch less than elsewhere?",
               "healing-touch", "neuropathy-article"),
        _local("absent-sensation", "Absent sensation", "no feeling", "Where do you feel no touch at all?",
               "healing-touch", "neuropathy-article"),
        _local("hypersensitive", "Hypersensitive to touch", "touch hurts",
               "Where does even light touch hurt or burn?",
               "healing-touch", "neuropathy-article"),
        _local("spasticity", "Spasticity", "stiff, pulls back when stretched quickly",
               "Which muscles pull tight when moved?", "massage-reference", "massage-mastery"),
        _local("spasm", "Sudden spasms", "sudden strong cramps",
               "Which muscles jump or cramp, and what sets them off?",
               "ms-therapists"),
        _local("weak-dorsiflexion", "Weak lifting of the foot", "the foot drags",
               "Does a foot catch when you walk?",
               "ms-therapists"),
        _general("tremor", "Tremor or involuntary movements", "trembling or extra movements",
                 "Is lying still hard just now?", "evenhand"),
        _general("light-headed-standing", "Light-headed on standing", "dizzy on getting up",
                 "Do you get dizzy when you stand up?", "rise-bc"),
        _general("heat-sensitive", "Sensitive to heat", "heat makes it worse",
                 "Does warmth bring symptoms on?",
                 "ms-three-uses"),
        _general("cold-sensitive", "Sensitive to cold", "cold makes it worse", "Does cold bring symptoms on?",
                 "ms-three-uses"),
        _general("fatigue", "Fatigue", "tires quickly", "How much energy do you have, and when in the day?",
                 "healing-touch", "massage-reference"),
        _general("lethargy-after-massage", "Heavy and tired after massage", "heavy limbs after massage",
                 "How were your limbs in the hours after the last session?", "ms-three-uses"),
        _general("constipation", "Constipation", "slow bowels", "How often do your bowels move?",
                 "ms-therapists"),
        # Blood, bones, skin.
        _general("blood-thinner", "Takes a blood thinner", "blood-thinning medicine",
                 "Do you take anything that thins the blood?", "neuropathy-blog", "parkinsons-europe"),
        _general("low-platelets", "Low platelets", "few blood platelets",
                 "Has a blood test shown low platelets?",
                 "neuropathy-blog"),
        _general("bleeding-disorder", "Bleeding disorder", "bleeds easily",
                 "Do you bleed or bruise very easily?",
                 "neuropathy-blog", "bc-college"),
        _general("low-white-cells", "Low white blood cells", "weak defence against infection",
                 "Has a blood test shown low white cells?", "nordic-house", "walton-oncology"),
        _local("blood-clot", "Blood clot (thrombosis)", "blood clot in a vein",
               "Is a leg or arm newly swollen, warm or painful? Was a clot found?", "neuropathy-blog",
               "bc-college"),
        _local("fracture", "Fracture, or bone not healed", "broken bone",
               "Is a bone broken or not healed yet?",
               "neuropathy-blog"),
        _local("osteoporosis", "Weakened bone (osteoporosis)", "brittle bones",
               "Has a doctor said your bones are thin?", "neuropathy-blog", "werner-osteoporosis"),
        _local("open-wound", "Open or healing wound", "open or healing wound",
               "Any wound, blister or bruise?",
               "neuropathy-blog", "neuropathy-article"),
        _local("skin-breakdown", "Skin breakdown or pressure sore", "sore or broken skin",
               "Any red, sore or broken skin from sitting or lying?", "neuropathy-article",
               "massage-reference"),
        _local("skin-infection", "Skin infection or rash", "infected skin or rash",
               "Any rash or infected skin?",
               "neuropathy-blog"),
        _local("fragile-skin", "Fragile skin (radiation, steroids)", "thin or irradiated skin",
               "Is skin thin, or was it treated with radiation?", "walton-oncology", "ms-society-steroids"),
        # What was done to the body.
        _local("recent-surgery", "Recent surgery", "operated not long ago",
               "When was the operation, and where?",
               "neuropathy-blog"),
        _local("implanted-device", "Implanted device (pump, stimulator, shunt)", "device under the skin",
               "Is there a pump, stimulator or shunt, and where does its tubing run?", "salvo-injections"),
        _local("injection-site", "Recent injection", "injection in the last days",
               "Where was the injection, and when?",
               "salvo-injections"),
        _local("lymph-nodes-removed", "Lymph nodes removed or irradiated; swelling", "lymph nodes taken out",
               "Were lymph nodes removed or irradiated, and on which side?", "walton-oncology",
               "abmp-lymphoedema"),
        _general("infusion-day", "Infusion today or yesterday", "an infusion today or yesterday",
                 "Did you have an infusion today or yesterday? In which arm?", "evenhand"),
        _general("antispastic-medicine", "Takes a medicine against stiffness", "baclofen, tizanidine and the like",
                 "When was the last dose?", "evenhand"),
        _general("steroid-course", "Steroids for a long time", "steroid tablets",
                 "Do you take steroids? Since when?",
                 "massage-mastery", "ms-society-steroids"),
        # What else is going on.
        _local("cancer", "Cancer, in treatment", "cancer",
               "Where is or was it, and what treatment is under way?",
               "neuropathy-blog", "walton-oncology"),
        _local("bone-metastasis", "Cancer in the bone", "cancer in the bone",
               "Has it reached a bone, and where?",
               "walton-oncology"),
        _general("pregnancy", "Pregnancy", "pregnant", "How many weeks?", "neuropathy-blog",
                 "pregnancy-pages"),
        _general("chemotherapy", "Chemotherapy", "chemotherapy", "When was the last treatment, and when is the next?",
                 "nordic-house", "walton-oncology"),
        _general("cannot-lie-flat", "Cannot lie flat or face down",
                 "lying flat or face down is hard (nausea, a fresh cut, a device, the lungs)",
                 "How do you lie best today?", "macdonald-positions"),
        _general("diabetes-complications", "Diabetes with advanced heart, kidney or vessel disease",
                 "diabetes that has reached heart, kidneys or vessels",
                 "Has diabetes reached your heart, kidneys or blood vessels?", "bc-college"),
        _general("severe-hypertension", "High blood pressure, severe or unstable", "blood pressure too high",
                 "What was your blood pressure when it was last taken?", "bc-college"),
        _general("unstable-heart", "Unstable heart disease or a recent heart attack", "heart trouble just now",
                 "Any heart attack or change of heart medicine in the last months?", "bc-college"),
        _general("severe-atherosclerosis", "Severe narrowing of the arteries", "narrowed arteries",
                 "Has a doctor found narrowed arteries in neck or legs?", "bc-college"),
        _local("pitting-oedema", "Pitting oedema of heart, kidney or cancer", "swelling that keeps a dent",
               "Does a finger leave a dent in the swelling?", "bc-college"),
        _general("organ-failure", "Advanced failure of an organ", "an organ that is failing",
                 "What does the doctor say about heart, lungs, liver or kidneys?", "bc-college"),
        _local("undiagnosed-lump", "Lump or mole nobody has looked at", "a lump or changed mole",
               "Has a doctor seen this lump or mole?", "bc-college"),
        _local("benign-lump", "Lump known to be harmless", "a harmless lump", "Where is it?", "bc-college"),
        _local("varicose-veins", "Varicose veins", "thick twisted veins", "Where are the veins thick or sore?",
               "stress-knot", "pregnancy-pages"),
        _local("drug-patch", "Medicine patch, pellet or gel on the skin", "a patch or gel on the skin",
               "Where is the patch or gel today?", "salvo-injections"),
        _general("sedated", "Sedated or on strong painkillers", "medicine that dulls the feeling",
                 "What did you take today, and when?", "sedation-pages"),
        _general("intoxicated", "Under alcohol or drugs", "alcohol or drugs today", "Any alcohol or drugs today?",
                 "sedation-pages"),
        _general("needs-help-to-consent", "May not be able to consent alone", "needs somebody beside them to decide",
                 "Who helps with decisions, and may consent?", "evenhand"),
        _general("fever", "Fever", "temperature", "Do you have a temperature?", "bc-college"),
        _general("acute-infection", "Acute infection", "infection, catching or not",
                 "Any infection just now?",
                 "bc-college", "msaa-pseudo"),
        _general("lubricant-allergy", "Allergy to an oil or lotion", "does not tolerate an oil or lotion",
                 "Which oils, lotions or plants do you not tolerate?", "neuropathy-blog"),
        _general("raised-intracranial-pressure", "Pressure or bleeding inside the head, aneurysm, "
                                                 "hydrocephalus",
                 "pressure inside the head", "Has a doctor spoken of pressure, bleeding or an aneurysm in "
                                             "the head?",
                 "healing-touch", "bc-college"),
        _general("headache-red-flags", "New or changed headache with warning signs",
                 "a headache unlike the others",
                 "Is it new, worse lying down, or with fever, weakness or numbness?", "massage-reference"),
        _general("gbs-acute", "Guillain-Barré, still getting worse", "weakness that is spreading",
                 "Is the weakness still spreading?", "werner-gbs"),
        # Emergencies.
        _general("thunderclap-headache", "Thunderclap headache", "the worst headache, all at once",
                 "Did it strike like a blow?", "bc-college", "massage-reference"),
        _general("acute-stroke-signs", "Signs of a stroke", "face, arm or speech suddenly not right",
                 "Face drooping, arm weak, speech slurred, all of a sudden?", "bc-college"),
        _general("seizure-now", "Seizure now", "having a seizure", "Is a seizure going on?", "bc-college"),
        _general("dysreflexia-signs", "Signs of autonomic dysreflexia",
                 "pounding headache, flushed, sweating (spinal cord injury)",
                 "Sudden pounding headache, flushing, sweating above the injury?", "dysreflexia-page"),
        _general("eclampsia-signs", "Signs of (pre-)eclampsia",
                 "pregnant, with headache, flashes, swelling or fits",
                 "Pregnant, with bad headache, flashes before the eyes, sudden swelling, fits?",
                 "bc-college", "pregnancy-pages"),
    )
}
