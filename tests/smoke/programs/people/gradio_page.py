"""A page with a button that starts a dictation from the microphone of this machine."""

import asyncio

import gradio as gr

from speech import transcribe


def dictate():
    lines = []

    async def show(text):
        lines.append(text)

    asyncio.run(transcribe(show, lambda: len(lines) == 3))
    return "\n".join(lines)


with gr.Blocks() as page:
    button = gr.Button("Dictate")
    said = gr.Textbox()
    button.click(dictate, None, said)

page.launch()
