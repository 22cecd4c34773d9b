"""What both commands that bring a list in share: the file, the columns, the check, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clients.importing import pieces, rows, steps
from clients.importing.kinds import kind_of
from clients.importing.values import ORDERS
from clients.models import Import, ImportRow
from practice.access import Outsider
from practice.models import Practice
from practice.refusals import Refusal

_Row = ImportRow.State
MOST_SAID = 50  # faults; the file has all of them


class ImportCommand(BaseCommand):
    """Reads a file, checks every row, and brings in those that are ready; in the words of the pages."""

    kind = ""

    def add_arguments(self, parser: CommandParser) -> None:
        targets = ", ".join(target.code for target in kind_of(self.kind).targets if not target.is_clinical)
        parser.add_argument("csv", type=Path, help="the file; UTF-8, UTF-16 or Windows-1252, comma, semicolon or tab")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; nothing is brought in")
        parser.add_argument("--practice", default="", help="the practice's name, or how it begins")
        parser.add_argument("--mapping", action="append", default=[], metavar="HEADER=BECOMES",
                            help=f"what a column becomes, instead of the guess; several times. One of: {targets}; "
                            "nothing behind the = leaves the column out")
        parser.add_argument("--date-order", choices=sorted(ORDERS), default="", help="how the list writes its days, "
                            "where no day in it decides")
        parser.add_argument("--faults", type=Path, help="write the rows to be put right to this file")
        if kind_of(self.kind).ticks:
            parser.add_argument("--name", action="append", default=[], metavar="THERE=HERE",
                                help="what a therapist or service of the list is called here; several times")
            for tick in kind_of(self.kind).ticks:
                parser.add_argument(f"--{tick.name}", action="store_true", help=tick.label)
        else:
            parser.add_argument("--alike", choices=("ask", "same", "new"), default="ask", help="rows that may be "
                                "somebody listed already: leave them for the page, take them for the same, or for new")

    def handle(self, *args: Any, **options: Any) -> None:
        practice = _practice(options["practice"])
        by = Outsider(practice, "system", f"import_{self.kind}")
        try:
            data = options["csv"].read_bytes()
        except OSError as broken:
            raise CommandError(f"{options['csv']} cannot be read: {broken.strerror}.") from broken
        try:
            brought = steps.begin_import(practice=practice, kind=self.kind, file_name=options["csv"].name, data=data,
                                         by=by)
            try:
                self._go(brought, by, options)
            finally:
                if options["dry_run"]:
                    steps.drop_import(brought=brought, by=by)
        except Refusal as refused:
            raise CommandError(refused.detail) from refused

    def _go(self, brought: Import, by: Outsider, options: dict[str, Any]) -> None:
        what = kind_of(self.kind)
        mapping = _mapping(brought, options["mapping"])
        names = _names(what.asks(brought), options.get("name", []))
        ticks = {tick.name: options[tick.name] for tick in what.ticks}
        steps.choose_columns(brought=brought, mapping=mapping, by=by, date_order=options["date_order"], names=names,
                             options=ticks)
        self._run(brought)
        if options.get("alike", "ask") != "ask":
            rows.decide_all(brought=brought, are_same=options["alike"] == "same", by=by)
        self._say_faults(brought, options["faults"])
        if not options["dry_run"] and brought.rows.filter(state=_Row.READY).exists():
            steps.bring_in(brought=brought, by=by)
            self._run(brought)
        self._say(brought, is_dry=options["dry_run"])

    def _run(self, brought: Import) -> None:
        pieces.carry_on(brought.pk)
        brought.refresh_from_db()
        if brought.problem:
            raise CommandError("This broke off; the log says why. What was brought in before stays: run it again.")

    def _say_faults(self, brought: Import, file: Path | None) -> None:
        faulty = brought.rows.filter(state=_Row.FAULTY)
        for row in faulty[:MOST_SAID]:
            for one in row.faults:
                self.stderr.write(f"row {row.number}: {rows.said_fault(one)}")
        if (more := faulty.count() - MOST_SAID) > 0:
            self.stderr.write(f"and {more} rows more; --faults FILE writes all of them.")
        if file:
            file.write_text("".join(rows.rows_to_fix(brought)), encoding="utf-8")

    def _say(self, brought: Import, *, is_dry: bool) -> None:
        what = kind_of(self.kind)

        def count(state: str) -> int:
            return brought.rows.filter(state=state).count()

        parts = [f"{what.said(count(_Row.READY))} would be brought in" if is_dry
                 else f"{what.said(count(_Row.DONE))} brought in"]
        parts += [f"{n} {words}" for state, words in (
            (_Row.KNOWN, "here already"), (_Row.SAME, "somebody listed already"),
            (_Row.ASKED, "perhaps listed already: decide on the page, or with --alike"),
            (_Row.FAULTY, "to be put right"), (_Row.LEFT, "no visits")) if (n := count(state))]
        self.stdout.write(", ".join(parts) + ".")
        left_out = [name for name, code in zip(brought.columns, brought.mapping, strict=True) if not code]
        if left_out:
            self.stdout.write(f"Columns left out: {', '.join(left_out)}.")


def _practice(name: str) -> Practice:
    found = list(Practice.objects.filter(name__istartswith=name).order_by("name"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"No practice is called “{name}”. Check the name." if name else "There is no practice yet.")
    raise CommandError(f"Say which practice with --practice: {', '.join(p.name for p in found)}.")


def _mapping(brought: Import, said: list[str]) -> list[str]:
    mapping = list(brought.mapping)
    for one in said:
        header, equals, code = one.rpartition("=")
        if not equals or header not in brought.columns:
            raise CommandError(f"“{one}”: write HEADER=BECOMES. The columns are {', '.join(brought.columns)}.")
        mapping = ["" if had == code else had for had in mapping]
        mapping[brought.columns.index(header)] = code
    return mapping


def _names(asks: dict[str, Any], said: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    fold: Callable[[str], str] = str.casefold
    for one in said:
        there, _, here = one.rpartition("=")
        fitting = [(code, pk) for code, ask in asks.items() if there in ask.names for pk, name in ask.choices
                   if fold(here) in (fold(name), fold(name.rpartition(",")[0]))]
        if not fitting:
            raise CommandError(f"“{one}”: nothing in the list is called so, or nobody and nothing here.")
        found.setdefault(fitting[0][0], {})[there] = fitting[0][1]
    return found
