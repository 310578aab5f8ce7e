"""An experiment whose jobs share a folder, for the oracle tests."""
