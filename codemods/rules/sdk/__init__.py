"""V3M6xx: the Python SDK."""

from __future__ import annotations

from codemods.rule import Rules
from codemods.rules.sdk.sdk_close import SdkClose
from codemods.rules.sdk.sdk_connect import SdkConnect
from codemods.rules.sdk.sdk_controls import SdkControls
from codemods.rules.sdk.sdk_events import SdkEvents
from codemods.rules.sdk.sdk_extras import SdkExtras
from codemods.rules.sdk.sdk_handlers import SdkHandlers
from codemods.rules.sdk.sdk_names import SdkNames
from codemods.rules.sdk.sdk_subclass import SdkSubclass
from codemods.rules.sdk.sdk_token import SdkToken
from codemods.rules.sdk.sdk_transcriber import SdkTranscriber
from codemods.rules.sdk.sdk_transcripts import SdkTranscripts

RULES: Rules = (
    SdkToken,
    SdkTranscriber,
    SdkSubclass,
    SdkHandlers,
    SdkConnect,
    SdkClose,
    SdkTranscripts,
    SdkEvents,
    SdkControls,
    SdkExtras,
    SdkNames,
)
"""In the order in which they see a node: what a change covers, the rules behind it do not see."""
