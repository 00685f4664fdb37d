"""The ways in which turns may be reported."""

#: How the service reports turns, depending on model and time (its documentation describes all three).
VARIANTS = {
    "F1": "each final twice, raw and then formatted",
    "F2": "partials formatted too, one final",
    "F3": "few partials, one final",
}
