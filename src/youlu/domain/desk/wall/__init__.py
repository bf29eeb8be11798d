"""客服大屏: the desk as counts, for a screen that everybody in the room sees; no customer and no agent by name."""
