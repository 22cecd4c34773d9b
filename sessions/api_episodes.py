"""`/api/v1/`: episodes and what they do to the diary, plans for the return."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clients.episodes import today_in
from clients.models import Client, Episode
from practice import audit
from practice.access import may_read
from practice.api import Api
from practice.api_views import OwnedList
from practice.refusals import NotAllowed
from sessions import holds, plan_changes, rescheduling, sending
from sessions.episode_serializers import (
    ChangeSerializer,
    EffectSerializer,
    EpisodeSerializer,
    FactsSerializer,
    OneEpisodeSerializer,
    PlanQuestionSerializer,
    PlanSerializer,
    ReportSerializer,
    StatusSerializer,
)
from sessions.models import Plan


class ClientEpisodes(OwnedList):
    """A client's episodes, the latest first; reading them is for owners and therapists, and is written down."""

    area = "record"
    serializer_class = EpisodeSerializer

    def get_queryset(self) -> QuerySet[Episode]:
        if getattr(self, "swagger_fake_view", False):
            return Episode.objects.none()
        return Episode.objects.visible_to(self.member).filter(client_id=self.kwargs["pk"])

    @extend_schema(responses=EpisodeSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        if not may_read(self.member, Episode):
            raise NotAllowed("Your role does not include reading this. A therapist can.")
        audit.record(by=self.member, verb="client_read", subject=client, client_id=client.pk, what="episodes")
        return super().get(request, pk)

    @extend_schema(request=ReportSerializer, responses={201: EffectSerializer, 200: EffectSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Report an episode. Everybody may report a suspected one (a client calls, the front desk writes it down):
        nothing moves, the therapist is asked today. Confirming is for owners and therapists, and holds visits at once.
        A relapse reported again within 30 days of its onset answers 200 with the one there is."""
        client = self.find(Client, pk)
        effect = holds.report_episode(client=client, by=self.member, **self.read(ReportSerializer))
        return Response(EffectSerializer(effect).data, status=201 if effect.is_new else 200)


class OneEpisode(Api):
    """An episode with its course and the visits it holds; PATCH writes down what is known by now."""

    model = Episode

    @extend_schema(responses=OneEpisodeSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        episode = self.find(Episode, pk)
        audit.record(by=self.member, verb="client_read", subject=episode, client_id=episode.client_id, what="episode")
        return Response(OneEpisodeSerializer(episode).data)

    @extend_schema(request=FactsSerializer, responses=EffectSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """What is known by now; a steroid course that outlasts the hold lengthens it, and holds visits until then."""
        episode: Episode = self.find(Episode, pk)
        read: dict[str, Any] = self.read(FactsSerializer)
        return Response(EffectSerializer(holds.learn_of_episode(episode=episode, by=self.member, **read)).data)


class EpisodeStatus(Api):
    """Move an episode on, and the diary with it: confirmed holds visits, not-a-relapse gives times still free back."""

    model = Episode

    @extend_schema(request=StatusSerializer, responses=EffectSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        episode: Episode = self.find(Episode, pk)
        read: dict[str, Any] = self.read(StatusSerializer)
        read["on"] = read.get("on") or today_in(episode.client)
        return Response(EffectSerializer(holds.change_episode(episode=episode, by=self.member, **read)).data)


class EpisodePlan(Api):
    """Propose new times for all visits this episode holds: the least total cost, with reasons. Nothing moves yet."""

    model = Episode

    @extend_schema(request=PlanQuestionSerializer, responses={201: PlanSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        episode = self.find(Episode, pk)
        read = self.read(PlanQuestionSerializer)
        plan = rescheduling.propose_plan(episode=episode, by=self.member, **read)
        return Response(PlanSerializer(plan).data, status=201)


class OnePlan(Api):
    """A plan with its moves. It names no clinical fact, so that the front desk can agree the times and apply it."""

    model = Plan

    @extend_schema(responses=PlanSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(PlanSerializer(self.find(Plan, pk)).data)


class ApplyPlan(Api):
    """Make every move of a plan, or none: 409 `plan_stale` if the diary changed under it."""

    model = Plan

    @extend_schema(request=None, responses=PlanSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(PlanSerializer(rescheduling.apply_plan(plan=self.find(Plan, pk), by=self.member)).data)


class UndoPlan(Api):
    """Put every moved visit back on hold as it was, until the first moved one begins: else 409 `undo_conflict`."""

    model = Plan

    @extend_schema(request=None, responses=PlanSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(PlanSerializer(rescheduling.undo_plan(plan=self.find(Plan, pk), by=self.member)).data)


class SendPlan(Api):
    """Ask the client whether the new times suit; they are kept for 72 hours. One yes applies the plan."""

    model = Plan

    @extend_schema(request=None, responses=PlanSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(PlanSerializer(sending.send_plan(plan=self.find(Plan, pk), by=self.member)).data)


class TakeBackPlan(Api):
    """Take a sent plan back before it is answered: every visit is on hold as before, the plan a proposal again."""

    model = Plan

    @extend_schema(request=None, responses=PlanSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(PlanSerializer(sending.take_back_plan(plan=self.find(Plan, pk), by=self.member)).data)


class ChangePlan(Api):
    """Choose another time for one visit of a proposal, or leave it on hold: the others are placed anew around it.

    Answers a new plan, which replaces this one. 409 `chosen_times_clash` where chosen times cannot stand together."""

    model = Plan

    @extend_schema(request=ChangeSerializer, responses={201: PlanSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        plan: Plan = self.find(Plan, pk)
        read: dict[str, Any] = self.read(ChangeSerializer)
        read["is_chosen"] = read.pop("chosen")
        return Response(PlanSerializer(plan_changes.change_plan(plan=plan, by=self.member, **read)).data, status=201)
