"""The pages of moving in, for the owner: a list is chosen, its columns said, looked at, brought in, taken back."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.importing import files, pieces, rows, steps
from clients.importing.columns import is_clinical, layout_of
from clients.importing.forms import ColumnsForm, FileForm, NamesForm, RowForm
from clients.importing.kinds import Kind, Kinds, kind_of
from clients.models import Client, Import, ImportRow
from practice.access import Role
from practice.pages import attempt, find, member_of, member_page, post_page, status_of

OWNER = frozenset({Role.OWNER})
_State, _Row = Import.State, ImportRow.State
ROWS_SHOWN = 5
TO_A_PAGE = 25
SECONDS_HERE = 15.0  # a step that no worker takes up is done in the request, for so long at once


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def moving_in(request: HttpRequest) -> HttpResponse:
    """The lists brought so far, and the next one."""
    member = member_of(request)
    form = FileForm(*((request.POST, request.FILES) if request.method == "POST" else ()),
                    initial={"kind": next(iter(Kinds.known))})
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data["file"]
        # One byte more than is taken: a bigger file is refused without being read.
        brought = attempt(form, steps.begin_import, practice=member.practice, kind=form.cleaned_data["kind"],
                          file_name=chosen.name, data=chosen.read(files.MOST_BYTES + 1), by=member)
        if brought:
            return redirect("clients:moving_in_columns", brought.pk)
    lists = [(brought, kind_of(brought.kind), _counts(brought).get(_Row.DONE, 0))
             for brought in Import.objects.visible_to(member).defer("content")[:20]]
    return render(request, "clients/moving_in/lists.html", {"room": "practice", "form": form, "lists": lists},
                  status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def moving_in_columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The first rows, and what each column becomes."""
    brought, member = _find(request, pk), member_of(request)
    what = kind_of(brought.kind)
    if brought.state not in (_State.CHOSEN, _State.CHECKED, _State.CHECKING):
        return redirect("clients:moving_in_list", pk)
    if request.method == "POST":  # what was chosen decides which columns hold days, and so whether their order is asked
        brought.mapping = [request.POST.get(f"column_{index}", "") for index in range(len(brought.columns))]
    form = ColumnsForm(request.POST if request.method == "POST" else None, brought=brought, what=what,
                       orders=steps.orders_of(brought))
    if form.is_bound and form.is_valid():
        chosen = attempt(form, steps.choose_columns, brought=brought, by=member, mapping=form.mapping(),
                         date_order=form.cleaned_data.get("date_order", ""), options=form.options())
        if chosen:
            asked = any(ask.names for ask in what.asks(chosen).values())
            return redirect("clients:moving_in_names" if asked else "clients:moving_in_list", pk)
    table = list(islice(files.rows_of(brought.text, brought.delimiter, len(brought.columns)), ROWS_SHOWN))
    layout = layout_of(brought.columns, what.layouts)
    return render(request, "clients/moving_in/columns.html", {
        "room": "practice", "brought": brought, "what": what, "form": form, "layout": layout, "shown": len(table),
        "clinical": _clinical(brought, what),
        "columns": [(question, [cells[i] for _, cells in table]) for i, question in enumerate(form.questions())]},
        status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def moving_in_names(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom and what the names of the list mean here."""
    brought, member = _find(request, pk), member_of(request)
    what = kind_of(brought.kind)
    asks = what.asks(brought) if brought.content else {}
    if not asks or brought.state not in (_State.CHECKED, _State.CHECKING):
        return redirect("clients:moving_in_list", pk)
    form = NamesForm(request.POST if request.method == "POST" else None, brought=brought, asks=asks)
    if form.is_bound and form.is_valid() and attempt(
            form, steps.choose_columns, brought=brought, by=member, mapping=brought.mapping,
            date_order=brought.date_order, names=form.names()):
        return redirect("clients:moving_in_list", pk)
    return render(request, "clients/moving_in/names.html", {
        "room": "practice", "brought": brought, "what": what, "form": form}, status=status_of(form))


@require_safe
@member_page(OWNER)
def moving_in_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is; then what becomes of each row; then what was brought in."""
    return _page(request, _find(request, pk), forms.Form())


@post_page("clients:moving_in_list", "pk")
@member_page(OWNER)
def moving_in_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Bring in, undo, check again, say the same of all, forget, go on."""
    brought, member, form = _find(request, pk), member_of(request), forms.Form(request.POST)
    form.is_valid()
    if verb == "go-on":
        Import.objects.filter(pk=pk).update(problem="")
        pieces.carry_on(pk, seconds=SECONDS_HERE)  # here, should there be no worker; whatever is left by a worker
        pieces.wake(brought)
        return redirect("clients:moving_in_list", pk)
    acts: dict[str, Any] = {
        "bring-in": steps.bring_in, "undo": steps.take_back, "drop": steps.drop_import, "check-again": rows.check_again,
        "all-same": lambda **said: rows.decide_all(are_same=True, **said),
        "all-new": lambda **said: rows.decide_all(are_same=False, **said)}
    if verb not in acts:
        raise Http404("No such step.")
    attempt(form, acts[verb], brought=brought, by=member)
    if form.errors:
        return _page(request, _find(request, pk), form)
    if verb == "drop":
        messages.success(request, f"{brought.file_name} is forgotten. Nothing was brought in.")
        return redirect("clients:moving_in")
    return redirect("clients:moving_in_list", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def moving_in_row(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One row, to be put right."""
    row = _find_row(request, pk, number)
    form = RowForm(request.POST if request.method == "POST" else None, row=row, what=kind_of(row.kind))
    if form.is_bound and form.is_valid():
        after = attempt(form, rows.repair_row, row=row, cells=form.cells(), by=member_of(request))
        if after and after.state != _Row.FAULTY:
            messages.success(request, f"Row {number}: {after.get_state_display().lower()}.")
            return redirect("clients:moving_in_list", pk)
        if after:
            row, form = after, RowForm(row=after, what=kind_of(row.kind))
    return render(request, "clients/moving_in/row.html", {
        "room": "practice", "brought": row.of, "row": row, "form": form,
        "faults": [rows.said_fault(one) for one in row.faults]}, status=status_of(form))


@post_page("clients:moving_in_row", "pk", "number")
@member_page(OWNER)
def moving_in_row_act(request: HttpRequest, pk: UUID, number: int, verb: str) -> HttpResponse:
    """This row is somebody listed; it is nobody listed; leave it out."""
    row, member, form = _find_row(request, pk, number), member_of(request), forms.Form(request.POST)
    form.is_valid()
    if verb == "leave":
        attempt(form, rows.leave_row, row=row, by=member)
    elif verb == "new":
        attempt(form, rows.decide_row, row=row, same=None, by=member)
    elif verb == "same":
        same = request.POST.get("same", "")
        if same not in row.alike:
            raise Http404("Nothing here by that id, or it is not yours.")
        attempt(form, rows.decide_row, row=row, same=find(Client, member, UUID(same)), by=member)
    else:
        raise Http404("No such step.")
    return _page(request, _find(request, pk), form) if form.errors else redirect("clients:moving_in_list", pk)


@require_safe
@member_page(OWNER)
def moving_in_to_fix(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """The rows to be put right, as a file."""
    return StreamingHttpResponse(rows.rows_to_fix(_find(request, pk)), content_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": 'attachment; filename="to-put-right.csv"', "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store"})


def _page(request: HttpRequest, brought: Import, form: forms.Form) -> HttpResponse:
    member, what = member_of(request), kind_of(brought.kind)
    if brought.is_running:
        return render(request, "clients/moving_in/list.html", {
            "room": "practice", "brought": brought, "what": what, "form": form, "total": _total(brought),
            "is_untaken": pieces.is_untaken(brought)}, status=status_of(form))
    counts = _counts(brought)
    faulty = Paginator(brought.rows.filter(state=_Row.FAULTY), TO_A_PAGE).get_page(request.GET.get("page"))
    asked = list(brought.rows.filter(state=_Row.ASKED)[:TO_A_PAGE])
    people = {str(c.pk): c for c in Client.objects.visible_to(member).filter(
        pk__in={pk for row in asked for pk in row.alike})}
    ready = counts.get(_Row.READY, 0)
    return render(request, "clients/moving_in/list.html", {
        "room": "practice", "brought": brought, "what": what, "form": form, "counts": counts, "ready": ready,
        "done": counts.get(_Row.DONE, 0), "said_ready": what.said(ready), "said_done": what.said(
            counts.get(_Row.DONE, 0)), "known": counts.get(_Row.KNOWN, 0), "same": counts.get(_Row.SAME, 0),
        "left": counts.get(_Row.LEFT, 0), "page_obj": faulty, "faulty": faulty.paginator.count,
        "asked_count": counts.get(_Row.ASKED, 0),
        "asked": [(row, _who(row), [people[pk] for pk in row.alike if pk in people]) for row in asked],
        "asks": bool(brought.content and brought.state == _State.CHECKED and what.asks(brought)),
        "left_out": [name for name, code in zip(brought.columns, brought.mapping, strict=False) if not code],
        "clinical": _clinical(brought, what)}, status=status_of(form))


def _total(brought: Import) -> int:
    """How many rows the step under way has in all."""
    if brought.state == _State.CHECKING:
        return brought.size
    left = _Row.READY if brought.state == _State.IMPORTING else _Row.DONE
    return brought.handled + brought.rows.filter(state=left).count()


def _counts(brought: Import) -> dict[str, int]:
    return dict(brought.rows.order_by().values_list("state").annotate(count=Count("pk")))


def _clinical(brought: Import, what: Kind) -> list[str]:
    return [name for name, code in zip(brought.columns, brought.mapping, strict=False)
            if not code and is_clinical(name, what.targets)]


def _who(row: ImportRow) -> str:
    said: Iterable[str] = (row.reading.get(name, "") for name in ("name", "email", "phone"))
    return ", ".join(filter(None, said))


def _find(request: HttpRequest, pk: UUID) -> Import:
    rows = Import.objects.visible_to(member_of(request)).defer("content").select_related("practice", "made_by__user")
    row: Import | None = rows.filter(pk=pk).first()
    if row is None:
        raise Http404("Nothing here by that id, or it is not yours.")
    return row


def _find_row(request: HttpRequest, pk: UUID, number: int) -> ImportRow:
    row = _find(request, pk).rows.select_related("of__practice", "practice").filter(number=number).first()
    if row is None:
        raise Http404("No such row.")
    return row
