from enum import Enum


class Kind(Enum):
    FINAL = "FinalTranscript"


print(Kind.FINAL)
