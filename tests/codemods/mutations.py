"""Bundled programs in other spellings, guarded, half-converted, with siblings: `python -m tests.codemods.mutations`.

Which mutations a program gets is drawn from `random.Random(f"{name} {seed}")`: the same ones each time.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options
from migrator.analysis.coverage import unexplained
from tests.codemods.pointless import pointless
from tests.codemods.test_no_new_complaints import complaints
from tests.codemods.tools import NoWorkspace

LEGACY = Path(__file__).parent.parent.parent / "fixtures" / "legacy"
ENDPOINT = "api.assemblyai.com/v2/realtime/ws"
PROGRAMS = {
    f"{path.parent.parent.name}/{path.stem}": text
    for path in sorted(LEGACY.glob("*/v2/*.py"))
    if ENDPOINT in (text := path.read_text(encoding="utf-8").replace("\r\n", "\n")) or "RealtimeTranscriber(" in text
}
SIBLING = "_of_others"
SHARED = "Provider"
_END = r"json\.dumps\(\{(?P<quote>['\"])terminate_session(?P=quote): True\}\)"
_OWN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign)
_LIBRARIES = ("assemblyai", "websockets", "websocket", "aiohttp")

Mutation = Callable[[str], str]


def _replaced(pattern: str, new: str | Callable[[re.Match[str]], str]) -> Mutation:
    return lambda source: re.sub(pattern, new, source)


def _imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports at the top of what the service is reached with."""
    for node in tree.body:
        match node:
            case ast.Import(names=[ast.alias(name=module)]) | ast.ImportFrom(module=str(module), level=0):
                if module.split(".")[0] in _LIBRARIES and node.col_offset == 0:
                    yield node


def _bound(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [name.asname or name.name.split(".")[0] for name in node.names if name.name != "*"]


def _guarded(source: str) -> str:
    """Put the import of the library into `try: ... except ImportError:`."""
    for node in _imports(ast.parse(source)):
        if not _bound(node):
            continue
        nothing = "".join(f"    {name} = None\n" for name in _bound(node))
        text = textwrap.indent(ast.unparse(node), "    ")
        return _put(source, node, f"try:\n{text}\nexcept ImportError:\n{nothing}")
    return source


def _imported_inside(source: str) -> str:
    """Move the import of a library into each function that uses it, if it is used in functions alone."""
    tree = ast.parse(source)
    for node in _imports(tree):
        users = [item for item in tree.body if set(_bound(node)) & {name.id for name in _loaded(item)}]
        functions = [item for item in users if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
        in_annotations = any(set(_bound(node)) & {name.id for name in _loaded(item.args)} for item in functions)
        if not functions or len(functions) < len(users) or in_annotations:
            continue
        lines = source.splitlines(keepends=True)
        for function in reversed(functions):
            first = lines[function.body[0].lineno - 1]
            indent = first[: len(first) - len(first.lstrip())]
            lines.insert(function.body[0].lineno - 1, textwrap.indent(ast.unparse(node), indent) + "\n")
        return _put("".join(lines), node, "")
    return source


def _for_checkers(source: str) -> str:
    """Leave to the type checker what only annotations name, as quoted text."""
    names: set[str] = set()

    def quoted(match: re.Match[str]) -> str:
        names.add(match["name"])
        return f'{match["before"]}"{match["name"]}"'

    changed = re.sub(r"(?P<before>\w: )aai\.(?P<name>Realtime\w+)(?=[,)])", quoted, source)
    if not names:
        return source
    for node in _imports(ast.parse(changed)):
        guard = f"if TYPE_CHECKING:\n    from assemblyai import {', '.join(sorted(names))}\n"
        return _put(changed, node, f"from typing import TYPE_CHECKING\n\n{ast.unparse(node)}\n\n{guard}")
    return source


def _loaded(tree: ast.AST) -> Iterator[ast.Name]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Name))


def _put(source: str, node: ast.stmt, text: str) -> str:
    """Return a program with another text in place of one of its statements."""
    lines = source.splitlines(keepends=True)
    lines[node.lineno - 1 : node.end_lineno] = [text] if text else []
    return "".join(lines)


def _based(source: str) -> str:
    """Give the classes a base of the program's own, which has what they keep in attributes."""
    tree = ast.parse(source)
    alone = [node for node in tree.body if isinstance(node, ast.ClassDef) and not (node.bases or node.decorator_list)]
    kept = {
        node.attr: None
        for owner in alone
        for node in ast.walk(owner)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }
    if not kept:
        return source
    lines = source.splitlines(keepends=True)
    for owner in alone:
        lines[owner.lineno - 1] = lines[owner.lineno - 1].replace(
            f"class {owner.name}", f"class {owner.name}({SHARED})"
        )
    first = lines[alone[0].body[0].lineno - 1]
    indent = first[: len(first) - len(first.lstrip())]
    body = "".join(f"{indent}{name} = None\n" for name in kept)
    lines.insert(alone[0].lineno - 1, f'class {SHARED}:\n{indent}"""What all providers have."""\n\n{body}\n\n')
    return "".join(lines)


