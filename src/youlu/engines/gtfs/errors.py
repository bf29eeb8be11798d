"""A feed that cannot be used, told as file, line and cure."""


class GtfsError(ValueError):
    """Raised at the first thing in a feed that no honest answer can be built on.

    Attributes
    ----------
    file : str
    line : int
        1 is the header; 0 when no single line is to blame.
    """

    def __init__(self, file: str, line: int, what: str, cure: str) -> None:
        place = f"{file} 第 {line} 行" if line else file
        super().__init__(f"{place}：{what}。{cure}。")
        self.file = file
        self.line = line
