"""Words in what somebody writes freely that mean more than a session does, in the four languages of our messages.

The lists are our own (P), made wide: a word too many costs a look, one too few an answer nobody looks at first. Those
in Spanish, French and German have not been read by a native speaker yet (`practice.wording.UNREVIEWED`). All are looked
for in every text, in letters without accents: who is written to in German may well answer in English.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_ALARMING = {
    "en": r"""fever temperature infect\w* numb\w* weak\w* fell fall(en|ing)? faint\w* dizz\w* collaps\w* seizure
        blood bleed\w* bruis\w* swell\w* swollen breath\w* chest vision blind\w* sight slur\w* droop\w* hospital
        ambulance emergency doctor worse worst unbearable suicid\w* want_to_die kill_myself end_it_all
        (can_?not|cant|could_?not|couldnt)_(move|walk|stand|see|feel|speak|swallow|breathe)""",
    "es": r"""fiebre temperatura infec\w* adormec\w* entumec\w* (mano|brazo|pierna|pie|cara)s?_dormid[oa]s?
        debil\w* me_cai caid[ao]s? desmay\w* mareo\w* maread[oa] convuls\w* sangr\w* mor[ae]ton\w* hematoma\w*
        hinch\w* respir\w* falta_de_aire ahog\w* pecho vision vista cieg[oa] veo_(doble|borroso|mal) paraliz\w*
        hospital ambulancia urgencias? emergencia medic[oa] doctora? peor\w* insoportable suicid\w* matarme
        quiero_morir\w* quitarme_la_vida
        no_(me_)?(puedo|podia|pude)_(mover\w*|andar|caminar|levantar\w*|estar_de_pie|ver|sentir|hablar|tragar|respirar)
        no_siento""",
    "fr": r"""fievre temperature infect\w* engourdi\w* faibl\w* tombe\w* chutes? evanoui\w* malaise vertige\w*
        etourdi\w* convulsion\w* sang saign\w* bleus hematome\w* ecchymose\w* gonfl\w* enfle\w* respir\w*
        souffle essouffle\w* poitrine vision vue aveugle vois_(double|flou|mal) paralys\w* hopital ambulance
        samu urgences? medecin docteur pire empire\w* insupportable suicid\w* mourir me_tuer en_finir
        (peux|peut|pouvais|arrive|arrivais)_(plus|pas)_(a_)?(bouger|marcher|me_lever|voir|sentir|parler|avaler|respirer)
        ne_(me_|le_|la_|les_)?sens_(plus|pas)""",
    "de": r"""fieber\w* temperatur infekt\w* infiz\w* entzund\w* entzuend\w* taub\w* gefuhllos\w* gefuehllos\w*
        schwach\w* schwaech\w* gesturzt gestuerzt sturz hingefallen umgefallen ohnmacht\w* ohnmaecht\w*
        bewusstlos\w* schwind\w* krampfanfall\w* anfall\w* blut\w* bluterguss\w* blaue_flecken? geschwollen\w*
        schwell\w* angeschwollen\w* wadenschmerz\w* atem\w* atmen luftnot kurzatmig\w* brust\w* sehstorung\w*
        sehstoerung\w* doppelbilder blind\w* verschwommen lall\w* gelahmt gelaehmt lahmung\w* laehmung\w*
        mundwinkel krankenhaus klinik notarzt notaufnahme rettungs\w* arzt\w* schlimmer\w* schlechter\w*
        unertraglich\w* unertraeglich\w* suizid\w* selbstmord\w* umbringen sterben nicht_mehr_leben
        (kann|konnte)_(\w+_){0,4}?(nicht|kaum|nichts)_((mehr|richtig)_)?(bewegen|gehen|laufen|stehen|sehen|fu?e?hlen|spu?e?ren|sprechen|schlucken|atmen)
        (spu?e?re|fu?e?hle)_(\w+_){0,4}?(nicht|kaum|nichts)""",
}
_LIMBS = {
    "en": "legs? calf calves thighs? shins? knees? ankles? foot feet arms? forearms? limbs?",
    "es": "piernas? pantorrillas? gemelos? muslos? espinillas? rodillas? tobillos? pies? brazos? antebrazos?",
    "fr": "jambes? mollets? cuisses? tibias? genoux? chevilles? pieds? bras avant_bras",
    "de": r"\w*beine?n?s? waden? \w*schenkel knie knochel knoechel fuss fusse fuesse fussen fuessen (unter)?arme?n?s?",
}
_SIGNS = {
    "en": r"hot warm swollen swell\w* red redd\w* redness painful tender throb\w*",
    "es": r"caliente\w* hinchad\w* hinchaz\w* roj[oa]s? enrojec\w* dolorid\w* doloros\w*",
    "fr": r"chaude?s? gonfl\w* enfle\w* rouges? rougeurs? douloureu\w*",
    "de": r"heiss\w* warm\w* uberwarmt geschwollen\w* schwell\w* schwillt angeschwollen\w* rot rote[nrs]? gerotet\w* "
          r"geroetet\w* schmerzhaft\w* schmerzende?\w* schmerzt druckempfindlich\w*",
}


def is_alarming(words: str) -> bool:
    """Whether any of them means more than a session does."""
    return bool(_any_of(*_ALARMING.values()).search(_bare(words)))


def is_like_a_clot(words: str) -> bool:
    """Whether they speak of a hot, swollen, red or painful leg or arm."""
    bare = _bare(words)
    return any(_any_of(_LIMBS[language]).search(bare) and _any_of(_SIGNS[language]).search(bare) for language in _LIMBS)


def _bare(words: str) -> str:
    """Small letters without accents or marks, one space between words: "¡No puedo andar!" reads "no puedo andar"."""
    letters = unicodedata.normalize("NFKD", words.casefold()).replace("'", "").replace("’", "")
    return " ".join(re.sub(r"[\W_]+", " ", "".join(c for c in letters if not unicodedata.combining(c))).split())


@cache
def _any_of(*lists: str) -> re.Pattern[str]:
    """One pattern for lists of words; in them a space is written _."""
    return re.compile(rf"\b({'|'.join(' '.join(lists).split())})\b".replace("_", " "))