def _sent_before_the_end(text: str) -> Mutation:
    """Return a mutation that sends one more message in front of the one that ends the session."""
    return _replaced(rf"(?m)^([ \t]*)(.*\(){_END}\)$", lambda end: f"{end[1]}{end[2]}{text})\n{end[0]}")


def _in_a_binary_frame(source: str) -> str:
    """Send the end with the method for bytes, of the library that has one."""
    if "websocket" not in {
        name for node in _imports(ast.parse(source)) for name in (*_bound(node), getattr(node, "module", ""))
    }:
        return source
    return re.sub(rf"\.send\({_END}\)", ".send_binary(b'{\"terminate_session\": true}')", source)


def _renamed(source: str) -> str:
    """Give the usual variables for messages other names."""
    lines = source.splitlines(keepends=True)
    found = [
        (node.lineno, node.col_offset, name)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name | ast.arg)
        and (name := node.id if isinstance(node, ast.Name) else node.arg)
        in ("message", "msg", "data", "response", "event")
    ]
    for number, column, name in sorted(found, reverse=True):
        line = lines[number - 1].encode("utf-8")
        lines[number - 1] = (line[: column + len(name)] + b"_v2" + line[column + len(name) :]).decode("utf-8")
    return "".join(lines)


def sibling(source: str) -> str:
    """Return the program's own definitions once more, under other names, for another company's service."""
    tree = ast.parse(source)
    kept = [node for node in tree.body if isinstance(node, _OWN) and SHARED not in _names(node)]
    names = {name for node in kept for name in _names(node)} - {SHARED}
    texts = [_text(source, node) for node in sorted(kept, key=lambda node: node.lineno)]
    together = "\n\n".join(texts).replace(ENDPOINT, "stt.example.com/listen").replace("assemblyai.com", "example.com")
    if not names or ENDPOINT not in "".join(texts):
        return ""
    return re.sub(rf"(?<![.\w'\"])({'|'.join(sorted(names))})\b(?!['\"]|=[^=\s])", rf"\1{SIBLING}", together)


def _names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _text(source: str, node: ast.stmt) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(item.lineno for item in decorators)])
    return "\n".join(source.split("\n")[first - 1 : node.end_lineno])


MUTATIONS: dict[str, Mutation] = {
    # half-converted
    "v3's host": _replaced(r"api\.assemblyai\.com/v2/realtime/ws", "streaming.assemblyai.com/v2/realtime/ws"),
    "v3's path": _replaced(r"api\.assemblyai\.com/v2/realtime/ws", "api.assemblyai.com/v3/ws"),
    "v3's URL": _replaced(r"api\.assemblyai\.com/v2/realtime/ws", "streaming.assemblyai.com/v3/ws"),
    "parameters of the test phase": _replaced(
        r"api\.assemblyai\.com/v2/realtime/ws\?", "streaming.assemblyai.com/v3/ws?formatted_finals=true&"
    ),
    "either text": _replaced(r"(\w+)\[(['\"])text\2\](?!\s*=)", r"(\1.get(\2transcript\2) or \1.get(\2text\2))"),
    "either type": _replaced(r"(\w+)\.get\((['\"])message_type\2\)", r"(\1.get(\2type\2) or \1.get(\2message_type\2))"),
    "either type, read": _replaced(r"(\w+)\[(['\"])message_type\2\]", r"(\1.get(\2type\2) or \1[\2message_type\2])"),
    "v3's types as well": _replaced(r"== (['\"])SessionTerminated\1", r"in (\1SessionTerminated\1, \1Termination\1)"),
    # other spellings of control messages
    "end in another word": _replaced(r"(['\"])terminate_session\1: True", r"\1type\1: \1terminate\1"),
    "end with company": _replaced(
        r"(['\"])terminate_session\1: True", r"\1terminate_session\1: True, \1reason\1: None"
    ),
    "end in v3's words": _replaced(r"(['\"])terminate_session\1: True", r"\1type\1: \1Terminate\1"),
    "end as text": _replaced(_END, r"""'{"terminate_session": true}'"""),
    "end as bytes": _replaced(_END, r"""json.dumps({"terminate_session": True}).encode("utf-8")"""),
    "end as literal bytes": _replaced(_END, r"""b'{"terminate_session": true}'"""),
    "end as an f-string": _replaced(_END, """f'{{"terminate_session": true}}'"""),
    "end misspelt": _replaced(r"(['\"])terminate_session\1: True", r"\1end_session\1: True"),
    "end in a binary frame": _in_a_binary_frame,
    "settings sent": _sent_before_the_end('json.dumps({"sample_rate": 16000, "encoding": "pcm_s16le"})'),
    "keep-alive sent": _sent_before_the_end('json.dumps({"audio_data": ""})'),
    "silence sent": _sent_before_the_end("""'{"end_utterance_silence_threshold": 700}'"""),
    "an end of utterance sent": _sent_before_the_end('json.dumps({"force_end_utterance": True})'),
    "a message of nobody's": _sent_before_the_end("""'{"type": "flush"}'"""),
    "end by keyword": _replaced(_END, "json.dumps(dict(terminate_session=True))"),
    # other spellings of reads and tests
    "types in a tuple": _replaced(r"== (['\"])FinalTranscript\1", r"in (\1FinalTranscript\1,)"),
    "get instead of item": _replaced(r"(\w+)\[(['\"])text\2\](?!\s*=)", r"\1.get(\2text\2)"),
    "get with a default": _replaced(r"(\w+)\[(['\"])text\2\](?!\s*=)", r'\1.get(\2text\2, "")'),
    "other names": _renamed,
    # imports and the SDK
    "guarded import": _guarded,
    "imported inside": _imported_inside,
    "for checkers": _for_checkers,
    "a base class": _based,
    "its type": _replaced(
        r"isinstance\((\w+), aai\.RealtimeFinalTranscript\)", r"type(\1) is aai.RealtimeFinalTranscript"
    ),
    "its types": _replaced(
        r"isinstance\((\w+), aai\.RealtimeFinalTranscript\)",
        r"isinstance(\1, (aai.RealtimeFinalTranscript, aai.RealtimePartialTranscript))",
    ),
    "a key": _replaced(r"RealtimeTranscriber\((?!\))", 'RealtimeTranscriber(api_key="key", '),
    "an option of nobody's": _replaced(r"RealtimeTranscriber\((?!\))", 'RealtimeTranscriber(language_code="en", '),
    "options in a dict": _replaced(r"RealtimeTranscriber\((?!\))", "RealtimeTranscriber(**{}, "),
    "another name": _replaced(
        r"import assemblyai as aai\n(?=[^ ])", "import assemblyai as aai\nSession = aai.RealtimeTranscriber\n"
    ),
    "ended in v3's words": _replaced(r"(transcriber|session|client)\.close\(\)", r"\1.disconnect(terminate=True)"),
}


