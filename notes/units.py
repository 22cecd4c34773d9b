"""Units of timed services by the 8-minute rule: 8 to 22 minutes are one unit, 23 to 37 two, and so on by 15. Pure.

Source: Centers for Medicare & Medicaid Services, Medicare Claims Processing Manual (Pub. 100-04), chapter 5,
section 20.2, “Reporting of Service Units With HCPCS”.
"""

from __future__ import annotations

from collections.abc import Mapping

SOURCE = ("Centers for Medicare & Medicaid Services, Medicare Claims Processing Manual (Pub. 100-04), chapter 5, "
          "section 20.2")
UNIT, LEAST = 15, 8


def units_in(minutes: int) -> int:
    """How many units so many timed minutes of a day are: none below 8."""
    return (minutes + UNIT - LEAST) // UNIT


def units_by_code(minutes: Mapping[str, int]) -> dict[str, int]:
    """The day's units shared out over its codes; a code without a unit is left out.

    All timed minutes together say how many there are. Each code has one for every full 15 minutes; what is left goes
    to the codes with the most minutes over, so 7 and 7 make one unit, of the one that took longer.
    """
    units = {code: spent // UNIT for code, spent in minutes.items()}
    left = units_in(sum(minutes.values())) - sum(units.values())
    by_rest = sorted(minutes, key=lambda code: (-(minutes[code] % UNIT), -minutes[code]))
    for code in by_rest[:left]:
        units[code] += 1
    return {code: count for code, count in units.items() if count}
