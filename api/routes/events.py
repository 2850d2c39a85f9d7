"""What happens to a plan, as it happens: server-sent events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.auth.admission import SESSION_COOKIE, deed_of, engine_of, principal_of
from api.deps import KNOWN_ONLY, Actor, require, scoped
from api.live import EventStream, Live, event
from api.problems import READ_PROBLEMS, problem_responses
from api.routes.plans import PlanId
from data.accounts.coming import by_session
from data.accounts.principal import Principal
from data.accounts.roles import Permission
from data.engine import ask_alone, working
from data.errors import NotFoundError, StoreError
from data.versions.drafts import require_plan
from data.versions.events import MOST, Event, State, plan_state, read_events
from data.versions.presence import Person, enter, leave, people, stay

__all__ = ["router"]

log = logging.getLogger("wangge.events")

router = APIRouter(
    prefix="/api/v1/plans",
    tags=["versions"],
    dependencies=[KNOWN_ONLY],
    responses={**READ_PROBLEMS, **problem_responses("not_found", "forbidden")},
)

BEAT_S = 15.0
"""Seconds after which a stream in which nothing happens says that it is there."""
TOGETHER_S = 0.05
"""Seconds to wait for more, so that a burst of edits is read at once."""
PAUSE_S = 2.0
AGAIN_MS = 3000
_AWAY = (DBAPIError, PoolTimeout, StoreError)
_MEDIA: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "events hello, people, edit, step, comment, resolved, reload, "
        "gone and bye; the id of one is for Last-Event-ID",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/{plan}/events", response_class=EventStream, responses=_MEDIA)
async def events(
    request: Request,
    actor: Actor,
    plan: PlanId,
    after: Annotated[
        int | None,
        Query(ge=0, le=2**63 - 1, description="id of the last event that was seen"),
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(pattern=r"^[0-9]{0,18}$", description="the same, as browsers send it"),
    ] = None,
) -> EventStream:
    """Tell who is in a plan and what they do, until the page goes away.

    What was missed since the last event that was seen comes first. Who may see it is
    asked again for every event: it ends with the session, the role or the plan.
    """
    watch = _Watch(request, plan)
    await run_in_threadpool(watch.admit, actor)
    seen = int(last_event_id) if last_event_id else after
    return EventStream(_stream(request.app.state.live, watch, seen))


@dataclass(frozen=True)
class _Look:
    """What a look at the record found."""

    state: State
    events: list[Event]
    people: list[Person]
    account: int


class _Watch:
    """Looks at a plan for one page; between two looks it holds nothing."""

    def __init__(self, request: Request, plan: int) -> None:
        self.request = request
        self.plan = plan
        self.page: UUID = uuid4()
        self.settings = request.app.state.settings

    def admit(self, principal: Principal) -> None:
        """Refuse a plan that somebody cannot see, or may not follow."""
        with scoped(engine_of(self.request), principal, self.settings) as opened:
            row = require_plan(opened, self.plan)
        require(principal, Permission.READ_DRAFTS, row.community)

    def look(self, after: int | None) -> _Look | None:
        """Return what happened after an event; None for somebody who was let out.

        Raises `NotFoundError` once the plan is gone, or out of reach.
        """
        principal = self._who()
        if principal is None:
            return None
        engine = engine_of(self.request)
        with scoped(engine, principal, self.settings) as opened:
            row = require_plan(opened, self.plan)
            if not principal.may(Permission.READ_DRAFTS, row.community):
                return None
            state = plan_state(opened, self.plan)
            known = state.event if after is None else after
            # One more than can be told shows that there is more.
            found = read_events(opened, self.plan, after=known, limit=MOST + 1)
            here = people(opened, self.plan)
        return _Look(state, found, here, principal.account)

    def sign(self, *, first: bool) -> None:
        """Say that the page is open, or still open."""
        principal = self._who()
        if principal is None:
            return
        with self._writing(principal) as opened:
            if first:
                enter(
                    opened,
                    self.page,
                    self.plan,
                    account=principal.account,
                    actor=principal.display,
                )
            else:
                stay(opened, self.page)

    def sign_out(self) -> None:
        """Say that the page is closed; what cannot be said grows old by itself."""
        principal: Principal | None = self.request.state.principal
        if principal is None:
            return
        with suppress(*_AWAY), self._writing(principal) as opened:
            leave(opened, self.page, self.plan)

    def _writing(self, principal: Principal) -> Any:
        return working(
            engine_of(self.request),
            reach=principal.reach,
            timeout=self.settings.statement_timeout_s,
            **deed_of(self.request)._asdict(),
        )

    def _who(self) -> Principal | None:
        """Return who this is by now, without making the session last longer for it."""
        cookie = self.request.cookies.get(SESSION_COOKIE)
        if cookie is None or "authorization" in self.request.headers:
            return principal_of(self.request)
        subtrees = self.request.app.state.subtrees
        found = ask_alone(
            engine_of(self.request),
            lambda connection: by_session(connection, cookie, subtrees, touch=False),
        )
        return None if found is None else found[0]


async def _stream(live: Live, watch: _Watch, after: int | None) -> AsyncIterator[bytes]:
    """Give the events of a plan for one page."""
    bell = live.join(watch.plan)
    try:
        yield f"retry: {AGAIN_MS}\n\n".encode()
        shown: list[Person] | None = None
        greeted = signed = False
        beat = True
        while not live.closing:
            bell.clear()
            try:
                # A crowd that hears of an edit must not keep the next one waiting.
                async with live.turn:
                    if beat:
                        await run_in_threadpool(watch.sign, first=not signed)
                        signed = True
                    found = await run_in_threadpool(watch.look, after)
            except NotFoundError:
                yield event("gone", {"plan": watch.plan})
                return
            except _AWAY as error:
                log.warning("looking again: %s", type(error).__name__)
                yield b": the record is away\n\n"
                await asyncio.sleep(PAUSE_S)
                continue
            if found is None:
                yield event("bye", {"plan": watch.plan})
                return
            if not greeted:
                greeted = True
                number = found.state.event if after is None else None
                yield event("hello", _hello(watch.plan, found.state), number=number)
            if after is None:
                after = found.state.event
            if len(found.events) > MOST:
                after = found.state.event
                yield event("reload", {"plan": watch.plan}, number=after)
            else:
                for each in found.events:
                    yield event(each.kind, _told(each, found), number=each.id)
                    after = each.id
            if found.people != shown:
                shown = found.people
                yield event("people", {"people": _faces(found)})
            beat = not await _rung(bell)
            if beat:
                yield b": still here\n\n"
    finally:
        live.leave(watch.plan, bell)
        async with live.turn:
            await run_in_threadpool(watch.sign_out)


async def _rung(bell: asyncio.Event) -> bool:
    """Wait for the bell; tell whether it rang before it was time to say something."""
    try:
        await asyncio.wait_for(bell.wait(), BEAT_S)
    except TimeoutError:
        return False
    await asyncio.sleep(TOGETHER_S)
    return True


def _hello(plan: int, state: State) -> dict[str, Any]:
    return {
        "plan": plan,
        "edit": state.edit,
        "row_version": state.row_version,
        "status": state.status,
    }


def _told(each: Event, found: _Look) -> dict[str, Any]:
    return {
        "id": each.id,
        "at": each.at.isoformat(),
        "actor": each.actor,
        "mine": each.account == found.account,
        "sentence_zh": each.zh,
        "sentence_en": each.en,
        "number": each.number,
        "step": each.step,
        "row_version": found.state.row_version,
    }


def _faces(found: _Look) -> list[dict[str, Any]]:
    return [
        {
            "name": person.actor,
            "mine": person.account == found.account,
            "since": person.since.isoformat(),
            "editing": person.editing,
        }
        for person in found.people
    ]
