"""What a variable may look like, in the language a text is shown in: its days and lines as they read there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from practice import clock
from practice.wording import piece

_DAY = re.compile(rf"\b({'|'.join(clock.WEEKDAYS)}) (\d+) ({'|'.join(clock.MONTHS)})\b")


class Example(str):
    """An example made of lines that code puts together: reads English, and knows how it reads elsewhere."""

    room: str
    name: str
    lines: tuple[Mapping[str, str], ...]

    def in_(self, language: str) -> str:
        """The same lines in this language."""
        return "\n\n".join(piece(self.room, self.name, language, **{key: _said(value, language) for key, value
                                                                    in line.items()}) for line in self.lines)


def example_of(room: str, name: str, *lines: Mapping[str, str]) -> Example:
    """The piece of this room filled once for each of these lines."""
    example = Example("\n\n".join(piece(room, name, **line) for line in lines))
    example.room, example.name, example.lines = room, name, lines
    return example


def examples_in(language: str, variables: Mapping[str, str]) -> dict[str, str]:
    """A kind's examples as somebody who reads this language would see them."""
    return {name: value.in_(language) if isinstance(value, Example) else _said(value, language)
            for name, value in variables.items()}


def _said(value: str, language: str) -> str:
    """An example with its days in this language: "Tue 24 Nov, 10:30" reads "Di. 24. Nov., 10:30"."""
    return _DAY.sub(lambda day: clock.named_day(
        clock.WEEKDAYS.index(day[1]), int(day[2]), clock.MONTHS.index(day[3]), language), value)
