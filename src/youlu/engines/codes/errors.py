"""What can be wrong with a number. The engines know no languages: `reason` is for the caller to translate."""

from __future__ import annotations


class CodeError(ValueError):
    """The base of all; never carries the number itself, which may be personal data."""

    reason = "invalid"

    def __init__(self) -> None:
        super().__init__(self.reason)


class InvalidLengthError(CodeError):
    reason = "length"


class InvalidFormatError(CodeError):
    reason = "format"


class InvalidChecksumError(CodeError):
    reason = "checksum"


class InvalidComponentError(CodeError):
    """A part is well formed but names nothing: an impossible date, an unknown country or division."""

    reason = "component"
