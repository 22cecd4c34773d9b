"""Words that tell a stranger what somebody comes for. None of them may stand in a message, in any language.

A word ending in * also stands for what it begins, one beginning with * for what it ends. Short names that are ordinary
words in small letters (Ms, em, sep) count in capitals only. The lists are our own (P), after what guides to messages
without health data agree on: name, day, time, practice and phone, and nothing of condition, treatment or results.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_EVERYWHERE = """
parkinson* migrain* *neuropath* *neurolog* *neuropsych* *physio* *oncolog* *psychiat* *sclero* *skleros* *sklerot*
*epilep* alzheimer* demen* diabet* *stroke *symptom* diagnos* *spasm* *spastic* *massage* *massag* fibromyalg* steroid*
cortison* kortison* opioid* neuralg* polyneur*
"""
_WORDS = {
    "en": """
relapse* relapsing flare* episode* attack* seizure* numb* tingl* pain* ache* cramp* tremor* fatigue* fever* infection*
ill illness* sick* disease* disorder* syndrome* patient patients treat* therapy *therapy therapies medicin* medicat*
wheelchair* condition* cancer* tumour* tumor* injur* wound* anxiety depress* nurse* neuro*
rehabilit* lymph* surgery surgical
""",
    "es": """
brote* recaid* recidiv* crisis ataque* episodio* convuls* adormec* entumec* hormigueo* dolor* calambre* temblor*
fatiga fiebre* infecc* enferm* padec* trastorno* sindrome* paciente* tratamiento* *terapia* masaj*
medicament* medicina* jaqueca* migran* esclerosis lesion* herida* cancer* tumor* ansiedad depres* ruedas rehabilit*
espasm* espastic* diagnost* sintoma* ictus neuro* cirug*
""",
    "fr": """
rechute* poussee* crise* attaque* episode* engourdi* fourmill* douleur* douloureu* crampe* tremble* fatigue* fievre*
infection* malad* trouble* syndrome* patient patients patiente patientes traitement* soins *therapie* medicament*
medecin* migraine* sclerose* lesion* blessure* cancer* tumeur* anxiete depress* roulant* reeduc* *kine* kine* avc
neuro* chirurg*
""",
    "de": """
rezidiv* schub schube schuben *schub anfall anfalle anfallen attacke* episode* krampf* *krampf taub *gefuhl kribbel*
schmerz* *schmerz *schmerzen zittern tremor* mudigkeit* erschopf* fieber* infekt* krank* erkrank* storung* syndrom*
patient* behandl* *therapie* medikament* *medizin* migrane* *sklerose verletz* wunde* krebs* tumor*
angst* depress* rollstuhl* reha* *arzt *arztin neuro* schlaganfall* lymph* chirurg*
""",
}
_CAPITALS = {"en": ("MS", "PD"), "es": ("MS", "EM", "EP"), "fr": ("MS", "SEP"), "de": ("MS",)}


def clinical_words_in(text: str, language: str = "en") -> list[str]:
    """The words of this text that say what somebody comes for, as they stand there; names of variables are none."""
    text = re.sub(r"\{[a-z_]*\}", lambda name: " " * len(name[0]), unicodedata.normalize("NFC", text))
    plain = "".join(_bare(letter) for letter in text)
    found = [text[match.start():match.end()] for match in _listed(language).finditer(plain)]
    return list(dict.fromkeys(found + [word for word in _CAPITALS[language] if re.search(rf"\b{word}\b", text)]))


def _bare(letter: str) -> str:
    """The letter without its accent, one for one, so that places in the text stay what they are."""
    first = unicodedata.normalize("NFD", letter)[0].lower()
    return first if len(first) == 1 else letter


@cache
def _listed(language: str) -> re.Pattern[str]:
    words = f"{_EVERYWHERE} {_WORDS[language]}".split()
    return re.compile("|".join("\\b" + word.replace("*", "\\w*") + "\\b" for word in words))
