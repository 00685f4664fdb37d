"""V3M608: the SDK's microphone and file sources, which it no longer has."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.sdk import helpers
from codemods.rewrites.sdk.loose_ends import LooseEnds
from codemods.rewrites.sdk.microphone import only_iterated, taken_one_by_one
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.rewrites.sdk.sharing import provider
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.edits import AddImport
from codemods.syntax.navigate import is_read


class SdkExtras(Rule[cst.Attribute | cst.Name]):
    """Brings `MicrophoneStream` and `stream_file` into the program itself."""

    code = "V3M608"
    summary = "`aai.extras` becomes a small class or function of the program's own"
    source = v.SDK
    why = (
        "`assemblyai.extras` was removed in SDK 1.0.0 without a replacement, and the `extras` option, which brought "
        "PyAudio, with it: install `pyaudio` yourself. What replaces it records and paces as the old one did."
    )

    def visit(self, node: cst.Attribute | cst.Name, context: Context) -> Changes:
        if not is_read(node, context.module):
            return
        names = Names.of(context.program, context.module)
        extra = names.extra(node)
        if extra is None or names.only_v3:
            return  # a v3 program: nothing to migrate, whatever SDK it stays on
        imports = context.get(SdkImports)
        if imports.comes_from_project(node, context.module):
            return  # the module that it comes from has it from now on
        if extra == "AssemblyAIExtrasNotInstalledError":
            yield self.change(node, f"{extra} becomes ImportError", replace_with(node, "ImportError"))
            return
        if extra == "file_from_stream":
            package = imports.package(context.module, node)
            edits: list[Edit] = [] if package is not None else [AddImport("assemblyai")]
            code = f"{package or 'assemblyai'}.Transcriber().upload_file"
            yield self.change(node, "file_from_stream becomes upload_file", replace_with(node, code), *edits)
            return
        loose = context.get(LooseEnds)
        chunks = extra == "MicrophoneStream" and context.get(only_iterated) and not loose.asks_microphone()
        wanted = "microphone_chunks" if chunks else extra
        taken = not chunks and extra in names.taken
        home = None if taken else provider(context.program, context.module, extra)
        if home is not None:
            message = f"{extra}, which the SDK no longer has, imported from {home}, which has it now"
            edits = [replace_with(node, wanted), AddImport(home, wanted), *imports.unused(context.module)]
            yield self.change(node, message, *edits)
            return
        name = {"MicrophoneStream": "PyAudioStream", "stream_file": "paced_file"}[extra] if taken else extra
        if chunks:
            name, helper = helpers.microphone_chunks(context.module)
        elif extra == "MicrophoneStream":
            file = "microphone_iterator" if context.get(taken_one_by_one) else "microphone_stream"
            tells = loose.asks_microphone(context.module)
            file = "interruptible_microphone_stream" if tells else file
            # a thread that is cut off by the end may still be reading
            at_exit = context.options.harden and not any("daemon" in m.names for m in context.program.modules.values())
            helper = helpers.microphone(context.module, name, file, at_exit=at_exit)
        else:
            helper = helpers.stream_file(context.module, name)
        hint = ": install pyaudio" if extra == "MicrophoneStream" else ""
        message = f"{extra}, which the SDK no longer has, becomes part of the program{hint}"
        yield self.change(node, message, replace_with(node, name), *helper, *imports.unused(context.module))
