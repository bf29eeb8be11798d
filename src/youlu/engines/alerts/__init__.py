"""What is closed, told to other programs: CAP 1.2 (XML) and GTFS-Realtime alerts (protocol buffers)."""

from youlu.engines.alerts.cap import Area, CapMessage, Info, cap_write
from youlu.engines.alerts.realtime import Alert, Entity, feed_bytes

__all__ = ["Alert", "Area", "CapMessage", "Entity", "Info", "cap_write", "feed_bytes"]
