"""The forms about a place on the desk."""

__all__ = ["FORMS"]

FORMS = ("change", "new", "duty", "messaging")
