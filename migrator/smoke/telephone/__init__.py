"""Plays the caller of a web application."""
