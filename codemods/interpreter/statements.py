"""Abstract execution of statements."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.containers import keys
from codemods.interpreter.text import as_text
from codemods.interpreter.values import ELEMENT, NOTHING, ClassRef, External, Function, Obj, Str, Unknown, Value, Values
from codemods.interpreter.variables import Binding, Env, merge
from codemods.syntax.children import children

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter


class Statements:
    """Executes statements: variables in their order, joined where paths meet."""

    def __init__(self, run: Interpreter) -> None:
        self.env_at: dict[cst.CSTNode, Env] = {}
        """The variables just before each statement."""
        self._run = run
        self._loops: list[tuple[list[Env], list[Env]]] = []
        """What holds at each `break` and each `continue` of the loops around, the innermost last."""

    def body(self, body: cst.Module | cst.BaseSuite, env: Env) -> Env | None:
        """Run the body of a module or of a function; return the variables at its end, None if that is never met."""
        self._loops = []
        return self.block(body.body, env) if isinstance(body, cst.Module) else self.suite(body, env)

    def suite(self, body: cst.BaseSuite, env: Env | None) -> Env | None:
        """Run a block; return the variables at its end, None where the path ends before."""
        if isinstance(body, cst.IndentedBlock):
            return self.block(body.body, env)
        if isinstance(body, cst.SimpleStatementSuite):
            return self._simple(body.body, body, env)
        return env

    def block(self, statements: Sequence[cst.BaseStatement], env: Env | None) -> Env | None:
        """Run statements in their order; return the variables behind the last, None where the path ends before."""
        for statement in statements:
            self._run.work.spend()
            if env is None:
                # code after `return` or `break` still holds v2 words; look at it with what is known everywhere
                env = {}
            self.env_at[statement] = env
            self._run.site = statement
            if isinstance(statement, cst.SimpleStatementLine):
                env = self._simple(statement.body, statement, env)
            else:
                handler = getattr(self, f"_exec_{type(statement).__name__}", None)
                if handler is not None:
                    env = handler(statement, env)
        return env

    def _simple(self, parts: Sequence[cst.BaseSmallStatement], holder: cst.CSTNode, env: Env | None) -> Env | None:
        if env is None:
            return None
        env = dict(env)
        for part in parts:
            match part:
                case cst.Assign(targets=targets, value=value):
                    values = self._run.eval(value, env)
                    for target in targets:
                        self._run.expressions.assign(target.target, values, env, value if len(targets) == 1 else None)
                case cst.AnnAssign(target=place, value=given):
                    values = self._run.eval(given, env) if given is not None else NOTHING
                    if given is not None or not isinstance(place, cst.Name):
                        self._run.expressions.assign(place, values, env, given)
                    self._run.eval(part.annotation.annotation, env)
                case cst.AugAssign():
                    self._augment(part, env)
                case cst.Return(value=given):
                    if given is not None:
                        self._run.calls.returns.join(self._run.scope.node, self._run.eval(given, env))
                    return None
                case cst.Raise():
                    self._run.expressions.eval_children(part, env)
                    return None
                case cst.Break() | cst.Continue():
                    if self._loops:
                        self._loops[-1][0 if isinstance(part, cst.Break) else 1].append(env)
                    return None
                case cst.Import(names=aliases):
                    for alias in aliases:
                        self._run.imports.plain(alias, env)
                case cst.ImportFrom():
                    self._run.imports.names(part, env)
                case _:
                    self._run.expressions.eval_children(part, env)
        return env

    def _augment(self, part: cst.AugAssign, env: Env) -> None:
        old = self._run.eval(part.target, env)
        added = self._run.eval(part.value, env)
        if isinstance(part.operator, cst.AddAssign) and any(isinstance(value, Str) for value in old | added):
            values = self._run.texts.concatenate([as_text(old, part.target), as_text(added, part.value)], part)
        else:
            values = old
            for obj in old:
                if isinstance(obj, Obj):
                    self._run.heap.join(obj, ELEMENT, self._run.containers.elements(added))
        if isinstance(part.target, cst.Name):
            earlier = self._run.variables.uses.get(part.target, frozenset())
            self._run.expressions.bind(part.target.value, part, values, env, None, "augment")
            binding = env.get(part.target.value)
            if binding is not None:
                env[part.target.value] = Binding(binding.values, binding.defs | earlier)
        else:
            self._run.expressions.assign(part.target, values, env, None, "augment")

    def _exec_If(self, node: cst.If, env: Env) -> Env | None:
        env = dict(env)
        self._run.eval(node.test, env)
        after = self.suite(node.body, dict(env))
        match node.orelse:
            case cst.If() as following:
                self.env_at[following] = env
                return merge(after, self._exec_If(following, env))
            case cst.Else(body=body):
                return merge(after, self.suite(body, dict(env)))
        return merge(after, env)

    def _loop(self, body: cst.BaseSuite, env: Env, bind: list[tuple[cst.BaseExpression, Values]]) -> Env:
        """Run a loop's body once more where one turn leaves something for the next to see."""
        start = env
        for _ in range(2):
            self._loops.append(([], []))
            turn = dict(start)
            for target, values in bind:
                self._run.expressions.assign(target, values, turn, None, "for")
            end = self.suite(body, turn)
            broken, continued = self._loops.pop()
            after = start
            for path in (end, *broken, *continued):
                after = merge(after, path) or after
            if after == start:
                break  # without this, nested loops take exponential time
            start = after
        return start

    def _exec_While(self, node: cst.While, env: Env) -> Env | None:
        env = dict(env)
        self._run.eval(node.test, env)
        after = self._loop(node.body, env, [])
        self._run.eval(node.test, dict(after))
        if node.orelse is not None:
            return merge(after, self.suite(node.orelse.body, dict(after)))
        return after

    def _exec_For(self, node: cst.For, env: Env) -> Env | None:
        env = dict(env)
        values = self._run.iterate(self._run.eval(node.iter, env))
        after = self._loop(node.body, env, [(node.target, values)])
        if node.orelse is not None:
            return merge(after, self.suite(node.orelse.body, dict(after)))
        return after

    def _exec_With(self, node: cst.With, env: Env) -> Env | None:
        env = dict(env)
        for item in node.items:
            entered = self._run.entered(self._run.eval(item.item, env), item.item)
            if item.asname is not None:
                self._run.expressions.assign(item.asname.name, entered, env, item.item, "with")
        return self.suite(node.body, env)

    def _exec_Try(self, node: cst.Try | cst.TryStar, env: Env) -> Env | None:
        before = dict(env)
        after = self.suite(node.body, dict(env))
        # an exception can come from anywhere in the body: every state in between reaches the handlers
        anywhere: Env | None = merge(before, after)
        stack: list[cst.CSTNode] = [node.body]
        while stack:
            inner = stack.pop()
            anywhere = merge(anywhere, self.env_at.get(inner))
            if not isinstance(inner, cst.BaseExpression | cst.FunctionDef | cst.ClassDef):
                stack.extend(children(inner))
        if node.orelse is not None:
            after = self.suite(node.orelse.body, after if after is not None else {})
        for handler in node.handlers:
            path = dict(anywhere or {})
            caught = self._run.eval(handler.type, path) if handler.type is not None else NOTHING
            if handler.name is not None and isinstance(handler.name.name, cst.Name):
                self._run.expressions.assign(handler.name.name, self._caught(caught), path, None, "except")
            after = merge(after, self.suite(handler.body, path))
        if node.finalbody is not None:
            final = self.suite(node.finalbody.body, dict(merge(anywhere, after) or {}))
            after = final if after is not None else None
        return after

    _exec_TryStar = _exec_Try

    def _caught(self, types: Values) -> Values:
        listed = self._run.containers.elements(types)
        names = [value.name for value in types | listed if isinstance(value, External)]
        known = self._run.library.exceptions
        caught = {known[last] for name in names if (last := name.rsplit(".", 1)[-1]) in known}
        return frozenset(caught or {External(f"{name}()") for name in names})

    def _exec_FunctionDef(self, node: cst.FunctionDef, env: Env) -> Env:
        env = dict(env)
        self._run.defined(node)
        function: Values = frozenset({Function(node)})
        for decorator in node.decorators:
            # it may register the function; what it returns is taken to do what the function does
            found = self._run.eval(decorator.decorator, env)
            self._run.calls.back(found, cst.Call(func=decorator.decorator), [function])
            if any(isinstance(value, External | Unknown) and not _is_standard(value) for value in found):
                self._run.calls.escape(Arguments([(decorator.decorator, function)]), decorator.decorator)
        self._run.expressions.eval_defaults(node.params, env, node)
        annotations = [item.annotation for item in (*node.params.params, *node.params.kwonly_params)]
        for annotation in (*annotations, node.returns):
            if annotation is not None:
                self._run.eval(annotation.annotation, env)
        self._run.expressions.bind(node.name.value, node, function, env, None, "def")
        return env

    def _exec_ClassDef(self, node: cst.ClassDef, env: Env) -> Env:
        env = dict(env)
        for argument in node.bases:
            self._run.classes.inherit(node, self._run.eval(argument.value, env))
        outer = self._run.scope
        self._run.scope = self._run.variables.scopes[node]
        self.suite(node.body, {})
        self._run.scope = outer
        self._run.expressions.bind(node.name.value, node, frozenset({ClassRef(node)}), env, None, "class")
        return env

    def _exec_Match(self, node: cst.Match, env: Env) -> Env | None:
        env = dict(env)
        subject = self._run.eval(node.subject, env)
        after: Env | None = env
        for case in node.cases:
            path = dict(env)
            self._pattern(case.pattern, subject, path)
            if case.guard is not None:
                self._run.eval(case.guard, path)
            after = merge(after, self.suite(case.body, path))
        return after

    def _pattern(self, pattern: cst.CSTNode, subject: Values, env: Env) -> None:
        run = self._run
        match pattern:
            case cst.MatchAs(pattern=inner, name=name):
                if inner is not None:
                    self._pattern(inner, subject, env)
                if name is not None:
                    run.expressions.bind(name.value, name, subject, env, None, "match")
            case cst.MatchMapping(elements=elements, rest=rest):
                for element in elements:
                    known = keys(run.eval(element.key, env))
                    held = NOTHING.union(*(value.item(run, key, element.key) for key in known for value in subject))
                    self._pattern(element.pattern, held, env)
                if rest is not None:
                    run.expressions.bind(rest.value, rest, subject, env, None, "match")
            case cst.MatchValue(value=value):
                run.eval(value, env)
            case cst.MatchOr(patterns=choices):
                for choice in choices:
                    self._pattern(choice.pattern, subject, env)
            case _:
                for child in children(pattern):
                    self._pattern(child, NOTHING, env)


def _is_standard(value: Value) -> bool:
    """Return whether a decorator is the standard library's: those call a function only when it is called."""
    head = value.name.split(".", 1)[0] if isinstance(value, External) else ""
    return head == "builtins" or head in sys.stdlib_module_names
