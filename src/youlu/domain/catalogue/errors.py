"""What can be wrong with the catalogue of programmes."""

from youlu.core.errors import NotFoundError


class UnknownProgrammeError(NotFoundError):
    code = "catalogue.unknown_programme"
    sentence = "没有这个项目。请核对网址，或重新扫描凭证上的二维码。"


class BrokenProgrammeError(Exception):
    """A programme's folder cannot be used; the message names it and what is wrong. For developers, not users."""
