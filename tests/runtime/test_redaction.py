"""Secrets are found by their name, by their value and by their form."""

from __future__ import annotations

import pytest

from runtime.recording.redaction import Redactor

# As long as the vendor's keys, made up here so that none is in the repository.
KEY = "ab" * 16


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"token": "x"}, {"token": "REDACTED"}),
        (
            {"api_key": "x", "a": [{"Authorization": "y"}]},
            {"api_key": "REDACTED", "a": [{"Authorization": "REDACTED"}]},
        ),
        ({"text": f"it is {KEY}."}, {"text": "it is REDACTED."}),
        ({"text": "a secret is out"}, {"text": "a REDACTED is out"}),
        ({"text": "call 555-1234"}, {"text": "call REDACTED"}),
        ({"id": "5d1c2d9e-6f0a-4c1b-9d57-3f6f6a1e0c11"}, {"id": "5d1c2d9e-6f0a-4c1b-9d57-3f6f6a1e0c11"}),
        ({"max_tokens": 5, "token": 5}, {"max_tokens": 5, "token": 5}),
    ],
)
def test_secrets_are_found_by_name_by_value_and_by_form(before: dict[str, object], after: dict[str, object]) -> None:
    assert Redactor(["secret"], [r"\d{3}-\d{4}"]).message(before) == after
