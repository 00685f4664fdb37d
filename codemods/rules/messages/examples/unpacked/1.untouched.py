from dataclasses import dataclass


@dataclass
class Caption:
    text: str


def show(data):
    return Caption(**data)


print(show({"text": "hello"}))
