"""Microsoft Teams, on the Bot Framework protocol."""
