"""The telephone: calls as the exchange tells of them, where a call goes, calls back, calls of two ends."""
