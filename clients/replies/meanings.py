"""What a text somebody sends can mean by itself. Whole messages only: "stop by at ten" ends nothing.

CANCEL ends text messages by law and never cancels a visit: 47 CFR 64.1200(a)(10), in force since 2025-04-11, names
stop, quit, end, revoke, opt out, cancel and unsubscribe. The words for not feeling well are understood, never printed.
"""

from __future__ import annotations

import re
import unicodedata

from clients.models import Reply

Meaning = Reply.Meaning

_WORDS = {
    Meaning.STOP: (
        "stop, stopall, stop all, quit, end, revoke, opt out, optout, cancel, unsubscribe, stop texting me, "
        "stop texts, no more texts, "
        "parar, alto, baja, cancelar, detener, basta, no mas mensajes, "
        "arret, arreter, desabonner, desinscrire, resilier, annuler, plus de sms, "
        "stopp, abmelden, abbestellen, ende, aufhoren, keine sms, keine sms mehr"),
    Meaning.START: (
        "start, unstop, opt in, optin, subscribe, alta, iniciar, empezar, commencer, reprendre, starten, anmelden"),
    Meaning.YES: (
        "yes, y, yep, yeah, ok, okay, 1, confirm, confirmed, i confirm, i will come, i will be there, ill be there, "
        "yes i will come, si, vale, confirmo, confirmado, alli estare, oui, daccord, d accord, je confirme, je viens, "
        "ja, jawohl, bestatigt, ich bestatige, ich komme, passt"),
    Meaning.NO: (
        "no, n, nope, i cannot come, i cant come, cannot come, cant come, cant make it, no puedo, no puedo ir, "
        "non, je ne peux pas, nein, ich kann nicht, ich kann nicht kommen"),
    Meaning.UNWELL: (
        "flare, flare up, flareup, relapse, unwell, sick, ill, not well, not feeling well, i am not feeling well, "
        "im not feeling well, i am not well, im not well, i am in a flare, im in a flare, i feel ill, "
        "im ill, i am ill, "
        "brote, recaida, enfermo, enferma, estoy mal, estoy enfermo, estoy enferma, no me encuentro bien, "
        "poussee, rechute, malade, je suis malade, je ne me sens pas bien, "
        "schub, ruckfall, krank, ich bin krank, mir geht es nicht gut, mir gehts nicht gut"),
}
_MEANT = {phrase.strip(): meaning for meaning, phrases in _WORDS.items() for phrase in phrases.split(",")}
# The first word of a longer text that tells of it: "flare since Sunday, legs heavy".
_TELLS_UNWELL = frozenset({"flare", "flareup", "relapse", "brote", "poussee", "schub"})
_BUT = frozenset((
    "no", "not", "over", "gone", "better", "ended", "finished", "fine", "well", "vorbei", "besser", "kein", "keine",
    "nicht", "fini", "finie", "mieux", "plus", "mejor", "terminado", "acabado", "sin", "ya"))
_POLITE = ("please", "thanks", "thank you", "bitte", "danke", "por favor", "gracias", "merci", "s il vous plait",
           "s il te plait")


def meaning_of(text: str) -> Reply.Meaning:
    """What the whole of a text means; `OTHER` where somebody has to read it."""
    if text.strip() in ("👍", "👍🏻", "👍🏼", "👍🏽", "👍🏾", "👍🏿", "✅", "✔️"):
        return Meaning.YES
    said = plain(text)
    if said in _MEANT:
        return _MEANT[said]
    words = said.split()
    if words and words[0] in _TELLS_UNWELL and not _BUT & set(words):
        return Meaning.UNWELL
    return Meaning.OTHER


def plain(text: str) -> str:
    """Small letters without accents, marks or politeness: "¡SÍ, por favor!" reads "si"."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in letters if not unicodedata.combining(c)).replace("'", "").replace("’", "")
    said = " ".join(re.sub(r"[\W_]+", " ", bare).split())
    for polite in _POLITE:
        said = said.removeprefix(f"{polite} ").removesuffix(f" {polite}")
    return said.strip()
