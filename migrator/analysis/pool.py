"""Worker processes. A parser written in C can take its process down with it, so no file is ever parsed in this one."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace

from migrator.analysis.import_graph import Group
from migrator.analysis.outcome import Outcome
from migrator.analysis.worker import Analyse, Task, crashed, migrate

_WORTH_A_WORKER = 4
"""Groups. A worker takes longer to start than a few small files take to migrate."""

_NOW_AND_THEN = 0.5
"""Seconds."""

_DIED = "left alone: its analysis was killed (nested too deeply for the parser, or out of memory)"


def run(
    tasks: Sequence[Task], jobs: int, analyse: Analyse, waiting: Callable[[], None] = lambda: None
) -> Iterator[list[Outcome]]:
    """Yield the outcomes of each task as it ends, in any order.

    A task that fails, or kills its worker, costs that task only: its files are tried again one by one.

    Args:
        jobs: how many processes may work at once.
        waiting: called now and then while nothing ends.
    """
    workers = max(1, min(jobs, len(tasks) // _WORTH_A_WORKER or 1))
    pending = list(tasks)
    while pending:
        lost: set[int] = set()
        with _executor(workers) as executor:
            futures = {executor.submit(migrate, task, analyse): task for task in pending}
            for future in _completed(futures, waiting):
                error = future.exception()
                if error is None:
                    yield future.result()
                elif isinstance(error, BrokenProcessPool):
                    lost.add(id(futures[future]))
                else:
                    yield from _one_by_one(futures[future], analyse, error)
        # Tasks start in order: the one that killed its worker is among the first that did not end.
        unfinished = [task for task in pending if id(task) in lost]
        for suspect in unfinished[:workers]:
            yield from _alone(suspect, analyse)
        pending = unfinished[workers:]


def _alone(task: Task, analyse: Analyse) -> Iterator[list[Outcome]]:
    with _executor(1) as executor:
        future = executor.submit(migrate, task, analyse)
        error = future.exception()
    if error is None:
        yield future.result()
    else:
        yield from _one_by_one(task, analyse, error)


def _one_by_one(task: Task, analyse: Analyse, error: BaseException) -> Iterator[list[Outcome]]:
    paths = task.group.paths
    if len(paths) > 1:
        for path in paths:
            yield from _alone(replace(task, group=Group((path,), task.group.hits & {path})), analyse)
    elif isinstance(error, BrokenProcessPool):
        yield [Outcome(path, error=_DIED) for path in paths]
    else:
        yield crashed(paths, error)


@contextmanager
def _executor(workers: int) -> Iterator[ProcessPoolExecutor]:
    executor = ProcessPoolExecutor(workers, mp_context=_context(), initializer=_prepare)
    try:
        yield executor
    except BaseException:  # Ctrl+C: nobody waits for what is left to do
        for worker in multiprocessing.active_children():
            worker.terminate()
        # Not left to the end of the interpreter, which may use a pipe that this closes just then.
        executor.shutdown(cancel_futures=True)
        raise
    executor.shutdown()


def _prepare() -> None:
    # libcst takes three frames a level, and a string of 300 parts is as many levels deep.
    sys.setrecursionlimit(10_000)
    # A syntax tree is a hundred thousand objects that live till the end: looking through them for cycles as often as
    # Python does by default is an eighth of a migration, and through what was loaded before, for nothing at all.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    # As an exception an interrupt would be one task's result, and the worker would go on with the next.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait until the main process is gone, however it ended, and go too: nobody else would tell a worker.

    A forked worker holds the other end of the pipes of those before it: the last one goes first, the others follow.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _completed(
    futures: dict[Future[list[Outcome]], Task], waiting: Callable[[], None]
) -> Iterator[Future[list[Outcome]]]:
    left = set(futures)
    while left:
        done, left = wait(left, timeout=_NOW_AND_THEN, return_when=FIRST_COMPLETED)
        if not done:
            waiting()
        yield from done


def _context() -> multiprocessing.context.BaseContext:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    # No thread runs yet in this process, so a fork is safe, and ten times as fast as a new interpreter. What is loaded
    # before it is loaded once for all workers.
    import codemods.analysis  # noqa: F401

    return multiprocessing.get_context("fork")
