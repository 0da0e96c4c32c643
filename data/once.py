"""Questions that several others ask: answered once until the store changes, or the day."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from data.clock import today_in_paris
from data.store import Store

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
Question = Callable[Concatenate[Store, Arguments], Answer]
MOST = 8  # answers of one question


def once(question: Question[Arguments, Answer]) -> Question[Arguments, Answer]:
    """Keep the last answers of a question until the store or the day changes; nobody changes what it returns.

    Its arguments must be plain values.
    """
    kept: WeakKeyDictionary[Store, tuple[object, dict[Any, Answer]]] = WeakKeyDictionary()
    keeping = Lock()

    @wraps(question)
    def answered(store: Store, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        now, key = (store.state(), today_in_paris()), (args, tuple(kwargs.items()))
        with keeping:
            if store not in kept or kept[store][0] != now:
                kept[store] = (now, {})
            answers = kept[store][1]
        # Several threads share the answers: what is returned is never looked up again.
        if key in answers:
            return answers[key]
        answer = question(store, *args, **kwargs)
        with keeping:
            while len(answers) >= MOST:
                answers.pop(next(iter(answers)))
            answers[key] = answer
        return answer

    return answered
