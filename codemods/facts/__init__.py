"""What each expression of a program is: abstract interpretation of the user's code, which is never run."""
