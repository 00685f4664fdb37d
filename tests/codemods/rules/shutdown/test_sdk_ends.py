"""Sessions of the SDK that only end if nothing happens (V3M514): which get a `finally`, and which do not."""

from __future__ import annotations

import re
import textwrap

import pytest

from codemods.model import BARRIER, Options
from tests.codemods.programs import Migrated, migrate

MADE = "aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print, on_close=bye)"
HEAD = "import assemblyai as aai\n\n\ndef bye():\n    print('bye')\n\n\n"


def ended(source: str) -> Migrated:
    return migrate(HEAD + textwrap.dedent(source).lstrip().replace("MADE", MADE), Options(todo=False, harden=True))


def guards(result: Migrated) -> int:
    compile(result.text, "app.py", "exec")
    return len(result.fixed("V3M514"))


def short(result: Migrated) -> str:
    """Return the program without what other rules put around the making and the beginning of a session."""
    text = result.text.split("print('bye')\n", 1)[1].lstrip()
    text = re.sub(r"StreamingClient\(\n\s+StreamingClientOptions\(.*\)\n\s*\)", "CLIENT", text)
    text = re.sub(r"\n\s*[\w.]+\.on\(StreamingEvents.*", "", text)
    return re.sub(r"\.connect\(\n\s+StreamingParameters\([^)]*\)\n\s*\)", ".connect(...)", text)


END = "t.disconnect(terminate=True)\n    bye()\n"


def test_what_stands_in_between_keeps_its_comments_and_its_layout() -> None:
    result = ended(
        '''
        t = MADE
        t.connect()

        # speak

        words = """no
          indentation"""
        for chunk in AUDIO:

            t.stream(
                chunk,  # a tenth of a second

            )

        # that is all
        t.close()  # at last

        print("done")
        '''
    )
    assert short(result) == textwrap.dedent(
        '''\
        t = CLIENT
        t.connect(...)

        try:
            # speak

            words = """no
          indentation"""
            for chunk in AUDIO:

                t.stream(
                    chunk,  # a tenth of a second

                )
        finally:
            # that is all
            t.disconnect(terminate=True)  # at last
            bye()

        print("done")
        '''
    )
    assert not re.search(r"[ \t]$", result.text, re.MULTILINE)


def test_a_program_indented_by_tabs_stays_so() -> None:
    result = ended("def run():\n\tt = MADE\n\tt.connect()\n\tfor chunk in AUDIO:\n\t\tt.stream(chunk)\n\tt.close()\n")
    assert short(result).endswith(
        "\ttry:\n\t\tfor chunk in AUDIO:\n\t\t\tt.stream(chunk)\n"
        "\tfinally:\n\t\tt.disconnect(terminate=True)\n\t\tbye()\n"
    )


def test_a_try_in_between_gets_the_finally() -> None:
    result = ended(
        """
        t = MADE
        t.connect()
        try:
            t.stream(AUDIO)
        except KeyboardInterrupt:
            print("stopped")
        t.close()
        """
    )
    assert short(result).endswith(f'except KeyboardInterrupt:\n    print("stopped")\nfinally:\n    {END}')
    assert short(result).count("try:") == 1


def test_a_try_that_opens_the_session_gets_the_finally() -> None:
    result = ended(
        """
        t = MADE
        try:
            t.connect()
            t.stream(AUDIO)
        except KeyboardInterrupt:
            print("stopped")
        t.close()
        """
    )
    assert short(result).endswith(f'except KeyboardInterrupt:\n    print("stopped")\nfinally:\n    {END}')


def test_a_block_that_holds_a_file_takes_the_end_in() -> None:
    result = ended(
        """
        def run(path):
            t = MADE
            with open(path, "rb") as file:
                t.connect()
                t.stream(file)
            t.close()
            print("done")
        """
    )
    assert short(result).endswith(
        "        t.connect(...)\n        try:\n            t.stream(file)\n"
        "        finally:\n            t.disconnect(terminate=True)\n            bye()\n"
        '    print("done")\n'
    )


def test_of_two_sessions_the_inner_one_ends_first() -> None:
    result = ended(
        """
        def run(first, second):
            first = MADE
            second = MADE
            first.connect()
            second.connect()
            first.stream(AUDIO)
            second.stream(AUDIO)
            second.close()
            first.close()
        """
    )
    assert guards(result) == 2
    assert short(result).count("try:\n") == 2
    assert result.text.index("        finally:\n            second.") < result.text.index(
        "    finally:\n        first."
    )


