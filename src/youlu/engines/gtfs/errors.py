"""A feed that cannot be used, told as file, line and cure: the first thing, or everything."""

FAULTS_KEPT = 200


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
        self.what = what
        self.cure = cure


class Faults:
    """Everything that is wrong with a feed: the first `keep` in `shown`, all counted in `total`.

    Reading with one goes on after each fault as if the line were not there."""

    def __init__(self, keep: int = FAULTS_KEPT) -> None:
        self.keep = keep
        self.shown: list[GtfsError] = []
        self.total = 0

    def add(self, fault: GtfsError) -> None:
        self.total += 1
        if len(self.shown) < self.keep:
            self.shown.append(fault)


class FirstFault(Faults):
    """The strict way: the first fault is raised."""

    def add(self, fault: GtfsError) -> None:
        raise fault
