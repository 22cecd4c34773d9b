"""Pictures people look at instead of reading, each one SVG from the server: the same on a page, in a letter, in print.

`told` holds what is drawn and the words that say the same; `pen` the marks, `frame` days and values, `bands` what lay
behind them, `work` what was done, under the days; `series`, `relief`, `pressure` and `spark` are the pictures.
"""

from notes.charts.pen import EM, FACE, Look
from notes.charts.pressure import Tried, medians_of, pressure_chart, pressure_said
from notes.charts.relief import Lasted, relief_chart, relief_said
from notes.charts.series import GAP, Scale, readings_chart
from notes.charts.spark import spark
from notes.charts.told import (
    Band,
    Firmness,
    Reading,
    Row,
    Stretch,
    Used,
    chart_said,
    readings_said,
    readings_table,
    said_band,
    said_day,
    said_days,
    said_stretch,
    said_value,
    said_with_unit,
    used_most,
)

__all__ = [
    "EM", "FACE", "GAP", "Band", "Firmness", "Lasted", "Look", "Reading", "Row", "Scale", "Stretch", "Tried",
    "Used", "chart_said", "medians_of",
    "pressure_chart", "pressure_said", "readings_chart", "readings_said", "readings_table", "relief_chart",
    "relief_said", "said_band", "said_day", "said_days",
    "said_stretch", "said_value", "said_with_unit", "spark", "used_most",
]
