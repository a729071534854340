"""The refusal to start the local server."""

__all__ = ["StartRefused"]


class StartRefused(SystemExit):
    """The local server cannot start. The message gives the reason in one sentence.

    Python prints the message of a SystemExit on stderr, without a traceback, and exits with code 1.
    """
