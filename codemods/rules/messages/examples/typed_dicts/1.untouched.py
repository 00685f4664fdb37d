from typing import TypedDict


class Caption(TypedDict):
    text: str
    confidence: float


caption: Caption = {"text": "", "confidence": 1.0}
