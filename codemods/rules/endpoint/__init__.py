"""V3M1xx: endpoints, parameters, tokens."""
