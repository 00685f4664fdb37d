"""Abstract execution of statements, function by function, until nothing new is learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import libcst as cst

from codemods.facts.access import AttributeModel
from codemods.facts.calls import MethodModel, Model
from codemods.facts.expressions import Expressions
from codemods.facts.scopes import ScopeNode
from codemods.facts.store import ELEMENT, Binding, Env, merge
from codemods.facts.values import (
    NOTHING,
    ClassRef,
    CloseError,
    External,
    Function,
    Instance,
    Message,
    ModuleRef,
    Obj,
    Str,
    Value,
    Values,
)
from codemods.model import ParseError, Workspace
from codemods.tree import SourceModule, dotted

MAX_ROUNDS = 14
FOLLOWED = 400_000
"""Characters of modules that are read only because others import them. All that a large project imports, directly or
not, would take minutes; what counts is near, and the nearest are read first."""
_CLOSE_ERRORS = (
    "ConnectionClosed",
    "ConnectionClosedError",
    "ConnectionClosedOK",
    "WebSocketConnectionClosedException",
)


class Interpreter(Expressions):
    """Runs a whole program over abstract values.

    Variables are followed in order inside a function, joined where paths meet; attributes, containers, parameters
    and variables shared between functions are joined over the whole program.
    """

    def __init__(
        self,
        modules: Mapping[str, SourceModule],
        workspace: Workspace,
        models: Mapping[str, Model],
        name_models: Mapping[str, Model],
        method_models: Mapping[type[Value], MethodModel],
        attribute_models: Mapping[type[Value], AttributeModel],
        annotation_models: Mapping[str, Callable[[cst.Param], Value]],
    ) -> None:
        self.workspace = workspace
        self.models = dict(models)
        self.name_models = dict(name_models)
        self.method_models = dict(method_models)
        self.attribute_models = attribute_models
        self.annotation_models = annotation_models
        self.taken: set[tuple[str, str]] = set()
        self._loops: list[tuple[list[Env], list[Env]]] = []
        self._followed = 0
        super().__init__(modules)

    def run(self) -> None:
        """Execute everything until nothing changes."""
        self._settle()
        # parameters that no call in the program fills: whatever they are, evidence may still tell
        self.guessing = True
        self.values.clear()
        self.uses.clear()
        self._settle()

    def _settle(self) -> None:
        for _ in range(MAX_ROUNDS):
            self.changed = False
            for path in list(self.modules):
                self._run_scope(self.modules[path].tree, path)
            for function in list(self.functions):
                self._run_scope(function, self.path_of[function])
            if not self.changed:
                break

    def _run_scope(self, node: ScopeNode, path: str) -> None:
        self.scope = self.scopes[node]
        self.path = path
        self._loops = []
        env: Env = {}
        if isinstance(node, cst.Module):
            self._block(node.body, env)
        elif isinstance(node, cst.Lambda):
            self._parameters(node, env)
            self.returned(node, self.eval(node.body, env))
        elif isinstance(node, cst.FunctionDef):
            self._parameters(node, env)
            self._suite(node.body, env)

    def _parameters(self, node: cst.FunctionDef | cst.Lambda, env: Env) -> None:
        params = node.params
        method_of = self._class_of(node)
        for index, param in enumerate((*params.posonly_params, *params.params, *params.kwonly_params)):
            name = param.name.value
            if index == 0 and method_of is not None:
                items = node.decorators if isinstance(node, cst.FunctionDef) else ()
                decorators = {self.decorator_name(item) for item in items}
                if "classmethod" in decorators:
                    self.join_argument(self.scope, name, frozenset({ClassRef(method_of)}))
                elif "staticmethod" not in decorators:
                    self.join_argument(self.scope, name, frozenset({Instance(method_of)}))
            values = self.passed.get((self.scope, name), NOTHING)
            if not values and param.annotation is not None:
                values = self._annotated(param.annotation.annotation, param, env)
            if not values and self.guessing:
                values = frozenset({Message(None, param)})
            self.bind(name, param, values, env, None, "param")
        if isinstance(params.star_arg, cst.Param):
            self.bind(
                params.star_arg.name.value,
                params.star_arg,
                frozenset({Obj(params.star_arg, "tuple")}),
                env,
                None,
                "param",
            )
        if params.star_kwarg is not None:
            rest = frozenset({Obj(params.star_kwarg, "dict")})
            self.bind(params.star_kwarg.name.value, params.star_kwarg, rest, env, None, "param")

    def _annotated(self, node: cst.BaseExpression, param: cst.Param, env: Env) -> Values:
        """Return what an annotation says of a parameter that nobody in the program fills."""
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
            return self._annotated(node.left, param, env) | self._annotated(node.right, param, env)
        if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
            name = node.value.attr if isinstance(node.value, cst.Attribute) else node.value
            optional = isinstance(name, cst.Name) and name.value == "Optional"
            return self._annotated(node.slice[0].slice.value, param, env) if optional else NOTHING
        if not isinstance(node, cst.Name | cst.Attribute):
            return NOTHING
        found: set[Value] = set()
        for value in self.eval(node, env):
            if isinstance(value, ClassRef):
                found.add(Instance(value.node))
            elif isinstance(value, External) and value.name in self.annotation_models:
                found.add(self.annotation_models[value.name](param))
        return frozenset(found)

    def _class_of(self, node: cst.FunctionDef | cst.Lambda) -> cst.ClassDef | None:
        parent = self.scope.parent
        if isinstance(node, cst.FunctionDef) and parent is not None and isinstance(parent.node, cst.ClassDef):
            return parent.node
        return None

    # statements -------------------------------------------------------------------------------------------------

    def _suite(self, body: cst.BaseSuite, env: Env | None) -> Env | None:
        if isinstance(body, cst.IndentedBlock):
            return self._block(body.body, env)
        if isinstance(body, cst.SimpleStatementSuite):
            return self._simple(body.body, body, env)
        return env

    def _block(self, statements: Sequence[cst.BaseStatement], env: Env | None) -> Env | None:
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
                if self._loops:
                    self._loops[-1][0 if isinstance(part, cst.Break) else 1].append(env)
                return None
            elif isinstance(part, cst.Import):
                for alias in part.names:
                    self._import(alias, env)
            elif isinstance(part, cst.ImportFrom):
                self._import_from(part, env)
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
        after = self._suite(node.body, dict(env))
        if isinstance(node.orelse, cst.If):
            self.env_at[node.orelse] = env
            return merge(after, self._exec_If(node.orelse, env))
        if isinstance(node.orelse, cst.Else):
            return merge(after, self._suite(node.orelse.body, dict(env)))
        return merge(after, env)

    def _loop(self, body: cst.BaseSuite, env: Env, bind: list[tuple[cst.BaseExpression, Values]]) -> Env:
        """Run a loop's body once more where one turn leaves something for the next to see."""
        start = env
        for _ in range(2):
            self._loops.append(([], []))
            turn = dict(start)
            for target, values in bind:
                self.assign(target, values, turn, None, "for")
            end = self._suite(body, turn)
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
        self.eval(node.test, env)
        after = self._loop(node.body, env, [])
        self.eval(node.test, dict(after))
        if node.orelse is not None:
            return merge(after, self._suite(node.orelse.body, dict(after)))
        return after

    def _exec_For(self, node: cst.For, env: Env) -> Env | None:
        env = dict(env)
        values = self.iterate(self.eval(node.iter, env))
        after = self._loop(node.body, env, [(node.target, values)])
        if node.orelse is not None:
            return merge(after, self._suite(node.orelse.body, dict(after)))
        return after

    def _exec_With(self, node: cst.With, env: Env) -> Env | None:
        env = dict(env)
        for item in node.items:
            entered = self.entered(self.eval(item.item, env), item.item)
            if item.asname is not None:
                self.assign(item.asname.name, entered, env, item.item, "with")
        return self._suite(node.body, env)

    def _exec_Try(self, node: cst.Try | cst.TryStar, env: Env) -> Env | None:
        before = dict(env)
        after = self._suite(node.body, dict(env))
        # an exception can come from anywhere in the body: every state in between reaches the handlers
        anywhere: Env | None = merge(before, after)
        stack: list[cst.CSTNode] = [node.body]
        while stack:
            inner = stack.pop()
            anywhere = merge(anywhere, self.env_at.get(inner))
            if not isinstance(inner, cst.BaseExpression | cst.FunctionDef | cst.ClassDef):
                stack.extend(inner.children)
        if node.orelse is not None:
            after = self._suite(node.orelse.body, after if after is not None else {})
        for handler in node.handlers:
            path = dict(anywhere or {})
            caught = self.eval(handler.type, path) if handler.type is not None else NOTHING
            if handler.name is not None and isinstance(handler.name.name, cst.Name):
                self.assign(handler.name.name, self._caught(caught), path, None, "except")
            after = merge(after, self._suite(handler.body, path))
        if node.finalbody is not None:
            final = self._suite(node.finalbody.body, dict(merge(anywhere, after) or {}))
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
                    facts.bases.append(value.node)
                    self.classes[value.node].subclasses.append(node)
                    self.changed = True
                elif isinstance(value, External) and value.name not in facts.external_bases:
                    facts.external_bases.append(value.name)
                    self.changed = True
        outer = self.scope
        self.scope = self.scopes[node]
        self._suite(node.body, {})
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
            after = merge(after, self._suite(case.body, path))
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

    # imports ----------------------------------------------------------------------------------------------------

    def _import(self, alias: cst.ImportAlias, env: Env) -> None:
        name = dotted(alias.name)
        self.imports[self.path].add(name)
        loaded = self._module(name, 0)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            value: Value = ModuleRef(loaded) if loaded else External(name)
            self.bind(alias.asname.name.value, alias.asname.name, frozenset({value}), env, None, "import")
            return
        head = name.split(".", 1)[0]
        first = self._module(head, 0) if loaded else None
        value = ModuleRef(first) if first else External(head)
        node: cst.CSTNode = alias.name
        while isinstance(node, cst.Attribute):
            node = node.value
        self.bind(head, node, frozenset({value}), env, None, "import")

    def _import_from(self, part: cst.ImportFrom, env: Env) -> None:
        module = dotted(part.module) if part.module is not None else ""
        level = len(part.relative)
        self.imports[self.path].add("." * level + module)
        loaded = self._module(module, level) if module or level else None
        if isinstance(part.names, cst.ImportStar):
            if loaded is not None:
                for name in sorted(self.scopes[self.modules[loaded].tree].local):
                    found = self.module_attribute(loaded, name)
                    self.join_cell(self.scope.module, name, found)
                return
            for known in self.models:
                home, _, name = known.rpartition(".")
                if home == module:
                    self.join_cell(self.scope.module, name, frozenset({External(known)}))
            return
        for alias in part.names:
            name = alias.name.value if isinstance(alias.name, cst.Name) else ""
            target = alias.asname.name if alias.asname is not None else alias.name
            if not isinstance(target, cst.Name):
                continue
            values: Values
            if loaded is not None:
                values = self.module_attribute(loaded, name)
                if not values and (inner := self._module(f"{module}.{name}".strip("."), level)):
                    values = frozenset({ModuleRef(inner)})
            elif level and (inner := self._module(f"{module}.{name}".strip("."), level)):
                values = frozenset({ModuleRef(inner)})
            else:
                inner_path = self._module(f"{module}.{name}", level)
                values = frozenset({ModuleRef(inner_path) if inner_path else External(f"{module}.{name}")})
            self.bind(target.value, target, values, env, None, "import")

    def _module(self, dotted: str, level: int) -> str | None:
        """Return the program's module of that name, loaded on first use."""
        path = self.workspace.resolve(self.path, dotted, level)
        if path is None:
            return None
        if path not in self.modules:
            text = self.workspace.read(path)
            if text is None or self._followed + len(text) > FOLLOWED:
                return None
            try:
                self.add_module(SourceModule(path, text))
            except (ParseError, RecursionError):
                return None
            self._followed += len(text)
        return path
