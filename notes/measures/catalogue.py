"""The catalogue of measures: what may be used freely, and totals only of what is licensed to others."""

from __future__ import annotations

from notes.measures.measure import Change, Measure
from practice.techniques import HEALING_TOUCH, MS_THERAPISTS

_NRS = "0-10 numeric rating scale, generic"
_TIMED = "timed test, free to use"
_TOTAL = "licensed to others: the total only, none of its wording"
_MS_WALKING = "review of walking measures in MS, PMC8857110"
_MFIS = "Fatigue scales in MS, Archives of Physical Medicine and Rehabilitation 2017, S0003-9993(17)30489-6"
_NO_PERMISSION = "no permission required to reproduce, translate, display or distribute (Pfizer)"
RELIEF = "relief-days"
HEADACHE_DAYS = "headache-days"
_RELIEF_SOURCE = (
    f"How long a session helps differs from person to person: up to one week, 2 to 3 days in nerve pain with HIV "
    f"({HEALING_TOUCH}); 3 to 7, and 3 to 9 days, by therapists' reports ({MS_THERAPISTS}). The question is our own.")


def _scale(code: str, name: str, **more: object) -> Measure:
    return Measure(code, name, "0-10", 0, 10, "lower", _NRS, **more)  # type: ignore[arg-type]


def _total(code: str, name: str, low: int, high: int, better: str, source: str, **more: object) -> Measure:
    return Measure(code, name, f"{low}-{high}", low, high, better, source, kind="total", licence=_TOTAL,
                   **more)  # type: ignore[arg-type]


MEASURES: dict[str, Measure] = {
    m.code: m
    for m in (
        _scale("pain", "Pain", loinc="72514-3", meaningful=Change(
            2.0, "about 2 points or 30 % mean something to people with chronic pain",
            "Farrar et al., Pain 2001; 2,724 people in 10 trials")),
        _scale("stiffness", "Stiffness"),
        _scale("spasticity", "Spasticity"),
        _scale("fatigue", "Fatigue"),
        _scale("sleep", "Sleep disturbance"),
        _scale("anxiety", "Anxiety"),
        _scale("mood", "Low mood"),
        Measure(RELIEF, "Days the last session helped", "days", 0, 60, "higher", _RELIEF_SOURCE, kind="question",
                question="For how many days did the last session help?", drawn_to=10),
        Measure(HEADACHE_DAYS, "Headache days", "of 28 days", 0, 28, "lower",
                "Own diary. Trials count days with headache in four weeks (PMC7044826).", kind="question",
                question="On how many of the last 28 days was there a headache?", meaningful=Change(
                    0.5, "half the days is what trials count as a response", "a convention of trials, PMC7044826",
                    is_share=True)),
        Measure("t25fw", "Timed 25-foot walk", "seconds", 0, 180, "lower", _MS_WALKING, kind="test", licence=_TIMED,
                known_by="measured", drawn_to=20, hint="As fast as is safe, over 25 feet (7.62 m).",
                meaningful=Change(0.20, "20 % mean something to people with MS", "Hobart et al., 2013", is_share=True),
                error=Change(0.16, "14 to 16 % come and go from visit to visit in MS", _MS_WALKING, is_share=True)),
        Measure("tug", "Timed up and go", "seconds", 0, 180, "lower", _MS_WALKING, kind="test", licence=_TIMED,
                known_by="measured", drawn_to=30, loinc="89423-8",
                hint="Up from a chair, 3 m, turn, back, sit.",
                meaningful=Change(0.24, "24 % less, or 31 % more, mean something to people with MS", _MS_WALKING,
                                  is_share=True, for_worse=0.31)),
        Measure("6mwt", "Six-minute walk", "metres", 0, 1000, "higher", _MS_WALKING, kind="test", licence=_TIMED,
                known_by="measured", drawn_to=600, loinc="64098-7", is_once=True,
                meaningful=Change(0.20, "20 % mean something to people with MS", _MS_WALKING, is_share=True),
                error=Change(82, "up to 82 m can be chance in Parkinson’s",
                             "Steffen and Seney, Physical Therapy 2008")),
        *(Measure(f"dorsiflexion-{side}", f"Ankle dorsiflexion, {side}", "degrees", -40, 45, "higher",
                  f"Footwork that encourages the foot to lift helps walking ({MS_THERAPISTS}). Goniometer, generic.",
                  kind="test", known_by="measured", hint="Below 0 where the foot does not reach the right angle.")
          for side in ("left", "right")),
        Measure("gad-7", "GAD-7", "0-21", 0, 21, "lower",
                "Spitzer, Kroenke, Williams, Löwe, Archives of Internal Medicine 2006; 5, 10 and 15 are its cut-offs",
                kind="questionnaire", licence=_NO_PERMISSION, loinc="70274-6", is_once=True),
        Measure("phq-2", "PHQ-2", "0-6", 0, 6, "lower",
                "Kroenke, Spitzer, Williams, Medical Care 2003; 3 or more asks for more", kind="questionnaire",
                licence=_NO_PERMISSION, is_once=True),
        _total("mfis", "MFIS", 0, 84, "lower", "Modified Fatigue Impact Scale; asked where its wording may be used",
               meaningful=Change(4, "4 points mean something to people with MS", _MFIS),
               error=Change(20.2, "up to 20.2 points can be chance", _MFIS)),
        _total("fss", "FSS (mean)", 1, 7, "lower", "Fatigue Severity Scale",
               meaningful=Change(0.45, "0.45 points mean something to people with MS", _MFIS),
               error=Change(1.9, "up to 1.9 points can be chance", _MFIS)),
        _total("msws-12", "MSWS-12 (0-100)", 0, 100, "lower", "MS Walking Scale",
               meaningful=Change(8, "8 points mean something to people with MS", "PMC5460630")),
        _total("pdds", "PDDS", 0, 8, "lower", "Patient Determined Disease Steps: a stage, not a measure of change"),
        _total("mds-updrs-iii", "MDS-UPDRS part III", 0, 132, "lower",
               "MDS-UPDRS, motor examination; rated by whoever is trained to",
               meaningful=Change(3.25, "3.25 points less, or 4.63 more, mean something in Parkinson’s",
                                 "Horváth et al., Parkinsonism & Related Disorders 2015", for_worse=4.63)),
        _total("hit-6", "HIT-6", 36, 78, "lower", "Headache Impact Test",
               meaningful=Change(6, "6 points mean something to one person with chronic headache",
                                 "Cephalalgia, 0333102413497599; pubmed 32862469")),
        _total("eq-5d-vas", "EQ-5D VAS", 0, 100, "higher", "EuroQol, how good or bad health is today"),
    )
}
