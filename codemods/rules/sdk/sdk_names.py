"""V3M607: names of the SDK that are gone, in annotations and imports."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.sdk.names import EXTRAS, RENAMED, V3, Names, spelled
from codemods.rewrites.sdk.turns import FINAL, PARTIAL, kind_test
from codemods.rule import Context, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.edits import AddImport, Change, Remove, Replace

_ENCODINGS = frozenset({"pcm_s16le", "pcm_mulaw", "value", "name"})
_QUOTED = re.compile(r"\b(?:\w+\.)?(" + "|".join(RENAMED) + r")\b")


_GENERIC = frozenset(
    {"Annotated", "Callable", "Dict", "List", "Optional", "Sequence", "Set", "Tuple", "Type", "Union"}
    | {"dict", "list", "set", "tuple", "type"}
)


def _is_type(node: cst.CSTNode, context: Context) -> bool:
    """Return whether a class is named as a type only: in an annotation, or between the brackets of a generic type."""
    child = node
    for up in context.module.ancestors(node):
        if isinstance(up, cst.Annotation):
            return True
        if isinstance(up, cst.Subscript) and up.value is not child:
            name = up.value.attr if isinstance(up.value, cst.Attribute) else up.value
            return isinstance(name, cst.Name) and name.value in _GENERIC
        child = up
    return False


class SdkNames(Rule):
    """Replaces the SDK's legacy class names, and takes them out of imports."""

    code = "V3M607"
    summary = "names that the SDK no longer has become those of `assemblyai.streaming.v3`"
    source = v.SDK
    why = "Since SDK 0.64.3 the import fails, or the attribute; annotations are evaluated when a function is defined."
    nodes = (cst.Attribute, cst.Name, cst.SimpleString, cst.Import, cst.ImportFrom, cst.MatchClass)
    order = 20

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        if isinstance(node, cst.ImportFrom):
            yield from self._import(node, context)
        elif isinstance(node, cst.Import):
            yield from self._import_extras(node, context)
        elif isinstance(node, cst.MatchClass):
            yield from self._pattern(node, context)
        elif isinstance(node, cst.SimpleString):
            yield from self._quoted(node, context)
        elif isinstance(node, cst.Attribute | cst.Name):
            yield from self._name(node, context)

    def _name(self, node: cst.Attribute | cst.Name, context: Context) -> Iterable[Change]:
        parent = context.module.parent(node)
        if isinstance(parent, cst.ImportAlias | cst.AsName | cst.Param) or context.is_claimed(node):
            return
        if isinstance(parent, cst.Attribute) and parent.attr is node:
            return
        if isinstance(node, cst.Name) and isinstance(parent, cst.Arg) and parent.keyword is node:
            return
        if any(isinstance(up, cst.Import | cst.ImportFrom) for up in context.module.ancestors(node)):
            return
        names = Names.of(context.program, context.module)
        if isinstance(node, cst.Name) and names.dotted(node) is not None and parent is not None:
            # a local variable of that name is not the import
            if not isinstance(parent, cst.Annotation | cst.Attribute) and isinstance(parent, cst.AssignTarget):
                return
        legacy = names.legacy(node)
        if legacy is None:
            yield from self._invented(node, names)
            return
        if legacy in (FINAL, PARTIAL) and not _is_type(node, context):
            # asked in a way that no rule reads, this would hold for every turn under the new name
            yield self.report(
                node, f"v3 has one class, TurnEvent, instead of {legacy}: ask for end_of_turn and turn_is_formatted"
            )
            return
        new = RENAMED[legacy]
        if new in names.own:
            yield self.report(node, f"{legacy} is {new} in v3, which means something of the program's own here")
            return
        if legacy == "AudioEncoding" and isinstance(parent, cst.Attribute) and parent.attr.value not in _ENCODINGS:
            yield self.report(
                parent, f"AudioEncoding never had {parent.attr.value!r}; v2 and v3 have pcm_s16le and pcm_mulaw"
            )
            return
        yield self.change(node, f"{legacy} becomes {new}", replace_with(node, new), AddImport(V3, new))

    def _invented(self, node: cst.Attribute | cst.Name, names: Names) -> Iterable[Change]:
        dotted = names.dotted(node)
        if dotted is not None and re.fullmatch(r"assemblyai\.Lemur\w*", dotted):
            yield self.report(
                node, f"{dotted.rpartition('.')[2]} is gone since SDK 1.0.0: ask for assemblyai<1, or for another model"
            )
            return
        if dotted is None or not re.fullmatch(r"assemblyai\.(Realtime\w+)", dotted):
            return
        yield self.report(
            node,
            f"the SDK never exported {dotted.rpartition('.')[2]}; a final is recognised in v3 by end_of_turn and "
            "turn_is_formatted, events by StreamingEvents",
        )

    def _quoted(self, node: cst.SimpleString, context: Context) -> Iterable[Change]:
        """Rewrite names inside a quoted annotation."""
        match = _QUOTED.search(node.value)
        if match is None:
            return
        inside = False
        for up in context.module.ancestors(node):
            if isinstance(up, cst.Annotation):
                inside = True
                break
            if isinstance(up, cst.BaseStatement):
                break
        if not inside or (Names.of(context.program, context.module).package is None and "." in match.group(0)):
            return
        found = sorted({RENAMED[item.group(1)] for item in _QUOTED.finditer(node.value)})
        text = _QUOTED.sub(lambda item: RENAMED[item.group(1)], node.value)
        edits = [AddImport(V3, name) for name in found]
        yield self.change(
            node, "quoted annotation takes v3's name", Replace(node, lambda u: u.with_changes(value=text)), *edits
        )

    def _pattern(self, node: cst.MatchClass, context: Context) -> Iterable[Change]:
        legacy = Names.of(context.program, context.module).legacy(node.cls)
        if legacy is None:
            return
        context.claim(node.cls)
        yield self.report(
            node, f"v3 has one class, TurnEvent, instead of {legacy}: match on end_of_turn and turn_is_formatted"
        )

    def _still_named(self, context: Context) -> frozenset[str]:
        """Return the classes of transcripts that the module names in ways that no rule rewrites."""

        def collect() -> frozenset[str]:
            names = Names.of(context.program, context.module)
            found = set()
            for node in context.module.walk():
                if not isinstance(node, cst.Name) or isinstance(
                    context.module.parent(node), cst.ImportAlias | cst.AsName
                ):
                    continue
                legacy = names.legacy(node)
                if legacy in (FINAL, PARTIAL) and not _is_type(node, context) and not self._is_asked_for(node, context):
                    found.add(legacy)
            return frozenset(found)

        return context.program.memo((SdkNames, context.module.path), collect)

    def _is_asked_for(self, node: cst.CSTNode, context: Context) -> bool:
        """Return whether a test that is rewritten names the class."""
        return any(
            isinstance(up, cst.Call | cst.Comparison) and kind_test(context.program, context.module, up) is not None
            for up in context.module.ancestors(node)
        )

    def _import_extras(self, node: cst.Import, context: Context) -> Iterable[Change]:
        """Rewrite `import assemblyai.extras`, which brings the package as well, and take out `... as name`."""
        gone = [alias for alias in node.names if spelled(alias.name) == "assemblyai.extras"]
        if not gone or Names.of(context.program, context.module).only_v3:
            return
        kept = [alias for alias in node.names if alias not in gone or alias.asname is None]
        message = "import of assemblyai.extras, which the SDK no longer has"
        if not kept:
            yield self.change(node, message, Remove(node))
            return

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            names = [alias.with_changes(name=cst.Name("assemblyai")) if alias in gone else alias for alias in kept]
            names[-1] = names[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            return cst.ensure_type(updated, cst.Import).with_changes(names=names)

        yield self.change(node, message, Replace(node, build))

    def _import(self, node: cst.ImportFrom, context: Context) -> Iterable[Change]:
        if node.relative or node.module is None:
            return
        home = spelled(node.module)
        if isinstance(node.names, cst.ImportStar):
            if home == "assemblyai.extras" and not Names.of(context.program, context.module).only_v3:
                yield self.change(node, "import of assemblyai.extras, which the SDK no longer has", Remove(node))
            return
        gone = {
            "assemblyai": frozenset(RENAMED) | {"extras"},
            "assemblyai.types": frozenset(RENAMED),
            "assemblyai.transcriber": frozenset(RENAMED),
            "assemblyai.extras": EXTRAS,
        }.get(home, frozenset())
        needed = self._still_named(context) if FINAL in gone else frozenset()
        for alias in node.names:
            if spelled(alias.name) in gone & needed:
                yield self.report(alias, f"the SDK no longer has {spelled(alias.name)}, and the program still names it")
        dropped = [alias for alias in node.names if spelled(alias.name) in gone - needed]
        invented = [
            alias
            for alias in node.names
            if home == "assemblyai" and spelled(alias.name) not in gone and spelled(alias.name).startswith("Realtime")
        ]
        for alias in invented:
            yield self.report(alias, f"the SDK never exported {spelled(alias.name)}")
        if not dropped:
            return
        listed = ", ".join(spelled(alias.name) for alias in dropped)
        message = f"import of {listed}, which the SDK no longer has"
        if len(dropped) == len(node.names):
            yield self.change(node, message, Remove(node))
            return
        gone_names = {spelled(alias.name) for alias in dropped}

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            old = cst.ensure_type(updated, cst.ImportFrom)
            assert not isinstance(old.names, cst.ImportStar)
            kept = [alias for alias in old.names if spelled(alias.name) not in gone_names]
            kept[-1] = kept[-1].with_changes(comma=old.names[-1].comma)
            return old.with_changes(names=kept)

        yield self.change(node, message, Replace(node, build))
