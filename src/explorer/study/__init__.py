"""What a user may vary: frozen values that check themselves, say themselves in words and travel as JSON."""
