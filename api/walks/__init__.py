"""Drives dossiers through their procedures as the people involved would: for the demo, for trying an installation."""
