"""Writes into a chat what is said in the room, once somebody sends /listen."""

import os

from telegram.ext import ApplicationBuilder, CommandHandler

from speech import transcribe


async def listen(update, context):
    await update.message.reply_text("listening")
    await transcribe(update.message.reply_text)


application = ApplicationBuilder().token(os.environ["TELEGRAM_TOKEN"]).build()
application.add_handler(CommandHandler("listen", listen))
application.run_polling()
