"""Abstract execution of a whole program, function by function, until nothing new is learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import libcst as cst

from codemods.interpreter.access import AttributeModel
from codemods.interpreter.calls import MethodModel, Model
from codemods.interpreter.heap import Env
from codemods.interpreter.scopes import ScopeNode
from codemods.interpreter.statements import Statements
from codemods.interpreter.values import NOTHING, ClassRef, External, Instance, Message, Obj, Value, Values
from codemods.model import Workspace
from codemods.syntax.tree import SourceModule

MAX_ROUNDS = 14


class Interpreter(Statements):
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
        self.loops = []
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
        self.loops = []
        env: Env = {}
        if isinstance(node, cst.Module):
            self.block(node.body, env)
        elif isinstance(node, cst.Lambda):
            self._parameters(node, env)
            self.returned(node, self.eval(node.body, env))
        elif isinstance(node, cst.FunctionDef):
            self._parameters(node, env)
            self.suite(node.body, env)

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
