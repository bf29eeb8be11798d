"""Compensation (理赔): rules as data with their source, a proposal that explains itself, decisions on site only."""
