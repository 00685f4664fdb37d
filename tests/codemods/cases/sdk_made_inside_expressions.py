"""Transcribers made within other statements."""
import assemblyai as aai
def on_data(t): print(t.text)
def on_error(e): print(e)
class A:
    def go(self, early=False):
        t = early and aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)
        x, y = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error), 1
        x.connect()
        self.a = self.b = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)
        self.a.connect(); self.b.close(); x.close()
        run(aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error))
        transcriber = 5
        d = {"t": aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)}
        d["t"].connect(); d["t"].close()
        print(transcriber)
        if early: z = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error); z.connect(); z.close()
        (w := aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)).connect()
        w.close()
        while not (v := aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)): pass
def run(t):
    t.connect(); t.stream(b""); t.close()
# output
"""Transcribers made within other statements."""
import assemblyai as aai
def on_data(t): print(t.text)
def on_error(e): print(e)
class A:
    def go(self, early=False):
        # TODO(v3-migrate): Not rewritten: it is made inside an expression that may not be evaluated once; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        t = early and aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)
        # TODO(v3-migrate): Not rewritten: it shares a callback or a call with a session that is not rewritten; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        x, y = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error), 1
        x.connect()
        # TODO(v3-migrate): Not rewritten: it shares a callback or a call with a session that is not rewritten; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        self.a = self.b = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)
        self.a.connect(); self.b.close(); x.close()
        # TODO(v3-migrate): Not rewritten: it shares a callback or a call with a session that is not rewritten; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        run(aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error))
        transcriber = 5
        # TODO(v3-migrate): Not rewritten: it shares a callback or a call with a session that is not rewritten; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        d = {"t": aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)}
        d["t"].connect(); d["t"].close()
        print(transcriber)
        # TODO(v3-migrate): Not rewritten: it is made where no further statement can stand; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        if early: z = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error); z.connect(); z.close()
        # TODO(v3-migrate): Not rewritten: it shares a callback or a call with a session that is not rewritten; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        (w := aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)).connect()
        w.close()
        # TODO(v3-migrate): Not rewritten: it is made where no further statement can stand; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        while not (v := aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)): pass
def run(t):
    t.connect(); t.stream(b""); t.close()
