"""Where a statement of the catalogues comes from: every source once, as a reader can look it up."""

from __future__ import annotations

from dataclasses import dataclass

from practice import techniques

KINDS = ("guideline", "textbook", "article", "practice custom", "our proposal")


@dataclass(frozen=True, slots=True)
class Source:
    """One source: the citation in full and what kind of evidence it is."""

    key: str
    kind: str
    citation: str


SOURCES: dict[str, Source] = {
    source.key: source
    for source in (
        # Articles written for people with the condition, and what therapists report.
        Source("healing-touch", "article", techniques.HEALING_TOUCH),
        Source("ms-three-uses", "article", techniques.MS_THREE_USES),
        Source("ms-therapists", "practice custom", techniques.MS_THERAPISTS),
        Source("neuropathy-blog", "article", techniques.NEUROPATHY_BLOG),
        Source("neuropathy-article", "article", techniques.NEUROPATHY_ARTICLE),
        # Guidelines of professional bodies.
        Source("bc-college", "guideline",
               "College of Massage Therapists of British Columbia. Contraindications; working document, "
               "April 2010 (copy at takhinatherapeutics.com)"),
        Source("salvo-injections", "guideline",
               "Salvo S. On injection sites and devices, with a practice guideline. Massage Therapy "
               "Canada (RMT), Fall 2018, pp. 21-22"),
        Source("ms-trust-relapses", "guideline", "MS Trust. Managing MS relapses (mstrust.org.uk)"),
        Source("ms-society-steroids", "guideline",
               "MS Society UK. Steroids for MS relapses (mssociety.org.uk)"),
        # Textbooks, teachers, and what is copied from them.
        Source("werner-charts", "textbook",
               "Werner R. A Massage Therapist's Guide to Pathology, summary charts of an older edition "
               "(copy at somatics.de/PathologyBook)"),
        Source("werner-gbs", "article",
               "Werner R. On Guillain-Barré syndrome. Massage & Bodywork (ABMP), January 2017 (article "
               "1634)"),
        Source("werner-osteoporosis", "article",
               "Werner R. On osteoporosis. Massage & Bodywork (ABMP), article 2728"),
        Source("werner-trigeminal", "article",
               "Werner R. On trigeminal neuralgia. Massage & Bodywork (ABMP), March 2020"),
        Source("werner-epilepsy", "article", "Werner R. On epilepsy. ABMP podcast, episode 113"),
        Source("walton-oncology", "article",
               "Walton T. Gentle pressure in oncology massage. Massage Magazine "
               "(massagemag.com/gentle-pressure-oncology-massage-28781)"),
        Source("abmp-lymphoedema", "article",
               "ABMP, Massage & Bodywork, article 153: swelling after firm work at the shoulder blade"),
        Source("nordic-house", "article", techniques.NORDIC_HOUSE),
        Source("massage-reference", "article",
               "Massage Therapy Reference (massagetherapyreference.com), page on the condition"),
        Source("massage-mastery", "article",
               "Massage Therapy Mastery (massagetherapymastery.com), page on the condition"),
        # Organisations and clinics.
        Source("parkinsons-europe", "article", "Parkinson's Europe. Massage (parkinsonseurope.org)"),
        Source("rise-bc", "article", "RiseBC. Massage for Parkinson's disease (risebc.com)"),
        Source("wearing-off", "article", "Wearing-off in Parkinson's (wearingoff.eu)"),
        Source("healing-therapies-sci", "article",
               "Healing therapies for spinal cord injury: massage tips "
               "(healingtherapies.info/massage_tips)"),
        Source("msaa-pseudo", "article",
               "Multiple Sclerosis Association of America (mymsaa.org): pseudo-relapse, heat, fever, "
               "infection"),
        Source("migraine-attack-study", "article",
               "Study of neck massage with manipulation in an attack of migraine. PMC3312646"),
        Source("migraine-course", "article", "On the course and phases of a migraine attack. PMC9580058"),
        Source("macdonald-positions", "article", "MacDonald G. On positions in oncology massage (omtimes.com, 2014)"),
        Source("sedation-pages", "practice custom",
               "Ballaura (ballaura.com) and Donna Broadwell (donnabroadwell.com): when not to massage"),
        Source("stress-knot", "practice custom", "Stress Knot (stressknot.net): massage and varicose veins"),
        Source("salon-osteoporosis", "practice custom",
               "Salon Compass (salon-compass.com): massage and osteoporosis"),
        Source("pregnancy-pages", "practice custom",
               "Head to Toe Oasis (headtotoeoasis.org) and Healing Train (healingtrain.wordpress.com): "
               "massage in pregnancy"),
        Source("joyful-rising", "practice custom",
               "Joyful Rising Spa, 2024: massage and diabetes (joyfulrisingspa.com)"),
        Source("epilepsy-oils", "practice custom",
               "Resonance (resonanceokc.com): massage, oils and epilepsy"),
        Source("dysreflexia-page", "article",
               "Autonomic dysreflexia: text for physical therapists (th4.ilovetranslation.com)"),
        # Codes, and ourselves.
        Source("icd-10-cm", "article",
               "ICD-10-CM, fiscal year 2026, from secondary pages (the published code file was not read)"),
        Source("evenhand", "our proposal", techniques.OUR_PROPOSAL),
    )
}


def cite(*keys: str) -> str:
    """The citations in full, in one line; an unknown key is a KeyError."""
    return "; ".join(SOURCES[key].citation for key in keys)
