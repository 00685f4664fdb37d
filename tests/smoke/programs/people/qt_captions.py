"""The same with Qt, where a thread of Qt's own listens and tells the window by a signal."""

import asyncio
import sys

from PySide6.QtCore import QThread, Signal
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QPushButton

from speech import transcribe


class Ear(QThread):
    heard = Signal(str)

    def __init__(self):
        super().__init__()
        self.stopped = False

    def run(self):
        asyncio.run(transcribe(self.tell, lambda: self.stopped))

    async def tell(self, text):
        self.heard.emit(text)


class Window(QMainWindow):
    def __init__(self):
        super().__init__()
        self.line = QLabel("...")
        self.button = QPushButton("Start")
        self.button.clicked.connect(self.listen)
        self.ear = Ear()
        self.ear.heard.connect(self.line.setText)

    def listen(self):
        self.ear.start()

    def closeEvent(self, event):
        self.ear.stopped = True
        self.ear.wait()


application = QApplication(sys.argv)
window = Window()
window.show()
sys.exit(application.exec())
