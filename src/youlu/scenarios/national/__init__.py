"""The national network: real divisions and distances, modelled timetables (docs/background/the-national-network.md)."""

from youlu.scenarios.national.build import national_build
from youlu.scenarios.national.facts import Division, outline_polygons

__all__ = ["Division", "national_build", "outline_polygons"]
