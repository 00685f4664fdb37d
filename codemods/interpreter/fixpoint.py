"""Abstract execution of a whole program, function by function, until nothing new is learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

import libcst as cst

from codemods.interpreter import scopes
from codemods.interpreter.calls import Calls
from codemods.interpreter.classes import Classes, ClassFacts, decorator_name
from codemods.interpreter.containers import Containers
from codemods.interpreter.events import Events
from codemods.interpreter.expressions import Expressions
from codemods.interpreter.heap import Heap
from codemods.interpreter.imports import Imports
from codemods.interpreter.library import Library
from codemods.interpreter.receivers import Receivers
from codemods.interpreter.statements import Statements
from codemods.interpreter.text import Texts
from codemods.interpreter.values import (
    NOTHING,
    ClassRef,
    External,
    Instance,
    Obj,
    Unknown,
    Value,
    Values,
    only_unknown,
    without_unknown,
)
from codemods.interpreter.variables import Env, Variables
from codemods.interpreter.work import Work
from codemods.model import Workspace
from codemods.syntax.carried import reached
from codemods.syntax.navigate import ScopeNode
from codemods.syntax.tree import SourceModule


class Interpreter:
    """Runs a whole program over abstract values.

    Variables are followed in order inside a function, joined where paths meet; attributes, containers, parameters
    and variables shared between functions are joined over the whole program. Everything that is known only ever
    grows, so that the analysis ends.

    Attributes:
        modules: every module of the program by path, those it imports among them.
        scope: the scope whose code is being run.
        path: the module whose code is being run.
        guessing: whether values that nothing in the program gives are now taken for what they may be.
        site: the expression that is being evaluated.
    """

    scope: scopes.Scope
    path: str
    site: cst.CSTNode | None = None

    def __init__(self, modules: Mapping[str, SourceModule], workspace: Workspace, library: Library) -> None:
        self.library = library
        self.modules: dict[str, SourceModule] = {}
        self.functions: list[cst.FunctionDef | cst.Lambda] = []
        self.on_demand: set[cst.FunctionDef | cst.Lambda] = set()
        """Functions that are run when they are called, not before."""
        self.work = Work()
        self.classes = Classes(self)
        self.heap = Heap(self.work, self.classes.kin)
        self.variables = Variables(self.work)
        self.events = Events()
        self.texts = Texts(self)
        self.containers = Containers(self)
        self.calls = Calls(self)
        self.expressions = Expressions(self)
        self.statements = Statements(self)
        self.imports = Imports(self, workspace)
        self.receivers = Receivers(self)
        self.guessing = False
        matter = reached({path: module.text for path, module in modules.items()}, library.speaks)
        for path, module in modules.items():
            self.add_module(module, matter[path])

    def add_module(self, module: SourceModule, matter: AbstractSet[str] = frozenset()) -> None:
        """Take in one more module of the program.

        Args:
            matter: the names of its functions and classes that are run whoever calls them; others when they are called.
        """
        self.modules[module.path] = module
        found = scopes.build(module.path, module.tree)
        self.variables.add(found)
        for node, scope in found.items():
            if isinstance(node, cst.FunctionDef | cst.Lambda):
                self.functions.append(node)
                if not self._matters(scope, matter):
                    self.on_demand.add(node)
            elif isinstance(node, cst.ClassDef):
                self.classes.facts[node] = ClassFacts(node, module.path)
        self.work.add(node for node in found if not isinstance(node, cst.ClassDef) and node not in self.on_demand)

    def _matters(self, scope: scopes.Scope, names: AbstractSet[str]) -> bool:
        """Return whether a function is one of some of its module, or stands in one, or in no other at all."""
        definition = self.definition(scope)
        return definition is None or definition in names

    def defined(self, node: cst.FunctionDef | cst.Lambda) -> None:
        """Have a function run that is made by one that is run: where it goes to nobody can say."""
        scope: scopes.Scope | None = self.scope
        while scope is not None and isinstance(scope.node, cst.ClassDef):
            scope = scope.parent
        if scope is not None and scope.parent is not None:
            self.calls.demand(node)

    def run(self) -> None:
        """Execute everything until nothing changes."""
        self._settle()
        while self.receivers.demand_users():
            self._settle()
        # parameters that no call in the program fills: whatever they are, evidence may still tell
        self.guessing = True
        self.expressions.values.clear()
        self.variables.uses.clear()
        for module in self.modules.values():
            self.work.add([module.tree])
        self.work.add(node for node in self.functions if node not in self.on_demand)
        self._settle()

    def definition(self, scope: scopes.Scope) -> str | None:
        """Return the name of the function or class of a module in which a scope stands; None if it stands in none."""
        while scope.parent is not None and scope.parent.parent is not None:
            scope = scope.parent
        return scope.node.name.value if isinstance(scope.node, cst.FunctionDef | cst.ClassDef) else None

    def take_unknown(self) -> dict[cst.CSTNode, Values]:
        """Take what is unknown out of all tables, and return it: by expression, where it came from."""
        found: dict[cst.CSTNode, Values] = {}
        for node, values in self.expressions.values.items():
            unknown = only_unknown(values)
            if unknown:
                found[node] = unknown
                self.expressions.values[node] = values - unknown
        for table in (self.variables.cells, self.variables.passed, self.heap.contents, self.calls.returns):
            table.forget_unknown()
        for env in {id(env): env for env in self.statements.env_at.values()}.values():
            for name, binding in env.items():
                if only_unknown(binding.values):
                    env[name] = replace(binding, values=without_unknown(binding.values))
        return found

    def _settle(self) -> None:
        while (node := self.work.next()) is not None:
            self._run_scope(node)

    def _run_scope(self, node: ScopeNode) -> None:
        self.scope = self.variables.scopes[node]
        self.path = self.scope.path
        env: Env = {}
        match node:
            case cst.Module():
                self.statements.body(node, env)
            case cst.Lambda():
                self._parameters(node, env)
                self.calls.returns.join(node, self.eval(node.body, env))
            case cst.FunctionDef(body=suite):
                self._parameters(node, env)
                self.statements.body(suite, env)

    # asked by every part

    @property
    def unknown(self) -> Values:
        """What an expression gives that nobody has a model for; nothing yet, while the known values are worked out."""
        return frozenset({Unknown(self.site)}) if self.guessing else NOTHING

    def eval(self, node: cst.BaseExpression, env: Env) -> Values:
        """Return what an expression can be."""
        return self.expressions.eval(node, env)

    def iterate(self, values: Iterable[Value]) -> Values:
        """Return what `for x in values` binds."""
        return NOTHING.union(*(value.iterate(self) for value in values))

    def unpacked(self, values: Iterable[Value], index: int) -> Values:
        """Return what lands in place `index` when `values` are unpacked."""
        return NOTHING.union(*(value.unpacked(self, index) for value in values))

    def entered(self, values: Iterable[Value], node: cst.BaseExpression) -> Values:
        """Return what `with values as x` binds."""
        return NOTHING.union(*(value.entered(self, node) for value in values))

    def leads_to_what_matters(self, values: Values, depth: int = 3) -> bool:
        """Return whether values that the program is run for are among `values`, or in what these hold."""
        # level by level, each holder once: what many hold would else be looked at anew on each way to it
        seen: set[Value] = set()
        while not any(self.library.matters(value) for value in values):
            holders = {value for value in values if isinstance(value, Obj | Instance)} - seen
            if not holders or not depth:
                return False
            depth -= 1
            seen |= holders
            values = NOTHING.union(*(self.heap.held(holder) for holder in holders))
        return True

    # parameters

    def _parameters(self, node: cst.FunctionDef | cst.Lambda, env: Env) -> None:
        bind, passed = self.expressions.bind, self.variables.passed
        params = node.params
        method_of = self._class_of(node)
        for index, param in enumerate((*params.posonly_params, *params.params, *params.kwonly_params)):
            key = (self.scope, param.name.value)
            if index == 0 and method_of is not None:
                items = node.decorators if isinstance(node, cst.FunctionDef) else ()
                decorators = {decorator_name(item) for item in items}
                if "classmethod" in decorators:
                    passed.join(key, frozenset({ClassRef(method_of)}))
                elif "staticmethod" not in decorators:
                    passed.join(key, frozenset({Instance(method_of)}))
            values = passed.read(key)
            if not without_unknown(values) and param.annotation is not None:
                values |= self._annotated(param.annotation.annotation, param, env)
            if not without_unknown(values) and self.guessing:
                values |= self.library.unseen(param)
            bind(param.name.value, param, values, env, None, "param")
        for rest, kind in ((params.star_arg, "tuple"), (params.star_kwarg, "dict")):
            if isinstance(rest, cst.Param):
                bind(rest.name.value, rest, frozenset({Obj(rest, kind)}), env, None, "param")

    def _annotated(self, node: cst.BaseExpression, param: cst.Param, env: Env) -> Values:
        """Return what an annotation says of a parameter that nobody in the program fills."""
        match node:
            case cst.BinaryOperation(operator=cst.BitOr(), left=left, right=right):
                return self._annotated(left, param, env) | self._annotated(right, param, env)
            case cst.Subscript(
                value=cst.Name("Optional") | cst.Attribute(attr=cst.Name("Optional")),
                slice=[cst.SubscriptElement(slice=cst.Index(value=inner))],
            ):
                return self._annotated(inner, param, env)
            case cst.Name() | cst.Attribute():
                found: set[Value] = set()
                for value in self.eval(node, env):
                    if isinstance(value, ClassRef):
                        found.add(Instance(value.node))
                    elif isinstance(value, External) and value.name in self.library.annotations:
                        found.add(self.library.annotations[value.name](param))
                return frozenset(found)
        return NOTHING

    def _class_of(self, node: cst.FunctionDef | cst.Lambda) -> cst.ClassDef | None:
        parent = self.scope.parent
        if isinstance(node, cst.FunctionDef) and parent is not None and isinstance(parent.node, cst.ClassDef):
            return parent.node
        return None
