class Desk:
    def force_end_utterance(self):
        pass


Desk().force_end_utterance()