def test_a_function_that_ends_two_sessions_guards_from_the_first_on() -> None:
    result = ended(
        """
        def end(one, two):
            one.close()
            two.close()

        def run():
            first = MADE
            second = MADE
            first.connect()
            second.connect()
            first.stream(AUDIO)
            second.stream(AUDIO)
            end(first, second)
        """
    )
    assert guards(result) == 1
    assert short(result).count("try:\n") == 1
    assert short(result).index("first.connect(...)\n    try:\n        second.connect(") > 0
    assert not result.fixed("V3M521")


PROVEN = {
    "functions that share a global": """
        t = None

        def start():
            global t
            t = MADE
            t.connect()

        def stop():
            t.close()

        start()
        t.stream(AUDIO)
        stop()
        """,
    "a function that returns it": """
        def begin():
            t = MADE
            t.connect()
            return t

        t = begin()
        t.stream(AUDIO)
        t.close()
        """,
    "a function that is given it": """
        def end(session):
            session.close()

        def run():
            t = MADE
            t.connect()
            t.stream(AUDIO)
            end(t)
        """,
    "methods": """
        class Captions:
            def start(self):
                self.t = MADE
                self.t.connect()

            def stop(self):
                if self.t:
                    self.t.close()
                    self.t = None

            def run(self):
                self.start()
                self.t.stream(AUDIO)
                self.stop()
        """,
    "a constructor": """
        class Captions:
            def __init__(self):
                self.t = MADE
                self.t.connect()

            def stop(self):
                self.t.close()

        captions = Captions()
        captions.t.stream(AUDIO)
        captions.stop()
        """,
    "coroutines": """
        import asyncio

        class Captions:
            async def start(self):
                self.t = MADE
                await asyncio.to_thread(self.t.connect)

            async def stop(self):
                await asyncio.get_running_loop().run_in_executor(None, self.t.close)

        async def main():
            captions = Captions()
            await captions.start()
            await asyncio.sleep(5)
            await captions.stop()
        """,
    "a subclass": """
        class Captions(aai.RealtimeTranscriber):
            def __init__(self):
                super().__init__(sample_rate=16_000, on_data=print, on_error=print)

            def run(self):
                self.connect()
                self.stream(AUDIO)
                self.close()
        """,
    "only if there is one": """
        class Captions:
            def run(self):
                self.t = MADE
                self.t.connect()
                self.t.stream(AUDIO)
                if self.t is not None:
                    self.t.close()
        """,
    "a context manager of its own": """
        @contextlib.contextmanager
        def session():
            t = MADE
            t.connect()
            yield t
            t.close()
        """,
    "a function left early, which nobody else could end": """
        def run(chunks):
            t = MADE
            t.connect()
            if not chunks:
                return
            t.stream(chunks)
            t.close()
        """,
    "a loop left early": """
        while True:
            t = MADE
            t.connect()
            t.stream(AUDIO)
            if DONE:
                break
            t.close()
        """,
    "a device closed in between": """
        t = MADE
        t.connect()
        microphone = aai.extras.MicrophoneStream(16_000)
        try:
            t.stream(microphone)
        finally:
            microphone.close()
        t.close()
        """,
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in PROVEN.items()])
def test_the_end_of_a_session_goes_into_finally(source: str) -> None:
    result = ended(source)
    assert guards(result) == 1
    assert not result.left("V3M514")
    own = result.text.count("def microphone_chunks(")  # the generator closes the device in one of its own
    assert result.text.count("finally:") == source.count("finally:") + 1 + own


