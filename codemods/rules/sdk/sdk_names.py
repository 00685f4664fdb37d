"""V3M607: names of the SDK that are gone, in annotations and imports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import ModuleRef
from codemods.rewrites.sdk import helpers
from codemods.rewrites.sdk.fates import DOTTED, STAYS, Fate, LegacyNames
from codemods.rewrites.sdk.names import EXTRAS, HOMES, RENAMED, V3, Names
from codemods.rewrites.sdk.sdk_imports import Condition, ImportedName, SdkImports, is_written
from codemods.rule import Change, Changes, Context, Edit, Rule
from codemods.syntax.build import quoted, rename_string, replace_with
from codemods.syntax.edits import AddImport, Remove, Replace, Unused
from codemods.syntax.imports import bound_name, fallbacks, name_order, none_targets
from codemods.syntax.navigate import function_of, given_to, is_read, last_name
from codemods.syntax.tree import dotted

_SURE = re.compile(r"Realtime(Transcriber|(Final|Partial)?Transcript|SessionOpened|SessionInformation)")
"""Names that nobody but the SDK is likely to have."""


_Named = cst.Attribute | cst.Call | cst.Name
_Seen = _Named | cst.SimpleString | cst.Import | cst.ImportFrom | cst.Assign | cst.MatchClass


class SdkNames(Rule[_Seen]):
    """Replaces the SDK's legacy class names, and takes them out of imports."""

    code = "V3M607"
    summary = "names that the SDK no longer has become those of `assemblyai.streaming.v3`"
    source = v.SDK
    why = "Since SDK 0.64.3 the import fails, or the attribute; annotations are evaluated when a function is defined."

    def visit(self, node: _Seen, context: Context) -> Changes:
        match node:
            case cst.ImportFrom():
                yield from self._import(node, context)
            case cst.Import():
                yield from self._import_extras(node, context)
            case cst.MatchClass():
                yield from self._pattern(node, context)
            case cst.SimpleString():
                yield from self._text(node, context)
            case cst.Assign():
                yield from self._assignment(node, context)
            case cst.Attribute() | cst.Call() | cst.Name():
                yield from self._name(node, context)

    # uses

    def _name(self, node: _Named, context: Context) -> Changes:
        fate = context.get(LegacyNames).fates.get(node)
        legacy = Names.of(context.program, context.module).legacy(node) if fate is not None else None
        if fate is None or legacy is None:
            yield from self._asked_by_text(node, context)
            if not isinstance(node, cst.Call):
                yield from self._invented(node, context)
            return
        new = RENAMED[legacy]
        match fate:
            case Fate.RENAMED:
                code, edits = self._spelled(node, new, context)
                if code != context.code(node):
                    found = self.change(node, f"{legacy} becomes {new}", replace_with(node, code), *edits)
                    named = _variables(node, context)
                    yield replace(found, explains=(*named, *context.get(LegacyNames).kept)) if named else found
            case Fate.KINDS:
                # asked in a way that no rule reads, this would hold for every turn under the new name
                flags = "ask for end_of_turn and turn_is_formatted"
                yield self.report(node, f"v3 has one class, TurnEvent, instead of {legacy}: {flags}")
            case Fate.TAKEN:
                yield self.report(node, f"{legacy} is {new} in v3, which means something of the program's own here")
            case Fate.HANDED_ON:
                yield self.report(
                    node,
                    f"{legacy} is handed on: whoever makes the object has to pass StreamingClientOptions(...), "
                    "register handlers with on(...) and give StreamingParameters(...) to connect",
                )
            case Fate.UNKNOWN:
                parent = cst.ensure_type(context.module.parent(node) or node, cst.Attribute)
                yield self.report(
                    parent, f"AudioEncoding never had {parent.attr.value!r}; v2 and v3 have pcm_s16le and pcm_mulaw"
                )

    def _asked_by_text(self, node: cst.CSTNode, context: Context) -> Changes:
        legacy, imports = context.get(LegacyNames), context.get(SdkImports)
        for path, asking in imports.by_text.items():
            if not any(node is asked for asked, _ in asking):
                continue
            if path and any(binding.module.path == path for binding in legacy.staying):
                yield self.report(node, f"this may ask for what {path} has from the SDK, which no longer has it")
            elif not path and not is_written(node):
                yield self.report(node, "the SDK no longer has any Realtime name, and this may ask it for one")

    def _spelled(self, node: _Named, new: str, context: Context) -> tuple[str, list[Edit]]:
        """Return how a name is written for v3, and the edits that make it known."""
        imports = context.get(SdkImports)
        code, missing = imports.spelling(node, context.module)
        if not missing:
            return code, imports.unused(context.module)
        unused = [Unused(name) for name in ("importlib", "import_module") if name in context.code(node)]
        return code, [*self._brought(node, new, context), *imports.unused(context.module), *unused]

    def _brought(self, node: cst.CSTNode, new: str, context: Context) -> list[Edit]:
        imports = context.get(SdkImports)
        for binding in imports.chain(node, context.module):
            if binding.module is context.module and imports.condition(binding) is Condition.TYPING:
                return [AddImport(V3, new, None, binding.part)]
        return imports.brought(new, context.module, node)

    def _invented(self, node: cst.Attribute | cst.Name, context: Context) -> Changes:
        if not is_read(node, context.module):
            return
        dotted = Names.of(context.program, context.module).dotted(node)
        last = dotted.rpartition(".")[2] if dotted is not None else ""
        if dotted is None or not re.fullmatch(r"assemblyai\.(Lemur|Realtime)\w*", dotted) or last in RENAMED:
            return
        if last.startswith("Lemur"):
            yield self.report(node, f"{last} is gone since SDK 1.0.0: ask for assemblyai<1, or for another model")
            return
        yield self.report(
            node,
            f"the SDK never exported {last}; a final is recognised in v3 by end_of_turn and turn_is_formatted, events "
            "by StreamingEvents",
        )

    def _text(self, node: cst.SimpleString, context: Context) -> Changes:
        """Rewrite names inside a quoted annotation, and those that `__all__` lists."""
        imports, names = context.get(SdkImports), Names.of(context.program, context.module)
        legacy = context.get(LegacyNames)
        fate = legacy.fates.get(node)
        if fate in STAYS:
            return
        asked = context.module.parent(context.module.parent(node) or node)
        if fate is None and node.raw_value.rpartition(".")[2] in RENAMED and asked not in legacy.fates:
            yield from self._by_name(node, context)
        if fate is None:
            if context.module.listed.get(str(node.evaluated_value)) is node:
                new = imports.renamed(context.module.path, str(node.evaluated_value))
                stays = self._stays(context.module.path, str(node.evaluated_value), context)
                if new != node.evaluated_value and not stays:
                    starred = imports.is_starred(context.module.path, str(node.evaluated_value))
                    brought = imports.brought(new, context.module, node) if starred else []
                    edit = replace_with(node, quoted(new, node))
                    yield self.change(node, f"__all__ lists {new} now", edit, *brought)
            return
        edits: list[Edit] = []

        def rename(match: re.Match[str]) -> str:
            legacy = names.resolve_text(match[0])
            if legacy is None:
                return match[0]
            spelled_in_text = cst.parse_expression(match[0])
            code, missing = imports.spelling_of_text(spelled_in_text, RENAMED[legacy], context.module)
            if missing:
                where = spelled_in_text if isinstance(spelled_in_text, cst.Name) else node
                edits.extend(self._brought(where, code, context))
            return code

        text = DOTTED.sub(rename, node.value)
        edits += imports.unused(context.module)
        if text != node.value:
            yield self.change(
                node, "quoted annotation becomes v3's", Replace(node, lambda u: u.with_changes(value=text)), *edits
            )

    def _by_name(self, node: cst.SimpleString, context: Context) -> Changes:
        """Rewrite `patch("stt.RealtimeTranscriber")`, report `getattr(aai, "RealtimeTranscriber")`."""
        call = given_to(node, context.module)
        if call is None:
            return
        home, dot, name = node.raw_value.rpartition(".")
        imports = context.get(SdkImports)
        path = context.program.resolve(context.module.path, home, 0) if home else self._module_asked(call, context)
        if path is not None and imports.bindings.get((path, name)) and not self._stays(path, name, context):
            new = imports.renamed(path, name)
            if new != name:
                where = home or context.code(call.args[0].value)
                yield self.change(node, f"{where} has {new} instead of {name}", rename_string(node, home + dot + new))
            return
        asked = last_name(call.func) in ("getattr", "hasattr", "setattr", "patch", "object")
        if asked and (home in HOMES or (not home and self._of_package(call, context))):
            yield self.report(node, f"the SDK no longer has {name}; v3 has {RENAMED[name]} in {V3}")

    def _module_asked(self, call: cst.Call, context: Context) -> str | None:
        """Return the module of the project that a call like `patch.object(stt, "RealtimeError")` is about."""
        values = context.program.values(call.args[0].value)
        return next((value.path for value in values if isinstance(value, ModuleRef)), None)

    def _of_package(self, call: cst.Call, context: Context) -> bool:
        """Return whether the first argument of a call is the SDK."""
        return not context.program.names(call.args[0].value).isdisjoint(HOMES)

    def _pattern(self, node: cst.MatchClass, context: Context) -> Changes:
        legacy = Names.of(context.program, context.module).legacy(node.cls)
        if legacy is None:
            return
        message = f"v3 has one class, TurnEvent, instead of {legacy}: match on end_of_turn and turn_is_formatted"
        yield self.report(node, message, covers=(node.cls,))

    # imports

    def _import_extras(self, node: cst.Import, context: Context) -> Changes:
        """Rewrite `import assemblyai.extras`, which brings the package as well, and take out `... as name`."""
        gone = [alias for alias in node.names if dotted(alias.name) == "assemblyai.extras"]
        if not gone or Names.of(context.program, context.module).only_v3:
            return
        again = any(
            dotted(alias.name) == "assemblyai" and alias.asname is None
            for other in context.module.find(cst.Import)
            for alias in other.names
        )
        kept = [alias for alias in node.names if alias not in gone or (alias.asname is None and not again)]
        message = "import of assemblyai.extras, which the SDK no longer has"
        if not kept:
            yield self.change(node, message, Remove(node))
            return

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            names = [alias.with_changes(name=cst.Name("assemblyai")) if alias in gone else alias for alias in kept]
            names[-1] = names[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            return cst.ensure_type(updated, cst.Import).with_changes(names=names)

        yield self.change(node, message, Replace(node, build))

    def _stays(self, path: str, name: str, context: Context) -> bool:
        legacy = context.get(LegacyNames)
        return any(binding in legacy.staying for binding in context.get(SdkImports).bindings.get((path, name), ()))

    def _import(self, node: cst.ImportFrom, context: Context) -> Changes:
        home = "." * len(node.relative) + (dotted(node.module) if node.module is not None else "")
        if isinstance(node.names, cst.ImportStar):
            if home == "assemblyai.extras" and not Names.of(context.program, context.module).only_v3:
                yield self.change(node, "import of assemblyai.extras, which the SDK no longer has", Remove(node))
            elif home == "assemblyai" and context.get(LegacyNames).exhaust_star(context.module):
                yield self.change(node, "import of everything, of which nothing is used any more", Remove(node))
            return
        imports, legacy = context.get(SdkImports), context.get(LegacyNames)
        bindings = {binding.node: binding for binding in imports.of(node, context.module)}
        dropped: list[cst.ImportAlias] = []
        renamed: dict[cst.ImportAlias, str] = {}
        edits: list[Edit] = []
        for alias in node.names:
            name = dotted(alias.name)
            binding = bindings.get(alias)
            if binding is None:
                if home == "assemblyai" and name == "extras":
                    dropped.append(alias)
                elif home == "assemblyai" and name.startswith("Realtime"):
                    yield self.report(alias, f"the SDK never exported {name}")
                elif _SURE.fullmatch(name) and imports.is_out_of_sight(node, alias, context.module):
                    yield self.report(
                        alias, f"{name} comes from {home}, out of sight: if it is AssemblyAI's, v3 has {RENAMED[name]}"
                    )
            elif binding in legacy.staying:
                yield self._staying(binding, context)
            elif binding.provider is not None:
                if binding.legacy in EXTRAS:
                    continue  # whoever passes it on has it from now on
                if binding not in legacy.wanted and not imports.is_passed_on(binding):
                    dropped.append(alias)
                else:
                    new = imports.renamed(binding.provider, name)
                    if new != name:
                        renamed[alias] = new
            else:
                dropped.append(alias)
                edits += self._passed_on(binding, context)
        if not dropped and not renamed:
            return
        listed_names = ", ".join(dotted(alias.name) for alias in [*dropped, *renamed])
        message = f"import of {listed_names}, which the SDK no longer has"
        edits += self._forgotten(node, dropped, renamed, context)
        if len(dropped) == len(node.names):
            yield self.change(node, message, Remove(node), *edits)
            return
        gone = {dotted(alias.name) for alias in dropped}
        changed = {dotted(alias.name): new for alias, new in renamed.items()}
        yield self.change(node, message, Replace(node, lambda updated: _kept(updated, gone, changed)), *edits)

    def _staying(self, binding: ImportedName, context: Context) -> Change:
        imports, legacy = context.get(SdkImports), context.get(LegacyNames)
        far = binding.provider if binding.provider and not imports.is_rewritten(binding.provider) else None
        where = f" (it comes from {far}, which this run does not rewrite)" if far is not None else ""
        message = f"the SDK no longer has {binding.legacy}, and the program still names it{where}"
        return self.report(binding.node, message, explains=[*legacy.staying[binding], *legacy.stand_ins(binding)])

    def _assignment(self, node: cst.Assign, context: Context) -> Changes:
        """Treat `RealtimeError = aai.RealtimeError` as the import that it is in other words."""
        imports, legacy = context.get(SdkImports), context.get(LegacyNames)
        for binding in imports.of(node, context.module):
            if binding in legacy.staying:
                yield self._staying(binding, context)
                continue
            message = f"{binding.legacy}, which the SDK no longer has, under a name of its own"
            if binding.provider is None or (binding not in legacy.wanted and not imports.is_passed_on(binding)):
                edits = [*self._passed_on(binding, context), *imports.unused(context.module)]
                yield self.change(node, message, Remove(node), *edits)
                continue
            code, _ = imports.spelling(node.value, context.module)
            target = node.targets[0].target
            yield self.change(
                node,
                message,
                replace_with(target, imports.renamed(context.module.path, binding.local)),
                replace_with(node.value, code),
                covers=(node.value,),
            )

    def _passed_on(self, binding: ImportedName, context: Context) -> list[Edit]:
        """Return the edits by which a module goes on having what others get from it."""
        imports = context.get(SdkImports)
        if not imports.is_passed_on(binding):
            return []
        if binding.legacy == "MicrophoneStream":
            return helpers.microphone(context.module, binding.local)
        if binding.legacy == "stream_file":
            return helpers.stream_file(context.module, binding.local)
        if binding.legacy in EXTRAS:
            return []
        new = RENAMED[binding.legacy]
        local = binding.local if binding.aliased else None
        if imports.condition(binding) is Condition.TYPING:
            return [AddImport(V3, new, local, binding.part)]
        return imports.brought(new, context.module, binding.part, local=local)

    def _forgotten(
        self,
        node: cst.ImportFrom,
        dropped: Iterable[cst.ImportAlias],
        renamed: dict[cst.ImportAlias, str],
        context: Context,
    ) -> list[Edit]:
        """Return the edits of the statements that set the old names to None where the package is missing."""
        gone = {bound_name(alias) for alias in dropped}
        new = {bound_name(alias): name for alias, name in renamed.items() if alias.asname is None}
        line = context.module.statement(node)
        edits: list[Edit] = []
        for fallback in (item for found in fallbacks(context.module, line) for item in found) if line else ():
            if set() < none_targets(fallback) <= gone:
                edits.append(Remove(fallback.body[0]))
                continue
            named = (inner for inner in context.module.walk(fallback) if isinstance(inner, cst.Name))
            edits += (replace_with(name, new[name.value]) for name in named if name.value in new)
        return edits


def _kept(updated: cst.CSTNode, gone: set[str], changed: dict[str, str]) -> cst.ImportFrom:
    """Return an import statement without some of its names, and with others renamed, each once."""
    old = cst.ensure_type(updated, cst.ImportFrom)
    assert not isinstance(old.names, cst.ImportStar)
    kept: dict[tuple[str, str], cst.ImportAlias] = {}
    for alias in old.names:
        name = dotted(alias.name)
        if name not in gone:
            new = alias.with_changes(name=cst.Name(changed[name])) if name in changed else alias
            kept.setdefault((dotted(new.name), bound_name(new)), new)
    names = list(kept.values())
    if changed and _in_order(old.names):
        names.sort(key=lambda alias: name_order(dotted(alias.name)))
        names[:-1] = [alias.with_changes(comma=old.names[0].comma) for alias in names[:-1]]
    names[-1] = names[-1].with_changes(comma=old.names[-1].comma)
    return old.with_changes(names=names)


def _variables(node: cst.CSTNode, context: Context) -> tuple[cst.CSTNode, ...]:
    """Return what an assignment gives a value that is, or has in it, an expression; where else those are set, too."""
    for up in context.module.ancestors(node):
        match up:
            case cst.Assign():
                targets = [target.target for target in up.targets]
            case cst.AnnAssign() if up.annotation is not node:
                targets = [up.target]
            case cst.BaseStatement() | cst.Call() | cst.Annotation():
                break
            case _:
                continue
        scope = context.program.scope(function_of(node, context.module))
        names = [target.value for target in targets if isinstance(target, cst.Name)]
        return (*targets, *(d.node for name in names for d in context.program.definitions_of(scope, name)))
    return ()


def _in_order(aliases: Iterable[cst.ImportAlias]) -> bool:
    names = [dotted(alias.name) for alias in aliases]
    return names == sorted(names, key=name_order)
