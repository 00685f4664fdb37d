"""V3M3xx: messages and their fields."""

from __future__ import annotations

from codemods.rule import Rules
from codemods.rules.messages.derived_fields import DerivedFields
from codemods.rules.messages.dispatch import Dispatch
from codemods.rules.messages.empty_partials import EmptyPartials
from codemods.rules.messages.expiry import Expiry
from codemods.rules.messages.fields import Fields
from codemods.rules.messages.final_flags import FinalFlags
from codemods.rules.messages.forwarded import Forwarded
from codemods.rules.messages.imitations import Imitations
from codemods.rules.messages.indirect_reads import IndirectReads
from codemods.rules.messages.keys_one_by_one import KeysOneByOne
from codemods.rules.messages.kind_origins import KindOrigins
from codemods.rules.messages.match_types import MatchTypes
from codemods.rules.messages.message_types import MessageTypes
from codemods.rules.messages.message_writes import OwnEntries
from codemods.rules.messages.named_after_types import NamedAfterTypes
from codemods.rules.messages.shared_reads import SharedReads
from codemods.rules.messages.termination import Termination
from codemods.rules.messages.told_types import ToldTypes
from codemods.rules.messages.type_names import TypeNamesRule
from codemods.rules.messages.typed_dicts import TypedDicts
from codemods.rules.messages.types_taken_apart import TypesTakenApart
from codemods.rules.messages.unpacked import Unpacked
from codemods.rules.messages.unseen_messages import UnseenMessages

RULES: Rules = (
    EmptyPartials,
    Termination,
    Unpacked,
    MessageTypes,
    KindOrigins,
    TypeNamesRule,
    MatchTypes,
    Dispatch,
    TypesTakenApart,
    OwnEntries,
    Fields,
    DerivedFields,
    Expiry,
    TypedDicts,
    FinalFlags,
    KeysOneByOne,
    IndirectReads,
    Forwarded,
    NamedAfterTypes,
    Imitations,
    SharedReads,
    UnseenMessages,
    ToldTypes,
)
"""In the order in which they see a node: what a change covers, the rules behind it do not see."""