UNPROVEN = {
    "others may go on with it": """
        class Captions:
            def run(self, chunks):
                self.t = MADE
                self.t.connect()
                if not chunks:
                    return
                self.t.stream(chunks)
                self.t.close()
        """,
    "the caller may go on with it": """
        def run(chunks):
            t = MADE
            t.connect()
            if not chunks:
                return t
            t.stream(chunks)
            t.close()
        """,
    "the end may be that of another session": """
        class Captions:
            def run(self):
                self.t = MADE
                self.t.connect()
                self.t.stream(AUDIO)
                self.t.close()

            def forget(self):
                self.t = None
        """,
    "it is replaced in between": """
        class Captions:
            def run(self, other):
                self.t = MADE
                self.t.connect()
                self.t, other = other, self.t
                self.t.close()
        """,
    "its name is gone in between": """
        t = MADE
        keep(t)
        t.connect()
        del t
        t.close()
        """,
    "it begins again in between": """
        class Captions:
            def run(self):
                self.t = MADE
                self.t.connect()
                if AGAIN:
                    self.t.connect()
                self.t.stream(AUDIO)
                self.t.close()
        """,
    "some paths end it themselves": """
        class Captions:
            def run(self):
                self.t = MADE
                self.t.connect()
                try:
                    self.t.stream(AUDIO)
                except KeyboardInterrupt:
                    self.t.close()
                    return
                self.t.close()
        """,
    "a handler around all of it ends it": """
        class Captions:
            def run(self):
                try:
                    self.t = MADE
                    self.t.connect()
                    self.t.stream(AUDIO)
                    self.t.close()
                except KeyboardInterrupt:
                    self.t.close()
        """,
    "a lock is held": """
        class Captions:
            def run(self):
                self.t = MADE
                with LOCK:
                    self.t.connect()
                    self.t.stream(AUDIO)
                self.t.close()
        """,
    "more is done before the session is opened": """
        class Captions:
            def run(self):
                try:
                    self.t = MADE
                    self.t.connect()
                    self.t.stream(AUDIO)
                except KeyboardInterrupt:
                    print("stopped")
                self.t.close()
        """,
    "it may not be opened at all": """
        class Captions:
            def run(self, live):
                self.t = MADE
                if live:
                    self.t.connect()
                    self.t.stream(AUDIO)
                self.t.close()
        """,
    "two sessions overlap": """
        class Captions:
            def run(self):
                self.a = MADE
                self.b = MADE
                self.a.connect()
                self.b.connect()
                self.a.stream(AUDIO)
                self.a.close()
                self.b.close()
        """,
    "all on one line": """
        class Captions:
            def run(self):
                self.t = MADE
                self.t.connect(); self.t.stream(AUDIO); self.t.close()
        """,
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in UNPROVEN.items()])
def test_what_is_not_proven_is_reported_and_left(source: str) -> None:
    result = ended(source)
    assert guards(result) == 0
    assert result.left("V3M514")
    assert "finally:" not in result.text


RIGHT = {
    "finally": "t = MADE\nt.connect()\ntry:\n    t.stream(AUDIO)\nfinally:\n    t.close()\n",
    "every exception": """
        t = MADE
        t.connect()
        try:
            t.stream(AUDIO)
        except:
            t.close()
            raise
        t.close()
        """,
    "nothing in between": "t = MADE\nt.connect()\nt.close()\n",
    "nothing in between on one line": "t = MADE\nt.connect(); t.close()\n",
    "atexit": "import atexit\n\nt = MADE\natexit.register(t.close)\nt.connect()\nt.stream(AUDIO)\n",
    "a function at exit": """
        import atexit

        t = MADE

        @atexit.register
        def stop():
            t.close()

        t.connect()
        t.stream(AUDIO)
        """,
    "a with statement": """
        class Session:
            def __enter__(self):
                self.t = MADE
                self.t.connect()
                return self

            def __exit__(self, *_):
                self.t.close()

        with Session() as session:
            session.t.stream(AUDIO)
        """,
    "another function is in charge": """
        class Service:
            def start(self):
                self.t = MADE
                self.t.connect()
                print("started")

            def stop(self):
                self.t.close()
        """,
    "another function is in charge of what went well": """
        class Service:
            def start(self):
                try:
                    self.t = MADE
                    self.t.connect()
                    self.t.stream(AUDIO)
                except Exception:
                    self.t.close()

            def stop(self):
                self.t.close()
        """,
    "another end comes first": """
        class Service:
            def restart(self):
                self.t.close()
                self.t = MADE
                self.t.connect()
                print("started")
        """,
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in RIGHT.items()])
def test_programs_that_end_well_are_left_alone(source: str) -> None:
    result = ended(source)
    assert guards(result) == 0
    assert not result.left("V3M514")
    assert result.text.count("finally:") == source.count("finally:")


