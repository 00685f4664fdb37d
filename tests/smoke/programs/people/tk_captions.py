"""Captions in a window, with a button that starts them and one that stops them."""

import asyncio
import threading
import tkinter as tk

from speech import transcribe


class Captions(tk.Tk):
    def __init__(self):
        super().__init__()
        self.stopped = threading.Event()
        self.worker = None
        self.line = tk.Label(self, text="...")
        self.line.pack()
        tk.Button(self, text="Start", command=self.go).pack()
        tk.Button(self, text="Stop", command=self.end).pack()

    def go(self):
        self.worker = threading.Thread(target=lambda: asyncio.run(transcribe(self.show, self.stopped.is_set)))
        self.worker.start()

    def end(self):
        self.stopped.set()
        self.worker.join()

    async def show(self, text):
        self.after(0, self.line.config, {"text": text})


Captions().mainloop()
