"""The refresh runs once at a time, and once more when data came meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ui.session import RefreshJob, RefreshState

Progress = Callable[[int, int], None]


def wait_for(job: RefreshJob, *statuses: str) -> RefreshState:
    for _ in range(500):
        if job.state().status in statuses:
            return job.state()
        time.sleep(0.01)
    raise AssertionError(job.state())


def test_progress_is_seen_and_the_end_too() -> None:
    go = threading.Event()

    def compute(progress: Progress) -> None:
        progress(3, 10)
        go.wait(5)

    job = RefreshJob(compute)
    assert job.state() == RefreshState()
    job.request()
    for _ in range(500):
        if job.state().done:
            break
        time.sleep(0.01)
    assert job.state() == RefreshState("running", 3, 10)
    go.set()
    assert wait_for(job, "done").status == "done"


def test_requests_during_a_computation_make_one_more_and_never_two_at_once() -> None:
    started, release, under_way, most = [], threading.Event(), [0], [0]

    def compute(_progress: Progress) -> None:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        started.append(1)
        release.wait(5)
        time.sleep(0.02)
        under_way[0] -= 1

    job = RefreshJob(compute)
    job.request()
    while not started:
        time.sleep(0.01)
    for _ in range(5):
        job.request()
    release.set()
    wait_for(job, "done")
    assert len(started) == 2
    assert most[0] == 1


def test_a_failure_reaches_the_page_in_french_and_the_next_request_starts_again() -> None:
    outcomes = iter([ValueError("boom"), None])

    def compute(_progress: Progress) -> None:
        outcome = next(outcomes)
        if outcome:
            raise outcome

    job = RefreshJob(compute)
    job.request()
    state = wait_for(job, "failed")
    assert "erreur imprévue" in state.message
    assert "boom" not in state.message
    job.request()
    assert wait_for(job, "done").message == ""


def test_a_failure_written_for_people_is_shown_as_it_is() -> None:
    from models.failures import RefreshFailed

    def compute(_progress: Progress) -> None:
        raise RefreshFailed("Le calcul s’est arrêté.")

    job = RefreshJob(compute)
    job.request()
    assert wait_for(job, "failed").message == "Le calcul s’est arrêté."