def test_a_session_that_nobody_else_knows_ends_with_its_function() -> None:
    result = ended("t = MADE\nt.connect()\nprint('speak')\nt.stream(AUDIO)\nprint('waiting')\n")
    assert short(result).endswith(
        "t.connect(...)\ntry:\n    print('speak')\n    t.stream(AUDIO)\n"
        "finally:\n    t.disconnect(terminate=True)\nprint('waiting')\n"
    )
    assert not result.left("V3M601")  # which says that nothing ends it


def test_a_session_of_a_loop_over_messages_ends_with_the_loop() -> None:
    result = ended(
        """
        def call(socket):
            t = MADE
            for message in socket:
                if message == "start":
                    t.connect()
                elif message == "stop":
                    t.close()
                    break
                else:
                    t.stream(message)
            print("over")
        """
    )
    assert "    try:\n        for message in socket:\n" in result.text
    assert "\n    finally:\n        t.disconnect(terminate=True)  # does nothing if it has ended\n" in result.text
    assert guards(result) == 1


def test_a_session_that_a_branch_of_a_loop_makes_ends_with_the_loop() -> None:
    result = ended(
        """
        from flask_sock import Sock

        sock = Sock(APP)


        @sock.route("/media")
        def media(ws):
            # every message of the call
            while True:
                match ws.receive():
                    case "connected":
                        t = MADE
                        t.connect()
                    case "stop":
                        t.close()
                        break
                    case message:
                        t.stream(message)
            print("over")
        """
    )
    text = short(result)
    assert "    # every message of the call\n    t = None\n    try:\n        while True:\n" in text
    assert (
        "    finally:\n        if t is not None:\n"
        '            t.disconnect(terminate=True)  # does nothing if it has ended\n    print("over")\n'
    ) in text
    assert result.fixed("V3M521")  # the thread of a call may be cut off


def test_a_session_of_a_coroutine_that_ends_it_itself_ends_on_every_path() -> None:
    result = ended(
        """
        async def media(websocket):
            t = MADE
            t.connect()
            try:
                async for message in websocket:
                    t.stream(message)
            except ValueError:
                t.close()
        """
    )
    assert result.text.endswith(
        "        bye()\n    finally:\n        t.disconnect(terminate=True)  # does nothing if it has ended\n"
    )


UNENDED = {
    "others have it": "t = MADE\nkeep(t)\nt.connect()\nt.stream(AUDIO)\n",
    "a function has it": "t = MADE\n\n\ndef feed(x):\n    t.stream(x)\n\n\nt.connect()\nrun(feed)\n",
    "a thread has it": "import threading\n\nt = MADE\nt.connect()\nthreading.Thread(target=t.stream).start()\n",
    "it comes from a table": "def run():\n    T['a'] = MADE\n    t = T['a']\n    t.connect()\n    t.stream(AUDIO)\n",
    "it is used elsewhere": "def run():\n    for i in A:\n        t = MADE\n        t.connect()\n    t.stream(AUDIO)\n",
    "the end would block a loop": "async def run():\n    t = MADE\n    t.connect()\n    t.stream(AUDIO)\n",
    "nothing is sent": "t = MADE\nt.connect()\n",
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in UNENDED.items()])
def test_a_session_that_others_may_use_is_reported(source: str) -> None:
    result = ended(source)
    assert guards(result) == 0
    assert [text for text in result.left("V3M601") if text.startswith("no close()")]


def test_without_the_rule_it_is_reported_that_nothing_ends_a_session() -> None:
    source = HEAD + f"t = {MADE}\nt.connect()\nt.stream(AUDIO)\n"
    result = migrate(source, Options(todo=False, ignore=("V3M514",)))
    assert [text for text in result.left("V3M601") if text.startswith("no close()")]


def test_sessions_of_v3_are_their_authors_business() -> None:
    source = (
        "from assemblyai.streaming.v3 import StreamingClient\n\nclient = StreamingClient(OPTIONS)\n"
        "client.connect(PARAMETERS)\nclient.stream(AUDIO)\nclient.disconnect(terminate=True)\n"
    )
    assert migrate(source, Options(todo=False, harden=True)).text == source


