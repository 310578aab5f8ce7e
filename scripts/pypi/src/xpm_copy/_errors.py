"""The error that the functions raise."""

from __future__ import annotations


class CopyError(RuntimeError):
    """An error with a code for programs, one sentence for people, and a hint at what to do.

    ``code`` is one of ``usage``, ``settings``, ``not-found``, ``connection``, ``permission``,
    ``program``, ``refused``, ``job`` and ``interrupted``; there may be more in later versions.
    """

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[CopyError], tuple[str, str, str | None]]:
        # keeps its fields on the way from another process
        return CopyError, (self.code, self.message, self.hint)

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message} ({self.hint})"
