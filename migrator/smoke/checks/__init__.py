"""What a run of a program is judged by."""
