"""The widgets that make a study, and nothing else: they read the study in force and put another in force."""
