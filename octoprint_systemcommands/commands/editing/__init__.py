"""Definitions as somebody edits them: checked, saved, kept, imported and exported."""
