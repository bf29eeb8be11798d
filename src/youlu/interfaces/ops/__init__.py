"""For whoever runs the house: metrics, health, the log of requests."""