LOOSE = {
    "another function ends it": """
        class Service:
            def start(self):
                self.t = MADE
                self.t.connect()

            def stop(self):
                self.t.close()
        """,
    "a callback ends it": """
        class Agent:
            def listen(self):
                self.t = aai.RealtimeTranscriber(sample_rate=16_000, on_data=self.heard, on_error=print)
                self.t.connect()
                self.t.stream(AUDIO)

            def heard(self, transcript):
                self.t.close()
                self.listen()

        Agent().listen()
        """,
    "others may go on with it": UNPROVEN["others may go on with it"],
    "a library runs the function": """
        from flask_sock import Sock

        sock = Sock(APP)

        @sock.route("/media")
        def media(ws):
            t = MADE
            t.connect()
            for message in ws:
                t.stream(message)
            t.close()
        """,
    "a thread runs the method": """
        import asyncio

        class Service:
            async def start(self):
                self.t = MADE
                await asyncio.to_thread(self.t.connect)

            async def stop(self):
                await asyncio.to_thread(self.t.close)
        """,
    "it is never ended, and others have it": "t = MADE\nkeep(t)\nt.connect()\nt.stream(AUDIO)\n",
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in LOOSE.items()])
def test_a_session_that_nothing_ends_for_sure_ends_with_the_program(source: str) -> None:
    result = ended(source)
    assert len(result.fixed("V3M521")) == 1
    assert re.search(r"\n *end_at_exit\((self\.)?t\)\n.*t\.connect", result.text)
    assert result.text.count("def end_at_exit(") == 1
    compile(result.text, "app.py", "exec")


SURE = {
    **{name: source for name, source in RIGHT.items() if not name.startswith("another")},
    **PROVEN,
    "its function has it for itself": "t = MADE\nt.connect()\nt.stream(AUDIO)\n",
    "atexit ends it under another name": """
        import atexit

        def work(session):
            session.connect()
            session.stream(AUDIO)

        t = MADE
        atexit.register(t.close)
        work(t)
        """,
    "a test": """
        def test_connects():
            t = MADE
            t.connect()
            assert t
        """,
    "made where no statement fits in front": "t = MADE; keep(t); t.connect(); t.stream(AUDIO)\n",
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in SURE.items()])
def test_a_session_that_ends_for_sure_is_left_alone(source: str) -> None:
    result = ended(source)
    assert not result.fixed("V3M521")
    assert "end_at_exit" not in result.text


def test_a_name_that_the_program_has_is_not_taken() -> None:
    result = ended("def end_at_exit(): pass\n\n\nt = MADE\nkeep(t)\nt.connect()\n")
    assert "\nend_at_exit_v3(t)\nt.connect(" in result.text


AGENT = """
class Agent:
    def listen(self):
        self.t = aai.RealtimeTranscriber(sample_rate=16_000, on_data=self.heard, on_error=print)
        self.t.connect()
        microphone = aai.extras.MicrophoneStream(16_000)
        self.t.stream(microphone)

    def hush(self):
        if self.t:
            self.t.close()
            self.t = None

    def heard(self, transcript):
        self.hush()
        self.listen()


{run}
"""
ASKED = "        self.t.stream(microphone)\n        if microphone.interrupted:\n            end()\n"


def test_ctrl_c_that_ends_the_microphone_ends_the_session_and_the_program() -> None:
    result = ended(AGENT.format(run="Agent().listen()"))
    assert ASKED in result.text
    assert "        end = end_at_exit(self.t)\n" in result.text
    assert result.text.count("self.interrupted = ") == 2


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(AGENT.format(run="while True:\n    Agent().listen()"), id="it begins again"),
        pytest.param(AGENT.format(run="Agent().listen()\nAgent().listen()"), id="there are two rounds"),
        pytest.param(AGENT.format(run="SERVER.run(Agent())"), id="a library runs it"),
        pytest.param(AGENT.format(run=f"{BARRIER}1_\nAgent().listen()"), id="a person runs it"),
        pytest.param(
            AGENT.format(run="Agent().listen()").replace("aai.extras.Micro", "Micro"), id="not our microphone"
        ),
        pytest.param(
            AGENT.format(run="Agent().listen()").replace("stream(micr", "stream(AUDIO or micr"), id="a choice"
        ),
    ],
)
def test_ctrl_c_that_may_mean_something_else_does_not(source: str) -> None:
    result = ended(source)
    assert "interrupted" not in result.text
    assert "        end_at_exit(self.t)\n" in result.text
