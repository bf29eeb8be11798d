"""Lanzhou, July 2022: 100,000 items in flight, the people of the desk, the notices of that month."""

from youlu.scenarios.lanzhou.notices import Notice, Zone, notices, tour_list_text, tour_zones

__all__ = ["Notice", "Zone", "notices", "tour_list_text", "tour_zones"]
