"""Answers about people: what a human-in-the-loop task asks, and what it is told.

From 3.3 such a task is parked, and the loop wakes it with the answer; before, it is deferred to a trigger that looks for
the answer itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mwaa_kit.engine.airflow3.answers import Answers
from mwaa_kit.engine.airflow3.describing import construct
from mwaa_kit.engine.world import Answer, Pending, Question


class PeopleAnswers(Answers):
    """Takes a task's question, and gives a person's answer."""

    def on_CreateHITLDetailPayload(self, msg: Any) -> Any:
        fields = msg.model_dump(exclude={"type"}, exclude_unset=True)
        self.services.put_question(
            Question(
                task_id=self.request.task_id,
                map_index=self.request.map_index,
                subject=msg.subject,
                options=tuple(msg.options),
                body=msg.body or "",
                defaults=None if msg.defaults is None else tuple(msg.defaults),
                multiple=bool(msg.multiple),
                params=dict(msg.params or {}),
            )
        )
        return self.comms.HITLDetailRequestResult(**fields)

    def on_GetHITLDetailResponse(self, msg: Any) -> Any:
        answer = self.services.find_answer(self.request.task_id, self.request.map_index)
        if isinstance(answer, Pending):
            return self._respond(None)
        task = self.dag.task_dict[self.request.task_id]
        if answer is None and not getattr(task, "response_timeout", None):
            self.give_up(f"nobody answered; give an answer with --answer {self.request.task_id}=…")
        return self._respond(answer)

    def on_UpdateHITLDetail(self, msg: Any) -> Any:
        return self._respond(Answer(tuple(msg.chosen_options), dict(msg.params_input or {})))

    def _respond(self, answer: Answer | None) -> Any:
        from airflow.sdk.api.datamodels import _generated as datamodels

        user = datamodels.HITLUser(id=answer.by, name=answer.by) if answer and answer.by else None
        return construct(
            datamodels.HITLDetailResponse,
            response_received=answer is not None,
            responded_by_user=user,
            responded_at=datetime.now(UTC) if answer else None,
            chosen_options=list(answer.options) if answer else None,
            params_input=dict(answer.params) if answer else {},
        )


def event_of(answer: Answer) -> Any:
    """Return what a parked task is woken with, serialised; ``HITLDetail.as_resume_event_payload`` builds the same."""
    from airflow.sdk.serde import serialize

    return serialize(
        {
            "chosen_options": list(answer.options),
            "params_input": dict(answer.params),
            "responded_by_user": {"id": answer.by, "name": answer.by} if answer.by else None,
            "responded_at": datetime.now(UTC),
            "timedout": not answer.by,
        }
    )


def event_of_silence() -> Any:
    """Return what a parked task is woken with when nobody answered in time, and there are no defaults."""
    error = "The Human-in-the-loop response timeout has passed without a response."
    return {"error": error, "error_type": "timeout"}
