"""Where a statement of the catalogues comes from: every source once, as a reader can look it up."""

from __future__ import annotations

from dataclasses import dataclass

from practice import techniques

KINDS = ("guideline", "textbook", "article", "practice custom", "our proposal")


@dataclass(frozen=True, slots=True)
class Source:
    """One source: the citation in full and what kind of evidence it is."""

    key: str
    citation: str
    kind: str


SOURCES: dict[str, Source] = {
    source.key: source
    for source in (
        # Articles written for people with the condition, and what therapists report.
        Source("healing-touch", techniques.HEALING_TOUCH, "article"),
        Source("ms-three-uses", techniques.MS_THREE_USES, "article"),
        Source("ms-therapists", techniques.MS_THERAPISTS, "practice custom"),
        Source("neuropathy-blog", techniques.NEUROPATHY_BLOG, "article"),
        Source("neuropathy-article", techniques.NEUROPATHY_ARTICLE, "article"),
        # Guidelines of professional bodies.
        Source("bc-college", "College of Massage Therapists of British Columbia. Contraindications; working document, "
               "April 2010 (copy at takhinatherapeutics.com)", "guideline"),
        Source("salvo-injections", "Salvo S. On injection sites and devices, with a practice guideline. Massage Therapy "
               "Canada (RMT), Fall 2018, pp. 21-22", "guideline"),
        Source("ms-trust-relapses", "MS Trust. Managing MS relapses (mstrust.org.uk)", "guideline"),
        Source("ms-society-steroids", "MS Society UK. Steroids for MS relapses (mssociety.org.uk)", "guideline"),
        # Textbooks and what is copied from them.
        Source("werner-charts", "Werner R. A Massage Therapist's Guide to Pathology, summary charts of an older edition "
               "(copy at somatics.de/PathologyBook)", "textbook"),
        Source("werner-gbs", "Werner R. On Guillain-Barré syndrome. Massage & Bodywork (ABMP), January 2017 "
               "(article 1634)", "article"),
        Source("werner-osteoporosis", "Werner R. On osteoporosis. Massage & Bodywork (ABMP), article 2728", "article"),
        Source("werner-trigeminal", "Werner R. On trigeminal neuralgia. Massage & Bodywork (ABMP), March 2020", "article"),
        Source("werner-epilepsy", "Werner R. On epilepsy. ABMP podcast, episode 113", "article"),
        Source("walton-oncology", "Walton T. Gentle pressure in oncology massage. Massage Magazine "
               "(massagemag.com/gentle-pressure-oncology-massage-28781)", "article"),
        Source("abmp-lymphoedema", "ABMP, Massage & Bodywork, article 153: swelling after firm work at the shoulder blade",
               "article"),
        Source("nordic-house", techniques.NORDIC_HOUSE, "article"),
        Source("massage-reference", "Massage Therapy Reference (massagetherapyreference.com), page on the condition",
               "article"),
        Source("massage-mastery", "Massage Therapy Mastery (massagetherapymastery.com), page on the condition", "article"),
        # Organisations and clinics.
        Source("parkinsons-europe", "Parkinson's Europe. Massage (parkinsonseurope.org)", "article"),
        Source("rise-bc", "RiseBC. Massage for Parkinson's disease (risebc.com)", "article"),
        Source("wearing-off", "Wearing-off in Parkinson's (wearingoff.eu)", "article"),
        Source("healing-therapies-sci", "Healing therapies for spinal cord injury: massage tips "
               "(healingtherapies.info/massage_tips)", "article"),
        Source("msaa-pseudo", "Multiple Sclerosis Association of America (mymsaa.org): pseudo-relapse, heat, fever, "
               "infection", "article"),
        Source("migraine-attack-study", "Study of neck massage with manipulation in an attack of migraine. PMC3312646",
               "article"),
        Source("migraine-course", "On the course and phases of a migraine attack. PMC9580058", "article"),
        Source("salon-osteoporosis", "Salon Compass (salon-compass.com): massage and osteoporosis", "practice custom"),
        Source("pregnancy-pages", "Head to Toe Oasis (headtotoeoasis.org) and Healing Train "
               "(healingtrain.wordpress.com): massage in pregnancy", "practice custom"),
        Source("joyful-rising", "Joyful Rising Spa, 2024: massage and diabetes (joyfulrisingspa.com)", "practice custom"),
        Source("epilepsy-oils", "Resonance (resonanceokc.com): massage, oils and epilepsy", "practice custom"),
        Source("dysreflexia-page", "Autonomic dysreflexia: text for physical therapists (th4.ilovetranslation.com)",
               "article"),
        # Codes, and ourselves.
        Source("icd-10-cm", "ICD-10-CM, fiscal year 2026, from secondary pages (the published code file was not read)",
               "article"),
        Source("evenhand", techniques.OUR_PROPOSAL, "our proposal"),
    )
}


def cite(*keys: str) -> str:
    """The citations in full, in one line; an unknown key is a KeyError."""
    return "; ".join(SOURCES[key].citation for key in keys)
