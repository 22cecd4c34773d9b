"""Why a copy is not made or not read back, in words."""

from __future__ import annotations

from typing import ClassVar

from practice.refusals import Refusal


class NoKey(Refusal):
    """There is no key, or what is given is none."""

    code: ClassVar[str] = "backup_key_missing"
    title: ClassVar[str] = "No key for copies"


class WrongKey(Refusal):
    """The file is sealed for another key."""

    code: ClassVar[str] = "backup_key_wrong"
    title: ClassVar[str] = "Another key is needed"


class BrokenCopy(Refusal):
    """The file is not whole, or not as it was written."""

    code: ClassVar[str] = "backup_broken"
    title: ClassVar[str] = "This copy is not whole"


class NewerCopy(Refusal):
    """The file was written by a newer Evenhand."""

    code: ClassVar[str] = "backup_newer"
    title: ClassVar[str] = "This copy is newer"


class PlaceTaken(Refusal):
    """There is something already where the copy is to go."""

    code: ClassVar[str] = "place_taken"
    title: ClassVar[str] = "Not an empty place"


class NotReady(Refusal):
    """Something has to be done first."""

    code: ClassVar[str] = "not_ready"
    title: ClassVar[str] = "Not yet"
