"""Abstract execution of statements."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from codemods.interpreter.heap import ELEMENT, Binding, Env, merge
from codemods.interpreter.imports import Imports
from codemods.interpreter.values import NOTHING, ClassRef, CloseError, External, Function, Obj, Str, Value, Values

_CLOSE_ERRORS = (
    "ConnectionClosed",
    "ConnectionClosedError",
    "ConnectionClosedOK",
    "WebSocketConnectionClosedException",
)


class Statements(Imports):
    """Executes statements: variables in their order, joined where paths meet."""

    loops: list[tuple[list[Env], list[Env]]]
    """What holds at each `break` and each `continue` of the loops around, the innermost last."""

    def suite(self, body: cst.BaseSuite, env: Env | None) -> Env | None:
        if isinstance(body, cst.IndentedBlock):
            return self.block(body.body, env)
        if isinstance(body, cst.SimpleStatementSuite):
            return self._simple(body.body, body, env)
        return env

    def block(self, statements: Sequence[cst.BaseStatement], env: Env | None) -> Env | None:
        for statement in statements:
            if env is None:
                # code after `return` or `break` still holds v2 words; look at it with what is known everywhere
                env = {}
            self.env_at[statement] = env
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
            if isinstance(part, cst.Assign):
                values = self.eval(part.value, env)
                for target in part.targets:
                    whole = part.value if len(part.targets) == 1 else None
                    self.assign(target.target, values, env, whole)
            elif isinstance(part, cst.AnnAssign):
                values = self.eval(part.value, env) if part.value is not None else NOTHING
                if part.value is not None or not isinstance(part.target, cst.Name):
                    self.assign(part.target, values, env, part.value)
                self.eval(part.annotation.annotation, env)
            elif isinstance(part, cst.AugAssign):
                self._augment(part, env)
            elif isinstance(part, cst.Return):
                if part.value is not None:
                    self.returned(self.scope.node, self.eval(part.value, env))
                return None
            elif isinstance(part, cst.Raise):
                self.eval_children(part, env)
                return None
            elif isinstance(part, cst.Break | cst.Continue):
                if self.loops:
                    self.loops[-1][0 if isinstance(part, cst.Break) else 1].append(env)
                return None
            elif isinstance(part, cst.Import):
                for alias in part.names:
                    self.import_module(alias, env)
            elif isinstance(part, cst.ImportFrom):
                self.import_from(part, env)
            else:
                self.eval_children(part, env)
        return env

    def _augment(self, part: cst.AugAssign, env: Env) -> None:
        old = self.eval(part.target, env)
        added = self.eval(part.value, env)
        if isinstance(part.operator, cst.AddAssign) and any(isinstance(value, Str) for value in old | added):
            values = self.concatenate([self.as_text(old, part.target), self.as_text(added, part.value)], part)
        else:
            values = old
            for obj in old:
                if isinstance(obj, Obj):
                    self.join_heap(obj, ELEMENT, self.elements(added))
        if isinstance(part.target, cst.Name):
            earlier = self.uses.get(part.target, frozenset())
            self.bind(part.target.value, part, values, env, None, "augment")
            binding = env.get(part.target.value)
            if binding is not None:
                env[part.target.value] = Binding(binding.values, binding.defs | earlier)
        else:
            self.assign(part.target, values, env, None, "augment")

    def _exec_If(self, node: cst.If, env: Env) -> Env | None:
        env = dict(env)
        self.eval(node.test, env)
        after = self.suite(node.body, dict(env))
        if isinstance(node.orelse, cst.If):
            self.env_at[node.orelse] = env
            return merge(after, self._exec_If(node.orelse, env))
        if isinstance(node.orelse, cst.Else):
            return merge(after, self.suite(node.orelse.body, dict(env)))
        return merge(after, env)

    def _loop(self, body: cst.BaseSuite, env: Env, bind: list[tuple[cst.BaseExpression, Values]]) -> Env:
        """Run a loop's body once more where one turn leaves something for the next to see."""
        start = env
        for _ in range(2):
            self.loops.append(([], []))
            turn = dict(start)
            for target, values in bind:
                self.assign(target, values, turn, None, "for")
            end = self.suite(body, turn)
            broken, continued = self.loops.pop()
            after = start
            for path in (end, *broken, *continued):
                after = merge(after, path) or after
            if after == start:
                break  # without this, nested loops take exponential time
            start = after
        return start

    def _exec_While(self, node: cst.While, env: Env) -> Env | None:
        env = dict(env)
        self.eval(node.test, env)
        after = self._loop(node.body, env, [])
        self.eval(node.test, dict(after))
        if node.orelse is not None:
            return merge(after, self.suite(node.orelse.body, dict(after)))
        return after

    def _exec_For(self, node: cst.For, env: Env) -> Env | None:
        env = dict(env)
        values = self.iterate(self.eval(node.iter, env))
        after = self._loop(node.body, env, [(node.target, values)])
        if node.orelse is not None:
            return merge(after, self.suite(node.orelse.body, dict(after)))
        return after

    def _exec_With(self, node: cst.With, env: Env) -> Env | None:
        env = dict(env)
        for item in node.items:
            entered = self.entered(self.eval(item.item, env), item.item)
            if item.asname is not None:
                self.assign(item.asname.name, entered, env, item.item, "with")
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
                stack.extend(inner.children)
        if node.orelse is not None:
            after = self.suite(node.orelse.body, after if after is not None else {})
        for handler in node.handlers:
            path = dict(anywhere or {})
            caught = self.eval(handler.type, path) if handler.type is not None else NOTHING
            if handler.name is not None and isinstance(handler.name.name, cst.Name):
                self.assign(handler.name.name, self._caught(caught), path, None, "except")
            after = merge(after, self.suite(handler.body, path))
        if node.finalbody is not None:
            final = self.suite(node.finalbody.body, dict(merge(anywhere, after) or {}))
            after = final if after is not None else None
        return after

    _exec_TryStar = _exec_Try

    def _caught(self, types: Values) -> Values:
        names = [value.name for value in types if isinstance(value, External)]
        for value in types:
            if isinstance(value, Obj):
                names += [item.name for item in self.elements([value]) if isinstance(item, External)]
        if any(name.rsplit(".", 1)[-1] in _CLOSE_ERRORS for name in names):
            return frozenset({CloseError(None)})
        return frozenset(External(f"{name}()") for name in names)

    def _exec_FunctionDef(self, node: cst.FunctionDef, env: Env) -> Env:
        env = dict(env)
        function: Values = frozenset({Function(node)})
        for decorator in node.decorators:
            # it may register the function; what it returns is taken to do what the function does
            found = self.eval(decorator.decorator, env)
            self.call_back(found, cst.Call(func=decorator.decorator), [function])
        self.eval_defaults(node.params, env, node)
        annotations = [item.annotation for item in (*node.params.params, *node.params.kwonly_params)]
        for annotation in (*annotations, node.returns):
            if annotation is not None:
                self.eval(annotation.annotation, env)
        self.bind(node.name.value, node, function, env, None, "def")
        return env

    def _exec_ClassDef(self, node: cst.ClassDef, env: Env) -> Env:
        env = dict(env)
        facts = self.classes[node]
        for argument in node.bases:
            for value in self.eval(argument.value, env):
                if isinstance(value, ClassRef) and value.node not in facts.bases and value.node is not node:
                    self.derive(node, value.node)
                elif isinstance(value, External) and value.name not in facts.external_bases:
                    facts.external_bases.append(value.name)
                    self.changed = True
        outer = self.scope
        self.scope = self.scopes[node]
        self.suite(node.body, {})
        self.scope = outer
        self.bind(node.name.value, node, frozenset({ClassRef(node)}), env, None, "class")
        return env

    def _exec_Match(self, node: cst.Match, env: Env) -> Env | None:
        env = dict(env)
        subject = self.eval(node.subject, env)
        after: Env | None = env
        for case in node.cases:
            path = dict(env)
            self._pattern(case.pattern, subject, path)
            if case.guard is not None:
                self.eval(case.guard, path)
            after = merge(after, self.suite(case.body, path))
        return after

    def _pattern(self, pattern: cst.CSTNode, subject: Values, env: Env) -> None:
        if isinstance(pattern, cst.MatchAs):
            if pattern.pattern is not None:
                self._pattern(pattern.pattern, subject, env)
            if pattern.name is not None:
                self.bind(pattern.name.value, pattern.name, subject, env, None, "match")
        elif isinstance(pattern, cst.MatchMapping):
            for element in pattern.elements:
                inner: set[Value] = set()
                for key in self.keys(self.eval(element.key, env)):
                    for value in subject:
                        inner |= self.item(value, key, element.key)
                self._pattern(element.pattern, frozenset(inner), env)
            if pattern.rest is not None:
                self.bind(pattern.rest.value, pattern.rest, subject, env, None, "match")
        elif isinstance(pattern, cst.MatchValue):
            self.eval(pattern.value, env)
        elif isinstance(pattern, cst.MatchOr):
            for choice in pattern.patterns:
                self._pattern(choice.pattern, subject, env)
        else:
            for child in pattern.children:
                self._pattern(child, NOTHING, env)
