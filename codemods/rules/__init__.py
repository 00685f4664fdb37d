"""The rules, one file each, a folder for each family; and the one list of them."""

from __future__ import annotations

from codemods.rule import Rules
from codemods.rules import audio, controls, endpoint, messages, sdk, shutdown

RULES: Rules = (
    *sdk.RULES,
    *endpoint.RULES,
    *messages.RULES,
    *audio.RULES,
    *controls.RULES,
    *shutdown.RULES,
)
"""Every rule, in the order in which they see a node; the lists of the families say why."""
