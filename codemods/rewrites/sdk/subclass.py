"""Subclasses of the legacy transcriber: they keep `connect()`, `stream()` and `close()`, so that callers stay."""

from __future__ import annotations

import textwrap

import libcst as cst

from codemods.facts.program import Program
from codemods.model import Options
from codemods.rewrites.sdk.portability import first_parameter
from codemods.rewrites.sdk.session_plan import SessionPlan
from codemods.syntax.navigate import function_of

PARAMETERS = "_session_parameters"
"""The attribute that keeps what `connect` needs."""
SILENCE = "configure_end_utterance_silence_threshold"
CLOSER = "_on_close"
"""The attribute that keeps an `on_close` which only the constructor can name."""


def closer(plan: SessionPlan) -> str | None:
    """Return how other methods can name `on_close`: as a function of the module, an attribute; None if they cannot."""
    node = plan.closer
    if isinstance(node, cst.Name):
        function = function_of(plan.session.call, plan.session.module)
        if isinstance(function, cst.FunctionDef):
            names = {p.name.value for p in (*function.params.params, *function.params.kwonly_params)}
            return None if node.value in names else node.value
    if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
        function = function_of(plan.session.call, plan.session.module)
        return f"self.{node.attr.value}" if node.value.value == first_parameter(function) else None
    return None


def closing(plan: SessionPlan) -> str | None:
    """Return the call of `on_close` as the subclass's own methods can make it, as a statement; None without one."""
    if plan.closer is None:
        return None
    code = closer(plan) or f"self.{CLOSER}"
    return f"if {code}:\n    {code}()" if plan.closer_may_be_none else f"{code}()"


def methods(program: Program, options: Options, plan: SessionPlan, present: frozenset[str]) -> list[str]:
    """Return the methods that keep the old interface, as source, without those the class defines itself."""
    found: list[str] = []
    if "connect" not in present:
        found.append(f"def connect(self, timeout=None):\n    super().connect(self.{PARAMETERS})\n")
    if "close" not in present:
        body = f"    self.disconnect(terminate=True)\n{textwrap.indent(closing(plan) or '', '    ')}\n"
        found.append(f"def close(self):\n{body}")
    if "force_end_utterance" not in present and _named(program, "force_end_utterance"):
        found.append("def force_end_utterance(self):\n    self.force_endpoint()\n")
    if SILENCE not in present and _named(program, SILENCE):
        found.append(
            f"def {SILENCE}(self, threshold_milliseconds):\n"
            f"    self.set_params({silence(options, 'threshold_milliseconds')})\n"
        )
    return found


def silence(options: Options, code: str) -> str:
    """Return v3's parameters for turns that end after `code` milliseconds of silence, as in v2."""
    semantic = (
        "end_of_turn_confidence_threshold=1.0, " if options.speech_model.startswith("universal-streaming") else ""
    )
    return f"StreamingSessionParameters({semantic}max_turn_silence={code})"


def _named(program: Program, name: str) -> bool:
    return any(name in module.text for module in program.modules.values())