def mutated(name: str, seed: int) -> tuple[str, list[str]]:
    """Return a bundled program with four of the mutations that change it, and which ones."""
    chance = random.Random(f"{name} {seed}")
    source, done = PROGRAMS[name], []
    for chosen in chance.sample(sorted(MUTATIONS), len(MUTATIONS)):
        changed = MUTATIONS[chosen](source)
        try:
            ast.parse(changed)
        except SyntaxError:
            continue  # a text pattern that does not fit this program
        if changed != source:
            source = changed
            done.append(chosen)
        if len(done) == 4:
            break
    return source, done


def migrated(source: str) -> ModulePlan:
    """Return what is to become of a program."""
    plan = analyse({"app.py": source}, NoWorkspace(), Options(todo=False))["app.py"]
    assert isinstance(plan, ModulePlan)
    return plan


def faults(source: str) -> Iterator[str]:
    """Yield what is wrong with the migration of a program."""
    plan = migrated(source)
    after = plan.render()
    left = unexplained(source, plan.explained)
    if left:
        yield f"silent: {left[0].message}"
    for what in pointless(after) - pointless(source):
        yield f"ugly: {what}"
    for what in complaints(after) - complaints(source):
        yield f"pyflakes: {what}"
    again = migrated(after)
    if again.render() != after:
        yield "a second run changes it"
    if all(finding.fixed for finding in plan.findings):
        if unexplained(after, ()):
            yield f"left without a word: {unexplained(after, ())[0].message}"
        if ENDPOINT in source and not ("streaming.assemblyai.com/v3/ws" in after and "speech_model" in after):
            yield "the URL is no v3 URL"


def faults_beside(source: str) -> Iterator[str]:
    """Yield what is wrong with the migration of a program that has a sibling: that one stays, to the letter."""
    other = sibling(source)
    if not other:
        return
    plan = migrated(f"{source}\n\n{other}\n")
    after = plan.render()
    if other not in after:
        yield "its sibling is changed"
    alone = migrated(source)
    told = sum(not finding.fixed for finding in plan.findings) > sum(not finding.fixed for finding in alone.findings)
    if Counter(_code(alone.render().splitlines())) - Counter(_code(after.splitlines())) and not told:
        yield "beside its sibling it comes out otherwise"


def _code(lines: list[str]) -> Iterator[str]:
    """Yield lines that are no imports: those may be needed longer."""
    return (line for line in lines if not line.startswith(("import ", "from ")))


def main() -> None:
    """Look at many seeds and print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40, help="how many of each program")
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    found: Counter[str] = Counter()
    tried = bad = 0
    for name in PROGRAMS:
        seen: set[str] = set()
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            source, done = mutated(name, seed)
            if source in seen:
                continue
            seen.add(source)
            for what in (list(faults(source)), list(faults_beside(source))):
                tried += 1
                bad += bool(what)
                for fault in what:
                    found[fault] += 1
                    print(f"{name} {seed} {done}: {fault}", flush=True)
    print(f"{tried} programs, {bad} bad: {dict(found)}")


if __name__ == "__main__":
    main()
