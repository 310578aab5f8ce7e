"""A small experiment for the oracle tests: what experimaestro itself writes and reads."""
