"""Macros (快捷处理): a text with variables and what it does, in one press."""
