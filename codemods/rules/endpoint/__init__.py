"""V3M1xx: endpoints, parameters, tokens."""

from __future__ import annotations

from codemods.rule import Rules
from codemods.rules.endpoint.bearer import Bearer
from codemods.rules.endpoint.endpoint import Endpoint
from codemods.rules.endpoint.hidden_endpoint import HiddenEndpoint
from codemods.rules.endpoint.parameters import Parameters
from codemods.rules.endpoint.partials import Partials
from codemods.rules.endpoint.token import Token
from codemods.rules.endpoint.unknown_parameters import UnknownParameters

RULES: Rules = (
    Endpoint,
    Parameters,
    UnknownParameters,
    Token,
    Partials,
    HiddenEndpoint,
    Bearer,
)
"""In the order in which they see a node: what a change covers, the rules behind it do not see."""
