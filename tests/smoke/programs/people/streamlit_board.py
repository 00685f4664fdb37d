"""A board that shows what is said, once its button is pressed. Run with: streamlit run streamlit_board.py"""

import asyncio

import streamlit as st

from speech import transcribe

st.title("What is said")
if "running" not in st.session_state:
    st.session_state["running"] = False


def start():
    st.session_state["running"] = True


st.button("Start", on_click=start)


async def show(text):
    st.markdown(text)


if st.session_state["running"]:
    asyncio.run(transcribe(show))
