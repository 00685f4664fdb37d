"""What is left to run: a function is run again when something it has read is more than it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable

from codemods import model
from codemods.syntax.navigate import ScopeNode


class Work:
    """A list of modules, functions and lambdas to run, each at most once, in the order in which they were added."""

    def __init__(self) -> None:
        self.current: ScopeNode | None = None
        """What is being run."""
        self._waiting: dict[ScopeNode, None] = {}
        self._spent = 0
        self._readers: dict[tuple[int, Hashable], dict[ScopeNode, None]] = defaultdict(dict)

    def add(self, nodes: Iterable[ScopeNode]) -> None:
        """Ask for `nodes` to be run."""
        self._waiting.update(dict.fromkeys(nodes))

    def next(self) -> ScopeNode | None:
        """Return what is to be run next; None when nothing is left."""
        self.current = next(iter(self._waiting), None)
        if self.current is not None:
            del self._waiting[self.current]
        return self.current

    def spend(self) -> None:
        """Take note that one more statement is run.

        Raises:
            BudgetError: these are too many.
        """
        self._spent += 1
        if self._spent > model.BUDGET:
            raise model.BudgetError

    def read(self, table: object, key: Hashable) -> None:
        """Note that what is being run has read `key` of `table`."""
        if self.current is not None:
            self._readers[id(table), key][self.current] = None

    def grown(self, table: object, key: Hashable) -> None:
        """Have everything run again that has read `key` of `table`."""
        readers = self._readers.get((id(table), key))
        if readers:
            self._waiting.update(readers)
