"""What a rule is, and what it is handed: the base class and its context."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from types import UnionType
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar, get_args

import libcst as cst

from codemods.facts.narrowing import Place
from codemods.facts.program import Program
from codemods.model import HARDENING, Options, Safety, Source
from codemods.syntax.edits import Change, Edit

T = TypeVar("T")
N = TypeVar("N", bound=cst.CSTNode)
Changes: TypeAlias = Iterable[Change]
Rules: TypeAlias = "tuple[type[Rule[Any]], ...]"


@dataclass(frozen=True, slots=True)
class Example:
    """A v2 program (or piece of one) and what becomes of it."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RuleDoc:
    """What `explain` shows of a rule.

    Attributes:
        examples: programs before and after: `<name>.before.py` and `<name>.after.py` in the folder of the rule's
            examples. The last word on what the rule does, run as tests.
        untouched: programs it must leave alone, `<name>.untouched.py`.
        instead: for rules that only report, programs as a person leaves them, `<name>.instead.py`.
    """

    code: str
    name: str
    summary: str
    why: str
    source: Source
    safety: Safety
    safety_reason: str
    examples: Sequence[Example]
    untouched: Sequence[str]
    instead: Sequence[str]

    @property
    def hardening(self) -> bool:
        """Whether the rule takes part only on request."""
        return self.code in HARDENING


@dataclass(slots=True)
class Context(Place):
    """One module under the rules' eyes.

    Attributes:
        program: every fact about the program.
        module: the module being walked.
        options: the user's choices.
    """

    options: Options

    def get(self, analysis: Callable[[Program], T]) -> T:
        """Return an analysis of the program, made on first use: `context.get(Sessions)`."""
        return self.program.get(analysis)

    def code(self, node: cst.CSTNode) -> str:
        """Return the source of a node of any module of the program."""
        return self.module.code(node) if self.module.owns(node) else self.program.code(node)


class Rule(ABC, Generic[N]):
    """One kind of rewrite or finding, with the types of node that it wants to see: `Rule[cst.Call | cst.Name]`.

    Attributes:
        code: `V3Mnnn`.
        summary: one line, lower case, no full stop.
        why: what goes wrong without it.
        source: the page that says so, and when it was read.
        safety: of its rewrites; MANUAL when it only reports.
        safety_reason: a sentence for those who ask why; empty where there is nothing to add.
        nodes: the types of node it wants to see, taken from `N`.

    Its examples are files: `examples/<module of the rule>/` beside it, see `RuleDoc`.
    """

    code: ClassVar[str]
    summary: ClassVar[str]
    why: ClassVar[str]
    source: ClassVar[Source]
    safety: ClassVar[Safety] = Safety.SAFE
    safety_reason: ClassVar[str] = ""
    nodes: ClassVar[tuple[type[cst.CSTNode], ...]]

    def __init_subclass__(cls) -> None:
        (wanted,) = get_args(cls.__orig_bases__[0])  # type: ignore[attr-defined]
        cls.nodes = get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)

    @abstractmethod
    def visit(self, node: N, context: Context) -> Changes:
        """Yield what there is to change or to report at `node`."""

    def change(
        self,
        node: cst.CSTNode,
        message: str,
        *edits: Edit,
        safety: Safety | None = None,
        sure: bool = True,
        covers: Sequence[cst.CSTNode] = (),
    ) -> Change:
        """Return a rewrite at `node`: UNSAFE where it is not `sure`, unless `safety` says more; see `Change`."""
        return Change(self.code, node, message, safety or (self.safety if sure else Safety.UNSAFE), edits, covers)

    def report(
        self,
        node: cst.CSTNode,
        message: str,
        *,
        covers: Sequence[cst.CSTNode] = (),
        explains: Sequence[cst.CSTNode] = (),
    ) -> Change:
        """Return a finding that a person has to act on; see `Change` for the rest."""
        return Change(self.code, node, message, Safety.MANUAL, (), covers, explains)

    @classmethod
    def doc(cls) -> RuleDoc:
        """Return the rule as `explain` shows it; reads its examples."""
        package, _, module = cls.__module__.rpartition(".")
        folder = resources.files(package) / "examples" / module
        texts = {file.name: file.read_bytes().decode("utf-8") for file in folder.iterdir() if file.name.endswith(".py")}
        return RuleDoc(
            cls.code,
            module.replace("_", "-"),
            cls.summary,
            cls.why,
            cls.source,
            cls.safety,
            cls.safety_reason,
            [Example(texts[name], texts[name.replace(_BEFORE, _AFTER)]) for name in sorted(texts) if _BEFORE in name],
            [texts[name] for name in sorted(texts) if _UNTOUCHED in name],
            [texts[name] for name in sorted(texts) if _INSTEAD in name],
        )


_BEFORE, _AFTER, _UNTOUCHED, _INSTEAD = ".before.", ".after.", ".untouched.", ".instead."

__all__ = ["Change", "Changes", "Context", "Edit", "Example", "Rule", "RuleDoc", "Rules", "Safety", "Source"]
