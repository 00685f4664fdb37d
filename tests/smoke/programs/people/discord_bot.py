"""Writes into a channel what is said in the room, once somebody types !listen."""

import os

import discord
from discord.ext import commands

from speech import transcribe

bot = commands.Bot(command_prefix="!", intents=discord.Intents.default())


@bot.event
async def on_ready():
    print("in as", bot.user)


@bot.command()
async def listen(ctx):
    await transcribe(ctx.send)


bot.run(os.environ["DISCORD_TOKEN"])
